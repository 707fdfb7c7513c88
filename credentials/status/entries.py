"""The `credentialStatus` of a credential, read strictly: each entry by the rules of its type."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urldefrag, urlsplit

from credentials.errors import StatusError
from credentials.status.bitstring import MAXIMUM_SIZE

if TYPE_CHECKING:
    from collections.abc import Mapping

_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)
_HEXADECIMAL: Final = re.compile(r"0x[0-9A-Fa-f]{1,4}", re.ASCII)
_URL: Final = re.compile(r"https?://[\x21-\x7e]{1,2040}", re.ASCII)
_ABSOLUTE_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]{1,2040}", re.ASCII)
_MAXIMUM_ENTRIES: Final = 8
_MAXIMUM_REFERENCES: Final = 16
# What a set bit means: an end of validity, or a word from the issuer that ends nothing.
ENDING_PURPOSES: Final = {"revocation": "revoked", "suspension": "suspended"}
INFORMING_PURPOSES: Final = {"refresh": "refresh_available", "message": "message"}
_BITSTRING_PURPOSES: Final = frozenset(ENDING_PURPOSES | INFORMING_PURPOSES)
_STATUS_LIST_2021_PURPOSES: Final = frozenset(ENDING_PURPOSES)
_BIT_MESSAGES: Final = MappingProxyType({0: "unset", 1: "set"})


@dataclass(frozen=True)
class StatusEntry:
    """One BitstringStatusListEntry or StatusList2021Entry.

    Args:
        purpose: its `statusPurpose`.
        index: its place in the list, from 0.
        list_url: where the list is, without a fragment: nothing in the request may say which credential is
            asked about.
        entry_type: its `type`.
        size: bits of an entry, 1 to 8.
        messages: what each value means, if the entry says so; the issuer's words, for developers.
        references: URLs of documents that explain the messages.
    """

    purpose: str
    index: int
    list_url: str
    entry_type: str = "BitstringStatusListEntry"
    size: int = 1
    messages: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    references: tuple[str, ...] = ()

    @property
    def can_end(self) -> bool:
        """Tell whether this entry can end the credential's validity."""
        return self.purpose in ENDING_PURPOSES

    def message_of(self, value: int) -> str | None:
        """Give the message that belongs to a value; "unset" and "set" where the entry has none."""
        return (self.messages or _BIT_MESSAGES).get(value)


@dataclass(frozen=True)
class RevocationListEntry:
    """One 1EdTechRevocationList: the address of a list of the ids of revoked credentials."""

    list_url: str
    can_end: bool = True


Entry = StatusEntry | RevocationListEntry


def status_members(document: dict[str, Any]) -> list[tuple[str, Any]]:
    """Give every member of a credential's `credentialStatus` with its JSON Pointer; none if there is none.

    Raises:
        StatusError: "status_entry_invalid": an empty array, or too many.
    """
    if "credentialStatus" not in document:
        return []
    status = document["credentialStatus"]
    if not isinstance(status, list):
        return [("/credentialStatus", status)]
    if not 1 <= len(status) <= _MAXIMUM_ENTRIES:
        raise StatusError("status_entry_invalid", f"{len(status)} entries", pointer="/credentialStatus")
    return [(f"/credentialStatus/{number}", member) for number, member in enumerate(status)]


def read_status_entries(document: dict[str, Any]) -> list[Entry]:
    """Read every entry of a credential's `credentialStatus`; none if it has no such member.

    Raises:
        StatusError: as `read_status_entry`, for the first entry that is odd.
    """
    return [read_status_entry(member, pointer=pointer) for pointer, member in status_members(document)]


def read_status_entry(member: Any, *, pointer: str = "/credentialStatus") -> Entry:
    """Read one entry by the rules of its type.

    Raises:
        StatusError: "status_entry_invalid", "status_index_invalid"; "unsupported_status_type",
            "unsupported_status_purpose", "unsupported_status_size" (which leave the verdict indeterminate).

    Source: Bitstring Status List v1.0, section 2.1 and 3.2 (Validate Algorithm).
    """
    if not isinstance(member, dict):
        raise StatusError("status_entry_invalid", "an entry is an object", pointer=pointer)
    entry_type = member.get("type")
    match entry_type[0] if isinstance(entry_type, list) and len(entry_type) == 1 else entry_type:
        case "BitstringStatusListEntry":
            return _read_bitstring_entry(member, pointer)
        case "StatusList2021Entry":
            return _read_status_list_2021_entry(member, pointer)
        case "1EdTechRevocationList":
            return RevocationListEntry(_read_url(member, "id", pointer))
        case _:
            raise StatusError("unsupported_status_type", str(entry_type)[:80], pointer=f"{pointer}/type")


def _read_bitstring_entry(member: dict[str, Any], pointer: str) -> StatusEntry:
    size, list_url = _read_size(member, pointer), _read_url(member, "statusListCredential", pointer)
    if member.get("id") == list_url:
        # section 2.1: the id MUST NOT be the URL for the status list
        raise StatusError("status_entry_invalid", "id is the list's URL", pointer=f"{pointer}/id")
    return StatusEntry(
        purpose=_read_purpose(member, pointer, known=_BITSTRING_PURPOSES),
        index=_read_index(member, pointer),
        list_url=list_url,
        size=size,
        messages=_read_messages(member, size, pointer),
        references=_read_references(member, pointer),
    )


def _read_status_list_2021_entry(member: dict[str, Any], pointer: str) -> StatusEntry:
    """Source: Verifiable Credentials Status List v2021 (W3C, 27 April 2023), section 2.1."""
    return StatusEntry(
        purpose=_read_purpose(member, pointer, known=_STATUS_LIST_2021_PURPOSES),
        index=_read_index(member, pointer),
        list_url=_read_url(member, "statusListCredential", pointer),
        entry_type="StatusList2021Entry",
    )


def _read_purpose(member: dict[str, Any], pointer: str, *, known: frozenset[str]) -> str:
    purpose = member.get("statusPurpose")
    if not isinstance(purpose, str) or not purpose:
        raise StatusError("status_entry_invalid", "no statusPurpose", pointer=f"{pointer}/statusPurpose")
    if purpose not in known:
        # what a set bit would mean is for its issuer to know, so an unset one says nothing either
        raise StatusError("unsupported_status_purpose", purpose[:80], pointer=f"{pointer}/statusPurpose")
    return purpose


def _read_index(member: dict[str, Any], pointer: str) -> int:
    index = member.get("statusListIndex")
    # ASCII digits only: int() would also take "०", "1_0" and " 7"
    if not isinstance(index, str) or not _INDEX.fullmatch(index):
        raise StatusError("status_index_invalid", str(index)[:40], pointer=f"{pointer}/statusListIndex")
    return int(index)


def _read_size(member: dict[str, Any], pointer: str) -> int:
    size = member.get("statusSize", 1)
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise StatusError("status_entry_invalid", "statusSize", pointer=f"{pointer}/statusSize")
    if size > MAXIMUM_SIZE:
        raise StatusError("unsupported_status_size", f"{size} bits", pointer=f"{pointer}/statusSize")
    return size


def _read_messages(member: dict[str, Any], size: int, pointer: str) -> Mapping[int, str]:
    """Read `statusMessage`: one message for each value there can be, and no value twice."""
    if "statusMessage" not in member and size == 1:
        return MappingProxyType({})
    members, place = member.get("statusMessage"), f"{pointer}/statusMessage"
    if not isinstance(members, list) or len(members) != 1 << size:
        raise StatusError("status_entry_invalid", f"{1 << size} messages are needed", pointer=place)
    messages = dict(_read_message(each, place) for each in members)
    # as many values as messages, none beyond the size: then none is missing and none is there twice
    if len(messages) != len(members) or max(messages) >= 1 << size:
        raise StatusError("status_entry_invalid", "a value twice, or beyond statusSize", pointer=place)
    return MappingProxyType(messages)


def _read_message(member: Any, pointer: str) -> tuple[int, str]:
    value, message = (
        (member.get("status"), member.get("message")) if isinstance(member, dict) else (None, None)
    )
    if not isinstance(value, str) or not _HEXADECIMAL.fullmatch(value) or not isinstance(message, str):
        raise StatusError("status_entry_invalid", "a message has status (0x...) and message", pointer=pointer)
    return int(value, 16), message


def _read_references(member: dict[str, Any], pointer: str) -> tuple[str, ...]:
    references = member.get("statusReference", [])
    values = references if isinstance(references, list) else [references]
    well_formed = all(isinstance(each, str) and _ABSOLUTE_URL.fullmatch(each) for each in values)
    if not well_formed or len(values) > _MAXIMUM_REFERENCES:
        raise StatusError("status_entry_invalid", "statusReference", pointer=f"{pointer}/statusReference")
    return tuple(values)


def _read_url(member: dict[str, Any], name: str, pointer: str) -> str:
    url = member.get(name)
    if not isinstance(url, str) or not is_web_url(url):
        raise StatusError("status_entry_invalid", "no list URL", pointer=f"{pointer}/{name}")
    return urldefrag(url).url


def is_web_url(url: str) -> bool:
    """Tell whether a list may be asked for there; which addresses may be reached is the fetcher's to say."""
    if not _URL.fullmatch(url) or "\\" in url:
        return False
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    # user info would be a second reading of the host, and a place for an identifier
    return bool(parts.hostname) and "@" not in parts.netloc and port != 0
