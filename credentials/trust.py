"""Who is known. Trust never changes validity: an unknown issuer is a warning, in words, on a valid
credential.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@dataclass(frozen=True)
class Standing:
    """What is known of an issuer: its name, why it is known, and since when."""

    name: str
    reason: str = ""
    since: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """Give the standing as JSON."""
        since = self.since.isoformat() if self.since else None
        members = {"name": self.name, "reason": self.reason, "since": since}
        return {name: value for name, value in members.items() if value}


class TrustRegistry(Protocol):
    """Something that knows issuers."""

    def standing(self, issuer_id: str) -> Standing | None:
        """Tell what is known of an issuer (its DID), or None."""
        ...


class KnownIssuers:
    """A trust registry out of a mapping from DID to standing."""

    def __init__(self, issuers: Mapping[str, Standing]) -> None:
        self._issuers = dict(issuers)

    def standing(self, issuer_id: str) -> Standing | None:
        """Tell what is known of an issuer; DIDs compare exactly, character by character."""
        return self._issuers.get(issuer_id)
