"""What a verifier remembers of status lists: to ask less often, and to notice that one went backwards."""

from __future__ import annotations

from collections import Counter, OrderedDict
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

MAXIMUM_CACHED_BITS: Final = 268_435_456  # 32 MiB
_SETTLED_SHARE: Final = 0.75
# a stranger's `ttl` must not keep a revocation from us for longer
LONGEST_TTL: Final = timedelta(days=1)


class RememberedList(Protocol):
    """A list that was verified, of any kind."""

    @property
    def url(self) -> str:
        """Where it was fetched."""
        ...

    @property
    def issued(self) -> datetime:
        """When this version was made."""
        ...

    @property
    def bit_count(self) -> int:
        """How much of it is kept."""
        ...


_List = TypeVar("_List", bound=RememberedList)


class StatusMemory(Protocol[_List]):
    """Where a verifier remembers lists of one kind."""

    def recall(self, url: str, *, by: object | None = None) -> _List | None:
        """Give the last list seen at that URL.

        Args:
            url: of the list.
            by: the same object for all that one verification asks; None: a verification of its own.
        """
        ...

    def remember(self, known: _List, *, by: object | None = None) -> None:
        """Keep a list that was verified; arguments as `recall`."""
        ...


@dataclass(frozen=True, slots=True)
class _Kept(Generic[_List]):
    known: _List
    by: object | None

    @property
    def host(self) -> str:
        return self.known.url.partition("://")[2].partition("/")[0].lower()


class BoundedStatusMemory(Generic[_List]):
    """A memory in this process, bounded, which strangers cannot flush. Thread-safe.

    A list that two verifications asked for is settled, and goes only when three quarters of the room are
    settled; any other one is new, and goes first. Among either, the host with most lists gives up its least
    lately used one: whoever has hundreds of badges presented that point to hundreds of lists displaces their
    own.

    Args:
        size: how many lists.
        bits: how many bits all of them may have: of the shortest lists, 256 are 4 MiB, of the longest,
            512 MiB.
    """

    def __init__(self, size: int = 256, *, bits: int = MAXIMUM_CACHED_BITS) -> None:
        self._size = size
        self._bits = bits
        self._new: OrderedDict[str, _Kept[_List]] = OrderedDict()
        self._settled: OrderedDict[str, _Kept[_List]] = OrderedDict()
        self._lock = Lock()

    def recall(self, url: str, *, by: object | None = None) -> _List | None:
        """Give the last list seen at that URL; see `StatusMemory`."""
        with self._lock:
            kept = self._settled.get(url) or self._new.get(url)
            if kept is None:
                return None
            if url in self._new and (by is None or kept.by is not by):
                self._settle(url)
            self._segment(url).move_to_end(url)
            return kept.known

    def remember(self, known: _List, *, by: object | None = None) -> None:
        """Keep a list that was verified; see `StatusMemory`."""
        with self._lock:
            segment = self._segment(known.url)
            before = segment.get(known.url)
            # two fetches at once may end in either order; the newer list stays, or its rollback would not be
            # seen
            if before is None or before.known.issued <= known.issued:
                segment[known.url] = _Kept(known, before.by if before else by)
            segment.move_to_end(known.url)
            while len(self._new) + len(self._settled) > 1 and self._is_over():
                self._forget_one(known.url)

    def _segment(self, url: str) -> OrderedDict[str, _Kept[_List]]:
        return self._settled if url in self._settled else self._new

    def _settle(self, url: str) -> None:
        self._settled[url] = self._new.pop(url)
        while len(self._settled) > 1 and self._is_too_settled():
            least = _least_wanted(self._settled, url)
            self._new[least] = self._settled.pop(least)

    def _forget_one(self, kept_url: str) -> None:
        segment = self._new if self._new.keys() - {kept_url} else self._settled
        del segment[_least_wanted(segment, kept_url)]

    def _is_over(self) -> bool:
        count = len(self._new) + len(self._settled)
        return count > self._size or _bits_of(self._new) + _bits_of(self._settled) > self._bits

    def _is_too_settled(self) -> bool:
        return (
            len(self._settled) > self._size * _SETTLED_SHARE
            or _bits_of(self._settled) > self._bits * _SETTLED_SHARE
        )


def _bits_of(segment: Mapping[str, _Kept[_List]]) -> int:
    return sum(kept.known.bit_count for kept in segment.values())


def _least_wanted(segment: Mapping[str, _Kept[_List]], kept_url: str) -> str:
    """Find the least lately used list of the host that has most of them; not the one that just came."""
    others = {url: kept.host for url, kept in segment.items() if url != kept_url}
    counts = Counter(others.values())
    most = max(counts.values())
    return next(url for url, host in others.items() if counts[host] == most)
