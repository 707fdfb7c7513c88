"""The verifier's pages in real Chromium: nothing of a badge runs, the wait ends by itself, and everybody can use them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from credentials.open_badges import Alignment, Evidence, Profile
from tests.pages import submit
from tests.unit.verifier.scenes import SCENES, drone, signed

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

    from tests.unit.credentials.conftest import World
    from tests.unit.verifier.conftest import Place

pytestmark = pytest.mark.browser

# the families of the Big List of Naughty Strings that can do something to a page
NAUGHTY = [
    "<svg onload=alert(1)>", "<script>alert(1)</script>", '"><script>alert(1)</script>', "'><img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", '" autofocus onfocus=alert(1) x="', "' onmouseover='alert(1)",
    "</title></textarea></pre></code></style><svg/onload=alert(1)>", "--><script>alert(1)</script><!--", "<iframe srcdoc='<script>parent.alert(1)</script>'>",
    "<a href=javascript:alert(1)>x</a>", "[x](javascript:alert(1))", "[x](data:text/html,<script>alert(1)</script>)", "![x](https://spy.example/p.png)",
    "<details open ontoggle=alert(1)>", "<style>*{display:none!important}</style>", "<base href=https://evil.example/>", "<meta http-equiv=refresh content=0>",
    "<form action=https://evil.example><button>", "<math><mtext></p><script>alert(1)</script>", "{{ 7*7 }}{% raw %}", "{name} {0} %s %(x)s ${7*7}",
    "&lt;script&gt;alert(1)&lt;/script&gt;", "javascript:alert(1)", "\u202e<script>alert(1)</script>", "\u2028alert(1)\u2029",
    "ﷺ" * 80, "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮" * 10, "W" * 3000, "👩🏽 👨‍👩‍👧 🇫🇷", "هٰذا نصّ", "田中さん", "' OR 1=1 --", "../../../etc/passwd", "null", "0x0", "1e1000",
]  # fmt: skip
SPY = """
window.ran = [];
for (const name of ["alert", "confirm", "prompt"]) window[name] = (...words) => window.ran.push(name);
window.reports = [];
document.addEventListener("securitypolicyviolation", (event) => window.reports.push(event.violatedDirective + " " + event.blockedURI));
"""


@dataclass
class Watched:
    """A page, and what went wrong in it."""

    page: Page
    errors: list[str] = field(default_factory=list)

    def check(self) -> None:
        assert self.page.evaluate("window.ran") == []
        assert self.page.evaluate("window.reports") == []
        assert self.errors == []
        assert not self.page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )


def watch(context: BrowserContext) -> Watched:
    context.add_init_script(SPY)
    watched = Watched(context.new_page())
    watched.page.on("pageerror", lambda error: watched.errors.append(str(error)))
    watched.page.on(
        "console", lambda line: watched.errors.append(line.text) if line.type == "error" else None
    )
    watched.page.on("dialog", lambda dialog: (watched.errors.append(dialog.message), dialog.dismiss()))
    return watched


def naughty_badge(world: World, text: str) -> dict[str, Any]:
    document = world.badge(
        issuer=Profile(id=world.issuer_id, name=text),
        achievement=drone(
            name=text, description=text, criteria_narrative=text, image_caption=text,
            alignment=(Alignment(target_name=text, target_url="https://skills.example/1", target_framework=text, target_code=text),),
        ),
        evidence=(Evidence(name=text, narrative=text),),
    )  # fmt: skip
    document["name"] = text
    document["credentialSubject"]["narrative"] = text
    document["credentialSubject"]["achievement"]["inLanguage"] = "fr"
    document["evidence"][0] |= {"description": text, "genre": text}
    return world.sign(document)


def hand_in(page: Page, base: str, badge: dict[str, Any], folder: Path) -> None:
    file = folder / "badge.json"
    file.write_text(json.dumps(badge))
    page.goto(base)
    page.set_input_files("input[name=file]", str(file))
    submit(page, "form[enctype] button")


@pytest.mark.attack("H1")
def test_nothing_in_a_badge_runs(served_place: Place, chrome: Browser, tmp_path: Path):
    place, base = served_place, served_place.settings.base_url
    with chrome.new_context(viewport={"width": 390, "height": 844}) as context:
        watched = watch(context)
        for text in NAUGHTY:
            hand_in(watched.page, base, naughty_badge(place.world, text), tmp_path)
            assert watched.page.locator("[data-verdict=valid]").count() == 1, text
            watched.page.evaluate(
                "document.querySelectorAll('details').forEach((each) => (each.open = true))"
            )
            watched.page.mouse.move(200, 300)
            watched.check()
            assert (
                watched.page.locator("main script, main iframe, main base, main meta, main style").count()
                == 0
            ), text
            assert (
                watched.page.locator("main a[href^='javascript' i], main a[href^='data:text']").count() == 0
            ), text
        # and the spy sees what it should: the same, written into the page by hand, is reported
        watched.page.evaluate(
            "document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=x onerror=alert(1)>')"
        )
        watched.page.wait_for_timeout(300)
        assert len(watched.page.evaluate("window.reports")) == 1
        assert watched.page.evaluate("window.ran") == []


@pytest.mark.attack("H1")
def test_nothing_in_a_question_runs(served_place: Place, chrome: Browser):
    base = served_place.settings.base_url
    with chrome.new_context() as context:
        watched = watch(context)
        for text in NAUGHTY[:12]:
            watched.page.goto(f"{base}/requests/new")
            watched.page.check("input[value=skill]", force=True)
            watched.page.fill("[name=skill]", text[:290])
            submit(watched.page, "form.ask button")
            assert watched.page.locator("[data-request-link]").count() == 1, text
            watched.check()


def test_the_page_that_waits_goes_to_the_result_by_itself(served_place: Place, chrome: Browser):
    place, base = served_place, served_place.settings.base_url
    with (
        chrome.new_context(viewport={"width": 1280, "height": 800}, locale="fr-FR") as context,
        place.wallet() as wallet,
    ):
        watched = watch(context)
        page = watched.page
        page.goto(base)
        page.click("text=Demander un badge >> nth=-1")
        page.keyboard.press("Tab")
        submit(page, "form.ask button")
        link = page.locator("[data-request-link]").get_attribute("data-request-link")
        assert page.locator("svg.qr").count() == 1
        request = wallet.open(link)
        expect(page.locator("[data-poll-words]")).to_contain_text("regarde", timeout=10_000)
        assert (
            wallet.post(request, {"badge": [wallet.present(request, signed(place.world))]}).status_code == 200
        )
        page.wait_for_selector("[data-verdict=valid]", timeout=10_000)
        assert "/results/" in page.url
        watched.check()
        with page.expect_download() as download:
            page.click("text=Garder ce rapport")
            page.click("text=Télécharger le rapport")
        assert json.loads(download.value.path().read_bytes())["outcome"] == "valid"


def test_the_question_shows_the_words_that_it_needs(served_place: Place, chrome: Browser):
    with chrome.new_context() as context:
        page = watch(context).page
        page.goto(f"{served_place.settings.base_url}/requests/new")
        for question in ("any", "kind", "badge", "issuer", "skill"):
            page.check(f"input[value={question}]", force=True)
            shown = {
                name
                for name in ("kind", "badge", "issuer", "skill")
                if page.locator(f"[data-question={name}]").is_visible()
            }
            assert shown == {question} - {"any"}


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(served_place: Place, chrome: Browser, tmp_path: Path, width: int, scheme: str):
    place, base = served_place, served_place.settings.base_url
    found: dict[str, list[str]] = {}

    def look(page: Page, name: str) -> None:
        page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
        violations = Axe().run(page).response["violations"]
        if violations:
            found[name] = [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in violations]

    options: Any = {"viewport": {"width": width, "height": 844}, "color_scheme": scheme, "bypass_csp": True}
    with chrome.new_context(**options) as context:
        watched = watch(context)
        page = watched.page
        for path in ("/", "/requests/new", "/declined", "/results/none"):
            page.goto(base + path)
            look(page, path)
        page.goto(f"{base}/requests/new")
        page.check("input[value=skill]", force=True)
        submit(page, "form.ask button")
        look(page, "a question with an error")
        page.fill("[name=skill]", "Souder")
        submit(page, "form.ask button")
        look(page, "a request")
        for name in ("valid", "unknown_issuer", "bearer", "revoked", "edited", "unreachable"):
            hand_in(page, base, SCENES[name].make(place.world), tmp_path)
            look(page, name)
    assert found == {}
