"""What the last check of a badge answered, in a person's questions: each line that can come has its sentence."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest

from credentials.report import INDETERMINATE_CODES, Outcome
from wallet.routes.showing import badge_checks
from web.i18n import LANGUAGES, Catalogue

BAD = ["invalid_signature", "issuer_mismatch", "expired", "revoked", "schema_not_met", "jws_typ"]


def lines_of(*codes: str) -> dict[str, Outcome]:
    return {line["name"]: line["outcome"] for line in badge_checks(SimpleNamespace(codes=codes))}  # type: ignore[arg-type]


def test_a_badge_that_holds_answers_its_four_questions():
    assert lines_of() == dict.fromkeys(("signature", "who", "dates", "standing"), Outcome.VALID)


def test_a_schema_that_is_not_met_says_nothing_against_the_signature():
    lines = lines_of("schema_not_met")
    assert lines["form"] is Outcome.INVALID
    assert lines["signature"] is lines["who"] is Outcome.VALID


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_line_that_can_come_has_its_sentence(language: str):
    messages = Catalogue.load("wallet").messages[language]
    # an unknown schema is a warning of the report, never one of its codes
    codes = [code for code in (*BAD, *INDETERMINATE_CODES) if not re.match("schema_(?!not_met)", code)]
    for code in codes:
        for name, outcome in lines_of(code).items():
            assert f"check.{name}.{outcome}" in messages, code
