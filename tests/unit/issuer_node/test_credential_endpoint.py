"""The credential endpoint: who may ask, with which proof, for what; and the same answer to the same question."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import select

from did.keys import KeyType
from issuer_node.awards import list_awards, revoke_award
from issuer_node.models import Issuance
from issuer_node.offers import renew_offer
from tests.unit.issuer_node.conftest import BASE, new_signer


@pytest.fixture
def ready(world):
    """A wallet with a token: (world, wallet, offer, token)."""
    offer = world.offer(world.award())
    wallet = world.wallet()
    return world, wallet, offer, wallet.access(offer)


def issuances(world) -> list[Issuance]:
    with world.node.database.session() as session:
        return list(session.exec(select(Issuance)))


def refusal(answer, status: int = 400) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()["error"]


@pytest.mark.covers("openid4vci-1.0", "8.2", "8.3.1")
@pytest.mark.parametrize("header", [None, "Bearer wrong", "Bearer ", "Basic dTpw", "Bearer a b", "DPoP x"])
def test_without_a_right_token_nothing_is_told(ready, header):
    world, wallet, offer, _ = ready
    headers = {"Authorization": header} if header else {}
    answer = world.client.post("/openid4vci/credential", json=wallet.body(offer), headers=headers)
    assert refusal(answer, 401) == "invalid_token"
    challenge = answer.headers["www-authenticate"]
    assert challenge == ('Bearer error="invalid_token"' if header else "Bearer")


def test_a_token_ends_with_its_hours(ready):
    world, wallet, offer, token = ready
    world.clock.advance(hours=24)
    assert refusal(wallet.request(token, wallet.body(offer)), 401) == "invalid_token"


@pytest.mark.covers("openid4vci-1.0", "8.3.1", "13", "F.4")
@pytest.mark.attack("G4")
@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("stale nonce", "invalid_nonce"),
        ("invented nonce", "invalid_nonce"),
        ("altered nonce", "invalid_nonce"),
        ("no nonce", "invalid_proof"),
        ("other audience", "invalid_proof"),
        ("old proof", "invalid_proof"),
        ("other key's signature", "invalid_proof"),
        ("key type that is not offered", "invalid_proof"),
    ],
)
def test_a_key_proof_that_does_not_hold_is_refused_and_spends_nothing(ready, name, error):
    world, wallet, offer, token = ready
    nonce = wallet.nonce()
    altered = nonce[:-1] + ("A" if nonce[-1] != "A" else "B")
    match name:
        case "stale nonce":
            world.clock.advance(minutes=5)
            proof = wallet.proof(nonce=nonce)
        case "invented nonce":
            proof = wallet.proof(nonce="invented")
        case "altered nonce":
            proof = wallet.proof(nonce="A" + altered[1:] if nonce[0] != "A" else "B" + altered[1:])
        case "no nonce":
            proof = wallet.proof(nonce=None)
        case "other audience":
            proof = wallet.proof(audience=f"{BASE}/")
        case "old proof":
            proof = wallet.proof(now=world.clock() - timedelta(minutes=6))
        case "other key's signature":
            head, _, _ = wallet.proof().split(".")
            _, body, signature = world.wallet().proof().split(".")
            proof = f"{head}.{body}.{signature}"
        case _:
            proof = wallet.proof(signer=new_signer(KeyType.P384))
    answer = wallet.request(token, wallet.body(offer, proofs={"jwt": [proof]}))
    assert refusal(answer) == error
    assert issuances(world) == []
    assert wallet.request(token, wallet.body(offer)).status_code == 200


@pytest.mark.covers("openid4vci-1.0", "8.2")
@pytest.mark.parametrize(
    ("proofs", "error"),
    [
        ({}, "invalid_proof"),
        ([], "invalid_proof"),
        ({"jwt": []}, "invalid_proof"),
        ({"jwt": "x"}, "invalid_proof"),
        ({"jwt": [1]}, "invalid_proof"),
        ({"di_vp": [{}]}, "invalid_proof"),
        ({"jwt": ["x"], "di_vp": [{}]}, "invalid_proof"),
        (None, "invalid_proof"),
    ],
)
def test_proofs_of_another_shape_are_refused(ready, proofs, error):
    _, wallet, offer, token = ready
    assert refusal(wallet.request(token, wallet.body(offer, proofs=proofs))) == error


@pytest.mark.covers("openid4vci-1.0", "8.2")
def test_two_proofs_are_a_batch_and_there_is_none(ready):
    _, wallet, offer, token = ready
    proofs = {"jwt": [wallet.proof(), wallet.proof()]}
    assert refusal(wallet.request(token, wallet.body(offer, proofs=proofs))) == "invalid_proof"


@pytest.mark.covers("openid4vci-1.0", "8.2")
def test_the_single_proof_of_the_drafts_is_not_taken(ready):
    _, wallet, offer, token = ready
    body = wallet.body(offer) | {"proof": {"proof_type": "jwt", "jwt": wallet.proof()}}
    del body["proofs"]
    assert refusal(wallet.request(token, body)) == "invalid_proof"


@pytest.mark.covers("openid4vci-1.0", "8.2")
def test_unknown_members_are_ignored(ready):
    _, wallet, offer, token = ready
    assert wallet.request(token, wallet.body(offer, vendor_hint="x")).status_code == 200


@pytest.mark.covers("openid4vci-1.0", "8.2", "8.3.1", "10")
@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"credential_configuration_id": None}, "invalid_credential_request"),
        ({"credential_configuration_id": "badge-unknown"}, "unknown_credential_configuration"),
        ({"credential_identifier": "x"}, "invalid_credential_request"),
        ({"credential_response_encryption": {"enc": "A128GCM"}}, "invalid_encryption_parameters"),
    ],
)
def test_what_is_asked_for_must_be_what_is_offered(ready, change, error):
    _, wallet, offer, token = ready
    assert refusal(wallet.request(token, wallet.body(offer, **change))) == error


@pytest.mark.covers("openid4vci-1.0", "8.2", "8.3.1")
def test_an_identifier_that_was_not_given_is_unknown(ready):
    _, wallet, _, token = ready
    body = {"credential_identifier": "award-x", "proofs": {"jwt": [wallet.proof()]}}
    assert refusal(wallet.request(token, body)) == "unknown_credential_identifier"


@pytest.mark.covers("openid4vci-1.0", "8.2", "8.3.1")
def test_a_token_for_one_badge_gives_no_other(ready):
    world, wallet, offer, token = ready
    other = f"badge-{world.badge('Un autre badge')}"
    answer = wallet.request(token, wallet.body(offer, credential_configuration_id=other))
    assert refusal(answer) == "credential_request_denied"


@pytest.mark.covers("openid4vci-1.0", "8.2", "8.3.1")
@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'{"a":1,"a":2}', b'"x"', b"{" * 40, b"\xff", b"x" * 70_000]
)
def test_a_body_that_is_no_object_is_refused(ready, body):
    _, wallet, _, token = ready
    assert refusal(wallet.request(token, body)) == "invalid_credential_request"


def test_a_body_of_another_type_is_refused(ready):
    world, _, _, token = ready
    answer = world.client.post(
        "/openid4vci/credential", data={"a": "b"}, headers={"Authorization": f"Bearer {token}"}
    )
    assert refusal(answer) == "invalid_credential_request"


@pytest.mark.covers("openid4vci-1.0", "7.1", "7.2")
def test_a_nonce_holds_for_five_minutes_however_often(ready):
    world, wallet, offer, token = ready
    nonce = wallet.nonce()
    first = wallet.request(token, wallet.body(offer, proofs={"jwt": [wallet.proof(nonce=nonce)]}))
    world.clock.advance(minutes=4, seconds=59)
    second = wallet.request(token, wallet.body(offer, proofs={"jwt": [wallet.proof(nonce=nonce)]}))
    assert (first.status_code, second.status_code) == (200, 200)


@pytest.mark.covers("openid4vci-1.0", "8.3", "14")
def test_asking_again_delivers_the_same_bytes(ready):
    world, wallet, offer, token = ready
    first = wallet.request(token, wallet.body(offer))
    world.clock.advance(hours=3)
    assert wallet.request(token, wallet.body(offer)).content == first.content
    assert len(issuances(world)) == 1


@pytest.mark.covers("openid4vci-1.0", "8.3", "14")
def test_asking_again_with_another_key_is_refused(ready):
    world, wallet, offer, token = ready
    assert wallet.request(token, wallet.body(offer)).status_code == 200
    thief = world.wallet()
    assert refusal(thief.request(token, thief.body(offer))) == "credential_request_denied"
    assert len(issuances(world)) == 1


@pytest.mark.attack("J4")
def test_one_token_asked_32_times_at_once_gives_one_credential(ready):
    world, wallet, offer, token = ready
    bodies = [wallet.body(offer) for _ in range(32)]
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda body: wallet.request(token, body), bodies))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert len([each for each in issuances(world) if each.state == "issued"]) == 1


@pytest.mark.attack("J4")
def test_of_two_keys_at_once_one_gets_the_credential(ready):
    world, _, offer, token = ready
    wallets = [world.wallet() for _ in range(8)]
    asked = [(wallet, wallet.body(offer)) for wallet in wallets]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda each: each[0].request(token, each[1]), asked))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7
    assert {answer.json().get("error") for answer in answers} == {None, "credential_request_denied"}


@pytest.mark.parametrize("end", ["revoked", "renewed"])
def test_a_token_dies_with_its_offer(ready, end):
    world, wallet, offer, token = ready
    award = list_awards(world.node).lines[0].award.id
    if end == "revoked":
        revoke_award(world.node, by=world.admin, award_id=award, reason="Erreur")
    else:
        renew_offer(world.node, by=world.admin, award_id=award)
    assert refusal(wallet.request(token, wallet.body(offer))) == "credential_request_denied"
    assert issuances(world) == []


def test_preflights_and_answers_are_open_to_every_origin(ready):
    world, wallet, offer, token = ready
    preflight = world.client.options(
        "/openid4vci/credential",
        headers={"Origin": "https://wallet.example", "Access-Control-Request-Method": "POST"},
    )
    assert preflight.headers["access-control-allow-origin"] == "*"
    answer = wallet.request(token, wallet.body(offer))
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "set-cookie" not in answer.headers
