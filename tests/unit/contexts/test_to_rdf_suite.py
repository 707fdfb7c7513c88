"""The W3C JSON-LD suite "toRdf": what we accept means what it says, and what we refuse is listed with the reason."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import pytest

from contexts import ContextsError
from tests.unit.contexts.to_rdf_suite import ENTRIES, expected_form, is_positive, our_form

# id to what is told a reader; a test that is neither here nor right fails
REFUSED: dict[str, str] = json.loads((Path(__file__).parent / "to_rdf_refused.json").read_bytes())
# this harness, which gives contexts addresses, would change them: a JSON literal that holds an "@context", and
# a context that holds nothing but another
NOT_ASKED = {"#tjs21", "#ter56"}
POSITIVE = [name for name, entry in ENTRIES.items() if is_positive(entry) and name not in NOT_ASKED]
OTHERS = [name for name, entry in ENTRIES.items() if not is_positive(entry) and name not in NOT_ASKED]


def outcome(entry: dict[str, Any]) -> tuple[str, str]:
    """The canonical form, or "" and why there is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # PyLD's word on reserved terms
        try:
            return our_form(entry), ""
        except ContextsError as err:
            return "", err.detail


@pytest.mark.covers(
    "json-ld-api-1.1", "3", "4.1", "4.2", "5.1", "5.2", "5.3", "7.2", "7.4", "8.1", "8.2", "8.3"
)
@pytest.mark.parametrize("name", POSITIVE)
def test_what_we_accept_means_what_it_says(name: str) -> None:
    form, reason = outcome(ENTRIES[name])
    assert reason == REFUSED.get(name, "")
    assert form == ("" if reason else expected_form(ENTRIES[name]))


@pytest.mark.covers("json-ld-api-1.1", "3", "9.6")
@pytest.mark.parametrize("name", OTHERS)
def test_what_must_be_refused_is(name: str) -> None:
    form, reason = outcome(ENTRIES[name])
    assert form == ""
    assert reason


def test_a_good_part_is_accepted() -> None:
    assert len(set(POSITIVE) - REFUSED.keys()) >= 84
    assert set(POSITIVE) >= REFUSED.keys()
