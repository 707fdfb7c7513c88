"""What a passport holds: kept as the bytes received, sealed; looked at, checked again, hidden, given out,
deleted. A badge is one thing, in however many formats it is held.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import structlog
from sqlmodel import col, delete, func, or_, select, update

from contexts import ContextsError
from credentials.errors import CredentialsError
from credentials.exchange.formats import open_credential, presented_claims
from credentials.report import Outcome
from credentials.verification import check_credential
from did.errors import SealError
from wallet.models import HeldCredential, HolderKeyRecord, ReceivedOffer
from web.database import new_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlmodel import Session

    from credentials.exchange.formats import OpenedCredential
    from credentials.report import Report
    from credentials.view import CredentialView
    from wallet.service import WalletService

log = structlog.get_logger(__name__)

_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)
_RECENT: Final = timedelta(minutes=5)
# what ends a badge that was good; first what says most
_ENDINGS: Final = ("revoked", "suspended", "expired")


@dataclass(frozen=True)
class HeldBadge:
    """A badge in a passport.

    Args:
        held: the bytes received, and what they say.
        outcome: what the last check came to; where one copy was taken back, or has ended, the badge has.
        codes: of the checks that did not pass then.
        copies: the same recognition in other formats; they have none themselves.
    """

    id: str
    held: OpenedCredential
    outcome: Outcome
    codes: tuple[str, ...]
    checked_at: datetime
    received_at: datetime
    hidden: bool
    key_id: str
    copies: tuple[HeldBadge, ...] = ()

    @property
    def every_copy(self) -> tuple[HeldBadge, ...]:
        """The badge itself, then its copies."""
        return (self, *self.copies)

    @property
    def format(self) -> str:
        """Credential Format Identifier."""
        return self.held.claims.format

    @property
    def content(self) -> bytes:
        """The bytes received."""
        return self.held.content

    @property
    def view(self) -> CredentialView:
        """What they say, for people."""
        return self.held.view

    @property
    def name(self) -> str:
        """What the badge is called; empty when it does not say."""
        return self.view.achievement_name or self.view.name or ""

    @property
    def ended(self) -> str | None:
        """Why a badge that was good is so no more: "revoked", "suspended", "expired"; None: it is not so."""
        return next((code for code in _ENDINGS if code in self.codes), None)

    @property
    def issuer_domain(self) -> str:
        """Where the issuer's DID lives, as people read it; the DID itself when it has no domain."""
        issuer_id = self.view.issuer_id or ""
        if not issuer_id.startswith("did:web:"):
            return issuer_id
        return issuer_id.removeprefix("did:web:").replace(":", "/").replace("%3A", ":").replace("%3a", ":")


@dataclass(frozen=True)
class Shelf:
    """Badges of a passport.

    Args:
        badges: the newest achievement first.
        unopened: how many are there too and cannot be opened, because what is stored was altered.
    """

    badges: list[HeldBadge]
    unopened: int


def keep_credential(
    session: Session, service: WalletService, *, passport_id: str, key_id: str, data: bytes, report: Report
) -> str:
    """Keep a credential in a passport, in that transaction. One that is there already stays as it is.

    Args:
        session: of a `write()`.
        service: the wallet's tools.
        passport_id: whose.
        key_id: the holder key that it is bound to.
        data: the bytes received.
        report: what verifying them said.

    Returns:
        The id of the badge in the passport.
    """
    view = report.credential
    # by its issuer and id: the same credential under another encoding of its proof is not a new one (A16),
    # and nobody else's can stand in its place by taking its id
    issuer_id, name = (view.issuer_id or "", view.id or data.hex()) if view else ("", data.hex())
    identity = service.digests("credential", passport_id, issuer_id, name)
    known = session.exec(
        select(HeldCredential.id).where(
            HeldCredential.passport_id == passport_id, HeldCredential.identity_digest == identity
        )
    ).first()
    if known is not None:
        return known
    row = _new_row(service, passport_id, key_id, identity=identity, data=data, report=report)
    session.add(row)
    return row.id


def keep_copy(
    session: Session,
    service: WalletService,
    *,
    badge: HeldBadge,
    passport_id: str,
    data: bytes,
    report: Report,
) -> None:
    """Keep a copy of a badge, in that transaction: one in each format; none, when the badge was deleted
    meanwhile.

    Args:
        session: of a `write()`.
        service: the wallet's tools.
        badge: what it is a copy of, bound to the same key.
        passport_id: whose.
        data: the bytes received.
        report: what verifying them said.
    """
    claims = presented_claims(report)
    identity = service.digests("copy", passport_id, badge.id, claims.format if claims else "")
    there = session.exec(
        select(HeldCredential.id)
        .where(HeldCredential.id == badge.id, HeldCredential.passport_id == passport_id)
        .with_for_update()
    ).first()
    known = session.exec(
        select(HeldCredential.id).where(
            HeldCredential.passport_id == passport_id, HeldCredential.identity_digest == identity
        )
    ).first()
    if there is not None and known is None:
        row = _new_row(service, passport_id, badge.key_id, identity=identity, data=data, report=report)
        row.copy_of = badge.id
        session.add(row)


def _new_row(
    service: WalletService, passport_id: str, key_id: str, *, identity: bytes, data: bytes, report: Report
) -> HeldCredential:
    row_id, now = new_id(), service.now()
    return HeldCredential(
        id=row_id,
        passport_id=passport_id,
        key_id=key_id,
        identity_digest=identity,
        sealed_content=service.vault.seal(data, owner=passport_id, record=f"credential:{row_id}"),
        received_at=now,
        checked_at=now,
        outcome=report.outcome,
        codes=" ".join(report.codes),
    )


def open_shelf(service: WalletService, passport_id: str, *, hidden: bool | None = False) -> Shelf:
    """The badges of a passport. One that cannot be opened does not keep the others shut.

    Args:
        service: the wallet's tools.
        passport_id: whose.
        hidden: only those that are hidden, or are not; None: all.
    """
    statement = select(HeldCredential).where(HeldCredential.passport_id == passport_id)
    if hidden is not None:
        wanted = select(HeldCredential.id).where(
            HeldCredential.passport_id == passport_id, col(HeldCredential.hidden) == hidden
        )
        # whether it is hidden is said of a badge, not of its copies
        statement = statement.where(func.coalesce(HeldCredential.copy_of, HeldCredential.id).in_(wanted))
    with service.database.session() as session:
        rows = session.exec(statement).all()
    badges = _with_copies(service, rows)
    badges.sort(key=lambda badge: (badge.view.earned_on or _EARLIEST, badge.received_at), reverse=True)
    return Shelf(badges, unopened=sum(row.copy_of is None for row in rows) - len(badges))


def list_badges(service: WalletService, passport_id: str, *, hidden: bool | None = False) -> list[HeldBadge]:
    """The badges of a passport that can be opened: see `open_shelf`."""
    return open_shelf(service, passport_id, hidden=hidden).badges


def count_hidden(service: WalletService, passport_id: str) -> int:
    """How many badges are hidden."""
    statement = select(HeldCredential.id).where(
        HeldCredential.passport_id == passport_id,
        col(HeldCredential.hidden) == True,  # noqa: E712 - SQL
        col(HeldCredential.copy_of).is_(None),
    )
    with service.database.session() as session:
        return len(session.exec(statement).all())


def find_badge(service: WalletService, passport_id: str, badge_id: str) -> HeldBadge | None:
    """One badge of this passport; another's does not exist, nor does one that cannot be opened."""
    with service.database.session() as session:
        rows = session.exec(
            select(HeldCredential).where(
                _is_or_copies(badge_id), col(HeldCredential.passport_id) == passport_id
            )
        ).all()
    return next(iter(_with_copies(service, rows)), None)


def find_badges(service: WalletService, passport_id: str, badge_ids: Sequence[str]) -> list[HeldBadge]:
    """Those of these badges that are in this passport, in the order asked for."""
    found = {
        badge.id: badge for badge in list_badges(service, passport_id, hidden=None) if badge.id in badge_ids
    }
    return [found[badge_id] for badge_id in dict.fromkeys(badge_ids) if badge_id in found]


def find_key(service: WalletService, passport_id: str, key_id: str) -> HolderKeyRecord:
    """The holder key that a badge is bound to."""
    with service.database.session() as session:
        return session.exec(
            select(HolderKeyRecord).where(
                HolderKeyRecord.id == key_id, HolderKeyRecord.passport_id == passport_id
            )
        ).one()


def is_due(service: WalletService, badge: HeldBadge) -> bool:
    """Whether the last check is too old to be shown as what is so now."""
    return badge.checked_at <= service.now() - _RECENT


def check_again(service: WalletService, passport_id: str, badge: HeldBadge) -> bool:
    """Verify a badge now with its copies, each for itself, and remember what that came to.

    Returns:
        False when the badge itself could not be checked (nobody was reached). The last verdict on whatever
        could not be checked stays, with its date.
    """
    reached = [_check_one(service, passport_id, each) for each in badge.every_copy]
    return reached[0]


def _check_one(service: WalletService, passport_id: str, copy: HeldBadge) -> bool:
    report = check_credential(copy.content, context=service.verification, now=service.now())
    if report.outcome is Outcome.INDETERMINATE:
        return False
    values = {"outcome": report.outcome, "codes": " ".join(report.codes), "checked_at": service.now()}
    return _update(service, passport_id, copy.id, values)


def set_hidden(service: WalletService, passport_id: str, badge_id: str, *, hidden: bool) -> bool:
    """Hide a badge with its copies, or show it again; False when this passport has no such badge."""
    return _update(service, passport_id, badge_id, {"hidden": hidden})


def delete_badge(service: WalletService, passport_id: str, badge_id: str) -> bool:
    """Delete a badge for good, with its copies and what would bring more of them; False when this passport
    has no such badge.
    """
    mine = col(HeldCredential.id) == badge_id, col(HeldCredential.passport_id) == passport_id
    to_come = col(ReceivedOffer.credential_id) == badge_id, col(ReceivedOffer.passport_id) == passport_id
    with service.database.write() as session:
        session.exec(update(ReceivedOffer).where(*to_come).values(sealed_content=None))
        # the copies go with it: ON DELETE CASCADE
        return bool(session.exec(delete(HeldCredential).where(*mine)).rowcount)


def _is_or_copies(badge_id: str) -> ColumnElement[bool]:
    return or_(col(HeldCredential.id) == badge_id, col(HeldCredential.copy_of) == badge_id)


def _with_copies(service: WalletService, rows: Sequence[HeldCredential]) -> list[HeldBadge]:
    """The badges among these rows that can be opened, each with those of its copies that can."""
    opened = [(row.copy_of, badge) for row in rows if (badge := _badge(service, row)) is not None]
    copies: dict[str, list[HeldBadge]] = {}
    for copy_of, badge in opened:
        if copy_of is not None:
            copies.setdefault(copy_of, []).append(badge)
    return [_joined(badge, copies.get(badge.id, [])) for copy_of, badge in opened if copy_of is None]


def _joined(badge: HeldBadge, copies: Sequence[HeldBadge]) -> HeldBadge:
    """A badge with its copies: what ended one of them ended the recognition."""
    told = next((each for each in (badge, *copies) if each.ended), None)
    if told is not None:
        badge, *copies = (replace(each, outcome=told.outcome, codes=told.codes) for each in (badge, *copies))
    return replace(badge, copies=tuple(copies))


def _update(service: WalletService, passport_id: str, badge_id: str, values: dict[str, object]) -> bool:
    statement = (
        update(HeldCredential)
        .where(col(HeldCredential.id) == badge_id, col(HeldCredential.passport_id) == passport_id)
        .values(**values)
    )
    with service.database.write() as session:
        return bool(session.exec(statement).rowcount)


def _badge(service: WalletService, row: HeldCredential) -> HeldBadge | None:
    try:
        content = service.vault.unseal(
            row.sealed_content, owner=row.passport_id, record=f"credential:{row.id}"
        )
        held = open_credential(content)
    except (SealError, CredentialsError, ContextsError) as err:
        log.warning("badge_not_opened", badge_id=row.id, error=type(err).__name__)
        return None
    return HeldBadge(
        id=row.id,
        held=held,
        outcome=Outcome(row.outcome),
        codes=tuple(row.codes.split()),
        checked_at=row.checked_at,
        received_at=row.received_at,
        hidden=row.hidden,
        key_id=row.key_id,
    )
