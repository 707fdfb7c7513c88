"""RSA with PKCS #1 v1.5 and SHA-256 (RS256), for JWTs of Open Badges alone: 2048 to 4096 bits.

Modulus and exponent are bounded before the library sees them: what one verification costs grows with both.

Source: RFC 8017, section 8.2 (RSASSA-PKCS1-v1_5) and appendix A.1.1 (RSAPublicKey); RFC 7518, sections 3.3
and 6.3.
"""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from did.errors import InvalidKeyError, InvalidSignatureError
from did.keys.key_types import KeyType, Scheme

_SHORTEST: Final = 2048
_LONGEST: Final = 4096
_NEW: Final = 3072
_EXPONENT: Final = 65_537
_EXPONENT_BITS: Final = 32
_LONGEST_SECRET: Final = 4096
# SEQUENCE, length in two bytes; what RSAPublicKey of these sizes begins with
_SEQUENCE: Final = b"\x30\x82"
_INTEGER: Final = 0x02
_ONE_BYTE_LENGTH: Final = 0x80
_TWO_BYTE_LENGTH: Final = 0x82


class _Public:
    def __init__(self, key: rsa.RSAPublicKey) -> None:
        self._key = key

    def verify(self, signature: bytes, data: bytes) -> None:
        length = (self._key.key_size + 7) // 8
        if len(signature) != length:
            raise InvalidSignatureError(f"RSA: {len(signature)} bytes, not {length}")
        try:
            self._key.verify(signature, data, PKCS1v15(), SHA256())
        except InvalidSignature as err:
            raise InvalidSignatureError("RSA") from err

    def coordinates(self) -> dict[str, bytes]:
        numbers = self._key.public_numbers()
        return {"n": _unsigned(numbers.n), "e": _unsigned(numbers.e)}


class _Private:
    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self._key = key

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data, PKCS1v15(), SHA256())

    def public_raw(self) -> bytes:
        return self._key.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)

    def secret_raw(self) -> bytes:
        return self._key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def _unsigned(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)


def _load_numbers(modulus: int, exponent: int) -> rsa.RSAPublicKey:
    """Check the size and the shape of the numbers; that the modulus has two large primes nobody can see."""
    if not _SHORTEST <= modulus.bit_length() <= _LONGEST:
        raise InvalidKeyError(f"RSA: {modulus.bit_length()} bits, not {_SHORTEST} to {_LONGEST}")
    if exponent < _EXPONENT or exponent.bit_length() > _EXPONENT_BITS or not exponent % 2 or not modulus % 2:
        raise InvalidKeyError("RSA: exponent or modulus")
    try:
        return rsa.RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError as err:
        raise InvalidKeyError("RSA: exponent or modulus") from err


def _load_public(raw: bytes) -> _Public:
    key = _load_numbers(*_read_public(raw))
    if key.public_bytes(Encoding.DER, PublicFormat.PKCS1) != raw:
        raise InvalidKeyError("RSA: not canonical")
    return _Public(key)


def _read_public(raw: bytes) -> tuple[int, int]:
    """Read RSAPublicKey, DER: a sequence of modulus and exponent. Its one encoding is compared afterwards."""
    if len(raw) > _LONGEST // 8 + 16 or raw[:2] != _SEQUENCE:
        raise InvalidKeyError("RSA: no RSAPublicKey")
    modulus, rest = _read_integer(raw[4:])
    exponent, rest = _read_integer(rest)
    if rest:
        raise InvalidKeyError("RSA: more than a key")
    return modulus, exponent


def _read_integer(data: bytes) -> tuple[int, bytes]:
    if len(data) < 4 or data[0] != _INTEGER:  # noqa: PLR2004 - tag and a length in three bytes
        raise InvalidKeyError("RSA: no RSAPublicKey")
    if data[1] < _ONE_BYTE_LENGTH:
        start, length = 2, data[1]
    elif data[1] == _TWO_BYTE_LENGTH:
        start, length = 4, int.from_bytes(data[2:4])
    else:
        raise InvalidKeyError("RSA: no RSAPublicKey")
    return int.from_bytes(data[start : start + length]), data[start + length :]


def _load_coordinates(coordinates: dict[str, bytes]) -> bytes:
    """Turn `n` and `e` into RSAPublicKey; each has one writing, without leading zeros (Base64urlUInt)."""
    modulus, exponent = coordinates["n"], coordinates["e"]
    if not modulus.lstrip(b"\0") == modulus or not exponent.lstrip(b"\0") == exponent:
        raise InvalidKeyError("RSA: leading zeros")
    key = _load_numbers(int.from_bytes(modulus), int.from_bytes(exponent))
    return key.public_bytes(Encoding.DER, PublicFormat.PKCS1)


def _load_private(secret: bytes) -> _Private:
    if not 0 < len(secret) <= _LONGEST_SECRET:
        raise InvalidKeyError(f"RSA secret: {len(secret)} bytes")
    try:
        key = load_der_private_key(secret, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # without the cause: its message could speak of the secret
        raise InvalidKeyError("RSA secret: not PKCS #8") from None
    if not isinstance(key, rsa.RSAPrivateKey) or not _SHORTEST <= key.key_size <= _LONGEST:
        raise InvalidKeyError("RSA secret: another kind, or another size")
    return _Private(key)


SCHEME: Final = Scheme(
    key_type=KeyType.RSA,
    # rsa-pub 0x1205, as an unsigned varint
    multicodec=b"\x85\x24",
    jose_algorithm="RS256",
    jwk_kty="RSA",
    coordinate_length=_LONGEST // 8,
    load_public=_load_public,
    load_coordinates=_load_coordinates,
    load_private=_load_private,
    generate=lambda: _Private(rsa.generate_private_key(public_exponent=_EXPONENT, key_size=_NEW)),
)
