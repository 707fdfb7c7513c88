"""Whether a credential still holds: Bitstring Status List v1.0, issuing and reading."""

from credentials.status.bitstring import (
    MINIMUM_ENTRIES,
    Bitstring,
    build_status_entry,
    build_status_list_credential,
)
from credentials.status.entries import StatusEntry, read_status_entries
from credentials.status.lists import KnownStatusList, MemoryStatusCache, StatusCache, read_status_list

__all__ = [
    "MINIMUM_ENTRIES",
    "Bitstring",
    "KnownStatusList",
    "MemoryStatusCache",
    "StatusCache",
    "StatusEntry",
    "build_status_entry",
    "build_status_list_credential",
    "read_status_entries",
    "read_status_list",
]
