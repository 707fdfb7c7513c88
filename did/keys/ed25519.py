"""Ed25519, with the checks of public keys that the library underneath leaves out.

OpenSSL takes any 32 bytes for a public key. Under a key of low order, anyone can make a signature that
holds for many messages; a key written with y >= p is a second name for a key. Both are refused when the
key is read.

Source: RFC 8032, section 5.1; FIPS 186-5, section 7.8.1; Taming the many EdDSAs (2020), section 3.
"""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from did.errors import InvalidKeyError, InvalidSignatureError
from did.keys.key_types import KeyType, Scheme

_LENGTH: Final = 32
_PRIME: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _PRIME) % _PRIME
# y of the eight points of order 1, 2, 4 and 8: x only adds the sign bit
_LOW_ORDER_Y: Final = frozenset(
    {
        1,
        _PRIME - 1,
        0,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
    },
)


class _Public:
    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._key = Ed25519PublicKey.from_public_bytes(raw)

    def verify(self, signature: bytes, data: bytes) -> None:
        try:
            self._key.verify(signature, data)
        except InvalidSignature as err:
            raise InvalidSignatureError("Ed25519") from err

    def coordinates(self) -> dict[str, bytes]:
        return {"x": self._raw}


class _Private:
    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data)

    def public_raw(self) -> bytes:
        return self._key.public_key().public_bytes_raw()

    def secret_raw(self) -> bytes:
        return self._key.private_bytes_raw()


def _load_public(raw: bytes) -> _Public:
    if len(raw) != _LENGTH:
        raise InvalidKeyError(f"Ed25519: {len(raw)} bytes, not {_LENGTH}")
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    if y >= _PRIME:
        raise InvalidKeyError("Ed25519: not canonical")
    if y in _LOW_ORDER_Y:
        raise InvalidKeyError("Ed25519: low order")
    if not _has_x(y):
        raise InvalidKeyError("Ed25519: not on the curve")
    return _Public(raw)


def _has_x(y: int) -> bool:
    """Tell whether some x solves x^2 = (y^2 - 1) / (d y^2 + 1), by Euler's criterion; RFC 8032, 5.1.3."""
    square = (y * y - 1) * (_D * y * y + 1) % _PRIME  # u/v is a square exactly when u*v is
    return pow(square, (_PRIME - 1) // 2, _PRIME) == 1


def _load_coordinates(coordinates: dict[str, bytes]) -> bytes:
    return coordinates["x"]


def _load_private(secret: bytes) -> _Private:
    if len(secret) != _LENGTH:
        raise InvalidKeyError(f"Ed25519 secret: {len(secret)} bytes, not {_LENGTH}")
    return _Private(Ed25519PrivateKey.from_private_bytes(secret))


SCHEME: Final = Scheme(
    key_type=KeyType.ED25519,
    multicodec=b"\xed\x01",
    jose_algorithm="EdDSA",
    jwk_kty="OKP",
    coordinate_length=_LENGTH,
    load_public=_load_public,
    load_coordinates=_load_coordinates,
    load_private=_load_private,
    generate=lambda: _Private(Ed25519PrivateKey.generate()),
)
