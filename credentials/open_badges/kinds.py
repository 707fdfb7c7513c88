"""The six kinds of recognition, and how OBv3's `achievementType` carries them.

OBv3 enumerates `achievementType` and leaves room for `ext:` values. Only "skill" has an enumerated value
that means the same (`Competency`). The others get an `ext:` value of their own, since every near miss would
say more than was seen: `Certificate` or `Certification` for taking part, `Membership` for a role,
`CommunityService` for any engagement.

Source: Open Badges 3.0, AchievementType enumeration.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Kind(StrEnum):
    """What a badge says of a person."""

    PARTICIPATION = "participation"
    EXPERIENCE = "experience"
    SKILL = "skill"
    TRAIT = "trait"
    ENGAGEMENT = "engagement"
    ROLE = "role"

    @property
    def achievement_type(self) -> str:
        """The `achievementType` that stands for it."""
        return ACHIEVEMENT_TYPES[self]


ACHIEVEMENT_TYPES: Final = MappingProxyType(
    {
        Kind.PARTICIPATION: "ext:Participation",
        Kind.EXPERIENCE: "ext:Experience",
        Kind.SKILL: "Competency",
        Kind.TRAIT: "ext:Trait",
        Kind.ENGAGEMENT: "ext:Engagement",
        Kind.ROLE: "ext:Role",
    },
)
_KINDS: Final = MappingProxyType(
    {achievement_type: kind for kind, achievement_type in ACHIEVEMENT_TYPES.items()}
)

ENUMERATED_ACHIEVEMENT_TYPES: Final = frozenset(
    {
        "Achievement",
        "ApprenticeshipCertificate",
        "Assessment",
        "Assignment",
        "AssociateDegree",
        "Award",
        "Badge",
        "BachelorDegree",
        "Certificate",
        "CertificateOfCompletion",
        "Certification",
        "CommunityService",
        "Competency",
        "Course",
        "CoCurricular",
        "Degree",
        "Diploma",
        "DoctoralDegree",
        "Fieldwork",
        "GeneralEducationDevelopment",
        "JourneymanCertificate",
        "LearningProgram",
        "License",
        "Membership",
        "ProfessionalDoctorate",
        "QualityAssuranceCredential",
        "MasterCertificate",
        "MasterDegree",
        "MicroCredential",
        "ResearchDoctorate",
        "SecondarySchoolDiploma",
    },
)


def kind_of_achievement_type(achievement_type: str | None) -> Kind | None:
    """Tell which of the six kinds an `achievementType` stands for; None for anything that does not mean
    exactly one.
    """
    return _KINDS.get(achievement_type or "")
