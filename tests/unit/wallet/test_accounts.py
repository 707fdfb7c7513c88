"""Ways in and out of a passport: phrase, recovery code, sign-out; and what is said to somebody who guesses."""

from __future__ import annotations

import re

import pytest
from sqlmodel import select

from tests.unit.wallet.conftest import PASSPHRASE
from wallet.models import BrowserSession, HolderKeyRecord, Passport


def code_on(page):
    return re.search(r"data-recovery-code>([^<]+)<", page.text)[1]


def test_a_passport_needs_no_name_and_opens_again_with_its_number_and_phrase(stored):
    world, browser = stored, stored.browser()
    number = browser.sign_up()
    again = world.browser()
    page = again.submit(
        "/signin", number=f" {number.upper().replace('-', ' ')} ", passphrase="  Renard VIOLET sous la lune"
    )
    assert page.url.path == "/passport"


@pytest.mark.parametrize(
    ("phrase", "error"),
    [
        ("court", "passphrase_short"),
        ("aaaa aaaa aaaa aaaa", "passphrase_simple"),
        ("x" * 300, "passphrase_long"),
    ],
)
def test_a_phrase_that_is_soon_guessed_is_not_taken(world, phrase, error):
    browser = world.browser()
    page = browser.submit("/signup", passphrase=phrase)
    assert (page.status_code, browser.data("error")) == (422, [error])
    with world.service.database.session() as session:
        assert session.exec(select(Passport)).all() == []


@pytest.mark.attack("H11")
def test_an_unknown_number_and_a_wrong_phrase_get_the_same_answer(world):
    number = world.browser().sign_up()
    guesser = world.browser()
    bodies = []
    for tried in (number, "loup-nuage-0000"):
        page = guesser.submit("/signin", number=tried, passphrase="une autre phrase de passe")
        assert page.status_code == 403
        assert guesser.data("error") == ["sign_in_failed"]
        bodies.append(
            re.sub(r'name="csrf_token" value="[0-9a-f]+"|data-csrf="[^"]*"', "", page.text.replace(tried, ""))
        )
    assert bodies[0] == bodies[1]


def test_guessing_ends_after_ten_tries_also_for_numbers_that_do_not_exist(world):
    browser = world.browser()
    number = browser.sign_up()
    guesser = world.browser()
    for tried in (number, "loup-nuage-0000"):
        answers = [
            guesser.submit("/signin", number=tried, passphrase="faux et archi faux") for _ in range(11)
        ]
        assert [answer.status_code for answer in answers] == [403] * 10 + [429]
        assert guesser.data("error") == ["too_many_attempts"]
    world.clock.move(minutes=16)
    assert guesser.submit("/signin", number=number, passphrase=PASSPHRASE).url.path == "/passport"


def test_the_recovery_code_opens_once_and_is_replaced(stored):
    world, browser = stored, stored.browser()
    browser.sign_up()
    code = code_on(browser.page)
    assert len(re.sub("-", "", code)) == 28
    badge = browser.receive(world.issuer.offer())
    lost = world.browser()
    page = lost.submit(
        "/recover", code=code.lower().replace("-", " "), passphrase="cerise bateau nuage ferme"
    )
    assert page.status_code == 200
    assert code_on(page) != code
    assert badge in lost.open("/passport").text
    # the old phrase, the old code and the other browsers are out
    assert browser.open("/passport").url.path == "/signin"
    assert lost.submit("/recover", code=code, passphrase="cerise bateau nuage ferme").status_code == 422
    assert lost.data("error") == ["recovery_code_wrong"]


@pytest.mark.attack("G9")
def test_signing_in_gives_a_new_cookie_and_the_planted_one_is_worth_nothing(world):
    number = world.browser().sign_up()
    victim = world.browser()
    victim.open_offer(world.issuer.offer())
    planted = dict(victim.client.cookies)
    victim.submit("/signin", number=number, passphrase=PASSPHRASE)
    attacker = world.browser()
    for name, value in planted.items():
        attacker.client.cookies.set(name, value, domain="wallet.example")
    assert attacker.open("/passport").url.path == "/signin"
    assert victim.open("/passport").url.path == "/passport"


def test_signing_out_leaves_nothing_in_the_browser(world):
    browser = world.browser()
    browser.sign_up()
    offer_id = browser.open_offer(world.issuer.offer())
    answer = browser.submit("/signout", follow=False)
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    left = {name for name in browser.client.cookies if "browser" not in name and "lang" not in name}
    assert left == set()
    assert browser.open(f"/receive/{offer_id}").status_code == 404
    with world.service.database.session() as session:
        assert session.exec(select(BrowserSession)).all() == []


def test_changing_the_phrase_needs_the_old_one_and_signs_other_browsers_out(world):
    browser = world.browser()
    number = browser.sign_up()
    other = world.browser()
    other.submit("/signin", number=number, passphrase=PASSPHRASE)
    browser.submit("/account/passphrase", current="pas la bonne phrase", new="cerise bateau nuage ferme")
    assert browser.data("error") == ["passphrase_wrong"]
    browser.submit("/account/passphrase", current=PASSPHRASE, new="cerise bateau nuage ferme")
    assert "C’est changé." in browser.page.text
    assert other.open("/passport").url.path == "/signin"
    assert world.browser().submit("/signin", number=number, passphrase=PASSPHRASE).status_code == 403


def test_a_new_recovery_code_kills_the_old_one(world):
    browser = world.browser()
    browser.sign_up()
    old = code_on(browser.page)
    new = code_on(browser.submit("/account/recovery-code", current=PASSPHRASE))
    lost = world.browser()
    assert lost.submit("/recover", code=old, passphrase="cerise bateau nuage ferme").status_code == 422
    assert lost.submit("/recover", code=new, passphrase="cerise bateau nuage ferme").status_code == 200


def test_deleting_a_passport_deletes_everything_in_it(stored):
    world, browser = stored, stored.browser()
    browser.sign_up()
    badge = browser.receive(world.issuer.offer())
    browser.submit("/links", badge_ids=badge, label="X", until="2026-12-24")
    browser.open(f"/present?{world.verifier.request()}")
    request_id = browser.data("request-id")[0]
    browser.submit(f"/present/{request_id}/accept", **{"choice-badge": badge})
    browser.submit("/account/delete", current=PASSPHRASE)
    assert browser.data("error") == ["delete_not_sure"]
    browser.submit("/account/delete", current="pas la bonne phrase", sure="true")
    assert browser.data("error") == ["passphrase_wrong"]
    page = browser.submit("/account/delete", current=PASSPHRASE, sure="true")
    assert "Votre passeport est supprimé" in page.text
    with world.service.database.session() as session:
        for table in (
            "passports",
            "holder_keys",
            "held_credentials",
            "shares",
            "disclosures",
            "received_requests",
        ):
            count = session.connection().exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()
            assert count == 0, table


@pytest.mark.parametrize(
    "path", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x"]
)
def test_signing_in_goes_on_within_the_wallet_only(world, path):
    number = world.browser().sign_up()
    answer = world.browser().submit("/signin", follow=False, number=number, passphrase=PASSPHRASE, next=path)
    assert answer.headers["location"] == "/passport"
    answer = world.browser().submit(
        "/signin", follow=False, number=number, passphrase=PASSPHRASE, next="/links?x=1"
    )
    assert answer.headers["location"] == "/links?x=1"


@pytest.mark.parametrize(
    "phrase",
    [
        "renard   violet" + " " * 250 + "sous la lune",  # spaces are not counted
        "e\u0301" * 200 + " abcdef",  # two code points typed, one counted
        "a bcdef " + "x" * 248,  # exactly as long as it may be
    ],
)
def test_a_passphrase_that_was_taken_opens_the_passport(world, phrase):
    number = world.browser().sign_up(phrase)
    assert world.browser().submit("/signin", number=number, passphrase=phrase).url.path == "/passport"
    # the twin: what is longer, or otherwise, does not
    for wrong in (phrase + "y" * 250, phrase[:-1]):
        assert world.browser().submit("/signin", number=number, passphrase=wrong).status_code == 403


def test_each_passport_has_a_key_of_its_own(world):
    for _ in range(2):
        world.browser().sign_up()
    with world.service.database.session() as session:
        keys = session.exec(select(HolderKeyRecord)).all()
    assert len({key.did for key in keys}) == 2
