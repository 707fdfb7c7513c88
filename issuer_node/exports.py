"""Awards as files: JSON with everything the node knows of each, CSV with one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlmodel import col, select

from issuer_node.models import Award, Badge, Issuance, Passeur

if TYPE_CHECKING:
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
    "revoked_at",
    "revocation_reason",
)


def export_awards(node: Node) -> list[dict[str, Any]]:
    """Every award, oldest first, as JSON objects with the members of COLUMNS.

    Texts as they are; instants as ISO 8601 in UTC; `seen` a list; None for what is not there.
    `credential_id`, `holder_did` and `issued_at` are of the last credential.
    """
    with node.database.session() as session:
        issued = session.exec(
            select(Issuance.award_id, Issuance.credential_id, Issuance.holder_did, Issuance.issued_at)
            .where(col(Issuance.issued_at).is_not(None))
            .order_by(col(Issuance.issued_at))
        ).all()
        rows = session.exec(
            select(Award, Badge, Passeur.email)
            .select_from(Award)
            .join(Badge, col(Award.badge_id) == Badge.id)
            .join(Passeur, col(Award.awarded_by) == Passeur.id)
            .order_by(col(Award.awarded_at), col(Award.id))
        ).all()
    by_award = {award_id: rest for award_id, *rest in issued}
    return [_row(award, badge, email, by_award.get(award.id)) for award, badge, email in rows]


def csv_cells(row: dict[str, Any]) -> list[str | None]:
    """The cells of one exported award, in the order of COLUMNS; several sightings are joined by " | "."""
    return [" | ".join(row[name]) if isinstance(row[name], list) else row[name] for name in COLUMNS]


def _row(award: Award, badge: Badge, email: str, issued: list[Any] | None) -> dict[str, Any]:
    credential_id, holder_did, issued_at = issued or (None, None, None)
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
        "credential_id": credential_id,
        "holder_did": holder_did,
        "issued_at": _moment(issued_at),
        "revoked_at": _moment(award.revoked_at),
        "revocation_reason": award.revocation_reason,
    }


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat().replace("+00:00", "Z")
