"""From a DID to its document, from a DID URL to its key."""

from __future__ import annotations

from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from contexts import ContextsError, strict_json
from did.document import DidDocument
from did.errors import (
    InvalidDidDocumentError,
    MethodNotSupportedError,
    MethodRevokedError,
    RelationshipError,
    UnknownMethodError,
)
from did.key_history import DocumentKeyHistory
from did.methods.jwk import resolve_did_jwk
from did.methods.key import resolve_did_key
from did.methods.web import did_web_url
from did.published import fetch_published
from did.syntax import parse_did, split_method_url
from did.webvh import RememberedLogs, WebvhResolver

if TYPE_CHECKING:
    from collections.abc import Callable

    from did.document import Relationship, VerificationMethod
    from did.fetcher import Fetcher
    from did.key_history import KeyHistory

_ACCEPT: Final = "application/did+ld+json, application/did+json, application/ld+json, application/json"
_MAX_BYTES: Final = 65_536
_MAX_DEPTH: Final = 16
# methods whose documents never change
_WHOLE: Final = frozenset({"key", "jwk"})
# 256 documents of an ordinary size
_REMEMBERED_BYTES: Final = 1_048_576
# for a key that a remembered document has not, its host is asked once more, but not again and again
_ASKED_AGAIN_AFTER: Final = timedelta(seconds=5)


# what such a DID says never changes, and the same few issuers and holders come again and again
@lru_cache(maxsize=512)
def _key_document(did: str) -> DidDocument:
    return DidDocument.parse(resolve_did_key(did), expected_did=did)


@lru_cache(maxsize=512)
def _jwk_document(did: str) -> DidDocument:
    return DidDocument.parse(resolve_did_jwk(did), expected_did=did)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Resolver:
    """Resolves did:key, did:jwk, did:web and did:webvh. Safe to share between threads.

    Args:
        fetcher: how did:web documents and did:webvh logs are fetched.
        allow_insecure_loopback: for development: DIDs of `localhost` and 127.0.0.1 over plain http.
        ttl_seconds: how long a did:web document or a log is taken for the newest; 0 asks each time.
        cache_size: how many documents are remembered at most.
        clock: aware UTC now; ends what is remembered, and keys that say when they end.
        remembered: of another resolver, to share; `ttl_seconds` and `cache_size` are then its own.
        remembered_logs: ditto, for did:webvh.
    """

    def __init__(
        self,
        *,
        fetcher: Fetcher,
        allow_insecure_loopback: bool = False,
        ttl_seconds: int = 300,
        cache_size: int = 256,
        clock: Callable[[], datetime] = _utc_now,
        remembered: _Remembered | None = None,
        remembered_logs: RememberedLogs | None = None,
    ) -> None:
        self._fetcher = fetcher
        self._allow_insecure_loopback = allow_insecure_loopback
        self._clock = clock
        self._remembered = remembered or _Remembered(timedelta(seconds=ttl_seconds), cache_size)
        self._remembered_logs = remembered_logs or RememberedLogs(timedelta(seconds=ttl_seconds))
        self._methods: dict[str, Callable[[str], DidDocument]] = {
            "key": _key_document,
            "jwk": _jwk_document,
            "web": self._resolve_web,
            "webvh": lambda did: self.webvh().resolve(did),
        }

    @property
    def allow_insecure_loopback(self) -> bool:
        """Whether plain http to loopback is let through: what stands beside a DID must hold to the same."""
        return self._allow_insecure_loopback

    def through(self, wrap: Callable[[Fetcher], Fetcher]) -> Resolver:
        """The same resolver, with what it remembers, over a wrapped way out: for one verification."""
        return Resolver(
            fetcher=wrap(self._fetcher),
            allow_insecure_loopback=self._allow_insecure_loopback,
            clock=self._clock,
            remembered=self._remembered,
            remembered_logs=self._remembered_logs,
        )

    def webvh(self) -> WebvhResolver:
        """What did:webvh gives beyond a document: its versions, and the last good copy."""
        return WebvhResolver(
            fetcher=self._fetcher,
            remembered=self._remembered_logs,
            clock=self._clock,
            allow_insecure_loopback=self._allow_insecure_loopback,
        )

    def key_history(self, did: str) -> KeyHistory:
        """Find what can be known of a DID's keys over time.

        Args:
            did: bare DID; of did:web, only the document of today can be had.

        Raises:
            DidError: as `resolve` says; a did:webvh that moved or was ended still has its history.
        """
        method = parse_did(did).method
        if method == "webvh":
            return self.webvh().key_history(did)
        return DocumentKeyHistory(self.resolve(did), is_whole_history=method in _WHOLE)

    def resolve(self, did: str) -> DidDocument:
        """Find a DID's document.

        Args:
            did: bare DID.

        Raises:
            InvalidDidError: the DID breaks its syntax.
            MethodNotSupportedError: no such method here.
            DidNotFoundError: the host says there is none.
            DeactivatedError: it was ended.
            InvalidDidDocumentError: not strict JSON, another DID's, or malformed.
            ResolutionUnavailableError: nothing was learnt.
            TooManyFetchesError: this verification may ask for no more.

        Source: DID Resolution, section 4 (DID Resolution).
        """
        method = parse_did(did).method
        if method not in self._methods:
            raise MethodNotSupportedError(method)
        return self._methods[method](did)

    def dereference(self, did_url: str, *, relationship: Relationship) -> VerificationMethod:
        """Find the key that a DID URL names, for a purpose.

        Args:
            did_url: absolute, with fragment.
            relationship: what the key must be listed for.

        Raises:
            DidError: as `resolve` and `DidDocument.verification_method` say; MethodEndedError;
                MethodRevokedError: under another name, or in an earlier version.
        """
        did, _ = split_method_url(did_url)
        document, history = self._current(did)
        try:
            method = document.verification_method(did_url, relationship=relationship)
        except (UnknownMethodError, RelationshipError):
            # a new key: what is remembered may be older than it; it stays so if nothing comes of asking
            newer, history = self._current(did, at_most=_ASKED_AGAIN_AFTER)
            if newer is document:
                raise
            method = newer.verification_method(did_url, relationship=relationship)
        now = self._clock()
        method.check_in_force(now)
        revoked = history.revoked_since(method)
        if revoked is not None and revoked <= now:
            raise MethodRevokedError(f"{did_url} revoked {revoked.isoformat()}")
        return method

    def _current(self, did: str, *, at_most: timedelta | None = None) -> tuple[DidDocument, KeyHistory]:
        """Find a DID's document with what is known of its keys, and ask once for both.

        Args:
            did: bare DID.
            at_most: how old what is remembered may be, if less than usual.
        """
        method = parse_did(did).method
        if method == "webvh":
            log_history = self.webvh().key_history(did, at_most=at_most)
            return log_history.current_document(did), log_history
        document = self._resolve_web(did, at_most=at_most) if method == "web" else self.resolve(did)
        return document, DocumentKeyHistory(document, is_whole_history=method in _WHOLE)

    def forget(self, did: str) -> None:
        """Have a did:web's document fetched when it is next asked for: it is known to have changed."""
        self._remembered.forget(did)

    def _resolve_web(self, did: str, *, at_most: timedelta | None = None) -> DidDocument:
        now = self._clock()
        known = self._remembered.recall(did, now, at_most)
        if known is not None:
            return known
        url = did_web_url(did, allow_insecure_loopback=self._allow_insecure_loopback)
        # only a document that was read to its end is remembered: a failure leaves no trace
        body = fetch_published(url, fetcher=self._fetcher, accept=_ACCEPT, max_bytes=_MAX_BYTES)
        document = DidDocument.parse(_read_json(body, url), expected_did=did)
        self._remembered.remember(did, document, now, size=len(body))
        return document


def _read_json(body: bytes, url: str) -> Any:
    try:
        return strict_json.loads(body, max_bytes=_MAX_BYTES, max_depth=_MAX_DEPTH)
    except ContextsError as err:
        raise InvalidDidDocumentError(f"{url}: {err.code}") from err


class _Remembered:
    """Documents that were fetched, for a while; the least recently used goes first.

    Bounded in bytes, too: read, a hostile document takes up to 25 times the space of its text.
    """

    def __init__(self, ttl: timedelta, size: int) -> None:
        self._ttl = ttl
        self._size = size
        self._entries: OrderedDict[str, tuple[datetime, DidDocument, int]] = OrderedDict()
        self._lock = Lock()

    def forget(self, did: str) -> None:
        with self._lock:
            self._entries.pop(did, None)

    def recall(self, did: str, now: datetime, at_most: timedelta | None = None) -> DidDocument | None:
        ttl = self._ttl if at_most is None else min(self._ttl, at_most)
        with self._lock:
            entry = self._entries.get(did)
            # a clock that went back must not make a document last longer
            if entry is None or not timedelta() <= now - entry[0] < ttl:
                return None
            self._entries.move_to_end(did)
            return entry[1]

    def remember(self, did: str, document: DidDocument, now: datetime, *, size: int) -> None:
        with self._lock:
            self._entries[did] = (now, document, size)
            self._entries.move_to_end(did)
            while len(self._entries) > self._size or self._bytes() > _REMEMBERED_BYTES:
                self._entries.popitem(last=False)

    def _bytes(self) -> int:
        return sum(size for _, _, size in self._entries.values())
