"""A document is canonicalized once to be signed and verified, and only if it is that very document."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from contexts import ContextStore, hash_canonical
from issuer_node.vc_api.hashing import HashesOfOneSigning

V2 = "https://www.w3.org/ns/credentials/v2"


@pytest.fixture(scope="module")
def selection():
    return ContextStore.load().newest()


def document(name: str = "A visit (example)") -> dict[str, Any]:
    subject = {"id": "did:example:subject", "name": "Amina (example)"}
    return {"@context": [V2], "type": ["VerifiableCredential"], "name": name, "credentialSubject": subject}


def test_the_very_same_values_are_not_canonicalized_again(selection):
    hasher, one = HashesOfOneSigning(), document()
    assert hasher(one, selection=selection) == hash_canonical(one, selection=selection)
    signed = one | {"proof": {"type": "DataIntegrityProof"}}
    unsecured = {name: value for name, value in signed.items() if name != "proof"}
    assert hasher(unsecured, selection=selection) == hash_canonical(one, selection=selection)
    assert len(hasher._known) == 1


def test_what_is_equal_but_not_the_same_is_canonicalized(selection):
    hasher, one = HashesOfOneSigning(), document()
    hasher(one, selection=selection)
    for other in (copy.deepcopy(one), document("Another (example)"), dict(reversed(one.items()))):
        assert hasher(other, selection=selection) == hash_canonical(other, selection=selection)
    assert len(hasher._known) == 4


def test_another_algorithm_is_another_hash(selection):
    hasher, one = HashesOfOneSigning(), document()
    assert len(hasher(one, selection=selection)) == 32
    assert len(hasher(one, selection=selection, algorithm="sha384")) == 48
    assert len(hasher(one, selection=selection)) == 32


def test_errors_are_not_remembered(selection):
    hasher, one = HashesOfOneSigning(), document() | {"undefined": "an undefined term"}
    for _ in range(2):
        with pytest.raises(Exception, match="undefined"):
            hasher(one, selection=selection)
    assert hasher._known == []
