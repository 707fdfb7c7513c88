"""Base64url, base64 and multibase base58-btc, strict: every text but the ones for its bytes is refused."""

from __future__ import annotations

import re
from binascii import a2b_base64, b2a_base64
from typing import Final

from did.errors import EncodingError

_BASE64URL: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]*", re.ASCII)
_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
_FROM_URL: Final = bytes.maketrans(b"-_", b"+/")
# what the last group of 1, 2 or 3 characters may end in: its unused bits are zero
_LAST_CHARACTERS: Final = {1: "", 2: "AQgw", 3: "AEIMQUYcgkosw048"}
_BASE58_ALPHABET: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE58_CHARACTERS: Final = _BASE58_ALPHABET.encode()
_BASE58_VALUES: Final = bytes.maketrans(_BASE58_CHARACTERS, bytes(range(58)))
_BASE58_SQUARED: Final = 58**2
_BASE58_PAIRS: Final = tuple(first + second for first in _BASE58_ALPHABET for second in _BASE58_ALPHABET)
_BASE58_BLOCK: Final = 128
# for digits that stand in lanes of 1, 2, 4, ... bytes of one number: how far the higher lane of a pair is
# shifted, which bits are the lower one, and what the higher one counts
_BASE58_FOLDS: Final = tuple(
    (8 * width, int.from_bytes((bytes(width) + b"\xff" * width) * (_BASE58_BLOCK // (2 * width))), 58**width)
    for width in (1, 2, 4, 8, 16, 32, 64)
)
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
    raw = text.encode("utf-8", "replace")
    if raw.translate(None, _BASE64URL):
        raise EncodingError("not base64url")
    used = len(text) % 4
    # only the last character can carry bits that decoding drops; a group of one character holds no byte
    if used and text[-1] not in _LAST_CHARACTERS[used]:
        raise EncodingError("not canonical base64url")
    return a2b_base64(raw.translate(_FROM_URL) + b"=" * (-used % 4))


def encode_base64(data: bytes) -> str:
    """Write bytes as base64 with its padding.

    Source: RFC 4648, section 4 (Base 64 Encoding).
    """
    return b2a_base64(data, newline=False).decode()


def decode_base64(text: str) -> bytes:
    """Read base64 with its padding, or without any: no space, no newline, unused bits zero.

    Raises:
        EncodingError: another alphabet, an impossible length, wrong padding, or bits that no encoder writes.

    Source: RFC 4648, sections 3.2 (Padding of Encoded Data), 3.5 (Canonical Encoding) and 4.
    """
    digits = text.rstrip("=")
    used = len(digits) % 4
    if len(text) not in (len(digits), len(digits) + -used % 4) or not _BASE64.fullmatch(digits):
        raise EncodingError("not base64")
    # the characters that end a group of these lengths are the same in both alphabets
    if used and digits[-1] not in _LAST_CHARACTERS[used]:
        raise EncodingError("not canonical base64")
    return a2b_base64(digits.encode() + b"=" * (-used % 4))


def encode_base58btc(data: bytes) -> str:
    """Write bytes as multibase base58-btc, "z" first.

    Source: Controlled Identifiers v1.0, section 2.4 (Multibase) and 3.4 (Base Encode).
    """
    number = int.from_bytes(data)
    pairs: list[str] = []
    while number:
        # four digits at a time: a division of a long number costs the same by 58 as by its fourth power
        number, four = divmod(number, _BASE58_SQUARED * _BASE58_SQUARED)
        high, low = divmod(four, _BASE58_SQUARED)
        pairs += (_BASE58_PAIRS[low], _BASE58_PAIRS[high])
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
    digits = text[1:].encode("utf-8", "replace")
    if digits.translate(None, _BASE58_CHARACTERS):
        raise EncodingError("not the base58-btc alphabet")
    values = digits.translate(_BASE58_VALUES)
    # the first block is the one that may be shorter
    first = len(values) % _BASE58_BLOCK
    number = _base58_number(values[:first])
    for start in range(first, len(values), _BASE58_BLOCK):
        number = number * 58**_BASE58_BLOCK + _base58_number(values[start : start + _BASE58_BLOCK])
    zeros = len(digits) - len(digits.lstrip(_BASE58_CHARACTERS[:1]))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)


def _base58_number(values: bytes) -> int:
    """The number that up to 128 digits stand for: all pairs of neighbours are folded at once, seven times."""
    number = int.from_bytes(values)
    for shift, lower, base in _BASE58_FOLDS:
        number = (number >> shift & lower) * base + (number & lower)
    return number
