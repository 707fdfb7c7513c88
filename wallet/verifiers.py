"""Who asks: a verifier's request fetched, verified, and reduced to what the person is shown and what the
answer needs.

Nothing is shown of a request that does not verify, and nothing is answered. The name is the verifier's
own word; the domain is that of the DID whose key signed, and the page shows both.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, assert_never
from urllib.parse import urlencode

from contexts import strict_json
from credentials.exchange.claims import ClaimError, read_moment
from credentials.exchange.request_objects import (
    DECENTRALIZED_IDENTIFIER,
    DEFAULT_ENDPOINT,
    MAXIMUM_BYTES,
    MEDIA_TYPE,
    AuthorizationRequest,
    RequestByReference,
    RequestByValue,
    RequestObjectByValue,
    RequestObjectError,
    parse_request_uri,
    verify_request_object,
)
from credentials.jws import parse_compact
from did.errors import FetchError
from wallet.errors import RequestError
from wallet.offers import domain_of

if TYPE_CHECKING:
    from did.fetcher import Fetched
    from wallet.service import WalletService

_LONGEST: Final = timedelta(minutes=15)
_WALLET_NONCE_BYTES: Final = 24
# anybody makes a did:key or did:jwk, and signs with it for any address: no domain vouches for such a request
_WITH_A_DOMAIN: Final = f"{DECENTRALIZED_IDENTIFIER}:did:web:"
# what a person can do something about has a sentence of its own; for the rest it is enough that it is refused
_SENTENCES: Final = {
    "request_expired": "request_expired",
    "request_key_unavailable": "verifier_unresolved",
    "request_unsigned": "request_unsigned",
    "request_response_uri": "request_not_theirs",
    "request_client_id": "request_not_theirs",
    "request_key": "request_not_theirs",
    "request_signature": "request_not_theirs",
    "request_query": "request_unsupported",
    "request_response_mode": "request_unsupported",
    "request_response_type": "request_unsupported",
    "request_transaction_data": "request_unsupported",
    "request_prefix": "request_unsupported",
}


@dataclass(frozen=True)
class Verifier:
    """Who asks.

    Args:
        client_id: the full one, with its prefix: whom a presentation is made for.
        name: how the verifier calls itself; nobody has checked it.
        domain: where the answer goes, as an address bar shows it.
        is_signed: whether the domain's own key signed the request.
    """

    client_id: str
    name: str | None
    domain: str
    is_signed: bool

    @property
    def did(self) -> str | None:
        """The DID whose key signed; None for a request that nobody signed."""
        prefix, _, did = self.client_id.partition(":")
        return did if prefix == DECENTRALIZED_IDENTIFIER else None


@dataclass(frozen=True)
class RequestContent:
    """What is kept, sealed, of a request.

    Args:
        request_uri: where it was fetched; None when the link itself held it.
        vp_formats: what it says that it reads, as it says it.
    """

    verifier: Verifier
    response_uri: str
    nonce: str
    state: str | None
    query: dict[str, Any]
    request_uri: str | None = None
    vp_formats: dict[str, Any] = field(default_factory=dict)

    def is_same_request(self, other: RequestContent) -> bool:
        """Whether both are one request of one verifier: a nonce is never used for two."""
        return (self.verifier.client_id, self.nonce) == (other.verifier.client_id, other.nonce)

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> RequestContent:
        """From what `to_json` gave."""
        return cls(**{**value, "verifier": Verifier(**value["verifier"])})


def fetch_request(service: WalletService, query: str) -> tuple[RequestContent, datetime]:
    """Fetch and verify the request of a link.

    Args:
        service: the wallet's tools.
        query: of the link, as it came.

    Returns:
        The request, and when it ends.

    Raises:
        RequestError: it is refused; the code has a sentence, the detail is for developers.

    Source: OpenID4VP 1.0, sections 5, 5.9, 5.10; no redirect is followed.
    """
    try:
        return _read(service, query)
    except RequestObjectError as err:
        raise RequestError(
            _SENTENCES.get(err.code, "request_unreadable"), f"{err.code} {err.reason}"
        ) from err


def is_link_of(query: str, content: RequestContent) -> bool:
    """Whether a link leads to where this request was fetched."""
    try:
        reference = parse_request_uri(f"{DEFAULT_ENDPOINT}?{query}")
    except RequestObjectError:
        return False
    return isinstance(reference, RequestByReference) and (reference.client_id, reference.request_uri) == (
        content.verifier.client_id,
        content.request_uri,
    )


def _read(service: WalletService, query: str) -> tuple[RequestContent, datetime]:
    reference = parse_request_uri(f"{DEFAULT_ENDPOINT}?{query}")
    match reference:
        case RequestByValue():
            if not service.settings.allow_unsigned_requests:
                raise RequestError("request_unsigned")
            return _content(reference.request), service.now() + _LONGEST
        case RequestObjectByValue():
            return _verify(service, reference.jwt, reference.client_id, wallet_nonce=None)
        case RequestByReference():
            wallet_nonce = secrets.token_urlsafe(_WALLET_NONCE_BYTES) if reference.method == "post" else None
            jwt = _fetch(service, reference, wallet_nonce=wallet_nonce)
            content, ends_at = _verify(service, jwt, reference.client_id, wallet_nonce=wallet_nonce)
            return replace(content, request_uri=reference.request_uri), ends_at
        case _:
            assert_never(reference)


def _verify(
    service: WalletService, jwt: str, client_id: str, *, wallet_nonce: str | None
) -> tuple[RequestContent, datetime]:
    request = verify_request_object(
        jwt,
        expected_client_id=client_id,
        resolver=service.verification.resolver,
        now=service.now(),
        expected_wallet_nonce=wallet_nonce,
    )
    return _content(request), _ends_at(jwt, service.now())


def _content(request: AuthorizationRequest) -> RequestContent:
    verifier = Verifier(
        client_id=request.client_id,
        name=request.client_name,
        domain=domain_of(request.response_uri),
        is_signed=request.is_signed and request.client_id.startswith(_WITH_A_DOMAIN),
    )
    formats = request.client_metadata.get("vp_formats_supported")
    return RequestContent(
        verifier=verifier,
        response_uri=request.response_uri,
        nonce=request.nonce,
        state=request.state,
        query=request.dcql_query.to_json(),
        vp_formats=formats if isinstance(formats, dict) else {},
    )


def _ends_at(verified_jwt: str, now: datetime) -> datetime:
    """When a verified request ends: by its own `exp`, and never much later than now."""
    latest = now + _LONGEST
    claims = strict_json.loads(parse_compact(verified_jwt, max_bytes=MAXIMUM_BYTES).unverified_payload)
    try:
        expires = read_moment(claims, "exp")
    except ClaimError:
        return latest
    return latest if expires is None else min(latest, datetime.fromtimestamp(expires, UTC))


def _fetch(service: WalletService, reference: RequestByReference, *, wallet_nonce: str | None) -> str:
    try:
        answer = _ask(service, reference, wallet_nonce)
    except FetchError as err:
        raise RequestError("request_unreachable", err.code) from err
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise RequestError("request_unreachable", str(answer.status))
    if answer.status != HTTPStatus.OK:
        raise RequestError("request_gone", str(answer.status))
    return answer.body.decode("ascii", "replace").strip()


def _ask(service: WalletService, reference: RequestByReference, wallet_nonce: str | None) -> Fetched:
    if wallet_nonce is None:
        return service.fetcher.get(reference.request_uri, accept=MEDIA_TYPE, max_bytes=MAXIMUM_BYTES)
    return service.fetcher.post(
        reference.request_uri,
        content=urlencode({"wallet_nonce": wallet_nonce}).encode(),
        content_type="application/x-www-form-urlencoded",
        accept=MEDIA_TYPE,
        max_bytes=MAXIMUM_BYTES,
    )
