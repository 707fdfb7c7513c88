"""From a signed badge to what an employer sees: whatever the holder chooses, it still is a valid badge."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contexts import ContextStore, strict_json
from credentials.data_integrity import add_proof, verify_proofs
from credentials.derivation import derive_credential
from credentials.errors import ProofError
from credentials.open_badges import (
    OPEN_BADGE_MANDATORY_POINTERS,
    Evidence,
    open_badge_mandatory_pointers,
)
from credentials.report import Outcome
from credentials.status import Bitstring, build_status_entry, build_status_list_credential
from credentials.verification import check_credential
from did.keys import KeyType
from did.resolver import Resolver
from tests.unit.credentials.conftest import LIST_URL, NOW, World, new_signer

if TYPE_CHECKING:
    from credentials.report import Report

SUITE = "ecdsa-sd-2023"
SECRET = "Un mot que personne ne doit lire."
WORLD = World(ContextStore.load(), issuer=new_signer(0, KeyType.P256))


def status_list(*revoked: int) -> dict[str, Any]:
    bits = Bitstring.new()
    for index in revoked:
        bits.set(index)
    document = build_status_list_credential(
        list_id=LIST_URL,
        issuer_id=WORLD.issuer_id,
        purpose="revocation",
        bitstring=bits,
        valid_from=NOW - timedelta(hours=2),
    )
    return WORLD.sign(document, suite="ecdsa-rdfc-2019")


def make_badge(**changes: Any) -> dict[str, Any]:
    arguments = {
        "narrative": SECRET,
        "valid_until": NOW + timedelta(days=300),
        "earned_until": NOW - timedelta(days=2),
        "status": build_status_entry(LIST_URL, 7, "revocation"),
        "evidence": (
            Evidence(name="Vol", narrative="Un vol de dix minutes.", genre="video"),
            Evidence(name="Atelier", narrative=SECRET, id="https://node.example/e/1"),
        ),
    }
    return WORLD.badge(**(arguments | changes))


def sign(badge: dict[str, Any], **options: Any) -> dict[str, Any]:
    return WORLD.sign(badge, suite=SUITE, mandatory_pointers=open_badge_mandatory_pointers(badge), **options)


def derive(badge: dict[str, Any], *pointers: str) -> dict[str, Any]:
    return derive_credential(
        badge,
        pointers,
        resolver=Resolver(fetcher=WORLD.served),
        contexts=WORLD.contexts,
        now=NOW,
    )


def check(badge: dict[str, Any]) -> Report:
    return check_credential(badge, context=WORLD.context(), now=NOW)


WORLD.served.serve(LIST_URL, status_list())
BADGE = make_badge()
SIGNED = sign(BADGE)


def pointers_of(value: Any, at: str = "") -> list[str]:
    below = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(found for name, each in below for found in pointers_of(each, f"{at}/{name}"))]


@pytest.mark.covers("vcdm-2.0", "4.13.3", "5.7")
@pytest.mark.covers("open-badges-3.0", "Verify an OpenBadgeCredential Linked Data Signature")
@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(pointers_of(BADGE)), max_size=4))
def test_whatever_is_shown_is_a_valid_badge(pointers: list[str]) -> None:
    shown = derive(SIGNED, *pointers)
    # as it arrives: bytes
    report = check_credential(strict_json.dumps(shown), context=WORLD.context(), now=NOW)
    assert report.outcome is Outcome.VALID, report
    assert [each.code for each in report.checks if each.code != "ok"] == []
    for pointer in open_badge_mandatory_pointers(BADGE):
        assert pointer in pointers_of(shown)


@pytest.mark.covers("vcdm-2.0", "4.13.3", "5.7")
def test_what_is_not_chosen_is_not_shown() -> None:
    shown = derive(SIGNED, "/evidence/0/name")
    assert SECRET in str(SIGNED)
    assert SECRET not in str(shown)
    assert shown["evidence"] == [{"type": ["Evidence"], "name": "Vol"}]
    assert set(shown["credentialSubject"]) == {"id", "type", "achievement"}
    assert set(shown["credentialSubject"]["achievement"]) == {"id", "type", "name", "description", "criteria"}
    assert set(shown) - set(SIGNED) == set()


@pytest.mark.attack("A17")
def test_a_base_proof_is_shown_to_nobody() -> None:
    report = check(SIGNED)
    assert report.outcome is Outcome.INVALID
    assert "base_proof_not_derived" in [each.code for each in report.checks]
    assert check(derive(SIGNED)).outcome is Outcome.VALID


def test_issuer_and_holder_check_the_base_proof() -> None:
    arguments: dict[str, Any] = {
        "expected_proof_purpose": "assertionMethod",
        "expected_controller": WORLD.issuer_id,
        "resolver": Resolver(fetcher=WORLD.served),
        "contexts": WORLD.contexts,
        "now": NOW,
    }
    verify_proofs(SIGNED, **arguments, base_proofs=True)
    with pytest.raises(ProofError) as caught:
        verify_proofs(SIGNED, **arguments)
    assert caught.value.code == "base_proof_not_derived"


@pytest.mark.covers("open-badges-3.0", "Verify an OpenBadgeCredential Linked Data Signature")
@pytest.mark.attack("A17")
@pytest.mark.parametrize("pointer", open_badge_mandatory_pointers(BADGE))
def test_a_holder_cannot_drop_what_is_mandatory(pointer: str) -> None:
    shown = copy.deepcopy(derive(SIGNED, "/evidence"))
    assert check(shown).outcome is Outcome.VALID
    target: Any = shown
    *path, last = pointer.split("/")[1:]
    for name in path:
        target = target[name]
    del target[last]
    assert check(shown).outcome is Outcome.INVALID


def test_a_revoked_badge_cannot_hide_it() -> None:
    WORLD.served.serve(LIST_URL, status_list(7))
    try:
        report = check(derive(SIGNED))
    finally:
        WORLD.served.serve(LIST_URL, status_list())
    assert "revoked" in [each.code for each in report.checks]


@pytest.mark.covers("di-1.0", "6.3")
def test_a_set_of_proofs_is_left_behind() -> None:
    with_both = add_proof(
        SIGNED,
        signer=WORLD.issuer,
        created=NOW - timedelta(hours=1),
        selection=WORLD.contexts.newest(),
        suite="ecdsa-rdfc-2019",
    )
    assert len(with_both["proof"]) == 2
    shown = derive(with_both, "/evidence/0")
    assert shown["proof"]["cryptosuite"] == SUITE
    assert check(shown).outcome is Outcome.VALID


# What is mandatory of a badge


def test_pointers_are_those_of_members_that_are_there() -> None:
    assert set(open_badge_mandatory_pointers(BADGE)) < set(OPEN_BADGE_MANDATORY_POINTERS)
    least = make_badge(status=None, valid_until=None)
    assert set(open_badge_mandatory_pointers(BADGE)) - set(open_badge_mandatory_pointers(least)) == {
        "/credentialStatus",
        "/validUntil",
    }
    assert check(derive(sign(least))).outcome is Outcome.VALID


def test_a_subject_without_id_keeps_its_identifier() -> None:
    badge = make_badge(subject_id=None)
    badge["credentialSubject"]["identifier"] = [
        {"type": "IdentityObject", "hashed": False, "identityHash": "a", "identityType": "name"}
    ]
    assert "/credentialSubject/identifier" in open_badge_mandatory_pointers(badge)
    shown = derive(sign(badge))
    assert shown["credentialSubject"]["identifier"] == badge["credentialSubject"]["identifier"]
    assert open_badge_mandatory_pointers(badge | {"credentialSubject": "urn:a"}) == (
        "/name",
        "/issuer",
        "/validFrom",
        "/validUntil",
        "/credentialStatus",
    )
    badge["credentialSubject"]["id"] = "urn:a"
    assert "/credentialSubject/identifier" not in open_badge_mandatory_pointers(badge)


def test_one_subject_in_an_array_is_pointed_into() -> None:
    badge = make_badge()
    badge["credentialSubject"] = [badge["credentialSubject"]]
    assert "/credentialSubject/0/achievement/criteria" in open_badge_mandatory_pointers(badge)
    assert check(derive(sign(badge))).outcome is Outcome.VALID


@pytest.mark.covers("vcdm-2.0", "5.5")
def test_terms_of_use_bind_whoever_reads() -> None:
    badge = make_badge() | {"termsOfUse": [{"type": "urn:terms", "id": "https://node.example/terms"}]}
    assert "/termsOfUse" in open_badge_mandatory_pointers(badge)
    assert derive(sign(badge))["termsOfUse"] == badge["termsOfUse"]
