"""Real servers, real Chromium. Every page that a test looks at is checked: console, CSP, foreign requests, axe."""

from __future__ import annotations

import io
import json
import os
import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image

from issuer_node.awards import award_person, get_award
from issuer_node.badges import BadgeDraft, make_badge
from issuer_node.main import create_app as create_node
from issuer_node.offers import offer_links
from issuer_node.passeurs import list_passeurs
from issuer_node.settings import NodeSettings
from passeur.demo import seed
from passeur.demo.services import Service, Services, free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, BrowserContext, Page

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
SCREENSHOTS = os.environ.get("PASSEUR_SCREENSHOTS")
PATIENCE_MS = 20_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker runs them all: they share their servers, and one Chromium is enough for two cores."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@dataclass
class Street:
    """The services, each a process of its own."""

    services: Services
    node: Service
    wallet: Service
    verifier: Service
    inside: Any  # the node's verbs, on the same database

    def signin_link(self) -> str:
        return self.services.command(self.node, "node", "signin-link", seed.YOUTH_CENTRE.passeur_email)

    def slip_url(self, badge: seed.ExampleBadge = seed.DRONE_BADGE) -> str:
        """A slip for one person, awarded beside the pages."""
        by = list_passeurs(self.inside)[0]
        badge_id = make_badge(
            self.inside,
            by=by,
            draft=BadgeDraft(
                name=badge.name,
                description=badge.description,
                criteria=badge.criteria,
                kind=badge.kind,
                language="fr",
                skills=(),
                picture_text=badge.picture_text,
            ),
        )
        award_id = award_person(
            self.inside,
            by=by,
            badge_id=badge_id,
            name=seed.LEARNERS[0],
            earned_on=date(2026, 11, 20),
            words="A aidé son voisin à poser le drone (exemple).",
        )
        story = get_award(self.inside, award_id)
        return offer_links(self.inside, story.offers[0], badge_id=badge_id).slip_url


@pytest.fixture(scope="session")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    services = Services(tmp_path_factory.mktemp("street"))
    node, wallet, verifier = free_ports(3)
    wallet_url, verifier_url = f"http://localhost:{wallet}", f"http://localhost:{verifier}"
    known = [
        {"did": f"did:web:localhost%3A{node}", "name": seed.YOUTH_CENTRE.name, "reason": "Membre (exemple)."}
    ]
    node_settings = {
        "STRUCTURE_NAME": seed.YOUTH_CENTRE.name,
        "ADMIN_EMAIL": seed.YOUTH_CENTRE.passeur_email,
        "WALLET_URL": wallet_url,
        "STRICT_MESSAGES": "true",
    }
    try:
        running_node = services.start("node", "node", node, **node_settings)
        running_wallet = services.start(
            "wallet", "wallet", wallet, VERIFIER_URL=verifier_url, STRICT_MESSAGES="true"
        )
        running_verifier = services.start(
            "verifier",
            "verifier",
            verifier,
            VERIFIER_NAME=seed.FACTORY_NAME,
            WALLET_URL=wallet_url,
            KNOWN_ISSUERS=json.dumps(known),
            STRICT_MESSAGES="true",
        )
        services.wait_for_all()
        prefix = "PASSEUR_NODE_"
        own = {
            name.removeprefix(prefix).lower(): value
            for name, value in running_node.environment.items()
            if name.startswith(prefix)
        }
        inside = create_node(NodeSettings(**own))
        yield Street(services, running_node, running_wallet, running_verifier, inside.state.node)
        inside.state.database.dispose()
    finally:
        services.stop()


def keep_picture(screenshot: bytes, path: Path) -> None:
    """Keep a screenshot in 256 colours: a quarter of the size, and no eye tells."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.open(io.BytesIO(screenshot)).convert("RGB").quantize(256).save(path, optimize=True)


@dataclass
class Person:
    """Somebody in front of a browser of their own, watched for what must not happen."""

    context: BrowserContext
    page: Page
    width: str
    complaints: list[str] = field(default_factory=list)

    def go(self, url: str) -> None:
        self.page.goto(url)

    def press(self, selector: str) -> None:
        """Press a button that leads to another page."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()

    def look(self, name: str) -> None:
        """Check the page that is open, and take its picture when pictures are wanted."""
        self.page.wait_for_load_state("networkidle")
        found = [
            f"{violation['id']} ({violation['impact']}): {violation['nodes'][0]['html'][:160]}"
            for violation in Axe().run(self.page).response["violations"]
            if violation["impact"] in {"serious", "critical"}
        ]
        assert not found, f"{name} at {self.width}: axe found {found}"
        overflow = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0, f"{name} at {self.width}: {overflow} px to scroll sideways"
        assert not self.complaints, f"{name} at {self.width}: {self.complaints}"
        if SCREENSHOTS:
            keep_picture(self.page.screenshot(full_page=True), Path(SCREENSHOTS) / f"{name}-{self.width}.png")

    def is_on(self, attribute: str) -> list[str]:
        """Every value of a data attribute on the page."""
        values: list[str] = self.page.eval_on_selector_all(
            f"[{attribute}]", f"all => all.map(each => each.getAttribute('{attribute}'))"
        )
        return values

    def read(self, selector: str, attribute: str) -> str:
        return self.page.locator(selector).first.get_attribute(attribute) or ""


@pytest.fixture
def new_person(chrome: Browser, street: Street) -> Iterator[Any]:
    """A maker of people: `new_person(PHONE)`."""
    people: list[Person] = []
    hosts = {urlsplit(service.base_url).netloc for service in street.services.running}

    def make(viewport: dict[str, int]) -> Person:
        context = chrome.new_context(
            viewport=viewport, locale="fr-FR", timezone_id="Europe/Paris", reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        person = Person(context, page, "phone" if viewport == PHONE else "desk")
        page.on("pageerror", lambda error: person.complaints.append(f"script: {error}"))
        page.on("console", lambda said: _hear(person, said))
        page.on("request", lambda request: _watch(person, request.url, hosts))
        people.append(person)
        return person

    yield make
    for person in people:
        person.context.close()
    assert [person.complaints for person in people] == [[] for _ in people]


def _hear(person: Person, said: Any) -> None:
    """Errors and CSP reports come through the console; pages that answer 4xx on purpose say so there too."""
    if said.type in {"error", "warning"} and not re.match(r"Failed to load resource: .* 4\d\d ", said.text):
        person.complaints.append(f"console: {said.text}")


def _watch(person: Person, url: str, hosts: set[str]) -> None:
    if url.startswith("http") and urlsplit(url).netloc not in hosts:
        person.complaints.append(f"foreign request: {url}")
