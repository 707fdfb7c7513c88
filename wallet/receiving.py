"""Receiving a badge: from an accepted offer to bytes that are verified and kept. OpenID4VCI 1.0, the
wallet's side.

The steps of `accept_offer`; each leaves what it obtained sealed in the offer's row, so that a crash or a
fault of the network anywhere is mended by accepting again:

1. claim the offer: of two taps, or two workers, one goes on and the other waits for it;
2. exchange the pre-authorized code for an access token, and keep the token;
3. ask for a nonce, prove possession of the passport's key, make the credential request, and keep the bytes;
4. verify them with the library's one verifier, and that they are about this passport's DID;
5. keep them in the passport and close the offer, in one transaction;
6. ask for the copies of the badge in the other formats of the offer (`wallet.copies`): whatever comes of it,
   the badge is kept.

What is invalid is refused and not kept. What could not be checked, or was signed by somebody else than
the one who offered it, waits, sealed, until the person says so (`keep_doubtful`); the passport then shows
it as not checked.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlmodel import and_, col, or_, update

from credentials.verification import check_credential
from wallet import holding, issuers
from wallet.copies import receive_copies
from wallet.credential_requests import fetch_credential
from wallet.errors import ReceivingError
from wallet.examining import examine
from wallet.models import OfferState, ReceivedOffer
from wallet.offers import OfferContent, find_offer, save_content, seal_offer, with_access

if TYPE_CHECKING:
    from credentials.report import Report
    from wallet.issuers import Access
    from wallet.models import HolderKeyRecord
    from wallet.offers import Offer
    from wallet.service import WalletService
    from wallet.signing_in import Visitor

_LEASE: Final = timedelta(seconds=60)
_WAIT_SECONDS: Final = 15.0
_LOOK_SECONDS: Final = 0.1


@dataclass(frozen=True)
class Received:
    """What accepting came to: a badge in the passport, or doubts that the person must settle."""

    credential_id: str | None
    doubts: tuple[str, ...] = ()


def accept_offer(
    service: WalletService,
    visitor: Visitor,
    offer_id: str,
    *,
    tx_code: str | None = None,
    keep_doubtful: bool = False,
) -> Received:
    """Redeem an offer into the passport of somebody who is signed in. Doing it again does nothing twice (J4).

    Args:
        service: the wallet's tools.
        visitor: signed in.
        offer_id: an offer of theirs.
        tx_code: as typed, when the offer asks for one.
        keep_doubtful: the person was told the doubts and keeps the badge all the same.

    Raises:
        ReceivingError: it did not work; `again` says whether accepting again can.

    Source: OpenID4VCI 1.0, sections 4 to 8.
    """
    if visitor.passport_id is None:
        raise ValueError("accepting needs a passport")
    # 1. Claim
    if not _claim(service, visitor, offer_id):
        return _wait_for_the_other(service, visitor, offer_id)
    try:
        received = _redeem(service, visitor, offer_id, tx_code=tx_code, keep_doubtful=keep_doubtful)
    except ReceivingError as err:
        _release(service, offer_id, err)
        raise
    # 6. Copies
    if received.credential_id is not None:
        receive_copies(service, visitor.passport_id, received.credential_id)
    return received


def _redeem(
    service: WalletService, visitor: Visitor, offer_id: str, *, tx_code: str | None, keep_doubtful: bool
) -> Received:
    offer = find_offer(service, visitor, offer_id)
    if offer is None or offer.content is None or visitor.passport_id is None:
        raise ReceivingError("offer_gone")
    content = offer.content
    with service.database.session() as session:
        key = service.keystore.current_key(session, passport_id=visitor.passport_id)
    if content.received is None:
        # 2. Token
        if content.access is None:
            content = _save(
                service, offer_id, with_access(content, _fetch_access(service, content, tx_code=tx_code))
            )
        # 3. Credential
        received = fetch_credential(service, content, content.wanted, key)
        content = _save(service, offer_id, replace(content, received=received))
    # 4. Verify
    data = (content.received or "").encode()
    report = check_credential(data, context=service.verification, now=service.now())
    doubts = examine(
        report,
        expected_format=content.format,
        expected_issuer=content.issuer,
        holder=key.did,
        public_key=service.keystore.signer(key).public_key,
    )
    if doubts and not keep_doubtful:
        return _ask(service, offer_id, content, doubts)
    # 5. Keep
    return _keep(service, offer_id, content, visitor.passport_id, key=key, data=data, report=report)


def _claim(service: WalletService, visitor: Visitor, offer_id: str) -> bool:
    """Take the offer for this request: one conditional UPDATE, which one of many wins. A claim left by a
    crash ends.
    """
    now = service.now()
    free = or_(
        col(ReceivedOffer.state).in_((OfferState.SHOWN, OfferState.ACCEPTED, OfferState.UNCHECKED)),
        and_(col(ReceivedOffer.state) == OfferState.REDEEMING, col(ReceivedOffer.busy_until) <= now),
    )
    mine = or_(
        col(ReceivedOffer.passport_id) == visitor.passport_id,
        and_(col(ReceivedOffer.passport_id).is_(None), col(ReceivedOffer.session_id) == visitor.session_id),
    )
    values = {
        "state": OfferState.REDEEMING,
        "busy_until": now + _LEASE,
        "passport_id": visitor.passport_id,
        "error": None,
        # from here on it waits for its person as long as it takes to reach the issuer
        "ends_at": now + timedelta(days=30),
    }
    with service.database.write() as session:
        statement = (
            update(ReceivedOffer).where(col(ReceivedOffer.id) == offer_id, mine, free).values(**values)
        )
        return bool(session.exec(statement).rowcount)


def _release(service: WalletService, offer_id: str, err: ReceivingError) -> None:
    """Leave the offer so that it can be accepted again, or close it for good and delete what it held."""
    values: dict[str, Any] = {"error": err.code, "busy_until": None}
    values |= (
        {"state": OfferState.ACCEPTED} if err.again else {"state": OfferState.FAILED, "sealed_content": None}
    )
    _set(service, offer_id, values)


def _wait_for_the_other(service: WalletService, visitor: Visitor, offer_id: str) -> Received:
    """A second tap: tell what the first one came to."""
    deadline = time.monotonic() + _WAIT_SECONDS
    offer = find_offer(service, visitor, offer_id)
    while offer is not None and offer.state is OfferState.REDEEMING and time.monotonic() < deadline:
        time.sleep(_LOOK_SECONDS)
        offer = find_offer(service, visitor, offer_id)
    return _tell(offer)


def _tell(offer: Offer | None) -> Received:
    if offer is None:
        raise ReceivingError("offer_gone")
    match offer.state:
        case OfferState.KEPT:
            return Received(offer.credential_id)
        case OfferState.UNCHECKED if offer.content is not None:
            return Received(None, offer.content.doubts)
        case OfferState.REDEEMING:
            raise ReceivingError("offer_busy", again=True)
        case OfferState.REFUSED:
            raise ReceivingError("offer_refused")
        case _:
            raise ReceivingError(offer.error or "offer_gone")


def _fetch_access(service: WalletService, content: OfferContent, *, tx_code: str | None) -> Access:
    if content.transaction_code is not None and tx_code is None:
        # asked for here: a try without it would count against the person at the issuer
        raise ReceivingError("tx_code_needed", again=True)
    issuer = content.as_issuer()
    token_endpoint = issuers.fetch_token_endpoint(
        service.fetcher, issuer, authorization_server=content.authorization_server
    )
    return issuers.redeem_code(
        service.fetcher,
        token_endpoint,
        code=content.code,
        tx_code=tx_code if content.transaction_code else None,
        configuration_id=content.configuration_id,
    )


def _ask(service: WalletService, offer_id: str, content: OfferContent, doubts: tuple[str, ...]) -> Received:
    _save(service, offer_id, replace(content, doubts=doubts))
    _set(service, offer_id, {"state": OfferState.UNCHECKED, "busy_until": None})
    return Received(None, doubts)


def _keep(
    service: WalletService,
    offer_id: str,
    content: OfferContent,
    passport_id: str,
    *,
    key: HolderKeyRecord,
    data: bytes,
    report: Report,
) -> Received:
    # with copies to come, the token and their names stay
    rest = seal_offer(service, offer_id, replace(content, received=None)) if content.copies else None
    with service.database.write() as session:
        credential_id = holding.keep_credential(
            session, service, passport_id=passport_id, key_id=key.id, data=data, report=report
        )
        values = {
            "state": OfferState.KEPT,
            "credential_id": credential_id,
            "sealed_content": rest,
            "busy_until": None,
        }
        session.exec(update(ReceivedOffer).where(col(ReceivedOffer.id) == offer_id).values(**values))
    return Received(credential_id)


def _save(service: WalletService, offer_id: str, content: OfferContent) -> OfferContent:
    with service.database.write() as session:
        save_content(session, service, offer_id, content)
    return content


def _set(service: WalletService, offer_id: str, values: dict[str, Any]) -> None:
    with service.database.write() as session:
        session.exec(update(ReceivedOffer).where(col(ReceivedOffer.id) == offer_id).values(**values))
