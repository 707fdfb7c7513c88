"""The whole OpenID4VCI exchange, from the slip to a credential that a stranger's verifier accepts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlmodel import select

from contexts import ContextStore
from credentials.exchange.offers import CredentialOffer, parse_offer_uri
from credentials.report import Outcome, Report
from credentials.verification import VerificationContext, check_credential
from did.keys import KeyType
from did.resolver import Resolver
from issuer_node.awards import get_award, revoke_award
from issuer_node.models import Issuance
from tests.simulators.asgi import AppFetcher
from tests.unit.issuer_node.conftest import BASE, new_signer, open_world

if TYPE_CHECKING:
    from tests.unit.issuer_node.conftest import World


def check(world: World, credential: Any) -> Report:
    """Check a credential as somebody else's verifier would: over HTTP, knowing nothing beforehand."""
    fetcher = AppFetcher({world.node.base_url: world.app})
    context = VerificationContext(
        contexts=ContextStore.load(),
        resolver=Resolver(fetcher=fetcher, clock=world.clock),
        fetcher=fetcher,
        require_status=True,
        base_proofs=True,  # as its holder
    )
    return check_credential(credential, context=context, now=world.clock())


@pytest.mark.covers("openid4vci-1.0", "8.1", "8.3")
@pytest.mark.parametrize("key_type", [KeyType.ED25519, KeyType.P256])
@pytest.mark.parametrize(("method", "embed_jwk"), [("did:key", False), ("did:jwk", False), ("did:key", True)])
def test_a_slip_becomes_a_badge_that_others_verify(world, key_type, method, embed_jwk):
    award = world.session_awards(["Amina (exemple)"])[0]
    wallet = world.wallet(signer=new_signer(key_type, method), embed_jwk=embed_jwk)
    credential = wallet.receive(world.offer(award))
    report = check(world, credential)
    assert report.outcome is Outcome.VALID, report.codes
    assert credential["credentialSubject"]["id"] == wallet.did


def test_the_credential_tells_the_whole_story(world):
    credential = world.wallet().receive(world.offer(world.session_awards(["Amina (exemple)"])[0]))
    subject, achievement = credential["credentialSubject"], credential["credentialSubject"]["achievement"]
    assert credential["issuer"]["id"] == world.app.state.did == "did:web:node.example"
    assert credential["issuer"]["name"] == "Fablab du Bocage (exemple)"
    assert credential["issuer"]["url"] == BASE
    assert credential["id"].startswith("urn:uuid:")
    assert [each["cryptosuite"] for each in credential["proof"]] == ["eddsa-rdfc-2022", "ecdsa-sd-2023"]
    assert achievement["id"].startswith(f"{BASE}/badges/")
    assert achievement["image"]["caption"] == "Un drone au-dessus d'un champ"
    assert achievement["alignment"][0]["targetUrl"] == "https://esco.example/skill/1"
    evidence = credential["evidence"][0]
    assert evidence["name"] == "Pilotage de drone (exemple)"
    assert evidence["narrative"] == "- Vérifie avant de décoller\n- Redit la consigne"
    assert "Fablab (exemple), Vire" in evidence["description"]
    # earned on a day, issued on another
    assert subject["activityStartDate"] == subject["activityEndDate"] == "2026-11-20T12:00:00Z"
    assert credential["validFrom"] == "2026-11-24T09:30:00Z"
    # the name on the sheet stays in the node
    assert "Amina" not in json.dumps(credential)


def test_a_badge_earned_today_is_not_earned_in_the_future(world):
    today = world.clock().date()
    credential = world.wallet().receive(world.offer(world.award(earned_on=today)))
    earned = datetime.fromisoformat(credential["credentialSubject"]["activityEndDate"])
    assert earned <= datetime.fromisoformat(credential["validFrom"])
    assert check(world, credential).outcome is Outcome.VALID


def test_the_passeurs_words_are_in_the_badge(world):
    credential = world.wallet().receive(world.offer(world.award(words="A relevé le drone.")))
    assert credential["credentialSubject"]["narrative"] == "A relevé le drone."
    assert "evidence" not in credential


def test_the_achievement_and_its_picture_are_where_the_credential_says(world):
    credential = world.wallet().receive(world.offer(world.award()))
    achievement = credential["credentialSubject"]["achievement"]
    picture = world.client.get(achievement["image"]["id"])
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
    published = world.client.get(f"{achievement['id']}.json")
    assert {name: value for name, value in published.json().items() if name != "@context"} == achievement


def test_what_is_delivered_is_what_is_stored(world):
    offer = world.offer(world.award())
    wallet = world.wallet()
    answer = wallet.request(wallet.access(offer), wallet.body(offer))
    with world.node.database.session() as session:
        stored = session.exec(select(Issuance)).one()
    assert answer.content == b'{"credentials":[{"credential":' + stored.content + b"}]}"
    assert answer.headers["cache-control"] == "no-store"
    assert check(world, stored.content).outcome is Outcome.VALID


@pytest.mark.covers("openid4vci-1.0", "4.1.2", "4.1.3")
def test_an_offer_by_reference_is_the_offer_by_value(world):
    links = world.links(world.award())
    reference = parse_offer_uri(links.offer_uri).uri
    fetched = world.client.get(reference)
    assert fetched.headers["content-type"] == "application/json"
    assert fetched.headers["cache-control"] == "no-store"
    assert CredentialOffer.parse(fetched.content) == parse_offer_uri(links.by_value_uri).offer


def test_a_wallet_that_read_the_paper_itself_gets_the_offer(world):
    links = world.links(world.award())
    fetched = world.client.get(links.slip_url, headers={"Accept": "application/json"})
    assert (fetched.status_code, fetched.headers["content-type"]) == (200, "application/json")
    assert CredentialOffer.parse(fetched.content) == parse_offer_uri(links.by_value_uri).offer
    unknown = world.client.get("/c/unknown", headers={"Accept": "application/json"})
    assert (unknown.status_code, unknown.json()["error"]) == (404, "invalid_request")


def test_a_slip_leads_to_the_wallet_of_the_settings(tmp_path):
    with open_world(f"sqlite:///{tmp_path}/node.db", wallet_url="https://wallet.example/") as world:
        links = world.links(world.award())
        answer = world.client.get(links.slip_url, headers={"Accept": "text/html"})
        assert answer.status_code == 303
        location = answer.headers["location"]
        assert location == links.wallet_uri
        assert location.startswith("https://wallet.example/receive?credential_offer_uri=")
        assert parse_offer_uri(location).uri == parse_offer_uri(links.offer_uri).uri


@pytest.mark.attack("E4")
def test_a_revoked_award_is_seen_revoked_at_once(world):
    first, second = world.session_awards(["Amina (exemple)", "Bastien (exemple)"])
    revoked, kept = world.wallet().receive(world.offer(first)), world.wallet().receive(world.offer(second))
    assert check(world, revoked).outcome is Outcome.VALID
    revoke_award(world.node, by=world.admin, award_id=first, reason="Erreur de personne")
    report = check(world, revoked)
    assert report.outcome is Outcome.INVALID
    assert "revoked" in report.codes
    assert check(world, kept).outcome is Outcome.VALID
    story = get_award(world.node, first)
    assert story.line.award.revocation_reason == "Erreur de personne"
    assert story.revoked_by.id == world.admin.id
    assert story.line.award.revoked_at == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
