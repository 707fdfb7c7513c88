"""A node whose pages are opened and whose forms are sent as a browser sends them."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from anyio.from_thread import start_blocking_portal

from issuer_node.main import create_app
from issuer_node.passeurs import invite_passeur, list_passeurs
from issuer_node.settings import NodeSettings
from issuer_node.signing_in import make_signin_link
from passeur.demo.browser import Browser
from passeur.demo.people import PasseurAtWork, Situation
from passeur.demo.seed import BADGES, LEARNERS
from tests.simulators.asgi import AsgiTransport

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from issuer_node.node import Node

BASE = "https://node.example"
SECRET = "a secret of the tests, longer than thirty-two characters"
ADMIN, PASSEUR, SUSPENDED = "admin@node.example", "passeur@node.example", "suspended@node.example"
STRUCTURE = "Fablab du Bocage (exemple)"


@dataclass
class Clock:
    """Time that passes when the test says so."""

    now: datetime = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **amount: float) -> None:
        self.now += timedelta(**amount)


def settings_for(database_url: str, **changes: Any) -> NodeSettings:
    values: dict[str, Any] = {
        "base_url": BASE,
        "database_url": database_url,
        "secret": SECRET,
        "structure_name": STRUCTURE,
        "structure_email": "bonjour@node.example",
        "admin_email": ADMIN,
        "strict_messages": True,
    }
    return NodeSettings(**{**values, **changes})


@dataclass
class Site:
    """A node and the browsers that visit it."""

    app: Any
    clock: Clock
    transport: httpx.BaseTransport
    stack: ExitStack = field(default_factory=ExitStack)

    @property
    def node(self) -> Node:
        return self.app.state.node

    def browser(self, *, language: str = "fr") -> Browser:
        """A browser in which nobody is signed in."""
        opened = self.stack.enter_context(Browser(language=language, transport=self.transport))
        opened.client.base_url = BASE
        return opened

    def signed_in(self, email: str = ADMIN, *, language: str = "fr") -> PasseurAtWork:
        """A browser in which a passeur signed in by a link."""
        at_work = PasseurAtWork(self.browser(language=language), BASE)
        at_work.sign_in(self.link(email))
        return at_work

    def link(self, email: str = ADMIN) -> str:
        return make_signin_link(self.app.state.database, self.app.state.settings, email, now=self.clock())

    def invite(self, email: str = PASSEUR, *, name: str = "Paul Passeur (exemple)") -> str:
        """Give the node another passeur; gives their id."""
        admin = next(each for each in list_passeurs(self.node) if each.email == ADMIN)
        return invite_passeur(self.node, by=admin, email=email, name=name)


@dataclass(frozen=True)
class Story:
    """What the drone session leaves in a node."""

    badge_ids: list[str]
    situation_id: str
    session_id: str
    award_ids: list[str]


def play_session(at_work: PasseurAtWork, *, names: tuple[str, ...] = LEARNERS, award: bool = True) -> Story:
    """A passeur makes three badges and a situation, opens a session, marks what is seen, and awards."""
    badge_ids = [at_work.make_badge(badge) for badge in BADGES]
    drone, instructions, calm = badge_ids
    situation_id = at_work.make_situation(
        Situation(
            title="Pilotage de drone (exemple)",
            description="Deux heures au fablab.",
            host="Fablab (exemple)",
            scheme="Garantie jeunes",
            behaviours=(
                ("Vérifie avant de décoller", drone),
                ("Redit la consigne", instructions),
                ("Garde son calme", calm),
            ),
            badge_ids=(drone,),
        )
    )
    session_id = at_work.open_session(situation_id, held_on="2026-11-20", place="Vire", names=names)
    at_work.mark_seen(session_id, is_seen=lambda _row, column: column == 0, words="Patiente avec les autres.")
    award_ids = at_work.award_session(session_id) if award else []
    return Story(badge_ids, situation_id, session_id, award_ids)


@pytest.fixture
def site(tmp_path: Any) -> Iterator[Site]:
    """A node on SQLite; what depends on the engine is tested with the verbs."""
    yield from open_site(f"sqlite:///{tmp_path / 'node.db'}")


def open_site(database_url: str, **changes: Any) -> Iterator[Site]:
    clock = Clock()
    app = create_app(settings_for(database_url, **changes), clock=clock)
    with start_blocking_portal() as portal, ExitStack() as stack:
        yield Site(app, clock, AsgiTransport(app, portal), stack)
    app.state.database.dispose()
