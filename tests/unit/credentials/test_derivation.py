"""Selective disclosure as one verb: from the proof set that an issuer gives, to what the holder shows of it."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from contexts import ContextsError, strict_json
from credentials.data_integrity import SUITES, add_proof, verify_proofs
from credentials.derivation import derive_credential
from credentials.errors import CredentialsError
from credentials.report import Outcome
from credentials.sd_jwt import issue_sd_jwt, verify_sd_jwt
from credentials.sd_jwt.errors import SdJwtError
from credentials.verification import check_credential
from did.errors import DidError
from did.keys import KeySigner, KeyType, PrivateKey
from did.methods.key import did_key
from did.resolver import Resolver
from tests.unit.credentials.conftest import NOW, World, did_of

if TYPE_CHECKING:
    from collections.abc import Sequence

JsonObject = dict[str, Any]
ACHIEVEMENT = "/credentialSubject/achievement"
# what an open badge is not without
MANDATORY = (
    "/issuer",
    "/validFrom",
    f"{ACHIEVEMENT}/name",
    f"{ACHIEVEMENT}/description",
    f"{ACHIEVEMENT}/criteria",
)
SELECTIVE = {name: suite for name, suite in SUITES.items() if suite.selective is not None}
every_suite = pytest.mark.parametrize("suite", sorted(SELECTIVE))


def new_signer(seed: int, key_type: KeyType) -> KeySigner:
    key = PrivateKey.from_raw(key_type, bytes([seed]) * 32)
    did = did_key(key.public_key)
    return KeySigner(private_key=key, verification_method=f"{did}#{did.removeprefix('did:key:')}")


def signer_for(suite: str, seed: int = 1) -> Any:
    key_type = next(iter(SELECTIVE[suite].key_types))
    return new_signer(seed, key_type)


def sign(world: World, document: JsonObject, suite: str, signer: Any = None, **options: Any) -> JsonObject:
    return add_proof(
        document,
        signer=signer or signer_for(suite),
        selection=world.contexts.selections(document)[0],
        suite=suite,
        **({"created": NOW - timedelta(hours=1), "mandatory_pointers": MANDATORY} | options),
    )


def base(world: World, suite: str, **options: Any) -> JsonObject:
    """A badge with a base proof by its issuer."""
    badge = world.badge()
    badge["issuer"]["id"] = did_of(options.get("signer") or signer_for(suite))
    return sign(world, badge, suite, **options)


def derive(world: World, credential: Any, pointers: Sequence[str] = (), **changes: Any) -> JsonObject:
    arguments: dict[str, Any] = {
        "resolver": Resolver(fetcher=world.served),
        "contexts": world.contexts,
        "now": NOW,
    }
    return derive_credential(credential, pointers, **(arguments | changes))


def refused(world: World, credential: Any, pointers: Sequence[str] = (), **changes: Any) -> str:
    with pytest.raises((CredentialsError, DidError, ContextsError)) as caught:
        derive(world, credential, pointers, **changes)
    return caught.value.code


def verify(world: World, document: JsonObject, **changes: Any) -> Any:
    arguments: dict[str, Any] = {
        "expected_proof_purpose": "assertionMethod",
        "expected_controller": document["issuer"]["id"],
        "resolver": Resolver(fetcher=world.served),
        "contexts": world.contexts,
        "now": NOW,
    }
    return verify_proofs(document, **(arguments | changes))


def test_there_are_suites_to_test() -> None:
    assert set(SELECTIVE) == {"ecdsa-sd-2023", "bbs-2023"}


@pytest.mark.covers("di-1.0", "6.2")
@every_suite
def test_what_is_shown_is_mandatory_or_was_chosen(world: World, suite: str) -> None:
    signed = base(world, suite)
    before = copy.deepcopy(signed)
    shown = derive(world, signed, ["/evidence/0/name", f"{ACHIEVEMENT}/image"])
    assert signed == before
    report = check_credential(shown, context=world.context(), now=NOW)
    assert (report.outcome, report.codes) == (Outcome.VALID, ())
    achievement = shown["credentialSubject"]["achievement"]
    assert achievement == {
        name: value
        for name, value in signed["credentialSubject"]["achievement"].items()
        if name not in {"alignment", "achievementType", "inLanguage"}
    }
    assert shown["evidence"] == [{"type": ["Evidence"], "name": "Vol"}]
    # who it is about and when it was earned stay where they are
    assert {*signed["credentialSubject"]} - {*shown["credentialSubject"]}
    proof = shown["proof"]
    assert isinstance(proof, dict)
    assert proof["proofValue"] != signed["proof"]["proofValue"]
    assert {name: value for name, value in proof.items() if name != "proofValue"} == {
        name: value for name, value in signed["proof"].items() if name != "proofValue"
    }


@every_suite
def test_bytes_and_objects_are_derived_alike_and_nothing_chosen_is_the_mandatory_part(
    world: World, suite: str
) -> None:
    signed = base(world, suite)
    shown = [derive(world, each) for each in (signed, strict_json.dumps(signed))]
    parts = [{name: value for name, value in each.items() if name != "proof"} for each in shown]
    assert parts[0] == parts[1]
    assert {*parts[0]} == {"@context", "id", "type", "issuer", "validFrom", "credentialSubject"}
    assert all(verify(world, each) for each in shown)


@pytest.mark.attack("A17")
@every_suite
def test_a_base_proof_holds_only_for_those_who_say_that_they_expect_it(world: World, suite: str) -> None:
    signed = base(world, suite)
    with pytest.raises(CredentialsError) as caught:
        verify(world, signed)
    assert caught.value.code == "base_proof_not_derived"
    assert verify(world, signed, base_proofs=True)
    report = check_credential(signed, context=world.context(), now=NOW)
    assert (report.outcome, report.codes) == (Outcome.INVALID, ("base_proof_not_derived",))
    shown = derive(world, signed)
    assert verify(world, shown)
    # whoever takes base proofs takes derived ones too
    assert verify(world, shown, base_proofs=True)
    assert refused(world, shown) == "derived_proof_not_base"


@pytest.mark.attack("A17")
@every_suite
def test_an_altered_base_proof_or_document_is_not_derived(world: World, suite: str) -> None:
    signed = base(world, suite)
    assert refused(world, signed | {"validFrom": "2020-01-01T00:00:00Z"}) == "invalid_signature"
    # a statement more than there are signatures for may also be told as such
    more = refused(world, signed | {"validUntil": "2031-01-01T00:00:00Z"})
    assert more in {"invalid_signature", "signature_count_mismatch"}
    edited = copy.deepcopy(signed)
    edited["credentialSubject"]["achievement"]["name"] = "Permis de conduire"
    assert refused(world, edited) == "invalid_signature"
    edited = copy.deepcopy(signed)
    edited["proof"]["created"] = "2026-11-24T08:30:01Z"
    assert refused(world, edited) == "invalid_signature"
    assert refused(world, signed | {"undefinedTerm": "x"}) == "data_loss"
    assert derive(world, signed)


@pytest.mark.covers("di-1.0", "6.3")
@every_suite
def test_the_proof_of_a_set_is_found_and_the_others_stay_behind(world: World, suite: str) -> None:
    badge = world.badge()
    whole = world.sign(badge)
    both = sign(world, whole, suite)
    assert len(both["proof"]) == 2
    assert verify(world, both, base_proofs=True)
    shown = derive(world, both)
    assert shown["proof"]["cryptosuite"] == suite
    assert verify(world, shown, expected_controller=did_of(signer_for(suite)))
    assert derive(world, both, suite=suite)["proof"]["cryptosuite"] == suite
    assert refused(world, both, suite="eddsa-rdfc-2022") == "no_base_proof"
    assert refused(world, whole) == "no_base_proof"
    # the other proof of the set may be anything: it is not shown
    unknown = both | {"proof": [{"type": "SomeSignature2031"}, both["proof"][1]]}
    assert derive(world, unknown)


def test_of_two_base_proofs_one_is_named(world: World) -> None:
    first, second = sorted(SELECTIVE)
    both = sign(world, sign(world, world.badge(), first), second)
    assert refused(world, both) == "several_base_proofs"
    for suite in (first, second):
        shown = derive(world, both, ["/evidence"], suite=suite)
        assert shown["proof"]["cryptosuite"] == suite
        assert shown["evidence"][0]["name"] == "Vol"
        assert verify(world, shown, expected_controller=None)


@every_suite
def test_a_base_proof_in_a_chain_is_not_derived(world: World, suite: str) -> None:
    first = world.sign(world.badge(), proof_id="urn:uuid:1")
    alone = sign(world, first, suite)
    assert derive(world, alone)
    chained = copy.deepcopy(alone)
    chained["proof"][1]["previousProof"] = "urn:uuid:1"
    assert refused(world, chained) == "no_base_proof"


@pytest.mark.attack("A17")
@every_suite
@pytest.mark.parametrize(
    ("pointers", "code"),
    [
        (["credentialSubject"], "pointer_syntax"),
        (["/a~2"], "pointer_syntax"),
        ([7], "pointer_syntax"),
        (["/nothing"], "pointer_not_found"),
        (["/evidence/1"], "pointer_not_found"),
        (["/evidence/00"], "pointer_not_found"),
        (["/issuer"] * 100_000, "too_many_pointers"),
        (["/" + "a" * 1_000_000], "too_many_pointers"),
        (["/a" * 1_000], "too_many_pointers"),
    ],
)
def test_odd_pointers_are_named(world: World, suite: str, pointers: list[Any], code: str) -> None:
    assert refused(world, base(world, suite), pointers) == code


@pytest.mark.attack("A17")
def test_too_many_pointers_are_refused_before_anything_is_read(world: World) -> None:
    assert refused(world, b"no JSON", ["/a"] * 100_000) == "too_many_pointers"
    assert refused(world, b"no JSON") == "json_syntax"
    assert refused(world, b"[]") == "not_an_object"
    assert refused(world, world.badge()) == "proof_missing"


@every_suite
def test_time_and_purpose_count(world: World, suite: str) -> None:
    ended = base(world, suite, expires=NOW)
    assert refused(world, ended) == "proof_expired"
    assert derive(world, ended, now=NOW - timedelta(seconds=1))
    assert refused(world, base(world, suite, created=NOW + timedelta(seconds=61))) == "proof_not_yet_valid"
    other = base(world, suite, proof_purpose="authentication")
    assert refused(world, other) == "proof_purpose_mismatch"


@pytest.mark.attack("A4")
@every_suite
def test_a_key_of_another_kind_is_refused(world: World, suite: str) -> None:
    signed = base(world, suite)
    signed["proof"]["verificationMethod"] = world.issuer.verification_method
    assert refused(world, signed) == "suite_key_mismatch"
    with pytest.raises(CredentialsError) as caught:
        base(world, suite, signer=world.issuer)
    assert caught.value.code == "suite_key_mismatch"


@every_suite
def test_the_context_versions_are_tried_newest_first(world: World, suite: str) -> None:
    """A badge that was signed with an older version of its context is derived and verified with that version."""
    badge = world.badge()
    selections = world.contexts.selections(badge)
    assert len(selections) > 1
    signed = add_proof(
        badge,
        signer=signer_for(suite),
        created=NOW,
        selection=selections[-1],
        suite=suite,
        mandatory_pointers=MANDATORY,
    )
    shown = derive(world, signed)
    assert verify(world, shown, expected_controller=None)


def test_the_holder_shows_what_another_cannot_alter(world: World) -> None:
    for suite in SELECTIVE:
        shown = derive(world, base(world, suite), ["/evidence"])
        edited = copy.deepcopy(shown)
        edited["evidence"][0]["narrative"] = "Autre"
        dropped = copy.deepcopy(shown)
        del dropped["validFrom"]
        for each in (edited, dropped):
            with pytest.raises(CredentialsError):
                verify(world, each)
        assert verify(world, shown)


@pytest.mark.attack("A4")
@pytest.mark.parametrize("label", [*sorted(SUITES), "Ed25519Signature2020"])
@every_suite
def test_a_derived_proof_relabelled_as_another_suites_is_refused(
    world: World, suite: str, label: str
) -> None:
    shown = derive(world, base(world, suite))
    if label == suite:
        assert verify(world, shown)
        return
    names = {"cryptosuite": label} if label in SUITES else {"type": label}
    relabelled = shown | {"proof": shown["proof"] | names}
    with pytest.raises(CredentialsError) as caught:
        verify(world, relabelled)
    key_type = next(iter(SELECTIVE[suite].key_types))
    fits = label in SUITES and key_type in SUITES[label].key_types
    assert caught.value.code == ("proof_invalid_shape" if fits else "suite_key_mismatch")


def test_an_sd_jwt_hangs_on_the_same_verb(world: World) -> None:
    token = issue_sd_jwt(
        {"name": "Drone", "evidence": "dix minutes", "criteria": "- vole"},
        disclosable=["/evidence", "/criteria"],
        signer=world.issuer,
        typ="example+sd-jwt",
    )
    arguments = {"resolver": world.context().resolver, "contexts": world.contexts, "now": NOW}
    shown = derive_credential(token, ["/criteria"], **arguments)
    claims = verify_sd_jwt(
        shown, issuer_key=world.issuer.public_key, expected_typ="example+sd-jwt", now=NOW
    ).claims
    assert claims == {"name": "Drone", "criteria": "- vole"}
    with pytest.raises(SdJwtError):
        derive_credential(token, ["/nothing"], **arguments)
