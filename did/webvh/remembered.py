"""Logs that were verified: so that one that grew is not verified anew, and one that shrank is noticed.

Kept by SCID: a DID that moved is the same, and what is known under one name is held against all. But a copy
answers only for a name whose own address served it: a log may claim any name for its past, and the host of
an old name must not decide how long a copy is new.

The least recently used goes first. Of what went, the newest version's id stays: a few large logs of a
stranger's must not make room for a history that says less.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING, Final

from did.webvh.errors import InvalidLogError, LogProblem
from did.webvh.log import LogHead, check_same_past

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from did.webvh.history import LogKeyHistory
    from did.webvh.log import WebvhLog

_REMEMBERED_BYTES: Final = 16_777_216
_REMEMBERED_LOGS: Final = 1024
_REMEMBERED_HEADS: Final = 16_384


@dataclass(frozen=True)
class RememberedLog:
    """A log that verified to its end.

    Args:
        did: whose address, the source, was asked.
        history: of its keys, with the log.
        fetched_at: aware; when its source last said so.
        asked_at: aware; when its source was last asked.
        problem: why the source was refused when it was last asked; None: it was not.
    """

    did: str
    history: LogKeyHistory
    fetched_at: datetime
    asked_at: datetime
    problem: str | None = None

    @property
    def log(self) -> WebvhLog:
        """The log."""
        return self.history.log


class RememberedLogs:
    """Bounded in number and bytes. Safe to share between threads.

    Args:
        ttl: how long a log is taken for the newest at most; the log's own `ttl` may say less.
        size: how many are kept.
        size_bytes: of their text.
    """

    def __init__(
        self, ttl: timedelta, *, size: int = _REMEMBERED_LOGS, size_bytes: int = _REMEMBERED_BYTES
    ) -> None:
        self.ttl = ttl
        self._size = size
        self._size_bytes = size_bytes
        # by SCID, then by DID; those of one SCID share one history, and the last asked stands last
        self._entries: OrderedDict[str, dict[str, RememberedLog]] = OrderedDict()
        # of logs that are kept no more
        self._heads: OrderedDict[str, LogHead] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def recall(self, scid: str, *, did: str | None = None) -> RememberedLog | None:
        """Give the last good copy, however old.

        Args:
            scid: of the log.
            did: whose own address must have served it; None: any.
        """
        with self._lock:
            entries = self._entries.get(scid)
            if entries is None:
                return None
            self._entries.move_to_end(scid)
            return _newest(entries) if did is None else entries.get(did)

    def head(self, scid: str) -> LogHead | None:
        """Give what is still known of a log that is kept no more."""
        with self._lock:
            return self._heads.get(scid)

    def remember(self, entry: RememberedLog) -> RememberedLog:
        """Keep a copy; one that another thread read further is not put back.

        Returns:
            What is kept: the same, or with the history that is known further.

        Raises:
            InvalidLogError: "log_forked": another thread read another past first.
        """
        scid = entry.log.scid
        with self._lock:
            before = self._entries.get(scid, {})
            history = _longer(_newest(before).history, entry.history) if before else entry.history
            others = {did: replace(each, history=history) for did, each in before.items() if did != entry.did}
            kept = replace(entry, history=history)
            self._forget(scid)
            self._heads.pop(scid, None)
            self._entries[scid] = others | {entry.did: kept}
            self._bytes += len(history.log.data)
            while len(self._entries) > self._size or self._bytes > self._size_bytes:
                oldest = next(iter(self._entries))
                self._heads[oldest] = LogHead.of(_newest(self._entries[oldest]).log)
                self._forget(oldest)
            while len(self._heads) > _REMEMBERED_HEADS:
                self._heads.popitem(last=False)
            return kept

    def _forget(self, scid: str) -> None:
        entries = self._entries.pop(scid, None)
        if entries is not None:
            self._bytes -= len(_newest(entries).log.data)


def _newest(entries: dict[str, RememberedLog]) -> RememberedLog:
    return next(reversed(entries.values()))


def _longer(known: LogKeyHistory, read: LogKeyHistory) -> LogKeyHistory:
    try:
        check_same_past(read.log, known.log)
    except InvalidLogError as err:
        if err.problem is LogProblem.ROLLED_BACK:
            return known
        raise
    return read
