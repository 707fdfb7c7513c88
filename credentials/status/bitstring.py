"""Bitstring Status List v1.0: the bits and their compressed form. Bit 0 is the leftmost (MSB first)."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Final

from credentials.errors import StatusError
from credentials.status.compression import GZIP, unpack
from did.encodings import decode_base64url, encode_base64url
from did.errors import EncodingError

if TYPE_CHECKING:
    from contexts import WorkBudget

MINIMUM_ENTRIES: Final = 131_072
MAXIMUM_ENTRIES: Final = 16_777_216
MAXIMUM_SIZE: Final = 8
_BITS: Final = 8
_STANDARD_TO_URL: Final = str.maketrans("+/", "-_")


class Bitstring:
    """A row of bits, one or several per credential; as an issuer keeps it (mutable) and as a verifier reads
    it.
    """

    def __init__(self, content: bytes | bytearray) -> None:
        self._bytes = bytearray(content)

    @classmethod
    def new(cls, entries: int = MINIMUM_ENTRIES, *, size: int = 1) -> Bitstring:
        """Make a row of zeros.

        Args:
            entries: at least 131,072 (a shorter list gives its people away); times size, a multiple of 8.
            size: bits of an entry (`statusSize`), 1 to 8.

        Raises:
            StatusError: "status_list_too_short", "status_list_too_large", "status_list_invalid".
        """
        _check_size(size)
        check_length(entries * size, size=size)
        if entries * size % _BITS:
            raise StatusError("status_list_invalid", "the bits must fill whole bytes")
        return cls(bytes(entries * size // _BITS))

    def __len__(self) -> int:
        """Count the bits; the entries too, where an entry has one bit."""
        return len(self._bytes) * _BITS

    def set(self, index: int, *, value: bool = True) -> None:
        """Set the bit of an entry of one bit, or clear it.

        Raises:
            StatusError: "status_index_out_of_range".
        """
        self.set_value(index, int(value))

    def get(self, index: int) -> bool:
        """Read the bit of an entry of one bit.

        Raises:
            StatusError: "status_index_out_of_range".
        """
        return bool(self.get_value(index))

    def get_value(self, index: int, *, size: int = 1) -> int:
        """Read an entry: its first bit stands at `index * size` and is the most significant.

        Args:
            index: from 0.
            size: bits of an entry, 1 to 8.

        Raises:
            StatusError: "status_index_out_of_range".

        Source: Bitstring Status List v1.0, section 3.2 (Validate Algorithm), step 10.
        """
        start, end, shift = self._place(index, size)
        return int.from_bytes(self._bytes[start:end]) >> shift & (1 << size) - 1

    def set_value(self, index: int, value: int, *, size: int = 1) -> None:
        """Write an entry; see `get_value`.

        Raises:
            StatusError: "status_index_out_of_range", "status_value_out_of_range".

        Source: Bitstring Status List v1.0, section 3.3 (Bitstring Generation Algorithm), step 2.
        """
        start, end, shift = self._place(index, size)
        if not 0 <= value < 1 << size:
            raise StatusError("status_value_out_of_range", f"{value} in {size} bits")
        others = int.from_bytes(self._bytes[start:end]) & ~((1 << size) - 1 << shift)
        self._bytes[start:end] = (others | value << shift).to_bytes(end - start)

    def _place(self, index: int, size: int) -> tuple[int, int, int]:
        """The bytes that hold an entry, and how many bits of them stand right of it."""
        _check_size(size)
        first, after = index * size, (index + 1) * size
        if not 0 <= first <= len(self) - size:
            raise StatusError("status_index_out_of_range", f"{index} of {len(self) // size}")
        end = (after + _BITS - 1) // _BITS
        return first // _BITS, end, end * _BITS - after

    def encode(self) -> str:
        """Give the `encodedList`: multibase "u" (base64url, no padding) of the gzip of the bits. Equal bits
        give equal text.

        Source: Bitstring Status List v1.0, section 3.3 (Bitstring Generation Algorithm).
        """
        # mtime 0: the time of compression would make every copy of an unchanged list differ; level 6: at one
        # bit in a hundred, level 9 saves 13 % of the size and takes 14 times as long
        return "u" + encode_base64url(gzip.compress(bytes(self._bytes), compresslevel=6, mtime=0))

    @classmethod
    def decode(
        cls, encoded: object, *, max_entries: int = MAXIMUM_ENTRIES, budget: WorkBudget | None = None
    ) -> Bitstring:
        """Read an `encodedList`; never unpacks more than `max_entries` bits.

        Args:
            encoded: multibase "u" string.
            max_entries: greatest number of bits to unpack.
            budget: of the verification.

        Raises:
            StatusError: "status_list_invalid", "status_list_too_short", "status_list_too_large".

        Source: Bitstring Status List v1.0, section 3.4 (Bitstring Expansion Algorithm).
        """
        if not isinstance(encoded, str) or not encoded.startswith("u"):
            raise StatusError("status_list_invalid", "encodedList is no multibase base64url string")
        return cls._unpack(encoded[1:], max_entries, budget)

    @classmethod
    def decode_status_list_2021(
        cls, encoded: object, *, max_entries: int = MAXIMUM_ENTRIES, budget: WorkBudget | None = None
    ) -> Bitstring:
        """Read the `encodedList` of a StatusList2021, which has no multibase prefix; errors as `decode`.

        Its drafts say base64, then base64url; issuers wrote both, padded or not. One text is in one alphabet.

        Source: Verifiable Credentials Status List v2021 (W3C, 27 April 2023), section 3.4.
        """
        if not isinstance(encoded, str):
            raise StatusError("status_list_invalid", "encodedList is no string")
        text = encoded.removesuffix("=").removesuffix("=") if len(encoded) % 4 == 0 else encoded
        if ("+" in text or "/" in text) and ("-" in text or "_" in text):
            raise StatusError("status_list_invalid", "encodedList mixes two alphabets")
        return cls._unpack(text.translate(_STANDARD_TO_URL), max_entries, budget)

    @classmethod
    def _unpack(cls, text: str, max_entries: int, budget: WorkBudget | None) -> Bitstring:
        try:
            packed = decode_base64url(text)
        except EncodingError as err:
            raise StatusError("status_list_invalid", "encodedList is no base64url") from err
        unpacked = unpack(packed, wbits=GZIP, max_bytes=max_entries // _BITS, budget=budget)
        check_length(len(unpacked) * _BITS)
        return cls(unpacked)


def check_length(bits: int, *, size: int = 1) -> None:
    """Refuse a list that is too short to hide its people, or too long to be kept.

    Args:
        bits: of the whole list.
        size: of an entry.

    Raises:
        StatusError: "status_list_too_short", "status_list_too_large".

    Source: Bitstring Status List v1.0, section 3.2, step 9 (minimumNumberOfEntries).
    """
    if bits // size < MINIMUM_ENTRIES:
        raise StatusError("status_list_too_short", f"{bits // size} entries of at least {MINIMUM_ENTRIES}")
    if bits > MAXIMUM_ENTRIES:
        raise StatusError("status_list_too_large", f"{bits} bits")


def _check_size(size: int) -> None:
    if not 1 <= size <= MAXIMUM_SIZE:
        raise StatusError("unsupported_status_size", f"{size} bits")
