"""Unpacking what a stranger packed: the bound stops a bomb before it costs, not after."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from credentials.costs import unpacking_units
from credentials.errors import StatusError

if TYPE_CHECKING:
    from contexts import WorkBudget

GZIP: Final = 16 + zlib.MAX_WBITS
ZLIB: Final = zlib.MAX_WBITS


def unpack(packed: bytes, *, wbits: int, max_bytes: int, budget: WorkBudget | None = None) -> bytes:
    """Unpack one gzip member or one zlib stream, whole, with its checksum, and nothing after it.

    Args:
        packed: compressed bytes.
        wbits: `GZIP` or `ZLIB`.
        max_bytes: of the unpacked form; one byte more is never kept.
        budget: of the verification; what was unpacked is taken from it.

    Raises:
        StatusError: "status_list_invalid", "status_list_too_large".

    Source: RFC 1952, section 2.2; RFC 1950, section 2.2.
    """
    decompressor = zlib.decompressobj(wbits=wbits)
    try:
        unpacked = decompressor.decompress(packed, max_bytes + 1)
    except zlib.error as err:
        raise StatusError("status_list_invalid", "the list does not unpack") from err
    if budget is not None:
        budget.count(unpacking_units(len(unpacked)))
    if len(unpacked) > max_bytes:
        raise StatusError("status_list_too_large", f"more than {max_bytes} bytes")
    if not decompressor.eof or decompressor.unused_data:
        raise StatusError("status_list_invalid", "the packed list is cut off, or followed by something")
    return unpacked
