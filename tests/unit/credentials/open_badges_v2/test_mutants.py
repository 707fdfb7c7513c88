"""Documents of Open Badges 2.0 with one thing in them changed at random: always a report, and never a forged one."""

from __future__ import annotations

import base64
import copy
import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from credentials.open_badges_v2.checking import check_open_badge_v2
from credentials.report import Outcome
from tests.unit.credentials.open_badges_v2.scenes import (
    ASSERTION,
    BADGE_CLASS,
    ISSUER,
    NOW,
    Scene,
    hosted,
    rsa_signer,
    signed,
    token,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from credentials.report import Report
    from did.keys import KeySigner

ROUNDS = 300
NAMES = [
    "@context",
    "type",
    "id",
    "verify",
    "verification",
    "revoked",
    "publicKey",
    "creator",
    "badge",
    "uid",
]
ODD: list[Any] = [
    None,
    True,
    -1,
    1e3,
    "",
    "x",
    [],
    {},
    [[]],
    [{}],
    ["a", "b"],
    {"id": 1},
    {"id": "https://evil.example/x"},
    "https://evil.example/x",
    "https://[::1",
    "https://a:99999/",
    "did:web:x",
    "urn:uuid:1",
    "\u202e",
    "a" * 5_000,
    [1] * 100,
]


@pytest.fixture(scope="module")
def signer() -> tuple[KeySigner, str]:
    return rsa_signer("issuer")


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inside:
        yield from _places(each, (*path, name))


def _mutate(document: dict[str, Any], chance: random.Random) -> None:
    *way, last = chance.choice(list(_places(document)))
    parent: Any = document
    for name in way:
        parent = parent[name]
    if isinstance(parent, dict) and chance.random() < 0.2:
        del parent[last]
    elif isinstance(parent, dict) and chance.random() < 0.2:
        parent[chance.choice(NAMES)] = copy.deepcopy(chance.choice(ODD))
    else:
        parent[last] = copy.deepcopy(chance.choice(ODD))


def _serve(scene: Scene) -> None:
    """Each at the address that it had, whatever it now says of itself."""
    scene.served.documents |= {
        ASSERTION: scene.assertion,
        BADGE_CLASS: scene.badge_class,
        ISSUER: scene.issuer,
    }
    scene.served.documents |= scene.more


@pytest.mark.parametrize("is_signed", [False, True])
def test_whatever_is_served_gets_a_report(signer: tuple[KeySigner, str], *, is_signed: bool) -> None:
    chance = random.Random(41)
    outcomes = set()
    for _ in range(ROUNDS):
        scene = signed(signer[1]) if is_signed else hosted()
        parts = [scene.assertion, scene.badge_class, scene.issuer, *scene.more.values()]
        _mutate(chance.choice(parts), chance)
        _serve(scene)
        data = token(scene.assertion, signer[0]) if is_signed else ASSERTION.encode()
        report = _report(scene, data)
        outcomes.add(report.outcome)
        json.dumps(report.to_json())
    assert outcomes >= {Outcome.VALID, Outcome.INVALID}


def _report(scene: Scene, data: Any) -> Report:
    return check_open_badge_v2(data, fetcher=scene.served, now=NOW)


@pytest.mark.attack("A19")
def test_a_payload_that_was_changed_is_never_valid(signer: tuple[KeySigner, str]) -> None:
    chance = random.Random(42)
    scene = signed(signer[1])
    _serve(scene)
    header, _, signature = token(scene.assertion, signer[0]).split(b".")
    for _ in range(ROUNDS):
        altered = copy.deepcopy(scene.assertion)
        _mutate(altered, chance)
        payload = base64.urlsafe_b64encode(json.dumps(altered).encode()).rstrip(b"=")
        report = _report(scene, b".".join([header, payload, signature]))
        assert report.outcome is not Outcome.VALID or altered == scene.assertion


def test_a_copy_in_hand_changes_nothing_of_what_its_host_says() -> None:
    chance = random.Random(43)
    scene = hosted()
    _serve(scene)
    shown = _report(scene, scene.assertion).credential
    for _ in range(ROUNDS):
        copy_in_hand = copy.deepcopy(scene.assertion)
        _mutate(copy_in_hand, chance)
        report = _report(scene, copy_in_hand)
        assert report.outcome is not Outcome.VALID or report.credential == shown
