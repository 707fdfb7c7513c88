"""What every verb of the VC-API works with, made once by the application factory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from contexts import ContextStore
from contexts.inline import AdmittingStore
from credentials.bbs import prepare_generators
from credentials.verification import VerificationContext
from did.fetcher import NO_HEADERS, Fetched
from did.resolver import Resolver
from issuer_node.own_documents import OwnIdentifiers, OwnLists
from issuer_node.vc_api.profiles import open_profiles
from issuer_node.vc_api.statuses import StatusLists, is_list_url
from web.at_once import NothingWaits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contexts import ContextSelection
    from did.fetcher import Fetcher
    from issuer_node.node import Node
    from issuer_node.vc_api.profiles import IssuerProfile

JsonObject = dict[str, Any]
EXAMPLE_CONTEXTS: Final = Path(__file__).parent / "contexts"


@dataclass(frozen=True, kw_only=True)
class VcApi:
    """The VC-API at work.

    Args:
        node: whose it is.
        contexts: the closed world; for the test suites with the examples' documents, and with what documents
            bring along.
        profiles: the issuer profiles by name.
        lists: their status lists.
        fetcher: the way out, which reads our own documents from memory.
        resolver: reads any DID over that fetcher.
    """

    node: Node
    contexts: ContextStore
    profiles: Mapping[str, IssuerProfile]
    lists: StatusLists
    fetcher: Fetcher
    resolver: Resolver

    def selection_for(self, document: JsonObject) -> ContextSelection:
        """What to sign a document with: the newest version of everything, and what it brings along.

        Raises:
            ContextsError: as `ContextStore.selections`, where documents may bring contexts along.
        """
        if self.node.settings.vc_api_test_suites:
            return self.contexts.selections(document)[0]
        return self.contexts.newest()

    @cached_property
    def verification(self) -> VerificationContext:
        """What verifications need of the world; `bounded` gives one of them its own."""
        return VerificationContext(contexts=self.contexts, resolver=self.resolver, fetcher=self.fetcher)

    @cached_property
    def without_waiting(self) -> VcApi:
        """The same, for work in an event loop: it knows what it knows, and asks nobody.

        What it then does raises WouldWaitError when it would have to.
        """
        nothing = NothingWaits()
        return replace(self, fetcher=nothing, resolver=self.resolver.through(lambda _: nothing))


def open_vc_api(node: Node) -> VcApi:
    """Open the VC-API of a node: the first time, its keys are made.

    Raises:
        ContextIntegrityError: a context document is not the one that was published.
        SealError: the secret of the settings is not the one that sealed the keys.
    """
    settings = node.settings
    contexts = node.contexts
    prepare_generators()
    if settings.vc_api_test_suites:
        contexts = AdmittingStore(ContextStore.load(also=[EXAMPLE_CONTEXTS]), vocabularies=True)
    profiles = open_profiles(node.database, settings=settings, now=node.now())
    lists = StatusLists(node, profiles)
    fetcher = _OwnFirst(node, lists)
    resolver = Resolver(
        fetcher=fetcher, allow_insecure_loopback=settings.allow_insecure_loopback, clock=node.clock
    )
    node.live.tell(resolver.forget)
    return VcApi(
        node=node, contexts=contexts, profiles=profiles, lists=lists, fetcher=fetcher, resolver=resolver
    )


@dataclass(frozen=True)
class _OwnFirst:
    """Implements `did.fetcher.Fetcher`: what we publish is read from memory, the rest is fetched.

    A server of few workers that asks itself over HTTP can wait for itself.
    """

    node: Node
    lists: StatusLists

    def get(self, url: str, *, accept: str = "*/*", max_bytes: int = 262_144) -> Fetched:
        return self._chosen(url).get(url, accept=accept, max_bytes=max_bytes)

    def post(
        self,
        url: str,
        *,
        content: bytes,
        content_type: str,
        headers: Mapping[str, str] = NO_HEADERS,
        accept: str = "application/json",
        max_bytes: int = 262_144,
    ) -> Fetched:
        return self.node.fetcher.post(
            url,
            content=content,
            content_type=content_type,
            headers=headers,
            accept=accept,
            max_bytes=max_bytes,
        )

    def _chosen(self, url: str) -> Fetcher:
        if is_list_url(self.node, url):
            return self.lists
        if url.startswith(f"{self.node.base_url}/status/"):
            return OwnLists(self.node)
        loopback = self.node.settings.allow_insecure_loopback
        own = OwnIdentifiers(self.node.identity, loopback)
        return own if own.is_at(url) else self.node.fetcher
