"""Protocol requests, read strictly from their bytes: form parameters once each, JSON without duplicates.

Source: RFC 6749, sections 3.2 and 4.1; OpenID4VCI 1.0, sections 6.1 and 8.2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

from contexts import ContextsError, strict_json
from credentials.exchange.offers import PRE_AUTHORIZED_CODE
from credentials.exchange.urls import UrlSyntaxError, read_query
from issuer_node.errors import CredentialRequestError, GrantError
from issuer_node.issuing import CredentialRequest

FORM_TYPE: Final = "application/x-www-form-urlencoded"
JSON_TYPE: Final = "application/json"
MOST_TOKEN_BYTES: Final = 16_384
MOST_REQUEST_BYTES: Final = 65_536
_MAX_DEPTH: Final = 12
_BEARER: Final = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*)", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True)
class TokenRequest:
    """A token request of the pre-authorized code grant.

    Args:
        code: the pre-authorized code.
        tx_code: as typed; None if it was not sent.
        wanted: configuration ids of authorization_details; None if there were none.
    """

    code: str = field(repr=False)
    tx_code: str | None = field(repr=False)
    wanted: tuple[str, ...] | None


def read_token_request(body: bytes, content_type: str) -> TokenRequest:
    """Read a token request.

    Raises:
        GrantError: "invalid_request", "unsupported_grant_type", "invalid_authorization_details".
    """
    if _media_type(content_type) != FORM_TYPE or len(body) > MOST_TOKEN_BYTES:
        raise GrantError("invalid_request", f"a form ({FORM_TYPE}) is needed")
    try:
        sent = read_query(body.decode("ascii"))
    except (UrlSyntaxError, UnicodeDecodeError) as err:
        raise GrantError("invalid_request", "each parameter once, in UTF-8") from err
    # RFC 6749, section 3.2: a parameter without a value counts as not sent
    parameters = {name: value for name, value in sent.items() if value}
    grant_type = parameters.get("grant_type")
    if grant_type is None:
        raise GrantError("invalid_request", "grant_type is missing")
    if grant_type != PRE_AUTHORIZED_CODE:
        raise GrantError("unsupported_grant_type")
    code = parameters.get("pre-authorized_code")
    if code is None:
        raise GrantError("invalid_request", "pre-authorized_code is missing")
    return TokenRequest(
        code, parameters.get("tx_code"), _read_details(parameters.get("authorization_details"))
    )


def read_access_token(authorization: str | None) -> str:
    """Read the Authorization header.

    Raises:
        CredentialRequestError: "token_missing" when there is none, "invalid_token" for no bearer token.
    """
    if authorization is None:
        raise CredentialRequestError("token_missing")
    match = _BEARER.fullmatch(authorization.strip())
    if match is None:
        raise CredentialRequestError("invalid_token", "not a bearer token")
    return match[1]


def read_credential_request(body: bytes, content_type: str) -> CredentialRequest:
    """Read a credential request's JSON.

    Raises:
        CredentialRequestError: "invalid_credential_request".
    """
    if _media_type(content_type) != JSON_TYPE:
        raise CredentialRequestError("invalid_credential_request", f"{JSON_TYPE} is needed")
    try:
        members = strict_json.loads(body, max_bytes=MOST_REQUEST_BYTES, max_depth=_MAX_DEPTH)
    except ContextsError as err:
        raise CredentialRequestError("invalid_credential_request", err.code) from err
    if not isinstance(members, dict):
        raise CredentialRequestError("invalid_credential_request", "not an object")
    return CredentialRequest(members)


def _read_details(text: str | None) -> tuple[str, ...] | None:
    """Read authorization_details. Source: RFC 9396, section 2; OpenID4VCI 1.0, section 5.1.1."""
    if text is None:
        return None
    try:
        details = strict_json.loads(text, max_bytes=MOST_TOKEN_BYTES, max_depth=_MAX_DEPTH)
    except ContextsError as err:
        raise GrantError("invalid_authorization_details", err.code) from err
    if not isinstance(details, list) or not details:
        raise GrantError("invalid_authorization_details", "a non-empty array is needed")
    return tuple(_read_detail(detail) for detail in details)


def _read_detail(detail: Any) -> str:
    wanted = detail.get("credential_configuration_id") if isinstance(detail, dict) else None
    if not isinstance(wanted, str) or detail.get("type") != "openid_credential":
        raise GrantError("invalid_authorization_details", "type or credential_configuration_id")
    return wanted


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()
