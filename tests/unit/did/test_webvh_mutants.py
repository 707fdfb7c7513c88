"""Logs changed by chance, each change aware of the structure: what is accepted says what the original says."""

from __future__ import annotations

import json
from copy import deepcopy
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from did.webvh.errors import InvalidLogError
from did.webvh.log import read_log
from tests.mutants.json_mutations import MUTATIONS
from tests.mutants.text_mutations import JSON_MUTATIONS
from tests.unit.did.webvh_story import (
    NOW,
    PLACEHOLDER,
    Story,
    approval,
    document,
    key_hash,
    multikey,
    read,
    rule,
)

if TYPE_CHECKING:
    from did.webvh.log import WebvhLog

Json = dict[str, Any]
MUTANTS = 600


def rotated() -> tuple[Story, list[Json]]:
    odd = {
        "x": [1.5, -0.0, 1e20, "é\u2028", {"\U0001f600": 1, "\ufb33": 2}],
        "alsoKnownAs": [f"urn:{PLACEHOLDER}"],
    }
    story = Story({"ttl": 60}, state=document(f"did:webvh:{PLACEHOLDER}:a.example", **odd))
    story.then({"updateKeys": [multikey(2)]}).then({"portable": False}, by=2)
    return story.then({"deactivated": True, "updateKeys": []}, by=2), []


def moved() -> tuple[Story, list[Json]]:
    story = Story({"portable": True, "nextKeyHashes": [key_hash(2), key_hash(3)]})
    state = document(f"did:webvh:{story.scid}:b.example", 2, alsoKnownAs=[story.did])
    story.then({"updateKeys": [multikey(2)], "nextKeyHashes": [key_hash(4)]}, by=2, state=state)
    return story.then({"updateKeys": [multikey(4)], "nextKeyHashes": []}, by=4).then(by=4), []


def witnessed() -> tuple[Story, list[Json]]:
    story = Story({"witness": rule(2, 7, 8, 9)}).then({"witness": rule(1, 5)}).then().then({"witness": {}})
    return story, [approval(story.ids[1], 7, 8), approval(story.ids[3], 5, 9)]


def mutated(rng: Random, story: Story, approvals: list[Json]) -> tuple[bytes, bytes]:
    """Change one entry as JSON or as text, or the list of entries, or the approvals."""
    entries, file = deepcopy(story.entries), deepcopy(approvals)
    at, way = rng.randrange(len(entries)), rng.random()
    if way < 0.1:
        rng.choice(MUTATIONS)(rng, file, entries)
    elif way < 0.2:
        rng.choice(MUTATIONS)(rng, entries, [story.entries[0]])
    elif way < 0.8:
        rng.choice(MUTATIONS)(rng, entries[at], rng.choice(story.entries))
    lines = [json.dumps(entry, ensure_ascii=False) for entry in entries]
    if way >= 0.8:
        lines[at] = rng.choice(JSON_MUTATIONS)(rng, lines[at], lines[0])
    text = "".join(f"{line}\n" for line in lines)
    return text.encode("utf-8", "surrogatepass"), json.dumps(file).encode()


def read_or_none(story: Story, data: bytes, file: bytes, known: WebvhLog | None) -> WebvhLog | None:
    try:
        return read_log(data, did=story.did, now=NOW, read_witness_file=lambda: file, known=known)
    except InvalidLogError:
        return None


@pytest.mark.attack("F9")
@pytest.mark.parametrize("tell", [rotated, moved, witnessed])
@pytest.mark.parametrize("is_known", [False, True])
def test_no_mutant_tells_another_story(tell: Any, is_known: bool):
    rng = Random(22)
    story, approvals = tell()
    original = [(entry["versionId"], entry["state"]) for entry in story.entries]
    known = read(story, witness_file=approvals) if is_known else None
    whole = 0
    for _ in range(MUTANTS):
        log = read_or_none(story, *mutated(rng, story, approvals), known)
        if log is not None:
            told = [(version.version_id, version.read_document()) for version in log.versions]
            assert told == original[: len(told)]
            # what is known is not taken back by what breaks
            assert not is_known or told == original
            whole += log.failure is None
    # some changes are none: the order of members, white space, escapes
    assert 0 < whole < MUTANTS
