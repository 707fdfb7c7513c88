"""The ciphersuite BLS12-381-SHA-256 of BBS, and how it maps bytes to scalars.

Source: draft-irtf-cfrg-bbs-signatures, sections "BLS12-381-SHA-256", "Hash to Scalar", "Messages to Scalars";
RFC 9380, section 5.3.1 (expand_message_xmd).
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from credentials.bbs.errors import BbsError
from did.keys.bls12381 import ORDER

if TYPE_CHECKING:
    from collections.abc import Sequence

CIPHERSUITE_ID: Final = b"BBS_BLS12381G1_XMD:SHA-256_SSWU_RO_"
API_ID: Final = CIPHERSUITE_ID + b"H2G_HM2S_"
HASH_TO_SCALAR_DST: Final = API_ID + b"H2S_"
POINT_LENGTH: Final = 48
SCALAR_LENGTH: Final = 32
EXPAND_LENGTH: Final = 48
# Every message costs a generator, made once and kept (a fifth of a millisecond), and a share of each
# multiplication. A credential of 4 KB has about 50; with this many, even the first proof that a process meets
# costs a tenth of a second.
MAXIMUM_MESSAGES: Final = 512

_MAP_DST: Final = API_ID + b"MAP_MSG_TO_SCALAR_AS_HASH_"
_DIGEST_LENGTH: Final = 32
_MAXIMUM_BLOCKS: Final = 255
# RFC 9380, 5.3.1 step 4: a block of zeros comes before every message
_AFTER_ZEROS: Final = sha256(bytes(64))


def expand_message(message: bytes, dst: bytes, length: int) -> bytes:
    """Expand a message to uniform bytes, expand_message_xmd with SHA-256.

    Args:
        message: any bytes.
        dst: domain separation tag, at most 255 bytes.
        length: of the result, at most 8,160 bytes.

    Raises:
        ValueError: the tag or the length is over its limit.

    Source: RFC 9380, section 5.3.1.
    """
    blocks = -(-length // _DIGEST_LENGTH)
    if blocks > _MAXIMUM_BLOCKS or len(dst) > _MAXIMUM_BLOCKS:
        raise ValueError("expand_message: too long")
    suffix = dst + bytes([len(dst)])
    first = _AFTER_ZEROS.copy()
    first.update(message + length.to_bytes(2) + b"\0" + suffix)
    start = first.digest()
    uniform = [sha256(start + b"\x01" + suffix).digest()]
    for number in range(2, blocks + 1):
        mixed = int.from_bytes(start) ^ int.from_bytes(uniform[-1])
        uniform.append(sha256(mixed.to_bytes(_DIGEST_LENGTH) + bytes([number]) + suffix).digest())
    return b"".join(uniform)[:length]


def hash_to_scalar(message: bytes, dst: bytes = HASH_TO_SCALAR_DST) -> int:
    """Map bytes to a number modulo r.

    Source: draft-irtf-cfrg-bbs-signatures, section "Hash to Scalar".
    """
    return int.from_bytes(expand_message(message, dst, EXPAND_LENGTH)) % ORDER


def messages_to_scalars(messages: Sequence[bytes]) -> list[int]:
    """Map each message to a number modulo r.

    Raises:
        BbsError: "bbs_too_many_messages".

    Source: draft-irtf-cfrg-bbs-signatures, section "Messages to Scalars".
    """
    check_count(len(messages))
    return [hash_to_scalar(message, _MAP_DST) for message in messages]


def check_count(count: int) -> None:
    """Check how many messages there are, before anything is done with them.

    Raises:
        BbsError: "bbs_too_many_messages".
    """
    if count > MAXIMUM_MESSAGES:
        raise BbsError("bbs_too_many_messages", f"{count}, at most {MAXIMUM_MESSAGES}")


def serialize_scalars(scalars: Sequence[int]) -> bytes:
    """Write numbers modulo r, 32 bytes each."""
    return b"".join([scalar.to_bytes(SCALAR_LENGTH) for scalar in scalars])


def read_scalars(octets: bytes) -> list[int]:
    """Read numbers from 1 to r - 1, 32 bytes each.

    Raises:
        BbsError: "bbs_encoding".

    Source: draft-irtf-cfrg-bbs-signatures, sections "Octets to Signature" and "Octets to Proof".
    """
    if len(octets) % SCALAR_LENGTH:
        raise BbsError("bbs_encoding", "not a whole number of scalars")
    scalars = [
        int.from_bytes(octets[start : start + SCALAR_LENGTH])
        for start in range(0, len(octets), SCALAR_LENGTH)
    ]
    if not all(0 < scalar < ORDER for scalar in scalars):
        raise BbsError("bbs_encoding", "a scalar out of range")
    return scalars


def serialize_integer(number: int) -> bytes:
    """Write a non-negative integer that is no scalar: I2OSP of 8 bytes."""
    return number.to_bytes(8)
