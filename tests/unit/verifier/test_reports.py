"""What an employer reads: the first screen, the three outcomes, what is folded, in both languages."""

from __future__ import annotations

import base64
import itertools
import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from starlette.requests import Request

from credentials.open_badges import Kind, Profile
from credentials.verification import CREDENTIAL_STEPS, PRESENTATION_STEPS
from tests.unit.credentials.conftest import NOW
from tests.unit.verifier.scenes import SCENES, drone, edited, signed
from verifier.lettering import is_deceptive, plain
from verifier.reports import FIRST_SCREEN_WORDS, Findings, issuer_domain
from verifier.showing import report_page, web_link
from web.i18n import LANGUAGES, Catalogue

if TYPE_CHECKING:
    from tests.unit.verifier.conftest import Place

LONG = "plusieurs longues choses apprises ensemble pendant toute cette année"


class FirstScreen(HTMLParser):
    """Gathers the words of each `data-first-screen`, as they are read: hidden labels are not there to be seen."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.screens: list[list[str]] = []
        self.attributes: list[dict[str, Any]] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if self.depth:
            self.depth += tag not in {"img", "use", "path", "input", "br"}
        elif "data-first-screen" in dict(attrs):
            self.depth = 1
            self.screens.append([])
            self.attributes.append(dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        if self.depth:
            self.depth -= tag not in {"img", "use", "path", "input", "br"}

    def handle_data(self, data: str) -> None:
        if self.depth:
            self.screens[-1].append(data)


def first_screens(page: str) -> tuple[list[list[str]], list[dict[str, Any]]]:
    parser = FirstScreen()
    parser.feed(page)
    words = [[w for w in " ".join(texts).split() if re.search(r"\w", w)] for texts in parser.screens]
    return words, parser.attributes


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", SCENES)
def test_every_state_has_its_words(place: Place, name: str, language: str):
    scene = SCENES[name]
    badge = scene.make(place.world)
    with place.browser(language=language) as browser:
        answer = browser.verify(json.dumps(badge).encode())
    assert answer.status_code == 200
    words, attributes = first_screens(answer.text)
    assert len(words) == 1
    assert attributes[0]["data-verdict"] == scene.verdict
    assert attributes[0]["data-outcome"] == scene.outcome
    assert attributes[0]["data-reason"] == scene.reason
    assert len(words[0]) <= FIRST_SCREEN_WORDS, words[0]
    catalogue = Catalogue.load("verifier", strict=True)
    assert catalogue.text(language, f"report.verdict.{scene.verdict}") in " ".join(words[0])
    if scene.outcome == "valid":
        assert re.search(r"21 (novembre|November) 2026", " ".join(words[0]))  # the day it was earned


@pytest.mark.parametrize("name", [name for name in SCENES if SCENES[name].outcome != "valid"])
def test_only_what_is_valid_ever_looks_so(place: Place, name: str):
    with place.browser() as browser:
        page = browser.verify(json.dumps(SCENES[name].make(place.world)).encode()).text
    screen = page[page.index('<section class="outcome') : page.index("report-folds")]
    assert "outcome-valid" not in page.split("report-folds")[0]
    assert "est valable" not in screen
    assert f"#outcome-{SCENES[name].outcome}" in screen


def test_what_nobody_signed_is_said_by_nobody(place: Place):
    with place.browser() as browser:
        page = browser.verify(json.dumps(edited(place.world)).encode()).text
    screen = page[page.index('<section class="outcome') : page.index("report-folds")]
    assert "Attesté par" not in screen
    assert "Le fichier prétend" in screen
    assert "data:image/png" not in screen  # nor does its picture lend it weight
    assert "Ce qui suit n’est pas prouvé" in page


def passed(*names: str) -> list[dict[str, Any]]:
    return [{"name": name, "outcome": "valid", "code": "ok"} for name in names]


def warned(code: str) -> dict[str, Any]:
    return {"name": "trust", "outcome": "invalid", "code": code}


def report_of(checks: list[dict[str, Any]], warnings: list[dict[str, Any]], outcome: str) -> dict[str, Any]:
    """A presentation's report in the library's own form, around one credential's."""
    around = passed("proof", "holder_key", "holder_binding")
    credential = {"outcome": outcome, "checks": checks, "warnings": warnings}
    return {"outcome": outcome, "checks": around, "warnings": [], "credentials": [credential]}


def screen_of(
    place: Place, language: str, report: dict[str, Any], document: dict[str, Any]
) -> tuple[str, list[str]]:
    """The first screen of a report's page, and its words."""
    headers = [(b"accept-language", language.encode())]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/verify",
        "query_string": b"",
        "headers": headers,
        "state": {},
    }
    request = Request(scope | {"app": place.app})
    findings = Findings(report, (document,), presented=True, checked_at=NOW)
    page = report_page(request, place.app.state.templates, place.app.state.desk, findings).body.decode()
    words, _ = first_screens(page)
    assert len(words) == 1
    return page[page.index('<section class="outcome') : page.index("report-folds")], words[0]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [*Kind, None])
def test_the_first_screen_never_has_more_than_thirty_words(place: Place, language: str, kind: Kind | None):
    codes = ("unknown_issuer", "not_bound_to_presenter", "deceptive_letters")
    for chosen in itertools.chain.from_iterable(
        itertools.combinations(codes, n) for n in range(len(codes) + 1)
    ):
        # deceptive letters are seen in the name itself, the other two are the library's warnings
        name = ("Missiоn " if "deceptive_letters" in chosen else "Mission ") + LONG
        document = place.world.badge(
            issuer=Profile(id="did:web:mission.example:node", name=name),
            achievement=drone(name=LONG, description=f"{LONG} {LONG} {LONG}", kind=kind or Kind.ROLE),
        )
        if "not_bound_to_presenter" in chosen:
            del document["credentialSubject"]["id"]
        if kind is None:
            document["credentialSubject"]["achievement"]["achievementType"] = "Certificate"
        warnings = [warned(code) for code in chosen if code == "unknown_issuer"]
        report = report_of(passed(*CREDENTIAL_STEPS), warnings, "valid")
        screen, words = screen_of(place, language, report, document)
        assert set(re.findall(r'data-warning="(\w+)"', screen)) == set(chosen)
        assert 20 <= len(words) <= FIRST_SCREEN_WORDS, words
        assert "mission.example/node" in words


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("proven", [True, False])
def test_no_reason_takes_the_first_screen_beyond_thirty_words(place: Place, language: str, *, proven: bool):
    messages = Catalogue.load("verifier").messages[language]
    codes = [key.removeprefix("report.reason.") for key in messages if key.startswith("report.reason.")]
    steps = [key.removeprefix("report.step.") for key in messages if key.startswith("report.step.")]
    assert len(codes) > 20
    assert len(steps) > 8
    document = place.world.badge(
        issuer=Profile(id="did:web:mission.example", name=LONG),
        achievement=drone(name=LONG, description=LONG),
    )
    signature = passed("proof", "issuer_key") if proven else []
    cases = [*((code, "status") for code in codes), *(("a_code_of_tomorrow", step) for step in steps)]
    for (code, step), outcome in itertools.product(cases, ("invalid", "indeterminate")):
        failed = {"name": step, "outcome": outcome, "code": code}
        screen, words = screen_of(place, language, report_of([*signature, failed], [], outcome), document)
        assert len(words) <= FIRST_SCREEN_WORDS, words
        assert f'data-outcome="{outcome}"' in screen


def test_a_kind_of_participation_is_never_called_a_certification(place: Place):
    with place.browser() as browser:
        page = browser.verify(json.dumps(SCENES["participation"].make(place.world)).encode()).text
    assert 'data-kind="participation">Participation<' in page
    assert "Ce badge dit que la personne a participé." in page
    assert not re.search(
        "certif|diplôm|compétence",
        re.sub(r"<pre.*?</pre>|<details.*", "", page, flags=re.DOTALL),
        re.IGNORECASE,
    )


@pytest.mark.covers("di-1.0", "7.1")
def test_the_day_it_was_earned_stands_apart_from_the_day_it_was_issued(place: Place):
    with place.browser() as browser:
        page = browser.verify(json.dumps(signed(place.world)).encode()).text
    rows = dict(re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page))
    assert rows["Obtenu le"] == "21 novembre 2026"
    assert rows["Délivré le"] == "23 novembre 2026"


def test_what_is_folded_says_all_that_was_signed(place: Place):
    with place.browser() as browser:
        page = browser.verify(json.dumps(signed(place.world)).encode()).text
    folds = page[page.index("report-folds") :]
    assert "<strong>poser</strong> le drone" in folds  # the criteria's Markdown
    assert "Vol du samedi" in folds
    assert "Suivre des consignes" in folds
    assert "7 vérifications du badge" in folds
    assert folds.count('class="check-line check-line-valid"') == 7
    assert "La signature est bonne" in folds
    assert not re.search(r"<details[^>]* open", folds)


def test_each_check_is_a_sentence_in_both_languages(place: Place):
    catalogue = Catalogue.load("verifier")
    for language in LANGUAGES:
        for group, names in (
            ("check", CREDENTIAL_STEPS),
            ("answer", (*PRESENTATION_STEPS, "vp_token", "query")),
        ):
            for name in set(names) - {"credentials"}:
                for sign in ("passed", "failed", "unknown"):
                    assert catalogue.has(language, f"report.{group}.{name}.{sign}"), (group, name, sign)


@pytest.mark.attack("G12")
def test_a_badge_about_nobody_says_so_in_words(place: Place):
    with place.browser() as browser, place.wallet() as wallet:
        asking = browser.ask()
        assert wallet.answer(asking.link(), signed(place.world, subject_id=None)).status_code == 200
        page = browser.client.get(f"/results/{asking.id}").text
        bound = browser.ask()
        wallet.answer(bound.link(), signed(place.world))
        twin = browser.client.get(f"/results/{bound.id}").text
        handed_in = browser.verify(json.dumps(signed(place.world, subject_id=None)).encode()).text
    assert 'data-warning="not_bound_to_presenter"' in handed_in
    assert 'data-warning="not_bound_to_presenter"' in page
    assert "n’est pas lié à la personne qui le présente" in page
    assert "not_bound_to_presenter" not in twin
    assert 'data-verdict="valid"' in page


def test_an_unknown_issuer_is_a_warning_in_words_and_no_cross(place: Place):
    with place.browser() as browser:
        page = browser.verify(json.dumps(SCENES["unknown_issuer"].make(place.world)).encode()).text
        twin = browser.verify(json.dumps(signed(place.world)).encode()).text
    screen = page[page.index('<section class="outcome') : page.index("report-folds")]
    assert "Émetteur inconnu de nous" in screen
    assert "#outcome-invalid" not in screen
    assert "#cross" not in screen
    assert "Nous ne connaissons pas cet émetteur" in page
    assert "inconnu" not in twin
    assert "Nous connaissons cet émetteur" in twin


def test_a_forged_badge_is_not_said_to_come_from_whom_we_know(place: Place):
    with place.browser() as browser:
        forged = browser.verify(json.dumps(SCENES["edited"].make(place.world)).encode()).text
        twin = browser.verify(json.dumps(signed(place.world)).encode()).text
    assert "Nous connaissons cet émetteur" not in forged
    assert "Nous connaissons cet émetteur" in twin


@pytest.mark.attack("D3")
@pytest.mark.parametrize(
    "name",
    [
        "Missiоn locale",
        "Mission\u200blocale",
        "elacol \u202enoissiM",
        "𝐌𝐢𝐬𝐬𝐢𝐨𝐧 locale",
        "Ｍission locale",
        "Μission",
    ],
)
def test_letters_that_deceive_are_flagged_and_the_domain_stands_beside(place: Place, name: str):
    with place.browser() as browser:
        page = browser.verify(json.dumps(SCENES["unknown_issuer"].make(place.world)).encode()).text
        assert "deceptive_letters" not in page
        badge = signed(place.world, issuer=Profile(id=place.world.issuer_id, name=name))
        page = browser.verify(json.dumps(badge).encode()).text
    screen = page[page.index('<section class="outcome') : page.index("report-folds")]
    assert 'data-verdict="valid"' in screen
    assert 'data-warning="deceptive_letters"' in screen
    assert 'class="report-domain"' in screen
    assert not re.search("[\u200b\u202a-\u202e]", screen)


@pytest.mark.parametrize(
    "name",
    ["Mission locale", "Œuvre d’Angoulême", "Café 2000", "Ελλάδα", "東京", "👩\u200d🏫 École", None, ""],
)
def test_honest_names_are_not_flagged(name: str | None):
    assert not is_deceptive(name)


def test_a_name_is_shown_without_what_hides_or_reorders():
    assert plain("Mission\u202e\u200b\n locale\t du  bocage") == "Mission locale du bocage"


@pytest.mark.parametrize(
    ("issuer_id", "shown"),
    [
        ("did:web:node.example", "node.example"),
        ("did:web:node.example%3A8443:a:b", "node.example:8443/a/b"),
        ("https://old.example/issuer", "old.example"),
        ("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", "did:key:z6MkhaXgBZDvotDkL525…"),
        (None, ""),
    ],
)
def test_the_domain_of_an_issuer(issuer_id: str | None, shown: str):
    assert issuer_domain(issuer_id) == shown


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", " https://a.example", "//a.example", "", None]
)
def test_only_addresses_of_the_web_become_links(address: str | None):
    assert web_link(address) is None
    assert web_link("https://a.example/x") == "https://a.example/x"


def test_the_report_can_be_taken_home(place: Place):
    with place.browser() as browser:
        page = browser.verify(json.dumps(signed(place.world)).encode()).text
    link = re.search(r'href="data:application/json;base64,([^"]+)"', page)[1]
    report = json.loads(base64.b64decode(link))
    assert report["outcome"] == "valid"
    assert [check["name"] for check in report["checks"]] == list(CREDENTIAL_STEPS)
