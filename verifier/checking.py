"""Checking what is handed in: a badge that was pasted or uploaded, or something at an address."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from contexts import StrictJsonError, strict_json
from credentials.baking import unbake
from credentials.errors import BakingError
from credentials.open_badges_v2.checking import check_open_badge_v2
from credentials.open_badges_v2.recognising import find_open_badge_v2
from credentials.verification import check_credential, check_presentation
from did.errors import FetchError
from verifier.endorsements import look_at_endorsements
from verifier.reports import Findings

if TYPE_CHECKING:
    from did.fetcher import Fetched
    from verifier.desk import Desk

MAXIMUM_BYTES: Final = 4_194_304
_ACCEPTED: Final = (
    "application/vp, application/vc, application/ld+json;q=0.9, application/json;q=0.8, "
    "image/png;q=0.7, image/svg+xml;q=0.7"
)


class AddressError(Exception):
    """Nothing to check could be had at an address.

    Args:
        code: "address_not_allowed", "address_unreachable", "link_ended" (HTTP 410), "link_unknown" (HTTP
            404).
    """

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def check_badge(desk: Desk, data: bytes) -> Findings:
    """Check a badge: JSON, or a PNG or SVG with a credential baked in; of Open Badges 3.0, or of 2.0.

    Raises:
        BakingError: no credential can be taken out of it; "baking_too_large" beyond 4 MiB.
    """
    if len(data) > MAXIMUM_BYTES:
        raise BakingError("baking_too_large", f"{len(data)} bytes")
    now = desk.clock()
    older = find_open_badge_v2(data)
    if older is not None:
        # hosted or signed, but no credential: said to be what it is by the report itself
        report = check_open_badge_v2(older, fetcher=desk.fetcher, now=now, trust=desk.verification.trust)
        return Findings.of(report, presented=False, checked_at=now)
    # a file that its holder kept has the base proofs that were made for them; they hold over the whole badge
    context = replace(desk.verification, base_proofs=True)
    report = check_credential(unbake(data), context=context, now=now)
    said = look_at_endorsements((report,), context=desk.verification, now=now)
    return Findings.of(report, presented=False, checked_at=now, endorsements=said)


def check_address(desk: Desk, address: str) -> Findings:
    """Check what an address answers: a badge, or a presentation that a learner prepared for whoever has the
    link.

    Raises:
        AddressError: nothing came that could be looked at.
        BakingError: what came holds no credential.
    """
    body = fetch(desk, address).body
    return check_link(desk, address, body) if _is_presentation(body) else check_badge(desk, body)


def check_link(desk: Desk, address: str, content: bytes) -> Findings:
    """Check a presentation behind a link: made for that very address, with the link's own last part as its
    nonce.

    Args:
        desk: the verifier.
        address: the link, as it was opened.
        content: what the link answered.
    """
    now = desk.clock()
    report = check_presentation(
        content,
        context=desk.verification,
        now=now,
        expected_domain=address,
        expected_challenge=address.rstrip("/").rpartition("/")[2],
    )
    said = look_at_endorsements(report.credentials, context=desk.verification, now=now)
    return Findings.of(report, presented=True, checked_at=now, endorsements=said)


def fetch(desk: Desk, address: str, *, accept: str = _ACCEPTED) -> Fetched:
    """Fetch an address that a stranger named, through the one safe fetcher.

    Raises:
        AddressError: see its codes.
    """
    try:
        fetched = desk.fetcher.get(address, accept=accept, max_bytes=MAXIMUM_BYTES)
    except FetchError as err:
        refused = err.code == "fetch_refused"
        raise AddressError("address_not_allowed" if refused else "address_unreachable") from err
    match fetched.status:
        case 200:
            return fetched
        case 410:
            raise AddressError("link_ended")
        case 404:
            raise AddressError("link_unknown")
        case _:
            raise AddressError("address_unreachable")


def _is_presentation(body: bytes) -> bool:
    """Look at the type only; the check reads everything again, by its own rules."""
    try:
        document = strict_json.loads(body)
    except StrictJsonError:
        return False
    types = document.get("type") if isinstance(document, dict) else None
    return "VerifiablePresentation" in (types if isinstance(types, list) else [types])
