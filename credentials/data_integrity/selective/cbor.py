"""The CBOR of proof values: unsigned integers, byte strings, text strings, arrays and maps, as
`credentials.cbor` reads them.
"""

from __future__ import annotations

from typing import Final

from credentials.cbor import CborError, CborLimits, CborValue, Kind, encode_cbor
from credentials.cbor import decode_cbor as decode
from credentials.errors import ProofError

__all__ = ["MAXIMUM_DEPTH", "MAXIMUM_ITEMS", "CborValue", "decode_cbor", "encode_cbor"]

MAXIMUM_DEPTH: Final = 4
# values within values: as many statements as a document may have (`contexts.limits`), with labels and more
MAXIMUM_ITEMS: Final = 20_000
_LIMITS: Final = CborLimits(
    frozenset({Kind.UNSIGNED, Kind.BYTES, Kind.TEXT, Kind.ARRAY, Kind.MAP}), MAXIMUM_DEPTH, MAXIMUM_ITEMS
)


def decode_cbor(data: bytes) -> CborValue:
    """Read the one value of a `proofValue`.

    Raises:
        ProofError: "proof_invalid_shape": see `credentials.cbor.decode_cbor`.
    """
    try:
        return decode(data, limits=_LIMITS)
    except CborError as err:
        detail = f"proofValue: CBOR: {err.detail}"
        raise ProofError("proof_invalid_shape", detail, pointer="/proof/proofValue") from err
