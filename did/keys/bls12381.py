"""BLS12-381, public keys in G2: the keys of BBS signatures.

Such a key signs a header and a list of messages (`credentials.bbs`), never one string of bytes, and has a
Multikey alone: how a JWK would write it is an Internet-Draft still, and JOSE has no algorithm for it.

The group is that of py_arkworks_bls12381, not of pyblst: pyblst has no multi-scalar multiplication, which is
what BBS consists of. Both raise where bytes are no point (no abort), and check the subgroup when they read
one. arkworks takes three things that are no public key, and they are refused here: the identity, the identity
with any bytes after its flag, and, through its `_unchecked` functions, points of other subgroups.
Its arithmetic is not constant-time: whatever multiplies by a secret key, or inverts it, is blinded with fresh
randomness.

Source: draft-irtf-cfrg-bbs-signatures, sections "Public Key" and "Octets to Public Key"; Data Integrity BBS
Cryptosuites v1.0, section 2.1.1 (Multikey); draft-irtf-cfrg-pairing-friendly-curves, appendix C (encoding).
"""

from __future__ import annotations

import secrets
from functools import lru_cache
from typing import Final, NoReturn

from py_arkworks_bls12381 import G2Point, Scalar

from did.errors import InvalidKeyError, InvalidSignatureError
from did.keys.key_types import KeyType, Scheme

# r, the order of G1 and G2
ORDER: Final = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
PUBLIC_LENGTH: Final = 96
SECRET_LENGTH: Final = 32


def random_scalar() -> int:
    """Give a number from 1 to r - 1, uniform, from the system's randomness."""
    return 1 + secrets.randbelow(ORDER - 1)


# a group element costs as much to read as a tenth of a pairing; the same few issuers come again and again
@lru_cache(maxsize=256)
def read_public_point(raw: bytes) -> G2Point:
    """Read a public key as a point of G2.

    Args:
        raw: compressed, 96 bytes.

    Raises:
        InvalidKeyError: another length, not on the curve, not in the subgroup, not canonical, the identity.

    Source: draft-irtf-cfrg-bbs-signatures, section "Octets to Public Key".
    """
    if len(raw) != PUBLIC_LENGTH:
        raise InvalidKeyError(f"BLS12381G2: {len(raw)} bytes, not {PUBLIC_LENGTH}")
    try:
        point = G2Point.from_compressed_bytes(raw)
    except ValueError as err:
        raise InvalidKeyError("BLS12381G2: no point of the subgroup") from err
    if point == G2Point.identity():
        raise InvalidKeyError("BLS12381G2: the identity")
    if point.to_compressed_bytes() != raw:
        raise InvalidKeyError("BLS12381G2: not canonical")
    return point


def read_secret(secret: bytes) -> int:
    """Read a secret as a number from 1 to r - 1.

    Raises:
        InvalidKeyError: another length, or out of range.
    """
    if len(secret) != SECRET_LENGTH:
        raise InvalidKeyError(f"BLS12381G2 secret: {len(secret)} bytes, not {SECRET_LENGTH}")
    number = int.from_bytes(secret)
    if not 0 < number < ORDER:
        raise InvalidKeyError("BLS12381G2 secret: out of range")
    return number


def sk_to_pk(secret: int) -> bytes:
    """Give the public key of a secret, 96 bytes.

    Source: draft-irtf-cfrg-bbs-signatures, section "Public Key".
    """
    # in two parts, each of which says nothing of the secret
    mask = random_scalar()
    point = G2Point() * Scalar(mask) + G2Point() * Scalar((secret - mask) % ORDER)
    return point.to_compressed_bytes()


class _Public:
    def __init__(self, raw: bytes) -> None:
        read_public_point(raw)

    def verify(self, signature: bytes, data: bytes) -> None:  # noqa: ARG002
        raise InvalidSignatureError(f"BLS12381G2 signs lists of messages, not {len(data)} bytes")

    def coordinates(self) -> dict[str, bytes]:
        _refuse_jose()


class _Private:
    def __init__(self, secret: int) -> None:
        self._secret = secret

    def sign(self, data: bytes) -> bytes:
        raise InvalidKeyError(
            f"BLS12381G2 signs lists of messages, not {len(data)} bytes", code="key_signs_messages"
        )

    def public_raw(self) -> bytes:
        return sk_to_pk(self._secret)

    def secret_raw(self) -> bytes:
        return self._secret.to_bytes(SECRET_LENGTH)


def _load_coordinates(coordinates: dict[str, bytes]) -> bytes:  # noqa: ARG001
    _refuse_jose()


def _refuse_jose() -> NoReturn:
    raise InvalidKeyError("BLS12381G2: no JOSE form", code="key_without_jose_form")


SCHEME: Final = Scheme(
    key_type=KeyType.BLS12381_G2,
    # bls12_381-g2-pub 0xeb, as an unsigned varint
    multicodec=b"\xeb\x01",
    jose_algorithm="",
    jwk_kty="",
    coordinate_length=PUBLIC_LENGTH,
    load_public=_Public,
    load_coordinates=_load_coordinates,
    load_private=lambda secret: _Private(read_secret(secret)),
    generate=lambda: _Private(random_scalar()),
)
