"""Strict JSON at the door of every verification, once."""

from __future__ import annotations

import pytest

from contexts import StrictJsonError, TooComplexError, WorkBudget, reading_units, strict_json
from credentials.errors import DataModelError
from credentials.steps import StrictObject, read_json_object

BODY = b'{"credential": {"name": "Amina", "list": [1, true, null]}}'


def test_what_was_read_strictly_is_not_read_again_and_costs_the_same():
    members = strict_json.loads(BODY)["credential"]
    read = StrictObject(members, source=BODY)
    budget = WorkBudget()
    before = budget.left
    found = read_json_object(read, budget=budget)
    assert found == members
    # a plain object, whose values are those that were read
    assert type(found) is dict
    assert found["list"] is members["list"]
    assert before - budget.left == reading_units(BODY)


def test_a_budget_is_spent_for_it_too():
    budget = WorkBudget()
    budget.count(budget.left)
    source = BODY + b" " * 10_000
    with pytest.raises(TooComplexError):
        read_json_object(StrictObject(strict_json.loads(BODY), source=source), budget=budget)


def test_any_other_dictionary_is_written_and_read():
    assert read_json_object({"a": [1]}) == {"a": [1]}
    with pytest.raises(StrictJsonError):
        read_json_object({"a": float("nan")})
    with pytest.raises(DataModelError):
        read_json_object(b"[]")


def test_what_was_read_with_other_limits_is_read_again():
    source = b'{"a": "' + b"x" * strict_json.MAXIMUM_BYTES + b'"}'
    members = strict_json.loads(source, max_bytes=2 * len(source))
    with pytest.raises(StrictJsonError) as caught:
        read_json_object(StrictObject(members, source=source))
    assert caught.value.code == "too_large"
    assert read_json_object(StrictObject({"a": "b"}, source=b'{"a": "b"}')) == {"a": "b"}
