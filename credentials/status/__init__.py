"""Whether a credential still holds.

Bitstring Status List v1.0 and Token Status List (JWT form), issuing and reading; StatusList2021 and
1EdTechRevocationList, reading.
"""

from credentials.status.bitstring import MINIMUM_ENTRIES, Bitstring
from credentials.status.building import build_status_entry, build_status_list_credential
from credentials.status.entries import RevocationListEntry, StatusEntry, read_status_entries
from credentials.status.lists import KnownStatusList, MemoryStatusCache, StatusCache, read_status_list

__all__ = [
    "MINIMUM_ENTRIES",
    "Bitstring",
    "KnownStatusList",
    "MemoryStatusCache",
    "RevocationListEntry",
    "StatusCache",
    "StatusEntry",
    "build_status_entry",
    "build_status_list_credential",
    "read_status_entries",
    "read_status_list",
]
