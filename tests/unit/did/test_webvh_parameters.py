"""Parameters of a DID log that are refused, and the twins at the edge that are not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.did.webvh_story import Story, multikey, problem, rule, witness_did

pytestmark = pytest.mark.attack("F9")
Json = dict[str, Any]


class TestParameters:
    @pytest.mark.parametrize(
        "parameters",
        [
            {"method": "did:webvh:0.5"},
            {"method": "did:webvh:99.0"},
            {"method": "did:webvh:1.0-rc1"},
            {"method": "didwebvh:1.0"},
            {"method": None},
            {"portable": "true"},
            {"portable": None},
            {"deactivated": 1},
            {"deactivated": None},
            {"ttl": -1},
            {"ttl": 2**31 + 1},
            {"ttl": 1.5},
            {"ttl": "60"},
            {"ttl": True},
            {"watchers": "https://watcher.example/"},
            {"watchers": [1]},
            {"watchers": ["https://watcher.example/"] * 33},
            {"nextKeyHashes": {}},
            {"nextKeyHashes": [None]},
            {"nextKeyHashes": ["x"] * 65},
            {"prerotation": True},
            {"Method": "did:webvh:1.0"},
        ],
    )
    def test_values_that_are_not_allowed(self, parameters: Json):
        assert problem(Story(parameters)) == "invalid_parameter"

    @pytest.mark.parametrize(
        "parameters", [{"ttl": 0}, {"ttl": 2**31}, {"deactivated": False}, {"portable": False}]
    )
    def test_values_at_the_edge_that_are(self, parameters: Json):
        assert problem(Story(parameters)) is None

    @pytest.mark.parametrize("name", ["method", "scid", "updateKeys"])
    def test_what_a_first_entry_must_have(self, name: str):
        story = Story()
        del story.entries[0]["parameters"][name]
        assert problem(story) == "invalid_parameter"

    def test_a_later_method(self):
        assert problem(Story().then({"method": "did:webvh:0.5"})) == "invalid_parameter"
        assert problem(Story().then({"method": "did:webvh:1.0"})) is None

    def test_portability_is_there_from_the_start_or_never(self):
        assert problem(Story().then({"portable": True})) == "invalid_parameter"
        assert problem(Story({"portable": True}).then({"portable": True})) == "invalid_parameter"
        assert problem(Story({"portable": True}).then({"portable": False})) is None

    @pytest.mark.parametrize(
        "witness",
        [
            {"threshold": 0, "witnesses": [{"id": witness_did(7)}]},
            {"threshold": 2, "witnesses": [{"id": witness_did(7)}]},
            {"threshold": 2, "witnesses": [{"id": witness_did(7)}] * 2},
            {"threshold": 1.0, "witnesses": [{"id": witness_did(7)}]},
            {"threshold": True, "witnesses": [{"id": witness_did(7)}]},
            {"threshold": "1", "witnesses": [{"id": witness_did(7)}]},
            {"witnesses": [{"id": witness_did(7)}]},
            {"threshold": 1},
            {"threshold": 0, "witnesses": []},
            {"threshold": 1, "witnesses": []},
            {"threshold": 1, "witnesses": {"id": witness_did(7)}},
            {"threshold": 1, "witnesses": [witness_did(7)]},
            {"threshold": 1, "witnesses": [{"id": witness_did(7), "weight": 1}]},
            {"threshold": 1, "witnesses": [{"id": multikey(7)}]},
            {"threshold": 1, "witnesses": [{"id": f"{witness_did(7)}#{multikey(7)}"}]},
            {"threshold": 1, "witnesses": [{"id": "did:web:witness.example"}]},
            {
                "threshold": 1,
                "witnesses": [{"id": "did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169"}],
            },
            {
                "threshold": 1,
                "witnesses": [{"id": "did:key:z6MkeTG3bFFSLYVU7VqhgZxqr6YzpaGrQtFMh1uvqGy1vDnP"}],
            },
            {"threshold": 1, "witnesses": [{"id": None}]},
            [],
            "",
        ],
    )
    def test_a_witness_rule_that_cannot_be_met_is_never_taken_for_none(self, witness: Any):
        assert problem(Story({"witness": witness}), witness_file=[]) == "invalid_parameter"

    def test_too_many_witnesses(self):
        assert (
            problem(Story({"witness": rule(1, *range(1, 33))}), witness_file=[])
            == "witness_verification_failed"
        )
        assert problem(Story({"witness": rule(1, *range(1, 34))}), witness_file=[]) == "invalid_parameter"

    def test_the_twin_asks_for_witnesses(self):
        assert problem(Story({"witness": rule(1, 7)}), witness_file=[]) == "witness_verification_failed"
