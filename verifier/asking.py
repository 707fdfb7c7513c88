"""What an employer wants to see, in plain words, as a DCQL query.

The question comes in every format that is read here, of which any one answers it. What is named in `claims`
is all that a wallet shows of a badge that can be shown in part: the badge itself, and the story of its person
only if it is asked for. Members that a badge need not have are in `claim_sets`, so that one without them
answers too.

`type_values` carries the expanded IRIs that the specification asks for and, as an alternative, the short
names that some wallets match. A claim with `values` compares exactly, character by character.

Source: OpenID4VP 1.0, section 6 (DCQL) and appendices B.1.1 and B.3.5.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from credentials.exchange.formats import FORMATS, JWT_VC_JSON, LDP_VC, SD_JWT_VC
from credentials.open_badges import ACHIEVEMENT_TYPES, Kind
from credentials.sd_jwt import OPEN_BADGE_VCT

if TYPE_CHECKING:
    from collections.abc import Sequence

JsonObject = dict[str, Any]
QUERY_ID: Final = "badge"
QUERY_IDS: Final = MappingProxyType(
    {LDP_VC: QUERY_ID, SD_JWT_VC: f"{QUERY_ID}-sd-jwt", JWT_VC_JSON: f"{QUERY_ID}-jwt"}
)
MAXIMUM_WORDS: Final = 300
TYPE_VALUES: Final = (
    (
        "https://www.w3.org/2018/credentials#VerifiableCredential",
        "https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential",
    ),
    ("VerifiableCredential", "OpenBadgeCredential"),
)
_ACHIEVEMENT: Final = ("credentialSubject", "achievement")
# claims by the names that `claim_sets` has for them
Group = Mapping[str, tuple[str, ...]]
_DATES: Final[Group] = MappingProxyType(
    {
        "began": ("credentialSubject", "activityStartDate"),
        "ended": ("credentialSubject", "activityEndDate"),
    }
)
_EVIDENCE: Final[Group] = MappingProxyType({"evidence": ("evidence",)})
_NARRATIVE: Final[Group] = MappingProxyType({"narrative": ("credentialSubject", "narrative")})
_WEB_ADDRESS: Final = re.compile(r"https?://[^\s<>\"]+", re.ASCII)
_DID: Final = re.compile(r"did:[a-z0-9]+:[A-Za-z0-9._:%-]+", re.ASCII)


class Question(StrEnum):
    """What can be asked for."""

    ANY = "any"
    KIND = "kind"
    BADGE = "badge"
    ISSUER = "issuer"
    SKILL = "skill"


class Detail(StrEnum):
    """How much of the badge is asked for: the badge itself, or what was seen of its person too."""

    BADGE = "badge"
    STORY = "story"


class AskingError(ValueError):
    """The question cannot be asked as it stands; the code names a sentence of the form.

    Args:
        code: "question_unknown", "kind_unknown", "words_missing", "words_too_long", "badge_address",
            "issuer_did", "detail_unknown".
    """

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True)
class Asked:
    """A question that can be asked.

    Args:
        question: which of the five.
        words: a kind, a badge's address, an issuer's DID, or a skill's name or address; empty for any badge.
        detail: how much of it.
    """

    question: Question
    words: str = ""
    detail: Detail = Detail.BADGE

    @classmethod
    def parse(cls, question: str, words: str, detail: str = Detail.BADGE) -> Asked:
        """Read what a form or a program sent.

        Raises:
            AskingError: see its codes.
        """
        if question not in set(Question):
            raise AskingError("question_unknown")
        if detail not in set(Detail):
            raise AskingError("detail_unknown")
        cleaned = "" if question == Question.ANY else " ".join(words.split())
        asked = cls(Question(question), cleaned, Detail(detail))
        asked._check()
        return asked

    def _check(self) -> None:
        if self.question is Question.ANY:
            return
        if not self.words:
            raise AskingError("words_missing")
        if len(self.words) > MAXIMUM_WORDS:
            raise AskingError("words_too_long")
        rule = _RULES.get(self.question)
        if rule and not rule[0].fullmatch(self.words):
            raise AskingError(rule[1])

    def to_dcql(self, formats: Sequence[str] = FORMATS, *, brief: bool = False) -> JsonObject:
        """Write the question as a DCQL query with one credential query for each format, any one of which will
        do.

        Args:
            formats: Credential Format Identifiers, the most welcome first.
            brief: leave out what an answer can do without: for a request that must fit into a QR code.
        """
        asked = self._asked_claims(brief=brief)
        query: JsonObject = {
            "credentials": [
                {"id": QUERY_IDS[each], "format": each, "meta": _meta(each)} | asked for each in formats
            ]
        }
        if len(formats) > 1:
            query["credential_sets"] = [{"options": [[QUERY_IDS[each]] for each in formats]}]
        return query

    def _asked_claims(self, *, brief: bool) -> JsonObject:
        value = self._asked_value()
        always: list[JsonObject] = [{"id": "badge", "path": list(_ACHIEVEMENT)}]
        if value is not None:
            always.insert(0, {"id": "asked", "path": list(value[0]), "values": [value[1]]})
        optional = self._optional(brief=brief)
        if not optional:
            return {"claims": [{name: each[name] for name in each if name != "id"} for each in always]}
        named = [{"id": name, "path": list(path)} for group in optional for name, path in group.items()]
        return {
            "claims": always + named,
            "claim_sets": _claim_sets([each["id"] for each in always], optional),
        }

    def _optional(self, *, brief: bool) -> list[Group]:
        """Claims that a badge need not have, those together that come together."""
        story = [] if self.detail is Detail.BADGE else [_EVIDENCE, _NARRATIVE]
        return story if brief else [_DATES, *story]

    def _asked_value(self) -> tuple[tuple[str | None, ...], str] | None:
        match self.question:
            case Question.ANY:
                return None
            case Question.KIND:
                return (*_ACHIEVEMENT, "achievementType"), ACHIEVEMENT_TYPES[Kind(self.words)]
            case Question.BADGE:
                return (*_ACHIEVEMENT, "id"), self.words
            case Question.ISSUER:
                return ("issuer", "id"), self.words
            case Question.SKILL:
                member = "targetUrl" if _WEB_ADDRESS.fullmatch(self.words) else "targetName"
                return (*_ACHIEVEMENT, "alignment", None, member), self.words

    def to_json(self) -> JsonObject:
        """Give the question as JSON, as it is kept."""
        return {"question": str(self.question), "words": self.words, "detail": str(self.detail)}


def _claim_sets(always: list[str], optional: Sequence[Group]) -> list[list[str]]:
    """Every combination of what a badge may have, the fullest first."""
    return [
        always + [name for group in groups for name in group]
        for size in range(len(optional), -1, -1)
        for groups in combinations(optional, size)
    ]


def _meta(credential_format: str) -> JsonObject:
    if credential_format == SD_JWT_VC:
        return {"vct_values": [OPEN_BADGE_VCT]}
    return {"type_values": [list(values) for values in TYPE_VALUES]}


_RULES: Final = {
    Question.KIND: (re.compile("|".join(Kind)), "kind_unknown"),
    Question.BADGE: (_WEB_ADDRESS, "badge_address"),
    Question.ISSUER: (_DID, "issuer_did"),
}
