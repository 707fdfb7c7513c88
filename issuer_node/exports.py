"""Awards as files: JSON with everything the node knows of each, CSV with one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlmodel import col, select

from issuer_node.formats import FORMATS
from issuer_node.models import Award, Badge, Issuance, Passeur

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from issuer_node.node import Node

COLUMNS: Final = (
    "award_id",
    "recipient_name",
    "badge_id",
    "badge_name",
    "kind",
    "earned_from",
    "earned_until",
    "awarded_at",
    "awarded_by",
    "situation",
    "place",
    "seen",
    "words",
    "credential_id",
    "holder_did",
    "issued_at",
    "copies",
    "revoked_at",
    "revocation_reason",
)
_COPY: Final = ("format", "credential_id", "holder_did", "issued_at")
_OF_COPIES: Final = (Issuance.award_id, Issuance.offer_id, *(getattr(Issuance, name) for name in _COPY))


def export_awards(node: Node) -> list[dict[str, Any]]:
    """Every award, oldest first, as JSON objects with the members of COLUMNS.

    Texts as they are; instants as ISO 8601 in UTC; `seen` a list; None for what is not there. `copies` are
    those of the last slip that was used, each {format, credential_id, holder_did, issued_at}; the first of
    them gives `credential_id`, `holder_did` and `issued_at`.
    """
    with node.database.session() as session:
        issued = session.exec(
            select(*_OF_COPIES).where(col(Issuance.issued_at).is_not(None)).order_by(col(Issuance.issued_at))
        ).all()
        rows = session.exec(
            select(Award, Badge, Passeur.email)
            .select_from(Award)
            .join(Badge, col(Award.badge_id) == Badge.id)
            .join(Passeur, col(Award.awarded_by) == Passeur.id)
            .order_by(col(Award.awarded_at), col(Award.id))
        ).all()
    by_award = _copies(issued)
    return [_row(award, badge, email, by_award.get(award.id, [])) for award, badge, email in rows]


def csv_cells(row: dict[str, Any]) -> list[str | None]:
    """The cells of one exported award, in the order of COLUMNS; several sightings, and the ids of several
    copies, are joined by " | ".
    """
    return [_cell(row[name]) for name in COLUMNS]


def _cell(value: Any) -> str | None:
    if not isinstance(value, list):
        return None if value is None else str(value)
    return " | ".join(each["credential_id"] if isinstance(each, dict) else each for each in value)


def _copies(issued: Iterable[Any]) -> dict[str, list[dict[str, Any]]]:
    """By award: the copies of its last slip, in the order of the formats."""
    by_slip: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for award_id, offer_id, *copy, issued_at in issued:
        members = (*copy, _moment(issued_at))
        by_slip.setdefault((award_id, offer_id), []).append(dict(zip(_COPY, members, strict=True)))
    order = {name: place for place, name in enumerate(FORMATS)}
    # of two slips of one award, the one that was used later comes later
    return {
        award_id: sorted(copies, key=lambda copy: order.get(copy["format"], len(order)))
        for (award_id, _), copies in by_slip.items()
    }


def _row(award: Award, badge: Badge, email: str, copies: list[dict[str, Any]]) -> dict[str, Any]:
    first = copies[0] if copies else {}
    situation = award.situation or {}
    return {
        "award_id": award.id,
        "recipient_name": award.recipient_name,
        "badge_id": badge.id,
        "badge_name": badge.name,
        "kind": badge.kind,
        "earned_from": _moment(award.earned_from),
        "earned_until": _moment(award.earned_until),
        "awarded_at": _moment(award.awarded_at),
        "awarded_by": email,
        "situation": situation.get("title"),
        "place": situation.get("place"),
        "seen": award.seen,
        "words": award.words or None,
        "credential_id": first.get("credential_id"),
        "holder_did": first.get("holder_did"),
        "issued_at": first.get("issued_at"),
        "copies": copies,
        "revoked_at": _moment(award.revoked_at),
        "revocation_reason": award.revocation_reason,
    }


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat().replace("+00:00", "Z")
