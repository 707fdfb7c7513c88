"""Points of G1: read strictly, and summed up in one multiplication."""

from __future__ import annotations

from typing import TYPE_CHECKING

from py_arkworks_bls12381 import G1Point, Scalar

from credentials.bbs.ciphersuite import POINT_LENGTH
from credentials.bbs.errors import BbsError
from did.keys.bls12381 import ORDER

if TYPE_CHECKING:
    from collections.abc import Sequence


def read_point(octets: bytes) -> G1Point:
    """Read a point of G1, compressed, 48 bytes.

    Raises:
        BbsError: "bbs_encoding": not on the curve, not in the subgroup, not canonical, or the identity.

    Source: draft-irtf-cfrg-bbs-signatures, section "Point De-serialization", and the checks of "Octets to
    Signature" and "Octets to Proof".
    """
    if len(octets) != POINT_LENGTH:
        raise BbsError("bbs_encoding", f"a point of {len(octets)} bytes, not {POINT_LENGTH}")
    try:
        point = G1Point.from_compressed_bytes(octets)
    except ValueError as err:
        raise BbsError("bbs_encoding", "no point of the subgroup") from err
    # the library takes the identity, with whatever stands after its flag
    if point == G1Point.identity() or point.to_compressed_bytes() != octets:
        raise BbsError("bbs_encoding", "the identity, or not canonical")
    return point


def sum_of_products(points: Sequence[G1Point], scalars: Sequence[int]) -> G1Point:
    """Give P_1 * s_1 + ... + P_n * s_n, in one multi-scalar multiplication.

    Args:
        points: each of the subgroup.
        scalars: as many, of any sign and size.
    """
    if len(points) != len(scalars):
        # the library would leave the longer list's rest out of the sum
        raise ValueError("as many scalars as points")
    return G1Point.multiexp_unchecked(list(points), [Scalar(scalar % ORDER) for scalar in scalars])


def times(point: G1Point, scalar: int) -> G1Point:
    """Give P * s."""
    return point * Scalar(scalar % ORDER)
