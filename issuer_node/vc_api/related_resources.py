"""Whether the digest that a credential gives of a related resource is that of the resource.

Only what is at hand is compared: the published context documents, in the versions that are pinned and in
those that were published before. Nothing is fetched because a credential names it.

Source: VCDM 2.0, section 5.3 (Integrity of Related Resources); Subresource Integrity, section 3.5.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64decode
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from contexts.lock import DOCUMENTS, read_lock
from credentials.errors import DataModelError
from did.encodings import decode_base64url
from did.errors import EncodingError
from did.multibase import decode_base58btc

if TYPE_CHECKING:
    from collections.abc import Mapping

JsonObject = dict[str, Any]
_OLDER: Final = Path(__file__).parent / "contexts" / "older_digests.json"
_ALGORITHMS: Final = ("sha256", "sha384", "sha512")
_SRI: Final = re.compile(r"(sha256|sha384|sha512)-([A-Za-z0-9+/_-]{43,86}={0,2})", re.ASCII)
_LONGEST: Final = 500
# multihash: code and length before a SHA2-256, SHA2-384 or SHA2-512 digest
_MULTIHASH: Final = {b"\x12\x20": 32, b"\x20\x30": 48, b"\x13\x40": 64}
_PLAIN_LENGTHS: Final = frozenset(_MULTIHASH.values())


def check_related_resources(document: JsonObject) -> None:
    """Compare the digest of each related resource that is at hand.

    Args:
        document: a credential whose data model was checked.

    Raises:
        DataModelError: "related_resource_digest": another one; "related_resource_invalid": none that can be
            read.
    """
    resources = document.get("relatedResource", [])
    for resource in resources if isinstance(resources, list) else [resources]:
        digests = _digests_of(resource)
        known = _known_digests().get(resource["id"])
        if known is not None and not all(each in known for each in digests):
            raise DataModelError("related_resource_digest", resource["id"], pointer="/relatedResource")


@cache
def _known_digests() -> Mapping[str, frozenset[bytes]]:
    """Every digest of every published version, by URL."""
    older = json.loads(_OLDER.read_bytes())
    found: dict[str, set[bytes]] = {
        url: {bytes.fromhex(each[name]) for each in versions for name in _ALGORITHMS if name in each}
        for url, versions in older.items()
    }
    for url, versions in read_lock(DOCUMENTS).items():
        for version in versions:
            content = (DOCUMENTS / version.file).read_bytes()
            digests = {hashlib.new(name, content).digest() for name in _ALGORITHMS}
            found.setdefault(url, set()).update(digests)
    return {url: frozenset(digests) for url, digests in found.items()}


def _digests_of(resource: JsonObject) -> list[bytes]:
    digests = []
    if "digestSRI" in resource:
        digests += [_read_sri(each) for each in resource["digestSRI"][:_LONGEST].split()]
    if "digestMultibase" in resource:
        digests.append(_read_multibase(resource["digestMultibase"]))
    if not digests:
        raise _unreadable("no digest")
    return digests


def _read_sri(text: str) -> bytes:
    match = _SRI.fullmatch(text)
    if match is None:
        raise _unreadable("digestSRI")
    encoded = match[2].rstrip("=").translate(str.maketrans("-_", "+/"))
    digest = b64decode(encoded + "=" * (-len(encoded) % 4)) if len(encoded) % 4 != 1 else b""
    if len(digest) != hashlib.new(match[1]).digest_size:
        raise _unreadable("digestSRI")
    return digest


def _read_multibase(text: str) -> bytes:
    """A digest in base64url ("u") or base58-btc ("z"), plain or as a multihash."""
    try:
        data = (
            decode_base64url(text[1:_LONGEST]) if text.startswith("u") else decode_base58btc(text[:_LONGEST])
        )
    except EncodingError as err:
        raise _unreadable("digestMultibase") from err
    if _MULTIHASH.get(data[:2]) == len(data) - 2:
        return data[2:]
    if len(data) not in _PLAIN_LENGTHS:
        raise _unreadable("digestMultibase")
    return data


def _unreadable(detail: str) -> DataModelError:
    return DataModelError("related_resource_invalid", detail, pointer="/relatedResource")
