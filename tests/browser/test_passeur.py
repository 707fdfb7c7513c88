"""The passeur makes a badge and awards a session: on a telephone, on a desk, and with the keyboard alone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from passeur.demo import seed
from tests.browser.conftest import DESK, PHONE

WIDTHS = [pytest.param(PHONE, id="390"), pytest.param(DESK, id="1280")]
YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
MOST_TABS = 200


def sign_in(street, passeur, *, look=False):
    passeur.go(street.signin_link())
    if look:
        passeur.look("node-signin-link")
    passeur.press("main form button")
    assert seed.YOUTH_CENTRE.name in passeur.page.locator("body").inner_text()


def make_badge(street, passeur, badge, *, look=False):
    passeur.go(f"{street.node.base_url}/badges/new")
    page = passeur.page
    page.locator("textarea[name=description]").fill(badge.description)
    page.locator("input[name=name]").fill(badge.name)
    page.locator(f"input[name=kind][value={badge.kind}]").check(force=True)
    page.locator("textarea[name=criteria]").fill(badge.criteria)
    page.locator("input[name=picture_text]").fill(badge.picture_text)
    if look:
        passeur.look("node-badge-new")
    passeur.press("form[data-badge-form] .actions button")
    if look:
        passeur.look("node-badge")
    return passeur.read("[data-badge-id]", "data-badge-id")


def make_situation(street, passeur, badge_ids, *, look=False):
    passeur.go(f"{street.node.base_url}/situations/new")
    page = passeur.page
    page.locator("input[name=title]").fill(seed.SITUATION_TITLE)
    page.locator("textarea[name=description]").fill(seed.SITUATION_DESCRIPTION)
    page.locator("input[name=host]").fill(seed.HOST)
    for row, (text, badge_id) in enumerate(zip(seed.BEHAVIOURS, badge_ids, strict=True)):
        page.locator("input[name=behaviour]").nth(row).fill(text)
        page.locator("select[name=behaviour_badge]").nth(row).select_option(badge_id)
    if look:
        passeur.look("node-situation-new")
    passeur.press("main form .actions button:not([data-lines-add])")
    if look:
        passeur.look("node-situation")
    return passeur.read("[data-situation-id]", "data-situation-id")


def open_session(street, passeur, situation_id, *, look=False):
    passeur.go(f"{street.node.base_url}/sessions/new?situation={situation_id}")
    page = passeur.page
    page.locator("select[name=situation]").select_option(situation_id)
    page.locator("input[name=held_on]").fill(YESTERDAY)
    page.locator("input[name=place]").fill(seed.HOST)
    page.locator("textarea[name=names]").fill("\n".join(seed.LEARNERS))
    if look:
        passeur.look("node-session-new")
    passeur.press("main form .actions button")
    return passeur.read("[data-session-id]", "data-session-id")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_passeur_awards_a_session_of_twelve(street, new_person, width):
    passeur = new_person(width)
    sign_in(street, passeur, look=True)
    passeur.look("node-desk")
    badge_ids = [make_badge(street, passeur, badge, look=badge is seed.DRONE_BADGE) for badge in seed.BADGES]
    situation_id = make_situation(street, passeur, badge_ids, look=True)
    session_id = open_session(street, passeur, situation_id, look=True)
    passeur.look("node-sheet")
    page = passeur.page
    boxes = page.locator("input[name=seen]")
    assert boxes.count() == len(seed.LEARNERS) * len(seed.BEHAVIOURS)
    seen = [
        seed.was_seen(person, behaviour)
        for person in range(len(seed.LEARNERS))
        for behaviour in range(len(seed.BEHAVIOURS))
    ]
    for number, was_seen in enumerate(seen):
        if was_seen:
            boxes.nth(number).check(force=True)
    passeur.press("form[data-sheet] button[value=award]")
    assert page.locator("input[name=award]:checked").count() == sum(seen), "proposed from what was seen"
    passeur.look("node-award-session")
    passeur.press(f"form[action$='/sessions/{session_id}/award'] .actions button")
    passeur.look("node-session-done")
    assert len(passeur.is_on("data-award-id")) == sum(seen)
    passeur.go(f"{street.node.base_url}/sessions/{session_id}/slips")
    assert len(passeur.is_on("data-slip-url")) == sum(seen)
    passeur.look("node-slips")
    for path, name in (
        ("/", "desk-used"),
        ("/badges", "badges"),
        ("/situations", "situations"),
        ("/sessions", "sessions"),
        ("/awards", "awards"),
        ("/awards/new", "award-new"),
        ("/passeurs", "passeurs"),
        ("/account", "account"),
    ):
        passeur.go(f"{street.node.base_url}{path}")
        passeur.look(f"node-{name}")
    passeur.go(f"{street.node.base_url}/awards")
    passeur.press("tr[data-award-id] a")
    passeur.look("node-award")
    passeur.press("a[href$='/revoke']")
    passeur.page.locator("textarea[name=reason]").fill("Attribué par erreur (exemple)")
    passeur.look("node-revoke")
    passeur.press("form[action$='/revoke'] button")
    assert passeur.is_on("data-award-state")[0] == "revoked"
    passeur.look("node-award-revoked")


def tab_to(passeur, selector):
    """Press Tab until the focus stands on that element, as somebody without a mouse does."""
    for _ in range(MOST_TABS):
        passeur.page.keyboard.press("Tab")
        if passeur.page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached with the Tab key")


def enter(passeur):
    with passeur.page.expect_navigation():
        passeur.page.keyboard.press("Enter")


def test_a_session_is_awarded_with_the_keyboard_alone(street, new_person):
    passeur = new_person(DESK)
    sign_in(street, passeur)
    badge_ids = [make_badge(street, passeur, badge) for badge in seed.BADGES]
    session_id = open_session(street, passeur, make_situation(street, passeur, badge_ids))
    keyboard = passeur.page.keyboard

    passeur.go(f"{street.node.base_url}/sessions/{session_id}")
    for _ in range(3):  # the first person, each of the three things to look for
        tab_to(passeur, "input[name=seen]")
        keyboard.press("Space")
    assert passeur.page.locator("input[name=seen]:checked").count() == 3
    tab_to(passeur, "button[name=next][value=award]")
    enter(passeur)
    assert passeur.page.locator("input[name=award]:checked").count() == 3
    tab_to(passeur, "main form .actions button")
    enter(passeur)
    assert len(passeur.is_on("data-award-id")) == 3
    tab_to(passeur, "a[href$='/slips']")
    enter(passeur)
    assert len(passeur.is_on("data-slip-url")) == 3


@pytest.mark.parametrize("width", WIDTHS)
def test_the_coordinator_changes_the_keys(street, new_person, width):
    coordinator = new_person(width)
    sign_in(street, coordinator)
    coordinator.go(f"{street.node.base_url}/keys")
    before = coordinator.is_on("data-key-name")
    coordinator.press("a[href$='/keys/rotate']")
    coordinator.look("node-keys-rotate")
    coordinator.press("form[action$='/keys/rotate'] button")
    coordinator.look("node-keys")
    assert len(coordinator.is_on("data-key-name")) > len(before)
    assert {"in_use", "rotated"} == set(coordinator.is_on("data-key-state"))
    coordinator.press("a[href$='/revoke']")
    coordinator.look("node-keys-revoke")


def test_a_passeur_signs_in_with_a_passkey(street, new_person):
    passeur = new_person(DESK)
    sign_in(street, passeur)
    devices = passeur.context.new_cdp_session(passeur.page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    passeur.go(f"{street.node.base_url}/account")
    passeur.press("[data-passkey=register]")
    assert len(passeur.is_on("data-passkey-id")) == 1
    passeur.context.clear_cookies()
    passeur.go(f"{street.node.base_url}/signin")
    passeur.look("node-signin")
    passeur.press("[data-passkey=authenticate]")
    passeur.go(f"{street.node.base_url}/account")
    assert re.search("/account$", passeur.page.url)


def test_the_public_page_of_a_badge_and_a_used_slip(street, new_person):
    learner = new_person(PHONE)
    slip_url = street.slip_url()
    learner.go(slip_url)
    learner.press("form[action$='/receive/accept'] button")
    learner.press("form[action$='/signup'] button")
    learner.press("a[href*='/receive/']")
    learner.press("form[action$='/receive/accept'] button")
    learner.go(slip_url)
    assert learner.is_on("data-slip-state") == ["redeemed"]
    learner.look("node-slip-used")
