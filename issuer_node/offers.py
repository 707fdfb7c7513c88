"""Credential offers: a code for one award, as a link, a QR code and a slip; spent once, renewed when lost.

Source: OpenID4VCI 1.0, sections 4.1 (Credential Offer), 6 (Token Endpoint).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import structlog
from sqlmodel import col, select, update

from credentials.exchange.offers import CredentialOffer, TxCode, build_offer, offer_reference_uri
from did.sealing import seal, unseal
from issuer_node.auditing import record
from issuer_node.errors import ConflictError, GrantError, NotFoundError
from issuer_node.metadata import configuration_ids, credential_identifier, format_of
from issuer_node.models import AccessToken, Award, Badge, Offer, OfferState
from issuer_node.passeurs import require_passeur
from issuer_node.status_lists import revoke_issuances

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlmodel import Session

    from issuer_node.formats import CredentialFormat
    from issuer_node.models import Passeur
    from issuer_node.node import Node

MOST_WRONG_TRIES: Final = 5
TX_CODE_DIGITS: Final = 6
_CODE_BYTES: Final = 32
_LONGEST_CODE: Final = 256

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class OfferLinks:
    """What a slip shows.

    Args:
        offer_id: of the offer.
        offer_uri: `openid-credential-offer://...` by reference, for any wallet.
        by_value_uri: the same, with the offer itself in it.
        slip_url: an address that every telephone's camera opens; leads to the wallet.
        wallet_uri: the page of the wallet that the settings name, with the offer by reference; `offer_uri`
            when they name none.
        tx_code: the digits to tell the person apart from the slip; None if there are none.
        ends_at: when the slip can no longer be used.
        state: "open", "ended", "redeemed", "burnt" or "withdrawn".
        second_scan_at: when somebody tried it again after it was used.
    """

    offer_id: str
    offer_uri: str = field(repr=False)
    by_value_uri: str = field(repr=False)
    slip_url: str = field(repr=False)
    wallet_uri: str = field(repr=False)
    tx_code: str | None = field(repr=False)
    ends_at: datetime
    state: str
    second_scan_at: datetime | None


@dataclass(frozen=True)
class RedeemedCode:
    """A code was exchanged.

    Args:
        access_token: 256 random bits, URL-safe; never stored.
        seconds: life of the token.
        credential_identifiers: for the credential request, by the configurations of the wallet's
            authorization_details; none if it sent none.
    """

    access_token: str = field(repr=False)
    seconds: int
    credential_identifiers: Mapping[str, str]


@dataclass(frozen=True)
class SecondScan:
    """A slip that somebody tried again after it was used: the passeur is told."""

    offer: Offer
    award: Award
    badge: Badge


def add_offer(session: Session, node: Node, *, award_id: str) -> Offer:
    """Make an offer for an award, in the transaction under way."""
    now = node.now()
    code = secrets.token_urlsafe(_CODE_BYTES)
    offer = Offer(
        award_id=award_id,
        sealed_code=b"",
        code_digest=_digest(code),
        created_at=now,
        ends_at=now + timedelta(days=node.settings.offer_days),
    )
    offer.sealed_code = seal(code.encode(), secret=node.secret, purpose="offer-code", record=offer.id)
    if node.settings.tx_code:
        tx_code = f"{secrets.randbelow(10**TX_CODE_DIGITS):0{TX_CODE_DIGITS}}"
        offer.sealed_tx_code = seal(
            tx_code.encode(), secret=node.secret, purpose="offer-tx-code", record=offer.id
        )
    session.add(offer)
    return offer


def renew_offer(node: Node, *, by: Passeur, award_id: str) -> str:
    """Make a new slip for an award; gives the new offer's id. The old one is dead.

    When the badge was fetched already, by whoever had the slip, all its copies are revoked: of one award,
    what came of one slip stands.

    Raises:
        NotFoundError: no such award.
        ConflictError: "award_revoked".
        NotAllowedError: "passeur_suspended".
    """
    with node.database.write() as session:
        require_passeur(session, by)
        award = session.exec(select(Award).where(Award.id == award_id).with_for_update()).first()
        if award is None:
            raise NotFoundError
        if award.revoked_at is not None:
            raise ConflictError("award_revoked")
        withdraw_offers(session, award_id=award_id)
        revoke_issuances(session, award_id=award_id, now=node.now())
        offer = add_offer(session, node, award_id=award_id)
        record(session, at=node.now(), by=by.id, deed="offer_renewed", subject=award_id)
    return offer.id


def withdraw_offers(session: Session, *, award_id: str) -> None:
    """End every offer of an award, and the tokens that came from them, in the transaction under way."""
    statement = update(Offer).where(col(Offer.award_id) == award_id).values(state=OfferState.WITHDRAWN)
    session.exec(statement)


def offer_links(node: Node, offer: Offer, *, badge_id: str) -> OfferLinks:
    """What the slip of an offer shows.

    Args:
        node: the node.
        offer: its row.
        badge_id: of the award's badge.
    """
    credential_offer = _credential_offer(node, offer, badge_id)
    return OfferLinks(
        offer_id=offer.id,
        offer_uri=offer_reference_uri(_reference(node, offer.id)),
        by_value_uri=credential_offer.to_uri(),
        slip_url=f"{node.base_url}/c/{offer.id}",
        wallet_uri=_wallet_uri(node, offer.id),
        tx_code=_tx_code(node, offer),
        ends_at=offer.ends_at,
        state=state_of(offer, node.now()),
        second_scan_at=offer.second_scan_at,
    )


def get_credential_offer(node: Node, offer_id: str) -> CredentialOffer:
    """The offer by reference, as a wallet fetches it.

    Raises:
        NotFoundError: no such offer.
        ConflictError: "offer_ended", "offer_redeemed", "offer_burnt", "offer_withdrawn".
    """
    offer, badge = find_offer(node, offer_id)
    state = use_slip(node, offer)
    if state != OfferState.OPEN:
        raise ConflictError(f"offer_{state}")
    return _credential_offer(node, offer, badge.id)


def find_offer(node: Node, offer_id: str) -> tuple[Offer, Badge]:
    """An offer with its badge.

    Raises:
        NotFoundError: no such offer.
    """
    with node.database.session() as session:
        found = session.exec(
            select(Offer, Badge)
            .join(Award, col(Offer.award_id) == Award.id)
            .join(Badge, col(Award.badge_id) == Badge.id)
            .where(Offer.id == offer_id)
        ).first()
    if found is None:
        raise NotFoundError
    return found


def use_slip(node: Node, offer: Offer) -> str:
    """Somebody scanned a slip: the state that they are told, see `state_of`. A second scan is noted."""
    note_second_scan(node, offer)
    return state_of(offer, node.now())


def state_of(offer: Offer, now: datetime) -> str:
    """The state that people are told: "open", "ended", "redeemed", "burnt" or "withdrawn"."""
    return "ended" if offer.state == OfferState.OPEN and offer.ends_at <= now else str(offer.state)


def note_second_scan(node: Node, offer: Offer) -> None:
    """Remember that a used slip was tried again (G3). The first time is kept; the passeur sees it."""
    if offer.state != OfferState.REDEEMED or offer.second_scan_at is not None:
        return
    now = node.now()
    statement = (
        update(Offer)
        .where(col(Offer.id) == offer.id, col(Offer.second_scan_at).is_(None))
        .values(second_scan_at=now)
    )
    with node.database.write() as session:
        if session.exec(statement).rowcount:
            record(session, at=now, by=None, deed="offer_scanned_again", subject=offer.award_id)
            log.warning("offer_scanned_again", award_id=offer.award_id)


def list_second_scans(node: Node, *, limit: int = 20) -> list[SecondScan]:
    """Used slips that were tried again, the latest first: shown to passeurs until the slip is renewed."""
    with node.database.session() as session:
        rows = session.exec(
            select(Offer, Award, Badge)
            .join(Award, col(Offer.award_id) == Award.id)
            .join(Badge, col(Award.badge_id) == Badge.id)
            .where(
                col(Offer.second_scan_at).is_not(None),
                Offer.state == OfferState.REDEEMED,
                col(Award.revoked_at).is_(None),
            )
            .order_by(col(Offer.second_scan_at).desc())
            .limit(limit)
        ).all()
    return [SecondScan(*row) for row in rows]


def redeem_code(
    node: Node, *, code: str, tx_code: str | None, wanted: Collection[str] | None = None
) -> RedeemedCode:
    """Exchange a pre-authorized code for an access token: once, whoever else tries at the same time.

    Args:
        node: the node.
        code: as received.
        tx_code: as received; compared character for character, so that a blank or another script's digit is a
            wrong try.
        wanted: configuration ids of the wallet's authorization_details; None if it sent none.

    Raises:
        GrantError: "invalid_grant": unknown, used, ended or withdrawn code, or a wrong tx_code, of which the
            fifth burns the code; "invalid_request": a tx_code is missing, or none is expected;
            "invalid_authorization_details": they ask for something else than is offered.

    Source: OpenID4VCI 1.0, sections 6.1 to 6.3.
    """
    offer_id, badge_id = _find_code(node, code)
    formats = _read_wanted(node, wanted, badge_id)
    refusal: GrantError | None = None
    token = secrets.token_urlsafe(_CODE_BYTES)
    life = timedelta(hours=node.settings.access_token_hours)
    with node.database.write() as session:
        # the row is held until the end: a hundred at once go through here one after the other
        offer = session.exec(select(Offer).where(Offer.id == offer_id).with_for_update()).one()
        refusal = _check_redeemable(node, offer) or _check_tx_code(node, offer, tx_code)
        if refusal is None:
            offer.state, offer.redeemed_at = OfferState.REDEEMED, node.now()
            session.add(
                AccessToken(
                    digest=_digest(token),
                    offer_id=offer.id,
                    chosen_formats=_chosen(formats) if wanted is not None else None,
                    ends_at=node.now() + life,
                )
            )
        session.add(offer)  # a wrong try is kept too
    if refusal is not None:
        note_second_scan(node, offer)
        raise refusal
    identifiers = {name: credential_identifier(offer.award_id, each) for name, each in formats.items()}
    return RedeemedCode(token, int(life.total_seconds()), identifiers)


def token_digest(token: str) -> str:
    """The stored form of an access token."""
    return _digest(token)


def _find_code(node: Node, code: str) -> tuple[str, str]:
    with node.database.session() as session:
        found = session.exec(
            select(Offer.id, Award.badge_id).join(Award).where(Offer.code_digest == _digest(code))
        ).first()
    if found is None:
        raise GrantError("invalid_grant", "unknown code")
    return found


def _read_wanted(node: Node, wanted: Collection[str] | None, badge_id: str) -> dict[str, CredentialFormat]:
    """The formats that the wallet wants to choose from, by their configurations."""
    formats = {name: format_of(node, name, badge_id) for name in wanted or ()}
    known = {name: each for name, each in formats.items() if each is not None}
    if len(known) != len(formats):
        raise GrantError("invalid_authorization_details", "not what this code is for")
    return known


def _chosen(formats: Mapping[str, CredentialFormat]) -> str:
    """As `AccessToken.chosen_formats` has it."""
    return " ".join(sorted({each.name for each in formats.values()}))


def _check_redeemable(node: Node, offer: Offer) -> GrantError | None:
    state = state_of(offer, node.now())
    return None if state == OfferState.OPEN else GrantError("invalid_grant", f"the code is {state}")


def _check_tx_code(node: Node, offer: Offer, tx_code: str | None) -> GrantError | None:
    """Compare, and count a wrong try in the row."""
    expected = _tx_code(node, offer)
    if expected is None:
        return None if tx_code is None else GrantError("invalid_request", "no tx_code is expected")
    if tx_code is None:
        return GrantError("invalid_request", "tx_code is missing")
    if hmac.compare_digest(expected.encode(), tx_code.encode(errors="replace")):
        return None
    offer.wrong_tries += 1
    if offer.wrong_tries >= MOST_WRONG_TRIES:
        offer.state = OfferState.BURNT
    return GrantError("invalid_grant", "wrong tx_code")


def _credential_offer(node: Node, offer: Offer, badge_id: str) -> CredentialOffer:
    code = unseal(offer.sealed_code, secret=node.secret, purpose="offer-code", record=offer.id)
    return build_offer(
        credential_issuer=node.base_url,
        credential_configuration_ids=configuration_ids(node, badge_id),
        pre_authorized_code=code.decode(),
        tx_code=TxCode("numeric", TX_CODE_DIGITS) if offer.sealed_tx_code is not None else None,
    )


def _tx_code(node: Node, offer: Offer) -> str | None:
    if offer.sealed_tx_code is None:
        return None
    return unseal(offer.sealed_tx_code, secret=node.secret, purpose="offer-tx-code", record=offer.id).decode()


def _reference(node: Node, offer_id: str) -> str:
    return f"{node.base_url}/openid4vci/offers/{offer_id}"


def _wallet_uri(node: Node, offer_id: str) -> str:
    if node.settings.wallet_url is None:
        return offer_reference_uri(_reference(node, offer_id))
    return offer_reference_uri(_reference(node, offer_id), endpoint=f"{node.settings.wallet_url}/receive")


def _digest(secret: str) -> str:
    return hashlib.sha256(secret[:_LONGEST_CODE].encode(errors="replace")).hexdigest()
