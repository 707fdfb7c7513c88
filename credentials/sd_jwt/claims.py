"""The claims of an SD-JWT VC: which there must be, and of what kind they are.

Source: draft-ietf-oauth-sd-jwt-vc-24, section "JWT Claims Set".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from credentials.exchange.claims import ClaimError, read_moment
from credentials.sd_jwt.errors import SdJwtError
from credentials.sd_jwt.type_metadata import read_integrity

if TYPE_CHECKING:
    from collections.abc import Mapping

TYP: Final = "dc+sd-jwt"
"""The one `typ` of an SD-JWT VC; the older `vc+sd-jwt` is another token."""
MEDIA_TYPE: Final = "application/dc+sd-jwt"
_MOMENTS: Final = ("iat", "nbf", "exp")
_TEXTS: Final = ("iss", "sub", "jti")
_OBJECTS: Final = ("cnf", "status")
_LONGEST: Final = 2_048


def check_vc_claims(claims: Mapping[str, Any]) -> None:
    """Check the registered claims of an SD-JWT VC, before it is signed or after it was processed.

    Raises:
        SdJwtError: "vct_missing", "claim_syntax"; the pointer tells the place.
    """
    _check_types(claims)
    for name in _TEXTS:
        if name in claims and not _is_name(claims[name]):
            raise SdJwtError("claim_syntax", "a string", pointer=f"/{name}")
    for name in _MOMENTS:
        _check_moment(claims, name)
    for name in _OBJECTS:
        if name in claims and not isinstance(claims[name], dict):
            raise SdJwtError("claim_syntax", "an object", pointer=f"/{name}")


def _check_types(claims: Mapping[str, Any]) -> None:
    vct = claims.get("vct")
    if not _is_name(vct):
        raise SdJwtError("vct_missing", "a string, which names the type", pointer="/vct")
    if "vct#integrity" in claims:
        read_integrity(claims["vct#integrity"])
    others = claims.get("aka_vcts", ["-"])
    if not isinstance(others, list) or not others or not all(map(_is_name, others)) or vct in others:
        raise SdJwtError("claim_syntax", "some other types", pointer="/aka_vcts")


def types_of(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the types of a credential whose claims were checked: `vct`, then `aka_vcts`."""
    return (claims["vct"], *claims.get("aka_vcts", ()))


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST


def _check_moment(claims: Mapping[str, Any], name: str) -> None:
    try:
        read_moment(claims, name)
    except ClaimError as err:
        raise SdJwtError(err.code, "a NumericDate", pointer=f"/{name}") from err
