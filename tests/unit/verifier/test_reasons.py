"""What a page says of the schema that an issuer names: looked at, not met, or not known here."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.unit.verifier.scenes import signed
from verifier.reports import FIRST_SCREEN_WORDS

EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"


def page_of(place: Any, url: str = SCHEMA, **achievement: Any) -> str:
    document = signed(place.world)
    del document["proof"]
    document["@context"].append(EXTENSIONS)
    document["credentialSchema"] = {"id": url, "type": "1EdTechJsonSchemaValidator2019"}
    document["credentialSubject"]["achievement"] |= achievement
    with place.browser() as browser:
        return str(browser.verify(json.dumps(place.world.sign(document)).encode()).text)


def test_a_schema_that_is_met_is_a_line_of_its_own(place):
    page = page_of(place)
    assert 'data-verdict="valid"' in page
    assert "Le badge suit le modèle que l’émetteur annonce." in page
    assert "8 vérifications du badge" in page


def test_a_schema_that_is_not_met_is_why_the_badge_is_not_valid(place):
    page = page_of(place, inLanguage="fr_FR")
    assert 'data-verdict="invalid"' in page
    assert 'data-reason="schema_not_met"' in page
    assert '<p class="report-reason">Il ne suit pas son propre modèle.</p>' in page


def test_a_schema_that_is_not_known_is_said_not_to_have_been_looked_at(place):
    page = page_of(place, "https://stranger.example/schema.json")
    assert 'data-verdict="valid"' in page
    assert 'data-warning="schema_unknown"' in page
    assert "Modèle inconnu de nous" in page
    assert "Nous n’avons pas pu voir si le badge le suit." in page
    assert "Le badge suit le modèle" not in page


@pytest.mark.parametrize("url", [SCHEMA, "https://stranger.example/schema.json"])
def test_the_first_screen_keeps_its_few_words(place, url: str):
    screen = re.search(r'<section class="outcome.*?</section>', page_of(place, url), re.DOTALL)
    assert screen is not None
    words = re.sub(r"<[^>]+>|&[a-z]+;", " ", screen[0]).split()
    assert len([word for word in words if re.search(r"\w", word)]) <= FIRST_SCREEN_WORDS
