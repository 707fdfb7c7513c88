"""Sentences: the choice of language, plurals, and the check that none is missing."""

from __future__ import annotations

import json
import sys

import pytest
from markupsafe import Markup

from web.i18n import Catalogue, check_messages, plural_form


def catalogue(**messages: str) -> Catalogue:
    keys = {name.replace("__", "."): text for name, text in messages.items()}
    return Catalogue({"fr": keys, "en": keys}, strict=True)


def test_values_are_put_in_by_name():
    assert (
        catalogue(a="Il y a {count} badges pour {name}").text("fr", "a", count=3, name="{x}")
        == "Il y a 3 badges pour {x}"
    )


@pytest.mark.parametrize(
    ("language", "count", "form"),
    [("fr", 0, "one"), ("fr", 1, "one"), ("fr", 1.5, "one"), ("fr", 2, "other"), ("en", 0, "other"), ("en", 1, "one"), ("en", 2, "other")],
)  # fmt: skip
def test_plurals(language, count, form):
    assert plural_form(language, count) == form
    assert catalogue(a__one="one", a__other="other").text(language, "a", count=count) == form


@pytest.mark.attack("H1")
def test_markup_keeps_its_values_harmless():
    text = catalogue(a_html="<b>{name}</b>").text("fr", "a_html", name="<svg onload=alert(1)>")
    assert text == Markup("<b>&lt;svg onload=alert(1)&gt;</b>")


def test_a_missing_sentence_is_an_error_or_its_key():
    with pytest.raises(KeyError, match=r"missing\.key"):
        catalogue().text("fr", "missing.key")
    assert Catalogue({"fr": {}, "en": {}}).text("fr", "missing.key") == "missing.key"


@pytest.mark.parametrize(
    ("query", "cookie", "accepted", "language"),
    [
        ("", None, "", "fr"), ("", None, "en", "en"), ("", None, "fr;q=0.3, en;q=0.9", "en"), ("", None, "de, en-US;q=0.1", "en"),
        ("", None, "en;q=0", "fr"), ("", None, "en;q=x, fr;q=0.1", "fr"), ("", None, "," * 5_000, "fr"), ("", "en", "fr", "en"),
        ("?lang=fr", "en", "en", "fr"), ("?lang=en", None, "fr", "en"), ("?lang=xx", None, "en", "en"), ("", "../x", "en", "en"),
    ],
)  # fmt: skip
def test_the_language_of_a_page(gallery, query, cookie, accepted, language):
    if cookie:
        gallery.cookies.set("lang", cookie)
    page = gallery.get(f"/confirm{query}", headers={"accept-language": accepted})
    assert f'<html lang="{language}">' in page.text


def test_a_chosen_language_is_remembered(gallery):
    gallery.get("/confirm?lang=en")
    assert '<html lang="en">' in gallery.get("/confirm", headers={"accept-language": "fr"}).text


# --- the check


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A service's folder, importable: `package(fr={...}, en={...}, page="...")` gives its name."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def make(*, fr: dict, en: dict, page: str = "", code: str = "") -> str:
        name = f"service_{len(list(tmp_path.iterdir()))}"
        for folder in ("locales", "templates"):
            (tmp_path / name / folder).mkdir(parents=True)
        (tmp_path / name / "__init__.py").write_text(code, encoding="utf-8")
        (tmp_path / name / "templates" / "page.html").write_text(page, encoding="utf-8")
        for language, content in (("fr", fr), ("en", en)):
            (tmp_path / name / "locales" / f"{language}.json").write_text(
                json.dumps(content), encoding="utf-8"
            )
        sys.path_importer_cache.clear()
        return name

    return make


GOOD = {
    "home.title": "Bonjour {name}",
    "count.one": "{count} badge",
    "count.other": "{count} badges",
    "kind.a": "A",
    "_dynamic": ["kind."],
}
PAGE = '{{ t("home.title", name=x) }}{{ t("count", count=3) }}{{ t("kind." ~ kind) }}'


def test_nothing_is_found_in_a_good_service(package):
    name = package(fr=GOOD, en=GOOD, page=PAGE)
    assert [finding for finding in check_messages([name]) if finding.startswith(name)] == []


@pytest.mark.parametrize(
    ("changed_fr", "changed_en", "page", "finding"),
    [
        ({"only.french": "x"}, {}, '{{ t("only.french") }}', "only.french is not in en.json"),
        ({}, {"only.english": "x"}, '{{ t("only.english") }}', "only.english is not in fr.json"),
        ({"home.title": "Bonjour"}, {}, "", "home.title has parameters [] in fr.json, ['name'] in en.json"),
        ({"extra": "x"}, {"extra": "x"}, "", "extra is never used"),
        ({}, {}, '{{ t("not.there") }}', "not.there is used in"),
        ({}, {}, '{{ t("other." ~ x) }}', "other. is completed in"),
        ({"home.title": " "}, {}, "", "home.title is empty"),
        ({"_dynamic": []}, {}, "", "_dynamic differs"),
        (
            {"_dynamic": ["kind.", "none."]},
            {"_dynamic": ["kind.", "none."]},
            "",
            "_dynamic none. has no message",
        ),
    ],
)
def test_what_is_missing_unused_or_different_is_found(package, changed_fr, changed_en, page, finding):
    name = package(fr=GOOD | changed_fr, en=GOOD | changed_en, page=PAGE + page)
    assert any(found.startswith(f"{name}: {finding}") for found in check_messages([name]))


def test_keys_named_in_code_count_as_used(package):
    more = GOOD | {"said.in.code": "x"}
    name = package(fr=more, en=more, page=PAGE, code='TITLES = {"a": "said.in.code"}\n')
    assert [finding for finding in check_messages([name]) if finding.startswith(name)] == []


def test_a_key_written_twice_is_an_error(package, tmp_path):
    name = package(fr=GOOD, en=GOOD)
    (tmp_path / name / "locales" / "fr.json").write_text('{"a": "x", "a": "y"}', encoding="utf-8")
    with pytest.raises(ValueError, match="twice: a"):
        Catalogue.load(name)


def test_our_own_catalogue_has_no_finding():
    assert [finding for finding in check_messages([]) if finding.startswith("web:")] == []
