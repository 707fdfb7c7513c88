"""Bitstring Status List v1.0: the bits, their compressed form, and the documents around them. Bit 0 is the
leftmost (MSB first).
"""

from __future__ import annotations

import base64
import binascii
import gzip
import re
import zlib
from typing import TYPE_CHECKING, Any, Final

from credentials.dates import format_date_time_stamp
from credentials.errors import StatusError

if TYPE_CHECKING:
    from datetime import datetime

CREDENTIALS_V2: Final = "https://www.w3.org/ns/credentials/v2"
MINIMUM_ENTRIES: Final = 131_072
MAXIMUM_ENTRIES: Final = 16_777_216
_BITS: Final = 8
_BASE64URL: Final = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS


class Bitstring:
    """A row of bits, one per credential; as an issuer keeps it (mutable) and as a verifier reads it."""

    def __init__(self, content: bytes | bytearray) -> None:
        self._bytes = bytearray(content)

    @classmethod
    def new(cls, entries: int = MINIMUM_ENTRIES) -> Bitstring:
        """Make a row of zeros.

        Args:
            entries: number of bits, a multiple of 8, at least 131,072 (a shorter list gives its people away).

        Raises:
            StatusError: "status_list_too_short", "status_list_too_large".
        """
        _check_length(entries)
        if entries % _BITS:
            raise StatusError("status_list_invalid", "entries must be a multiple of 8")
        return cls(bytes(entries // _BITS))

    def __len__(self) -> int:
        """Count the entries, in bits."""
        return len(self._bytes) * _BITS

    def set(self, index: int, *, value: bool = True) -> None:
        """Set the bit of an entry, or clear it.

        Raises:
            StatusError: "status_index_out_of_range".
        """
        byte, mask = self._place(index)
        self._bytes[byte] = self._bytes[byte] | mask if value else self._bytes[byte] & ~mask

    def get(self, index: int) -> bool:
        """Read the bit of an entry.

        Raises:
            StatusError: "status_index_out_of_range".
        """
        byte, mask = self._place(index)
        return bool(self._bytes[byte] & mask)

    def _place(self, index: int) -> tuple[int, int]:
        if not 0 <= index < len(self):
            raise StatusError("status_index_out_of_range", f"{index} of {len(self)}")
        return index // _BITS, 0x80 >> index % _BITS

    def encode(self) -> str:
        """Give the `encodedList`: multibase "u" (base64url, no padding) of the gzip of the bits. Equal bits
        give equal text.

        Source: Bitstring Status List v1.0, section 3.3 (Bitstring Generation Algorithm).
        """
        # mtime 0: the time of compression would make every copy of an unchanged list differ
        packed = gzip.compress(bytes(self._bytes), compresslevel=9, mtime=0)
        return "u" + base64.urlsafe_b64encode(packed).rstrip(b"=").decode()

    @classmethod
    def decode(cls, encoded: object, *, max_entries: int = MAXIMUM_ENTRIES) -> Bitstring:
        """Read an `encodedList`; never unpacks more than `max_entries` bits.

        Args:
            encoded: multibase "u" string.
            max_entries: greatest number of bits to unpack.

        Raises:
            StatusError: "status_list_invalid", "status_list_too_short", "status_list_too_large".

        Source: Bitstring Status List v1.0, section 3.4 (Bitstring Expansion Algorithm).
        """
        unpacked = _gunzip(_unwrap(encoded), max_bytes=max_entries // _BITS)
        _check_length(len(unpacked) * _BITS)
        return cls(unpacked)


def _check_length(entries: int) -> None:
    if entries < MINIMUM_ENTRIES:
        raise StatusError("status_list_too_short", f"{entries} entries of at least {MINIMUM_ENTRIES}")
    if entries > MAXIMUM_ENTRIES:
        raise StatusError("status_list_too_large", f"{entries} entries")


def _unwrap(encoded: object) -> bytes:
    if not isinstance(encoded, str) or not encoded.startswith("u") or not _BASE64URL.fullmatch(encoded):
        raise StatusError("status_list_invalid", "encodedList is no multibase base64url string")
    text = encoded[1:]
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as err:
        raise StatusError("status_list_invalid", "encodedList is no base64url") from err


def _gunzip(packed: bytes, *, max_bytes: int) -> bytes:
    """Unpack one gzip member, of at most `max_bytes`: the bound stops a bomb before it costs, not after."""
    decompressor = zlib.decompressobj(wbits=_GZIP_WINDOW)
    try:
        unpacked = decompressor.decompress(packed, max_bytes + 1)
    except zlib.error as err:
        raise StatusError("status_list_invalid", "encodedList is no gzip") from err
    if len(unpacked) > max_bytes:
        raise StatusError("status_list_too_large", f"more than {max_bytes} bytes")
    if not decompressor.eof or decompressor.unused_data:
        raise StatusError("status_list_invalid", "gzip is cut off, or followed by something")
    return unpacked


def build_status_list_credential(
    *,
    list_id: str,
    issuer_id: str,
    purpose: str,
    bitstring: Bitstring,
    valid_from: datetime,
    valid_until: datetime | None = None,
    ttl_ms: int | None = None,
) -> dict[str, Any]:
    """Build a BitstringStatusListCredential, unsigned.

    Args:
        list_id: URL under which the list is served; becomes the credential's id.
        issuer_id: DID of the issuer, the same as of the credentials that point here.
        purpose: "revocation" or "suspension".
        bitstring: the bits.
        valid_from: aware; when this version of the list was made. A later version must have a later one.
        valid_until: aware; after it the list tells nothing.
        ttl_ms: milliseconds for which a verifier may keep this version.

    Source: Bitstring Status List v1.0, section 2.2 (BitstringStatusListCredential).
    """
    subject: dict[str, Any] = {
        "id": f"{list_id}#list",
        "type": "BitstringStatusList",
        "statusPurpose": purpose,
        "encodedList": bitstring.encode(),
    }
    if ttl_ms is not None:
        subject["ttl"] = ttl_ms
    document: dict[str, Any] = {
        "@context": [CREDENTIALS_V2],
        "id": list_id,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer_id,
        "validFrom": format_date_time_stamp(valid_from),
    }
    if valid_until is not None:
        document["validUntil"] = format_date_time_stamp(valid_until)
    return document | {"credentialSubject": subject}


def build_status_entry(list_url: str, index: int, purpose: str = "revocation") -> dict[str, Any]:
    """Build the `credentialStatus` of a credential.

    Args:
        list_url: URL of the status list credential.
        index: the credential's bit, from 0.
        purpose: "revocation" or "suspension".

    Source: Bitstring Status List v1.0, section 2.1 (BitstringStatusListEntry).
    """
    return {
        "id": f"{list_url}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": list_url,
    }
