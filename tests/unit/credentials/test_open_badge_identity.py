"""Hashed recipients: the specification's vector, both cases of hexadecimal, and who is not meant."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from credentials.open_badges.checker import check_open_badge
from credentials.open_badges.identity import hash_identity, names_identity
from tests.unit.credentials.complete_badges import complete_badge

# Open Badges 3.0, section "IdentityHash": a@example.com, salted with Kosher
VECTOR = "sha256$b5809d8a92f8858436d7e6b87c12ebc0ae1eac4baecc2c0b913aee2c922ef399"
HASHED: dict[str, Any] = {
    "type": "IdentityObject",
    "hashed": True,
    "identityHash": VECTOR,
    "identityType": "emailAddress",
    "salt": "Kosher",
}


@pytest.mark.covers(
    "open-badges-3.0", "Verify the Recipient Using an Identifier", "Data Models: IdentityObject"
)
def test_the_hash_of_the_specification() -> None:
    assert hash_identity("a@example.com", salt="Kosher") == VECTOR
    assert names_identity(HASHED, "a@example.com", identity_type="emailAddress")
    assert not names_identity(HASHED, "a@example.com", identity_type="userName")


@pytest.mark.covers("open-badges-3.0", "Verify the Recipient Using an Identifier")
@pytest.mark.parametrize(
    ("change", "identity", "is_named"),
    [
        ({"identityHash": "sha256$" + VECTOR[7:].upper()}, "a@example.com", True),
        ({"identityHash": "md5$" + hashlib.md5(b"a@example.comKosher").hexdigest()}, "a@example.com", True),
        ({}, "A@example.com", False),
        ({}, "b@example.com", False),
        ({}, "", False),
        ({"salt": "kosher"}, "a@example.com", False),
        ({"identityHash": VECTOR.upper()}, "a@example.com", False),
        ({"identityHash": VECTOR[:-1]}, "a@example.com", False),
        ({"identityHash": VECTOR[7:]}, "a@example.com", False),
        ({"identityHash": "sha1$" + VECTOR[7:]}, "a@example.com", False),
        ({"identityHash": None}, "a@example.com", False),
        ({"salt": 7}, "a@example.com", False),
        ({"hashed": "true"}, "a@example.com", False),
        ({"hashed": False}, "a@example.com", False),
        ({"hashed": False}, VECTOR, True),
        ({"hashed": False, "identityHash": "é@example.com"}, "é@example.com", True),
        ({"hashed": False, "identityHash": "a@example.com\ud800"}, "a@example.com", False),
    ],
)
def test_who_is_meant(change: dict[str, Any], identity: str, *, is_named: bool) -> None:
    assert names_identity(HASHED | change, identity, identity_type="emailAddress") is is_named


def test_a_hash_without_a_salt_is_read_too() -> None:
    unsalted = {name: value for name, value in HASHED.items() if name != "salt"}
    plain = unsalted | {"identityHash": hash_identity("a@example.com", salt="")}
    assert names_identity(plain, "a@example.com", identity_type="emailAddress")
    assert not names_identity(unsalted, "a@example.com", identity_type="emailAddress")


@pytest.mark.covers("open-badges-3.0", "Data Models: IdentityObject")
def test_what_is_hashed_here_keeps_to_the_model() -> None:
    badge = complete_badge()
    badge["credentialSubject"]["identifier"] = [
        HASHED | {"identityHash": hash_identity("é@example.com", salt="x"), "salt": "x"}
    ]
    assert check_open_badge(badge) == []
