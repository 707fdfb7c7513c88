"""What a holder shows of a badge: derived here or by Digital Bazaar's JavaScript, it verifies on both sides."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from contexts import ContextsError
from credentials.data_integrity import verify_proofs
from credentials.derivation import derive_credential
from credentials.errors import CredentialsError
from credentials.open_badges import open_badge_mandatory_pointers
from credentials.report import Outcome
from did.keys import KeyType
from tests.unit.credentials.conftest import NOW, did_of

Pair = Any  # of conftest.py
Document = dict[str, Any]

pytestmark = [pytest.mark.interop, pytest.mark.xdist_group("interop")]

SUITES = [("ecdsa-sd-2023", KeyType.P256), ("bbs-2023", KeyType.BLS12381_G2)]
SHOWN = ["/credentialSubject/activityEndDate"]


def base_proofs(pair: Pair, suite: str, key_type: KeyType) -> dict[str, Document]:
    """The same badge with a base proof of ours and with one of theirs."""
    signer = pair.signers[key_type]
    badge = pair.world.badge(name="Œuvre d’équipe — « à vélo » 🚲")
    badge["issuer"]["id"] = did_of(signer)
    badge["credentialSubject"]["activityEndDate"] = "2026-06-01T00:00:00Z"
    mandatory = list(open_badge_mandatory_pointers(badge))
    return {
        "ours": pair.world.sign(badge, signer, suite=suite, mandatory_pointers=mandatory),
        "theirs": pair.they_sign(badge, signer, suite=suite, mandatoryPointers=mandatory),
    }


def we_derive(pair: Pair, document: Document, suite: str) -> Document:
    world = pair.world
    return derive_credential(
        document, SHOWN, resolver=world.context().resolver, contexts=world.contexts, now=NOW, suite=suite
    )


@pytest.mark.parametrize(("suite", "key_type"), SUITES)
def test_what_either_derives_from_either_verifies_on_both_sides(
    pair: Pair, suite: str, key_type: KeyType
) -> None:
    for base in base_proofs(pair, suite, key_type).values():
        ours = we_derive(pair, base, suite)
        theirs = pair.they_derive(base, suite=suite, pointers=SHOWN)
        assert {**ours, "proof": None} == {**theirs, "proof": None}
        assert "evidence" in base
        for derived in (ours, theirs):
            assert "evidence" not in derived
            assert "activityEndDate" in derived["credentialSubject"]
            assert pair.we_verify(derived) == (Outcome.VALID, ())
            assert pair.they_verify(derived) == {"ok": True}


@pytest.mark.parametrize(("suite", "key_type"), SUITES)
def test_an_altered_derived_badge_is_refused_on_both_sides(pair: Pair, suite: str, key_type: KeyType) -> None:
    derived = we_derive(pair, base_proofs(pair, suite, key_type)["theirs"], suite)
    for alter in (
        lambda badge: badge["credentialSubject"]["achievement"].update(name="Autre"),
        lambda badge: badge["credentialSubject"].update(activityEndDate="2020-01-01T00:00:00Z"),
        lambda badge: badge["credentialSubject"].pop("activityEndDate"),
        lambda badge: badge.update(validUntil="2099-01-01T00:00:00Z"),
        lambda badge: badge["proof"].update(created="2026-11-24T08:30:01Z"),
    ):
        altered = copy.deepcopy(derived)
        alter(altered)
        assert pair.we_verify(altered)[0] is Outcome.INVALID
        assert pair.they_verify(altered)["ok"] is False


@pytest.mark.parametrize(("suite", "key_type"), SUITES)
def test_a_base_proof_is_for_its_holder_alone(pair: Pair, suite: str, key_type: KeyType) -> None:
    for base in base_proofs(pair, suite, key_type).values():
        assert pair.we_verify(base) == (Outcome.INVALID, ("base_proof_not_derived",))
        assert pair.they_verify(base)["ok"] is False
        world = pair.world
        arguments = {
            "expected_proof_purpose": "assertionMethod",
            "expected_controller": base["issuer"]["id"],
            "resolver": world.context().resolver,
            "contexts": world.contexts,
            "now": NOW,
            "base_proofs": True,
        }
        verify_proofs(base, **arguments)
        altered = copy.deepcopy(base)
        altered["evidence"][0]["narrative"] = "Autre"
        with pytest.raises((CredentialsError, ContextsError)):
            verify_proofs(altered, **arguments)
