"""Links prepared for one employer: a signed presentation of chosen badges that opens at an address nobody
can guess, until a date.

The presentation is made once, when the link is: its challenge is the link's token, its domain the link
itself, and it expires with the link. Withdrawing a link deletes the presentation.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from sqlmodel import col, func, select, update

from contexts import ContextsError, strict_json
from credentials.data_model import presented_credentials
from credentials.errors import CredentialsError
from credentials.exchange.disclosing import enclose_whole
from credentials.exchange.formats import open_credential
from credentials.exchange.presentations import make_presentation
from did.errors import DidError
from wallet import holding
from wallet.errors import SharingError
from wallet.models import Share, ShareOpening
from wallet.vault import seal_json, unseal_json
from web.database import new_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from credentials.view import CredentialView
    from wallet.holding import HeldBadge
    from wallet.service import WalletService

MAXIMUM_BADGES: Final = 20
MAXIMUM_DAYS: Final = 366
_LABEL_CHARACTERS: Final = 100
_TOKEN_BYTES: Final = 32
_PRESENTATION_BYTES: Final = 33_554_432  # our own: at most so many badges, each at most a megabyte


class LinkState(StrEnum):
    """Whether a link opens."""

    OPEN = "open"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class SharedBadge:
    """A badge as it was when it was shared: the log stays readable when the badge is gone."""

    id: str
    name: str
    issuer_name: str


@dataclass(frozen=True)
class PreparedLink:
    """A link, as its owner sees it."""

    id: str
    label: str
    url: str
    badges: tuple[SharedBadge, ...]
    state: LinkState
    created_at: datetime
    ends_at: datetime
    withdrawn_at: datetime | None
    openings: tuple[datetime, ...]


@dataclass(frozen=True)
class OpenedLink:
    """A link, as the one who opens it gets it."""

    url: str
    presentation: bytes
    ends_at: datetime


class LinkEndedError(SharingError):
    """The link was withdrawn, or its time is over."""


def prepare_link(
    service: WalletService, *, passport_id: str, badge_ids: Sequence[str], label: str, ends_at: datetime
) -> str:
    """Make a link.

    Args:
        service: the wallet's tools.
        passport_id: whose.
        badge_ids: which badges, of this passport.
        label: for whom, in the person's own words.
        ends_at: aware.

    Returns:
        The id of the link.

    Raises:
        SharingError: "share_nothing", "share_too_many", "share_badge_unknown", "share_badge_ended",
            "share_no_label", "share_end", "share_two_keys", "badge_not_prepared".
    """
    now = service.now()
    badges = _chosen(service, passport_id, badge_ids)
    label = " ".join(label.split())[:_LABEL_CHARACTERS]
    if not label:
        raise SharingError("share_no_label")
    if not now < ends_at <= now + timedelta(days=MAXIMUM_DAYS):
        raise SharingError("share_end")
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    share_id = new_id()
    content = {
        "label": label,
        "token": token,
        "badges": [
            {"id": each.id, "name": each.name, "issuer_name": each.view.issuer_name or ""} for each in badges
        ],
    }
    presentation = _make(service, passport_id, badges, token=token, now=now, ends_at=ends_at)
    share = Share(
        id=share_id,
        passport_id=passport_id,
        token_digest=_digest(token),
        sealed_content=seal_json(service.vault, content, owner=passport_id, record=f"share:{share_id}"),
        sealed_presentation=service.vault.seal(
            presentation, owner=passport_id, record=f"presentation:{share_id}"
        ),
        created_at=now,
        ends_at=ends_at,
    )
    with service.database.write() as session:
        session.add(share)
    return share_id


def _chosen(service: WalletService, passport_id: str, badge_ids: Sequence[str]) -> list[HeldBadge]:
    wanted = list(dict.fromkeys(badge_ids))
    if not wanted:
        raise SharingError("share_nothing")
    if len(wanted) > MAXIMUM_BADGES:
        raise SharingError("share_too_many")
    badges = holding.find_badges(service, passport_id, wanted)
    if len(badges) != len(wanted):
        raise SharingError("share_badge_unknown")
    if any(badge.ended for badge in badges):
        raise SharingError("share_badge_ended")
    if len({(badge.key_id, badge.view.subject_id) for badge in badges}) != 1:
        # one presentation has one holder: a passport has one key until a later one rotates, and some issuers
        # call it by another DID
        raise SharingError("share_two_keys")
    return badges


def _make(
    service: WalletService,
    passport_id: str,
    badges: Sequence[HeldBadge],
    *,
    token: str,
    now: datetime,
    ends_at: datetime,
) -> bytes:
    key = holding.find_key(service, passport_id, badges[0].key_id)
    holder = badges[0].view.subject_id or key.did
    tools = service.verification
    try:
        credentials = [
            enclose_whole(badge.held, resolver=tools.resolver, contexts=tools.contexts, now=now)
            for badge in badges
        ]
    except (CredentialsError, ContextsError, DidError) as err:
        raise SharingError("badge_not_prepared", err.code) from err
    presentation = make_presentation(
        credentials=credentials,
        signer=service.keystore.signer(key, did=holder),
        holder=holder,
        domain=link_url(service, token),
        challenge=token,
        created=now,
        expires=ends_at,
        hasher=service.hasher,
        contexts=tools.contexts,
    )
    return strict_json.dumps(presentation)


def link_url(service: WalletService, token: str) -> str:
    """The address that a link opens at."""
    return f"{service.settings.base_url}/p/{token}"


def list_links(service: WalletService, passport_id: str) -> list[PreparedLink]:
    """A passport's links, newest first."""
    with service.database.session() as session:
        rows = session.exec(
            select(Share).where(Share.passport_id == passport_id).order_by(col(Share.created_at).desc())
        ).all()
        openings = session.exec(
            select(ShareOpening.share_id, ShareOpening.opened_at)
            .join(Share, col(Share.id) == col(ShareOpening.share_id))
            .where(Share.passport_id == passport_id)
            .order_by(col(ShareOpening.opened_at).desc())
        ).all()
    opened: dict[str, list[datetime]] = {}
    for share_id, moment in openings:
        opened.setdefault(share_id, []).append(moment)
    return [_link(service, row, opened.get(row.id, [])) for row in rows]


def find_link(service: WalletService, passport_id: str, share_id: str) -> PreparedLink | None:
    """One link of this passport; another's does not exist."""
    return next((link for link in list_links(service, passport_id) if link.id == share_id), None)


def withdraw_link(service: WalletService, passport_id: str, share_id: str) -> bool:
    """Withdraw a link: it opens no more, and the presentation is deleted. False when this passport has no
    such link.
    """
    now = service.now()
    mine = (col(Share.id) == share_id, col(Share.passport_id) == passport_id)
    statement = (
        update(Share)
        .where(*mine)
        .values(withdrawn_at=func.coalesce(col(Share.withdrawn_at), now), sealed_presentation=None)
    )
    with service.database.write() as session:
        return bool(session.exec(statement).rowcount)


def open_link(service: WalletService, token: str, *, log: bool) -> OpenedLink | None:
    """Open a link; None when there is none.

    Args:
        service: the wallet's tools.
        token: the last part of its address.
        log: note the opening for the person.

    Raises:
        LinkEndedError: it was withdrawn, or has ended.
    """
    now = service.now()
    with service.database.session() as session:
        share = session.exec(select(Share).where(Share.token_digest == _digest(token))).first()
    if share is None:
        return None
    if share.sealed_presentation is None or share.ends_at <= now:
        raise LinkEndedError("share_ended")
    presentation = service.vault.unseal(
        share.sealed_presentation, owner=share.passport_id, record=f"presentation:{share.id}"
    )
    if log:
        with service.database.write() as session:
            session.add(ShareOpening(share_id=share.id, opened_at=now))
    return OpenedLink(link_url(service, token), presentation, share.ends_at)


def _link(service: WalletService, row: Share, openings: Sequence[datetime]) -> PreparedLink:
    content: dict[str, Any] = unseal_json(
        service.vault, row.sealed_content, owner=row.passport_id, record=f"share:{row.id}"
    )
    if row.withdrawn_at is not None:
        state = LinkState.WITHDRAWN
    else:
        state = LinkState.ENDED if row.ends_at <= service.now() else LinkState.OPEN
    return PreparedLink(
        id=row.id,
        label=content["label"],
        url=link_url(service, content["token"]),
        badges=tuple(SharedBadge(**each) for each in content["badges"]),
        state=state,
        created_at=row.created_at,
        ends_at=row.ends_at,
        withdrawn_at=row.withdrawn_at,
        openings=tuple(openings),
    )


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


@dataclass(frozen=True)
class ShownLink:
    """What a link holds, for a person whose browser opened it; nothing was verified."""

    badges: tuple[CredentialView, ...]
    ends_at: datetime


def look_into_link(service: WalletService, token: str) -> ShownLink | None:
    """Open a link for a person's eyes, and note it; None when there is none.

    Raises:
        LinkEndedError: it was withdrawn, or has ended.
    """
    opened = open_link(service, token, log=True)
    if opened is None:
        return None
    document = strict_json.loads(opened.presentation, max_bytes=_PRESENTATION_BYTES)
    held = presented_credentials(document, maximum=MAXIMUM_BADGES)
    views = (open_credential(strict_json.dumps(each)).view for each in held)
    return ShownLink(tuple(views), opened.ends_at)
