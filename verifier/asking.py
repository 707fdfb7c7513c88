"""What an employer wants to see, in plain words, as a DCQL query.

`type_values` carries the expanded IRIs that the specification asks for and, as an alternative, the short
names that some wallets match. A claim with `values` compares exactly, character by character.

Source: OpenID4VP 1.0, section 6 (DCQL) and appendix B.1.1.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from credentials.open_badges import ACHIEVEMENT_TYPES, Kind

JsonObject = dict[str, Any]
QUERY_ID: Final = "badge"
MAXIMUM_WORDS: Final = 300
TYPE_VALUES: Final = (
    (
        "https://www.w3.org/2018/credentials#VerifiableCredential",
        "https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential",
    ),
    ("VerifiableCredential", "OpenBadgeCredential"),
)
_ACHIEVEMENT: Final = ("credentialSubject", "achievement")
_WEB_ADDRESS: Final = re.compile(r"https?://[^\s<>\"]+", re.ASCII)
_DID: Final = re.compile(r"did:[a-z0-9]+:[A-Za-z0-9._:%-]+", re.ASCII)


class Question(StrEnum):
    """What can be asked for."""

    ANY = "any"
    KIND = "kind"
    BADGE = "badge"
    ISSUER = "issuer"
    SKILL = "skill"


class AskingError(ValueError):
    """The question cannot be asked as it stands; the code names a sentence of the form.

    Args:
        code: "question_unknown", "kind_unknown", "words_missing", "words_too_long", "badge_address",
            "issuer_did".
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
    """

    question: Question
    words: str = ""

    @classmethod
    def parse(cls, question: str, words: str) -> Asked:
        """Read what a form or a program sent.

        Raises:
            AskingError: see its codes.
        """
        if question not in set(Question):
            raise AskingError("question_unknown")
        asked = cls(Question(question), "" if question == Question.ANY else " ".join(words.split()))
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

    def to_dcql(self) -> JsonObject:
        """Write the question as a DCQL query with one credential query."""
        query: JsonObject = {
            "id": QUERY_ID,
            "format": "ldp_vc",
            "meta": {"type_values": [list(values) for values in TYPE_VALUES]},
        }
        claims = self._claims()
        return {"credentials": [query | claims]}

    def _claims(self) -> JsonObject:
        match self.question:
            case Question.ANY:
                return {}
            case Question.KIND:
                return _claim((*_ACHIEVEMENT, "achievementType"), ACHIEVEMENT_TYPES[Kind(self.words)])
            case Question.BADGE:
                return _claim((*_ACHIEVEMENT, "id"), self.words)
            case Question.ISSUER:
                return _claim(("issuer", "id"), self.words)
            case Question.SKILL:
                member = "targetUrl" if _WEB_ADDRESS.fullmatch(self.words) else "targetName"
                return _claim((*_ACHIEVEMENT, "alignment", None, member), self.words)

    def to_json(self) -> JsonObject:
        """Give the question as JSON, as it is kept."""
        return {"question": str(self.question), "words": self.words}


def _claim(path: tuple[str | None, ...], value: str) -> JsonObject:
    return {"claims": [{"path": list(path), "values": [value]}]}


_RULES: Final = {
    Question.KIND: (re.compile("|".join(Kind)), "kind_unknown"),
    Question.BADGE: (_WEB_ADDRESS, "badge_address"),
    Question.ISSUER: (_DID, "issuer_did"),
}
