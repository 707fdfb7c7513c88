"""The documents of Bitstring Status List v1.0, as an issuer makes them: list credentials and entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from credentials.dates import format_date_time_stamp
from credentials.errors import StatusError
from credentials.status.bitstring import MAXIMUM_SIZE, Bitstring, check_length

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

JsonObject = dict[str, Any]
CREDENTIALS_V2: Final = "https://www.w3.org/ns/credentials/v2"


def build_status_list_credential(
    *,
    list_id: str,
    issuer_id: str,
    purpose: str | Sequence[str],
    bitstring: Bitstring,
    valid_from: datetime,
    valid_until: datetime | None = None,
    ttl_ms: int | None = None,
    status_size: int = 1,
    list_messages: Sequence[str] | None = None,
) -> JsonObject:
    """Build a BitstringStatusListCredential, unsigned.

    Args:
        list_id: URL under which the list is served; becomes the credential's id.
        issuer_id: DID of the issuer, the same as of the credentials that point here.
        purpose: "revocation", "suspension", "refresh" or "message"; or several, for a list that several kinds
            of entries point into.
        bitstring: the bits.
        valid_from: aware; when this version of the list was made. A later version must have a later one.
        valid_until: aware; after it the list tells nothing.
        ttl_ms: milliseconds for which a verifier may keep this version.
        status_size: bits of an entry; the list must have 131,072 entries of that size.
        list_messages: `statusSize` and `statusMessages` are written into the list too, one message for each
            value. The specification wants them there, but its JSON-LD context does not define them, so a
            suite that canonicalizes RDF (`eddsa-rdfc-2022`, ...) refuses the list: None for those. Verifiers
            read both from the entry, where they are signed once and for all.

    Raises:
        StatusError: "status_list_too_short", "status_list_too_large", "status_entry_invalid",
            "unsupported_status_size".

    Source: Bitstring Status List v1.0, section 2.2 (BitstringStatusListCredential).
    """
    check_length(len(bitstring), size=status_size)
    subject: JsonObject = {
        "id": f"{list_id}#list",
        "type": "BitstringStatusList",
        "statusPurpose": purpose if isinstance(purpose, str) else list(purpose),
        "encodedList": bitstring.encode(),
    }
    if list_messages is not None:
        messages = _status_messages(list_messages, status_size)
        subject |= {"statusSize": status_size, "statusMessages": messages}
    if ttl_ms is not None:
        subject["ttl"] = ttl_ms
    document: JsonObject = {
        "@context": [CREDENTIALS_V2],
        "id": list_id,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer_id,
        "validFrom": format_date_time_stamp(valid_from),
    }
    if valid_until is not None:
        document["validUntil"] = format_date_time_stamp(valid_until)
    return document | {"credentialSubject": subject}


def build_status_entry(
    list_url: str,
    index: int,
    purpose: str = "revocation",
    *,
    messages: Sequence[str] | None = None,
    references: Sequence[str] = (),
) -> JsonObject:
    """Build the `credentialStatus` of a credential, or one of several.

    Args:
        list_url: URL of the status list credential.
        index: the credential's place, from 0.
        purpose: "revocation", "suspension", "refresh" or "message".
        messages: what each value of the entry means, from value 0 on: 2, 4, 8, ... of them; their number
            gives the `statusSize`. None: one bit, "unset" and "set".
        references: URLs of documents that explain the messages.

    Raises:
        StatusError: "status_entry_invalid": the number of messages is no power of two;
            "unsupported_status_size": more than 256 of them.

    Source: Bitstring Status List v1.0, section 2.1 (BitstringStatusListEntry).
    """
    entry: JsonObject = {
        "id": f"{list_url}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": list_url,
    }
    if messages is not None:
        size = max(1, (len(messages) - 1).bit_length())
        entry |= {"statusSize": size, "statusMessage": _status_messages(messages, size)}
    if references:
        entry["statusReference"] = references[0] if len(references) == 1 else list(references)
    return entry


def _status_messages(messages: Sequence[str], size: int) -> list[Mapping[str, str]]:
    if size > MAXIMUM_SIZE:
        raise StatusError("unsupported_status_size", f"{size} bits")
    if len(messages) != 1 << size:
        raise StatusError("status_entry_invalid", f"{len(messages)} messages for {size} bits")
    return [{"status": hex(value), "message": message} for value, message in enumerate(messages)]
