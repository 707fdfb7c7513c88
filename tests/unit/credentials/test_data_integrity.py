from __future__ import annotations

import copy
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from contexts import ContextsError, hash_canonical
from credentials.data_integrity import SUITES, add_proof, find_suite, verify_proofs
from credentials.data_integrity.proof_value import decode_proof_value, encode_proof_value
from credentials.errors import CredentialsError, ProofError
from did.errors import DidError, FetchError
from did.keys import KeyType
from did.resolver import Resolver
from tests.timing import costs_at_most
from tests.unit.credentials.conftest import NOW, World, did_of, new_signer

if TYPE_CHECKING:
    from contexts import ContextSelection, HashAlgorithm


def verify(world: World, document: dict[str, Any], **changes: Any) -> Any:
    arguments: dict[str, Any] = {
        "expected_proof_purpose": "assertionMethod",
        "expected_controller": world.issuer_id,
        "resolver": Resolver(fetcher=world.served),
        "contexts": world.contexts,
        "now": NOW,
    }
    return verify_proofs(document, **(arguments | changes))


def refused(world: World, document: dict[str, Any], **changes: Any) -> str:
    with pytest.raises((CredentialsError, DidError, ContextsError)) as caught:
        verify(world, document, **changes)
    return caught.value.code


def with_proof(document: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A copy whose proof has other members; None takes a member away."""
    proof = {name: value for name, value in (document["proof"] | changes).items() if value is not None}
    return document | {"proof": proof}


@pytest.mark.covers("di-1.0", "4.1", "4.2", "4.4")
@pytest.mark.covers("open-badges-3.0", "Proof Formats", "Create the Proof (Linked Data)")
def test_a_signed_badge_verifies(world: World) -> None:
    result = verify(world, world.signed_badge())
    assert result.verification_methods == (world.issuer.verification_method,)
    assert result.controllers == (world.issuer_id,)
    assert result.created == NOW - timedelta(hours=1)


def test_signing_is_deterministic_and_leaves_the_document_alone(world: World) -> None:
    document = world.badge()
    before = copy.deepcopy(document)
    assert world.sign(document) == world.sign(document)
    assert document == before


def test_the_proof_alone_can_be_checked_when_the_caller_says_so(world: World) -> None:
    signed = world.sign(world.badge(), world.stranger)
    assert verify(world, signed, expected_controller=None).controllers == (did_of(world.stranger),)


@pytest.mark.covers("di-1.0", "2.1")
@pytest.mark.attack("A1")
@pytest.mark.parametrize("proof", [None, [], {}])
def test_an_absent_proof_is_no_proof(world: World, proof: Any) -> None:
    assert refused(world, world.badge() | {"proof": proof}) == "proof_missing"
    assert refused(world, world.badge()) == "proof_missing"
    assert verify(world, world.signed_badge())


@pytest.mark.covers("di-1.0", "2.1")
@pytest.mark.parametrize("proof", ["x", [1], [None], 7, [{}], [[{}]]])
def test_an_odd_proof_is_refused(world: World, proof: Any) -> None:
    assert refused(world, world.badge() | {"proof": proof}) == "proof_invalid_shape"


@pytest.mark.covers("di-1.0", "4.1", "4.2", "4.4")
@pytest.mark.attack("A2")
@pytest.mark.parametrize(
    ("alter", "code"),
    [
        (lambda value: value[:-4], "proof_invalid_shape"),
        (lambda value: value + "11", "proof_invalid_shape"),
        (lambda value: "u" + value[1:], "proof_invalid_shape"),
        (lambda value: value[1:], "proof_invalid_shape"),
        (lambda value: "z" + "0" + value[2:], "proof_invalid_shape"),
        (lambda _: "z" * 10_000, "proof_invalid_shape"),
        (lambda _: "z", "proof_invalid_shape"),
        (lambda value: value[:40] + ("3" if value[40] != "3" else "4") + value[41:], "invalid_signature"),
        (lambda _: encode_proof_value(bytes(64)), "invalid_signature"),
    ],
)
def test_an_altered_proof_value_is_refused(world: World, alter: Any, code: str) -> None:
    signed = world.signed_badge()
    assert refused(world, with_proof(signed, proofValue=alter(signed["proof"]["proofValue"]))) == code
    assert verify(world, signed)


@pytest.mark.covers("di-1.0", "3.1")
@pytest.mark.attack("A3")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"cryptosuite": "rot13-2026"}, "unsupported_cryptosuite"),
        ({"type": "SomeSignature2031"}, "unsupported_cryptosuite"),
        ({"type": "Ed25519Signature2018"}, "legacy_suite"),
        ({"type": "Ed25519VerificationKey2020"}, "unsupported_cryptosuite"),
        ({"type": "JsonWebSignature2020"}, "legacy_suite"),
        ({"cryptosuite": None}, "proof_invalid_shape"),
        ({"type": None}, "proof_invalid_shape"),
    ],
)
def test_a_suite_that_is_not_ours_is_named(world: World, changes: dict[str, Any], code: str) -> None:
    signed = world.signed_badge()
    assert refused(world, with_proof(signed, **changes)) == code
    assert verify(world, signed)


@pytest.mark.covers("di-1.0", "3.1")
@pytest.mark.attack("A4")
@pytest.mark.parametrize("suite", ["ecdsa-rdfc-2019", "ecdsa-jcs-2019", "ecdsa-sd-2023", "bbs-2023"])
def test_a_relabelled_proof_is_refused(world: World, suite: str) -> None:
    signed = world.signed_badge()
    assert refused(world, with_proof(signed, cryptosuite=suite)) == "suite_key_mismatch"
    assert verify(world, signed)


@pytest.mark.attack("A4")
def test_a_key_of_another_type_is_refused(world: World) -> None:
    signer = new_signer(9, KeyType.P256)
    signed = world.signed_badge()
    relabelled = with_proof(signed, verificationMethod=signer.verification_method)
    assert refused(world, relabelled, expected_controller=did_of(signer)) == "suite_key_mismatch"
    with pytest.raises(ProofError) as caught:
        world.sign(world.badge(), signer)
    assert caught.value.code == "suite_key_mismatch"


@pytest.mark.covers("di-1.0", "2.1.1", "4.5")
@pytest.mark.attack("A5")
def test_one_bad_proof_of_a_set_spoils_it(world: World) -> None:
    both = world.sign(world.signed_badge(), world.stranger)
    assert len(both["proof"]) == 2
    assert verify(world, both).controllers == (world.issuer_id, did_of(world.stranger))
    good, other = both["proof"]
    bad = other | {"proofValue": good["proofValue"]}
    assert refused(world, both | {"proof": [good, bad]}) == "invalid_signature"
    assert refused(world, both | {"proof": [bad, good]}) == "invalid_signature"


@pytest.mark.covers("di-1.0", "2.1.1", "4.5")
@pytest.mark.attack("A5")
def test_a_proven_failure_is_told_before_what_could_not_be_checked(world: World) -> None:
    both = world.sign(world.signed_badge(), world.stranger)
    unknown, legacy = (
        both["proof"][0] | {"cryptosuite": "rot13-2026"},
        both["proof"][1] | {"type": "RsaSignature2018"},
    )
    assert refused(world, both | {"proof": [unknown, legacy]}) == "legacy_suite"
    assert refused(world, both | {"proof": [unknown, both["proof"][1]]}) == "unsupported_cryptosuite"


@pytest.mark.covers("di-1.0", "2.1.1", "4.5")
@pytest.mark.attack("A5")
@pytest.mark.parametrize(
    ("unknown", "code"),
    [
        ({"cryptosuite": "rot13-2026"}, "unsupported_cryptosuite"),
        ({"type": "SomeSignature2031"}, "unsupported_cryptosuite"),
        ({"verificationMethod": "did:web:silent.example#key-1"}, "resolution_unavailable"),
    ],
)
def test_one_certainly_bad_signature_is_enough_whatever_is_not_known_of_the_others(
    world: World, unknown: dict[str, Any], code: str
) -> None:
    world.served.serve("https://silent.example/.well-known/did.json", FetchError("silent"))
    good = world.signed_badge()
    bad = good["proof"] | {"proofValue": world.sign(good | {"name": "x"})["proof"][1]["proofValue"]}
    for proofs in ([good["proof"] | unknown, bad], [bad, good["proof"] | unknown]):
        assert refused(world, good | {"proof": proofs}) == "invalid_signature"
    # nothing is certain of these
    for proofs in ([good["proof"] | unknown, good["proof"]], [good["proof"], good["proof"] | unknown]):
        assert refused(world, good | {"proof": proofs}) == code


@pytest.mark.attack("A5")
def test_for_what_is_certainly_bad_nobody_is_asked(world: World) -> None:
    """A proof that ended long ago makes the set bad before a key of another is fetched."""
    good = world.signed_badge()
    elsewhere = good["proof"] | {"verificationMethod": "did:web:silent.example#key-1"}
    ended = good["proof"] | {"expires": "2026-11-01T00:00:00Z"}
    assert refused(world, good | {"proof": [elsewhere, ended]}) == "proof_expired"
    assert world.served.requests == []


@pytest.mark.attack("A5", "A6")
def test_a_proof_that_cannot_be_read_may_be_the_issuers(world: World) -> None:
    both = world.sign(world.signed_badge(), world.stranger)
    of_unknown_type = both["proof"][0] | {"type": "SomeSignature2031"}
    assert refused(world, both | {"proof": [of_unknown_type, both["proof"][1]]}) == "unsupported_cryptosuite"
    assert refused(world, both | {"proof": [both["proof"][1]]}) == "issuer_mismatch"


@pytest.mark.attack("A5", "A7")
def test_a_broken_chain_is_certain_whatever_is_not_known_of_its_links(world: World) -> None:
    good = world.signed_badge()
    unknown = good["proof"] | {"cryptosuite": "rot13-2026", "previousProof": "urn:uuid:gone"}
    assert refused(world, good | {"proof": [good["proof"], unknown]}) == "previous_proof_missing"


@pytest.mark.covers("di-1.0", "2.6")
@pytest.mark.attack("A6")
def test_a_good_proof_by_another_is_not_the_issuers(world: World) -> None:
    assert refused(world, world.sign(world.badge(), world.stranger)) == "issuer_mismatch"
    two_others = world.sign(world.sign(world.badge(), world.stranger), world.holder)
    assert refused(world, two_others) == "issuer_mismatch"
    assert verify(world, world.sign(two_others))


@pytest.mark.covers("di-1.0", "2.1.2", "4.5")
@pytest.mark.attack("A7")
def test_a_chain_holds_and_a_broken_one_does_not(world: World) -> None:
    first = world.sign(world.badge(), proof_id="urn:uuid:1")
    chained = world.sign(first, world.stranger, proof_id="urn:uuid:2", previous_proof="urn:uuid:1")
    third = world.sign(chained, world.holder, previous_proof=["urn:uuid:2", "urn:uuid:1"])
    assert len(verify(world, third).controllers) == 3
    one, two = chained["proof"]
    assert refused(world, chained | {"proof": [two]}, expected_controller=None) == "previous_proof_missing"
    cycle = [one | {"previousProof": "urn:uuid:2"}, two]
    assert refused(world, chained | {"proof": cycle}) == "previous_proof_cycle"
    swapped = [one | {"id": "urn:uuid:2"}, two | {"id": "urn:uuid:1", "previousProof": "urn:uuid:2"}]
    assert refused(world, chained | {"proof": swapped}) == "invalid_signature"
    for odd in (7, [], [7], "", ["urn:uuid:1", "urn:uuid:1"]):
        assert (
            refused(world, chained | {"proof": [one, two | {"previousProof": odd}]}) == "proof_invalid_shape"
        )


@pytest.mark.covers("di-1.0", "2.2", "5.11")
@pytest.mark.attack("A8")
@pytest.mark.parametrize("purpose", ["authentication", "keyAgreement", "capabilityInvocation", "nothing"])
def test_a_proof_for_another_purpose_is_refused(world: World, purpose: str) -> None:
    signed = world.sign(world.badge(), proof_purpose="authentication")
    assert refused(world, with_proof(signed, proofPurpose=purpose)) == "proof_purpose_mismatch"
    assert verify(world, signed, expected_proof_purpose="authentication")
    assert refused(world, with_proof(signed, proofPurpose="assertionMethod")) == "invalid_signature"


@pytest.mark.covers("di-1.0", "2.1")
@pytest.mark.attack("A14")
def test_a_proof_has_its_time(world: World) -> None:
    ahead = world.sign(world.badge(), created=NOW + timedelta(seconds=61))
    assert refused(world, ahead) == "proof_not_yet_valid"
    assert verify(world, world.sign(world.badge(), created=NOW + timedelta(seconds=60)))
    ended = world.sign(world.badge(), expires=NOW)
    assert refused(world, ended) == "proof_expired"
    assert verify(world, world.sign(world.badge(), expires=NOW + timedelta(seconds=1)))
    assert verify(world, world.sign(world.badge(), created=None)).created is None


@pytest.mark.covers("di-1.0", "2.1")
@pytest.mark.attack("A14")
def test_a_proof_without_a_zone_in_its_date_is_refused(world: World) -> None:
    assert refused(world, with_proof(world.signed_badge(), created="2026-11-24T08:30:00")) == "date_syntax"


@pytest.mark.attack("A19")
@pytest.mark.parametrize(
    "edit",
    [
        lambda badge: badge["credentialSubject"].update(
            id="did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
        ),
        lambda badge: badge["credentialSubject"]["achievement"].update(name="Permis de conduire"),
        lambda badge: badge.update(validUntil="2030-01-01T00:00:00Z"),
        lambda badge: badge["evidence"].append(badge["evidence"][0] | {"name": "Un autre vol"}),
        lambda badge: badge["issuer"].update(name="Une autre structure"),
    ],
)
def test_a_proof_replayed_on_an_edited_document_is_refused(world: World, edit: Any) -> None:
    signed = world.signed_badge()
    edited = copy.deepcopy(signed)
    edit(edited)
    assert refused(world, edited) == "invalid_signature"
    assert verify(world, signed)


@pytest.mark.covers("di-1.0", "5.9")
@pytest.mark.attack("A20")
def test_a_key_inside_the_proof_vouches_for_nothing(world: World) -> None:
    forged = world.sign(world.badge(), world.stranger)
    multikey = forged["proof"]["verificationMethod"].partition("#")[2]
    embedded = {
        "id": world.issuer.verification_method,
        "type": "Multikey",
        "controller": world.issuer_id,
        "publicKeyMultibase": multikey,
    }
    assert refused(world, with_proof(forged, verificationMethod=embedded)) == "proof_invalid_shape"
    claimed = with_proof(
        forged, verificationMethod=world.issuer.verification_method, publicKeyMultibase=multikey
    )
    assert refused(world, claimed) in {"data_loss", "invalid_signature"}
    assert verify(world, world.signed_badge())


@pytest.mark.covers("di-1.0", "5.9")
@pytest.mark.covers("open-badges-3.0", "Dereferencing the Public Key")
@pytest.mark.attack("A20")
@pytest.mark.parametrize(
    ("base", "code"),
    [
        ("https://victim.example/issuer", "invalidDidUrl"),
        ("urn:uuid:1", "invalidDidUrl"),
        ("did:web:victim.example", "notFound"),
        ("did:nothing:victim", "methodNotSupported"),
    ],
)
def test_a_key_in_a_fragment_is_not_taken_from_there(world: World, base: str, code: str) -> None:
    multikey = world.stranger.verification_method.partition("#")[2]
    forged = world.sign(world.badge(), world.stranger)
    assert (
        refused(world, with_proof(forged, verificationMethod=f"{base}#{multikey}"), expected_controller=base)
        == code
    )


@pytest.mark.covers("di-1.0", "5.9")
@pytest.mark.covers("cid-1.0", "3.3")
@pytest.mark.attack("A10")
def test_a_method_that_another_controls_is_refused(world: World) -> None:
    did = "did:web:node.example"
    multikey = world.stranger.verification_method.partition("#")[2]
    method = {
        "id": f"{did}#a",
        "type": "Multikey",
        "controller": world.issuer_id,
        "publicKeyMultibase": multikey,
    }
    document = {"@context": ["https://www.w3.org/ns/did/v1"], "id": did, "verificationMethod": [method]}
    world.served.serve(
        "https://node.example/.well-known/did.json", document | {"assertionMethod": [f"{did}#a"]}
    )
    forged = world.sign(world.badge(), new_key_signer(world.stranger, f"{did}#a"))
    assert refused(world, forged, expected_controller=did) == "controller_mismatch"
    twin = document | {"verificationMethod": [method | {"controller": did}], "assertionMethod": [f"{did}#a"]}
    world.served.serve("https://node.example/.well-known/did.json", twin)
    assert verify(world, forged, expected_controller=did)


@pytest.mark.covers("di-1.0", "5.14")
@pytest.mark.attack("A10")
def test_a_strangers_did_is_not_even_fetched(world: World) -> None:
    did = "did:web:stranger.example"
    world.served.serve("https://stranger.example/.well-known/did.json", FetchError("down"))
    forged = world.sign(world.badge(), new_key_signer(world.stranger, f"{did}#a"))
    assert refused(world, forged) == "issuer_mismatch"
    assert world.served.requests == []
    # where the stranger's proof stands beside the issuer's, it must hold, and cannot be checked
    both = world.sign(world.signed_badge(), new_key_signer(world.stranger, f"{did}#a"))
    assert refused(world, both) == "resolution_unavailable"
    assert len(world.served.requests) == 1


def new_key_signer(signer: Any, verification_method: str) -> Any:
    return type(signer)(private_key=signer.private_key, verification_method=verification_method)


@pytest.mark.covers("di-1.0", "2.2", "5.10")
@pytest.mark.covers("cid-1.0", "2.3", "2.3.2", "3.3")
@pytest.mark.attack("A9")
def test_a_key_for_another_relationship_is_refused(world: World) -> None:
    did = "did:web:node.example"
    multikey = world.issuer.verification_method.partition("#")[2]
    method = {"id": f"{did}#a", "type": "Multikey", "controller": did, "publicKeyMultibase": multikey}
    document = {"@context": ["https://www.w3.org/ns/did/v1"], "id": did, "verificationMethod": [method]}
    signed = world.sign(world.badge(), new_key_signer(world.issuer, f"{did}#a"))
    world.served.serve(
        "https://node.example/.well-known/did.json", document | {"authentication": [f"{did}#a"]}
    )
    assert refused(world, signed, expected_controller=did) == "invalid_verification_relationship"
    world.served.serve(
        "https://node.example/.well-known/did.json", document | {"assertionMethod": [f"{did}#a"]}
    )
    assert verify(world, signed, expected_controller=did)


@pytest.mark.covers("di-1.0", "2.1", "2.6", "4.4")
@pytest.mark.attack("G6")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"expected_domain": "https://b.example"}, "domain_mismatch"),
        ({"expected_challenge": "n-2"}, "challenge_mismatch"),
    ],
)
def test_domain_and_challenge_are_exact(world: World, changes: dict[str, str], code: str) -> None:
    expected = {"expected_domain": "https://a.example", "expected_challenge": "n-1"}
    signed = world.sign(world.badge(), domain="https://a.example", challenge="n-1")
    assert verify(world, signed, **expected)
    assert refused(world, signed, **(expected | changes)) == code
    assert refused(world, world.signed_badge(), **expected) == "domain_mismatch"
    several = with_proof(signed, domain=["https://a.example", "https://b.example"])
    assert refused(world, several, **expected) == "domain_mismatch"


@pytest.mark.covers("di-1.0", "2.4.3", "4.2")
@pytest.mark.attack("C7")
@pytest.mark.parametrize(
    "edit",
    [
        lambda badge: badge.update(undefinedTerm="x"),
        lambda badge: badge["credentialSubject"].update(undefinedTerm="x"),
        lambda badge: badge["evidence"][0].update(id="photo.jpg"),
        lambda badge: badge["credentialSubject"]["achievement"].update(description=None),
        lambda badge: badge["type"].append("RelativeType"),
    ],
)
def test_what_would_not_be_signed_is_not_signed(world: World, edit: Any) -> None:
    document = world.badge()
    edit(document)
    with pytest.raises(ContextsError) as caught:
        world.sign(document)
    assert caught.value.code == "data_loss"
    assert world.sign(world.badge())


@pytest.mark.covers("di-1.0", "3", "5.4")
def test_a_suite_is_found_by_its_name() -> None:
    assert find_suite("eddsa-rdfc-2022") is SUITES["eddsa-rdfc-2022"]
    with pytest.raises(ProofError) as caught:
        find_suite("none")
    assert caught.value.code == "unsupported_cryptosuite"


def test_too_many_proofs_are_refused(world: World) -> None:
    signed = world.signed_badge()
    assert refused(world, signed | {"proof": [signed["proof"]] * 11}) == "proof_invalid_shape"


@pytest.mark.parametrize("signature", [bytes(64), b"\0\0" + b"\xff" * 62, bytes(range(64))])
def test_proof_values_come_back(signature: bytes) -> None:
    assert decode_proof_value(encode_proof_value(signature), length=64) == signature


def test_a_document_without_a_context_is_not_signed(world: World) -> None:
    with pytest.raises((ContextsError, KeyError)):
        add_proof({"id": "urn:uuid:1"}, signer=world.issuer, created=NOW, selection=world.contexts.newest())


@pytest.mark.attack("C14")
def test_a_set_of_proofs_costs_one_canonicalization(world: World) -> None:
    evidence = [
        {"type": ["Evidence"], "name": f"n{each}", "narrative": "y", "description": "z", "genre": "g"}
        for each in range(1_500)
    ]
    signed = world.badge() | {"evidence": evidence}
    for _ in range(4):
        signed = world.sign(signed)
    good = signed["proof"][0]
    spoilt = {**good, "created": "2026-11-24T08:00:00Z"}
    asked: list[dict[str, Any]] = []

    def hasher(
        document: dict[str, Any], *, selection: ContextSelection, algorithm: HashAlgorithm = "sha256"
    ) -> bytes:
        asked.append(document)
        return hash_canonical(document, selection=selection, algorithm=algorithm)

    with costs_at_most(0.5), pytest.raises(ProofError) as caught:
        verify(world, signed | {"proof": [*signed["proof"], spoilt]}, hasher=hasher)
    assert caught.value.code == "invalid_signature"
    assert len([each for each in asked if "credentialSubject" in each]) == 1
    assert len(verify(world, signed).controllers) == 4


def test_more_proofs_than_anybody_needs_are_refused_unread(world: World) -> None:
    signed = world.signed_badge()
    assert refused(world, signed | {"proof": [signed["proof"]] * 6}) == "proof_invalid_shape"
    assert verify(world, signed | {"proof": [signed["proof"]] * 5})


@pytest.mark.covers("di-1.0", "2.1.2", "4.5")
@pytest.mark.attack("A7")
def test_two_proofs_of_one_id_do_not_stand_in_for_one_that_is_gone(world: World) -> None:
    first, second = (
        "urn:uuid:1b7d0c3e-3c9b-4a5e-9d6e-1f2a3b4c5d6e",
        "urn:uuid:2b7d0c3e-3c9b-4a5e-9d6e-1f2a3b4c5d6e",
    )
    both = world.sign(world.sign(world.badge(), proof_id=first), world.holder, proof_id=second)
    chain = world.sign(both, world.stranger, previous_proof=[first, second])
    assert verify(world, chain)
    one, _, last = chain["proof"]
    assert refused(world, chain | {"proof": [one, one, last]}) == "previous_proof_missing"
    twice = both | {"proof": [both["proof"][0]] * 2}
    with pytest.raises(ProofError) as caught:
        world.sign(twice, world.stranger, previous_proof=[first, second])
    assert caught.value.code == "previous_proof_missing"


@pytest.mark.attack("C13")
def test_what_is_too_complex_is_not_read_again_with_other_versions_of_its_contexts(world: World) -> None:
    badge = world.badge()
    alignment = {"type": ["Alignment"], "targetName": [f"name {number}" for number in range(750)]}
    badge["credentialSubject"]["result"] = [
        {"type": ["Result"], "alignment": [alignment] * 6} for _ in range(2)
    ]
    assert len(world.contexts.selections(badge)) > 1
    badge["proof"] = world.signed_badge()["proof"]
    with costs_at_most(0.15):
        assert refused(world, badge) == "too_complex"
