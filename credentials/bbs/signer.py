"""What signs lists of messages: a key in memory here, maybe a device elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from credentials.bbs.errors import BbsError
from credentials.bbs.signatures import sign
from did.keys import KeySigner, KeyType
from did.keys.bls12381 import read_secret

if TYPE_CHECKING:
    from collections.abc import Sequence

    from did.keys import PublicKey, Signer


@runtime_checkable
class MessagesSigner(Protocol):
    """Something that signs a header and a list of messages for one verification method."""

    @property
    def public_key(self) -> PublicKey:
        """The key that checks what this signs."""
        ...

    @property
    def verification_method(self) -> str:
        """Absolute DID URL of the key."""
        ...

    def sign_messages(self, *, header: bytes, messages: Sequence[bytes]) -> bytes:
        """Sign; gives a BBS signature, 80 bytes.

        Raises BbsError, "bbs_too_many_messages".
        """
        ...


@dataclass(frozen=True)
class _KeyInMemory:
    key_signer: KeySigner = field(repr=False)

    @property
    def public_key(self) -> PublicKey:
        return self.key_signer.public_key

    @property
    def verification_method(self) -> str:
        return self.key_signer.verification_method

    def sign_messages(self, *, header: bytes, messages: Sequence[bytes]) -> bytes:
        secret = read_secret(self.key_signer.private_key.to_raw())
        return sign(secret, self.public_key.raw, header=header, messages=messages)


def messages_signer(signer: Signer | MessagesSigner) -> MessagesSigner:
    """Give what signs messages with a signer's key: itself if it does, or a BLS12-381 key in memory.

    Raises:
        BbsError: "bbs_key".
    """
    if signer.public_key.key_type is not KeyType.BLS12381_G2:
        raise BbsError("bbs_key", f"{signer.public_key.key_type} signs no lists of messages")
    if isinstance(signer, MessagesSigner):
        return signer
    if isinstance(signer, KeySigner):
        return _KeyInMemory(signer)
    raise BbsError("bbs_key", "this signer signs no lists of messages")
