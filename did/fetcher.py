"""What this library needs of the network, as a protocol. `web/` implements it, tests with a simulator."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol

from contexts import reading_units
from did.errors import FetchError, FetchRefusedError, TooManyFetchesError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from contexts import WorkBudget

__all__ = [
    "FetchBudget",
    "FetchError",
    "FetchRefusedError",
    "Fetched",
    "Fetcher",
    "OfflineFetcher",
    "TooManyFetchesError",
]

DEFAULT_MAX_BYTES: Final = 262_144
# a dozen status lists of the largest kind, or some thousand ordinary ones
MAXIMUM_ANSWERS: Final = 25_165_824
# of did:webvh: each few hundred bytes of these are hashed, and have a signature to verify
_SIGNED_THROUGHOUT: Final = ("/did.jsonl", "/did-witness.json")
_SIGNED_BYTES_OF_A_UNIT: Final = 6
# a JWK Set, alone or in the metadata of an SD-JWT VC issuer: each hundred bytes are a key to load, and to
# check that it is one
_JWK_SET: Final = "application/jwk-set+json"
_ISSUER_METADATA: Final = "/.well-known/jwt-vc-issuer"
NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True)
class Fetched:
    """An HTTP answer, whatever its status.

    Args:
        url: where it came from.
        status: HTTP status code.
        content_type: the Content-Type header, "" if there was none.
        body: decoded body, at most the `max_bytes` asked for.
        headers: names in lower case.
    """

    url: str
    status: int
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: NO_HEADERS)


class Fetcher(Protocol):
    """Fetches from the network, safely: the implementation decides which addresses may be reached."""

    def get(self, url: str, *, accept: str = "*/*", max_bytes: int = DEFAULT_MAX_BYTES) -> Fetched:
        """Get a URL.

        Args:
            url: absolute.
            accept: the Accept header.
            max_bytes: of the decoded body.

        Raises:
            FetchError: nothing was learnt (network, time, size).
            FetchRefusedError: the address, scheme, port or redirect is not allowed.
        """
        ...

    def post(
        self,
        url: str,
        *,
        content: bytes,
        content_type: str,
        headers: Mapping[str, str] = NO_HEADERS,
        accept: str = "application/json",
        max_bytes: int = DEFAULT_MAX_BYTES,
    ) -> Fetched:
        """Post a body to a URL; same errors as `get`."""
        ...


class OfflineFetcher:
    """Refuses everything: for what must be checked without a network."""

    def get(self, url: str, *, accept: str = "*/*", max_bytes: int = DEFAULT_MAX_BYTES) -> Fetched:  # noqa: ARG002
        """Refuse."""
        raise FetchRefusedError(f"offline: {url}")

    def post(
        self,
        url: str,
        *,
        content: bytes,  # noqa: ARG002
        content_type: str,  # noqa: ARG002
        headers: Mapping[str, str] = NO_HEADERS,  # noqa: ARG002
        accept: str = "application/json",  # noqa: ARG002
        max_bytes: int = DEFAULT_MAX_BYTES,  # noqa: ARG002
    ) -> Fetched:
        """Refuse."""
        raise FetchRefusedError(f"offline: {url}")


class FetchBudget:
    """What one verification may ask of the network, whoever wrote the document that is verified.

    A presentation of a few hundred kilobytes can name thousands of addresses. Each is asked once: badges that
    share a list share the answer, and a silence is not waited for once per badge.

    Args:
        fetches: exchanges that may be begun.
        failures: of them that may fail.
        size: bytes of all answers, which are kept until the end; the last one may go beyond.
        work: what the verification may cost, of which each answer takes its part; where none is left, nobody
            is asked.
    """

    def __init__(
        self, *, fetches: int, failures: int, size: int = MAXIMUM_ANSWERS, work: WorkBudget | None = None
    ) -> None:
        self._fetches = fetches
        self._work = work
        self._size = size
        self._failures = failures
        self._failed: dict[str, FetchError] = {}
        self._got: dict[tuple[str, str], Fetched] = {}

    def over(self, fetcher: Fetcher) -> Fetcher:
        """The fetcher, as long as the budget lasts; several share one budget. For one thread."""
        return _Budgeted(fetcher, self)

    def once(self, url: str, accept: str, exchange: Callable[[], Fetched]) -> Fetched:
        """Make an exchange that only reads, or give what it gave before; errors as `spend`."""
        if (url, accept) not in self._got:
            fetched = self._got[url, accept] = self.spend(url, exchange)
            is_key_set = accept.startswith(_JWK_SET) or _ISSUER_METADATA in url
            if self._work is not None and is_key_set:
                self._work.count(len(fetched.body))
        return self._got[url, accept]

    def spend(self, url: str, exchange: Callable[[], Fetched]) -> Fetched:
        """Make an exchange.

        Raises:
            TooManyFetchesError: the budget is spent.
            FetchError: as the fetcher says, now or when it was first tried.
        """
        known = self._failed.get(url)
        if known is not None:
            raise type(known)(known.detail, code=known.code)
        is_spent = self._work is not None and self._work.left < 0
        if is_spent or self._fetches <= 0 or self._size <= 0 or len(self._failed) >= self._failures:
            raise TooManyFetchesError(url)
        self._fetches -= 1
        try:
            fetched = exchange()
        except FetchError as err:
            self._failed[url] = err
            raise
        self._size -= len(fetched.body)
        if self._work is not None:
            self._work.count(_units(url, fetched.body))
        return fetched


def _units(url: str, answer: bytes) -> int:
    if url.endswith(_SIGNED_THROUGHOUT):
        return len(answer) // _SIGNED_BYTES_OF_A_UNIT
    return reading_units(answer)


@dataclass(frozen=True)
class _Budgeted:
    """Implements `Fetcher` under a budget."""

    fetcher: Fetcher
    budget: FetchBudget

    def get(self, url: str, *, accept: str = "*/*", max_bytes: int = DEFAULT_MAX_BYTES) -> Fetched:
        return self.budget.once(
            url, accept, lambda: self.fetcher.get(url, accept=accept, max_bytes=max_bytes)
        )

    def post(
        self,
        url: str,
        *,
        content: bytes,
        content_type: str,
        headers: Mapping[str, str] = NO_HEADERS,
        accept: str = "application/json",
        max_bytes: int = DEFAULT_MAX_BYTES,
    ) -> Fetched:
        return self.budget.spend(
            url,
            lambda: self.fetcher.post(
                url,
                content=content,
                content_type=content_type,
                headers=headers,
                accept=accept,
                max_bytes=max_bytes,
            ),
        )
