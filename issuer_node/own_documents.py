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
from did.methods.webvh import parse_did_webvh
from did.resolver import Resolver
from issuer_node.errors import NodeError
from issuer_node.sd_jwt_vc import issuer_metadata
from issuer_node.status_list_tokens import status_list_token, token_list_url
from issuer_node.status_lists import list_url, status_list_credential

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from credentials.status import KnownStatusList
    from credentials.status.token_status_list import KnownTokenStatusList
    from issuer_node.identifiers import LiveIdentity, NodeIdentity
    from issuer_node.node import Node
    from issuer_node.status_lists import SignedList

_OK = 200
_SEEN_FOR: Final = timedelta(minutes=5)


@dataclass(frozen=True)
class OwnIdentifiers(OfflineFetcher):
    """Implements `did.fetcher.Fetcher` for two addresses: those of our DID document and of our DID log."""

    identity: NodeIdentity
    allow_insecure_loopback: bool

    def get(self, url: str, *, accept: str = "*/*", max_bytes: int = DEFAULT_MAX_BYTES) -> Fetched:  # noqa: ARG002
        """Give what is published there; refuse every other address."""
        if url == self._document_url:
            return Fetched(url, _OK, "application/did+json", self.identity.document_bytes)
        if url == self._log_url:
            return Fetched(url, _OK, "text/jsonl", self.identity.log)
        raise FetchRefusedError(f"not ours: {url}")

    def is_at(self, url: str) -> bool:
        """Whether this is one of the two."""
        return url in {self._document_url, self._log_url}

    @property
    def _document_url(self) -> str:
        return did_web_url(self.identity.did, allow_insecure_loopback=self.allow_insecure_loopback)

    @property
    def _log_url(self) -> str:
        did = self.identity.did_webvh
        return parse_did_webvh(did, allow_insecure_loopback=self.allow_insecure_loopback).log_url


class OwnResolver:
    """Resolves our own DIDs from memory. After a change of keys it is another one: what a verification under
    way read before is not remembered for those after it.

    Args:
        live: our identity.
        allow_insecure_loopback: whether we are on loopback, over plain http.
        clock: aware UTC now.
    """

    def __init__(
        self, live: LiveIdentity, *, allow_insecure_loopback: bool, clock: Callable[[], datetime]
    ) -> None:
        self._live = live
        self._allow_insecure_loopback = allow_insecure_loopback
        self._clock = clock
        self._made = self._make(live.current)

    def current(self) -> Resolver:
        """The resolver of the identity as it was last read."""
        identity, made = self._live.current, self._made
        if made[0] != identity.generation:
            made = self._made = self._make(identity)
        return made[1]

    def _make(self, identity: NodeIdentity) -> tuple[int, Resolver]:
        loopback = self._allow_insecure_loopback
        own = OwnIdentifiers(identity, loopback)
        resolver = Resolver(fetcher=own, allow_insecure_loopback=loopback, clock=self._clock)
        return identity.generation, resolver


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

    def remember(self, known: KnownStatusList, *, by: object | None = None) -> None:
        """Keep a list that was verified."""
        super().remember(replace(known, fresh_until=known.fetched + _SEEN_FOR), by=by)


class OwnTokenListsSeen(MemoryTokenStatusCache):
    """The same of our own Status List Tokens, for the same reason."""

    def remember(self, known: KnownTokenStatusList, *, by: object | None = None) -> None:
        """Keep a list that was verified."""
        super().remember(replace(known, fresh_until=known.fetched + _SEEN_FOR), by=by)
