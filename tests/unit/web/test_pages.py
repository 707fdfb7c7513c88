"""The design system as people meet it: every piece renders, every picture it names exists, and a browser finds it usable."""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path

import pytest
import uvicorn

from tests.timing import median_seconds
from tests.unit.web.gallery import create_gallery
from web.packages import package_folder

ROOT = Path(__file__).parents[3]
SERVICES = [name for name in ("web", "wallet", "verifier", "issuer_node") if (ROOT / name).is_dir()]
SPRITE = (package_folder("web") / "static" / "icons.svg").read_text(encoding="utf-8")
SYMBOLS = set(re.findall(r'<symbol id="([\w-]+)"', SPRITE))
NAMED = re.compile(
    r"""(?:\bicon|\bsymbol)["']?\s*[=:(]\s*["']([a-z][a-z-]*)["']|icons\.svg"\) ?\}\}#([a-z][a-z-]*[a-z])"+"""
)


@pytest.mark.parametrize("page", ["gallery", "slips", "confirm"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_piece_renders_in_both_languages(gallery, page, language):
    response = gallery.get(f"/{page}?lang={language}")
    assert response.status_code == 200
    assert response.text.startswith("<!doctype html>")
    assert "ui." not in re.sub(r"<[^>]*>", "", response.text)


@pytest.mark.parametrize("service", SERVICES)
def test_every_icon_that_is_named_exists(service):
    files = [*(ROOT / service).rglob("*.html"), *(ROOT / service).rglob("*.py")]
    named = {
        (found[1] or found[2], file.name)
        for file in files
        for found in NAMED.finditer(file.read_text(encoding="utf-8"))
    }
    assert [(name, file) for name, file in sorted(named) if name not in SYMBOLS] == []


def test_the_frame_helps_keyboards_and_screen_readers(gallery):
    page = gallery.get("/confirm").text
    assert page.index('class="skip" href="#main"') < page.index("<header")
    assert re.search(r'<main id="main"[^>]* tabindex="-1">', page)
    assert 'aria-current="page"' in page
    assert 'popovertarget="menu"' in page
    assert 'hreflang="en" lang="en"' in page


@pytest.mark.parametrize("word", ["unknown", "", "VALID ", "true", "ok", "validated"])
def test_nothing_unknown_looks_valid(gallery, word):
    page = gallery.get("/outcome", params={"word": word}).text
    assert page.count('data-outcome="indeterminate"') == 3
    assert 'data-outcome="valid"' not in page
    assert gallery.get("/outcome", params={"word": "Valid"}).text.count('data-outcome="valid"') == 3


def test_a_page_takes_less_than_fifty_milliseconds(gallery):
    gallery.get("/gallery")
    assert median_seconds(lambda: gallery.get("/gallery")) < 0.05


# --- in a browser


@pytest.fixture(scope="module")
def served():
    """The gallery on a free port of loopback."""
    import socket

    listener = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = uvicorn.Server(uvicorn.Config(create_gallery(base_url=address), log_config=None, ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield address
    server.should_exit = True
    thread.join()
    listener.close()


@pytest.fixture
def visit(chrome, served):
    """Opens a page of the gallery, and fails when the console complains: `visit("slips", width=390)`."""
    complaints: list[str] = []
    contexts = []

    def open_page(name: str, *, width: int = 1280, scheme: str = "light", script: bool = True):
        context = chrome.new_context(
            locale="fr-FR", viewport={"width": width, "height": 900}, color_scheme=scheme,
            reduced_motion="reduce", java_script_enabled=script,
        )  # fmt: skip
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console",
            lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None,
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{served}/{name}")
        if script:
            page.wait_for_selector("html[data-ready]", state="attached")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["gallery", "slips", "confirm"])
def test_axe_finds_nothing_serious_and_nothing_overflows(visit, name, width, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page = visit(name, width=width, scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    violations = [
        found
        for found in Axe().run(page).response["violations"]
        if found["impact"] in {"serious", "critical"}
    ]
    assert [
        (found["id"], node["html"][:200], node["failureSummary"])
        for found in violations
        for node in found["nodes"]
    ] == []


@pytest.mark.browser
def test_everything_to_press_is_large_enough_for_a_finger(visit):
    page = visit("gallery", width=390)
    small = page.evaluate(
        """[...document.querySelectorAll("button, .button, summary, select, input.input, .menu a, .tabs a, .check, .choice, .check-cell")]
            .filter((e) => e.checkVisibility()).map((e) => [e.outerHTML.slice(0, 90), e.getBoundingClientRect().height])
            .filter(([, height]) => height < 44)"""
    )
    assert small == []


@pytest.mark.browser
def test_the_menu_folds_and_opens_without_script(visit):
    page = visit("confirm", width=390, script=False)
    link = page.get_by_role("link", name="Situations")
    assert link.count() == 0
    page.get_by_role("button", name="Menu").click()
    assert link.is_visible()
    page.keyboard.press("Escape")
    assert link.count() == 0
    assert visit("confirm", script=False).get_by_role("link", name="Situations").is_visible()


@pytest.mark.browser
def test_the_grid_is_marked_by_keyboard_and_by_column(visit):
    page = visit("gallery")
    boxes = page.locator("[data-check-grid] input")
    boxes.nth(3).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    assert boxes.nth(4).is_checked()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    assert boxes.nth(7).is_checked()
    assert page.locator("[data-check-grid-count]").inner_text() == "5 cases cochées"
    page.get_by_role("button", name="Tout cocher ou décocher : Reste calme").click()
    assert [boxes.nth(number).is_checked() for number in (2, 5, 8, 11)] == [True, True, True, False]


@pytest.mark.browser
def test_a_chosen_picture_shows_before_it_is_sent(visit, tmp_path):
    from PIL import Image

    Image.new("RGB", (4, 4), "teal").save(tmp_path / "image.png")
    page = visit("gallery")
    page.set_input_files("#f-picture", tmp_path / "image.png")
    page.wait_for_selector("[data-file-preview]:not([hidden])")
    assert page.locator("[data-file-name]").inner_text() == "image.png"


@pytest.mark.browser
def test_a_passphrase_can_be_looked_at(visit):
    page = visit("gallery")
    page.fill("#f-phrase", "six mots à garder")
    page.get_by_role("button", name="Montrer").click()
    assert page.get_attribute("#f-phrase", "type") == "text"
    page.get_by_role("button", name="Cacher").click()
    assert page.get_attribute("#f-phrase", "type") == "password"


@pytest.mark.browser
def test_the_time_left_is_told_and_the_error_is_in_focus(visit):
    page = visit("gallery")
    assert re.fullmatch(r"Il reste 4 min \d\d s", page.locator("[data-countdown-words]").inner_text())
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"


@pytest.mark.browser
def test_slips_print_at_least_four_to_a_page_and_whole(visit):
    page = visit("slips", scheme="dark")
    pages = len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))
    assert pages <= 2  # seven slips
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.querySelector('.site-header')).display") == "none"
    paper = page.evaluate("getComputedStyle(document.querySelector('.qr-paper')).backgroundColor")
    assert paper == "rgb(255, 255, 255)"


@pytest.mark.browser
def test_codes_are_black_on_white_by_night(visit):
    page = visit("gallery", scheme="dark")
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.qr-paper')).backgroundColor")
        == "rgb(255, 255, 255)"
    )
    assert page.evaluate("getComputedStyle(document.querySelector('.qr-modules')).stroke") == "rgb(0, 0, 0)"
