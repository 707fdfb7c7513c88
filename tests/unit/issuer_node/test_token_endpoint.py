"""The token endpoint: a code is worth one token, once; wrong codes are worth nothing and cost the offer."""

from __future__ import annotations

import json
import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from credentials.exchange.offers import PRE_AUTHORIZED_CODE
from issuer_node.auditing import list_entries
from issuer_node.awards import get_award, revoke_award
from issuer_node.models import Offer
from issuer_node.offers import list_second_scans, renew_offer
from tests.unit.issuer_node.conftest import open_world


@pytest.fixture
def coded(tmp_path):
    """A node whose slips come with a six-digit code."""
    with open_world(f"sqlite:///{tmp_path}/node.db", tx_code=True) as world:
        yield world


def refusal(answer) -> str:
    assert answer.status_code == 400, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert set(answer.json()) <= {"error", "error_description"}
    return answer.json()["error"]


@pytest.mark.covers("openid4vci-1.0", "6.1", "6.2")
def test_a_code_gives_a_bearer_token(world):
    answer = world.wallet().token(world.offer(world.award()))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body["token_type"] == "Bearer"
    assert body["expires_in"] == 24 * 3600
    assert "authorization_details" not in body, "identifiers unasked break wallets"


@pytest.mark.covers("openid4vci-1.0", "6.1", "13")
@pytest.mark.attack("G1")
def test_codes_are_long_and_none_can_be_guessed(world):
    offer = world.offer(world.award())
    assert len(offer.pre_authorized_code) >= 43, "256 bits in base64url"
    for guess in (
        "",
        "0" * 43,
        offer.pre_authorized_code[:-1],
        offer.pre_authorized_code + "A",
        secrets.token_urlsafe(32),
    ):
        sent = {"grant_type": PRE_AUTHORIZED_CODE, "pre-authorized_code": guess}
        assert refusal(world.client.post("/openid4vci/token", data=sent)) == (
            "invalid_grant" if guess else "invalid_request"
        )
    assert world.wallet().token(offer).status_code == 200


@pytest.mark.covers("openid4vci-1.0", "6.1", "13")
@pytest.mark.attack("G1")
def test_a_code_is_used_once(world):
    offer = world.offer(world.award())
    assert world.wallet().token(offer).status_code == 200
    assert refusal(world.wallet().token(offer)) == "invalid_grant"


@pytest.mark.covers("openid4vci-1.0", "6.1", "13")
@pytest.mark.attack("G1", "J4")
@pytest.mark.parametrize("times", [32, 100])
def test_of_many_at_once_one_gets_the_token(world, times):
    offer = world.offer(world.award())
    wallet = world.wallet()
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda _: wallet.token(offer), range(times)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * (times - 1)
    assert {answer.json()["error"] for answer in answers if answer.status_code != 200} == {"invalid_grant"}


def test_a_code_ends_with_its_days(world):
    offer = world.offer(world.award())
    world.clock.advance(days=90)
    assert refusal(world.wallet().token(offer)) == "invalid_grant"


def test_a_code_holds_until_its_last_day(world):
    offer = world.offer(world.award())
    world.clock.advance(days=89, hours=23)
    assert world.wallet().token(offer).status_code == 200


@pytest.mark.covers("openid4vci-1.0", "14")
def test_a_lost_slip_is_dead_once_renewed(world):
    award = world.award()
    old = world.offer(award)
    world.clock.advance(seconds=1)
    renew_offer(world.node, by=world.admin, award_id=award)
    new = world.offer(award)
    assert new.pre_authorized_code != old.pre_authorized_code
    assert refusal(world.wallet().token(old)) == "invalid_grant"
    assert world.wallet().token(new).status_code == 200


def test_a_revoked_award_has_no_code(world):
    award = world.award()
    offer = world.offer(award)
    revoke_award(world.node, by=world.admin, award_id=award, reason="Erreur")
    assert refusal(world.wallet().token(offer)) == "invalid_grant"


@pytest.mark.covers("openid4vci-1.0", "6.3")
@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x"}, "unsupported_grant_type"),
        ({"grant_type": PRE_AUTHORIZED_CODE}, "invalid_request"),
        ({"grant_type": PRE_AUTHORIZED_CODE, "pre-authorized_code": ["a", "a"]}, "invalid_request"),
        (
            {"grant_type": PRE_AUTHORIZED_CODE, "pre-authorized_code": "x", "authorization_details": "{"},
            "invalid_authorization_details",
        ),
    ],
)
def test_malformed_requests_get_the_oauth_code(world, form, error):
    assert refusal(world.client.post("/openid4vci/token", data=form)) == error


@pytest.mark.covers("openid4vci-1.0", "6.3")
def test_a_request_that_is_no_form_is_refused(world):
    offer = world.offer(world.award())
    sent = {"grant_type": PRE_AUTHORIZED_CODE, "pre-authorized_code": offer.pre_authorized_code}
    assert refusal(world.client.post("/openid4vci/token", json=sent)) == "invalid_request"
    assert world.wallet().token(offer).status_code == 200


@pytest.mark.covers("openid4vci-1.0", "6.1", "13")
@pytest.mark.attack("G2")
def test_the_code_on_the_side_opens_the_offer(coded):
    award = coded.award()
    links = coded.links(award)
    assert len(links.tx_code) == 6
    assert coded.offer(award).tx_code.length == 6
    assert coded.wallet().token(coded.offer(award), tx_code=links.tx_code).status_code == 200


@pytest.mark.covers("openid4vci-1.0", "6.1", "13")
@pytest.mark.attack("G2")
def test_five_wrong_codes_burn_the_offer(coded):
    award = coded.award()
    offer, right = coded.offer(award), coded.links(award).tx_code
    arabic = "".join(chr(0x660 + int(digit)) for digit in right)
    for wrong in (f" {right}", f"{right} ", arabic, f"{right}\t", "１" + right[1:]):
        assert refusal(coded.wallet().token(offer, tx_code=wrong)) == "invalid_grant"
    assert refusal(coded.wallet().token(offer, tx_code=right)) == "invalid_grant"
    assert get_award(coded.node, award).line.state == "burnt"


@pytest.mark.covers("openid4vci-1.0", "6.1", "13")
@pytest.mark.attack("G2")
def test_four_wrong_codes_do_not(coded):
    award = coded.award()
    offer, right = coded.offer(award), coded.links(award).tx_code
    for wrong in ("000000" if right != "000000" else "111111", "abc", right[::-1] + "0", " "):
        assert refusal(coded.wallet().token(offer, tx_code=wrong)) == "invalid_grant"
    assert coded.wallet().token(offer, tx_code=right).status_code == 200


@pytest.mark.attack("G2")
def test_wrong_codes_in_parallel_are_all_counted(coded):
    offer = coded.offer(coded.award())
    wallet = coded.wallet()
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: wallet.token(offer, tx_code=f"wrong{n}"), range(40)))
    with coded.node.database.session() as session:
        row = session.exec(select(Offer)).one()
    assert (row.state, row.wrong_tries) == ("burnt", 5)


def test_a_missing_code_is_not_a_try(coded):
    award = coded.award()
    offer = coded.offer(award)
    for _ in range(6):
        assert refusal(coded.wallet().token(offer)) == "invalid_request"
    assert coded.wallet().token(offer, tx_code=coded.links(award).tx_code).status_code == 200


@pytest.mark.covers("openid4vci-1.0", "6.1", "13")
def test_a_code_that_nobody_asked_for_is_refused(world):
    offer = world.offer(world.award())
    assert refusal(world.wallet().token(offer, tx_code="123456")) == "invalid_request"
    assert world.wallet().token(offer).status_code == 200


@pytest.mark.covers("openid4vci-1.0", "6.1.1")
def test_a_wallet_that_asks_gets_identifiers_and_must_use_them(world):
    offer = world.offer(world.award())
    wallet = world.wallet()
    configuration = offer.credential_configuration_ids[0]
    details = [{"type": "openid_credential", "credential_configuration_id": configuration}]
    body = wallet.token(offer, authorization_details=json.dumps(details)).json()
    identifiers = body["authorization_details"][0].pop("credential_identifiers")
    assert body["authorization_details"] == details
    by_configuration = wallet.request(body["access_token"], wallet.body(offer))
    assert by_configuration.json()["error"] == "invalid_credential_request"
    unknown = wallet.request(
        body["access_token"], {"credential_identifier": "x", "proofs": {"jwt": [wallet.proof()]}}
    )
    assert unknown.json()["error"] == "unknown_credential_identifier"
    request = {"credential_identifier": identifiers[0], "proofs": {"jwt": [wallet.proof()]}}
    assert wallet.request(body["access_token"], request).status_code == 200


@pytest.mark.covers("openid4vci-1.0", "6.1.1")
def test_details_for_something_else_are_refused_and_spend_nothing(world):
    offer = world.offer(world.award())
    details = [{"type": "openid_credential", "credential_configuration_id": "badge-other"}]
    answer = world.wallet().token(offer, authorization_details=json.dumps(details))
    assert refusal(answer) == "invalid_authorization_details"
    assert world.wallet().token(offer).status_code == 200


@pytest.mark.attack("G3")
def test_who_scans_a_used_slip_is_told_and_the_passeur_sees_it(world):
    award = world.award()
    links, offer = world.links(award), world.offer(award)
    assert world.client.get(links.slip_url, headers={"Accept": "text/html"}).status_code in {200, 303}
    assert list_second_scans(world.node) == []
    world.wallet().receive(offer)
    world.clock.advance(minutes=3)
    second = world.client.get(links.slip_url, headers={"Accept": "text/html"})
    assert second.status_code == 410
    assert 'data-slip-state="redeemed"' in second.text
    (scan,) = list_second_scans(world.node)
    assert (scan.award.id, scan.offer.second_scan_at) == (award, world.clock())
    assert list_entries(world.node, subject=award)[0].deed == "offer_scanned_again"


@pytest.mark.attack("G3")
def test_the_offer_by_reference_of_a_used_slip_is_gone(world):
    award = world.award()
    reference = f"/openid4vci/offers/{world.links(award).offer_id}"
    assert world.client.get(reference).status_code == 200
    world.wallet().receive(world.offer(award))
    answer = world.client.get(reference)
    assert (answer.status_code, answer.json()["code"]) == (410, "offer_redeemed")
    assert len(list_second_scans(world.node)) == 1
    assert world.client.get("/openid4vci/offers/unknown").status_code == 404
