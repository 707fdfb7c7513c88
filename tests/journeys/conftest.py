"""A territory in this process: two nodes, a wallet and two verifiers, each with its own database, on either engine."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode

import httpx
import pytest
from anyio.from_thread import start_blocking_portal

from did.fetcher import FetchError
from issuer_node.awards import award_person, award_session, get_award, revoke_award
from issuer_node.badges import BadgeDraft, SkillDraft, make_badge
from issuer_node.main import create_app as create_node
from issuer_node.offers import OfferLinks, offer_links
from issuer_node.passeurs import list_passeurs
from issuer_node.sessions import get_sheet, open_session, save_sheet
from issuer_node.settings import NodeSettings
from issuer_node.situations import BehaviourDraft, SituationDraft, make_situation
from passeur.demo.browser import Browser
from passeur.demo.people import Employer, Learner
from tests.simulators.asgi import AppFetcher, AsgiTransport
from verifier.main import create_app as create_verifier
from verifier.settings import VerifierSettings
from wallet.main import create_app as create_wallet
from wallet.settings import WalletSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CENTRE, AGENCY = "https://centre.example", "https://agency.example"
WALLET = "https://wallet.example"
CENTRE_VERIFIER, AGENCY_VERIFIER = "https://check.centre.example", "https://check.agency.example"
SECRET = "a secret of the tests, longer than thirty-two characters"
PASSPHRASE = "tilleul brouette cerise fanfare"
SEEN = "Vérifie l'hélice avant de décoller"
WORDS = "A aidé son voisin à poser le drone."
DRAFT = BadgeDraft(
    name="J'ai piloté un drone",
    description="A préparé, fait voler et posé un drone.",
    criteria="- Prépare le drone",
    kind="experience",
    language="fr",
    skills=(SkillDraft("Piloter un drone", "https://esco.example/skill/1"),),
    picture_text="Un drone",
)


class Clock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC).replace(microsecond=0)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **amount: float) -> None:
        self.now += timedelta(**amount)


class TerritoryFetcher(AppFetcher):
    """The services' way to each other; a service that is down does not answer."""

    def __init__(self) -> None:
        super().__init__({})
        self.down: set[str] = set()
        self.last_answer = ""  # an address whose service goes down once it has answered
        self.posted: list[str] = []  # what wallets answered
        self.alter: Callable[[str], str] = str  # somebody between wallet and verifier

    def _exchange(self, method: str, url: str, *rest: Any) -> Any:
        if any(url.startswith(base) for base in self.down):
            raise FetchError(f"{url}: connection refused")
        if "/openid4vp/responses/" in url:
            rest = (self._between(rest[0]), *rest[1:])
        answer = super()._exchange(method, url, *rest)
        if url == self.last_answer:
            self.down.add(url)
        return answer

    def _between(self, content: bytes) -> bytes:
        form = parse_qs(content.decode())
        if "vp_token" in form:
            self.posted += form["vp_token"]
            form["vp_token"] = [self.alter(each) for each in form["vp_token"]]
        return urlencode(form, doseq=True).encode()


class _ByHost(httpx.BaseTransport):
    """One browser, many services."""

    def __init__(self, transports: dict[str, AsgiTransport]) -> None:
        self._transports = transports

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._transports[f"{request.url.scheme}://{request.url.host}"].handle_request(request)


@dataclass
class Territory:
    apps: dict[str, Any]
    fetcher: TerritoryFetcher
    clock: Clock
    transport: httpx.BaseTransport
    stack: ExitStack = field(default_factory=ExitStack)

    def browser(self) -> Browser:
        return self.stack.enter_context(Browser(transport=self.transport))

    def learner(self) -> Learner:
        return Learner(self.browser(), WALLET)

    def employer(self, verifier: str = AGENCY_VERIFIER) -> Employer:
        return Employer(self.browser(), verifier)

    def award(self, node_url: str = CENTRE, *, name: str = "J'ai piloté un drone") -> str:
        """A passeur of that node recognises somebody; gives the award's id."""
        node = self.apps[node_url].state.node
        by = list_passeurs(node)[0]
        badge_id = make_badge(
            node,
            by=by,
            draft=replace(DRAFT, name=name, skills=()),
        )
        return award_person(
            node, by=by, badge_id=badge_id, name="Amina (exemple)", earned_on=date(2026, 11, 20), words=""
        )

    def offer_only(self, *formats: str, node_url: str = CENTRE) -> None:
        """From now on the node offers its badges in these formats alone."""
        state = self.apps[node_url].state
        settings = state.node.settings.model_copy(update={"credential_formats": formats})
        state.node = replace(state.node, settings=settings)

    def ask_only(self, *formats: str, verifier: str = AGENCY_VERIFIER) -> None:
        """From now on the verifier asks for badges in these formats alone."""
        state = self.apps[verifier].state
        settings = state.desk.settings.model_copy(update={"credential_formats": formats})
        state.desk = replace(state.desk, settings=settings)

    def award_of_session(self, node_url: str = CENTRE) -> str:
        """A session of one person, in whom everything was seen; gives the award's id."""
        node = self.apps[node_url].state.node
        by = list_passeurs(node)[0]
        badge_id = make_badge(node, by=by, draft=DRAFT)
        situation = SituationDraft(
            title="Pilotage de drone (exemple)",
            description="Deux heures au fablab.",
            host="Fablab (exemple)",
            behaviours=(BehaviourDraft(SEEN, badge_id),),
        )
        situation_id = make_situation(node, by=by, draft=situation)
        day = self.clock().date() - timedelta(days=1)
        session_id = open_session(
            node, by=by, situation_id=situation_id, held_on=day, place="Vire", names=["Amina (exemple)"]
        )
        sheet = get_sheet(node, session_id)
        (person,) = [each.id for each in sheet.participants]
        seen = {(person, behaviour.id) for behaviour in sheet.behaviours}
        save_sheet(node, by=by, session_id=session_id, present=[person], seen=seen, words={person: WORDS})
        (award_id,) = award_session(node, by=by, session_id=session_id, choices={(person, badge_id)})
        return award_id

    def links(self, award_id: str, node_url: str = CENTRE) -> OfferLinks:
        node = self.apps[node_url].state.node
        story = get_award(node, award_id)
        return offer_links(node, story.offers[0], badge_id=story.line.badge.id)

    def state(self, award_id: str, node_url: str = CENTRE) -> str:
        return get_award(self.apps[node_url].state.node, award_id).line.state

    def revoke(self, award_id: str, node_url: str = CENTRE) -> None:
        node = self.apps[node_url].state.node
        revoke_award(
            node, by=list_passeurs(node)[0], award_id=award_id, reason="Attribué par erreur (exemple)"
        )

    def receive(self, learner: Learner, award_id: str, node_url: str = CENTRE) -> str:
        """The learner scans the slip and receives; makes a passport the first time. Gives the badge's id in it."""
        before = set(learner.list_badges()) if self._has_passport(learner) else set()
        page = learner.accept(learner.scan(self.links(award_id, node_url).slip_url))
        if page.url.startswith(f"{WALLET}/signup"):
            _, back = learner.sign_up(page, passphrase=PASSPHRASE)
            learner.accept(back)
        (new,) = set(learner.list_badges()) - before
        return new

    @staticmethod
    def _has_passport(learner: Learner) -> bool:
        return learner.browser.open(f"{WALLET}/passport").url == f"{WALLET}/passport"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def territory(request: pytest.FixtureRequest, new_database_url: Any) -> Iterator[Territory]:
    clock, fetcher = Clock(), TerritoryFetcher()

    def settings(kind: Any, base_url: str, **own: Any) -> Any:
        url = new_database_url(request.param)
        return kind(base_url=base_url, database_url=url, secret=SECRET, **own)

    def node(base_url: str, name: str) -> Any:
        own = {"structure_name": name, "admin_email": "a@structure.example", "wallet_url": WALLET}
        return create_node(settings(NodeSettings, base_url, **own), fetcher=fetcher, clock=clock)

    apps = {CENTRE: node(CENTRE, "Mission locale (exemple)"), AGENCY: node(AGENCY, "Agence (exemple)")}
    wallet_settings = settings(WalletSettings, WALLET, verifier_url=AGENCY_VERIFIER)
    apps[WALLET] = create_wallet(wallet_settings, fetcher=fetcher, clock=clock)
    for base_url, known in ((CENTRE_VERIFIER, []), (AGENCY_VERIFIER, [CENTRE])):
        issuers = [
            {
                "did": apps[node_url].state.did,
                "name": "Mission locale (exemple)",
                "reason": "Membre (exemple).",
            }
            for node_url in known
        ]
        own = {"verifier_name": "Agence (exemple)", "wallet_url": WALLET, "known_issuers": issuers}
        apps[base_url] = create_verifier(
            settings(VerifierSettings, base_url, **own), fetcher=fetcher, clock=clock
        )
    fetcher.apps.update(apps)
    with start_blocking_portal() as portal, ExitStack() as stack:
        transport = _ByHost({base: AsgiTransport(app, portal) for base, app in apps.items()})
        yield Territory(apps, fetcher, clock, transport, stack)
    for app in apps.values():
        app.state.database.dispose()
