"""A node in this process, a coordinator who awards, and a wallet written by hand from the library's messages."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from credentials.exchange.key_proof import make_key_proof
from credentials.exchange.offers import PRE_AUTHORIZED_CODE, CredentialOffer, parse_offer_uri
from did.keys import KeySigner, KeyType, PrivateKey
from did.methods import did_jwk, did_jwk_method_id, did_key_method_id
from issuer_node.awards import award_person, award_session, get_award
from issuer_node.badges import BadgeDraft, SkillDraft, make_badge
from issuer_node.main import create_app
from issuer_node.models import Role
from issuer_node.offers import OfferLinks, offer_links
from issuer_node.passeurs import list_passeurs
from issuer_node.sessions import get_sheet, open_session, save_sheet
from issuer_node.settings import NodeSettings
from issuer_node.situations import BehaviourDraft, SituationDraft, make_situation
from tests.simulators.asgi import open_client

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from issuer_node.models import Passeur
    from issuer_node.node import Node

BASE = "https://node.example"
SECRET = "a secret of the tests, longer than thirty-two characters"
EARNED = date(2026, 11, 20)


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
        "base_url": BASE, "database_url": database_url, "secret": SECRET, "structure_name": "Fablab du Bocage (exemple)",
        "admin_email": "passeur@node.example", "strict_messages": False,
    }  # fmt: skip
    return NodeSettings(**{**values, **changes})


@dataclass
class World:
    """A node with its clock, its coordinator and a client."""

    app: Any
    clock: Clock
    client: httpx.Client
    admin: Passeur

    @property
    def node(self) -> Node:
        return self.app.state.node

    def badge(self, name: str = "J'ai piloté un drone", **changes: Any) -> str:
        return make_badge(self.node, by=self.admin, draft=badge_draft(name=name, **changes))

    def award(self, badge_id: str | None = None, **changes: Any) -> str:
        values = {
            "name": "Amina (exemple)",
            "earned_on": EARNED,
            "words": "A relevé le drone sans qu'on le lui dise.",
        }
        badge_id = badge_id or self.badge()
        return award_person(self.node, by=self.admin, badge_id=badge_id, **{**values, **changes})

    def session_awards(self, names: list[str]) -> list[str]:
        """A drone session of these people, everything seen in everybody, all awarded."""
        badge = self.badge()
        draft = SituationDraft(
            title="Pilotage de drone (exemple)",
            description="Deux heures au fablab.",
            host="Fablab (exemple)",
            behaviours=(
                BehaviourDraft("Vérifie avant de décoller", badge),
                BehaviourDraft("Redit la consigne"),
            ),
        )
        situation = make_situation(self.node, by=self.admin, draft=draft)
        session = open_session(
            self.node, by=self.admin, situation_id=situation, held_on=EARNED, place="Vire", names=names
        )
        sheet = get_sheet(self.node, session)
        people = [each.id for each in sheet.participants]
        seen = {(person, behaviour.id) for person in people for behaviour in sheet.behaviours}
        save_sheet(self.node, by=self.admin, session_id=session, present=people, seen=seen, words={})
        choices = {(person, badge) for person in people}
        return award_session(self.node, by=self.admin, session_id=session, choices=choices)

    def links(self, award_id: str) -> OfferLinks:
        """The slip of an award's latest offer."""
        line = get_award(self.node, award_id).line
        assert line.offer is not None
        return offer_links(self.node, line.offer, badge_id=line.badge.id)

    def offer(self, award_id: str) -> CredentialOffer:
        reference = parse_offer_uri(self.links(award_id).by_value_uri)
        assert reference.offer is not None
        return reference.offer

    def wallet(self, **changes: Any) -> Wallet:
        return Wallet(self, **changes)


def new_signer(key_type: KeyType = KeyType.ED25519, method: str = "did:key") -> KeySigner:
    key = PrivateKey.generate(key_type)
    method_id = did_jwk_method_id if method == "did:jwk" else did_key_method_id
    return KeySigner(key, method_id(key.public_key))


@dataclass
class Wallet:
    """The holder's side of OpenID4VCI, step by step."""

    world: World
    signer: KeySigner = field(default_factory=new_signer)
    embed_jwk: bool = False

    @property
    def did(self) -> str:
        public_key = self.signer.public_key
        return did_jwk(public_key) if self.embed_jwk else self.signer.verification_method.partition("#")[0]

    def token(self, offer: CredentialOffer, **form: str) -> httpx.Response:
        sent = {"grant_type": PRE_AUTHORIZED_CODE, "pre-authorized_code": offer.pre_authorized_code, **form}
        return self.world.client.post("/openid4vci/token", data=sent)

    def nonce(self) -> str:
        answer = self.world.client.post("/openid4vci/nonce")
        assert answer.headers["cache-control"] == "no-store"
        return answer.json()["c_nonce"]

    def proof(self, **changes: Any) -> str:
        values = {"signer": self.signer, "audience": BASE, "nonce": None, "now": self.world.clock()}
        values["nonce"] = changes["nonce"] if "nonce" in changes else self.nonce()
        return make_key_proof(**{**values, "embed_jwk": self.embed_jwk, **changes})

    def request(self, token: str, body: dict[str, Any] | bytes) -> httpx.Response:
        sent = {"content": body} if isinstance(body, bytes) else {"json": body}
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return self.world.client.post("/openid4vci/credential", headers=headers, **sent)

    def body(self, offer: CredentialOffer, **changes: Any) -> dict[str, Any]:
        body = {
            "credential_configuration_id": offer.credential_configuration_ids[0],
            "proofs": {"jwt": [self.proof()]} if "proofs" not in changes else None,
        }
        return {**body, **changes}

    def access(self, offer: CredentialOffer, **form: str) -> str:
        answer = self.token(offer, **form)
        assert answer.status_code == 200, answer.text
        return answer.json()["access_token"]

    def receive(self, offer: CredentialOffer, **form: str) -> dict[str, Any]:
        """The whole exchange; gives the credential."""
        answer = self.request(self.access(offer, **form), self.body(offer))
        assert answer.status_code == 200, answer.text
        return answer.json()["credentials"][0]["credential"]


@contextmanager
def open_world(database_url: str, **changes: Any) -> Iterator[World]:
    clock = Clock()
    app = create_app(settings_for(database_url, **changes), clock=clock)
    with open_client(app, base_url=BASE) as client:
        admin = next(each for each in list_passeurs(app.state.node) if each.role == Role.COORDINATOR)
        yield World(app, clock, client, admin)
    app.state.database.dispose()


@pytest.fixture
def world(database_url: str) -> Iterator[World]:
    with open_world(database_url) as opened:
        yield opened


def badge_draft(**changes: Any) -> BadgeDraft:
    values: dict[str, Any] = {
        "name": "J'ai piloté un drone",
        "description": "A préparé, fait voler et posé un drone pendant un atelier au fablab.",
        "criteria": "- Prépare le drone\n- Décolle, suit le parcours, se pose",
        "kind": "experience",
        "skills": (SkillDraft("Piloter un drone", "https://esco.example/skill/1", "ESCO", "1"),),
        "picture_text": "Un drone au-dessus d'un champ",
    }
    return BadgeDraft(**{**values, **changes})
