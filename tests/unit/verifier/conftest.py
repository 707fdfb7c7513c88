"""A verifier at work: its application, a browser, a wallet that answers, and issuers whose documents are served in memory."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import uvicorn

from contexts import ContextStore
from credentials.exchange.presentations import make_presentation
from credentials.exchange.request_objects import (
    AuthorizationRequest,
    RequestByReference,
    RequestByValue,
    parse_request_uri,
    verify_request_object,
)
from did.resolver import Resolver
from tests.simulators.asgi import open_client
from tests.simulators.served_documents import ServedDocuments
from tests.unit.credentials.conftest import NOW, World
from verifier.main import create_app
from verifier.settings import VerifierSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx
    from fastapi import FastAPI

BASE = "https://verifier.example"
SECRET = "a secret of the tests, long enough for them"
CSRF = re.compile(r'name="csrf_token" value="([0-9a-f]+)"')


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass
class Place:
    """A verifier and the world around it."""

    app: FastAPI
    world: World
    clock: Clock
    settings: VerifierSettings

    @contextmanager
    def browser(self, *, language: str = "fr") -> Iterator[Browser]:
        with open_client(self.app, base_url=self.settings.base_url) as client:
            client.headers.update({"accept-language": language, "accept": "text/html,*/*;q=0.8"})
            yield Browser(client, self)

    @contextmanager
    def wallet(self) -> Iterator[Wallet]:
        with open_client(self.app, base_url=self.settings.base_url, same_site=False) as client:
            yield Wallet(client, self)


@dataclass
class Browser:
    """An employer's browser."""

    client: httpx.Client
    place: Place

    def csrf(self) -> str:
        return CSRF.search(self.client.get("/").text)[1]

    def ask(self, question: str = "any", **words: str) -> Asking:
        answer = self.client.post(
            "/requests", data={"csrf_token": self.csrf(), "question": question, **words}
        )
        assert answer.status_code == 303, answer.text
        page = self.client.get(answer.headers["location"])
        assert page.status_code == 200
        return Asking(answer.headers["location"].rpartition("/")[2], page.text)

    def verify(self, content: bytes | None = None, name: str = "badge.json", **fields: str) -> httpx.Response:
        files = {"file": (name, content)} if content is not None else None
        return self.client.post("/verify", data={"csrf_token": self.csrf(), **fields}, files=files)

    def status(self, asking: Asking) -> dict[str, Any]:
        return self.client.get(f"/requests/{asking.id}/status").json()


@dataclass
class Asking:
    """A request, as its page shows it."""

    id: str
    page: str

    def link(self, name: str = "data-request-link") -> str:
        return unescape(re.search(rf' {name}="([^"]+)"', self.page)[1])


@dataclass
class Wallet:
    """A learner's wallet that follows OpenID4VP with the library's own holder side."""

    client: httpx.Client
    place: Place
    requests: list[AuthorizationRequest] = field(default_factory=list)

    def open(self, link: str, *, wallet_nonce: str | None = None) -> AuthorizationRequest:
        """Read the request behind a link, as a wallet must."""
        match parse_request_uri(link):
            case RequestByValue(request=request):
                return request
            case RequestByReference(client_id=client_id, request_uri=uri):
                path = urlsplit(uri).path
                answer = (
                    self.client.post(path, data={"wallet_nonce": wallet_nonce})
                    if wallet_nonce
                    else self.client.get(path)
                )
                assert answer.status_code == 200, answer.text
                assert answer.headers["content-type"] == "application/oauth-authz-req+jwt"
                return verify_request_object(
                    answer.text,
                    expected_client_id=client_id,
                    resolver=self._resolver(),
                    now=self.place.clock(),
                    expected_wallet_nonce=wallet_nonce,
                )
            case other:
                raise AssertionError(other)

    def _resolver(self) -> Resolver:
        document = self.client.get("/.well-known/did.json")
        served = ServedDocuments({f"{self.place.settings.base_url}/.well-known/did.json": document.content})
        return Resolver(
            fetcher=served,
            clock=self.place.clock,
            allow_insecure_loopback=self.place.settings.allow_insecure_loopback,
        )

    def present(
        self, request: AuthorizationRequest, *credentials: dict[str, Any], **changes: Any
    ) -> dict[str, Any]:
        world = self.place.world
        arguments: dict[str, Any] = {
            "credentials": credentials or (world.signed_badge(),),
            "signer": world.holder,
            "holder": world.holder_id,
            "domain": request.client_id,
            "challenge": request.nonce,
            "created": self.place.clock(),
            "contexts": world.contexts,
        }
        return make_presentation(**(arguments | changes))

    def post(self, request: AuthorizationRequest, vp_token: Any, **fields: str | None) -> httpx.Response:
        token = vp_token if isinstance(vp_token, str | None) else json.dumps(vp_token)
        form = {"vp_token": token, "state": request.state}
        form |= fields
        data = {name: value for name, value in form.items() if value is not None}
        return self.client.post(urlsplit(request.response_uri).path, data=data)

    def answer(self, link: str, *credentials: dict[str, Any], **changes: Any) -> httpx.Response:
        """Open, present, post."""
        request = self.open(link)
        return self.post(request, {"badge": [self.present(request, *credentials, **changes)]})


def known_issuer(world: World) -> list[dict[str, str]]:
    return [{"did": world.issuer_id, "name": "Mission locale (exemple)", "reason": "", "since": "2024-01-01"}]


def settings_for(database_url: str, **changes: Any) -> VerifierSettings:
    values = {
        "base_url": BASE,
        "database_url": database_url,
        "secret": SECRET,
        "strict_messages": True,
        "verifier_name": "Atelier du bocage (exemple)",
    }
    return VerifierSettings(**(values | changes))


def open_place(
    contexts: ContextStore, database_url: str, world: World | None = None, **changes: Any
) -> Place:
    world = world or World(contexts)
    settings = settings_for(database_url, **({"known_issuers": known_issuer(world)} | changes))
    clock = Clock()
    app = create_app(settings, fetcher=world.served, clock=clock)
    return Place(app, world, clock, settings)


@pytest.fixture(scope="session")
def contexts() -> ContextStore:
    return ContextStore.load()


@pytest.fixture
def place(contexts: ContextStore, tmp_path: Any) -> Iterator[Place]:
    """A verifier on SQLite."""
    opened = open_place(contexts, f"sqlite:///{tmp_path / 'verifier.db'}")
    yield opened
    opened.app.state.database.dispose()


@pytest.fixture
def place_on_either(contexts: ContextStore, database_url: str) -> Iterator[Place]:
    """A verifier on either database."""
    opened = open_place(contexts, database_url)
    yield opened
    opened.app.state.database.dispose()


def query_of(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


@contextmanager
def serve(app: FastAPI, listening: socket.socket) -> Iterator[None]:
    """Serve an application on a loopback socket, for a real browser."""
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="error", access_log=False, lifespan="off", ws="none")
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield
    finally:
        server.should_exit = True
        thread.join(10)


@pytest.fixture
def served_place(contexts: ContextStore, tmp_path: Any) -> Iterator[Place]:
    """A verifier that a real browser can open."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        place = open_place(
            contexts, f"sqlite:///{tmp_path / 'served.db'}", base_url=base, allow_insecure_loopback=True
        )
        with serve(place.app, listening):
            yield place
        place.app.state.database.dispose()
