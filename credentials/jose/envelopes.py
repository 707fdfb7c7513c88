"""Enveloped credentials and presentations: a JSON object whose `id` is a data: URL with the token in it.

One writing only: no parameter, no percent-encoding, base64 around COSE and around nothing else; and nothing
beside `id`, `type` and `@context`, since the token secures nothing of the object around it.

Source: VCDM 2.0, sections 4.13.1 (Enveloped Verifiable Credentials) and 4.13.2 (Enveloped Verifiable
Presentations); VC-JOSE-COSE, sections 3.1 to 3.3; RFC 2397.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from credentials.jose.errors import JoseError
from credentials.jose.profiles import VC_JWT, VP_JWT, Role
from did.encodings import decode_base64
from did.errors import EncodingError

if TYPE_CHECKING:
    from credentials.jose.profiles import Profile

JsonObject = dict[str, Any]
ENVELOPE_TYPES: Final = MappingProxyType(
    {
        Role.CREDENTIAL: "EnvelopedVerifiableCredential",
        Role.PRESENTATION: "EnvelopedVerifiablePresentation",
    }
)
# media type -> the form that the token must have; None: its `typ` and payload tell
_JWT_TYPES: Final = MappingProxyType(
    {
        Role.CREDENTIAL: {"application/vc+jwt": VC_JWT, "application/jwt": None},
        Role.PRESENTATION: {"application/vp+jwt": VP_JWT, "application/jwt": None},
    }
)
_TYPE_NAMES: Final = frozenset(ENVELOPE_TYPES.values())
DC_SD_JWT_TYPE: Final = "application/dc+sd-jwt"
VC_SD_JWT_TYPE: Final = "application/vc+sd-jwt"
VP_SD_JWT_TYPE: Final = "application/vp+sd-jwt"
_SD_JWT_TYPES: Final = MappingProxyType(
    {
        Role.CREDENTIAL: frozenset({DC_SD_JWT_TYPE, VC_SD_JWT_TYPE, "application/sd-jwt"}),
        Role.PRESENTATION: frozenset({VP_SD_JWT_TYPE, "application/sd-jwt"}),
    }
)
_COSE_TYPES: Final = MappingProxyType(
    {Role.CREDENTIAL: "application/vc+cose;base64", Role.PRESENTATION: "application/vp+cose;base64"}
)
_MEMBERS: Final = frozenset({"@context", "id", "type"})


@dataclass(frozen=True)
class Opened:
    """What was in an envelope.

    Args:
        role: what it is said to hold.
        token: compact JWS, SD-JWT, or base64 of a COSE_Sign1.
        media_type: what it is said to be.
        profile: the form that the media type says; None where it says nothing more than "a JWT".
    """

    role: Role
    token: bytes
    media_type: str
    profile: Profile | None

    @property
    def is_sd_jwt(self) -> bool:
        """Whether it is said to be an SD-JWT."""
        return self.media_type in _SD_JWT_TYPES[self.role]

    @property
    def is_cose(self) -> bool:
        """Whether it is said to be a COSE_Sign1."""
        return self.media_type == _COSE_TYPES[self.role]

    def cose_message(self) -> bytes:
        """Decode the COSE_Sign1.

        Raises:
            JoseError: "envelope_invalid".
        """
        try:
            return decode_base64(self.token.decode())
        except EncodingError as err:
            raise JoseError("envelope_invalid", f"id is {err.detail}", pointer="/id") from err


def is_envelope(document: JsonObject) -> bool:
    """Tell whether an object says that it is an envelope, of either role."""
    types = document.get("type")
    named = types if isinstance(types, list) else [types]
    return any(isinstance(each, str) and each in _TYPE_NAMES for each in named)


def open_envelope(document: JsonObject, *, role: Role) -> Opened:
    """Take the token out of an envelope.

    Args:
        document: the enveloped credential or presentation.
        role: which of the two is expected; a presentation where a credential belongs is none.

    Raises:
        JoseError: "envelope_invalid", "envelope_media_type".
    """
    types = document["type"] if isinstance(document["type"], list) else [document["type"]]
    if types != [ENVELOPE_TYPES[role]] or not document.keys() <= _MEMBERS:
        raise JoseError("envelope_invalid", f"an {ENVELOPE_TYPES[role]} has id, type and @context alone")
    url = document.get("id")
    if not isinstance(url, str) or not url.startswith("data:") or "," not in url:
        raise JoseError("envelope_invalid", "id is not a data: URL", pointer="/id")
    media_type, _, token = url.removeprefix("data:").partition(",")
    if not token.isascii():
        raise JoseError("envelope_invalid", "id is not a data: URL", pointer="/id")
    if media_type in _SD_JWT_TYPES[role] or media_type == _COSE_TYPES[role]:
        return Opened(role, token.encode(), media_type, profile=None)
    if media_type not in _JWT_TYPES[role]:
        raise JoseError("envelope_media_type", media_type[:80], pointer="/id")
    return Opened(role, token.encode(), media_type, profile=_JWT_TYPES[role][media_type])
