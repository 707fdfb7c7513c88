"""Our own published documents without HTTP: what the check before release reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from contexts import strict_json
from credentials.status import MemoryStatusCache
from did.errors import FetchError, FetchRefusedError
from did.fetcher import DEFAULT_MAX_BYTES, Fetched, OfflineFetcher
from did.methods.web import did_web_url
from issuer_node.errors import NodeError
from issuer_node.status_lists import list_url, status_list_credential

if TYPE_CHECKING:
    from credentials.status import KnownStatusList
    from issuer_node.node import Node
    from web.identity import Identity

_OK = 200
_SEEN_FOR: Final = timedelta(minutes=5)


@dataclass(frozen=True)
class OwnDidDocument(OfflineFetcher):
    """Implements `did.fetcher.Fetcher` for one address: that of our DID document."""

    identity: Identity
    allow_insecure_loopback: bool

    def get(self, url: str, *, accept: str = "*/*", max_bytes: int = DEFAULT_MAX_BYTES) -> Fetched:  # noqa: ARG002
        """Give the document; refuse every other address."""
        if url != did_web_url(self.identity.did, allow_insecure_loopback=self.allow_insecure_loopback):
            raise FetchRefusedError(f"not ours: {url}")
        return Fetched(url, _OK, "application/did+json", strict_json.dumps(self.identity.document()))


@dataclass(frozen=True)
class OwnLists(OfflineFetcher):
    """Implements `did.fetcher.Fetcher` for our status lists."""

    node: Node

    def get(self, url: str, *, accept: str = "*/*", max_bytes: int = DEFAULT_MAX_BYTES) -> Fetched:  # noqa: ARG002
        """Give the signed list; refuse every other address."""
        list_id = url.removeprefix(list_url(self.node, ""))
        if list_id == url:
            raise FetchRefusedError(f"not ours: {url}")
        try:
            signed = status_list_credential(self.node, list_id)
        except NodeError as err:
            raise FetchError(err.code) from err
        return Fetched(url, _OK, "application/vc", signed.content)


class OwnListsSeen(MemoryStatusCache):
    """Our own lists as the last check before release verified them; kept for minutes, whatever we publish.

    The published `ttl` is for others, who must learn of a revocation. The bit of a credential that is about
    to be issued was never given out before, and an award that is revoked meanwhile is caught where the bytes
    are stored.
    """

    def remember(self, known: KnownStatusList) -> None:
        """Keep a list that was verified."""
        super().remember(replace(known, fresh_until=known.fetched + _SEEN_FOR))
