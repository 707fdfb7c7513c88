"""Runs the services: each alone, or the three in one process for a small structure."""

from __future__ import annotations

import errno
import socket
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import anyio
import anyio.to_thread

from passeur.saying import refuse
from passeur.services import ServiceName, load_app

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
    from pathlib import Path

    from fastapi import FastAPI
    from starlette.types import ASGIApp, Receive, Scope, Send

# Threads of the one process. A page may wait for an answer of this very process (the wallet fetches from its
# own node), and what it waits for needs a thread too. So requests are of three sorts, each waiting only
# for the sorts after it, and the first two may never hold every thread:
#   pages             may ask anything
#   checking answers  ask for DID documents and status lists
#   the rest          (documents, tokens, offers) asks nobody
THREADS: Final = 80
PAGES_AT_ONCE: Final = 24
CHECKS_AT_ONCE: Final = 24
_CHECKING: Final = ("/openid4vp/responses/", "/openid4vci/credential", "/api/")
_ASKING_NOBODY: Final = (
    "/.well-known/", "/did.json", "/openid4vci/", "/openid4vp/requests/", "/status/", "/pictures/",
    "/static/", "/health", "/c/", "/p/",
)  # fmt: skip


def serve(service: ServiceName, env_file: Path | None, *, host: str, port: int) -> None:
    """Run one service until it is told to stop."""
    from web.app import mount_at_base_path

    app = load_app(service, env_file)
    _run(mount_at_base_path(app, app.state.settings.base_url), {service: app}, host=host, port=port)


def serve_all(env_file: Path | None, *, host: str, port: int) -> None:
    """Run node, wallet and verifier in one process, told apart by the path of each one's base URL."""
    apps = {service: load_app(service, env_file) for service in ServiceName}
    try:
        composition = compose(apps.values())
    except ValueError as err:
        refuse(f"settings PASSEUR_..._BASE_URL: {err}")
    _run(composition, apps, host=host, port=port)


def _run(app: ASGIApp, services: Mapping[ServiceName, FastAPI], *, host: str, port: int) -> None:
    """Listen, and say where once connections are accepted."""
    from web.app import serve as run

    check_free(host, port)

    def say(port: int) -> None:
        shown = f"[{host}]" if ":" in host else host
        where = ", ".join(f"{name} at {each.state.settings.base_url}" for name, each in services.items())
        print(f"Listening on http://{shown}:{port}; {where}", flush=True)

    run(app, host=host, port=port, on_started=say)


def check_free(host: str, port: int) -> None:
    """End the command with one line when the server could not listen there."""
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        failures = [failure for place in places if (failure := _try_to_bind(place)) is not None]
    except OSError as err:
        refuse(f"cannot listen on {host}, port {port}: {_why_not(err)}")
    # "localhost" is two addresses, and a machine may have only one of them
    fatal = [err for err in failures if err.errno in {errno.EADDRINUSE, errno.EACCES}]
    if fatal or len(failures) == len(places):
        refuse(f"cannot listen on {host}, port {port}: {_why_not((fatal or failures)[0])}")


def _try_to_bind(place: tuple[Any, Any, int, str, Any]) -> OSError | None:
    family, kind, protocol, _, address = place
    try:
        with socket.socket(family, kind, protocol) as probe:
            # as the server does: connections that ended a moment ago do not count
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as err:
        return err
    return None


def _why_not(err: OSError) -> str:
    match err.errno:
        case errno.EADDRINUSE:
            return (
                "something listens there already. Stop it, or give another port with --port (on your own "
                "machine, the port is part of the address that init was given)"
            )
        case errno.EACCES:
            return "this user may not use a port below 1024; give another with --port"
        case _:
            return f"{err.strerror}. --host is an address of this machine"


def compose(apps: Iterable[FastAPI]) -> Composition:
    """The one-process application: the longest base path that fits a request answers it.

    Args:
        apps: services whose base URLs have one origin and different paths.

    Raises:
        ValueError: two origins, or one path twice.
    """
    from web.app import mount_at_base_path

    services = [
        ServedBelow(
            urlsplit(app.state.settings.base_url).path.rstrip("/"),
            mount_at_base_path(app, app.state.settings.base_url),
            app,
        )
        for app in apps
    ]
    origins = {service.app.state.settings.origin for service in services}
    if len(origins) != 1 or len({service.base_path for service in services}) != len(services):
        raise ValueError("one process serves one origin, with a base path of its own for each service")
    return Composition(services)


@dataclass(frozen=True)
class ServedBelow:
    """A service and the path it is served below.

    Args:
        base_path: "" or like "/wallet".
        mounted: the application as the server runs it, below that path.
        app: the application itself.
    """

    base_path: str
    mounted: ASGIApp
    app: FastAPI


class Composition:
    """Several services behind one origin. Each keeps its own database, keys, cookies and DID."""

    def __init__(self, services: Sequence[ServedBelow]) -> None:
        # longest first, so that "/wallet" is asked before ""
        self._services = sorted(services, key=lambda service: -len(service.base_path))
        self._pages = anyio.CapacityLimiter(PAGES_AT_ONCE)
        self._checks = anyio.CapacityLimiter(CHECKS_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to the service whose path it is under, or whose well-known it names."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        service = self._service_for(scope["path"])
        limiter = self._limiter_for(scope["path"].removeprefix(service.base_path))
        if limiter is None:
            await service.mounted(scope, receive, send)
            return
        async with limiter:
            await service.mounted(scope, receive, send)

    def _service_for(self, path: str) -> ServedBelow:
        for service in self._services:
            base = service.base_path
            under = path == base or path.startswith(f"{base}/")
            # OpenID4VCI and RFC 8414 put the well-known between host and path
            inserted = path.startswith("/.well-known/") and path.endswith(base)
            if under or inserted:
                return service
        return self._services[-1]

    def _limiter_for(self, path: str) -> anyio.CapacityLimiter | None:
        if path.startswith(_CHECKING):
            return self._checks
        return None if path.startswith(_ASKING_NOBODY) else self._pages

    async def _live(self, receive: Receive, send: Send) -> None:
        """Start and stop with the server, every service with it."""
        await receive()
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        async with AsyncExitStack() as stack:
            for service in self._services:
                await stack.enter_async_context(_lifespan_of(service.app))
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})


@asynccontextmanager
async def _lifespan_of(app: FastAPI) -> AsyncIterator[Any]:
    async with app.router.lifespan_context(app) as state:
        yield state
