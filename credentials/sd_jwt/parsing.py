"""An SD-JWT, or SD-JWT+KB, taken apart: compact serialization only, bounded before anything is decoded.

Source: RFC 9901, section 4.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from credentials.jws import UnverifiedJws, parse_compact, read_unverified_claims
from credentials.sd_jwt.disclosures import read_disclosure
from credentials.sd_jwt.errors import SdJwtError

if TYPE_CHECKING:
    from credentials.sd_jwt.disclosures import Disclosure

MAXIMUM_BYTES: Final = 1_048_576
MAXIMUM_DISCLOSURES: Final = 1_000
SEPARATOR: Final = "~"


@dataclass(frozen=True)
class UnverifiedSdJwt:
    """An SD-JWT taken apart. Nobody has vouched for any of it.

    Args:
        jws: the Issuer-signed JWT.
        unverified_payload: its claims and digests.
        disclosures: in the order of the token.
        unverified_key_binding: the Key Binding JWT; None for an SD-JWT without.
        text: the token up to and with its last "~": what `sd_hash` is over.
    """

    jws: UnverifiedJws
    unverified_payload: dict[str, Any] = field(repr=False)
    disclosures: tuple[Disclosure, ...] = field(repr=False)
    unverified_key_binding: str | None = field(repr=False)
    text: str = field(repr=False)

    @property
    def issuer_signed(self) -> str:
        """The Issuer-signed JWT as it stands in the token."""
        return self.text.partition(SEPARATOR)[0]


def parse_sd_jwt(token: str | bytes, *, max_bytes: int = MAXIMUM_BYTES) -> UnverifiedSdJwt:
    """Take an SD-JWT apart, strictly.

    Args:
        token: JWT~Disclosure~...~ and maybe a Key Binding JWT; no white space.
        max_bytes: of the token.

    Raises:
        SdJwtError: "sd_jwt_too_large", "sd_jwt_encoding", "sd_jwt_json_serialization",
            "sd_jwt_serialization", "too_many_disclosures", and as `read_disclosure`.
        JwsError: as `parse_compact`, for the Issuer-signed JWT; "jws_payload".

    Source: RFC 9901, section 4 (format) and section 7.1, step 1.
    """
    text = _checked_text(token, max_bytes)
    issuer_signed, *disclosures, key_binding = text.split(SEPARATOR)
    jws = parse_compact(issuer_signed)
    return UnverifiedSdJwt(
        jws=jws,
        unverified_payload=read_unverified_claims(jws),
        disclosures=tuple(map(read_disclosure, disclosures)),
        unverified_key_binding=key_binding or None,
        text=text.removesuffix(key_binding),
    )


def _checked_text(token: str | bytes, max_bytes: int) -> str:
    if len(token) > max_bytes:
        raise SdJwtError("sd_jwt_too_large", f"more than {max_bytes} bytes")
    text = token.decode("latin-1") if isinstance(token, bytes) else token
    if not text.isascii():
        raise SdJwtError("sd_jwt_encoding", "characters that are not US-ASCII")
    if text.lstrip().startswith("{"):
        # RFC 9901, section 8: optional, and headers that no digest covers come with it
        raise SdJwtError("sd_jwt_json_serialization")
    separators = text.count(SEPARATOR)
    if not separators:
        raise SdJwtError("sd_jwt_serialization", "no tilde")
    if separators > MAXIMUM_DISCLOSURES + 1:
        raise SdJwtError("too_many_disclosures", f"{separators - 1}, more than {MAXIMUM_DISCLOSURES}")
    return text
