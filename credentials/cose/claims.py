"""CWT claims in the protected header, under the names that JWTs give them, so that one code checks both.

Source: RFC 9597; RFC 8392, section 3 (Claims); RFC 8747, section 3.1 (`cnf`); RFC 9711, section 4.1
(`nonce`); draft-ietf-oauth-status-list, section 6.3 (`status`); RFC 9053, section 7 (Key Object Parameters).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from credentials.cose.errors import CoseError
from did.encodings import encode_base64url

if TYPE_CHECKING:
    from collections.abc import Mapping

JsonObject = dict[str, Any]
_LABELS: Final = MappingProxyType(
    {"iss": 1, "sub": 2, "aud": 3, "exp": 4, "nbf": 5, "iat": 6, "nonce": 10, "status": 65_535}
)
_CNF: Final = 8
_COSE_KEY, _KID = 1, 3
# of a COSE_Key: what JWKs call its kinds, and its curves
_KTY: Final = MappingProxyType({1: "OKP", 2: "EC"})
_CRV: Final = MappingProxyType({1: "P-256", 2: "P-384", 3: "P-521", 6: "Ed25519"})
_COORDINATES: Final = MappingProxyType({-2: "x", -3: "y"})


def read_cwt_claims(cwt_claims: Mapping[Any, Any]) -> JsonObject:
    """Give the claims that are known here by their names; others are ignored, as VC-JOSE-COSE has it.

    Raises:
        CoseError: "cose_header": a nonce that is no text, a status that JSON could not say.
    """
    claims = {name: cwt_claims[label] for name, label in _LABELS.items() if label in cwt_claims}
    if isinstance(claims.get("nonce"), bytes):
        claims["nonce"] = _text(claims["nonce"])
    if not _is_json(claims.get("status")):
        raise CoseError("cose_header", "the status has no form in JSON")
    if _CNF in cwt_claims:
        claims["cnf"] = _read_confirmation(cwt_claims[_CNF])
    return claims


def write_cwt_claims(claims: Mapping[str, Any]) -> dict[int, Any]:
    """Write claims by their labels; a nonce as bytes, as RFC 9711 has it.

    Args:
        claims: names and values; only names that are known here.
    """
    written = {_LABELS[name]: value for name, value in claims.items()}
    if "nonce" in claims:
        written[_LABELS["nonce"]] = claims["nonce"].encode()
    return written


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError as err:
        raise CoseError("cose_header", "the nonce is not UTF-8") from err


def _is_json(value: object) -> bool:
    """Tell whether JSON could say the same; whoever looks up a status reads it as of a JWT."""
    if isinstance(value, dict):
        return all(isinstance(name, str) and _is_json(each) for name, each in value.items())
    return all(map(_is_json, value)) if isinstance(value, list) else not isinstance(value, bytes)


def _read_confirmation(confirmation: Any) -> JsonObject:
    """The key that the one who presents must have; what cannot be read binds all the same, to no key.

    Source: RFC 8747, section 3.1.
    """
    if not isinstance(confirmation, dict) or len(confirmation) != 1:
        return {}
    key, kid = confirmation.get(_COSE_KEY), confirmation.get(_KID)
    if isinstance(key, dict):
        return {"jwk": _to_jwk(key)}
    return {"kid": kid.decode("utf-8", "replace")} if isinstance(kid, bytes) else {}


def _to_jwk(key: Mapping[Any, Any]) -> JsonObject:
    kty, crv = key.get(1), key.get(-1)
    jwk: JsonObject = {
        "kty": _KTY.get(kty) if isinstance(kty, int) else None,
        "crv": _CRV.get(crv) if isinstance(crv, int) else None,
    }
    coordinates = {name: key[label] for label, name in _COORDINATES.items() if label in key}
    return jwk | {
        name: encode_base64url(value) for name, value in coordinates.items() if isinstance(value, bytes)
    }
