"""A status list credential that has been verified: what it says, and what a verifier may remember of it."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final, Protocol

from credentials.dates import parse_date_time_stamp
from credentials.errors import StatusError
from credentials.status.bitstring import Bitstring

_LONGEST_TTL: Final = timedelta(days=1)
MAXIMUM_CACHED_BITS: Final = 268_435_456  # 32 MiB


@dataclass(frozen=True)
class KnownStatusList:
    """What was read of a verified list.

    Args:
        url: where it was fetched.
        issuer_id: who signed it.
        purposes: its `statusPurpose`, one or several.
        bits: the list.
        issued: its `validFrom`; a later fetch with an earlier one is a rollback.
        fetched: when we had it.
        fresh_until: until when it may be used again without a fetch (from its `ttl`; none published: not at
            all).
        valid_until: its `validUntil`.
    """

    url: str
    issuer_id: str
    purposes: frozenset[str]
    bits: Bitstring
    issued: datetime
    fetched: datetime
    fresh_until: datetime
    valid_until: datetime | None

    def usable_at(self, now: datetime) -> bool:
        """Tell whether it may be used without a fetch."""
        return now < self.fresh_until and (self.valid_until is None or now < self.valid_until)


class StatusCache(Protocol):
    """Where a verifier remembers lists, to ask less often and to notice a rollback."""

    def recall(self, url: str) -> KnownStatusList | None:
        """Give the last list seen at that URL."""
        ...

    def remember(self, known: KnownStatusList) -> None:
        """Keep a list that was verified."""
        ...


class MemoryStatusCache:
    """A status cache in memory, bounded; the list least lately used goes first. Thread-safe.

    Args:
        size: how many lists.
        bits: how many entries all of them may have: of the shortest lists, 256 are 4 MiB, of the longest,
            512 MiB.
    """

    def __init__(self, size: int = 256, *, bits: int = MAXIMUM_CACHED_BITS) -> None:
        self._size = size
        self._bits = bits
        self._lists: OrderedDict[str, KnownStatusList] = OrderedDict()
        self._lock = Lock()

    def recall(self, url: str) -> KnownStatusList | None:
        """Give the last list seen at that URL."""
        with self._lock:
            if url in self._lists:
                self._lists.move_to_end(url)
            return self._lists.get(url)

    def remember(self, known: KnownStatusList) -> None:
        """Keep a list that was verified."""
        with self._lock:
            before = self._lists.get(known.url)
            # two fetches at once may end in either order; the newer list stays, or its rollback would not be
            # seen
            if before is None or before.issued <= known.issued:
                self._lists[known.url] = known
            self._lists.move_to_end(known.url)
            while len(self._lists) > 1 and self._is_over():
                self._lists.popitem(last=False)

    def _is_over(self) -> bool:
        return (
            len(self._lists) > self._size
            or sum(len(known.bits) for known in self._lists.values()) > self._bits
        )


def read_status_list(document: dict[str, Any], *, url: str, issuer_id: str, now: datetime) -> KnownStatusList:
    """Read a list credential whose proof, issuer and dates were verified.

    Args:
        document: the list credential.
        url: where it was fetched.
        issuer_id: its verified issuer.
        now: aware UTC time of the fetch.

    Raises:
        StatusError: "status_list_invalid", "status_list_id_mismatch", "status_list_too_short",
            "status_list_too_large".

    Source: Bitstring Status List v1.0, section 2.2 and 3.2.
    """
    subject = document.get("credentialSubject")
    if "BitstringStatusListCredential" not in _strings(document.get("type")) or not isinstance(subject, dict):
        raise StatusError("status_list_invalid", "no BitstringStatusListCredential")
    if "BitstringStatusList" not in _strings(subject.get("type")):
        raise StatusError("status_list_invalid", "the subject is no BitstringStatusList")
    if document.get("id", url) != url:
        # one list of an issuer must not answer in the place of another one
        raise StatusError("status_list_id_mismatch", f"{document.get('id')!r} served at {url!r}")
    valid_until = document.get("validUntil")
    return KnownStatusList(
        url=url,
        issuer_id=issuer_id,
        purposes=frozenset(_strings(subject.get("statusPurpose"))),
        bits=Bitstring.decode(subject.get("encodedList")),
        issued=parse_date_time_stamp(document["validFrom"]) if "validFrom" in document else now,
        fetched=now,
        fresh_until=now + _time_to_live(subject),
        valid_until=None if valid_until is None else parse_date_time_stamp(valid_until),
    )


def _time_to_live(subject: dict[str, Any]) -> timedelta:
    ttl = subject.get("ttl", 0)
    if isinstance(ttl, bool) or not isinstance(ttl, int) or ttl < 0:
        raise StatusError("status_list_invalid", "ttl is no number of milliseconds")
    return min(timedelta(milliseconds=min(ttl, 10**12)), _LONGEST_TTL)


def _strings(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]
