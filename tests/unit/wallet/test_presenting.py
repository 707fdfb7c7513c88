"""A verifier's request: who asks and what would be seen, then an answer to it and to nobody else, once."""

from __future__ import annotations

import copy
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import parse_qs, urlencode

import pytest
from sqlmodel import select

from credentials.exchange.dcql import DcqlQuery
from credentials.exchange.request_objects import AuthorizationRequest, sign_request_object
from did.errors import FetchError
from did.keys import KeySigner, KeyType, PrivateKey
from did.methods import did_key, did_key_method_id
from tests.simulators.openid4vci_issuer import SimulatedIssuer
from tests.simulators.openid4vp_verifier import ANY_BADGE, SimulatedVerifier
from tests.unit.wallet.conftest import World
from wallet import presenting
from wallet.errors import PresentingError
from wallet.models import BrowserSession, Disclosure, ReceivedRequest
from wallet.signing_in import Visitor


def holder_of_one(world):
    browser = world.browser()
    browser.sign_up()
    browser.badge = browser.receive(world.issuer.offer())
    return browser


def open_request(browser, link):
    page = browser.open(f"/present?{link}")
    assert page.status_code == 200, page.text
    return browser.data("request-id")[0]


@pytest.mark.covers("openid4vp-1.0", "6.4.3", "15.1")
def test_the_consent_page_names_who_asks_and_everything_that_would_be_seen(stored):
    world, browser = stored, holder_of_one(stored)
    request_id = open_request(browser, world.verifier.request())
    page = browser.page.text
    for seen in (
        "Atelier Bois (exemple)",
        "employer.example",
        "did:web:employer.example",
        "Pilotage de drone",
        "Mission locale (exemple)",
        "did:web:node.example",
        "Garde son calme",
        "Elle a gardé son calme quand le vent s’est levé.",
        "Un vol de dix minutes, seul aux commandes.",
        "Respecter des consignes",
        "Le badge est montré en entier",
        "C’est la première fois",
    ):
        assert seen in page, seen
    assert world.issuer.delivered[0]["credentialSubject"]["id"] in page
    assert not world.network.asked("/responses/")

    browser.submit(f"/present/{request_id}/accept", **{"choice-badge": browser.badge})
    assert browser.data("request-state") == ["shared"]
    assert browser.data("redirect-uri") == [world.verifier.redirect_uri]
    (report,) = world.verifier.reports
    assert report.outcome == "valid"
    # the bytes that were received are what is presented
    assert report.credentials[0].credential.raw == world.issuer.delivered[0]

    log = browser.open("/log").text
    assert "Montré à Atelier Bois (exemple)" in log
    assert "Pilotage de drone" in log
    open_request(browser, world.verifier.request())
    assert browser.data("times-shown") == ["1"]


def test_a_request_waits_for_its_person_to_sign_in(world):
    owner = holder_of_one(world)
    number = owner.open("/account") and owner.data("passport-number")
    other = world.browser()
    request_id = open_request(other, world.verifier.request())
    assert "Ouvrez d’abord votre passeport" in other.page.text
    number = owner.page.text.split("data-passport-number>")[1].split("<")[0]
    page = other.submit(
        "/signin", number=number, passphrase="renard violet sous la lune", next=f"/present/{request_id}"
    )
    assert page.url.path == f"/present/{request_id}"
    assert "Pilotage de drone" in page.text


@pytest.mark.covers("openid4vp-1.0", "8.5", "15.1", "15.9")
def test_declining_shows_nothing_and_tells_only_that(world):
    browser = holder_of_one(world)
    request_id = open_request(browser, world.verifier.request())
    browser.submit(f"/present/{request_id}/decline")
    assert browser.data("request-state") == ["declined"]
    (form,) = world.verifier.forms
    assert set(form) == {"error", "state"}
    assert world.verifier.declined == ["access_denied"]
    browser.submit(f"/present/{request_id}/accept", **{"choice-badge": browser.badge})
    assert world.verifier.reports == []


def test_declining_needs_no_passport_and_no_answering_verifier(world):
    browser = world.browser()
    request_id = open_request(browser, world.verifier.request())
    world.network.cut("/responses/")
    browser.submit(f"/present/{request_id}/decline")
    assert browser.data("request-state") == ["declined"]


def test_with_several_badges_none_is_chosen_for_the_person(world):
    browser = holder_of_one(world)
    second = browser.receive(world.issuer.offer())
    request_id = open_request(browser, world.verifier.request())
    assert browser.page.text.count('type="radio"') == 2
    assert " checked" not in browser.page.text
    browser.submit(f"/present/{request_id}/accept")
    assert browser.data("error") == ["choice_missing"]
    browser.submit(f"/present/{request_id}/accept", **{"choice-badge": [browser.badge, second]})
    assert browser.data("error") == ["choice_several"]
    assert not world.verifier.forms
    browser.submit(f"/present/{request_id}/accept", **{"choice-badge": second})
    assert browser.data("request-state") == ["shared"]
    assert len(world.verifier.reports[0].credentials) == 1


@pytest.mark.covers("openid4vp-1.0", "6.4.2")
def test_what_is_not_needed_is_not_given_by_itself(world):
    browser = holder_of_one(world)
    optional = {**copy.deepcopy(ANY_BADGE), "id": "extra"}
    sets = {"credential_sets": [{"options": [["badge"]]}, {"options": [["extra"]], "required": False}]}
    request_id = open_request(browser, world.verifier.request(ANY_BADGE, optional, query=sets))
    assert "Demandé, mais pas obligatoire" in browser.page.text
    browser.submit(f"/present/{request_id}/accept", **{"choice-badge": browser.badge})
    assert set(json.loads(world.verifier.forms[0]["vp_token"])) == {"badge"}


def test_a_hidden_badge_is_not_proposed(world):
    browser = holder_of_one(world)
    browser.submit(f"/passport/{browser.badge}/hide", hidden="true")
    request_id = open_request(browser, world.verifier.request())
    assert "Vous n’avez pas de badge qui réponde" in browser.page.text
    browser.submit(f"/present/{request_id}/accept", **{"choice-badge": browser.badge})
    assert browser.data("error") == ["nothing_matches"]
    assert not world.verifier.forms


def test_a_badge_that_does_not_answer_cannot_be_slipped_in(world):
    browser = holder_of_one(world)
    other = SimulatedIssuer("https://other.example", clock=world.clock, badge_name="Cuisine")
    world.network.services.append(other)
    cooking = browser.receive(other.offer())
    drone = {
        **copy.deepcopy(ANY_BADGE),
        "claims": [{"path": ["issuer", "id"], "values": ["did:web:node.example"]}],
    }
    request_id = open_request(browser, world.verifier.request(drone))
    browser.submit(f"/present/{request_id}/accept", **{"choice-badge": cooking})
    assert browser.data("error") == ["choice_unknown"]
    assert not world.verifier.forms


@pytest.mark.parametrize("after", [False, True])
def test_a_cut_while_answering_can_be_mended_and_is_logged_as_perhaps_received(stored, after):
    world, browser = stored, holder_of_one(stored)
    request_id = open_request(browser, world.verifier.request())
    world.network.cut("/responses/", after=after)
    page = browser.submit(f"/present/{request_id}/accept", **{"choice-badge": browser.badge})
    assert page.status_code == 503
    assert browser.data("error") == ["verifier_unreachable"]
    assert "a pu recevoir la réponse" in browser.open("/log").text
    browser.submit(f"/present/{request_id}/accept", **{"choice-badge": browser.badge})
    # the verifier spends its nonce once
    assert browser.data("request-state") == ["failed" if after else "shared"]
    assert len(world.verifier.reports) == 1
    with world.service.database.session() as session:
        assert len(session.exec(select(Disclosure)).all()) == 1


def test_an_answer_that_is_refused_is_told_and_logged(world):
    world.verifier.refuse = True
    browser = holder_of_one(world)
    request_id = open_request(browser, world.verifier.request())
    browser.submit(f"/present/{request_id}/accept", **{"choice-badge": browser.badge})
    assert browser.data("request-state") == ["failed"]
    assert "mais a pu la voir" in browser.open("/log").text


def test_a_request_is_answered_once(stored):
    world, browser = stored, holder_of_one(stored)
    request_id = open_request(browser, world.verifier.request())
    for _ in range(2):
        browser.submit(f"/present/{request_id}/accept", **{"choice-badge": browser.badge})
        assert browser.data("request-state") == ["shared"]
    assert len(world.verifier.forms) == 1


def test_a_request_ends_when_it_says_so(world):
    browser = holder_of_one(world)
    request_id = open_request(browser, world.verifier.request(minutes=5))
    world.clock.move(minutes=5)
    browser.submit(f"/present/{request_id}/accept", **{"choice-badge": browser.badge})
    assert browser.data("request-state") == ["expired"]
    assert not world.verifier.forms
    browser.open(f"/present?{world.verifier.request(minutes=-1)}")
    assert browser.data("error") == ["request_expired"]


@pytest.mark.attack("G13")
def test_two_requests_at_once_are_each_answered_to_their_own_verifier(world):
    other = SimulatedVerifier(
        "https://second.example", clock=world.clock, fetcher=world.network, name="Fonderie"
    )
    world.network.services.append(other)
    browser = holder_of_one(world)
    first = open_request(browser, world.verifier.request())
    second = open_request(browser, other.request())
    browser.submit(f"/present/{first}/accept", **{"choice-badge": browser.badge})
    assert [report.outcome for report in world.verifier.reports] == ["valid"]
    assert other.forms == []
    browser.submit(f"/present/{second}/accept", **{"choice-badge": browser.badge})
    assert [report.outcome for report in other.reports] == ["valid"]
    assert len(world.verifier.forms) == 1


@pytest.mark.covers("openid4vp-1.0", "5.9.1", "14.10")
@pytest.mark.attack("G8")
def test_a_request_object_of_another_client_is_refused(world):
    """A link that names one verifier and leads to another's request."""
    other = SimulatedVerifier("https://second.example", clock=world.clock, fetcher=world.network)
    world.network.services.append(other)
    browser = holder_of_one(world)
    theirs = parse_qs(other.request())["request_uri"][0]
    mixed = urlencode({"client_id": world.verifier.client_id, "request_uri": theirs})
    page = browser.open(f"/present?{mixed}")
    assert (page.status_code, browser.data("error")) == (422, ["request_not_theirs"])
    assert browser.open(f"/present?{other.request()}").status_code == 200


@pytest.mark.covers("openid4vp-1.0", "14.4")
@pytest.mark.attack("G8")
def test_an_answer_goes_only_where_the_client_lives(world):
    world.verifier.response_base = "https://thief.example"
    browser = holder_of_one(world)
    browser.open(f"/present?{world.verifier.request()}")
    assert browser.data("error") == ["request_not_theirs"]
    assert not world.network.asked("thief.example")


@pytest.mark.attack("G8")
def test_no_domain_is_said_to_have_signed_what_a_key_without_a_domain_did(world):
    """Anybody can make a did:key and name anybody's address: the page must not say that they signed."""
    key = PrivateKey.generate(KeyType.ED25519)
    request = AuthorizationRequest(
        client_id=f"decentralized_identifier:{did_key(key.public_key)}",
        response_uri="https://employer.example/responses/x",
        nonce="n",
        dcql_query=DcqlQuery.parse({"credentials": [ANY_BADGE]}),
    )
    jwt = sign_request_object(
        request,
        signer=KeySigner(key, did_key_method_id(key.public_key)),
        now=world.clock(),
        expires=world.clock() + timedelta(minutes=5),
    )
    browser = holder_of_one(world)
    page = browser.open(f"/present?{urlencode({'client_id': request.client_id, 'request': jwt})}")
    assert "est signée par" not in page.text
    assert "Cette demande n’est pas signée" in page.text
    assert "est signée par employer.example" in browser.open(f"/present?{world.verifier.request()}").text


@pytest.mark.covers("openid4vp-1.0", "5")
@pytest.mark.attack("G8")
def test_a_request_that_nobody_signed_is_refused_unless_the_setting_says_so(tmp_path):
    for allowed in (False, True):
        world = World(f"sqlite:///{tmp_path / f'{allowed}.db'}", options={"allow_unsigned_requests": allowed})
        browser = holder_of_one(world)
        page = browser.open(f"/present?{world.verifier.unsigned_request()}")
        if allowed:
            assert "Cette demande n’est pas signée" in page.text
            request_id = browser.data("request-id")[0]
            browser.submit(f"/present/{request_id}/accept", **{"choice-badge": browser.badge})
            assert world.verifier.reports[0].outcome == "valid"
        else:
            assert browser.data("error") == ["request_unsigned"]
        world.close()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"client_id": "did:web:employer.example"}, "request_unsupported"),
        ({"client_id": "redirect_uri:https://employer.example/responses/x"}, "request_unsupported"),
        ({"client_id": "origin:https://employer.example"}, "request_unsupported"),
        ({"request_uri": "https://employer.example/requests/none"}, "request_gone"),
        ({"request_uri": "https://nobody.example/requests/1"}, "request_unreachable"),
        ({"request_uri": "http://employer.example/requests/1"}, "request_unreadable"),
        ({"client_id": ""}, "request_unreadable"),
    ],
)
@pytest.mark.attack("G8")
def test_a_bent_link_is_refused(world, change, error):
    link = {name: values[0] for name, values in parse_qs(world.verifier.request()).items()}
    browser = world.browser()
    browser.open(f"/present?{urlencode(link | change)}")
    assert browser.data("error") == [error]
    assert browser.open(f"/present?{urlencode(link)}").status_code == 200


@pytest.mark.covers("openid4vp-1.0", "5.10", "5.10.1")
def test_a_request_fetched_by_post_echoes_our_nonce(world):
    browser = holder_of_one(world)
    request_id = open_request(browser, world.verifier.request(method="post"))
    (asked,) = world.network.asked("/requests/")
    assert asked.method == "POST"
    assert parse_qs(asked.content.decode())["wallet_nonce"]
    browser.submit(f"/present/{request_id}/accept", **{"choice-badge": browser.badge})
    assert world.verifier.reports[0].outcome == "valid"


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "openid4vp://x", "data:text/html,x", "http://employer.example/", 7]
)
@pytest.mark.attack("G9")
def test_only_an_address_of_the_web_is_opened_afterwards(world, address):
    world.verifier.redirect_uri = address
    browser = holder_of_one(world)
    request_id = open_request(browser, world.verifier.request())
    browser.submit(f"/present/{request_id}/accept", **{"choice-badge": browser.badge})
    assert browser.data("request-state") == ["shared"]
    assert browser.data("redirect-uri") == []
    assert f'href="{address}"' not in browser.page.text


@pytest.mark.attack("G9", "H6")
def test_a_request_exists_in_the_browser_that_opened_it_alone(world):
    browser, stranger = holder_of_one(world), world.browser()
    stranger.sign_up()
    request_id = open_request(browser, world.verifier.request())
    assert stranger.open(f"/present/{request_id}").status_code == 404
    assert stranger.submit(f"/present/{request_id}/accept").status_code == 404
    assert stranger.submit(f"/present/{request_id}/decline").status_code == 404
    assert browser.open(f"/present/{request_id}").status_code == 200
    with world.service.database.session() as session:
        assert session.exec(select(ReceivedRequest)).one().state == "open"


def visitor_of(world):
    """Whoever opened the one request that there is."""
    with world.service.database.session() as session:
        row = session.exec(select(ReceivedRequest)).one()
        passport_id = session.exec(
            select(BrowserSession.passport_id).where(BrowserSession.id == row.session_id)
        ).one()
    return Visitor(row.session_id, passport_id)


class CrashError(Exception):
    """The process ends here."""


def test_a_crash_while_answering_leaves_a_request_that_can_be_answered(stored):
    world, browser = stored, holder_of_one(stored)
    request_id = open_request(browser, world.verifier.request())
    answer = world.verifier.answer

    def crash(asked):
        if "/responses/" in asked.url:
            raise CrashError
        return answer(asked)

    world.verifier.answer = crash
    assert (
        browser.submit(f"/present/{request_id}/accept", **{"choice-badge": browser.badge}).status_code == 500
    )
    world.verifier.answer = answer
    # nobody knows yet whether the first one is still at it
    with pytest.raises(PresentingError) as caught:
        presenting.present(
            world.service,
            visitor_of(world),
            request_id,
            {"badge": [browser.badge]},
            seen={"badge": [browser.badge]},
            wait_seconds=0.2,
        )
    assert (caught.value.code, caught.value.again) == ("request_busy", True)
    world.clock.move(seconds=61)
    browser.submit(f"/present/{request_id}/accept", **{"choice-badge": browser.badge})
    assert browser.data("request-state") == ["shared"]
    assert len(world.verifier.reports) == 1


def test_32_parallel_answers_send_one(stored):
    world, browser = stored, holder_of_one(stored)
    request_id = open_request(browser, world.verifier.request())
    visitor = visitor_of(world)

    def answer(_):
        shown = {"badge": [browser.badge]}
        return presenting.present(world.service, visitor, request_id, shown, seen=shown).state

    with ThreadPoolExecutor(32) as pool:
        assert list(pool.map(answer, range(32))) == ["shared"] * 32
    assert len(world.verifier.forms) == 1


@pytest.mark.parametrize("cut", [False, True])
def test_a_second_tap_waits_and_comes_to_the_same(world, cut):
    browser = holder_of_one(world)
    request_id = open_request(browser, world.verifier.request())
    second = world.browser()
    second.client.cookies, second.copies = browser.client.cookies, browser.copies
    sending, go_on, answer = threading.Event(), threading.Event(), world.verifier.answer

    def answer_slowly(asked):
        if "/responses/" in asked.url:
            sending.set()
            assert go_on.wait(10)
            if cut:
                raise FetchError("cut")
        return answer(asked)

    world.verifier.answer = answer_slowly

    def accept(whose):
        return whose.submit(f"/present/{request_id}/accept", follow=False, **{"choice-badge": browser.badge})

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(accept, browser)
        assert sending.wait(10)
        other = pool.submit(accept, second)
        time.sleep(0.3)
        assert not other.done()
        go_on.set()
        answers = [first.result(10), other.result(10)]
    if cut:
        assert [each.status_code for each in answers] == [503, 503]
        assert second.data("error") == ["verifier_unreachable"]
    else:
        assert [each.status_code for each in answers] == [303, 303]
        assert {each.headers["location"] for each in answers} == {f"/present/{request_id}"}
        assert len(world.verifier.forms) == 1


def test_a_second_tab_and_the_link_opened_again_lead_to_the_answered_request(stored):
    world, browser = stored, holder_of_one(stored)
    link = world.verifier.request()
    request_id = open_request(browser, link)
    # the second tab, before anything is answered
    assert open_request(browser, link) == request_id
    for _ in range(2):
        browser.submit(f"/present/{request_id}/accept", **{"choice-badge": browser.badge})
        assert (browser.page.status_code, browser.data("request-state")) == (200, ["shared"])
    # the verifier does not give the request out any more
    assert open_request(browser, link) == request_id
    assert browser.data("request-state") == ["shared"]
    assert len(world.verifier.forms) == 1
    # the twins: another request is another one, and another browser has answered nothing
    assert open_request(browser, world.verifier.request()) != request_id
    stranger = world.browser()
    stranger.open(f"/present?{link}")
    assert stranger.data("error") == ["request_gone"]


def test_a_request_that_is_still_given_out_after_its_answer_is_not_asked_again(world):
    browser = holder_of_one(world)
    link = world.verifier.request()
    request_id = open_request(browser, link)
    browser.submit(f"/present/{request_id}/accept", **{"choice-badge": browser.badge})
    for pending in world.verifier._pending.values():
        pending.answered = False
    assert open_request(browser, link) == request_id
    assert browser.data("request-state") == ["shared"]


def test_a_declined_request_is_told_to_be_so_when_its_link_is_opened_again(world):
    browser = world.browser()
    link = world.verifier.request()
    request_id = open_request(browser, link)
    browser.submit(f"/present/{request_id}/decline")
    assert open_request(browser, link) == request_id
    assert browser.data("request-state") == ["declined"]
