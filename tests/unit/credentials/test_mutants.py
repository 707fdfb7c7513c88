"""Mutants of every format: what is accepted says what the original says; and what would be fooled is noticed."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from credentials.view import CredentialView
from tests.corpus.cases import read_twins, write
from tests.corpus.checking import MAIN_WORLD, Verdict, check
from tests.corpus.worlds import read_world
from tests.mutants.json_mutations import MUTATIONS
from tests.mutants.run import Mutant, artefacts, mutants, run, says_the_same
from tests.mutants.shown import is_part, said
from tests.mutants.text_mutations import JSON_MUTATIONS, TOKEN_MUTATIONS

SEED = 20_261_124
COUNT = 2_000
BADGE = "badge eddsa-rdfc-2022"


def test_no_mutant_fools_the_verifier_or_escapes_it() -> None:
    tally = run(mutants(COUNT, SEED))
    assert (tally.fooled, tally.escaped) == ([], [])
    assert tally.made.total() == COUNT
    assert set(tally.made) == {twin.name for twin in artefacts()}
    # some writings say the same: were none accepted, nothing would have been compared
    assert tally.accepted.total() > COUNT / 50


def test_a_seed_makes_the_same_mutants() -> None:
    once, again, other = ([each.data for each in mutants(50, seed)] for seed in (SEED, SEED, SEED + 1))
    assert once == again != other


def _verdict_over(document: Any) -> Verdict:
    return Verdict("valid", "", "", (), 0.0, (CredentialView.from_document(document),))


@pytest.mark.parametrize(
    "change",
    [
        lambda it: it.update(name="Pilotage de drones"),
        lambda it: it["credentialSubject"]["achievement"].update(name="Autre"),
        lambda it: it["credentialSubject"].pop("narrative"),
        lambda it: it.update(undefinedTerm="x"),
        lambda it: it["evidence"].append({"type": ["Evidence"], "name": "Encore"}),
        lambda it: it["evidence"].pop(),
        lambda it: it.update(validUntil="2029-11-20T10:00:00Z"),
        lambda it: it["evidence"][0].update(name=it["evidence"][1]["name"]),
        lambda it: it["issuer"].update(id="did:web:other.example"),
    ],
)
def test_a_verifier_that_accepts_other_claims_is_found_out(change: Any) -> None:
    twin = read_twins()[BADGE]
    forged = copy.deepcopy(twin.document)
    change(forged)
    assert not says_the_same(twin, _verdict_over(forged), _verdict_over(twin.document))


def test_a_credential_more_or_less_is_found_out() -> None:
    twin = read_twins()["presentation of three"]
    whole = check(twin.text.encode(), twin.kind, read_world(MAIN_WORLD), twin.options)
    assert whole.outcome == "valid"
    assert len(whole.claims) == 3
    assert not says_the_same(twin, replace(whole, claims=whole.claims[1:]), whole)
    assert says_the_same(twin, whole, whole)


def test_an_error_that_escapes_is_found_out() -> None:
    twin = read_twins()[BADGE]
    broken = replace(twin, kind="sd-jwt", options={"binding": True, "now": "no time"})
    tally = run([Mutant(broken, broken, ("none",), b"x")])
    assert len(tally.escaped) == 1
    assert "DateSyntaxError" in tally.escaped[0]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"a": [1]}, {"a": 1}, True),
        ({"a": [1, 2]}, {"a": [2, 1]}, True),
        ({"a": 1.0}, {"a": 1}, True),
        ({"a": 1, "@context": []}, {"a": 1}, True),
        ({"a": {"id": "urn:x:1"}}, {"a": "urn:x:1"}, True),
        ({"a": {"@value": "x", "@language": "FR"}}, {"a": {"@value": "x", "@language": "fr"}}, True),
        ({"a": {"@value": "X", "@language": "fr"}}, {"a": {"@value": "x", "@language": "fr"}}, False),
        ({"a": {"id": "urn:x:1", "type": "T"}}, {"a": "urn:x:1"}, False),
        ({"a": "1"}, {"a": 1}, False),
        ({"a": True}, {"a": 1}, False),
        ({"a": [1, 1]}, {"a": 1}, False),
        ({"a": {"b": 1}}, {"b": {"a": 1}}, False),
        ({"a": None}, {}, False),
    ],
)
def test_what_counts_as_the_same(one: Any, other: Any, same: bool) -> None:
    assert (json.dumps(said(one), sort_keys=True) == json.dumps(said(other), sort_keys=True)) is same


def test_a_part_says_less_and_nothing_else() -> None:
    whole = {"a": {"b": 1, "c": [2, 3]}, "d": "x"}
    assert is_part({"a": {"c": [3]}}, whole)
    assert is_part(whole, whole)
    assert is_part({"s": {"id": "urn:x:1"}}, {"s": {"id": "urn:x:1", "name": "x"}})
    assert not is_part({"s": {"id": "urn:x:2"}}, {"s": {"id": "urn:x:1", "name": "x"}})
    assert not is_part({"a": {"c": [4]}}, whole)
    assert not is_part({"a": {"b": True}}, whole)
    assert not is_part({"b": 1}, whole)


@pytest.mark.parametrize("change", MUTATIONS, ids=lambda each: each.__name__)
def test_each_change_of_a_document_changes_some(change: Any) -> None:
    """A mutation that never does anything would test nothing."""
    rng, other = Random(SEED), read_twins()["badge proof set"].document
    for name in ("badge with credits", "plain with languages"):
        before = read_twins()[name].document
        for _ in range(200):
            after = copy.deepcopy(before)
            change(rng, after, other)
            if write(after) != write(before):
                return
    pytest.fail("it changes nothing")


@pytest.mark.parametrize("change", [*JSON_MUTATIONS, *TOKEN_MUTATIONS], ids=lambda each: each.__name__)
def test_each_change_of_a_text_changes_some(change: Any) -> None:
    rng, other = Random(SEED), read_twins()["sd-jwt badge"].text
    texts = [read_twins()[BADGE].text] if change in JSON_MUTATIONS else []
    texts += [read_twins()["sd-jwt small"].text] if change in TOKEN_MUTATIONS else []
    assert any(change(rng, text, other) != text for text in texts for _ in range(50))
