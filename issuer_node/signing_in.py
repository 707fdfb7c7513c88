"""How a passeur comes in: a link sent by mail, spent once; a cookie of which only a digest is kept.

Passkeys are in `issuer_node.passkeys`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import structlog
from sqlmodel import col, delete, func, select, update

from issuer_node.auditing import record
from issuer_node.errors import SigninError
from issuer_node.models import Passeur, PasseurSession, PasseurState, SigninLink
from web.mail import MailError
from web.one_time_links import new_one_time_token, token_digest
from web.sessions import new_session_id

if TYPE_CHECKING:
    from sqlmodel import Session

    from issuer_node.node import Node
    from issuer_node.settings import NodeSettings
    from web.database import Database

_ANONYMOUS_LIFE: Final = timedelta(minutes=30)
_MOST_OPEN_LINKS: Final = 5

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class OpenedSession:
    """A session, the cookie value that proves it (not kept), and who it signs in, if anybody."""

    cookie: str = field(repr=False)
    passeur: Passeur | None


def make_signin_link(
    database: Database, settings: NodeSettings, email: str, *, now: datetime | None = None
) -> str:
    """Make a one-time link that signs a passeur in.

    Args:
        database: of the node, migrated.
        settings: base URL and minutes.
        email: of an active passeur.
        now: aware UTC; by default the machine's time.

    Returns:
        The full URL.

    Raises:
        SigninError: "passeur_unknown": no active passeur has this address, or they have five open links.
    """
    now = now or datetime.now(UTC)
    token = new_one_time_token()
    with database.write() as session:
        session.exec(delete(SigninLink).where(col(SigninLink.ends_at) <= now))
        passeur_id = session.exec(
            select(Passeur.id).where(
                Passeur.email == email.strip().lower(), Passeur.state == PasseurState.ACTIVE
            )
        ).first()
        if passeur_id is None or _open_links(session, passeur_id) >= _MOST_OPEN_LINKS:
            raise SigninError(
                "passeur_unknown", "no active passeur has this e-mail address (or too many open links)"
            )
        session.add(
            SigninLink(
                digest=token.digest,
                passeur_id=passeur_id,
                made_at=now,
                ends_at=now + timedelta(minutes=settings.signin_link_minutes),
            )
        )
    return f"{settings.base_url}/signin/{token.token}"


def send_signin_link(node: Node, *, email: str, language: str) -> None:
    """Send a passeur a sign-in link; do nothing, and say nothing, for an address that is no passeur's (H11).

    Run it as a background task, after the answer: the answer then takes the same time for every address.
    """
    try:
        link = make_signin_link(node.database, node.settings, email[:254], now=node.now())
    except SigninError:
        return
    minutes = node.settings.signin_link_minutes
    structure = node.settings.structure_name
    subject = node.catalogue.text(language, "mail.signin.subject", structure=structure)
    text = node.catalogue.text(language, "mail.signin.text", structure=structure, link=link, minutes=minutes)
    try:
        node.mailer.send(to=email.strip().lower(), subject=subject, text=text)
    except MailError as err:
        log.error("signin_mail_not_sent", code=err.code)  # noqa: TRY400 - a traceback names people


def is_open_link(node: Node, *, token: str) -> bool:
    """Whether a link could be spent now, for the page with the button. Spends nothing."""
    with node.database.session() as session:
        found = session.exec(
            select(SigninLink.digest).where(
                SigninLink.digest == token_digest(token),
                col(SigninLink.used_at).is_(None),
                SigninLink.ends_at > node.now(),
            )
        ).first()
    return found is not None


def spend_signin_link(node: Node, *, token: str) -> OpenedSession:
    """Sign in with a link, once, under a fresh cookie.

    Raises:
        SigninError: "signin_link_invalid": used, ended, unknown, or its passeur was suspended.
    """
    now = node.now()
    digest = token_digest(token)
    with node.database.write() as session:
        spent = session.exec(
            update(SigninLink)
            .where(
                col(SigninLink.digest) == digest,
                col(SigninLink.used_at).is_(None),
                col(SigninLink.ends_at) > now,
            )
            .values(used_at=now)
        ).rowcount
        passeur = session.exec(select(Passeur).join(SigninLink).where(SigninLink.digest == digest)).first()
        if not spent or passeur is None or passeur.state != PasseurState.ACTIVE:
            raise SigninError("signin_link_invalid")
        return open_session(session, node, passeur=passeur)


def open_session(session: Session, node: Node, *, passeur: Passeur) -> OpenedSession:
    """Open a signed-in session in the transaction under way."""
    now = node.now()
    cookie = new_session_id()
    session.exec(delete(PasseurSession).where(col(PasseurSession.ends_at) <= now))
    ends_at = now + timedelta(hours=node.settings.session_hours)
    session.add(
        PasseurSession(digest=cookie_digest(cookie), passeur_id=passeur.id, created_at=now, ends_at=ends_at)
    )
    passeur.last_signed_in_at = now
    session.add(passeur)
    record(session, at=now, by=passeur.id, deed="signed_in", subject=passeur.id)
    return OpenedSession(cookie, passeur)


def open_anonymous_session(node: Node) -> OpenedSession:
    """Open a short session for a browser in which nobody signed in yet: it holds a passkey's challenge."""
    now = node.now()
    cookie = new_session_id()
    row = PasseurSession(digest=cookie_digest(cookie), created_at=now, ends_at=now + _ANONYMOUS_LIFE)
    with node.database.write() as session:
        session.exec(delete(PasseurSession).where(col(PasseurSession.ends_at) <= now))
        session.add(row)
    return OpenedSession(cookie, None)


def find_passeur(node: Node, cookie: str | None) -> Passeur | None:
    """Find the active passeur who is signed in with this cookie value; None for anybody else."""
    if cookie is None:
        return None
    with node.database.session() as session:
        return session.exec(
            select(Passeur)
            .join(PasseurSession)
            .where(
                PasseurSession.digest == cookie_digest(cookie),
                PasseurSession.ends_at > node.now(),
                Passeur.state == PasseurState.ACTIVE,
            )
        ).first()


def sign_out(node: Node, *, cookie: str) -> None:
    """End the session of this cookie value."""
    with node.database.write() as session:
        session.exec(delete(PasseurSession).where(col(PasseurSession.digest) == cookie_digest(cookie)))


def cookie_digest(cookie: str) -> bytes:
    """The stored form of a session cookie's value: SHA-256."""
    return hashlib.sha256(cookie.encode(errors="replace")).digest()


def _open_links(session: Session, passeur_id: str) -> int:
    statement = select(func.count()).where(
        col(SigninLink.passeur_id) == passeur_id, col(SigninLink.used_at).is_(None)
    )
    return session.exec(statement).one()
