"""The pages in real Chromium: nothing of anybody's runs, everybody can use them, and a keyboard is enough."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from passeur.demo.people import Situation
from passeur.demo.seed import BADGES, LEARNERS, ExampleBadge
from tests.pages import submit
from tests.unit.issuer_node_pages.addresses import coordinator_pages, passeur_pages, public_pages
from tests.unit.issuer_node_pages.conftest import ADMIN, Story, play_session
from tests.unit.issuer_node_pages.serving import ServedSite, Watched, serve_site, watch

if TYPE_CHECKING:
    from collections.abc import Iterator


pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("node-pages")]

# what the Big List of Naughty Strings holds that can do something to a page, and what breaks layouts
# (the list is minimaxir's, on GitHub)
NAUGHTY = [
    "<svg onload=alert(1)>", "<script>alert(1)</script>", '"><script>alert(1)</script>', "'><img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>", '" autofocus onfocus=alert(1) x="', "' onmouseover='alert(1)", "<svg/onload=alert(1)>",
    "</title></textarea></pre></style><svg/onload=alert(1)>", "--><script>alert(1)</script><!--", "<iframe srcdoc='<script>parent.alert(1)</script>'>",
    "<a href=javascript:alert(1)>x</a>", "[x](javascript:alert(1))", "[x](data:text/html,<script>alert(1)</script>)", "![x](https://spy.example/p.png)",
    "<details open ontoggle=alert(1)>", "<style>*{display:none!important}</style>", "<base href=https://evil.example/>", "<meta http-equiv=refresh content=0>",
    "<form action=https://evil.example><button>", "<math><mtext></p><script>alert(1)</script>", "{{ 7*7 }}{% raw %}", "{name} {0} %s %(x)s ${7*7}",
    "&lt;script&gt;alert(1)&lt;/script&gt;", "javascript:alert(1)", "\u202e<script>alert(1)</script>", "ﷺ" * 40, "W" * 78, "👩🏽 👨‍👩‍👧 🇫🇷",
    "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮", "هٰذا نصّ", "田中さん", "' OR 1=1 --", "../../../etc/passwd", "null", "0x0", "1e1000", "undefined", "`${alert(1)}`",
]  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ServedSite, Story]]:
    folder = tmp_path_factory.mktemp("pages")
    with serve_site(f"sqlite:///{folder / 'node.db'}") as site:
        with site.at_work() as at_work:
            story = play_session(at_work)
            at_work.revoke(story.award_ids[5], reason="Erreur (exemple).")
        yield site, story


def sign_in(seen: Watched, site: ServedSite, email: str = ADMIN) -> None:
    seen.page.goto(site.link(email))
    submit(seen.page, seen.page.get_by_role("button", name=re.compile("^(Entrer|Enter)$")))
    seen.page.wait_for_selector("html[data-ready]", state="attached")


def every_page(story: Story) -> list[str]:
    return [*passeur_pages(story), *coordinator_pages(), f"/awards/{story.award_ids[5]}"]


@pytest.mark.parametrize(("width", "scheme", "language"), [(390, "light", "fr-FR"), (1280, "dark", "fr-FR"), (1280, "light", "en-GB")])  # fmt: skip
def test_axe_finds_nothing_serious_and_nothing_overflows(served, chrome, width, scheme, language):
    site, story = served
    with watch(chrome, site.base, width=width, scheme=scheme, language=language) as seen:
        for path in public_pages(story):
            seen.go(path)
            assert seen.serious() == [], path
            seen.check()
        sign_in(seen, site)
        for path in every_page(story):
            seen.go(path)
            assert seen.serious() == [], path
            seen.check()


def test_everything_to_press_is_large_enough_for_a_finger(served, chrome):
    site, story = served
    with watch(chrome, site.base, width=390) as seen:
        sign_in(seen, site)
        for path in every_page(story):
            seen.go(path)
            small = seen.page.evaluate(
                """[...document.querySelectorAll("button, .button, summary, select, input.input, .chip, .choice, .check-cell, .action-tile")]
                    .filter((e) => e.checkVisibility()).map((e) => [e.outerHTML.slice(0, 90), e.getBoundingClientRect().height])
                    .filter(([, height]) => height < 44)"""
            )
            assert small == [], path


def test_the_print_sheet_holds_every_slip_whole(served, chrome):
    site, story = served
    with watch(chrome, site.base) as seen:
        sign_in(seen, site)
        seen.go(f"/sessions/{story.session_id}/slips")
        assert seen.page.locator(".slip").count() == 11  # one was revoked
        pdf = seen.page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 2
        seen.page.emulate_media(media="print")
        assert not seen.page.get_by_role("button", name="Imprimer").is_visible()
        assert not seen.page.locator(".site-header").is_visible()
        boxes = [slip.bounding_box() for slip in seen.page.locator(".slip").all()]
        assert all(box["width"] > 300 and box["height"] > 200 for box in boxes)
        codes = [code.bounding_box() for code in seen.page.locator(".slip .qr-paper svg").all()]
        # 30 mm at least: telephones of ten years ago read it at arm's length
        assert min(code["width"] for code in codes) >= 110


@pytest.mark.attack("H1")
def test_what_people_write_stays_words_on_every_page(chrome, tmp_path):
    with (
        serve_site(f"sqlite:///{tmp_path / 'h1.db'}", structure_name=NAUGHTY[0]) as site,
        site.at_work() as at_work,
        watch(chrome, site.base) as seen,
    ):
        sign_in(seen, site)
        for number, words in enumerate(NAUGHTY):
            story = write_everywhere(at_work, words)
            for path in (*public_pages(story)[2:3], *every_naughty_page(story, number)):
                seen.go(path)
                seen.check()
        # the twin: the words are there, to be read
        seen.go("/badges")
        assert seen.page.get_by_role("link", name=NAUGHTY[1], exact=True).first.is_visible()


def write_everywhere(at_work, words: str) -> Story:
    """Put the same words into every field that takes words."""
    badge = ExampleBadge(
        name=words, description=words, criteria=f"{words}\n\n- {words}", kind="skill", picture_text=words,
        skills=f"{words.replace('|', '')} | https://esco.example/1",
    )  # fmt: skip
    badge_id = at_work.make_badge(badge)
    situation = Situation(title=words, description=words, host=words, scheme=words, behaviours=((words, badge_id),), badge_ids=())  # fmt: skip
    situation_id = at_work.make_situation(situation)
    session_id = at_work.open_session(situation_id, held_on="2026-11-20", place=words, names=(words,))
    at_work.mark_seen(session_id, is_seen=lambda _row, _column: True, words=words)
    award_ids = at_work.award_session(session_id)
    at_work.award_person(badge_id, name=words, words=words)
    at_work.revoke(award_ids[0], reason=words)
    return Story([badge_id] * 3, situation_id, session_id, award_ids)


def every_naughty_page(story: Story, number: int) -> list[str]:
    """Every page for the first words; for the others, those that show the most of them."""
    some = [
        f"/badges/{story.badge_ids[0]}",
        f"/situations/{story.situation_id}/edit",
        f"/sessions/{story.session_id}",
        f"/awards/{story.award_ids[0]}",
    ]
    return every_page_of(story) if number in {0, 1, 20} else some


def every_page_of(story: Story) -> list[str]:
    return [path for path in passeur_pages(story) if not path.endswith(("/edit", "/revoke"))] + [
        f"/situations/{story.situation_id}/edit"
    ]


@pytest.mark.attack("H1")
def test_what_is_typed_wrongly_comes_back_as_words(served, chrome):
    site, _ = served
    with watch(chrome, site.base) as seen:
        seen.go("/signin")
        seen.page.locator("#f-email").evaluate("field => { field.type = 'text'; }")
        for words in NAUGHTY[:12]:
            seen.page.locator("form[action='/signin']").evaluate("form => { form.noValidate = true; }")
            seen.page.locator("#f-email").evaluate("field => { field.type = 'text'; }")
            seen.page.locator("#f-email").fill(words)
            with seen.page.expect_navigation():
                seen.page.locator("main form button[type=submit]").first.click()
            seen.page.wait_for_selector("html[data-ready]", state="attached")
            assert seen.page.locator("#f-email").input_value() == words.strip()
            seen.check()


def test_a_badge_and_a_session_are_made_and_awarded_with_the_keyboard_alone(chrome, tmp_path):
    with (
        serve_site(f"sqlite:///{tmp_path / 'keys.db'}") as site,
        site.at_work() as at_work,
        watch(chrome, site.base) as seen,
    ):
        page, keys = seen.page, seen.page.keyboard
        page.goto(site.link())
        keys.press("Enter")  # the button has the focus
        page.wait_for_url(f"{site.base}/")

        def tab_to(selector: str, most: int = 60) -> None:
            for _ in range(most):
                if page.evaluate("selector => document.activeElement?.matches(selector)", selector):
                    return
                keys.press("Tab")
            raise AssertionError(f"{most} tabs do not reach {selector}")

        def go(path: str) -> None:
            page.goto(site.base + path)
            page.wait_for_selector("html[data-ready]", state="attached")

        go("/badges/new")
        keys.type("A préparé et posé un drone.")
        tab_to("#f-name")
        keys.type("J'ai piloté un drone")
        tab_to("input[name=kind]")
        keys.press("ArrowDown")
        tab_to("#f-criteria")
        keys.type("- Prépare le drone")
        assert page.locator("[data-preview=name]").inner_text() == "J'ai piloté un drone"
        assert page.locator("[data-preview=kind]").inner_text() == "Expérience"
        tab_to("main form button[type=submit]")
        with page.expect_navigation():
            keys.press("Enter")
        badge_id = page.locator("[data-badge-id]").first.get_attribute("data-badge-id")
        situation_id = at_work.make_situation(
            Situation(
                title="Drone (exemple)", description="", host="", scheme="",
                behaviours=(("Vérifie", badge_id), ("Range", "")), badge_ids=(),
            )
        )  # fmt: skip

        go(f"/sessions/new?situation={situation_id}")
        tab_to("#f-names")
        for name in LEARNERS:
            keys.type(name)
            keys.press("Enter")
        tab_to("main form button[type=submit]")
        with page.expect_navigation():
            keys.press("Enter")
        page.wait_for_selector("html[data-ready]", state="attached")
        tab_to("[data-check-grid] tbody input", most=40)
        for _ in LEARNERS:
            keys.press("Space")
            keys.press("ArrowDown")
        assert page.locator("[data-check-grid-count]").inner_text().startswith("12")
        with page.expect_navigation():
            keys.press("Enter")  # from inside the grid
        page.wait_for_selector("html[data-ready]", state="attached")
        tab_to("[data-check-grid] tbody input", most=40)
        with page.expect_navigation():
            keys.press("Enter")
        assert page.locator("[data-award-id]").count() == 12
        assert "12 badges attribués" in page.locator("h1").inner_text()
        seen.check()


def test_the_pages_work_without_script(served, chrome):
    site, story = served
    context = chrome.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    page.goto(site.link())
    submit(page, page.get_by_role("button", name="Entrer", exact=True))
    page.goto(f"{site.base}/situations/new")
    assert page.locator("input[name=behaviour]").count() == 4
    page.locator("#f-title").fill("Sans script (exemple)")
    page.locator("#f-behaviour-1").fill("Range le matériel")
    submit(page, page.get_by_role("button", name="Enregistrer la situation"))
    assert "Range le matériel" in page.locator("main").inner_text()
    page.goto(f"{site.base}/badges/new")
    page.locator("#f-description").fill("Répare un vélo.")
    page.locator("#f-name").fill("Je répare")
    page.locator("input[name=kind][value=skill]").check(force=True)
    page.locator("#f-criteria").fill("- Démonte\n- Remonte")
    submit(page, page.get_by_role("button", name="Faire ce badge"))
    assert "Le badge est fait" in page.locator("main").inner_text()
    page.goto(f"{site.base}/sessions/{story.session_id}/slips")
    assert page.locator(".slip").count() == 11
    assert "Ctrl" in page.locator("noscript").first.inner_text()
    context.close()


def test_a_line_is_added_and_whoever_is_away_cannot_be_marked(served, chrome):
    site, story = served
    with site.at_work() as at_work:
        session_id = at_work.open_session(story.situation_id, held_on="2026-11-22", place="", names=("Amina", "Bastien"))  # fmt: skip
    with watch(chrome, site.base, width=390) as seen:
        sign_in(seen, site)
        seen.go("/situations/new")
        seen.page.get_by_role("button", name="Ajouter une ligne").click()
        assert seen.page.locator("input[name=behaviour]").count() == 5
        assert seen.page.evaluate("document.activeElement.id") == "f-behaviour-5"
        assert seen.page.get_by_label("Chose à voir 5").input_value() == ""
        seen.check()
        seen.go(f"/sessions/{session_id}")
        seen.page.get_by_text("Qui est là").click()
        seen.page.get_by_role("checkbox", name="Bastien", exact=True).uncheck()
        boxes = seen.page.locator("[data-check-grid] tbody input")
        assert [box.is_disabled() for box in boxes.all()] == [False] * 3 + [True] * 3
        seen.page.get_by_role("checkbox", name="Bastien", exact=True).check()
        assert not boxes.nth(3).is_disabled()


def test_a_new_badge_shows_its_picture_before_it_is_sent(served, chrome, tmp_path):
    from PIL import Image

    Image.new("RGB", (12, 12), "teal").save(tmp_path / "image.png")
    site, _ = served
    with watch(chrome, site.base) as seen:
        sign_in(seen, site)
        seen.go("/badges/new")
        seen.page.locator("#f-picture").set_input_files(tmp_path / "image.png")
        seen.page.wait_for_selector("[data-badge-preview] img")
        seen.page.locator("#f-name").fill(BADGES[1].name)
        assert seen.page.locator("[data-preview=name]").inner_text() == BADGES[1].name
        seen.check()
