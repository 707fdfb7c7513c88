"""Secrets at rest: sealed under a key that only the settings hold, for one purpose and one record.

A sealed value is one version byte, a 12-byte nonce, the ciphertext and the 16-byte tag. The key is derived
per purpose; the record is authenticated beside the ciphertext, so that what was sealed for one record cannot
be put in another's place.

Source: RFC 5869 (HKDF); NIST SP 800-38D (GCM), section 8.3 (random nonces: at most 2^32 seals under a key).
"""

from __future__ import annotations

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from did.errors import SealError

__all__ = ["SealError", "seal", "unseal"]

_VERSION: Final = b"\x01"
_NONCE_LENGTH: Final = 12
_TAG_LENGTH: Final = 16
_KEY_LENGTH: Final = 32
_SHORTEST_SECRET: Final = 32
_INFO: Final = b"passeur sealing v1\0"


def seal(plaintext: bytes, *, secret: bytes, purpose: str, record: str) -> bytes:
    """Encrypt bytes for storage.

    Args:
        plaintext: what is to be kept.
        secret: from the settings, at least 32 bytes.
        purpose: what kind of thing it is, "issuer-key"; each purpose has a key of its own.
        record: which one it is, the id of its row.

    Raises:
        ValueError: the secret is shorter than 32 bytes, or no purpose or record is named.
    """
    cipher, associated = _cipher(secret, purpose, record)
    nonce = os.urandom(_NONCE_LENGTH)
    return _VERSION + nonce + cipher.encrypt(nonce, plaintext, associated)


def unseal(sealed: bytes, *, secret: bytes, purpose: str, record: str) -> bytes:
    """Decrypt what `seal` made for the same secret, purpose and record.

    Raises:
        SealError: changed, cut short, of another version, record, purpose or secret.
        ValueError: as for `seal`.
    """
    cipher, associated = _cipher(secret, purpose, record)
    if sealed[:1] != _VERSION or len(sealed) < len(_VERSION) + _NONCE_LENGTH + _TAG_LENGTH:
        raise SealError("unknown version, or cut short")
    nonce, ciphertext = sealed[1 : 1 + _NONCE_LENGTH], sealed[1 + _NONCE_LENGTH :]
    try:
        return cipher.decrypt(nonce, ciphertext, associated)
    except InvalidTag as err:
        raise SealError("changed, or sealed for something else") from err


def _cipher(secret: bytes, purpose: str, record: str) -> tuple[AESGCM, bytes]:
    if len(secret) < _SHORTEST_SECRET:
        raise ValueError(f"the secret has {_SHORTEST_SECRET} bytes or more")
    if not purpose or not record:
        raise ValueError("a seal is for a purpose and a record")
    key = HKDF(SHA256(), _KEY_LENGTH, salt=None, info=_INFO + purpose.encode()).derive(secret)
    return AESGCM(key), _VERSION + _length_first(purpose) + _length_first(record)


def _length_first(text: str) -> bytes:
    """Write a text so that two of them in a row can be cut in one way only."""
    data = text.encode()
    return len(data).to_bytes(4) + data
