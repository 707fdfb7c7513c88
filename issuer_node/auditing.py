"""The audit log: who did what to which row, written in the transaction that does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlmodel import col, select

from issuer_node.models import AuditEntry

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from issuer_node.node import Node

MOST_ENTRIES = 500


def record(session: Session, *, at: datetime, by: str | None, deed: str, subject: str) -> None:
    """Add an entry to the transaction under way.

    Args:
        session: of the deed itself, so that one is not kept without the other.
        at: aware UTC.
        by: a passeur's id, or None.
        deed: a stable word, such as "award_revoked".
        subject: id of the row.
    """
    session.add(AuditEntry(at=at, by=by, deed=deed, subject=subject))


def list_entries(node: Node, *, subject: str | None = None, limit: int = 100) -> list[AuditEntry]:
    """The last entries, newest first, of everything or of one row."""
    statement = select(AuditEntry).order_by(col(AuditEntry.id).desc()).limit(min(limit, MOST_ENTRIES))
    if subject is not None:
        statement = statement.where(AuditEntry.subject == subject)
    with node.database.session() as session:
        return list(session.exec(statement))
