"""The endorsements that a badge brings along: each verified like any credential, and held to what it is
about.

They change nothing about the badge: somebody else's word for it, or for who issued it, is a matter of its
own.

Source: Open Badges 3.0, section 8 (Verification and Validation), step 6 and "EndorsementCredential
Verification".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from credentials.report import Outcome
from credentials.verification import check_credential

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from credentials.report import Report
    from credentials.verification import VerificationContext
    from credentials.view import CredentialView

JsonObject = dict[str, Any]
MAXIMUM_ENDORSEMENTS: Final = 20
OF_ANOTHER: Final = "endorsement_of_another"
NO_ENDORSEMENT: Final = "endorsement_type"
NOT_LOOKED_AT: Final = "too_many_endorsements"


@dataclass(frozen=True)
class Endorsement:
    """One endorsement, and what its verification came to.

    Args:
        pointer: JSON Pointer to it in the badge.
        code: "ok"; "endorsement_of_another", "endorsement_type", "too_many_endorsements"; else the first code
            of the report.
        outcome: of the endorsement alone.
        by: "" if it is somebody else's; "issuer" if it is by who issued the badge, "subject" if by whom the
            badge or the endorsement is about: no second voice.
        report: of its verification; None if it was not made.
    """

    pointer: str
    code: str
    outcome: Outcome
    by: Literal["", "issuer", "subject"] = ""
    report: Report | None = None

    @property
    def comment(self) -> str | None:
        """What it says; None unless it is valid."""
        view = self._proven
        comment = _object(view.raw.get("credentialSubject")).get("endorsementComment") if view else None
        return comment if isinstance(comment, str) else None

    @property
    def issuer_id(self) -> str | None:
        """Who says it; None unless it is valid."""
        view = self._proven
        return view.issuer_id if view else None

    @property
    def issuer_name(self) -> str | None:
        """As whoever says it calls itself, by whatever name; None unless it is valid."""
        view = self._proven
        return view.issuer_name if view else None

    def to_json(self) -> JsonObject:
        """Give the endorsement as JSON, without its report."""
        members = {
            "pointer": self.pointer,
            "code": self.code,
            "outcome": str(self.outcome),
            "issuerId": self.issuer_id,
            "issuerName": self.issuer_name,
            "comment": self.comment,
            "by": self.by or None,
        }
        return {name: value for name, value in members.items() if value is not None}

    @property
    def _proven(self) -> CredentialView | None:
        return self.report.credential if self.report and self.outcome is Outcome.VALID else None


def check_endorsements(
    document: JsonObject, *, context: VerificationContext, now: datetime
) -> tuple[Endorsement, ...]:
    """Verify the endorsements of a badge, of its achievement, and of the profiles in it. Those within these
    are not followed.

    Args:
        document: a badge whose own verification is done.
        context: what verifications need of the world; all share what they may fetch and cost.
        now: aware UTC.

    Returns:
        One per endorsement; beyond 20, one more that says so.
    """
    context = context.bounded()
    found: list[Endorsement] = []
    for pointer, content, about in _endorsements(document):
        if len(found) == MAXIMUM_ENDORSEMENTS:
            return (*found, Endorsement(pointer, NOT_LOOKED_AT, Outcome.INDETERMINATE))
        report = check_credential(content, context=context, now=now)
        code, outcome = _judge(report, about)
        found.append(Endorsement(pointer, code, outcome, _voice(report, document), report))
    return tuple(found)


def _voice(report: Report, document: JsonObject) -> Literal["", "issuer", "subject"]:
    """Tell whether it is somebody else who endorses."""
    said = report.credential
    if said is None or said.issuer_id is None:
        return ""
    if said.issuer_id == _issuer_id(document):
        return "issuer"
    subjects = _values(document.get("credentialSubject"))
    about = _ids(*(_object(each) for _, each in subjects)) | {*said.subject_ids}
    return "subject" if said.issuer_id in about else ""


def _issuer_id(document: JsonObject) -> object:
    issuer = document.get("issuer")
    return issuer.get("id") if isinstance(issuer, dict) else issuer


def _judge(report: Report, about: frozenset[str]) -> tuple[str, Outcome]:
    if report.outcome is not Outcome.VALID or report.credential is None:
        return next(iter(report.codes), "not_checked"), report.outcome
    if "EndorsementCredential" not in report.credential.types:
        return NO_ENDORSEMENT, Outcome.INVALID
    if report.credential.subject_id not in about:
        return OF_ANOTHER, Outcome.INVALID
    return "ok", Outcome.VALID


def _endorsements(document: JsonObject) -> Iterator[tuple[str, bytes | JsonObject, frozenset[str]]]:
    """Each endorsement with its place, and the ids that it may be about there."""
    nodes = list(_nodes(document))
    everything = _ids(*(node for _, node in nodes), _object(document.get("credentialSubject")))
    for pointer, node in nodes:
        # one of the badge may be about whatever is in it; others, about the thing that they stand in
        about = everything if node is document else _ids(node)
        for member in ("endorsement", "endorsementJwt"):
            for place, each in _values(node.get(member)):
                content = each.encode() if isinstance(each, str) else each
                if isinstance(content, bytes | dict):
                    yield f"{pointer}/{member}{place}", content, about


def _nodes(document: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    """What can be endorsed in a badge."""
    subject = _object(document.get("credentialSubject"))
    achievement = _object(subject.get("achievement"))
    where = "/credentialSubject/achievement"
    yield "", document
    yield "/issuer", _object(document.get("issuer"))
    yield where, achievement
    yield f"{where}/creator", _object(achievement.get("creator"))
    yield "/credentialSubject/source", _object(subject.get("source"))


def _ids(*nodes: JsonObject) -> frozenset[str]:
    return frozenset(each["id"] for each in nodes if isinstance(each.get("id"), str))


def _object(value: Any) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _values(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, list):
        return [(f"/{number}", each) for number, each in enumerate(value)]
    return [] if value is None else [("", value)]
