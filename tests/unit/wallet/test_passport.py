"""The passport and its pages: whose they are, what they hold, what can be taken away."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlmodel import select
from structlog.testing import capture_logs

from credentials.baking import unbake
from tests.unit.wallet.conftest import NOW
from wallet.models import HeldCredential
from wallet.routes import ROUTERS


def holder(world):
    browser = world.browser()
    browser.number = browser.sign_up()
    browser.badge = browser.receive(world.issuer.offer())
    return browser


def test_a_badge_is_shown_with_its_story_and_what_was_checked(world):
    browser = holder(world)
    page = browser.open(f"/passport/{browser.badge}").text
    for part in (
        "Elle a gardé son calme",
        "Garde son calme",
        "Un vol de dix minutes",
        "did:web:node.example"[8:],
    ):
        assert part in page
    assert "Le badge n’a pas été changé depuis sa signature." in page
    assert "La structure ne l’a pas retiré." in page
    assert browser.client.get(f"/passport/{browser.badge}/picture").headers["content-type"] == "image/png"


def test_checking_again_shows_a_revocation(world):
    browser = holder(world)
    world.issuer.revoked.add(0)
    browser.submit(f"/passport/{browser.badge}/check")
    assert browser.data("outcome")[0] == "invalid"
    assert "La structure l’a retiré ou suspendu." in browser.page.text
    assert "Le badge n’a pas été changé depuis sa signature." in browser.page.text
    assert 'data-outcome="invalid"' in browser.open("/passport").text


def end(world, how):
    if how == "expired":
        world.clock.move(days=2)
    else:
        world.issuer.revoked.add(0)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ("revoked", "La structure l’a retiré."),
        ("suspended", "La structure l’a suspendu"),
        ("expired", "Sa date de fin est passée."),
    ],
)
def test_whoever_opens_a_badge_learns_that_it_is_no_longer_valid_and_cannot_link_it(stored, how, words):
    world = stored
    world.issuer.purpose = "suspension" if how == "suspended" else "revocation"
    world.issuer.valid_for = timedelta(days=1) if how == "expired" else None
    browser = holder(world)
    share = f'href="/links/new?badge={browser.badge}"'
    assert share in browser.open(f"/passport/{browser.badge}").text
    assert browser.open("/links/new").text.count('name="badge_ids"') == 1
    end(world, how)
    world.clock.move(minutes=5)
    # the list keeps the last known verdict: only opening a badge asks anybody
    assert 'data-outcome="invalid"' not in browser.open("/passport").text
    page = browser.open(f"/passport/{browser.badge}").text
    assert (browser.data("outcome")[0], browser.data("ended")) == ("invalid", [how])
    assert words in page
    assert share not in page
    assert 'data-outcome="invalid"' in browser.open("/passport").text
    page = browser.open(f"/links/new?badge={browser.badge}").text
    assert (browser.data("ended"), 'name="badge_ids"' in page) == ([how], False)
    assert words in page
    answer = browser.submit("/links", badge_ids=browser.badge, label="X", until="2026-12-24")
    assert (answer.status_code, browser.data("error")) == (422, ["share_badge_ended"])


def test_a_suspension_that_is_lifted_makes_the_badge_valid_again(world):
    world.issuer.purpose = "suspension"
    browser = holder(world)
    world.issuer.revoked.add(0)
    world.clock.move(minutes=5)
    browser.open(f"/passport/{browser.badge}")
    assert browser.data("ended") == ["suspended"]
    world.issuer.revoked.clear()
    world.clock.move(minutes=5)
    browser.open(f"/passport/{browser.badge}")
    assert (browser.data("outcome")[0], browser.data("ended")) == ("valid", [])
    assert browser.submit("/links", badge_ids=browser.badge, label="X", until="2026-12-24").status_code == 200


def test_a_badge_is_looked_at_again_only_when_the_last_check_is_old(world):
    browser = holder(world)
    before = len(world.network.asked("/status/"))
    world.clock.move(minutes=4, seconds=59)
    browser.open(f"/passport/{browser.badge}")
    assert len(world.network.asked("/status/")) == before
    world.clock.move(seconds=1)
    browser.open(f"/passport/{browser.badge}")
    assert len(world.network.asked("/status/")) == before + 1


@pytest.mark.parametrize("is_revoked", [False, True])
def test_when_nobody_is_reached_the_last_verdict_stays_with_its_date(world, is_revoked):
    browser = holder(world)
    if is_revoked:
        world.issuer.revoked.add(0)
        browser.submit(f"/passport/{browser.badge}/check")
    expected = "invalid" if is_revoked else "valid"
    world.issuer.status_down = True
    world.clock.move(hours=2)
    for page in (
        browser.open(f"/passport/{browser.badge}"),
        browser.submit(f"/passport/{browser.badge}/check"),
    ):
        assert browser.data("outcome")[0] == expected
        assert "data-unreached" in page.text
    with world.service.database.session() as session:
        assert session.exec(select(HeldCredential)).one().checked_at == NOW
    # the twin: reached again, the date is that of today
    world.issuer.status_down = False
    assert "data-unreached" not in browser.open(f"/passport/{browser.badge}").text
    assert browser.data("outcome")[0] == expected
    with world.service.database.session() as session:
        assert session.exec(select(HeldCredential)).one().checked_at == world.clock()


def test_one_badge_that_cannot_be_opened_does_not_shut_the_passport(stored):
    world, browser = stored, holder(stored)
    second = browser.receive(world.issuer.offer())
    assert browser.open("/passport").text.count("data-badge-id") == 2
    assert browser.data("unopened") == []
    with world.service.database.write() as session:
        row = session.get(HeldCredential, browser.badge)
        row.sealed_content = row.sealed_content[:-1] + bytes([row.sealed_content[-1] ^ 1])
    with capture_logs() as events:
        page = browser.open("/passport")
    assert page.status_code == 200
    assert (browser.data("badge-id"), browser.data("unopened")) == ([second], ["1"])
    assert "Un de vos badges n’a pas pu être ouvert." in page.text
    (event,) = [each for each in events if each["event"] == "badge_not_opened"]
    assert event == {
        "event": "badge_not_opened", "log_level": "warning", "badge_id": browser.badge, "error": "SealError",
    }  # fmt: skip
    assert browser.open(f"/passport/{browser.badge}").status_code == 404
    for path in (f"/passport/{second}", "/links/new", f"/present?{world.verifier.request()}"):
        assert browser.open(path).status_code == 200


def test_a_badge_leaves_as_the_bytes_received_and_baked_into_its_picture(world):
    browser = holder(world)
    received = next(iter(world.issuer.grants.values())).credential
    as_json = browser.client.get(f"/passport/{browser.badge}/download.json")
    assert as_json.content == received
    assert as_json.headers["content-disposition"] == 'attachment; filename="pilotage-de-drone.json"'
    as_png = browser.client.get(f"/passport/{browser.badge}/download.png")
    assert as_png.headers["content-type"] == "image/png"
    assert unbake(as_png.content) == received


def test_a_badge_whose_picture_cannot_be_had_still_has_one(world):
    browser = world.browser()
    browser.sign_up()
    world.network.cut("/picture", times=9)
    badge = browser.receive(world.issuer.offer())
    assert browser.client.get(f"/passport/{badge}/picture").headers["content-type"] == "image/svg+xml"
    received = next(iter(world.issuer.grants.values())).credential
    assert unbake(browser.client.get(f"/passport/{badge}/download.png").content) == received


def test_hiding_and_showing_again(world):
    browser = holder(world)
    browser.submit(f"/passport/{browser.badge}/hide", hidden="true")
    assert browser.open("/passport").text.count("data-badge-id") == 0
    assert browser.badge in browser.open("/passport?hidden=1").text
    assert browser.open("/links/new").text.count("data-badge-id") == 0
    browser.submit(f"/passport/{browser.badge}/hide", hidden="false")
    assert browser.badge in browser.open("/passport").text


def test_deleting_asks_first(world):
    browser = holder(world)
    page = browser.submit(f"/passport/{browser.badge}/delete")
    assert (page.status_code, browser.data("error")) == (422, ["delete_not_sure"])
    browser.submit(f"/passport/{browser.badge}/delete", sure="true")
    assert browser.open(f"/passport/{browser.badge}").status_code == 404
    with world.service.database.session() as session:
        assert session.exec(select(HeldCredential)).all() == []


PUBLIC = {
    "/", "/scan", "/receive", "/receive/accept", "/receive/refuse",
    "/signup", "/signin", "/recover", "/signout", "/present", "/p/{token}", "/p/{token}/presentation",
    "/passkeys/register/options", "/passkeys/register", "/passkeys/signin/options", "/passkeys/signin",
}  # fmt: skip
# pages of one browser, before or after signing in: tested with each verb in test_presenting and below
OF_A_BROWSER = {
    "/receive/{offer_id}", "/receive/{offer_id}/picture/{role}",
    "/present/{request_id}", "/present/{request_id}/accept", "/present/{request_id}/decline",
}  # fmt: skip


def all_routes():
    for router in ROUTERS:
        for route in router.routes:
            for method in sorted(route.methods - {"HEAD"}):
                yield method, route.path


def test_every_page_of_a_passport_is_closed_to_strangers(world):
    stranger = world.browser()
    checked = 0
    for method, path in all_routes():
        if path in PUBLIC | OF_A_BROWSER:
            continue
        url = re.sub(r"\{[^}]+\}", "x", path)
        answer = stranger.open(url, follow=False) if method == "GET" else stranger.submit(url, follow=False)
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/signin?next="), path
        checked += 1
    assert checked >= 20


@pytest.mark.attack("H6")
def test_no_route_opens_another_persons_object(stored):
    world, owner = stored, holder(stored)
    owner.submit("/links", badge_ids=owner.badge, label="Chez moi", until="2026-12-24")
    link_id = owner.data("link-id")[0]
    offer_id = owner.open_offer(world.issuer.offer())
    owner.open(f"/present?{world.verifier.request()}")
    request_id = owner.data("request-id")[0]
    ids = {
        "badge_id": owner.badge, "share_id": link_id, "offer_id": offer_id, "request_id": request_id,
        "passkey_id": "any", "role": "badge",
    }  # fmt: skip
    other = world.browser()
    other.sign_up()
    tried = set()
    for method, path in all_routes():
        names = re.findall(r"\{(\w+)[^}]*\}", path)
        if not names or path in {"/p/{token}", "/p/{token}/presentation"}:
            continue
        url = re.sub(r"\{(\w+)[^}]*\}", lambda found: ids[found[1]], path)
        fields = {"hidden": "true", "sure": "true"}
        answer = (
            other.open(url, follow=False) if method == "GET" else other.submit(url, follow=False, **fields)
        )
        assert answer.status_code == 404, (method, path, answer.status_code)
        tried.add(path)
    assert len(tried) >= 15
    # by the fields of a form
    assert other.submit("/receive/accept", offer_id=offer_id).status_code == 404
    assert other.submit("/receive/refuse", offer_id=offer_id).status_code == 404
    refused = other.submit("/links", badge_ids=owner.badge, label="X", until="2026-12-24")
    assert (refused.status_code, other.data("error")) == (422, ["share_badge_unknown"])
    # in lists
    for page in ("/passport", "/links", "/log", "/waiting"):
        text = other.open(page).text
        assert not any(each in text for each in (owner.badge, link_id, "Chez moi")), page
    # the twin: all of it is there for its owner, untouched
    assert owner.open(f"/passport/{owner.badge}").status_code == 200
    assert owner.data("badge-id")[0] == owner.badge
    assert owner.open(f"/links/{link_id}").status_code == 200
    assert owner.data("link-state") == ["open"]
    assert owner.open(f"/receive/{offer_id}").status_code == 200
    assert owner.open(f"/present/{request_id}").status_code == 200


def test_the_language_of_pages_can_be_changed(world):
    browser = holder(world)
    assert "Your secret phrase of today" in browser.open("/account?lang=en").text
    assert "Votre phrase secrète d’aujourd’hui" in browser.open("/account?lang=fr").text


def test_health_answers(world):
    assert world.browser().client.get("/health").json() == {"status": "ok"}
