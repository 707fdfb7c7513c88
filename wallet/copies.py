"""The copies of a badge: the same recognition in the other formats of its offer, so that it can be shown to
those who read only one of them.

They are asked for once the badge itself is kept, with the same access token, one credential request each.
Nothing that goes wrong here touches the badge. What may pass is tried again when its owner looks at the
badge; what may not is given up, and the badge's page says that a copy is missing.

A copy is kept only when it is valid and says the same as the badge: nobody said yes to anything else.

Source: OpenID4VCI 1.0, section 8 (Credential Endpoint).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import structlog
from sqlmodel import col, or_, select, update

from credentials.exchange.formats import open_credential
from credentials.report import Outcome
from credentials.verification import check_credential
from wallet import holding
from wallet.credential_requests import request_once
from wallet.errors import ReceivingError
from wallet.examining import examine
from wallet.models import OfferState, ReceivedOffer
from wallet.offers import open_content, seal_offer

if TYPE_CHECKING:
    from credentials.view import CredentialView
    from wallet.holding import HeldBadge
    from wallet.offers import OfferContent, Wanted
    from wallet.service import WalletService

log = structlog.get_logger(__name__)

_LEASE: Final = timedelta(seconds=60)
_PAUSE: Final = timedelta(minutes=5)
# its name, when it was signed, and how it is secured
_OF_EACH_COPY: Final = frozenset({"@context", "id", "validFrom", "issuanceDate", "proof", "credentialStatus"})


class CopiesState(StrEnum):
    """Whether the copies of a badge that its offer named are here."""

    COMPLETE = "complete"  # or there were none to come
    WAITING = "waiting"  # they are asked for again
    MISSING = "missing"  # given up


def state_of_copies(service: WalletService, passport_id: str, badge_id: str) -> CopiesState:
    """Whether something of a badge is still to come, or was given up lately. A badge may have come by several
    offers, of the same credential.
    """
    waits = col(ReceivedOffer.sealed_content).is_not(None)
    statement = (
        select(waits, ReceivedOffer.error)
        .where(*_of_badge(passport_id, badge_id))
        .order_by(col(ReceivedOffer.created_at))
    )
    with service.database.session() as session:
        rows = session.exec(statement).all()
    if any(is_to_come for is_to_come, _ in rows):
        return CopiesState.WAITING
    return CopiesState.MISSING if rows and rows[-1][1] is not None else CopiesState.COMPLETE


def are_copies_waiting(service: WalletService, passport_id: str) -> bool:
    """Whether a copy of any badge of a passport is still to come."""
    statement = select(ReceivedOffer.id).where(
        ReceivedOffer.passport_id == passport_id,
        ReceivedOffer.state == OfferState.KEPT,
        col(ReceivedOffer.sealed_content).is_not(None),
    )
    with service.database.session() as session:
        return session.exec(statement.limit(1)).first() is not None


def receive_copies(service: WalletService, passport_id: str, badge_id: str) -> None:
    """Ask for the copies of a badge that are still to come, unless that was tried a moment ago.

    Args:
        service: the wallet's tools.
        passport_id: whose.
        badge_id: of a badge that is kept.
    """
    row = _claim(service, passport_id, badge_id)
    if row is None:
        return
    content = open_content(service, row)
    badge = holding.find_badge(service, passport_id, badge_id)
    if content is None or badge is None:
        return
    waiting, error = [], None
    for wanted in content.copies:
        try:
            _receive(service, passport_id, badge, content, wanted)
        except ReceivingError as err:
            log.warning("copy_not_received", format=wanted.format, code=err.code, again=err.again)
            error = err.code
            if err.again:
                waiting.append(wanted)
    _close(service, row.id, replace(content, copies=tuple(waiting)), error)


def _of_badge(passport_id: str, badge_id: str) -> tuple[Any, ...]:
    return (
        ReceivedOffer.passport_id == passport_id,
        ReceivedOffer.credential_id == badge_id,
        ReceivedOffer.state == OfferState.KEPT,
    )


def _claim(service: WalletService, passport_id: str, badge_id: str) -> ReceivedOffer | None:
    """Take an offer of a badge for this request, if something of it is to come and nobody is at it."""
    now = service.now()
    free = or_(col(ReceivedOffer.busy_until).is_(None), col(ReceivedOffer.busy_until) <= now)
    statement = (
        select(ReceivedOffer)
        .where(*_of_badge(passport_id, badge_id), col(ReceivedOffer.sealed_content).is_not(None), free)
        .order_by(col(ReceivedOffer.created_at))
        .limit(1)
        .with_for_update()
    )
    with service.database.write() as session:
        row = session.exec(statement).first()
        if row is not None:
            row.busy_until = now + _LEASE
    return row


def _receive(
    service: WalletService, passport_id: str, badge: HeldBadge, content: OfferContent, wanted: Wanted
) -> None:
    """Ask for a copy, verify it, and keep it. Its owner waits for that: nothing is asked for twice.

    Raises:
        ReceivingError: it did not come, or is not kept.
    """
    key = holding.find_key(service, passport_id, badge.key_id)
    data = request_once(service, content, wanted, key).encode()
    report = check_credential(data, context=service.verification, now=service.now())
    examine(
        report,
        expected_format=wanted.format,
        expected_issuer=content.issuer,
        holder=key.did,
        public_key=service.keystore.signer(key).public_key,
    )
    if report.outcome is not Outcome.VALID:
        raise ReceivingError("copy_not_checked", " ".join(report.codes), again=True)
    if _said(open_credential(data).view) != _said(badge.view):
        raise ReceivingError("copy_differs", "the copy does not say what the badge says")
    with service.database.write() as session:
        holding.keep_copy(session, service, badge=badge, passport_id=passport_id, data=data, report=report)


def _said(view: CredentialView) -> dict[str, Any]:
    """What a credential says, without what each copy has for itself. Under which id its holder stands in it
    does not count: the key does, and that is examined.
    """
    said = {name: value for name, value in view.raw.items() if name not in _OF_EACH_COPY}
    subject = said.get("credentialSubject")
    if isinstance(subject, dict):
        said["credentialSubject"] = {name: value for name, value in subject.items() if name != "id"}
    return said


def _close(service: WalletService, offer_id: str, content: OfferContent, error: str | None) -> None:
    """Note what is still to come; when nothing is, the token goes too."""
    waits = bool(content.copies)
    values = {
        "sealed_content": seal_offer(service, offer_id, content) if waits else None,
        "busy_until": service.now() + _PAUSE if waits else None,
        "error": error,
    }
    # nothing comes back of a badge that was deleted meanwhile
    there = col(ReceivedOffer.id) == offer_id, col(ReceivedOffer.sealed_content).is_not(None)
    with service.database.write() as session:
        session.exec(update(ReceivedOffer).where(*there).values(**values))
