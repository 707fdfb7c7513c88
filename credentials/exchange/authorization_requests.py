"""The parameters of an authorization request, whichever way they came, and the client ids that may send them.

Source: OpenID for Verifiable Presentations 1.0, sections 5.1, 5.2, 5.9 and 8.2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from contexts import strict_json
from credentials.errors import CredentialsError
from credentials.exchange.dcql import DcqlError, DcqlQuery
from credentials.exchange.urls import Origin, UrlSyntaxError, read_origin
from did.errors import InvalidDidError
from did.syntax import parse_did

if TYPE_CHECKING:
    from collections.abc import Callable

JsonObject = dict[str, Any]
DECENTRALIZED_IDENTIFIER: Final = "decentralized_identifier"
REDIRECT_URI: Final = "redirect_uri"
_PREFIXES: Final[dict[str, Callable[[str], object]]] = {
    DECENTRALIZED_IDENTIFIER: parse_did,
    REDIRECT_URI: read_origin,
}
_LONGEST_VALUE: Final = 2048
_LONGEST_NAME: Final = 100
# sections 5.1 and 5.2: `nonce` and `state` have ASCII URL safe characters only
_URL_SAFE: Final = re.compile(r"[A-Za-z0-9._~-]+", re.ASCII)


class RequestObjectError(CredentialsError):
    """A request is refused: nothing is shown of it as if it were somebody's, and nothing is answered.

    Codes:
        "request_uri": not a link with a request, or a `request_uri` that is not a URL to fetch.
        "request_ambiguous": by value and by reference, or a parameter twice.
        "request_prefix": a client id without a prefix, with one that is not supported here, or with one that
            does not go with how the request came ("origin:" never does, "redirect_uri:" cannot be signed).
        "request_unsigned": parameters where the client id calls for a signed request.
        "request_client_id": what follows the prefix is not what it announces, or differs from the link's.
        "request_signature": the object is not a JWS by the key that its header names.
        "request_key": that key is not the DID's to sign with.
        "request_key_unavailable": the DID document could not be had now; trying again can help.
        "request_audience", "request_expired", "request_wallet_nonce".
        "request_response_type", "request_response_mode", "request_response_uri", "request_nonce",
        "request_state", "request_query", "request_metadata", "request_transaction_data",
        "request_uri_method".

    Args:
        reason: what exactly, for the log and for tests; a code of `credentials.jws`, of `did` or of DCQL.
    """

    default_code = "request_uri"

    def __init__(self, code: str, detail: str = "", *, reason: str = "", pointer: str | None = None) -> None:
        self.reason = reason or code
        super().__init__(code, detail, pointer=pointer)

    @property
    def oauth_error(self) -> str:
        """The error code for the verifier, where there is a trusted `response_uri` to send it to.

        Source: OpenID4VP 1.0, section 8.5.
        """
        named = {
            "request_transaction_data": "invalid_transaction_data",
            "request_uri_method": "invalid_request_uri_method",
        }
        return named.get(self.code, "invalid_request")


@dataclass(frozen=True, kw_only=True)
class AuthorizationRequest:
    """A request for a presentation, answered by `direct_post`.

    Args:
        client_id: the full one, with its prefix: whom the presentation must be for.
        response_uri: where the answer is posted; redirects are not followed.
        nonce: the challenge of the presentation.
        dcql_query: what is asked for.
        state: echoed in the answer.
        client_metadata: the verifier's own words about itself.
        wallet_nonce: the wallet's, echoed.
    """

    client_id: str
    response_uri: str
    nonce: str
    dcql_query: DcqlQuery
    state: str | None = None
    client_metadata: JsonObject = field(default_factory=dict)
    wallet_nonce: str | None = None

    @property
    def is_signed(self) -> bool:
        """Whether the client id is one whose requests are signed; if not, only its address is known."""
        return self.client_id.startswith(f"{DECENTRALIZED_IDENTIFIER}:")

    @property
    def client_name(self) -> str | None:
        """How the verifier calls itself: nobody has checked it, so show it beside `response_host`."""
        name = self.client_metadata.get("client_name")
        words = " ".join(name.split()) if isinstance(name, str) else ""
        return words[:_LONGEST_NAME] if words and words.isprintable() else None

    @property
    def response_host(self) -> str:
        """The host that the answer goes to, with its port if it has one: what a person should see."""
        return urlsplit(self.response_uri).netloc

    def to_json(self) -> JsonObject:
        """Write the parameters, as a request object carries them."""
        members: JsonObject = {
            "client_id": self.client_id,
            "response_type": "vp_token",
            "response_mode": "direct_post",
            "response_uri": self.response_uri,
            "nonce": self.nonce,
            "state": self.state,
            "dcql_query": self.dcql_query.to_json(),
            "client_metadata": self.client_metadata or None,
            "wallet_nonce": self.wallet_nonce,
        }
        return {name: value for name, value in members.items() if value is not None}

    def to_parameters(self) -> dict[str, str]:
        """Write the parameters for a link, by value; only a `redirect_uri:` client may send them so.

        Source: OpenID4VP 1.0, section 5.1: objects are JSON in a string.
        """
        return {
            name: value if isinstance(value, str) else strict_json.dumps(value).decode()
            for name, value in self.to_json().items()
        }


def split_client_id(client_id: str) -> tuple[str, str]:
    """Take a client id apart at its first colon, and check that the rest is what the prefix announces.

    Of the prefixes, only these two: "origin" must never be taken from a request, and what an unknown one
    means is not ours to guess. Clients without a prefix would be registered ones; there are none.

    Raises:
        RequestObjectError: "request_prefix", "request_client_id".

    Source: OpenID4VP 1.0, sections 5.9.1 to 5.9.3.
    """
    prefix, colon, identifier = client_id.partition(":")
    if not colon or len(client_id) > _LONGEST_VALUE or prefix not in _PREFIXES:
        raise RequestObjectError("request_prefix", f"{client_id[:100]!r}")
    try:
        _PREFIXES[prefix](identifier)
    except (InvalidDidError, UrlSyntaxError) as err:
        raise RequestObjectError("request_client_id", str(err)) from err
    return prefix, identifier


def read_request(members: JsonObject, *, client_origin: Origin | None = None) -> AuthorizationRequest:
    """Read the parameters of a request; those that are not known here are ignored.

    Args:
        members: with a `client_id` that `split_client_id` took and that, where it must be, is proven.
        client_origin: the only place that answers may go to; None: a `redirect_uri:` client, or a DID without
            a host, which its signature alone binds to the address.

    Raises:
        RequestObjectError: "request_ambiguous", "request_response_type", "request_response_mode",
            "request_response_uri", "request_nonce", "request_state", "request_query", "request_metadata",
            "request_transaction_data".
    """
    _refuse(members)
    client_id, wallet_nonce = str(members["client_id"]), members.get("wallet_nonce")
    return AuthorizationRequest(
        client_id=client_id,
        response_uri=_read_response_uri(members, client_id, client_origin),
        nonce=_read_url_safe(members, "nonce"),
        dcql_query=_read_query(members),
        state=_read_url_safe(members, "state") if "state" in members else None,
        client_metadata=_read_metadata(members),
        wallet_nonce=wallet_nonce if isinstance(wallet_nonce, str) else None,
    )


def _refuse(members: JsonObject) -> None:
    """Refuse what cannot be answered."""
    if "request" in members or "request_uri" in members:
        # RFC 9101, section 4
        raise RequestObjectError("request_ambiguous", "a request in a request")
    if members.get("response_type") != "vp_token":
        raise RequestObjectError("request_response_type", str(members.get("response_type"))[:60])
    if members.get("response_mode") != "direct_post":
        raise RequestObjectError("request_response_mode", str(members.get("response_mode"))[:60])
    if "transaction_data" in members:
        # section 5: to sign what is not understood would be to agree to it
        raise RequestObjectError("request_transaction_data", "no type of it is known here")


def _read_response_uri(members: JsonObject, client_id: str, client_origin: Origin | None) -> str:
    """Read where the answer goes, which must go with the client id.

    Source: OpenID4VP 1.0, section 8.2: no `redirect_uri` beside it; one that the client may use as such.
    """
    if "redirect_uri" in members:
        raise RequestObjectError("request_response_uri", "redirect_uri does not go with direct_post")
    prefix, identifier = split_client_id(client_id)
    # section 5.9.3: a `redirect_uri:` client may leave it out
    response_uri = members.get("response_uri", identifier if prefix == REDIRECT_URI else None)
    try:
        origin = read_origin(response_uri)
    except UrlSyntaxError as err:
        raise RequestObjectError("request_response_uri", str(err)) from err
    if prefix == REDIRECT_URI and response_uri != identifier:
        raise RequestObjectError("request_response_uri", "it is not the client id's")
    if client_origin not in {None, origin}:
        raise RequestObjectError("request_response_uri", f"{origin.host} is not the client's host")
    return str(response_uri)


def _read_url_safe(members: JsonObject, name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str) or len(value) > _LONGEST_VALUE or not _URL_SAFE.fullmatch(value):
        raise RequestObjectError(f"request_{name}", "URL safe characters are needed")
    return value


def _read_query(members: JsonObject) -> DcqlQuery:
    if "scope" in members:
        raise RequestObjectError("request_query", "no scope stands for a query here")
    try:
        return DcqlQuery.parse(members.get("dcql_query"))
    except DcqlError as err:
        raise RequestObjectError("request_query", err.detail, reason=err.code, pointer=err.pointer) from err


def _read_metadata(members: JsonObject) -> JsonObject:
    metadata = members.get("client_metadata", {})
    if not isinstance(metadata, dict):
        raise RequestObjectError("request_metadata", "an object is needed")
    return metadata
