"""The kinds of key, and the two faces that each of them shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class KeyType(StrEnum):
    """A kind of signature key, by the name of its curve in JOSE (BLS12381G2: in a draft for it), or "RSA"."""

    ED25519 = "Ed25519"
    P256 = "P-256"
    P384 = "P-384"
    P521 = "P-521"
    BLS12381_G2 = "BLS12381G2"
    RSA = "RSA"


class Verifies(Protocol):
    """A loaded public key."""

    def verify(self, signature: bytes, data: bytes) -> None:
        """Raise InvalidSignatureError unless the signature is by this key over this data."""
        ...

    def coordinates(self) -> dict[str, bytes]:
        """Give the JWK members, "x" and for EC "y", as bytes; InvalidKeyError if it has no JWK."""
        ...


class Signs(Protocol):
    """A loaded private key."""

    def sign(self, data: bytes) -> bytes:
        """Sign data; the signature has the key type's fixed length.

        Raises InvalidKeyError for a key that signs no data, but lists of messages.
        """
        ...

    def public_raw(self) -> bytes:
        """Give the raw public key."""
        ...

    def secret_raw(self) -> bytes:
        """Give the raw secret, fixed length."""
        ...


@dataclass(frozen=True)
class Scheme:
    """One kind of key.

    Args:
        key_type: which.
        multicodec: prefix of the raw public key in a Multikey.
        jose_algorithm: the one JWS algorithm that this key may be used with; "" where there is none.
        jwk_kty: "OKP", "EC" or "RSA"; "" for a key that is never written as a JWK.
        coordinate_length: bytes of a JWK coordinate; RSA: of `n` and `e`, at most.
        load_public: raw bytes to a key that verifies; raises InvalidKeyError.
        load_coordinates: JWK members as bytes to the raw public key; raises InvalidKeyError.
        load_private: raw secret to a key that signs; raises InvalidKeyError.
        generate: makes a new key.
    """

    key_type: KeyType
    multicodec: bytes
    jose_algorithm: str
    jwk_kty: str
    coordinate_length: int
    load_public: Callable[[bytes], Verifies]
    load_coordinates: Callable[[dict[str, bytes]], bytes]
    load_private: Callable[[bytes], Signs]
    generate: Callable[[], Signs]

    @property
    def jwk_kind(self) -> dict[str, str]:
        """The JWK members that say what kind of key it is; RSA has no `crv`."""
        kty = {"kty": self.jwk_kty}
        return kty if self.jwk_kty == "RSA" else kty | {"crv": str(self.key_type)}

    @property
    def jwk_coordinates(self) -> tuple[str, ...]:
        """The JWK members that are the key itself."""
        return {"EC": ("x", "y"), "RSA": ("n", "e")}.get(self.jwk_kty, ("x",))
