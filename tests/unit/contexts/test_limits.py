"""Every document is bounded before it costs."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest

from contexts import (
    DataLossError,
    Limits,
    StrictJsonError,
    TooComplexError,
    WorkBudget,
    canonicalize,
    hash_canonical,
    strict_json,
)
from contexts.limits import PATH_UNITS, STATEMENT_UNITS
from contexts.terms import MAXIMUM_REMEMBERED
from tests.timing import costs_at_most
from tests.unit.contexts.conftest import OB, V2

if TYPE_CHECKING:
    from contexts import ContextStore

pytestmark = [
    pytest.mark.covers("di-1.0", "5.12"),
    pytest.mark.covers("json-ld-api-1.1", "10"),
]


def assert_too_complex(store: ContextStore, document: Any, *, seconds: float = 0.25) -> None:
    selection = store.selections(document)[0]
    with costs_at_most(seconds), pytest.raises(TooComplexError) as caught:
        hash_canonical(document, selection=selection)
    assert caught.value.code == "too_complex"


@pytest.mark.attack("C14")
@pytest.mark.parametrize("tags", [10_000, 100_000])
def test_too_many_statements_are_refused_in_time(
    store: ContextStore, badge: Any, canonical: Any, tags: int
) -> None:
    achievement = badge["credentialSubject"]["achievement"]
    achievement["tag"] = [f"tag {number}" for number in range(5_000)]
    assert canonical(badge).count('"tag ') == 5_000
    achievement["tag"] = [f"tag {number}" for number in range(tags)]
    assert_too_complex(store, badge)


@pytest.mark.attack("C14")
def test_two_megabytes_are_refused_before_they_are_read(badge: Any) -> None:
    assert strict_json.loads(json.dumps(badge))
    badge["evidence"] = [{"type": ["Evidence"], "narrative": "x" * 2_000_000}]
    with pytest.raises(StrictJsonError) as caught:
        strict_json.loads(strict_json.dumps(badge))
    assert caught.value.code == "too_large"


def test_too_many_nodes_without_id_are_refused(store: ContextStore, badge: Any) -> None:
    badge["evidence"] = [{"type": ["Evidence"], "name": str(number)} for number in range(2_100)]
    assert_too_complex(store, badge)


@pytest.mark.attack("C13")
def test_equal_nodes_below_a_nameless_one_are_given_up_in_time(store: ContextStore, badge: Any) -> None:
    subject = badge["credentialSubject"]
    del subject["id"]
    subject["result"] = [
        {"type": ["Result"], "alignment": [{"type": ["Alignment"]} for _ in range(9)]} for _ in range(9)
    ]
    assert_too_complex(store, badge)
    subject["result"] = [
        {"type": ["Result"], "value": str(n), "alignment": [{"type": ["Alignment"], "targetName": str(n)}]}
        for n in range(9)
    ]
    assert hash_canonical(badge, selection=store.newest())


@pytest.mark.attack("C13")
def test_equal_nodes_with_much_to_say_are_given_up_in_time(store: ContextStore, badge: Any) -> None:
    """Each path that is tried comes by each of them, and must not read again what they say."""
    subject = badge["credentialSubject"]

    def results(siblings: int, names: int) -> list[Any]:
        alignment = {"type": ["Alignment"], "targetName": [f"name {number}" for number in range(names)]}
        return [{"type": ["Result"], "alignment": [alignment] * siblings} for _ in range(2)]

    subject["result"] = results(6, 750)
    assert_too_complex(store, badge, seconds=0.15)
    subject["result"] = results(4, 1_100)
    with costs_at_most(0.15):
        assert hash_canonical(badge, selection=store.newest())


@pytest.mark.attack("C13")
def test_equal_graphs_with_much_to_say_are_given_up_in_time(store: ContextStore) -> None:
    def presentation(proofs: int, challenges: int) -> Any:
        proof = {"type": "DataIntegrityProof", "challenge": [str(number) for number in range(challenges)]}
        credential = {"@context": [V2], "type": ["VerifiableCredential"], "proof": [proof] * proofs}
        return {
            "@context": [V2],
            "type": ["VerifiablePresentation"],
            "verifiableCredential": [credential, credential],
        }

    assert_too_complex(store, presentation(6, 750))
    assert hash_canonical(presentation(2, 2), selection=store.newest())


def test_too_deep_a_document_is_refused(store: ContextStore) -> None:
    document: dict[str, Any] = {"id": "urn:a"}
    for number in range(70):
        document = {"id": f"urn:{number}", "type": ["Profile"], "parentOrg": document}
    assert_too_complex(store, document | {"@context": [V2, OB]})


def test_many_sets_of_terms_are_refused_in_time_and_not_all_remembered(store: ContextStore) -> None:
    # a type brings its own terms: each selection of types is another set
    tables = store.newest().tables
    active = tables.with_context(tables.with_context(tables.initial, V2), OB)
    scoped = [name for name, term in active.terms.items() if term and term.scoped and name[0].isupper()]
    scoped = [name for name in scoped if "Proof" not in name and "Key" not in name][:10]
    combinations = itertools.chain.from_iterable(itertools.combinations(scoped, n) for n in range(2, 6))
    for _ in range(6):
        nodes = [{"type": list(types)} for types in itertools.islice(combinations, 60)]
        assert_too_complex(store, {"@context": [V2, OB], "type": ["Profile"], "endorsement": nodes})
    assert len(tables._interned) <= MAXIMUM_REMEMBERED + 1


def test_the_limits_can_be_set(store: ContextStore, badge: Any) -> None:
    selection = store.newest()
    assert canonicalize(badge, selection=selection)
    for limits in (Limits(statements=10), Limits(blank_nodes=1), Limits(depth=1), Limits(contexts=2)):
        with pytest.raises(TooComplexError):
            canonicalize(badge, selection=selection, limits=limits)


def chained(badge: Any, length: int) -> Any:
    """A badge whose issuer has parents without names, each known by its neighbours alone."""
    node: dict[str, Any] = {"type": ["Profile"], "name": "x"}
    for _ in range(length):
        node = {"type": ["Profile"], "name": "x", "parentOrg": node}
    return badge | {"issuer": badge["issuer"] | {"parentOrg": node}}


@pytest.mark.attack("C13")
def test_a_small_document_may_try_little_and_a_large_one_more(store: ContextStore, badge: Any) -> None:
    """So that no document costs many times what an honest one of its size does."""
    selection = store.newest()
    assert hash_canonical(chained(badge, 5), selection=selection)
    assert_too_complex(store, chained(badge, 40), seconds=0.02)
    alike = [{"type": ["Result"], "alignment": [{"type": ["Alignment"]}]}] * 300
    badge["credentialSubject"]["result"] = alike
    assert hash_canonical(badge, selection=selection)


@pytest.mark.attack("C13", "C14")
def test_what_was_tried_is_paid_for_also_where_it_is_given_up(store: ContextStore, badge: Any) -> None:
    budget = WorkBudget(10**6)
    selection = store.newest().within(budget)
    for _ in range(3):
        before = budget.left
        with pytest.raises(TooComplexError):
            hash_canonical(chained(badge, 40), selection=selection)
        assert before - budget.left > 500 * PATH_UNITS
    assert store.newest().budget is None


@pytest.mark.attack("C14")
def test_what_was_written_is_paid_for_also_where_something_is_lost(store: ContextStore, badge: Any) -> None:
    budget = WorkBudget(10**6)
    badge["evidence"] = [{"id": f"urn:x:{number}", "type": ["Evidence"]} for number in range(500)]
    badge["evidence"].append({"type": ["Evidence"], "undefined": 1})
    with pytest.raises(DataLossError):
        hash_canonical(badge, selection=store.newest().within(budget))
    assert 10**6 - budget.left > 500 * STATEMENT_UNITS


def test_nodes_that_look_alike_cost_what_they_are_many(store: ContextStore, badge: Any) -> None:
    """Ten times as many, ten times as much."""
    units = []
    for count in (100, 1_000):
        budget = WorkBudget(10**6)
        badge["evidence"] = [{"type": ["Evidence"], "name": "x"}] * count
        assert hash_canonical(badge, selection=store.newest().within(budget))
        units.append(10**6 - budget.left)
    assert units[1] < 11 * units[0]


def test_a_spent_budget_ends_the_next_document_at_once(store: ContextStore, badge: Any) -> None:
    budget = WorkBudget(100)
    selection = store.newest().within(budget)
    for _ in range(2):
        with pytest.raises(TooComplexError) as caught:
            hash_canonical(badge, selection=selection)
        assert caught.value.code == "too_complex"
    assert hash_canonical(badge, selection=store.newest())
