"""The wallet's application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contexts import ContextStore, RecentHashes
from credentials.sd_jwt import TokenStatusList
from credentials.status import MemoryStatusCache
from credentials.status.token_checking import MemoryTokenStatusCache
from credentials.verification import VerificationContext
from did.errors import SealError
from did.resolver import Resolver
from wallet.keystore import SealedKeystore
from wallet.models import SealCheck
from wallet.navigation import navigation
from wallet.routes import ROUTERS
from wallet.routes.troubles import install_trouble_handlers
from wallet.service import WalletService
from wallet.signing_in import forget_what_ended
from wallet.vault import Digests, ServiceVault
from web.app import create_base_app
from web.database import Database
from web.seal_checks import check_secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from fastapi import FastAPI

    from did.fetcher import Fetcher
    from wallet.settings import WalletSettings

_PACKAGE = "wallet"


def create_app(
    settings: WalletSettings, *, fetcher: Fetcher | None = None, clock: Callable[[], datetime] | None = None
) -> FastAPI:
    """Make the application: checks the contexts, migrates the database, checks the secret, forgets what has
    had its time.

    Args:
        settings: the wallet's settings.
        fetcher: the way out; a SafeFetcher by default.
        clock: aware UTC now; tests give their own.

    Raises:
        SealError: the secret of the settings is not the one that the database was sealed under.
    """
    database = Database(settings.database_url)
    database.upgrade(_PACKAGE)
    app = create_base_app(
        settings=settings,
        title="Passeur wallet",
        package=_PACKAGE,
        database=database,
        fetcher=fetcher,
        clock=clock,
        camera=True,
        # every form of the wallet ends on a page of the wallet; where it leads on, the page has a link
        form_action_origins=(),
        # what a verifier's programs read (/p/...) sets no cookie and needs none, but browsers open it
        # too: see routes/links
        protocol_paths=(),
    )
    _check_secret(app, settings, database)
    service = app.state.wallet = _open_wallet(app, settings, database)
    app.state.service = settings.service_name
    app.state.nav = navigation
    with database.write() as session:
        forget_what_ended(session, service.now())
    install_trouble_handlers(app)
    for router in ROUTERS:
        app.include_router(router)
    return app


def _check_secret(app: FastAPI, settings: WalletSettings, database: Database) -> None:
    try:
        check_secret(database, SealCheck, settings=settings, now=app.state.clock())
    except SealError:
        database.dispose()
        raise


def _open_wallet(app: FastAPI, settings: WalletSettings, database: Database) -> WalletService:
    fetcher: Fetcher = app.state.fetcher
    hasher = RecentHashes()
    vault = ServiceVault(settings.secret)
    verification = VerificationContext(
        contexts=ContextStore.load(),
        resolver=Resolver(
            fetcher=fetcher, allow_insecure_loopback=settings.allow_insecure_loopback, clock=app.state.clock
        ),
        fetcher=fetcher,
        hasher=hasher,
        status_cache=MemoryStatusCache(),
        # its owner's own badges: the base proofs are for them
        base_proofs=True,
        token_status=TokenStatusList(MemoryTokenStatusCache()),
    )
    return WalletService(
        settings=settings,
        database=database,
        fetcher=fetcher,
        clock=app.state.clock,
        vault=vault,
        keystore=SealedKeystore(vault),
        digests=Digests(settings.secret),
        verification=verification,
        hasher=hasher,
    )
