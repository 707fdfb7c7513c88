"""The application every service starts from, its place below a base path, and its server."""

from __future__ import annotations

import gc
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.responses import PlainTextResponse

from web.fetching import SafeFetcher
from web.guard import DEFAULT_MAXIMUM_BODY, HEALTH_PATH, Guard, GuardRules
from web.i18n import Catalogue
from web.logging import configure_logging
from web.problems import Unavailable, install_problem_handlers
from web.rendering import Renderer
from web.static_files import StaticFiles

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from did.fetcher import Fetcher
    from web.database import Database
    from web.settings import ServiceSettings

GRACEFUL_SECONDS = 10
_OBJECTS_BEFORE_COLLECTING = 20_000
MAXIMUM_FIELDS = 2_000
MAXIMUM_FILES = 20
MAXIMUM_FIELD_BYTES = 1_048_576
_NO_TELEMETRY: Any = {
    "tracing": False, "metrics": False, "logs": False, "operation_spans": False, "auto_configure": False,
}  # fmt: skip


def utc_now() -> datetime:
    """The moment, aware, in UTC."""
    return datetime.now(UTC)


def create_base_app(
    *,
    settings: ServiceSettings,
    title: str,
    package: str,
    database: Database | None = None,
    fetcher: Fetcher | None = None,
    clock: Callable[[], datetime] | None = None,
    protocol_paths: tuple[str, ...] = (),
    form_action_origins: tuple[str, ...] = (),
    camera: bool = False,
    maximum_body: int = DEFAULT_MAXIMUM_BODY,
    openapi: bool = True,
) -> FastAPI:
    """An application with everything a service needs and no route of its own.

    `app.state` holds settings, database, fetcher, clock, catalogue (messages) and templates (the renderer);
    the service may add `service` (its name on pages) and `nav` (a value, or a function of the request).
    Routes there already: /static/..., /health.

    Args:
        settings: of the service.
        title: of its API.
        package: whose `templates`, `locales` and `static` lie over those of web.
        database: asked by /health when given.
        fetcher: the way out; a SafeFetcher by default.
        clock: aware UTC now; tests give their own.
        protocol_paths: prefixes of routes for programs: no cookies, any origin, OAuth errors.
        form_action_origins: origins or URLs of other services to which a form's answer redirects.
        camera: whether pages may scan with the camera.
        maximum_body: bytes of any request's body.
        openapi: whether /openapi.json describes the routes.
    """
    app = FastAPI(
        title=title,
        openapi_url="/openapi.json" if openapi else None,
        docs_url=None,  # the documentation page would load its scripts from elsewhere
        redoc_url=None,
        telemetry=_NO_TELEMETRY,
        form_limits={
            "max_fields": MAXIMUM_FIELDS, "max_files": MAXIMUM_FILES, "max_part_size": MAXIMUM_FIELD_BYTES,
        },
    )  # fmt: skip
    app.state.settings = settings
    app.state.database = database
    app.state.fetcher = fetcher or SafeFetcher(allow_insecure_loopback=settings.allow_insecure_loopback)
    app.state.clock = clock or utc_now
    app.state.catalogue = Catalogue.load(package, strict=settings.strict_messages)
    static = StaticFiles("web", package)
    app.state.templates = Renderer.load(
        package, settings=settings, catalogue=app.state.catalogue, static=static
    )
    rules = GuardRules(
        settings, protocol_paths, form_action_origins, camera=camera, maximum_body=maximum_body
    )
    app.add_middleware(Guard, rules=rules)
    install_problem_handlers(app)
    _add_plumbing_routes(app, static)
    return app


def _add_plumbing_routes(app: FastAPI, static: StaticFiles) -> None:
    # async on purpose: both answer from memory or at once, and must answer when every thread is busy
    async def serve_static(request: Request) -> Response:
        return static.respond(request)

    def health(request: Request) -> Response:
        database: Database | None = request.app.state.database
        if database is not None and not database.is_alive():
            raise Unavailable("database_unavailable")
        return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})

    app.add_route("/static/{name:path}", serve_static, methods=["GET"], include_in_schema=False)
    app.add_route(HEALTH_PATH, health, methods=["GET"], include_in_schema=False)


def mount_at_base_path(app: ASGIApp, base_url: str) -> ASGIApp:
    """The application as the server runs it: below the path of its base URL.

    OpenID4VCI and RFC 8414 look for a service at `https://host/path` under
    `https://host/.well-known/NAME/path`; such requests are answered by the application's own
    `/.well-known/NAME`.

    Args:
        app: routes begin at "/".
        base_url: public address, such as "https://example.org/wallet".

    Source: RFC 8414 section 3.1; OpenID4VCI 1.0 section 12.2.2
    """
    base_path = urlsplit(base_url).path.rstrip("/")
    return BasePath(app, base_path) if base_path else app


class BasePath:
    """Takes the base path off requests; what is not below it is not found."""

    def __init__(self, app: ASGIApp, base_path: str) -> None:
        self._app = app
        self._base_path = base_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        path = self._inside(scope["path"])
        if path is None:
            await PlainTextResponse("not found", 404)(scope, receive, send)
            return
        await self._app({**scope, "path": path, "root_path": self._base_path}, receive, send)

    def _inside(self, path: str) -> str | None:
        """The full path below the base, or None; the inserted well-known form becomes the appended one."""
        base = self._base_path
        if path == base:
            return f"{base}/"
        if path.startswith(f"{base}/"):
            return path
        if path.startswith("/.well-known/") and path.endswith(base):
            return base + path.removesuffix(base)
        return None


def serve(
    app: ASGIApp,
    *,
    host: str,
    port: int,
    on_started: Callable[[int], None] | None = None,
    log_level: str = "info",
) -> None:
    """Run until SIGTERM or SIGINT, then finish the requests under way, at most 10 seconds.

    Args:
        app: as `mount_at_base_path` gives it.
        host: address to listen on.
        port: 0 lets the system choose a free one.
        on_started: told the port once connections are accepted.
        log_level: lowest level of log lines.
    """
    configure_logging(log_level)
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        loop="uvloop",
        http="httptools",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
    )
    # the application is made and stays: the collector need not walk through it with every generation
    gc.collect()
    gc.freeze()
    # what a request makes goes with it, of itself: cycles are looked for less often than after each document
    gc.set_threshold(_OBJECTS_BEFORE_COLLECTING)
    _Server(config, on_started).run()


class _Server(uvicorn.Server):
    """A server that tells when it listens, and where."""

    def __init__(self, config: uvicorn.Config, on_started: Callable[[int], None] | None) -> None:
        super().__init__(config)
        self._on_started = on_started

    async def startup(self, sockets: list[Any] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._on_started is not None:
            self._on_started(self.servers[0].sockets[0].getsockname()[1])
