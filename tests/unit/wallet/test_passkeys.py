"""Passkeys: a passport made with one, opened with one; a challenge is used once, in the browser that asked for it."""

from __future__ import annotations

import pytest
from sqlmodel import select

from tests.simulators.authenticator import Authenticator
from tests.unit.wallet.conftest import BASE
from wallet.models import Passkey, Passport


def post(browser, path, content):
    return browser.client.post(path, json=content, headers={"accept": "application/json"})


def register(browser, device, path="/passkeys/register"):
    options = post(browser, "/passkeys/register/options", {}).json()
    return post(browser, path, {"credential": device.create(options)})


def sign_in(browser, device, path="/passkeys/signin"):
    options = post(browser, "/passkeys/signin/options", {}).json()
    return post(browser, path, {"credential": device.get(options)})


def test_a_passport_made_with_a_passkey_opens_with_it_elsewhere(stored):
    world, browser, device = stored, stored.browser(), Authenticator(BASE)
    answer = register(browser, device)
    assert answer.json() == {"redirect": "/account/recovery-code"}
    assert "data-recovery-code" in browser.submit("/account/recovery-code").text
    badge = browser.receive(world.issuer.offer())

    again = world.browser()
    assert sign_in(again, device).json() == {"redirect": "/passport"}
    assert badge in again.open("/passport").text


def test_signing_up_with_a_passkey_goes_on_to_the_badge_that_waits(world):
    browser, device = world.browser(), Authenticator(BASE)
    offer_id = browser.open_offer(world.issuer.offer())
    browser.submit("/receive/accept", offer_id=offer_id)
    answer = register(browser, device, f"/passkeys/register?next=/receive/{offer_id}")
    assert answer.json() == {"redirect": f"/account/recovery-code?next=%2Freceive%2F{offer_id}"}
    page = browser.submit("/account/recovery-code", next=f"/receive/{offer_id}")
    assert f'href="/receive/{offer_id}"' in page.text
    assert browser.submit("/receive/accept", offer_id=offer_id).url.path.startswith("/passport/")


def test_a_device_is_added_to_a_passport_and_taken_away(world):
    browser, device = world.browser(), Authenticator(BASE)
    browser.sign_up()
    assert register(browser, device).json() == {"redirect": "/account?changed=1"}
    browser.open("/account")
    (passkey_id,) = browser.data("passkey-id")
    assert sign_in(world.browser(), device).status_code == 200
    browser.submit(f"/account/passkeys/{passkey_id}/remove")
    assert sign_in(world.browser(), device).status_code == 400


def test_the_last_way_in_is_not_taken_away(world):
    browser, device = world.browser(), Authenticator(BASE)
    register(browser, device)
    browser.open("/account")
    (passkey_id,) = browser.data("passkey-id")
    browser.submit(f"/account/passkeys/{passkey_id}/remove")
    assert browser.data("error") == ["last_way_in"]
    browser.submit("/account/passphrase", new="cerise bateau nuage ferme")
    browser.submit(f"/account/passkeys/{passkey_id}/remove")
    assert browser.data("passkey-id") == []


@pytest.mark.attack("G9")
def test_a_challenge_is_used_once_soon_and_by_the_browser_that_asked(world):
    browser, device = world.browser(), Authenticator(BASE)
    register(browser, device)

    first = world.browser()
    options = post(first, "/passkeys/signin/options", {}).json()
    answer = {"credential": device.get(options)}
    second = world.browser()
    post(second, "/passkeys/signin/options", {})
    assert post(second, "/passkeys/signin", answer).json()["code"] == "passkey_invalid"
    assert post(first, "/passkeys/signin", answer).status_code == 200
    assert post(first, "/passkeys/signin", answer).status_code == 400

    late = world.browser()
    options = post(late, "/passkeys/signin/options", {}).json()
    world.clock.move(minutes=6)
    assert post(late, "/passkeys/signin", {"credential": device.get(options)}).status_code == 400


@pytest.mark.parametrize("origin", ["https://evil.example", "https://wallet.example.evil.example"])
def test_a_passkey_proved_elsewhere_opens_nothing(world, origin):
    browser, device = world.browser(), Authenticator(BASE)
    register(browser, device)
    device.origin = origin
    assert sign_in(world.browser(), device).status_code == 400
    device.origin = BASE
    assert sign_in(world.browser(), device).status_code == 200


@pytest.mark.parametrize(
    "content", [{}, {"credential": None}, {"credential": {"id": "x"}}, {"credential": []}]
)
def test_nonsense_opens_nothing(world, content):
    browser = world.browser()
    post(browser, "/passkeys/signin/options", {})
    assert post(browser, "/passkeys/signin", content).status_code == 400
    post(browser, "/passkeys/register/options", {})
    assert post(browser, "/passkeys/register", content).status_code == 400
    with world.service.database.session() as session:
        assert session.exec(select(Passport)).all() == []
        assert session.exec(select(Passkey)).all() == []


def test_another_site_cannot_use_the_browsers_cookies(world):
    browser = world.browser()
    browser.sign_up()
    for headers in ({"origin": "https://evil.example"}, {"origin": "null"}):
        answer = browser.client.post("/passkeys/register/options", json={}, headers=headers)
        assert answer.status_code == 403
    assert post(browser, "/passkeys/register/options", {}).status_code == 200
