"""The node's application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contexts import ContextStore, RecentHashes
from issuer_node import routes
from issuer_node.errors import (
    ConflictError,
    DraftError,
    NodeError,
    NotAllowedError,
    NotFoundError,
    SigninError,
)
from issuer_node.identifiers import Custody, LiveIdentity, open_identifier
from issuer_node.ldp_vc import key_types
from issuer_node.medals import draw_medal
from issuer_node.metadata import MetadataCache
from issuer_node.node import Node
from issuer_node.own_documents import OwnListsSeen, OwnResolver, OwnTokenListsSeen
from issuer_node.passeurs import make_first_passeur
from issuer_node.status_list_tokens import SignedTokens
from issuer_node.vc_api.service import open_vc_api
from web.app import create_base_app
from web.database import Database
from web.direct_routes import add_direct_routes
from web.limits import Limiter
from web.mail import mailer_from_url
from web.problems import Problem, answer_problem

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.responses import Response

    from did.fetcher import Fetcher
    from issuer_node.settings import NodeSettings

_PACKAGE = "issuer_node"
_PROTOCOL_PATHS = ("/openid4vci/", "/status/", "/did.json", "/1.0/identifiers/")
_STATUS_OF = {NotFoundError: 404, NotAllowedError: 403, ConflictError: 409, DraftError: 422, SigninError: 401}


@dataclass(frozen=True)
class Limits:
    """How often one place may ask. Codes are too long to guess and tx_codes burn: this bounds the cost alone.

    Generous, since a structure's whole network, or a proxy, may be one place.
    """

    tokens: Limiter
    offers: Limiter
    signins: Limiter


def create_app(
    settings: NodeSettings, *, fetcher: Fetcher | None = None, clock: Callable[[], datetime] | None = None
) -> FastAPI:
    """Make the application: checks the contexts, migrates the database; the first start makes the keys and
    the first passeur.

    Args:
        settings: the node's settings.
        fetcher: the way out; a SafeFetcher by default.
        clock: aware UTC now; tests give their own.

    Raises:
        ContextIntegrityError: a context document is not the one that was published.
        SealError: the secret of the settings is not the one that sealed the keys.
    """
    contexts = ContextStore.load()
    database = Database(settings.database_url)
    database.upgrade(_PACKAGE)
    app = create_base_app(
        settings=settings,
        title="Passeur issuer node",
        package=_PACKAGE,
        database=database,
        fetcher=fetcher,
        clock=clock,
        protocol_paths=_PROTOCOL_PATHS,
    )
    node = app.state.node = _open_node(app, settings, database, contexts)
    make_first_passeur(database, settings, now=node.now())
    app.state.vc_api = open_vc_api(node) if settings.has_vc_api else None
    app.state.did = node.identity.did
    app.state.service = settings.structure_name
    app.state.nav = routes.navigation
    app.state.metadata = MetadataCache()
    app.state.logo = draw_medal(settings.structure_name, kind="role")
    app.state.limits = Limits(
        tokens=Limiter(6_000, seconds=60),
        offers=Limiter(6_000, seconds=60),
        signins=Limiter(60, seconds=600),
    )
    app.add_exception_handler(NodeError, _on_node_error)
    add_direct_routes(app, *routes.DIRECT)
    for router in routes.ROUTERS:
        app.include_router(router)
    return app


def _open_node(app: FastAPI, settings: NodeSettings, database: Database, contexts: ContextStore) -> Node:
    custody = Custody.of(database, settings)
    open_identifier(custody, key_types=key_types(settings), now=app.state.clock())
    live = LiveIdentity(custody)
    return Node(
        settings=settings,
        database=database,
        live=live,
        fetcher=app.state.fetcher,
        clock=app.state.clock,
        contexts=contexts,
        hasher=RecentHashes(),
        # the scheme of the base URL decides, not the setting: our document is read the way its DID says
        own_resolver=OwnResolver(live, allow_insecure_loopback=not settings.is_https, clock=app.state.clock),
        own_lists=OwnListsSeen(),
        own_token_lists=OwnTokenListsSeen(),
        signed_tokens=SignedTokens(),
        mailer=mailer_from_url(settings.mail_url),
        catalogue=app.state.catalogue,
    )


async def _on_node_error(request: Request, error: Exception) -> Response:
    """A refusal that no route put into its page: still in words, with its own code."""
    assert isinstance(error, NodeError)
    status = next((status for kind, status in _STATUS_OF.items() if isinstance(error, kind)), 500)
    return answer_problem(request, Problem(error.code, status=status, params=error.params))
