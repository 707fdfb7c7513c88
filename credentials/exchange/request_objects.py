"""A verifier's authorization request: signed by the verifier, read by the wallet.

    jwt = sign_request_object(request, signer=signer, now=now, expires=later)          # verifier

    reference = parse_request_uri(link)                                                # wallet
    match reference:
        case RequestByValue():            request = reference.request                  # unsigned
        case RequestObjectByValue():      jwt = reference.jwt
        case RequestByReference():        jwt = ... fetched from reference.request_uri
    request = verify_request_object(jwt, expected_client_id=reference.client_id, resolver=resolver, now=now)

Source: OpenID for Verifiable Presentations 1.0, sections 5 and 8.2; RFC 9101 (JAR).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlsplit

from contexts import ContextsError, strict_json
from credentials.exchange.authorization_requests import (
    DECENTRALIZED_IDENTIFIER,
    REDIRECT_URI,
    AuthorizationRequest,
    RequestObjectError,
    read_request,
    split_client_id,
)
from credentials.exchange.claims import ClaimError, check_audience, check_period
from credentials.exchange.urls import UrlSyntaxError, read_origin, read_query
from credentials.jws import JwsError, UnverifiedJws, parse_compact, sign_compact, verify_compact
from did.document import Relationship
from did.errors import DidError, RelationshipError, ResolutionUnavailableError
from did.methods import did_web_url

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from credentials.exchange.urls import Origin
    from did.document import VerificationMethod
    from did.keys import Signer
    from did.resolver import Resolver

__all__ = [
    "AUDIENCE",
    "DECENTRALIZED_IDENTIFIER",
    "DEFAULT_ENDPOINT",
    "MAXIMUM_BYTES",
    "MEDIA_TYPE",
    "REDIRECT_URI",
    "TYP",
    "AuthorizationRequest",
    "RequestByReference",
    "RequestByValue",
    "RequestObjectByValue",
    "RequestObjectError",
    "RequestReference",
    "parse_request_uri",
    "read_request_parameters",
    "sign_request_object",
    "verify_request_object",
]

JsonObject = dict[str, Any]
TYP: Final = "oauth-authz-req+jwt"
MEDIA_TYPE: Final = "application/oauth-authz-req+jwt"
AUDIENCE: Final = "https://self-issued.me/v2"
DEFAULT_ENDPOINT: Final = "openid4vp://"
MAXIMUM_BYTES: Final = 65_536

_CUSTOM_SCHEMES: Final = frozenset({"openid4vp", "haip", "haip-vp"})
_WEB_SCHEMES: Final = frozenset({"https", "http"})
_MAX_DEPTH: Final = 20
_SKEW: Final = timedelta(seconds=60)
# JSON in a parameter, and the code of one that is none
_OBJECT_MEMBERS: Final = MappingProxyType(
    {"dcql_query": "request_query", "client_metadata": "request_metadata"}
)


def sign_request_object(
    request: AuthorizationRequest, *, signer: Signer, now: datetime, expires: datetime
) -> str:
    """Sign a request.

    Args:
        request: its client id is `decentralized_identifier:` and the signer's DID.
        signer: the verifier's key; its verification method becomes `kid`.
        now: aware UTC.
        expires: aware; when the request ends.

    Raises:
        ValueError: the signer is not the client.

    Source: OpenID4VP 1.0, sections 5, 5.8 (`aud`), 5.9.3 (`decentralized_identifier`).
    """
    signed_by = f"{DECENTRALIZED_IDENTIFIER}:{signer.verification_method.partition('#')[0]}"
    if request.client_id != signed_by:
        raise ValueError(f"{request.client_id} does not sign with {signer.verification_method}")
    times = {"iat": int(now.timestamp()), "exp": int(expires.timestamp())}
    return sign_compact({"aud": AUDIENCE, **times, **request.to_json()}, signer=signer, typ=TYP)


# the wallet's side: what a link leads to


@dataclass(frozen=True)
class RequestByValue:
    """The request itself was in the link, unsigned: who sent it is known by its response URI only."""

    client_id: str
    request: AuthorizationRequest


@dataclass(frozen=True)
class RequestObjectByValue:
    """A signed request was in the link (`request`): to be verified."""

    client_id: str
    jwt: str


@dataclass(frozen=True)
class RequestByReference:
    """The link says where the signed request is: to be fetched without following redirects, then verified.

    Args:
        client_id: the link's; the request object must have the same.
        request_uri: where it is.
        method: "post" (a form with `wallet_nonce`, which is then expected back) only if the verifier says so.
    """

    client_id: str
    request_uri: str
    method: Literal["get", "post"] = "get"


RequestReference = RequestByValue | RequestObjectByValue | RequestByReference


def parse_request_uri(link: str) -> RequestReference:
    """Read a link with a request.

    Args:
        link: `openid4vp://?...`, or an https page of a wallet. Plain http is for loopback.

    Raises:
        RequestObjectError: "request_uri", "request_ambiguous", and those of `read_request_parameters`.

    Source: OpenID4VP 1.0, sections 5 and 9; RFC 9101, section 5.
    """
    if len(link) > MAXIMUM_BYTES:
        raise RequestObjectError("request_uri", "too long")
    try:
        parts = urlsplit(link.strip())
    except ValueError as err:
        raise RequestObjectError("request_uri", "not a URI") from err
    if parts.scheme not in _CUSTOM_SCHEMES | _WEB_SCHEMES or parts.fragment:
        raise RequestObjectError("request_uri", f"scheme {parts.scheme[:40]!r}")
    try:
        parameters = read_query(parts.query)
    except UrlSyntaxError as err:
        raise RequestObjectError("request_ambiguous", str(err)) from err
    return read_request_parameters(parameters)


def read_request_parameters(parameters: Mapping[str, str]) -> RequestReference:
    """Read the parameters that a wallet's presentation endpoint was called with.

    Raises:
        RequestObjectError: "request_uri", "request_ambiguous", "request_prefix", "request_unsigned",
            "request_client_id", "request_uri_method", and for a request by value those of its parameters.
    """
    client_id = parameters.get("client_id")
    if not client_id:
        raise RequestObjectError("request_uri", "no client_id")
    by_reference, by_value = parameters.get("request_uri"), parameters.get("request")
    if by_reference is not None and by_value is not None:
        raise RequestObjectError("request_ambiguous", "by value and by reference")
    prefix, _ = split_client_id(client_id)
    if by_reference is None and by_value is None:
        return _read_unsigned(client_id, prefix, parameters)
    if prefix != DECENTRALIZED_IDENTIFIER:
        raise RequestObjectError("request_prefix", f"{prefix}: cannot be signed")
    if by_value is not None:
        _refuse_method(parameters)
        return RequestObjectByValue(client_id, by_value)
    return _read_reference(client_id, str(by_reference), parameters)


def _read_unsigned(client_id: str, prefix: str, parameters: Mapping[str, str]) -> RequestByValue:
    if prefix != REDIRECT_URI:
        raise RequestObjectError("request_unsigned", f"{prefix}: calls for a signed request")
    _refuse_method(parameters)
    objects = {name: _read_json(name, parameters[name]) for name in _OBJECT_MEMBERS if name in parameters}
    return RequestByValue(client_id, read_request({**parameters, **objects}))


def _refuse_method(parameters: Mapping[str, str]) -> None:
    """Source: OpenID4VP 1.0, section 5.1: no `request_uri_method` without `request_uri`."""
    if "request_uri_method" in parameters:
        raise RequestObjectError("request_uri_method", "without request_uri")


def _read_reference(client_id: str, request_uri: str, parameters: Mapping[str, str]) -> RequestByReference:
    try:
        read_origin(request_uri)
    except UrlSyntaxError as err:
        raise RequestObjectError("request_uri", f"request_uri: {err}") from err
    match parameters.get("request_uri_method", "get"):
        case "get":
            return RequestByReference(client_id, request_uri)
        case "post":
            return RequestByReference(client_id, request_uri, "post")
        case _:
            raise RequestObjectError("request_uri_method", "neither get nor post")


def _read_json(name: str, text: str) -> Any:
    try:
        return strict_json.loads(text, max_bytes=MAXIMUM_BYTES, max_depth=_MAX_DEPTH)
    except ContextsError as err:
        raise RequestObjectError(_OBJECT_MEMBERS[name], err.code, reason=err.code) from err


# the wallet's side: whose request it is


def verify_request_object(
    jwt: str | bytes,
    *,
    expected_client_id: str,
    resolver: Resolver,
    now: datetime,
    expected_wallet_nonce: str | None = None,
) -> AuthorizationRequest:
    """Verify a signed request.

    1. the client id of the link announces a DID;
    2. `kid` names a key of that very DID, listed for authentication or assertion;
    3. the signature is by that key, over an object of the right `typ`;
    4. `client_id` is the link's, `aud` is a wallet, the time has not passed, our nonce is echoed;
    5. the parameters can be answered, at an address that goes with the client id.

    Args:
        jwt: the request object.
        expected_client_id: the link's, with its prefix.
        resolver: finds the verifier's DID document.
        now: aware UTC.
        expected_wallet_nonce: the `wallet_nonce` that was posted; None if none was.

    Raises:
        RequestObjectError: see its codes.

    Source: OpenID4VP 1.0, sections 5, 5.8, 5.9.3, 5.10.1; RFC 9101, section 6.
    """
    # 1. Whose
    prefix, did = split_client_id(expected_client_id)
    if prefix != DECENTRALIZED_IDENTIFIER:
        raise RequestObjectError("request_prefix", f"{prefix}: cannot be signed")
    try:
        # 2. and 3. Key and signature
        token = parse_compact(jwt, max_bytes=MAXIMUM_BYTES)
        method = _find_key(token, did, resolver)
        claims = verify_compact(token, public_key=method.public_key, expected_typ=TYP)
    except JwsError as err:
        raise RequestObjectError("request_signature", err.detail, reason=err.code) from err
    # 4. For whom, and when
    _check_claims(claims, expected_client_id, now, expected_wallet_nonce)
    # 5. What
    return read_request(claims, client_origin=_origin_of(did, resolver))


def _find_key(token: UnverifiedJws, did: str, resolver: Resolver) -> VerificationMethod:
    kid = token.header_text("kid") or ""
    if kid.partition("#")[0] != did:
        raise RequestObjectError("request_key", "kid is not a key of the client's DID", reason="kid_mismatch")
    try:
        try:
            return resolver.dereference(kid, relationship=Relationship.AUTHENTICATION)
        except RelationshipError:
            return resolver.dereference(kid, relationship=Relationship.ASSERTION_METHOD)
    except ResolutionUnavailableError as err:
        raise RequestObjectError("request_key_unavailable", err.detail, reason=err.code) from err
    except DidError as err:
        raise RequestObjectError("request_key", err.detail, reason=err.code) from err


def _origin_of(did: str, resolver: Resolver) -> Origin | None:
    """Where a DID lives, if it lives somewhere: that host vouches for it, and for nobody else's address."""
    if not did.startswith("did:web:"):
        return None
    return read_origin(did_web_url(did, allow_insecure_loopback=resolver.allow_insecure_loopback))


def _check_claims(
    claims: JsonObject, expected_client_id: str, now: datetime, expected_wallet_nonce: str | None
) -> None:
    if claims.get("client_id") != expected_client_id:
        raise RequestObjectError("request_client_id", "client_id differs from the link's")
    try:
        check_audience(claims, expected_audience=AUDIENCE)
    except ClaimError as err:
        raise RequestObjectError("request_audience", err.claim, reason=err.code) from err
    try:
        check_period(claims, now=now, skew=_SKEW)
    except ClaimError as err:
        raise RequestObjectError("request_expired", err.claim, reason=err.code) from err
    if expected_wallet_nonce is not None:
        echoed = claims.get("wallet_nonce")
        if not isinstance(echoed, str) or not _same_text(echoed, expected_wallet_nonce):
            raise RequestObjectError("request_wallet_nonce", "our nonce is not echoed")


def _same_text(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode(), right.encode())
