"""Our own published documents without HTTP: what the check before release reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from contexts import strict_json
from credentials.sd_jwt import issuer_metadata_url
from credentials.status import MemoryStatusCache
from credentials.status.token_checking import MemoryTokenStatusCache
from did.errors import FetchError, FetchRefusedError
from did.fetcher import DEFAULT_MAX_BYTES, Fetched, OfflineFetcher
from did.methods.web import did_web_url
from issuer_node.errors import NodeError
from issuer_node.sd_jwt_vc import issuer_metadata
from issuer_node.status_list_tokens import status_list_token, token_list_url
from issuer_node.status_lists import list_url, status_list_credential

if TYPE_CHECKING:
    from collections.abc import Callable

    from credentials.status import KnownStatusList
    from credentials.status.token_status_list import KnownTokenStatusList
    from issuer_node.node import Node
    from issuer_node.status_lists import SignedList
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
        if not self.is_at(url):
            raise FetchRefusedError(f"not ours: {url}")
        return Fetched(url, _OK, "application/did+json", strict_json.dumps(self.identity.document()))

    def is_at(self, url: str) -> bool:
        """Whether this is the address of our DID document."""
        return url == did_web_url(self.identity.did, allow_insecure_loopback=self.allow_insecure_loopback)


@dataclass(frozen=True)
class OwnLists(OfflineFetcher):
    """Implements `did.fetcher.Fetcher` for our status lists, in both forms, and our issuer metadata."""

    node: Node

    def get(self, url: str, *, accept: str = "*/*", max_bytes: int = DEFAULT_MAX_BYTES) -> Fetched:  # noqa: ARG002
        """Give what is published there; refuse every other address."""
        loopback = not self.node.settings.is_https
        if url == issuer_metadata_url(self.node.base_url, allow_loopback=loopback):
            content = strict_json.dumps(issuer_metadata(self.node))
            return Fetched(url, _OK, "application/json", content)
        # the longer address first: the one begins like the other
        for prefix, media_type, sign in (
            (token_list_url(self.node, ""), "application/statuslist+jwt", status_list_token),
            (list_url(self.node, ""), "application/vc", status_list_credential),
        ):
            if url.startswith(prefix):
                return self._list(url, media_type, sign, url.removeprefix(prefix))
        raise FetchRefusedError(f"not ours: {url}")

    def _list(
        self, url: str, media_type: str, sign: Callable[[Node, str], SignedList], list_id: str
    ) -> Fetched:
        try:
            signed = sign(self.node, list_id)
        except NodeError as err:
            raise FetchError(err.code) from err
        return Fetched(url, _OK, media_type, signed.content)


class OwnListsSeen(MemoryStatusCache):
    """Our own lists as the last check before release verified them; kept for minutes, whatever we publish.

    The published `ttl` is for others, who must learn of a revocation. The bit of a credential that is about
    to be issued was never given out before, and an award that is revoked meanwhile is caught where the bytes
    are stored.
    """

    def remember(self, known: KnownStatusList) -> None:
        """Keep a list that was verified."""
        super().remember(replace(known, fresh_until=known.fetched + _SEEN_FOR))


class OwnTokenListsSeen(MemoryTokenStatusCache):
    """The same of our own Status List Tokens, for the same reason."""

    def remember(self, known: KnownTokenStatusList) -> None:
        """Keep a list that was verified."""
        super().remember(replace(known, fresh_until=known.fetched + _SEEN_FOR))
