"""What a verifier remembers of status lists: to ask less often, and to notice that one went backwards."""

from __future__ import annotations

from collections import OrderedDict
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from datetime import datetime

MAXIMUM_CACHED_BITS: Final = 268_435_456  # 32 MiB
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

    def recall(self, url: str) -> _List | None:
        """Give the last list seen at that URL."""
        ...

    def remember(self, known: _List) -> None:
        """Keep a list that was verified."""
        ...


class BoundedStatusMemory(Generic[_List]):
    """A memory in this process, bounded; the list least lately used goes first. Thread-safe.

    Args:
        size: how many lists.
        bits: how many bits all of them may have: of the shortest lists, 256 are 4 MiB, of the longest,
            512 MiB.
    """

    def __init__(self, size: int = 256, *, bits: int = MAXIMUM_CACHED_BITS) -> None:
        self._size = size
        self._bits = bits
        self._lists: OrderedDict[str, _List] = OrderedDict()
        self._lock = Lock()

    def recall(self, url: str) -> _List | None:
        """Give the last list seen at that URL."""
        with self._lock:
            if url in self._lists:
                self._lists.move_to_end(url)
            return self._lists.get(url)

    def remember(self, known: _List) -> None:
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
            or sum(known.bit_count for known in self._lists.values()) > self._bits
        )
