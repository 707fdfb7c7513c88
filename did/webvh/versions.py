"""A version of a DID: what an entry of its log comes to, once verified."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from did.document import DidDocument, Relationship
from did.errors import DidError
from did.webvh.entries import read_state

if TYPE_CHECKING:
    from datetime import datetime

    from did.webvh.parameters import Parameters, WitnessRule

JsonObject = dict[str, Any]


@dataclass(frozen=True)
class LogVersion:
    """A verified entry.

    Args:
        version_id: "N-hash".
        version_number: N.
        version_time: aware, UTC; from then on it is in force.
        did: the DID under which its document stands.
        parameters: what holds after it.
        witness: who had to approve it; None: nobody.
        marks_revoked: whether its document says of any key when it was revoked.
        line: the entry as it was read; its document is read from here when it is asked for.
    """

    version_id: str
    version_number: int
    version_time: datetime
    did: str
    parameters: Parameters
    witness: WitnessRule | None
    marks_revoked: bool
    line: bytes = field(repr=False)

    def read_document(self) -> JsonObject:
        """Give the DID document, anew each time."""
        return read_state(self.line)

    def parse_document(self) -> DidDocument | None:
        """Parse the DID document; None: it is malformed, or says that the DID was ended."""
        return _parse_or_none(self.read_document(), self.did)

    def revoked_methods(self) -> list[JsonObject]:
        """Give the methods that say when they were revoked, unread.

        One that a malformed document has, or that of a DID that was ended, is revoked no less.
        """
        return _revoked_methods(self.read_document()) if self.marks_revoked else []

    def revocation_document(self, method: JsonObject) -> DidDocument | None:
        """Parse a document with one of `revoked_methods` alone; None: it has no id, and so names no key."""
        return _parse_or_none({"id": self.did, "verificationMethod": [method]}, self.did)

    @property
    def time_text(self) -> str:
        """`version_time` as an XML Schema dateTime."""
        return date_time(self.version_time)


_METHOD_LISTS: Final = ("verificationMethod", *(str(relationship) for relationship in Relationship))


def marks_revoked(state: JsonObject) -> bool:
    """Whether a DID document says of any key when it was revoked.

    Source: Controlled Identifiers v1.0, section 2.2 (`revoked`).
    """
    return bool(_revoked_methods(state))


def _revoked_methods(state: JsonObject) -> list[JsonObject]:
    listed = (state.get(name) for name in _METHOD_LISTS)
    entries = (each for value in listed for each in (value if isinstance(value, list) else [value]))
    return [each for each in entries if isinstance(each, dict) and each.get("revoked") is not None]


def _parse_or_none(state: JsonObject, did: str) -> DidDocument | None:
    try:
        return DidDocument.parse(state, expected_did=did)
    except DidError:
        return None


def date_time(moment: datetime) -> str:
    """Write an aware moment in UTC, "2026-11-24T09:30:00Z"; a fraction only if there is one."""
    text = moment.replace(tzinfo=None).isoformat()
    return f"{text}Z"
