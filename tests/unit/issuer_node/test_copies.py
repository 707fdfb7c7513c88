"""Of one award, one copy in each format: each asked for once, each with its own place, all of them one award."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlmodel import select

from contexts import strict_json
from credentials.exchange.formats import open_credential
from credentials.report import Outcome
from issuer_node.awards import AwardFilter, get_award, list_awards, revoke_award
from issuer_node.exports import COLUMNS, csv_cells, export_awards
from issuer_node.formats import FORMATS
from issuer_node.models import Issuance, StatusList
from issuer_node.offers import renew_offer
from issuer_node.signing_in import make_signin_link
from passeur.demo.browser import Browser
from passeur.demo.people import PasseurAtWork
from tests.unit.issuer_node.conftest import BASE, open_world
from tests.unit.issuer_node.test_crashes import BEFORE_THE_BYTES_ARE_STORED, die
from tests.unit.issuer_node.test_formats import check, in_format


def issuances(world) -> list[Issuance]:
    with world.node.database.session() as session:
        return list(session.exec(select(Issuance).order_by(Issuance.intended_at)))


def content_of(answer) -> bytes:
    assert answer.status_code == 200, answer.text
    (entry,) = answer.json()["credentials"]
    credential = entry["credential"]
    return credential.encode() if isinstance(credential, str) else strict_json.dumps(credential)


def take_all(world, award=None):
    """Every copy of an award by one token: {format: bytes}, with the wallet, its token and the offer."""
    offer = world.offer(award or world.session_awards(["Amina (exemple)"])[0])
    wallet = world.wallet()
    token = wallet.access(offer)
    taken = {form: content_of(wallet.request(token, in_format(wallet, offer, form))) for form in FORMATS}
    return taken, wallet, token, offer


@pytest.mark.covers("openid4vci-1.0", "8.2", "8.3")
def test_one_token_gets_the_badge_once_in_each_format(world):
    taken, wallet, token, offer = take_all(world)
    for form, content in taken.items():
        assert open_credential(content).claims.format == form
        report = check(world, content)
        assert report.outcome is Outcome.VALID, report.codes
        assert content_of(wallet.request(token, in_format(wallet, offer, form))) == content
    assert sorted(each.format for each in issuances(world)) == sorted(FORMATS)
    views = [open_credential(content).view for content in taken.values()]
    assert len({(view.achievement_id, view.narrative, view.subject_id) for view in views}) == 1


def test_each_copy_has_its_own_id_and_its_own_place_in_the_status_list(world):
    taken, *_ = take_all(world)
    log = issuances(world)
    assert len({each.credential_id for each in log}) == 3
    assert len({each.status_index for each in log}) == 3
    opened = {form: open_credential(content) for form, content in taken.items()}
    assert {each.view.id for each in opened.values()} == {each.credential_id for each in log}
    token_place = opened["dc+sd-jwt"].claims.document["status"]["status_list"]["idx"]
    bit = opened["ldp_vc"].claims.document["credentialStatus"]["statusListIndex"]
    assert token_place != int(bit)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.covers("openid4vci-1.0", "8.1", "8.3.1")
def test_a_copy_is_for_the_key_that_asked_for_it_first(world, form):
    taken, _, token, offer = take_all(world)
    other = world.wallet()
    answer = other.request(token, in_format(other, offer, form))
    assert (answer.status_code, answer.json()["error"]) == (400, "credential_request_denied")
    assert len(taken) == len(issuances(world))


def test_a_wallet_may_bind_each_copy_to_a_key_of_its_own(world):
    offer = world.offer(world.award())
    first, second = world.wallet(), world.wallet(embed_jwk=True)
    token = first.access(offer)
    content_of(first.request(token, in_format(first, offer, "ldp_vc")))
    bound = open_credential(content_of(second.request(token, in_format(second, offer, "dc+sd-jwt"))))
    assert bound.claims.document["cnf"]["jwk"]["x"] == second.signer.public_key.to_jwk()["x"]


@pytest.mark.attack("J4")
def test_32_requests_at_once_give_exactly_one_credential_per_configuration(world):
    offer = world.offer(world.award())
    wallet = world.wallet()
    token = wallet.access(offer)
    forms = [list(FORMATS)[number % 3] for number in range(32)]
    bodies = [in_format(wallet, offer, form) for form in forms]
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(lambda body: wallet.request(token, body), bodies))
    got = {
        form: {content_of(a) for f, a in zip(forms, answers, strict=True) if f == form} for form in FORMATS
    }
    assert {form: len(contents) for form, contents in got.items()} == dict.fromkeys(FORMATS, 1)
    issued = [each for each in issuances(world) if each.state == "issued"]
    assert sorted(each.format for each in issued) == sorted(FORMATS)


@pytest.mark.attack("J1")
def test_a_worker_that_dies_over_the_second_copy_costs_neither(world):
    offer = world.offer(world.award())
    wallet = world.wallet()
    token = wallet.access(offer)
    first = content_of(wallet.request(token, wallet.body(offer)))
    for step in (*BEFORE_THE_BYTES_ARE_STORED, "stored"):
        die(world, step=step, token=token, body=in_format(wallet, offer, "dc+sd-jwt"))
    log = issuances(world)
    # the first copy, what was cut short, and the second copy, which died on its way out
    assert len(log) == 1 + len(BEFORE_THE_BYTES_ARE_STORED) - 1 + 1
    assert len({each.status_index for each in log}) == len(log)
    second = content_of(wallet.request(token, in_format(wallet, offer, "dc+sd-jwt")))
    assert b'"' + second + b'"' in {each.content for each in log}
    assert content_of(wallet.request(token, wallet.body(offer))) == first
    assert len(issuances(world)) == len(log)


def test_revoking_takes_every_copy_back_in_one_deed(world):
    award = world.session_awards(["Amina (exemple)"])[0]
    taken, *_ = take_all(world, award)
    with world.node.database.session() as session:
        before = session.exec(select(StatusList.revision)).one()
    world.clock.advance(minutes=1)
    revoke_award(world.node, by=world.admin, award_id=award, reason="Erreur")
    assert {form: check(world, content).codes for form, content in taken.items()} == dict.fromkeys(
        taken, ("revoked",)
    )
    assert {each.revoked_at for each in issuances(world)} == {world.clock()}
    with world.node.database.session() as session:
        assert session.exec(select(StatusList.revision)).one() == before + 1


def test_a_new_slip_ends_every_copy_of_the_old_one(world):
    award = world.award()
    taken, wallet, token, offer = take_all(world, award)
    renew_offer(world.node, by=world.admin, award_id=award)
    assert all("revoked" in check(world, content).codes for content in taken.values())
    answer = wallet.request(token, in_format(wallet, offer, "dc+sd-jwt"))
    assert answer.json()["error"] == "credential_request_denied"
    again, *_ = take_all(world, award)
    assert all(check(world, content).outcome is Outcome.VALID for content in again.values())


def test_lists_and_exports_count_awards_not_copies(world):
    first, second = world.session_awards(["Amina (exemple)", "Bastien (exemple)"])
    taken, *_ = take_all(world, first)
    page = list_awards(world.node)
    assert page.total == 2
    assert {line.award.id: line.state for line in page.lines} == {first: "received", second: "waiting"}
    assert list_awards(world.node, wanted=AwardFilter(state="received")).total == 1
    assert list_awards(world.node, wanted=AwardFilter(state="waiting")).total == 1
    assert len(get_award(world.node, first).issuances) == 3
    rows = {row["award_id"]: row for row in export_awards(world.node)}
    assert set(rows) == {first, second}
    assert [copy["format"] for copy in rows[first]["copies"]] == list(FORMATS)
    assert {copy["credential_id"] for copy in rows[first]["copies"]} == {
        open_credential(content).view.id for content in taken.values()
    }
    assert rows[first]["credential_id"] == open_credential(taken["ldp_vc"]).view.id
    assert rows[second]["copies"] == []
    cells = dict(zip(COLUMNS, csv_cells(rows[first]), strict=True))
    assert cells["copies"].count(" | ") == 2


def test_the_page_of_an_award_tells_once_that_it_was_received(world):
    award = world.award()
    take_all(world, award)
    world.clock.advance(minutes=1)
    renew_offer(world.node, by=world.admin, award_id=award)
    link = make_signin_link(
        world.app.state.database, world.app.state.settings, world.admin.email, now=world.clock()
    )
    with Browser(transport=world.client._transport) as browser:
        PasseurAtWork(browser, BASE).sign_in(link)
        path = f"{BASE}/awards/{award}"
        assert browser.open(path).text.count("Arrivée dans un passeport") == 1
        # the twin: by the new slip it comes a second time
        take_all(world, award)
        assert browser.open(path).text.count("Arrivée dans un passeport") == 2


def details(*names):
    return json.dumps([{"type": "openid_credential", "credential_configuration_id": name} for name in names])


def by_identifier(wallet, identifier):
    return {"credential_identifier": identifier, "proofs": {"jwt": [wallet.proof()]}}


@pytest.mark.covers("openid4vci-1.0", "6.1.1", "6.2", "8.3.1")
def test_identifiers_are_given_for_what_was_asked_for_and_no_other_holds(world):
    award = world.award()
    offer = world.offer(award)
    wallet = world.wallet()
    names = [
        f"{offer.credential_configuration_ids[0]}{FORMATS[form].suffix}" for form in ("ldp_vc", "dc+sd-jwt")
    ]
    answer = wallet.token(offer, authorization_details=details(*names)).json()
    given = {
        each["credential_configuration_id"]: each["credential_identifiers"]
        for each in answer["authorization_details"]
    }
    assert list(given) == names
    for name in names:
        (identifier,) = given[name]
        content_of(wallet.request(answer["access_token"], by_identifier(wallet, identifier)))
    assert [each.format for each in issuances(world)] == ["ldp_vc", "dc+sd-jwt"]
    # the award in a format that was not asked for with the token: an identifier that nobody was given
    unasked = by_identifier(wallet, f"award-{award}.jwt")
    refused = wallet.request(answer["access_token"], unasked)
    assert (refused.status_code, refused.json()["error"]) == (400, "unknown_credential_identifier")


@pytest.mark.attack("J4")
@pytest.mark.parametrize("step", ["checked", "intended", "built", "linted", "signed", "verified"])
@pytest.mark.parametrize("deed", ["revoke", "renew"])
def test_a_copy_under_way_when_the_award_is_taken_back_is_not_issued(world, step, deed):
    """Whichever step it has reached: nothing valid comes of it, and its place in the list is marked."""
    award = world.award()
    offer, wallet = world.offer(award), world.wallet()
    token = wallet.access(offer)
    first = content_of(wallet.request(token, in_format(wallet, offer, "ldp_vc")))
    done = []

    def take_back(reached):
        if reached == step and not done:
            done.append(reached)
            if deed == "revoke":
                revoke_award(world.node, by=world.admin, award_id=award, reason="Erreur")
            else:
                renew_offer(world.node, by=world.admin, award_id=award)

    plain = world.app.state.node
    world.app.state.node = replace(plain, listener=take_back)
    answer = wallet.request(token, in_format(wallet, offer, "dc+sd-jwt"))
    world.app.state.node = plain
    assert done == [step]
    assert (answer.status_code, answer.json()["error"]) == (400, "credential_request_denied")
    assert "revoked" in check(world, first).codes
    log = issuances(world)
    assert [each.content for each in log if each.format == "dc+sd-jwt"] == [None] * (step != "checked")
    assert all(each.revoked_at is not None for each in log)


@pytest.mark.covers("openid4vci-1.0", "8.3.1")
def test_a_token_that_has_ended_gets_no_further_copy(world):
    offer, wallet = world.offer(world.award()), world.wallet()
    token = wallet.access(offer)
    content_of(wallet.request(token, in_format(wallet, offer, "ldp_vc")))
    world.clock.advance(hours=world.node.settings.access_token_hours, seconds=-1)
    content_of(wallet.request(token, in_format(wallet, offer, "jwt_vc_json")))
    world.clock.advance(seconds=1)
    answer = wallet.request(token, in_format(wallet, offer, "dc+sd-jwt"))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    assert len(issuances(world)) == 2


def test_a_burnt_code_gets_no_copy_at_all(database_url):
    with open_world(database_url, tx_code=True) as world:
        award = world.award()
        offer, wallet = world.offer(award), world.wallet()
        right = world.links(award).tx_code
        wrong = "000000" if right != "000000" else "111111"
        for _ in range(5):
            assert wallet.token(offer, tx_code=wrong).status_code == 400
        assert wallet.token(offer, tx_code=right).json()["error"] == "invalid_grant"
        assert issuances(world) == []
        # the twin: by a new slip, whose digits are others
        renew_offer(world.node, by=world.admin, award_id=award)
        offer = world.offer(award)
        token = wallet.access(offer, tx_code=world.links(award).tx_code)
        for form in FORMATS:
            content_of(wallet.request(token, in_format(wallet, offer, form)))


@pytest.mark.attack("J4")
def test_two_keys_that_race_for_every_copy_get_each_copy_for_one_of_them(world):
    offer = world.offer(world.award())
    wallets = [world.wallet(), world.wallet()]
    token = wallets[0].access(offer)
    tries = [(wallets[number % 2], list(FORMATS)[number % 3]) for number in range(30)]
    bodies = [in_format(wallet, offer, form) for wallet, form in tries]
    with ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(lambda body: wallets[0].request(token, body), bodies))
    for form in FORMATS:
        got = [
            (wallet.did, answer.content)
            for (wallet, asked), answer in zip(tries, answers, strict=True)
            if asked == form and answer.status_code == 200
        ]
        assert len(set(got)) == 1
        assert len(got) == 5
    assert {answer.status_code for answer in answers} == {200, 400}
    assert sorted(each.format for each in issuances(world) if each.content) == sorted(FORMATS)
