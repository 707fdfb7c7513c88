"""Browsers and who is behind them: a session before there is a passport, the same one after, a new cookie at
each step.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlmodel import col, delete, select, update

from wallet.models import AttemptCount, BrowserSession, ReceivedOffer, ReceivedRequest, Share
from web.sessions import new_session_id

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from wallet.service import WalletService


@dataclass(frozen=True)
class Visitor:
    """A browser, and the passport that it has open, if any."""

    session_id: str
    passport_id: str | None


@dataclass(frozen=True)
class OpenedSession:
    """A session and the cookie value that proves it, which is not kept."""

    cookie: str
    visitor: Visitor


def find_visitor(service: WalletService, cookie: str | None) -> Visitor | None:
    """Find whose browser holds this cookie value; None when there is no such session, or it has ended."""
    if cookie is None:
        return None
    with service.database.session() as session:
        found = session.exec(
            select(BrowserSession.id, BrowserSession.passport_id).where(
                BrowserSession.digest == _digest(cookie), BrowserSession.ends_at > service.now()
            )
        ).first()
    return Visitor(*found) if found else None


def open_session(service: WalletService) -> OpenedSession:
    """Open a session for a browser that has none, before anybody signs in."""
    now = service.now()
    cookie = new_session_id()
    row = BrowserSession(
        digest=_digest(cookie), created_at=now, ends_at=now + timedelta(days=service.settings.offer_days)
    )
    with service.database.write() as session:
        forget_what_ended(session, now)
        session.add(row)
    return OpenedSession(cookie, Visitor(row.id, None))


def sign_in(service: WalletService, visitor: Visitor | None, *, passport_id: str) -> OpenedSession:
    """Sign a browser in under a fresh cookie value: one that was planted beforehand is worth nothing (G9).

    What this browser opened before signing in (an offer, a request) stays with it; what another person
    opened in it does not.
    """
    now = service.now()
    cookie = new_session_id()
    ends_at = now + timedelta(days=service.settings.session_days)
    with service.database.write() as session:
        forget_what_ended(session, now)
        kept = visitor is not None and visitor.passport_id in {None, passport_id}
        if visitor is not None and kept:
            statement = (
                update(BrowserSession)
                .where(col(BrowserSession.id) == visitor.session_id)
                .values(digest=_digest(cookie), passport_id=passport_id, ends_at=ends_at)
            )
            if session.exec(statement).rowcount:
                return OpenedSession(cookie, Visitor(visitor.session_id, passport_id))
        row = BrowserSession(digest=_digest(cookie), passport_id=passport_id, created_at=now, ends_at=ends_at)
        session.add(row)
    return OpenedSession(cookie, Visitor(row.id, passport_id))


def sign_out(service: WalletService, visitor: Visitor) -> None:
    """End a session, and what was opened in it and not taken into the passport."""
    with service.database.write() as session:
        unclaimed = (
            col(ReceivedOffer.session_id) == visitor.session_id,
            col(ReceivedOffer.passport_id).is_(None),
        )
        session.exec(delete(ReceivedOffer).where(*unclaimed))
        session.exec(delete(BrowserSession).where(col(BrowserSession.id) == visitor.session_id))


def sign_out_everywhere(session: Session, *, passport_id: str, except_session: str | None = None) -> None:
    """End every session of a passport, but one."""
    statement = delete(BrowserSession).where(col(BrowserSession.passport_id) == passport_id)
    if except_session is not None:
        statement = statement.where(col(BrowserSession.id) != except_session)
    session.exec(statement)


def forget_what_ended(session: Session, now: datetime) -> None:
    """Delete what has had its time: sessions, offers, requests, counts of attempts, the presentations of
    ended links.
    """
    for table in (BrowserSession, ReceivedOffer, ReceivedRequest, AttemptCount):
        session.exec(delete(table).where(col(table.ends_at) <= now))
    ended = col(Share.ends_at) <= now, col(Share.sealed_presentation).is_not(None)
    session.exec(update(Share).where(*ended).values(sealed_presentation=None))


def _digest(cookie: str) -> bytes:
    return hashlib.sha256(cookie.encode()).digest()
