"""Public keys: Multikey, JWK, and checking signatures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from json import dumps
from typing import TYPE_CHECKING, Any, Final

from did.encodings import decode_base58btc, decode_base64url, encode_base58btc, encode_base64url
from did.errors import EncodingError, InvalidKeyError
from did.keys.registry import SCHEMES, load_public

if TYPE_CHECKING:
    from collections.abc import Mapping

    from did.keys.key_types import KeyType, Scheme

# RFC 7518, sections 6.2.2 and 6.3.2, RFC 8037: a JWK with one of these gives a secret away
_SECRET_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
# RSA of 4096 bits; base58 costs the square of its length
_LONGEST_MULTIKEY: Final = 768


@dataclass(frozen=True)
class PublicKey:
    """A public key that was checked: right length, on its curve, canonical, not of low order.

    Args:
        key_type: the kind.
        raw: Ed25519: 32 bytes; EC: compressed SEC 1 point, 33, 49 or 67 bytes; BLS12381G2: compressed,
            96 bytes; RSA: RSAPublicKey, DER.

    Raises:
        InvalidKeyError: it is none of that.
    """

    key_type: KeyType
    raw: bytes

    def __post_init__(self) -> None:
        """Refuse what is no key."""
        load_public(self.key_type, self.raw)

    @classmethod
    def from_multikey(cls, multibase: str) -> PublicKey:
        """Read a Multikey.

        Args:
            multibase: "z..." base58-btc of a multicodec prefix and the raw key.

        Raises:
            InvalidKeyError: not base58-btc, an unknown prefix, or a bad key.

        Source: Controlled Identifiers v1.0, section 2.2.2 (Multikey).
        """
        return _read_multikey(multibase)

    @classmethod
    def from_jwk(cls, jwk: Mapping[str, Any]) -> PublicKey:
        """Read a JWK, strictly; members that say nothing about the key (kid, use, ...) are left alone.

        Raises:
            InvalidKeyError: a private member, an unknown kty/crv, a contradicting alg, a coordinate that is
                not canonical base64url of exactly the curve's length, or a point that is not on the curve.

        Source: RFC 7517, section 4; RFC 7518, section 6.2.1; RFC 8037, section 2.
        """
        if _SECRET_MEMBERS & jwk.keys():
            raise InvalidKeyError("JWK: private or symmetric")
        scheme = _scheme_of(jwk)
        coordinates = {name: _coordinate(jwk, name, scheme) for name in scheme.jwk_coordinates}
        return cls(scheme.key_type, scheme.load_coordinates(coordinates))

    @property
    def jose_algorithm(self) -> str:
        """The one JWS algorithm of this key: "EdDSA", "ES256", "ES384", "ES512" or "RS256".

        Raises:
            InvalidKeyError: "key_without_jose_form".
        """
        return self._jose_scheme().jose_algorithm

    @property
    def has_jose_form(self) -> bool:
        """Whether the key can be a JWK and sign a JWS."""
        return SCHEMES[self.key_type].jwk_kty != ""

    def to_multikey(self) -> str:
        """Write the key as a Multikey, "z..."."""
        return encode_base58btc(SCHEMES[self.key_type].multicodec + self.raw)

    def to_jwk(self) -> dict[str, str]:
        """Write the key as a JWK with kty, crv, x and for EC y (RSA: kty, n, e); no kid, no alg.

        Raises:
            InvalidKeyError: "key_without_jose_form".
        """
        kind = self._jose_scheme().jwk_kind
        coordinates = load_public(self.key_type, self.raw).coordinates()
        return kind | {name: encode_base64url(value) for name, value in coordinates.items()}

    def thumbprint(self) -> str:
        """Give the JWK thumbprint, base64url of SHA-256.

        Raises:
            InvalidKeyError: "key_without_jose_form".

        Source: RFC 7638, section 3.
        """
        canonical = dumps(self.to_jwk(), sort_keys=True, separators=(",", ":"))
        return encode_base64url(sha256(canonical.encode()).digest())

    def verify(self, signature: bytes, data: bytes) -> None:
        """Check a signature.

        Args:
            signature: Ed25519: 64 bytes; ECDSA: r || s, 64, 96 or 132 bytes; RSA: as long as the modulus.
            data: what was signed, not hashed.

        Raises:
            InvalidSignatureError: it does not hold.
        """
        load_public(self.key_type, self.raw).verify(signature, data)

    def _jose_scheme(self) -> Scheme:
        if not self.has_jose_form:
            raise InvalidKeyError(f"{self.key_type}: no JOSE form", code="key_without_jose_form")
        return SCHEMES[self.key_type]


# base58 costs the square of its length; only keys that passed are kept, as in `registry.load_public`
@lru_cache(maxsize=2048)
def _read_multikey(multibase: str) -> PublicKey:
    if len(multibase) > _LONGEST_MULTIKEY:
        raise InvalidKeyError("Multikey: too long")
    try:
        data = decode_base58btc(multibase)
    except EncodingError as err:
        raise InvalidKeyError(f"Multikey: {err.detail}") from err
    for scheme in SCHEMES.values():
        if data.startswith(scheme.multicodec):
            return PublicKey(scheme.key_type, data[len(scheme.multicodec) :])
    raise InvalidKeyError(f"Multikey: unknown prefix {data[:2].hex()}")


def _scheme_of(jwk: Mapping[str, Any]) -> Scheme:
    for scheme in (each for each in SCHEMES.values() if each.jwk_kty):
        if {name: jwk[name] for name in ("kty", "crv") if name in jwk} == scheme.jwk_kind:
            # RFC 9864 gives EdDSA on Ed25519 a name of its own; both say the same of this key
            if jwk.get("alg", scheme.jose_algorithm) not in (scheme.jose_algorithm, str(scheme.key_type)):
                raise InvalidKeyError("JWK: alg contradicts crv")
            return scheme
    raise InvalidKeyError("JWK: unknown kty and crv")


def _coordinate(jwk: Mapping[str, Any], name: str, scheme: Scheme) -> bytes:
    text = jwk.get(name)
    longest = (scheme.coordinate_length * 4 + 2) // 3
    # the numbers of RSA have no fixed length: the scheme looks at it
    shortest = 1 if scheme.jwk_kty == "RSA" else longest
    if not isinstance(text, str) or not shortest <= len(text) <= longest:
        raise InvalidKeyError(f"JWK: {name} is not {scheme.coordinate_length} bytes")
    try:
        return decode_base64url(text)
    except EncodingError as err:
        raise InvalidKeyError(f"JWK: {name}: {err.detail}") from err
