"""Credential offers: what a slip's QR code holds, by value or by reference.

Source: OpenID for Verifiable Credential Issuance 1.0, section 4.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal
from urllib.parse import urlencode, urlsplit

from contexts import ContextsError, strict_json
from credentials.errors import CredentialsError
from credentials.exchange.urls import UrlSyntaxError, read_origin, read_query

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

JsonObject = dict[str, Any]
PRE_AUTHORIZED_CODE: Final = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
AUTHORIZATION_CODE: Final = "authorization_code"
DEFAULT_ENDPOINT: Final = "openid-credential-offer://"
# the wallet's own page (https, or http on loopback), and the schemes that wallets register with the system
_CUSTOM_SCHEMES: Final = frozenset({"openid-credential-offer", "haip", "haip-vci"})
_WEB_SCHEMES: Final = frozenset({"https", "http"})
_LONGEST_URI: Final = 65_536
_LONGEST_CODE: Final = 1024
_LONGEST_DESCRIPTION: Final = 300
_MOST_CONFIGURATIONS: Final = 100
_MAX_DEPTH: Final = 10


class OfferError(CredentialsError):
    """A credential offer cannot be used.

    Codes: "offer_uri" (not a link with an offer), "offer_ambiguous" (by value and by reference, or a
    parameter twice), "offer_json", "offer_issuer", "offer_configurations", "offer_grants", "offer_tx_code".
    """

    default_code = "offer_uri"


@dataclass(frozen=True)
class TxCode:
    """What the person will be asked to type, beside the offer.

    Args:
        input_mode: "numeric" or "text".
        length: characters, if the issuer says so.
        description: how the person gets it, at most 300 characters; the issuer's words.
    """

    input_mode: Literal["numeric", "text"] = "numeric"
    length: int | None = None
    description: str | None = None

    @classmethod
    def parse(cls, raw: object) -> TxCode:
        """Read a `tx_code` object; an empty one is a numeric code.

        Raises:
            OfferError: "offer_tx_code".
        """
        where = f"/grants/{PRE_AUTHORIZED_CODE}/tx_code"
        if not isinstance(raw, dict):
            raise OfferError("offer_tx_code", "not an object", pointer=where)
        mode, length, description = (
            raw.get("input_mode", "numeric"),
            raw.get("length"),
            raw.get("description"),
        )
        if mode not in ("numeric", "text"):
            raise OfferError("offer_tx_code", "input_mode", pointer=where)
        if length is not None and (type(length) is not int or length < 1):
            raise OfferError("offer_tx_code", "length", pointer=where)
        if description is not None and not _is_text(description, _LONGEST_DESCRIPTION):
            raise OfferError("offer_tx_code", "description", pointer=where)
        return cls(mode, length, description)

    def to_json(self) -> JsonObject:
        """Write the object."""
        members = {"input_mode": self.input_mode, "length": self.length, "description": self.description}
        return {name: value for name, value in members.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class CredentialOffer:
    """A credential offer.

    Args:
        credential_issuer: Credential Issuer Identifier, an https URL.
        credential_configuration_ids: what is offered, in the issuer's metadata.
        pre_authorized_code: the code of that grant; None if the grant is not offered.
        tx_code: what must be typed besides; None if nothing.
        issuer_state: of the authorization code grant.
        authorization_server: of the pre-authorized code grant, else of the authorization code grant.
    """

    credential_issuer: str
    credential_configuration_ids: tuple[str, ...]
    pre_authorized_code: str | None = None
    tx_code: TxCode | None = None
    issuer_state: str | None = None
    authorization_server: str | None = None

    @classmethod
    def parse(cls, raw: object) -> CredentialOffer:
        """Read an offer; members that are not known here are ignored, as the specification asks.

        Args:
            raw: parsed JSON, or strict JSON still to be parsed (bytes or str).

        Raises:
            OfferError: "offer_json", "offer_issuer", "offer_configurations", "offer_grants", "offer_tx_code".

        Source: OpenID4VCI 1.0, section 4.1.1 (Credential Offer Parameters).
        """
        document = _read_json(raw) if isinstance(raw, str | bytes) else raw
        if not isinstance(document, dict):
            raise OfferError("offer_json", "not an object")
        return cls(
            credential_issuer=_read_issuer(document.get("credential_issuer")),
            credential_configuration_ids=_read_configurations(document.get("credential_configuration_ids")),
            **_read_grants(document.get("grants", {})),
        )

    def to_json(self) -> JsonObject:
        """Write the offer."""
        offer: JsonObject = {
            "credential_issuer": self.credential_issuer,
            "credential_configuration_ids": list(self.credential_configuration_ids),
        }
        if self.pre_authorized_code is not None:
            grant: JsonObject = {"pre-authorized_code": self.pre_authorized_code}
            if self.tx_code is not None:
                grant["tx_code"] = self.tx_code.to_json()
            if self.authorization_server is not None:
                grant["authorization_server"] = self.authorization_server
            offer["grants"] = {PRE_AUTHORIZED_CODE: grant}
        elif self.issuer_state is not None:
            offer["grants"] = {AUTHORIZATION_CODE: {"issuer_state": self.issuer_state}}
        return offer

    def to_uri(self, endpoint: str = DEFAULT_ENDPOINT) -> str:
        """Write the offer as a link, by value.

        Args:
            endpoint: the wallet's credential offer endpoint, or a custom scheme.
        """
        return _with_query(endpoint, "credential_offer", strict_json.dumps(self.to_json()).decode())

    def __repr__(self) -> str:
        """Name the offer without its code, which is worth the badge."""
        return f"CredentialOffer({self.credential_issuer}, {', '.join(self.credential_configuration_ids)})"


@dataclass(frozen=True)
class OfferByValue:
    """The offer itself was in the link."""

    offer: CredentialOffer
    uri: None = None


@dataclass(frozen=True)
class OfferByReference:
    """The link says where the offer is: to be fetched as application/json, without following redirects."""

    uri: str
    offer: None = None


OfferReference = OfferByValue | OfferByReference


def offer_reference_uri(credential_offer_uri: str, *, endpoint: str = DEFAULT_ENDPOINT) -> str:
    """Write a link to an offer, by reference: short enough for a QR code on paper.

    Args:
        credential_offer_uri: where the offer is served.
        endpoint: the wallet's credential offer endpoint, or a custom scheme.
    """
    return _with_query(endpoint, "credential_offer_uri", credential_offer_uri)


def parse_offer_uri(uri: str) -> OfferReference:
    """Read a link with an offer.

    Args:
        uri: `openid-credential-offer://?...`, `haip-vci://?...`, or an https page of a wallet, with
            `credential_offer` or `credential_offer_uri`. Plain http is for loopback.

    Raises:
        OfferError: "offer_uri", "offer_ambiguous", and those of `CredentialOffer.parse`.

    Source: OpenID4VCI 1.0, section 4.1.
    """
    if len(uri) > _LONGEST_URI:
        raise OfferError("offer_uri", "too long")
    try:
        parts = urlsplit(uri.strip())
    except ValueError as err:
        raise OfferError("offer_uri", "not a URI") from err
    if parts.scheme not in _CUSTOM_SCHEMES | _WEB_SCHEMES or parts.fragment:
        raise OfferError("offer_uri", f"scheme {parts.scheme[:40]!r}")
    try:
        parameters = read_query(parts.query)
    except UrlSyntaxError as err:
        raise OfferError("offer_ambiguous", str(err)) from err
    return read_offer_parameters(parameters)


def read_offer_parameters(parameters: Mapping[str, str]) -> OfferReference:
    """Read the parameters that a wallet's credential offer endpoint was called with.

    Raises:
        OfferError: as `parse_offer_uri`.
    """
    by_value, by_reference = parameters.get("credential_offer"), parameters.get("credential_offer_uri")
    if by_value is not None and by_reference is not None:
        raise OfferError("offer_ambiguous", "by value and by reference")
    if by_value is not None:
        return OfferByValue(CredentialOffer.parse(by_value))
    if by_reference is None:
        raise OfferError("offer_uri", "no offer in it")
    try:
        read_origin(by_reference)
    except UrlSyntaxError as err:
        raise OfferError("offer_uri", f"credential_offer_uri: {err}") from err
    return OfferByReference(by_reference)


def _with_query(endpoint: str, name: str, value: str) -> str:
    separator = "&" if "?" in endpoint else "?"
    return f"{endpoint}{separator}{urlencode({name: value})}"


def _read_json(text: str | bytes) -> Any:
    try:
        return strict_json.loads(text, max_bytes=_LONGEST_URI, max_depth=_MAX_DEPTH)
    except ContextsError as err:
        raise OfferError("offer_json", err.code) from err


def _read_issuer(value: object) -> str:
    """Read a Credential Issuer Identifier: an https URL without query or fragment.

    Source: OpenID4VCI 1.0, section 12.2.1.
    """
    try:
        read_origin(value)
    except UrlSyntaxError as err:
        raise OfferError("offer_issuer", str(err), pointer="/credential_issuer") from err
    if "?" in str(value):
        raise OfferError("offer_issuer", "a query", pointer="/credential_issuer")
    return str(value)


def _read_configurations(value: object) -> tuple[str, ...]:
    where = "/credential_configuration_ids"
    if not isinstance(value, list) or not 0 < len(value) <= _MOST_CONFIGURATIONS:
        raise OfferError("offer_configurations", "a non-empty array is needed", pointer=where)
    if not all(_is_text(each, _LONGEST_CODE) for each in value) or len(set(value)) != len(value):
        raise OfferError("offer_configurations", "unique strings are needed", pointer=where)
    return tuple(value)


def _read_grants(grants: object) -> JsonObject:
    if not isinstance(grants, dict):
        raise OfferError("offer_grants", "not an object", pointer="/grants")
    pre_authorized = _grant(grants, PRE_AUTHORIZED_CODE)
    authorization = _grant(grants, AUTHORIZATION_CODE)
    members: JsonObject = {}
    if pre_authorized is not None:
        if "pre-authorized_code" not in pre_authorized:
            raise OfferError(
                "offer_grants", "no pre-authorized_code", pointer=f"/grants/{PRE_AUTHORIZED_CODE}"
            )
        members["pre_authorized_code"] = _grant_text(pre_authorized, "pre-authorized_code")
        if "tx_code" in pre_authorized:
            # even an empty object says that a code is needed
            members["tx_code"] = TxCode.parse(pre_authorized["tx_code"])
    if authorization is not None:
        members["issuer_state"] = _grant_text(authorization, "issuer_state")
    servers = [
        _grant_text(grant, "authorization_server") for grant in (pre_authorized, authorization) if grant
    ]
    return members | {"authorization_server": next(iter(servers), None)}


def _grant(grants: JsonObject, name: str) -> JsonObject | None:
    grant = grants.get(name)
    if grant is not None and not isinstance(grant, dict):
        raise OfferError("offer_grants", "not an object", pointer=f"/grants/{name}")
    return grant


def _grant_text(grant: JsonObject, name: str) -> str | None:
    value = grant.get(name)
    if name in grant and not _is_text(value, _LONGEST_CODE):
        raise OfferError("offer_grants", name, pointer="/grants")
    return value


def _is_text(value: object, longest: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= longest


def build_offer(
    *,
    credential_issuer: str,
    credential_configuration_ids: Sequence[str],
    pre_authorized_code: str,
    tx_code: TxCode | None = None,
) -> CredentialOffer:
    """Build an offer of the pre-authorized code flow, checked as a wallet will check it.

    Raises:
        OfferError: as `CredentialOffer.parse`.
    """
    offer = CredentialOffer(
        credential_issuer=credential_issuer,
        credential_configuration_ids=tuple(credential_configuration_ids),
        pre_authorized_code=pre_authorized_code,
        tx_code=tx_code,
    )
    return CredentialOffer.parse(offer.to_json())
