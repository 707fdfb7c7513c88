"""Resolving did:webvh over a fetcher: the log, its witness proofs where they are needed, and what was known.

A source that rolls back is refused, and what was known before is the answer: it was verified, and says more.
A source that says something else about the past is refused, and there is no answer: of two histories that
both verify, one is a lie, and the reader cannot tell which.

Source: did:webvh v1.0, "Read (Resolve)"; "Security Considerations" (truncation, split view).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from did.errors import DidNotFoundError, InvalidDidUrlError
from did.methods.webvh import parse_did_webvh
from did.published import fetch_published
from did.webvh.errors import InvalidLogError, LogProblem
from did.webvh.history import LogKeyHistory
from did.webvh.log import MAXIMUM_LOG_BYTES, read_log
from did.webvh.remembered import RememberedLog
from did.webvh.resolution import VersionQuery, resolve_log
from did.webvh.witnesses import MAXIMUM_WITNESS_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from did.document import DidDocument
    from did.fetcher import Fetcher
    from did.methods.webvh import WebvhDid
    from did.webvh.log import WebvhLog
    from did.webvh.remembered import RememberedLogs
    from did.webvh.resolution import WebvhResolution

_LOG_TYPES: Final = "text/jsonl, application/jsonl, application/json;q=0.9, text/plain;q=0.5"
_WITNESS_TYPES: Final = "application/json"
_ROLLED_BACK: Final = LogProblem.ROLLED_BACK


class WebvhResolver:
    """Resolves did:webvh. Safe to share between threads.

    Args:
        fetcher: decides which addresses may be reached.
        remembered: shared between resolvers that should know the same.
        clock: aware UTC now.
        allow_insecure_loopback: for development: `localhost` and 127.0.0.1 over plain http.
    """

    def __init__(
        self,
        *,
        fetcher: Fetcher,
        remembered: RememberedLogs,
        clock: Callable[[], datetime],
        allow_insecure_loopback: bool,
    ) -> None:
        self._fetcher = fetcher
        self._remembered = remembered
        self._clock = clock
        self._allow_insecure_loopback = allow_insecure_loopback

    def resolve(self, did: str) -> DidDocument:
        """Give the newest document.

        Args:
            did: bare DID.

        Raises:
            InvalidDidError: InvalidLogError among them: the log does not verify, or is another DID's.
            DidNotFoundError: the host says there is none.
            DeactivatedError: it was ended.
            InvalidDidDocumentError: malformed, or the DID moved: the document is another DID's now.
            ResolutionUnavailableError: nothing was learnt.
        """
        return self.key_history(did).current_document(did)

    def key_history(self, did: str, *, at_most: timedelta | None = None) -> LogKeyHistory:
        """Give the keys of a DID over time; also of one that moved or was ended.

        Args:
            did: bare DID.
            at_most: how old what is remembered may be, if less than usual.

        Raises:
            DidError: as `resolve`, but for what became of the DID.
        """
        fresh = self._fresh(did, at_most)
        if fresh is not None:
            return fresh.history
        return self._remember(did, *self._read(did)).history

    def resolve_url(self, did_url: str) -> WebvhResolution:
        """Resolve a DID, or a DID URL whose query names a version.

        Args:
            did_url: "did:webvh:..." or "did:webvh:...?versionId=..." (`versionTime`, `versionNumber`).

        Raises:
            InvalidDidUrlError: a path or fragment, or a query that names no version.
            DidError: as `resolve`; an ended DID is an answer without a document, not an error.
        """
        did, _, query = did_url.partition("?")
        if "/" in did or "#" in did_url:
            raise InvalidDidUrlError(f"path or fragment: {did_url[:100]!r}")
        wanted = VersionQuery.read(query)
        fresh = self._fresh(did)
        if fresh is not None:
            return resolve_log(fresh.log, did=did, query=wanted, problem=fresh.problem)
        log, older = self._read(did)
        if log.failure is None:
            log = self._remember(did, log, older).log
        return resolve_log(log, did=did, query=wanted, problem=_ROLLED_BACK if older else None)

    def last_good(self, did: str) -> RememberedLog | None:
        """Give what was last verified of a DID, with its age, without asking anybody; None if its own address
        gave nothing yet, whatever a log that was served elsewhere says of its past.

        Raises:
            InvalidDidError: no did:webvh.
        """
        return self._remembered.recall(self._parse(did).scid, did=did)

    def _parse(self, did: str) -> WebvhDid:
        return parse_did_webvh(did, allow_insecure_loopback=self._allow_insecure_loopback)

    def _fresh(self, did: str, at_most: timedelta | None = None) -> RememberedLog | None:
        entry = self.last_good(did)
        if entry is None:
            return None
        ttl = min(self._remembered.ttl, timedelta(seconds=entry.log.latest.parameters.ttl))
        ttl = ttl if at_most is None else min(ttl, at_most)
        # a clock that went back must not make a log last longer
        return entry if timedelta() <= self._clock() - entry.asked_at < ttl else None

    def _remember(self, did: str, log: WebvhLog, older: RememberedLog | None) -> RememberedLog:
        """Keep a log that verifies to its end; one that does not leaves no trace."""
        now = self._clock()
        if older is not None:
            entry = replace(older, did=did, asked_at=now, problem=_ROLLED_BACK)
        else:
            entry = RememberedLog(did, LogKeyHistory.of(log), fetched_at=now, asked_at=now)
        return self._remembered.remember(entry)

    def _read(self, did: str) -> tuple[WebvhLog, RememberedLog | None]:
        """Fetch and verify; gives the log, and if the source rolled back, the older copy that it is from."""
        parsed, now = self._parse(did), self._clock()
        # of the same SCID, under whatever name: a DID that moved is the same
        known = self._remembered.recall(parsed.scid, did=did) or self._remembered.recall(parsed.scid)
        data = self._fetch(parsed.log_url, _LOG_TYPES, MAXIMUM_LOG_BYTES)
        try:
            log = read_log(
                data,
                did=did,
                now=now,
                read_witness_file=lambda: self._witness_file(parsed),
                known=known.log if known is not None else None,
                allow_insecure_loopback=self._allow_insecure_loopback,
            )
            head = self._remembered.head(parsed.scid)
            if head is not None:
                head.check(log)
        except InvalidLogError as err:
            if err.problem is _ROLLED_BACK and known is not None and did in known.log.dids:
                return known.log, known
            raise
        return log, None

    def _witness_file(self, did: WebvhDid) -> bytes:
        try:
            return self._fetch(did.witness_url, _WITNESS_TYPES, MAXIMUM_WITNESS_BYTES)
        except DidNotFoundError:
            # the host says that nobody approved anything
            return b"[]"

    def _fetch(self, url: str, accept: str, max_bytes: int) -> bytes:
        return fetch_published(url, fetcher=self._fetcher, accept=accept, max_bytes=max_bytes)
