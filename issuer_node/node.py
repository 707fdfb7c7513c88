"""What every verb of the node works with: one frozen value, made by the application factory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from contexts import ContextStore, RecentHashes
    from credentials.status import StatusCache
    from credentials.status.token_checking import TokenStatusCache
    from did.fetcher import Fetcher
    from did.resolver import Resolver
    from issuer_node.identifiers import LiveIdentity, NodeIdentity
    from issuer_node.own_documents import OwnResolver
    from issuer_node.settings import NodeSettings
    from issuer_node.status_list_tokens import SignedTokens
    from web.database import Database
    from web.i18n import Catalogue
    from web.mail import Mailer


def no_listener(_step: str) -> None:
    """Nobody listens to the steps of issuing."""


@dataclass(frozen=True, kw_only=True)
class Node:
    """A structure's node at work.

    Args:
        settings: its settings.
        database: its database.
        live: its DIDs and keys, which can change while it works.
        fetcher: the one way out.
        clock: aware UTC now.
        contexts: the closed world of JSON-LD contexts.
        hasher: remembers recent hashes, so that a credential is canonicalized once to be signed and verified.
        own_resolver: gives `resolver`.
        own_lists: our own status lists as the last self-check saw them.
        own_token_lists: the same of the Status List Tokens.
        signed_tokens: Status List Tokens as they were last signed.
        mailer: sends sign-in links.
        catalogue: sentences for mails.
        listener: told each step of issuing as it is done, by name.
    """

    settings: NodeSettings
    database: Database
    live: LiveIdentity
    fetcher: Fetcher
    clock: Callable[[], datetime]
    contexts: ContextStore
    hasher: RecentHashes
    own_resolver: OwnResolver
    own_lists: StatusCache
    own_token_lists: TokenStatusCache
    signed_tokens: SignedTokens
    mailer: Mailer
    catalogue: Catalogue
    listener: Callable[[str], None] = no_listener

    @property
    def identity(self) -> NodeIdentity:
        """Its DIDs and keys as they were last read; whoever keeps what they signed looks at the count."""
        return self.live.current

    @property
    def resolver(self) -> Resolver:
        """Reads did:key, did:jwk and our own DIDs, all from memory: issuing asks nobody."""
        return self.own_resolver.current()

    @property
    def base_url(self) -> str:
        """The node's address, which is also its Credential Issuer Identifier."""
        return self.settings.base_url

    @property
    def secret(self) -> bytes:
        """The secret that seals what is kept."""
        return self.settings.secret.get_secret_value().encode()

    def now(self) -> datetime:
        """The time, aware UTC."""
        return self.clock()
