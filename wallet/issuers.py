"""What the wallet says to a credential issuer, and how it reads the answers. OpenID4VCI 1.0, wallet's side.

Everything that comes back is a stranger's: bounded, strictly parsed, and compared with what was asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlencode, urlsplit, urlunsplit

from pydantic import ValidationError

from contexts import StrictJsonError, strict_json
from credentials.exchange.formats import LDP_VC
from did.errors import FetchError
from wallet.errors import ReceivingError
from wallet.json_slices import JsonSliceError, slice_json
from wallet.schemas import (
    AuthorizationServerMetadata,
    Configuration,
    ErrorResponse,
    IssuerMetadata,
    NonceResponse,
    TokenResponse,
    Wire,
)

if TYPE_CHECKING:
    from did.fetcher import Fetched, Fetcher

_Wire = TypeVar("_Wire", bound=Wire)
METADATA_BYTES: Final = 1_048_576
CREDENTIAL_BYTES: Final = 1_048_576
PRE_AUTHORIZED: Final = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
_JSON: Final = "application/json"
# The codes that may be shown; any other becomes one of ours, so that a stranger's text never reaches a page.
_TOKEN_ERRORS: Final = {
    "invalid_grant": "offer_used_or_wrong_code",
    "invalid_request": "tx_code_refused",
    "invalid_client": "issuer_refused",
    "slow_down": "issuer_busy",
}
_CREDENTIAL_ERRORS: Final = {
    "invalid_nonce": "invalid_nonce",
    "invalid_proof": "issuer_refused",
    "credential_request_denied": "issuer_denied",
    "unknown_credential_configuration": "issuer_changed",
    "unknown_credential_identifier": "issuer_changed",
    "invalid_credential_request": "issuer_refused",
    "invalid_token": "offer_ended",
}


@dataclass(frozen=True)
class Issuer:
    """A credential issuer, as its metadata describes it."""

    identifier: str
    metadata: IssuerMetadata

    def configuration(self, name: str) -> Configuration:
        """The configuration of that name.

        Raises:
            ReceivingError: "issuer_changed" when there is none.
        """
        value = self.metadata.credential_configurations_supported.get(name)
        try:
            return Configuration.model_validate(value)
        except ValidationError as err:
            raise ReceivingError(
                "issuer_changed", f"no configuration {name[:80]!r} that can be read"
            ) from err


@dataclass(frozen=True)
class Access:
    """An access token, and the credential identifiers that it insists on, if it does: by configuration id."""

    token: str
    identifiers: dict[str, str] = field(default_factory=dict)

    def name(self, configuration_id: str) -> dict[str, str]:
        """How a credential request names what it wants.

        Raises:
            ReceivingError: "issuer_denied": the token is for other configurations.

        Source: OpenID4VCI 1.0, section 8.2.
        """
        if not self.identifiers:
            return {"credential_configuration_id": configuration_id}
        if configuration_id not in self.identifiers:
            raise ReceivingError("issuer_denied", f"the token names no {configuration_id[:80]!r}")
        return {"credential_identifier": self.identifiers[configuration_id]}


def fetch_issuer(fetcher: Fetcher, identifier: str) -> Issuer:
    """Fetch a credential issuer's metadata: at the specification's address first, then where older
    issuers put it.

    Raises:
        ReceivingError: "issuer_unreachable" (again), "issuer_unreadable", "issuer_mismatch".

    Source: OpenID4VCI 1.0, section 12.2.2.
    """
    metadata = _fetch_well_known(fetcher, identifier, "openid-credential-issuer", IssuerMetadata)
    if metadata.credential_issuer != identifier:
        raise ReceivingError("issuer_mismatch", f"{metadata.credential_issuer} answers for {identifier}")
    return Issuer(identifier, metadata)


def fetch_token_endpoint(fetcher: Fetcher, issuer: Issuer, *, authorization_server: str | None) -> str:
    """Find the token endpoint.

    Args:
        fetcher: the way out.
        issuer: whose.
        authorization_server: what the offer names, if it names one.

    Raises:
        ReceivingError: the codes of `fetch_issuer`; "issuer_mismatch" also when the offer names a server
            that the issuer does not.

    Source: OpenID4VCI 1.0, section 4.1.1 (`authorization_server`) and 12.2.4; RFC 8414, section 3.
    """
    servers = issuer.metadata.authorization_servers or [issuer.identifier]
    if authorization_server is not None and authorization_server not in servers:
        raise ReceivingError(
            "issuer_mismatch", "the offer names an authorization server that is not the issuer's"
        )
    server = authorization_server or servers[0]
    metadata = _fetch_well_known(fetcher, server, "oauth-authorization-server", AuthorizationServerMetadata)
    if metadata.issuer != server:
        raise ReceivingError("issuer_mismatch", f"{metadata.issuer} answers for {server}")
    return metadata.token_endpoint


def redeem_code(
    fetcher: Fetcher, token_endpoint: str, *, code: str, tx_code: str | None, configuration_id: str
) -> Access:
    """Exchange the pre-authorized code for an access token.

    Args:
        fetcher: the way out.
        token_endpoint: where.
        code: of the offer.
        tx_code: as typed; None when none is asked for.
        configuration_id: what identifiers are for that do not say it.

    Raises:
        ReceivingError: with a code that has a sentence; `again` when the code is not spent.

    Source: OpenID4VCI 1.0, section 6.1 to 6.3.
    """
    fields = {"grant_type": PRE_AUTHORIZED, "pre-authorized_code": code}
    if tx_code is not None:
        fields["tx_code"] = tx_code
    answer = _post(
        fetcher, token_endpoint, urlencode(fields).encode(), content_type="application/x-www-form-urlencoded"
    )
    if answer.status != HTTPStatus.OK:
        found = _TOKEN_ERRORS.get(_error_of(answer), "issuer_refused")
        if tx_code is not None and found == "offer_used_or_wrong_code":
            found = "tx_code_wrong"
        raise ReceivingError(found, again=_may_pass(answer) or found.startswith("tx_code"))
    response = _read(answer, TokenResponse)
    if response.token_type.lower() != "bearer":
        raise ReceivingError("issuer_unreadable", f"token type {response.token_type[:40]!r}")
    identifiers = {
        details.credential_configuration_id or configuration_id: details.credential_identifiers[0]
        for details in response.authorization_details
        if details.credential_identifiers
    }
    return Access(response.access_token, identifiers)


def fetch_nonce(fetcher: Fetcher, issuer: Issuer) -> str | None:
    """Ask for a nonce, when the issuer gives any.

    Raises:
        ReceivingError: "issuer_unreachable" (again), "issuer_unreadable".

    Source: OpenID4VCI 1.0, section 7.
    """
    if issuer.metadata.nonce_endpoint is None:
        return None
    answer = _post(
        fetcher, issuer.metadata.nonce_endpoint, b"", content_type="application/x-www-form-urlencoded"
    )
    if answer.status != HTTPStatus.OK:
        raise ReceivingError("issuer_unreachable", f"nonce endpoint answered {answer.status}", again=True)
    return _read(answer, NonceResponse).c_nonce


def request_credential(
    fetcher: Fetcher,
    issuer: Issuer,
    *,
    access: Access,
    configuration_id: str,
    key_proof: str,
    credential_format: str,
) -> bytes:
    """Make one credential request.

    Args:
        fetcher: the way out.
        issuer: whose.
        access: the token.
        configuration_id: what is asked for.
        key_proof: of the holder's key.
        credential_format: of the configuration.

    Returns:
        The credential as it stood in the response, byte for byte: a JSON object, or a token.

    Raises:
        ReceivingError: "invalid_nonce" when a fresh nonce would do; else with a code that has a sentence.

    Source: OpenID4VCI 1.0, section 8.2 and 8.3.
    """
    answer = _post(
        fetcher,
        issuer.metadata.credential_endpoint,
        strict_json.dumps({**access.name(configuration_id), "proofs": {"jwt": [key_proof]}}),
        content_type=_JSON,
        headers={"Authorization": f"Bearer {access.token}"},
    )
    if answer.status == HTTPStatus.ACCEPTED:
        raise ReceivingError("issuer_deferred", "the issuer will deliver later", again=True)
    if answer.status != HTTPStatus.OK:
        found = _CREDENTIAL_ERRORS.get(_error_of(answer), "issuer_refused")
        raise ReceivingError(found, again=_may_pass(answer) or found == "invalid_nonce")
    return _credential_text(answer, is_token=credential_format != LDP_VC)


def _credential_text(answer: Fetched, *, is_token: bool) -> bytes:
    """Cut the credential out of the response without reading and writing it again."""
    document = _json_of(answer)
    credentials = document.get("credentials")
    if not isinstance(credentials, list) or len(credentials) != 1 or not isinstance(credentials[0], dict):
        raise ReceivingError("issuer_unreadable", "one credential was asked for, and one is expected")
    credential = credentials[0].get("credential")
    if not isinstance(credential, str if is_token else dict):
        raise ReceivingError("issuer_unreadable", "a credential of another format than was asked for")
    if isinstance(credential, str):
        # base64url, dots and tildes: JSON has one way to write them that anybody uses
        return credential.encode()
    try:
        return slice_json(answer.body, "credentials", 0, "credential")
    except JsonSliceError as err:
        raise ReceivingError("issuer_unreadable", str(err)) from err


def well_known_urls(identifier: str, name: str) -> tuple[str, ...]:
    """Where a well-known document of an identifier stands: inserted before its path, then appended to it.

    Args:
        identifier: https URL, with or without a path.
        name: such as "openid-credential-issuer".
    """
    parts = urlsplit(identifier)
    path = parts.path.rstrip("/")
    inserted = urlunsplit((parts.scheme, parts.netloc, f"/.well-known/{name}{path}", "", ""))
    appended = urlunsplit((parts.scheme, parts.netloc, f"{path}/.well-known/{name}", "", ""))
    return tuple(dict.fromkeys((inserted, appended)))


def _fetch_well_known(fetcher: Fetcher, identifier: str, name: str, model: type[_Wire]) -> _Wire:
    answer = None
    for url in well_known_urls(identifier, name):
        try:
            answer = fetcher.get(url, accept=_JSON, max_bytes=METADATA_BYTES)
        except FetchError as err:
            raise ReceivingError("issuer_unreachable", f"{err.code} {url}", again=True) from err
        if answer.status == HTTPStatus.OK:
            return _read(answer, model)
    raise ReceivingError(
        "issuer_unreachable", f"no {name} at {identifier}", again=answer is not None and _may_pass(answer)
    )


def _post(
    fetcher: Fetcher, url: str, content: bytes, *, content_type: str, headers: dict[str, str] | None = None
) -> Fetched:
    try:
        return fetcher.post(
            url, content=content, content_type=content_type, headers=headers or {}, max_bytes=CREDENTIAL_BYTES
        )
    except FetchError as err:
        raise ReceivingError("issuer_unreachable", f"{err.code} {url}", again=True) from err


def _may_pass(answer: Fetched) -> bool:
    """Whether the same request may be answered better later."""
    return answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status == HTTPStatus.TOO_MANY_REQUESTS


def _error_of(answer: Fetched) -> str:
    try:
        return _read(answer, ErrorResponse).error
    except ReceivingError:
        return ""


def _json_of(answer: Fetched) -> dict[str, Any]:
    try:
        document = strict_json.loads(answer.body, max_bytes=METADATA_BYTES)
    except StrictJsonError as err:
        raise ReceivingError("issuer_unreadable", f"{err.code} from {answer.url}") from err
    if not isinstance(document, dict):
        raise ReceivingError("issuer_unreadable", f"not an object from {answer.url}")
    return document


def _read(answer: Fetched, model: type[_Wire]) -> _Wire:
    document = _json_of(answer)
    try:
        return model.model_validate(document)
    except ValidationError as err:
        members = ", ".join(str(error["loc"]) for error in err.errors(include_input=False)[:3])
        raise ReceivingError("issuer_unreadable", f"{answer.url}: {members}") from err
