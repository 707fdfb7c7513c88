"""What this library needs of the network, as a protocol. `web/` implements it, tests with a simulator."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol

from did.errors import FetchError, FetchRefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FetchError", "FetchRefusedError", "Fetched", "Fetcher", "OfflineFetcher"]

DEFAULT_MAX_BYTES: Final = 262_144
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
