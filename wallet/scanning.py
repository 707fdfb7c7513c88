"""What a scanned or pasted text leads to: an offer, a verifier's request, or a link to try."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from credentials.errors import CredentialsError
from credentials.exchange.offers import CredentialOffer
from did.errors import FetchError

if TYPE_CHECKING:
    from wallet.service import WalletService

_OFFER_MEMBERS: Final[tuple[str, ...]] = ("credential_offer", "credential_offer_uri")
_LONGEST: Final = 8_000
_OFFER_BYTES: Final = 65_536
_JSON: Final = "application/json"


class Kind(StrEnum):
    """What was read."""

    OFFER = "offer"
    REQUEST = "request"
    LINK = "link"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Reading:
    """What was read, and where to go with it: a path of this wallet, or for a link its address."""

    kind: Kind
    target: str = ""


def read_text(service: WalletService, text: str) -> Reading:
    """Tell what a text leads to.

    A slip's QR holds an address of the structure's node: browsers are sent on from there, and a program
    that asks it for JSON gets the offer itself. What gives no offer is a link, which the person may open.

    Args:
        service: the wallet's tools.
        text: as scanned or pasted.
    """
    text = text.strip()
    if not text or len(text) > _LONGEST or len(text.split()) != 1:
        return Reading(Kind.NOTHING)
    reading = _read_members(text)
    if reading.kind is not Kind.LINK:
        return reading
    if _is_offer(service, text):
        return Reading(Kind.OFFER, f"/receive?{urlencode({'credential_offer_uri': text})}")
    return reading


def _read_members(text: str) -> Reading:
    """Find what a URL carries, whatever its scheme and host: only the members count."""
    try:
        parts = urlsplit(text)
        members = dict(parse_qsl(parts.query, max_num_fields=30))
    except ValueError:
        return Reading(Kind.NOTHING)
    if not parts.scheme:
        return Reading(Kind.NOTHING)
    offer = {name: members[name] for name in _OFFER_MEMBERS if name in members}
    if offer:
        return Reading(Kind.OFFER, f"/receive?{urlencode(offer)}")
    if "client_id" in members:
        # as it came: what may stand in a link is for the one who reads the request to say
        return Reading(Kind.REQUEST, f"/present?{parts.query}")
    return (
        Reading(Kind.LINK, text)
        if parts.scheme in {"http", "https"} and parts.hostname
        else Reading(Kind.NOTHING)
    )


def _is_offer(service: WalletService, url: str) -> bool:
    """Whether an address gives a credential offer to a program; where it sends browsers is not followed."""
    try:
        answer = service.fetcher.get(url, accept=_JSON, max_bytes=_OFFER_BYTES)
    except FetchError:
        return False
    if answer.status != HTTPStatus.OK or not answer.content_type.startswith(_JSON):
        return False
    try:
        CredentialOffer.parse(answer.body)
    except CredentialsError:
        return False
    return True
