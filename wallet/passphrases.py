"""Passphrases: which are taken, and how they are kept (argon2id, 64 MiB, three passes)."""

from __future__ import annotations

import os
import threading
import unicodedata
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from wallet.errors import PassphraseError

if TYPE_CHECKING:
    from collections.abc import Collection

MINIMUM_CHARACTERS: Final = 12
MINIMUM_WORDS: Final = 4
_MAXIMUM_CHARACTERS: Final = 256
_MINIMUM_DIFFERENT: Final = 6
_MEMORY_KIB: Final = 64 * 1024
_PASSES: Final = 3
_LANES: Final = 1
_SALT_BYTES: Final = 16
_HASH_BYTES: Final = 32

# Each derivation takes 64 MiB for a tenth of a second: two at once, and the others wait, so that a crowd
# at the door costs time and not memory.
_AT_WORK: Final = threading.BoundedSemaphore(2)


def read_passphrase(text: str) -> str:
    """Bring a passphrase to the form that is hashed.

    Capitals and repeated spaces do not count: a telephone's keyboard adds them by itself.
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def check_passphrase(text: str, *, forbidden: Collection[str] = ()) -> str:
    """Refuse a passphrase that is soon guessed.

    Args:
        text: as typed.
        forbidden: what must not be in it (the passport's number).

    Returns:
        The passphrase in the form that is hashed.

    Raises:
        PassphraseError: "passphrase_short", "passphrase_long", "passphrase_simple", "passphrase_forbidden".
    """
    passphrase = read_passphrase(text)
    words = passphrase.split()
    if len(passphrase) < MINIMUM_CHARACTERS and len(words) < MINIMUM_WORDS:
        raise PassphraseError("passphrase_short")
    if len(passphrase) > _MAXIMUM_CHARACTERS:
        raise PassphraseError("passphrase_long")
    if len(set(passphrase.replace(" ", ""))) < _MINIMUM_DIFFERENT or (
        len(words) > 1 and len(set(words)) == 1
    ):
        raise PassphraseError("passphrase_simple")
    if any(each and each in passphrase for each in forbidden):
        raise PassphraseError("passphrase_forbidden")
    return passphrase


def hash_passphrase(text: str) -> str:
    """Derive what is kept of a passphrase: a PHC string of argon2id.

    Source: RFC 9106, section 4 (second recommended option: 64 MiB, t=3).
    """
    with _AT_WORK:
        return _argon2id(os.urandom(_SALT_BYTES)).derive_phc_encoded(read_passphrase(text).encode())


def is_passphrase(text: str, *, expected_hash: str | None) -> bool:
    """Tell whether this is the passphrase. Without a hash to compare with, the same work is done and the
    answer is no.

    Args:
        text: as typed.
        expected_hash: PHC string, or None when there is no such passport or it has no passphrase.
    """
    passphrase = read_passphrase(text)
    if len(passphrase) > _MAXIMUM_CHARACTERS:
        # `check_passphrase` counts the same characters: nobody's is this long
        passphrase, expected_hash = "", None
    with _AT_WORK:
        try:
            Argon2id.verify_phc_encoded(passphrase.encode(), expected_hash or _NOBODY)
        except InvalidKey:
            return False
    return expected_hash is not None


def _argon2id(salt: bytes) -> Argon2id:
    return Argon2id(salt=salt, length=_HASH_BYTES, iterations=_PASSES, lanes=_LANES, memory_cost=_MEMORY_KIB)


# the hash of 32 random bytes that nobody has, with the same cost as everybody's
_NOBODY: Final = (
    f"$argon2id$v=19$m={_MEMORY_KIB},t={_PASSES},p={_LANES}$cGVyc29ubmUgcGVyc28$"
    "Yt1v5mPCXyAMPmUJ1Rr1U7zFjJUV2mZbqF8JvYwQn0E"
)
