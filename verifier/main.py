"""The verifier's application."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from contexts import ContextStore
from credentials.bbs import prepare_generators
from credentials.sd_jwt import TokenStatusList
from credentials.status import MemoryStatusCache
from credentials.status.token_checking import MemoryTokenStatusCache
from credentials.trust import KnownIssuers, Standing
from credentials.verification import VerificationContext
from did.resolver import Resolver
from verifier.desk import Desk
from verifier.keys import open_identity
from verifier.results import purge
from verifier.routes import DIRECT, ROUTERS
from web.app import create_base_app
from web.database import Database
from web.didkit_process import DidkitProcess
from web.direct_routes import add_direct_routes
from web.identity import identity_router

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI

    from did.fetcher import Fetcher
    from verifier.settings import KnownIssuer, VerifierSettings

_PACKAGE = "verifier"
_MAXIMUM_BODY = 5 * 1024 * 1024
_PROTOCOL_PATHS = ("/openid4vp/", "/api/", "/did.json")


def create_app(
    settings: VerifierSettings, *, fetcher: Fetcher | None = None, clock: Callable[[], datetime] | None = None
) -> FastAPI:
    """Make the application: checks the contexts, migrates the database, makes the key at the first start,
    purges.

    Args:
        settings: the verifier's settings.
        fetcher: the way out; a SafeFetcher by default.
        clock: aware UTC now; tests give their own.
    """
    database = Database(settings.database_url)
    database.upgrade(_PACKAGE)
    app = create_base_app(
        settings=settings,
        title="Passeur verifier",
        package=_PACKAGE,
        database=database,
        fetcher=fetcher,
        clock=clock,
        protocol_paths=_PROTOCOL_PATHS,
        maximum_body=_MAXIMUM_BODY,
    )
    desk = app.state.desk = _open_desk(app, settings, database)
    app.state.did = desk.identity.did
    app.state.service = settings.verifier_name
    with database.write() as session:
        purge(session, desk.clock())
    add_direct_routes(app, *DIRECT)
    for router in (identity_router(desk.identity), *ROUTERS):
        app.include_router(router)
    return app


def _open_desk(app: FastAPI, settings: VerifierSettings, database: Database) -> Desk:
    fetcher: Fetcher = app.state.fetcher
    prepare_generators()
    verification = VerificationContext(
        contexts=ContextStore.load(),
        resolver=Resolver(
            fetcher=fetcher, allow_insecure_loopback=settings.allow_insecure_loopback, clock=app.state.clock
        ),
        fetcher=fetcher,
        trust=KnownIssuers({known.did: _standing(known) for known in settings.known_issuers}),
        status_cache=MemoryStatusCache(),
        token_status=TokenStatusList(MemoryTokenStatusCache()),
        legacy=DidkitProcess(),
    )
    identity = open_identity(database, settings, now=app.state.clock())
    return Desk(settings, database, identity, verification, fetcher, app.state.clock)


def _standing(known: KnownIssuer) -> Standing:
    since = known.since
    if isinstance(since, date) and not isinstance(since, datetime):
        since = datetime(since.year, since.month, since.day, tzinfo=UTC)
    return Standing(known.name, known.reason, since)
