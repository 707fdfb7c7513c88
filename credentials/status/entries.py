"""The `credentialStatus` of a credential, read strictly."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urldefrag, urlsplit

from credentials.errors import StatusError

_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)
_MAXIMUM_ENTRIES: Final = 4
# What a set bit means: an end of validity, or a word from the issuer that ends nothing.
ENDING_PURPOSES: Final = {"revocation": "revoked", "suspension": "suspended"}
INFORMING_PURPOSES: Final = {"refresh": "refresh_available"}


@dataclass(frozen=True)
class StatusEntry:
    """One BitstringStatusListEntry.

    Args:
        purpose: its `statusPurpose`.
        index: the bit, from 0.
        list_url: where the list is, without a fragment: nothing in the request may say which credential is
            asked about.
    """

    purpose: str
    index: int
    list_url: str


def read_status_entries(document: dict[str, Any]) -> list[StatusEntry]:
    """Read every entry of a credential's `credentialStatus`; none if it has no such member.

    Raises:
        StatusError: "status_entry_invalid", "status_index_invalid"; "unsupported_status_type",
            "unsupported_status_purpose", "unsupported_status_size" (which leave the verdict indeterminate).

    Source: Bitstring Status List v1.0, section 2.1 and 3.2 (Validate Algorithm).
    """
    if "credentialStatus" not in document:
        return []
    status = document["credentialStatus"]
    members = status if isinstance(status, list) else [status]
    if not members or len(members) > _MAXIMUM_ENTRIES:
        raise StatusError("status_entry_invalid", f"{len(members)} entries", pointer="/credentialStatus")
    return [_read_entry(member) for member in members]


def _read_entry(member: Any) -> StatusEntry:
    if not isinstance(member, dict):
        raise StatusError("status_entry_invalid", "an entry is an object", pointer="/credentialStatus")
    if member.get("type") not in ("BitstringStatusListEntry", ["BitstringStatusListEntry"]):
        raise StatusError(
            "unsupported_status_type", str(member.get("type"))[:80], pointer="/credentialStatus/type"
        )
    if member.get("statusSize", 1) != 1 or isinstance(member.get("statusSize"), bool):
        raise StatusError("unsupported_status_size", pointer="/credentialStatus/statusSize")
    return StatusEntry(_read_purpose(member), _read_index(member), _read_list_url(member))


def _read_purpose(member: dict[str, Any]) -> str:
    purpose = member.get("statusPurpose")
    if not isinstance(purpose, str) or not purpose:
        raise StatusError(
            "status_entry_invalid", "no statusPurpose", pointer="/credentialStatus/statusPurpose"
        )
    if purpose not in ENDING_PURPOSES and purpose not in INFORMING_PURPOSES:
        raise StatusError(
            "unsupported_status_purpose", purpose[:80], pointer="/credentialStatus/statusPurpose"
        )
    return purpose


def _read_index(member: dict[str, Any]) -> int:
    index = member.get("statusListIndex")
    # ASCII digits only: int() would also take "०", "1_0" and " 7"
    if not isinstance(index, str) or not _INDEX.fullmatch(index):
        raise StatusError(
            "status_index_invalid", str(index)[:40], pointer="/credentialStatus/statusListIndex"
        )
    return int(index)


def _read_list_url(member: dict[str, Any]) -> str:
    url = member.get("statusListCredential")
    if not isinstance(url, str) or not _is_web_url(url):
        raise StatusError(
            "status_entry_invalid", "no list URL", pointer="/credentialStatus/statusListCredential"
        )
    return urldefrag(url).url


def _is_web_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and bool(parts.netloc)
