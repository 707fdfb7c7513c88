"""What a wallet posts, and what comes of it: once, for this verifier, for this request, for this browser."""

from __future__ import annotations

import copy
import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import pytest
from sqlmodel import select

from credentials.open_badges import Kind
from tests.unit.credentials.conftest import did_of
from tests.unit.verifier.conftest import BASE, open_place, query_of
from tests.unit.verifier.scenes import SCENES, drone, signed
from verifier.main import create_app
from verifier.models import PresentationRequest
from verifier.results import purge

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from contexts import ContextStore
    from tests.unit.verifier.conftest import Asking, Browser, Place


def result_of(browser: Browser, asking: Asking) -> dict[str, Any]:
    answer = browser.client.get(f"/results/{asking.id}/report.json")
    assert answer.status_code == 200, answer.text
    return answer.json()


def refusal(answer: httpx.Response) -> tuple[int, str, str]:
    body = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, body["error"], body["code"]


@pytest.mark.covers("openid4vp-1.0", "8.1", "8.2", "14.11")
def test_a_badge_is_asked_for_presented_and_read(place_on_either: Place):
    place = place_on_either
    with place.browser() as browser, place.wallet() as wallet:
        asking = browser.ask("kind", kind="experience")
        answer = wallet.answer(asking.link(), signed(place.world))
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        redirect_uri = answer.json()["redirect_uri"]
        assert redirect_uri.startswith(f"{BASE}/results/{asking.id}?response_code=")
        assert len(query_of(redirect_uri)["response_code"]) >= 43
        assert browser.status(asking) == {
            "status": "answered",
            "seconds_left": 300,
            "result": f"/results/{asking.id}",
        }
        assert browser.client.get(f"/requests/{asking.id}").headers["location"] == f"/results/{asking.id}"
        page = browser.client.get(f"/results/{asking.id}")
        report = result_of(browser, asking)
    assert 'data-verdict="valid"' in page.text
    assert "Il ne s’ouvre que dans ce navigateur" in page.text
    assert "handed_in" not in page.text
    assert page.headers["cache-control"] == "no-store"
    assert report["outcome"] == "valid"
    assert {check["name"] for check in report["checks"]} >= {
        "vp_token",
        "proof",
        "holder_key",
        "holder_binding",
        "query",
    }


@pytest.mark.covers("openid4vp-1.0", "14.2")
@pytest.mark.attack("G6", "J4")
def test_a_nonce_is_spent_once_by_32_answers_at_a_time(place_on_either: Place):
    place = place_on_either
    with place.browser() as browser, place.wallet() as wallet, ThreadPoolExecutor(32) as pool:
        asking = browser.ask()
        request = wallet.open(asking.link())
        token = {"badge": [wallet.present(request, signed(place.world))]}
        answers = list(pool.map(lambda _: wallet.post(request, token), range(32)))
        codes = sorted(answer.status_code for answer in answers)
        refused = {refusal(answer) for answer in answers if answer.status_code != 200}
        assert result_of(browser, asking)["outcome"] == "valid"
    assert codes == [200] + [400] * 31
    assert refused == {(400, "invalid_request", "already_answered")}


@pytest.mark.covers("openid4vp-1.0", "14.2")
@pytest.mark.attack("G6")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"challenge": "another-nonce"}, "challenge_mismatch"),
        ({"domain": "did:web:verifier.example"}, "domain_mismatch"),
        ({"domain": "https://verifier.example"}, "domain_mismatch"),
    ],
)
def test_a_presentation_for_another_request_is_refused_and_said_so(
    place: Place, changes: dict[str, str], code: str
):
    with place.browser() as browser, place.wallet() as wallet:
        asking = browser.ask()
        assert refusal(wallet.answer(asking.link(), signed(place.world), **changes)) == (
            400,
            "invalid_request",
            code,
        )
        assert result_of(browser, asking)["outcome"] == "invalid"
        page = browser.client.get(f"/results/{asking.id}").text
        assert f'data-reason="{code}"' in page
        assert 'data-verdict="invalid"' in page
        assert wallet.answer(browser.ask().link(), signed(place.world)).status_code == 200


@pytest.mark.covers("openid4vp-1.0", "14.2")
@pytest.mark.attack("G6")
@pytest.mark.parametrize("member", ["challenge", "domain"])
def test_a_presentation_bound_to_nothing_is_refused(place: Place, member: str):
    with place.browser() as browser, place.wallet() as wallet:
        asking = browser.ask()
        request = wallet.open(asking.link())
        presentation = wallet.present(request, signed(place.world))
        del presentation["proof"][member]
        assert refusal(wallet.post(request, {"badge": [presentation]}))[2] == f"{member}_mismatch"
        assert result_of(browser, asking)["outcome"] == "invalid"


@pytest.mark.covers("openid4vp-1.0", "14.2")
@pytest.mark.attack("G6")
def test_an_answer_cannot_be_used_for_a_second_request(place: Place):
    with place.browser() as browser, place.wallet() as wallet:
        first, second = browser.ask(), browser.ask()
        request, other = wallet.open(first.link()), wallet.open(second.link())
        token = {"badge": [wallet.present(request, signed(place.world))]}
        assert wallet.post(request, token).status_code == 200
        assert refusal(wallet.post(request, token))[2] == "already_answered"
        assert refusal(wallet.post(other, token))[2] == "challenge_mismatch"
        assert result_of(browser, first)["outcome"] == "valid"


@pytest.mark.covers("openid4vp-1.0", "14.2")
@pytest.mark.attack("G7")
def test_a_presentation_for_one_verifier_is_refused_by_another(
    place: Place, contexts: ContextStore, tmp_path: Path
):
    other = open_place(
        contexts, f"sqlite:///{tmp_path / 'other.db'}", place.world, base_url="https://other.example"
    )
    with (
        place.browser() as browser,
        place.wallet() as wallet,
        other.browser() as theirs,
        other.wallet() as their_wallet,
    ):
        mine = wallet.open(browser.ask().link())
        asking = theirs.ask()
        request = their_wallet.open(asking.link())
        relayed = wallet.present(mine, signed(place.world), challenge=request.nonce)
        assert refusal(their_wallet.post(request, {"badge": [relayed]}))[2] == "domain_mismatch"
        assert result_of(theirs, asking)["outcome"] == "invalid"
        assert their_wallet.answer(theirs.ask().link(), signed(place.world)).status_code == 200
    other.app.state.database.dispose()


@pytest.mark.covers("openid4vp-1.0", "8.2", "13", "14.3")
@pytest.mark.attack("G9")
def test_answered_on_this_device_the_result_waits_for_the_response_code(place: Place):
    with place.browser() as browser, place.browser() as victim, place.wallet() as wallet:
        asking = browser.ask()
        answer = wallet.answer(asking.link("data-request-link-here"), signed(place.world))
        path = answer.json()["redirect_uri"].removeprefix(BASE)
        # without the code, even the browser that asked sees nothing
        assert browser.status(asking) == {"status": "elsewhere", "seconds_left": 300, "result": None}
        assert browser.client.get(f"/results/{asking.id}").status_code == 403
        assert browser.client.get(f"/results/{asking.id}/report.json").status_code == 403
        # with a wrong one neither
        assert browser.client.get(f"/results/{asking.id}?response_code=AAAA").status_code == 403
        # the code in another browser shows nothing, and is not spent
        sent = victim.client.get(path)
        assert sent.status_code == 403
        assert "C’est envoyé" in sent.text
        assert "drone" not in sent.text
        # the code in the browser that asked
        assert browser.client.get(path).headers["location"] == f"/results/{asking.id}"
        assert 'data-verdict="valid"' in browser.client.get(f"/results/{asking.id}").text
        assert browser.status(asking)["result"] == f"/results/{asking.id}"
        # once
        assert browser.client.get(path).status_code == 403


@pytest.mark.covers("openid4vp-1.0", "8.2", "13", "14.3")
@pytest.mark.attack("G9")
def test_a_response_code_opens_its_own_result_only(place: Place):
    with place.browser() as browser, place.wallet() as wallet:
        first, second = browser.ask(), browser.ask()
        answers = [
            wallet.answer(each.link("data-request-link-here"), signed(place.world))
            for each in (first, second)
        ]
        codes = [query_of(answer.json()["redirect_uri"])["response_code"] for answer in answers]
        assert browser.client.get(f"/results/{first.id}?response_code={codes[1]}").status_code == 403
        assert browser.client.get(f"/results/{first.id}?response_code={codes[0]}").status_code == 303


@pytest.mark.covers("openid4vp-1.0", "8.6")
@pytest.mark.attack("G10")
def test_extras_are_dropped_unread(place: Place):
    with place.browser() as browser, place.wallet() as wallet:
        asking = browser.ask()
        request = wallet.open(asking.link())
        token = {
            "badge": [wallet.present(request, signed(place.world))],
            "canary": [{"secret": "CANARY-1"}],
            "more": "CANARY-2",
        }
        assert wallet.post(request, token, presentation_submission='{"CANARY": 3}').status_code == 200
        assert result_of(browser, asking)["outcome"] == "valid"
        assert "CANARY" not in browser.client.get(f"/results/{asking.id}").text


@pytest.mark.covers("openid4vp-1.0", "8.6")
@pytest.mark.attack("G10")
def test_another_badge_than_the_one_asked_for_is_refused(place: Place):
    with place.browser() as browser, place.wallet() as wallet:
        asking = browser.ask("kind", kind="skill")
        wrong = signed(place.world, achievement=drone(kind=Kind.EXPERIENCE))
        assert refusal(wallet.answer(asking.link(), wrong))[2] == "answer_claims"
        page = browser.client.get(f"/results/{asking.id}").text
        assert 'data-step="query"' not in page
        assert "Ce n’est pas le badge demandé" in page
        assert 'data-verdict="invalid"' in page
        right = signed(place.world, achievement=drone(kind=Kind.SKILL))
        assert wallet.answer(browser.ask("kind", kind="skill").link(), right).status_code == 200


@pytest.mark.covers("openid4vp-1.0", "8.6")
@pytest.mark.attack("G10")
def test_more_badges_than_asked_for_are_refused(place: Place):
    with place.browser() as browser, place.wallet() as wallet:
        two = (signed(place.world), signed(place.world, credential_id="urn:uuid:2"))
        asking = browser.ask()
        assert refusal(wallet.answer(asking.link(), *two))[2] == "answer_too_many"
        assert result_of(browser, asking)["outcome"] == "invalid"


@pytest.mark.attack("G10")
@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("", "vp_token_missing"),
        ("eyJ0eXAiOiJKV1QifQ", "vp_token_shape"),
        ("[]", "vp_token_shape"),
        ("{}", "vp_token_shape"),
        ('{"badge": []}', "vp_token_shape"),
        ('{"badge": {}}', "vp_token_shape"),
        ('{"other": [{}]}', "vp_token_shape"),
        ('{"badge": [{}], "badge": [{}]}', "duplicate_member"),
        ('{"badge": [NaN]}', "json_syntax"),
    ],
)
def test_an_answer_that_cannot_be_read_leaves_the_request_open(place: Place, token: str, code: str):
    with place.browser() as browser, place.wallet() as wallet:
        asking = browser.ask()
        request = wallet.open(asking.link())
        status, error, found = refusal(wallet.post(request, token))
        assert (status, error) == (400, "invalid_request")
        assert found == code
        assert browser.status(asking)["status"] == "opened"
        assert (
            wallet.post(request, {"badge": [wallet.present(request, signed(place.world))]}).status_code == 200
        )


@pytest.mark.attack("G11")
def test_a_stolen_badge_is_worth_nothing_in_other_hands(place: Place):
    with place.browser() as browser, place.wallet() as wallet:
        asking = browser.ask()
        thief = place.world.stranger
        stolen = wallet.answer(asking.link(), signed(place.world), signer=thief, holder=did_of(thief))
        assert refusal(stolen)[2] == "holder_mismatch"
        page = browser.client.get(f"/results/{asking.id}").text
        assert 'data-verdict="invalid"' in page
        assert "appartient à une autre personne" in page
        lying = wallet.answer(browser.ask().link(), signed(place.world), signer=thief)
        assert refusal(lying)[2] == "issuer_mismatch"
        assert wallet.answer(browser.ask().link(), signed(place.world)).status_code == 200


@pytest.mark.covers("openid4vp-1.0", "5.2", "14.2")
@pytest.mark.attack("G13")
def test_the_state_and_nonce_of_another_way_are_refused(place: Place):
    with place.browser() as browser, place.wallet() as wallet:
        asking = browser.ask()
        far, near = wallet.open(asking.link()), wallet.open(asking.link("data-request-link-here"))
        token = {"badge": [wallet.present(far, signed(place.world))]}
        for state in (near.state, "", None, far.state + "x"):
            assert refusal(wallet.post(far, token, state=state))[2] == "state_mismatch"
        assert browser.status(asking)["status"] == "opened"
        assert refusal(wallet.post(near, token))[2] == "challenge_mismatch"
        assert refusal(wallet.post(far, token))[2] == "already_answered"


def test_an_answer_to_nothing_or_too_late_is_refused(place: Place):
    with place.browser() as browser, place.wallet() as wallet:
        asking = browser.ask()
        request = wallet.open(asking.link())
        token = {"badge": [wallet.present(request, signed(place.world))]}
        nowhere = wallet.client.post("/openid4vp/responses/AAAA", data={"vp_token": "{}", "state": "x"})
        assert refusal(nowhere)[2] == "unknown_request"
        place.clock.pass_(minutes=5)
        assert refusal(wallet.post(request, token))[2] == "request_ended"
        assert browser.status(asking)["status"] == "expired"


@pytest.mark.covers("openid4vp-1.0", "8.2")
def test_an_answer_is_a_form_with_each_parameter_once(place: Place):
    with place.browser() as browser, place.wallet() as wallet:
        request = wallet.open(browser.ask().link())
        vp_token = json.dumps({"badge": [wallet.present(request, signed(place.world))]}, ensure_ascii=False)
        form = {"vp_token": vp_token, "state": request.state}
        where = urlsplit(request.response_uri).path
        sent_as = {"Content-Type": "application/x-www-form-urlencoded"}
        twice, broken = urlencode([*form.items(), ("state", request.state)]), urlencode(form) + "&error=%FF"
        for refused in (
            wallet.client.post(where, json=form),
            wallet.client.post(where, files={name: (None, value) for name, value in form.items()}),
            wallet.client.post(where, content=twice, headers=sent_as),
            wallet.client.post(where, content=broken, headers=sent_as),
        ):
            assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
        # a sign that was escaped twice stays escaped, and what is escaped without need is read
        odd = urlencode(form | {"other": "%22"}).replace("badge", "%62adge").replace("%7B", "%7b")
        assert wallet.client.post(where, content=odd, headers=sent_as).status_code == 200


@pytest.mark.covers("openid4vp-1.0", "8.5")
def test_a_learner_may_say_no(place_on_either: Place):
    place = place_on_either
    with place.browser() as browser, place.wallet() as wallet:
        asking = browser.ask()
        request = wallet.open(asking.link())
        answer = wallet.post(request, None, error="access_denied")
        assert answer.json() == {"redirect_uri": f"{BASE}/declined"}
        assert browser.status(asking)["status"] == "declined"
        assert 'data-request-status="declined"' in browser.client.get(f"/requests/{asking.id}").text
        assert browser.client.get(f"/results/{asking.id}").status_code == 303
        assert refusal(wallet.post(request, {"badge": [{}]}))[2] == "already_answered"
        assert "Rien n’a été envoyé" in wallet.client.get("/declined").text


@pytest.mark.parametrize("name", ["revoked", "expired", "unreachable"])
def test_a_badge_that_no_longer_holds_is_no_fault_of_the_answer(place: Place, name: str):
    scene = SCENES[name]
    with place.browser() as browser, place.wallet() as wallet:
        asking = browser.ask()
        assert wallet.answer(asking.link(), scene.make(place.world)).status_code == 200
        assert result_of(browser, asking)["outcome"] == scene.outcome
        assert f'data-verdict="{scene.verdict}"' in browser.client.get(f"/results/{asking.id}").text


@pytest.mark.attack("A12")
def test_a_badly_signed_presentation_spoils_a_good_badge(place: Place):
    with place.browser() as browser, place.wallet() as wallet:
        asking = browser.ask()
        request = wallet.open(asking.link())
        presentation = wallet.present(request, signed(place.world))
        presentation["proof"]["created"] = "2026-11-24T09:29:58Z"
        assert refusal(wallet.post(request, {"badge": [presentation]}))[2] == "invalid_signature"
        page = browser.client.get(f"/results/{asking.id}").text
        assert 'data-verdict="invalid"' in page
        assert 'data-verdict="valid"' not in page


@pytest.mark.covers("openid4vp-1.0", "14.3")
@pytest.mark.attack("H6")
def test_another_browser_sees_nothing_of_a_request_or_its_result(place: Place):
    with (
        place.browser() as browser,
        place.browser() as other,
        place.browser() as fresh,
        place.wallet() as wallet,
    ):
        asking = browser.ask()
        other.ask()
        paths = [f"/requests/{asking.id}", f"/requests/{asking.id}/status", f"/results/{asking.id}"]
        paths.append(f"/results/{asking.id}/report.json")
        for answered in (False, True):
            if answered:
                assert wallet.answer(asking.link(), signed(place.world)).status_code == 200
            for path in paths:
                for foreign in (other, fresh):
                    answer = foreign.client.get(path)
                    assert answer.status_code == 404, path
                    assert "drone" not in answer.text
        for path in paths[1:]:
            assert browser.client.get(path).status_code == 200


@pytest.mark.covers("openid4vp-1.0", "14.3")
@pytest.mark.attack("H6")
def test_a_forged_cookie_is_no_session(place: Place):
    with place.browser() as browser, place.browser() as other:
        asking = browser.ask()
        (name, value) = next((n, v) for n, v in browser.client.cookies.items() if n.endswith("session"))
        session, _, signature = value.rpartition(".")
        # its first letter: the last one holds bits that no signature has
        other_signature = ("A" if signature[0] != "A" else "B") + signature[1:]
        for forged in (session, f"{session}.{other_signature}", value + "x"):
            other.client.cookies.set(name, forged, domain="verifier.example")
            assert other.client.get(f"/requests/{asking.id}").status_code == 404


@pytest.mark.attack("H13")
def test_nothing_secret_is_logged(place: Place, capsys: pytest.CaptureFixture[str]):
    with place.browser() as browser, place.wallet() as wallet:
        asking = browser.ask()
        request = wallet.open(asking.link("data-request-link-here"))
        answer = wallet.post(request, {"badge": [wallet.present(request, signed(place.world))]})
        code = query_of(answer.json()["redirect_uri"])["response_code"]
        browser.client.get(f"/results/{asking.id}?response_code={code}")
        session = browser.client.cookies["__Host-passeur_session"]
    logged = "".join(capsys.readouterr())
    assert "/openid4vp/responses/{invitation_id}" in logged
    for secret in (request.nonce, request.state, code, session, place.world.holder_id, "Pilotage", asking.id):
        assert secret not in logged


def test_a_result_is_sealed_and_goes_after_a_day(place_on_either: Place):
    place = place_on_either
    database = place.app.state.database
    with place.browser() as browser, place.wallet() as wallet:
        asking = browser.ask()
        wallet.answer(asking.link(), signed(place.world))
        with database.session() as session:
            row = session.exec(select(PresentationRequest)).one()
        assert row.sealed_result is not None
        assert b"drone" not in row.sealed_result
        assert b"Mission" not in row.sealed_result
        place.clock.pass_(hours=23, minutes=59)
        assert browser.client.get(f"/results/{asking.id}").status_code == 200
        place.clock.pass_(minutes=1)
        assert browser.client.get(f"/results/{asking.id}").status_code == 404
        browser.ask()  # whoever asks next sweeps
        with database.session() as session:
            assert session.get(PresentationRequest, asking.id) is None
            assert len(session.exec(select(PresentationRequest)).all()) == 1
        with database.write() as session:
            purge(session, place.clock())
            assert len(session.exec(select(PresentationRequest)).all()) == 1


def test_what_has_had_its_time_goes_when_the_service_starts(place_on_either: Place):
    place = place_on_either
    with place.browser() as browser, place.wallet() as wallet:
        asking = browser.ask()
        wallet.answer(asking.link(), signed(place.world))
    for passed, left in (({"hours": 23}, 1), ({"hours": 1}, 0)):
        place.clock.pass_(**passed)
        again = create_app(place.settings, fetcher=place.world.served, clock=place.clock)
        with again.state.database.session() as session:
            assert len(session.exec(select(PresentationRequest)).all()) == left
        again.state.database.dispose()


def test_a_sealed_result_opens_for_its_own_request_only(place: Place):
    database = place.app.state.database
    with place.browser() as browser, place.wallet() as wallet:
        first, second = browser.ask(), browser.ask()
        for asking in (first, second):
            wallet.answer(asking.link(), signed(place.world))
        with database.write() as session:
            rows = {each: session.get(PresentationRequest, each) for each in (first.id, second.id)}
            swapped = copy.copy(rows[first.id].sealed_result)
            rows[first.id].sealed_result, rows[second.id].sealed_result = (
                rows[second.id].sealed_result,
                swapped,
            )
        answer = browser.client.get(f"/results/{first.id}")
    assert answer.status_code == 404
    assert "drone" not in answer.text


def test_wallets_of_any_origin_may_post(place: Place):
    with place.browser() as browser, place.wallet() as wallet:
        request = wallet.open(browser.ask().link())
        wallet.client.headers["origin"] = "https://a-wallet.example"
        answer = wallet.post(request, {"badge": [wallet.present(request, signed(place.world))]})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert urlsplit(answer.json()["redirect_uri"]).netloc == "verifier.example"


def test_a_kept_result_says_when_it_was_checked(place: Place):
    with place.browser() as browser, place.wallet() as wallet:
        asked = browser.ask()
        wallet.answer(asked.link(), signed(place.world))
        checked = place.clock().isoformat()
        place.clock.pass_(hours=2)
        assert f'data-checked-at="{checked}"' in browser.client.get(f"/results/{asked.id}").text
