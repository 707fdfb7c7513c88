"""The enumerations of the Open Badges 3.0.3 data model.

Source: Open Badges 3.0, sections "AchievementType Enumeration" to "ResultStatusType Enumeration" and
"IdentifierTypeEnum Enumeration".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from credentials.open_badges.kinds import ENUMERATED_ACHIEVEMENT_TYPES

_EXTENSION: Final = re.compile(r"ext:[A-Za-z0-9._-]+", re.ASCII)


@dataclass(frozen=True)
class Vocabulary:
    """The values of an enumeration; an extensible one takes "ext:..." too."""

    terms: frozenset[str]
    is_extensible: bool

    def has(self, value: Any) -> bool:
        """Tell whether a value is one of the enumeration."""
        if not isinstance(value, str):
            return False
        return value in self.terms or (self.is_extensible and _EXTENSION.fullmatch(value) is not None)


VOCABULARIES: Final = {
    "AchievementType": Vocabulary(ENUMERATED_ACHIEVEMENT_TYPES, is_extensible=True),
    "AlignmentTargetType": Vocabulary(
        frozenset(
            {
                "CFItem",
                "CFRubric",
                "CFRubricCriterion",
                "CFRubricCriterionLevel",
                "CTDL",
                "ceasn:Competency",
                "ceterms:Credential",
            }
        ),
        is_extensible=True,
    ),
    "IdentifierTypeEnum": Vocabulary(
        frozenset(
            {
                "accountId",
                "emailAddress",
                "identifier",
                "isbn",
                "issn",
                "lisSourcedId",
                "ltiContextId",
                "ltiDeploymentId",
                "ltiPlatformId",
                "ltiToolId",
                "ltiUserId",
                "name",
                "nationalIdentityNumber",
                "oneRosterSourcedId",
                "productId",
                "sisSourcedId",
                "sourcedId",
                "systemId",
                "userName",
            }
        ),
        is_extensible=True,
    ),
    "ResultStatusType": Vocabulary(
        frozenset({"Completed", "Enrolled", "Failed", "InProgress", "OnHold", "Provisional", "Withdrew"}),
        is_extensible=False,
    ),
    "ResultType": Vocabulary(
        frozenset(
            {
                "GradePointAverage",
                "LetterGrade",
                "Percent",
                "PerformanceLevel",
                "PredictedScore",
                "RawScore",
                "Result",
                "RubricCriterion",
                "RubricCriterionLevel",
                "RubricScore",
                "ScaledScore",
                "Status",
            }
        ),
        is_extensible=True,
    ),
}
