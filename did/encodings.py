"""Base64url and multibase base58-btc, strict: bytes have one text, and every other text is refused."""

from __future__ import annotations

import re
from binascii import a2b_base64, b2a_base64
from typing import Final

from did.errors import EncodingError

_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)
_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
_FROM_URL: Final = bytes.maketrans(b"-_", b"+/")
# what the last group of 1, 2 or 3 characters may end in: its unused bits are zero
_LAST_CHARACTERS: Final = {1: "", 2: "AQgw", 3: "AEIMQUYcgkosw048"}
_BASE58_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE58_DIGITS: Final = {character: value for value, character in enumerate(_BASE58_ALPHABET)}
_BASE58_SQUARED: Final = 58 * 58
_BASE58_PAIRS: Final = tuple(first + second for first in _BASE58_ALPHABET for second in _BASE58_ALPHABET)
_BASE58_VALUES: Final = {pair: value for value, pair in enumerate(_BASE58_PAIRS)}
MAXIMUM_BASE58_LENGTH: Final = 1024


def encode_base64url(data: bytes) -> str:
    """Write bytes as base64url without padding.

    Source: RFC 7515, section 2 (Base64url Encoding).
    """
    return b2a_base64(data, newline=False).rstrip(b"=").translate(_TO_URL).decode()


def decode_base64url(text: str) -> bytes:
    """Read base64url without padding: no "=", no space, no newline, unused bits zero.

    Raises:
        EncodingError: another alphabet, an impossible length, or bits that no encoder writes.

    Source: RFC 7515, section 2; RFC 4648, section 3.5 (Canonical Encoding).
    """
    if not _BASE64URL.fullmatch(text):
        raise EncodingError("not base64url")
    used = len(text) % 4
    # only the last character can carry bits that decoding drops; a group of one character holds no byte
    if used and text[-1] not in _LAST_CHARACTERS[used]:
        raise EncodingError("not canonical base64url")
    return a2b_base64(text.encode().translate(_FROM_URL) + b"=" * (-used % 4))


def encode_base58btc(data: bytes) -> str:
    """Write bytes as multibase base58-btc, "z" first.

    Source: Controlled Identifiers v1.0, section 2.4 (Multibase) and 3.4 (Base Encode).
    """
    number = int.from_bytes(data)
    pairs: list[str] = []
    while number:
        # two digits at a time: a division of a long number costs the same by 58 as by its square
        number, remainder = divmod(number, _BASE58_SQUARED)
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
    # two digits at a time; an odd one goes first
    number = _BASE58_DIGITS[digits[0]] if len(digits) % 2 else 0
    for start in range(len(digits) % 2, len(digits), 2):
        number = number * _BASE58_SQUARED + _BASE58_VALUES[digits[start : start + 2]]
    zeros = len(digits) - len(digits.lstrip(_BASE58_ALPHABET[0]))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)
