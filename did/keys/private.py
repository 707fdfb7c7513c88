"""Private keys, and what signs."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from did.keys.public import PublicKey
from did.keys.registry import SCHEMES

if TYPE_CHECKING:
    from did.keys.key_types import KeyType, Signs


class Signer(Protocol):
    """Something that signs for one verification method: a key in memory here, maybe a device elsewhere."""

    @property
    def public_key(self) -> PublicKey:
        """The key that checks what this signs."""
        ...

    @property
    def verification_method(self) -> str:
        """Absolute DID URL of the key."""
        ...

    def sign(self, data: bytes) -> bytes:
        """Sign data; Ed25519: 64 bytes; ECDSA: r || s."""
        ...


class PrivateKey:
    """A private key. Its text form shows the public key only."""

    def __init__(self, key_type: KeyType, key: Signs) -> None:
        self.key_type = key_type
        self._key = key

    @classmethod
    def generate(cls, key_type: KeyType) -> PrivateKey:
        """Make a new key from the system's randomness."""
        return cls(key_type, SCHEMES[key_type].generate())

    @classmethod
    def from_raw(cls, key_type: KeyType, secret: bytes) -> PrivateKey:
        """Read a raw secret.

        Args:
            key_type: the kind.
            secret: Ed25519: the 32-byte seed; EC and BLS12381G2: the scalar, big-endian, 32, 48 or 66 bytes.

        Raises:
            InvalidKeyError: wrong length, or out of range.
        """
        return cls(key_type, SCHEMES[key_type].load_private(secret))

    def to_raw(self) -> bytes:
        """Give the raw secret, as `from_raw` reads it: to be sealed at once."""
        return self._key.secret_raw()

    @cached_property
    def public_key(self) -> PublicKey:
        """The public key that belongs to it."""
        return PublicKey(self.key_type, self._key.public_raw())

    def sign(self, data: bytes) -> bytes:
        """Sign data; Ed25519: 64 bytes; ECDSA: r || s, 64, 96 or 132 bytes.

        Raises:
            InvalidKeyError: "key_signs_messages": a key for BBS, see `credentials.bbs.messages_signer`.
        """
        return self._key.sign(data)

    def __repr__(self) -> str:
        """Name the key without its secret."""
        return f"PrivateKey({self.public_key.to_multikey()})"

    def __reduce__(self) -> tuple[object, ...]:
        """Refuse to be pickled: a secret leaves through `to_raw` or not at all."""
        raise TypeError("a PrivateKey is not pickled")


@dataclass(frozen=True)
class KeySigner:
    """A private key in memory that signs for one verification method.

    Args:
        private_key: the key.
        verification_method: absolute DID URL, with fragment.
    """

    private_key: PrivateKey = field(repr=False)
    verification_method: str

    @property
    def public_key(self) -> PublicKey:
        """The key that checks what this signs."""
        return self.private_key.public_key

    def sign(self, data: bytes) -> bytes:
        """Sign data."""
        return self.private_key.sign(data)
