"""The learner receives and presents, the employer verifies: on a telephone and on a desk, in real Chromium."""

from __future__ import annotations

import re

import pytest

from passeur.demo import seed
from tests.browser.conftest import DESK, PHONE, SCREENSHOTS

WIDTHS = [pytest.param(PHONE, id="390"), pytest.param(DESK, id="1280")]


def receive(street, learner, badge=seed.DRONE_BADGE, *, look=False):
    """From the slip's QR code to the badge in the passport, with a new passport."""

    def see(name):
        if look:
            learner.look(name)

    learner.go(street.slip_url(badge))
    assert learner.is_on("data-offer-state") == ["shown"], "the badge is shown before any account"
    see("wallet-offer")
    learner.press("form[action$='/receive/accept'] button")
    see("wallet-signup")
    assert learner.page.locator("input[name=passphrase]").input_value(), "a passphrase is suggested"
    learner.press("form[action$='/signup'] button")
    assert learner.page.locator("[data-recovery-code]").inner_text()
    see("wallet-recovery-code")
    learner.press("a[href*='/receive/']")
    learner.press("form[action$='/receive/accept'] button")
    assert re.search(r"/passport/[\w-]+", learner.page.url)
    see("wallet-badge")
    return learner.read("[data-badge-id]", "data-badge-id")


def ask(street, employer):
    employer.go(f"{street.verifier.base_url}/requests/new")
    employer.press("form[action$='/requests'] button[type=submit], form[action$='/requests'] .actions button")
    return employer.read("[data-request-link]", "data-request-link")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_learner_receives_and_presents_and_an_employer_verifies(street, new_person, width):
    learner, employer = new_person(width), new_person(width)
    receive(street, learner, look=True)
    learner.go(f"{street.wallet.base_url}/passport")
    learner.look("wallet-passport")

    employer.go(f"{street.verifier.base_url}/")
    employer.look("verifier-home")
    employer.go(f"{street.verifier.base_url}/requests/new")
    employer.look("verifier-ask")
    link = ask(street, employer)
    employer.look("verifier-request")

    learner.go(link)
    text = learner.page.locator("main").inner_text()
    assert seed.FACTORY_NAME in text, "the page names who asks"
    learner.look("wallet-consent")
    learner.press("form#consent button")
    assert learner.is_on("data-request-state") == ["shared"]
    learner.look("wallet-presented")

    employer.page.wait_for_url(re.compile("/results/"))
    assert employer.is_on("data-verdict") == ["valid"]
    first_screen = employer.page.locator("[data-first-screen]").inner_text()
    assert len(first_screen.split()) <= 30, first_screen
    employer.look("verifier-result")
    for fold in employer.page.locator("details").all():
        fold.evaluate("fold => { fold.open = true }")
    employer.look("verifier-result-unfolded")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_learner_prepares_a_link_and_an_employer_opens_it(street, new_person, width):
    learner, employer = new_person(width), new_person(width)
    badge_id = receive(street, learner)
    learner.go(f"{street.wallet.base_url}/links/new?badge={badge_id}")
    learner.page.locator("input[name=label]").fill("Atelier (exemple)")
    learner.look("wallet-link-new")
    learner.press("form[action$='/links'] button")
    learner.look("wallet-link")
    employer.go(learner.read("[data-share-url]", "data-share-url"))
    assert employer.is_on("data-verdict") == ["valid"]
    learner.press("form[action$='/withdraw'] button")
    learner.look("wallet-links")
    learner.go(f"{street.wallet.base_url}/log")
    learner.look("wallet-log")


@pytest.mark.parametrize("width", WIDTHS)
def test_other_pages_of_the_wallet_hold_too(street, new_person, width):
    learner = new_person(width)
    base = street.wallet.base_url
    for path, name in (("/", "home"), ("/scan", "scan"), ("/signin", "signin"), ("/recover", "recover")):
        learner.go(f"{base}{path}")
        learner.look(f"wallet-{name}")
    receive(street, learner)
    for path, name in (
        ("/account", "account"),
        ("/account/recovery-code", "recovery-renew"),
        ("/account/delete", "account-delete"),
        ("/waiting", "waiting"),
    ):
        learner.go(f"{base}{path}")
        learner.look(f"wallet-{name}")


def test_a_passkey_makes_and_opens_a_passport(street, new_person):
    learner = new_person(PHONE)
    devices = learner.context.new_cdp_session(learner.page)
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
    learner.go(f"{street.wallet.base_url}/signup")
    learner.press("[data-passkey=register]")
    learner.look("wallet-after-passkey")
    learner.go(f"{street.wallet.base_url}/passport")
    assert learner.page.url == f"{street.wallet.base_url}/passport"
    learner.press("form[action$='/signout'] button")
    learner.go(f"{street.wallet.base_url}/signin")
    learner.press("[data-passkey=authenticate]")
    learner.go(f"{street.wallet.base_url}/passport")
    assert learner.page.url == f"{street.wallet.base_url}/passport"


def test_dark_and_english_hold_too(street, new_person):
    learner = new_person(PHONE)
    learner.page.emulate_media(color_scheme="dark")
    learner.go(f"{street.wallet.base_url}/?lang=en")
    assert learner.page.locator("html").get_attribute("lang") == "en"
    learner.look("wallet-home-dark")
    learner.go(f"{street.verifier.base_url}/?lang=en")
    learner.look("verifier-home-dark")


def test_overview_picture(street, new_person, tmp_path):
    """README's picture: a badge in the passport beside the employer's first screen."""
    from PIL import Image

    learner, employer = new_person(PHONE), new_person(PHONE)
    receive(street, learner)
    link = ask(street, employer)
    shots = [tmp_path / "passport.png", tmp_path / "result.png"]
    learner.page.wait_for_load_state("networkidle")
    learner.page.screenshot(path=shots[0])
    learner.go(link)
    learner.press("form#consent button")
    employer.page.wait_for_url(re.compile("/results/"))
    employer.page.wait_for_load_state("networkidle")
    employer.page.screenshot(path=shots[1])
    pictures = [Image.open(shot) for shot in shots]
    gap = 40
    size = (sum(p.width for p in pictures) + 3 * gap, max(p.height for p in pictures) + 2 * gap)
    overview = Image.new("RGB", size, "#e9e4da")
    left = gap
    for picture in pictures:
        overview.paste(picture, (left, gap))
        left += picture.width + gap
    overview.save(f"{SCREENSHOTS or tmp_path}/overview.png", optimize=True)
