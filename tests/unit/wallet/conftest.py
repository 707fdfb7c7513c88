"""A wallet beside a simulated issuer and verifier, and browsers that open it."""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.simulators.asgi import open_client
from tests.simulators.network import Network
from tests.simulators.openid4vci_issuer import SimulatedIssuer
from tests.simulators.openid4vp_verifier import SimulatedVerifier
from wallet.main import create_app
from wallet.settings import WalletSettings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BASE = "https://wallet.example"
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
PASSPHRASE = "renard violet sous la lune"


@dataclass
class Clock:
    """A clock that a test moves."""

    moment: datetime = NOW

    def __call__(self) -> datetime:
        return self.moment

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


class Browser:
    """One person's browser: keeps cookies, and sends forms with the token of the page that it last read."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client
        self.page: httpx.Response | None = None
        self.copies: dict[str, list[str]] = {}  # those that the last page of consent showed

    def open(self, path: str, *, follow: bool = True) -> httpx.Response:
        self.page = self.client.get(path, headers={"accept": "text/html"}, follow_redirects=follow)
        return self._read(self.page)

    def submit(self, path: str, *, follow: bool = True, **fields: Any) -> httpx.Response:
        token = re.search(r'name="csrf_token" value="([0-9a-f]+)"', self.open("/scan").text)[1]
        headers = {"accept": "text/html", "content-type": "application/x-www-form-urlencoded"}
        held = self.copies if path.startswith("/present/") else {}
        content = httpx.QueryParams({"csrf_token": token, **held, **fields})
        self.page = self.client.post(path, content=str(content), headers=headers, follow_redirects=follow)
        return self._read(self.page)

    def _read(self, page: httpx.Response) -> httpx.Response:
        """Keep the fields of a page of consent that a person does not see."""
        found = re.findall(r'name="(copy-[^"]+)" value="([^"]*)"', page.text)
        if found:
            self.copies = {}
        for name, value in found:
            self.copies.setdefault(name, []).append(value)
        return page

    def data(self, attribute: str) -> list[str]:
        """Values of a data- attribute of the page."""
        return [unescape(found) for found in re.findall(rf'data-{attribute}="([^"]*)"', self.page.text)]

    def sign_up(self, passphrase: str = PASSPHRASE) -> str:
        """Make a passport; its number and recovery code stand on the page."""
        answer = self.submit("/signup", passphrase=passphrase)
        assert answer.status_code == 200, answer.text[:500]
        return re.search(r"data-passport-number>([^<]+)<", answer.text)[1]

    def open_offer(self, link: str) -> str:
        """Open an offer; its id."""
        answer = self.open(f"/receive?{link}")
        assert answer.status_code == 200, answer.text
        return self.data("offer-id")[0]

    def receive(self, link: str) -> str:
        """Open an offer and accept it; the id of the badge."""
        answer = self.submit("/receive/accept", offer_id=self.open_offer(link))
        assert answer.status_code == 200, answer.text
        return self.data("badge-id")[0]


@dataclass
class World:
    """Everything at once."""

    database_url: str
    clock: Clock = field(default_factory=Clock)
    options: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.network = Network()
        self.issuer = SimulatedIssuer("https://node.example", clock=self.clock)
        self.verifier = SimulatedVerifier("https://employer.example", clock=self.clock, fetcher=self.network)
        self.network.services += [self.issuer, self.verifier]
        self.app = self.start()
        self._stack = ExitStack()

    def start(self) -> Any:
        values: dict[str, Any] = {
            "base_url": BASE,
            "database_url": self.database_url,
            "secret": "a secret of a test, 32 characters",
            "strict_messages": True,
        }
        settings = WalletSettings(**values | self.options)
        return create_app(settings, fetcher=self.network, clock=self.clock)

    def browser(self, **options: Any) -> Browser:
        return Browser(self._stack.enter_context(open_client(self.app, base_url=BASE, **options)))

    @property
    def service(self) -> Any:
        return self.app.state.wallet

    def close(self) -> None:
        self._stack.close()
        self.app.state.database.dispose()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """On SQLite."""
    world = World(f"sqlite:///{tmp_path / 'wallet.db'}")
    yield world
    world.close()


@pytest.fixture
def stored(database_url: str) -> Iterator[World]:
    """On either engine."""
    world = World(database_url)
    yield world
    world.close()
