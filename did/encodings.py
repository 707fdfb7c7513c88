"""Base64url and multibase base58-btc, strict: bytes have one text, and every other text is refused."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from did.errors import EncodingError

_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)
_BASE58_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE58_DIGITS: Final = {character: value for value, character in enumerate(_BASE58_ALPHABET)}
_BASE58: Final = 58
_BASE58_PAIRS: Final = tuple(first + second for first in _BASE58_ALPHABET for second in _BASE58_ALPHABET)
MAXIMUM_BASE58_LENGTH: Final = 1024


def encode_base64url(data: bytes) -> str:
    """Write bytes as base64url without padding.

    Source: RFC 7515, section 2 (Base64url Encoding).
    """
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def decode_base64url(text: str) -> bytes:
    """Read base64url without padding: no "=", no space, no newline, unused bits zero.

    Raises:
        EncodingError: another alphabet, an impossible length, or bits that no encoder writes.

    Source: RFC 7515, section 2; RFC 4648, section 3.5 (Canonical Encoding).
    """
    if not _BASE64URL.fullmatch(text) or len(text) % 4 == 1:
        raise EncodingError("not base64url")
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    # only the last character can carry bits that decoding drops
    if text and encode_base64url(data[(len(text) - 1) // 4 * 3 :])[-1] != text[-1]:
        raise EncodingError("not canonical base64url")
    return data


def encode_base58btc(data: bytes) -> str:
    """Write bytes as multibase base58-btc, "z" first.

    Source: Controlled Identifiers v1.0, section 2.4 (Multibase) and 3.4 (Base Encode).
    """
    number = int.from_bytes(data)
    pairs: list[str] = []
    while number:
        # two digits at a time: a division of a long number costs the same by 58 as by its square
        number, remainder = divmod(number, _BASE58 * _BASE58)
        pairs.append(_BASE58_PAIRS[remainder])
    digits = "".join(reversed(pairs)).lstrip(_BASE58_ALPHABET[0])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "z" + _BASE58_ALPHABET[0] * zeros + digits


def decode_base58btc(text: str) -> bytes:
    """Read multibase base58-btc.

    Args:
        text: "z...", at most 1,024 characters: base58 costs the square of its length.

    Raises:
        EncodingError: another base, another alphabet, or too long.

    Source: Controlled Identifiers v1.0, section 2.4 (Multibase) and 3.5 (Base Decode).
    """
    if not text.startswith("z") or len(text) > MAXIMUM_BASE58_LENGTH:
        raise EncodingError("not multibase base58-btc, or too long")
    digits = text[1:]
    if not _BASE58_DIGITS.keys() >= set(digits):
        raise EncodingError("not the base58-btc alphabet")
    number = 0
    for digit in digits:
        number = number * _BASE58 + _BASE58_DIGITS[digit]
    zeros = len(digits) - len(digits.lstrip(_BASE58_ALPHABET[0]))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)
