"""The W3C vectors of eddsa-rdfc-2022, eddsa-jcs-2022 and Ed25519Signature2020, both ways: what we make is theirs byte for
byte, what they made verifies, altered it does not.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from contexts import ContextsError, ContextStore, canonicalize, hash_canonical, jcs
from credentials.data_integrity import add_proof, verify_proofs
from credentials.data_integrity.hashing import hash_json, hash_statements
from credentials.dates import parse_date_time_stamp
from credentials.errors import CredentialsError, ProofError
from did.errors import DidError
from did.fetcher import OfflineFetcher
from did.keys import KeySigner, KeyType, PrivateKey
from did.multibase import decode_base58btc
from did.resolver import Resolver

if TYPE_CHECKING:
    from collections.abc import Callable

VECTORS = Path(__file__).parents[2] / "vectors" / "vc-di-eddsa"
NOW = datetime(2026, 11, 24, tzinfo=UTC)
FOLDERS = {
    "alumni": ("eddsa-rdfc-2022", "unsigned.json"),
    "employ": ("eddsa-rdfc-2022/employ", "employmentAuth.json"),
}


def read(*path: str) -> Any:
    return json.loads(VECTORS.joinpath(*path).read_text())


def text(*path: str) -> str:
    return VECTORS.joinpath(*path).read_text().strip()


def signer(pair: dict[str, str]) -> KeySigner:
    # multicodec ed25519-priv 0x1300 as a varint, then the seed
    seed = decode_base58btc(pair["privateKeyMultibase"])[2:34]
    multikey = pair["publicKeyMultibase"]
    return KeySigner(PrivateKey.from_raw(KeyType.ED25519, seed), f"did:key:{multikey}#{multikey}")


def verify(store: ContextStore, document: dict[str, Any]) -> Any:
    return verify_proofs(
        document,
        expected_proof_purpose="assertionMethod",
        expected_controller=None,  # the vectors' issuers do not control the keys
        resolver=Resolver(fetcher=OfflineFetcher()),
        contexts=store,
        now=NOW,
    )


@pytest.fixture(params=FOLDERS)
def folder(request: pytest.FixtureRequest) -> tuple[str, str]:
    return FOLDERS[request.param]


@pytest.mark.covers("di-eddsa-1.0", "3.2.3", "3.2.4", "3.2.5")
def test_the_canonical_forms_and_hashes_are_theirs(
    vector_contexts: ContextStore, folder: tuple[str, str]
) -> None:
    where, unsigned = folder
    document, options = read(unsigned), read(where, "proofConfigDataInt.json")
    selection = vector_contexts.selections(document)[0]
    assert canonicalize(document, selection=selection) == text(where, "canonDocDataInt.txt") + "\n"
    assert canonicalize(options, selection=selection) == text(where, "proofCanonDataInt.txt") + "\n"
    assert hash_canonical(document, selection=selection).hex() == text(where, "docHashDataInt.txt")
    assert hash_canonical(options, selection=selection).hex() == text(where, "proofHashDataInt.txt")
    del options["@context"]
    combined = hash_statements(document, options, hasher=hash_canonical, selection=selection)
    assert combined.hex() == text(where, "combinedHashDataInt.txt")
    assert hashlib.sha256(text(where, "canonDocDataInt.txt").encode() + b"\n").hexdigest() == text(
        where, "docHashDataInt.txt"
    )


@pytest.mark.covers("di-eddsa-1.0", "2.2.1", "3.2.1", "3.2.6")
@pytest.mark.covers("di-1.0", "4.1", "4.2")
def test_our_signature_is_theirs(vector_contexts: ContextStore, folder: tuple[str, str]) -> None:
    where, unsigned = folder
    expected = read(where, "signedDataInt.json")
    document = read(unsigned)
    signed = add_proof(
        document,
        signer=signer(read("keyPair.json")),
        created=parse_date_time_stamp(expected["proof"]["created"]),
        selection=vector_contexts.selections(document)[0],
    )
    assert signed["proof"]["proofValue"] == text(where, "sigBTC58DataInt.txt")
    assert decode_base58btc(signed["proof"]["proofValue"]).hex() == text(where, "sigHexDataInt.txt")
    assert signed == expected


@pytest.mark.covers("di-eddsa-1.0", "3.2.2", "3.2.7")
@pytest.mark.covers("di-1.0", "4.4")
def test_their_signature_verifies(vector_contexts: ContextStore, folder: tuple[str, str]) -> None:
    signed = read(folder[0], "signedDataInt.json")
    assert verify(vector_contexts, signed).verification_methods == (signed["proof"]["verificationMethod"],)


def proof(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda document: document["proof"].update(changes)


def drop(member: str) -> Callable[[dict[str, Any]], None]:
    return lambda document: document.pop(member)


OTHER_KEY = "did:key:z6MktgKTsu1QhX6QPbyqG6geXdw6FQCZBPq7uQpieWbiQiG7#z6MktgKTsu1QhX6QPbyqG6geXdw6FQCZBPq7uQpieWbiQiG7"
ALTERED: list[tuple[str, Callable[[dict[str, Any]], None], str]] = [
    ("issuer", lambda document: document.update(issuer="did:example:other"), "invalid_signature"),
    (
        "subject",
        lambda document: document["credentialSubject"].update(id="did:example:other"),
        "invalid_signature",
    ),
    ("name", lambda document: document.update(name="Another"), "invalid_signature"),
    ("description", drop("description"), "invalid_signature"),
    ("validFrom", lambda document: document.update(validFrom="2023-01-01T00:00:01Z"), "invalid_signature"),
    ("created", proof(created="2023-02-24T23:36:39Z"), "invalid_signature"),
    ("expires added", proof(expires="2099-01-01T00:00:00Z"), "invalid_signature"),
    ("domain added", proof(domain="https://a.example"), "invalid_signature"),
    ("another key", proof(verificationMethod=OTHER_KEY), "invalid_signature"),
    ("another purpose", proof(proofPurpose="authentication"), "proof_purpose_mismatch"),
    ("another suite", proof(cryptosuite="ecdsa-rdfc-2019"), "suite_key_mismatch"),
    ("an unknown suite", proof(cryptosuite="eddsa-rdfc-2122"), "unsupported_cryptosuite"),
    ("a legacy type", proof(type="Ed25519Signature2018"), "legacy_suite"),
    # appendix A.2.1.5: its type is signed, so the signature breaks, whatever the contexts say of the other members
    ("the type of 2020", proof(type="Ed25519Signature2020"), "invalid_signature"),
    ("the JSON suite", proof(cryptosuite="eddsa-jcs-2022"), "invalid_signature"),
    # the vector's example context defines every term (@vocab): nothing would be lost, so it is the signature that breaks
    ("another member", proof(extra="x"), "invalid_signature"),
    ("created in the future", proof(created="2099-01-01T00:00:00Z"), "proof_not_yet_valid"),
    ("already ended", proof(expires="2024-01-01T00:00:00Z"), "proof_expired"),
    ("no zone", proof(created="2023-02-24T23:36:38"), "date_syntax"),
    (
        "truncated",
        proof(
            proofValue="z2YwC8z3ap7yx1nZYCg4L3j3ApHsF8kgPdSb5xoS1VR7vPG3F561B52hYnQF9iseabecm3ijx4K1FBTQsCZahK"
        ),
        "proof_invalid_shape",
    ),
    (
        "flipped",
        proof(
            proofValue="z2YwC8z3ap7yx1nZYCg4L3j3ApHsF8kgPdSb5xoS1VR7vPG3F561B52hYnQF9iseabecm3ijx4K1FBTQsCZahKZmf"
        ),
        "invalid_signature",
    ),
    ("another base", proof(proofValue="uAAAA"), "proof_invalid_shape"),
    ("no proof", drop("proof"), "proof_missing"),
    (
        "an unknown context",
        lambda document: document["@context"].append("https://a.example/c"),
        "unknown_context",
    ),
    (
        "an inline context",
        lambda document: document["@context"].append({"a": "https://a.example/a"}),
        "inline_context",
    ),
]


@pytest.mark.covers("di-eddsa-1.0", "3.2.2", "3.2.7")
@pytest.mark.covers("di-1.0", "4.4")
@pytest.mark.attack("A2")
@pytest.mark.attack("A19")
@pytest.mark.parametrize(("alter", "code"), [case[1:] for case in ALTERED], ids=[case[0] for case in ALTERED])
def test_an_altered_copy_fails_with_its_error(vector_contexts: ContextStore, alter: Any, code: str) -> None:
    signed = read("eddsa-rdfc-2022", "signedDataInt.json")
    alter(signed)
    with pytest.raises((CredentialsError, DidError, ContextsError)) as caught:
        verify(vector_contexts, signed)
    assert caught.value.code == code


# eddsa-jcs-2022


def jcs_vector(name: str) -> Any:
    return read("eddsa-jcs-2022", name)


@pytest.mark.covers("di-eddsa-1.0", "3.3.3", "3.3.4", "3.3.5")
def test_the_canonical_json_and_its_hashes_are_theirs(vector_contexts: ContextStore) -> None:
    document, options = read("unsigned.json"), jcs_vector("proofConfigJCS.json")
    assert jcs.canonicalize(document).decode() == text("eddsa-jcs-2022", "canonDocJCS.txt")
    assert jcs.canonicalize(options).decode() == text("eddsa-jcs-2022", "proofCanonJCS.txt")
    data = hash_json(document, options, hasher=hash_canonical, selection=vector_contexts.newest()).hex()
    assert data == text("eddsa-jcs-2022", "combinedHashJCS.txt")
    assert data == text("eddsa-jcs-2022", "proofHashJCS.txt") + text("eddsa-jcs-2022", "docHashJCS.txt")


@pytest.mark.covers("di-eddsa-1.0", "3.3.1", "3.3.6")
def test_our_signature_over_json_is_theirs(vector_contexts: ContextStore) -> None:
    expected = jcs_vector("signedJCS.json")
    signed = add_proof(
        read("unsigned.json"),
        signer=signer(read("keyPair.json")),
        created=parse_date_time_stamp(expected["proof"]["created"]),
        selection=vector_contexts.newest(),
        suite="eddsa-jcs-2022",
    )
    assert signed["proof"]["proofValue"] == text("eddsa-jcs-2022", "sigBTC58JCS.txt")
    assert decode_base58btc(signed["proof"]["proofValue"]).hex() == text("eddsa-jcs-2022", "sigHexJCS.txt")
    assert signed == expected


@pytest.mark.covers("di-eddsa-1.0", "3.3.2", "3.3.7")
def test_their_signature_over_json_verifies(vector_contexts: ContextStore) -> None:
    assert verify(vector_contexts, jcs_vector("signedJCS.json")).selection_label == ""


JSON_ALTERED: list[tuple[str, Callable[[dict[str, Any]], None], str]] = [
    ("issuer", lambda document: document.update(issuer="did:example:other"), "invalid_signature"),
    ("another member", lambda document: document.update(undefined="x"), "invalid_signature"),
    ("a null", lambda document: document.update(undefined=None), "invalid_signature"),
    ("a type twice", lambda document: document["type"].append("AlumniCredential"), "invalid_signature"),
    ("types reordered", lambda document: document["type"].reverse(), "invalid_signature"),
    ("another member of the proof", proof(extra="x"), "invalid_signature"),
    ("created", proof(created="2023-02-24T23:36:39Z"), "invalid_signature"),
    ("no @context in the proof", lambda document: document["proof"].pop("@context"), "invalid_signature"),
    (
        "fewer contexts in the proof",
        lambda document: document["proof"]["@context"].pop(),
        "invalid_signature",
    ),
    ("fewer contexts", lambda document: document["@context"].pop(), "proof_context_mismatch"),
    ("contexts reordered", lambda document: document["@context"].reverse(), "proof_context_mismatch"),
    ("no contexts in the proof", proof(**{"@context": []}), "proof_context_mismatch"),
    ("no context in the proof", proof(**{"@context": None}), "proof_context_mismatch"),
    (
        "an unknown context",
        lambda document: document["@context"].append("https://a.example/c"),
        "unknown_context",
    ),
    (
        "an inline context",
        lambda document: document["@context"].append({"a": "https://a.example/a"}),
        "proof_context_mismatch",
    ),
    ("the suite over statements", proof(cryptosuite="eddsa-rdfc-2022"), "invalid_signature"),
    ("an ecdsa suite", proof(cryptosuite="ecdsa-jcs-2019"), "suite_key_mismatch"),
]


@pytest.mark.covers("di-eddsa-1.0", "3.3.2", "3.3.7")
@pytest.mark.attack("A2")
@pytest.mark.attack("A19")
@pytest.mark.parametrize(
    ("alter", "code"), [case[1:] for case in JSON_ALTERED], ids=[case[0] for case in JSON_ALTERED]
)
def test_an_altered_copy_of_signed_json_fails(vector_contexts: ContextStore, alter: Any, code: str) -> None:
    signed = jcs_vector("signedJCS.json")
    alter(signed)
    with pytest.raises((CredentialsError, DidError, ContextsError)) as caught:
        verify(vector_contexts, signed)
    assert caught.value.code == code


@pytest.mark.covers("di-eddsa-1.0", "3.3.5")
def test_contexts_that_come_later_do_not_break_a_proof_over_json(vector_contexts: ContextStore) -> None:
    signed = jcs_vector("signedJCS.json")
    signed["@context"].append("https://w3id.org/security/data-integrity/v2")
    assert verify(vector_contexts, signed)


# Ed25519Signature2020


@pytest.mark.covers("di-eddsa-1.0", "A.2.1.3", "A.2.1.4", "A.2.1.5")
def test_the_canonical_forms_of_the_2020_suite_are_theirs(vector_contexts: ContextStore) -> None:
    signed = read("Ed25519Signature2020", "signedEdSig.json")
    document = {name: value for name, value in signed.items() if name != "proof"}
    options = read("Ed25519Signature2020", "proofConfigEdSig.json")
    selection = vector_contexts.selections(document)[0]
    folder = "Ed25519Signature2020"
    assert canonicalize(document, selection=selection).strip() == text(folder, "canonDocEdSig.txt")
    assert canonicalize(options, selection=selection).strip() == text(folder, "proofCanonEdSig.txt")
    data = hash_statements(document, options, hasher=hash_canonical, selection=selection).hex()
    assert data == text(folder, "combinedHashEdSig.txt")
    assert data == text(folder, "proofHashEdSig.txt") + text(folder, "docHashEdSig.txt")
    # Ed25519 is deterministic: signing these hashes gives their signature
    assert signer(read("keyPair.json")).sign(bytes.fromhex(data)).hex() == text(folder, "sigHexEdSig.txt")


@pytest.mark.covers("di-eddsa-1.0", "A.1.2.1", "A.2.1.1", "A.2.1.2", "A.2.1.6", "A.2.1.7")
def test_a_proof_of_the_2020_suite_verifies_and_ours_is_theirs(vector_contexts: ContextStore) -> None:
    signed = read("Ed25519Signature2020", "signedEdSig.json")
    assert verify(vector_contexts, signed).verification_methods == (signed["proof"]["verificationMethod"],)
    document = {name: value for name, value in signed.items() if name != "proof"}
    arguments: dict[str, Any] = {
        "signer": signer(read("keyPair.json")),
        "selection": vector_contexts.selections(document)[0],
        "suite": "Ed25519Signature2020",
    }
    created = parse_date_time_stamp(signed["proof"]["created"])
    assert add_proof(document, created=created, **arguments) == signed
    # there, unlike in Data Integrity 1.0, `created` must be
    with pytest.raises(ProofError) as caught:
        add_proof(document, created=None, **arguments)
    assert caught.value.code == "proof_invalid_shape"


OLDER_ALTERED: list[tuple[str, Callable[[dict[str, Any]], None], str]] = [
    ("issuer", lambda document: document.update(issuer="did:example:other"), "invalid_signature"),
    ("created", proof(created="2023-02-24T23:36:39Z"), "invalid_signature"),
    ("no created", lambda document: document["proof"].pop("created"), "proof_invalid_shape"),
    ("no zone", proof(created="2023-02-24T23:36:38"), "date_syntax"),
    ("a cryptosuite", proof(cryptosuite="eddsa-rdfc-2022"), "invalid_signature"),
    ("a newer type", proof(type="DataIntegrityProof"), "proof_invalid_shape"),
    (
        "a newer type with the suite",
        proof(type="DataIntegrityProof", cryptosuite="eddsa-rdfc-2022"),
        "invalid_signature",
    ),
    (
        "a newer type with its own name",
        proof(type="DataIntegrityProof", cryptosuite="Ed25519Signature2020"),
        "unsupported_cryptosuite",
    ),
    ("the older type", proof(type="Ed25519Signature2018"), "legacy_suite"),
    (
        "a signature in a jws",
        lambda document: document["proof"].update(jws=document["proof"].pop("proofValue")),
        "proof_invalid_shape",
    ),
    ("another base", proof(proofValue="uAAAA"), "proof_invalid_shape"),
    ("a key embedded", proof(verificationMethod={"id": "did:example:1#2"}), "proof_invalid_shape"),
    ("another purpose", proof(proofPurpose="authentication"), "proof_purpose_mismatch"),
]


@pytest.mark.covers("di-eddsa-1.0", "A.1.2.1", "A.2.1.2", "A.2.1.7")
@pytest.mark.attack("A2")
@pytest.mark.attack("A4")
@pytest.mark.parametrize(
    ("alter", "code"), [case[1:] for case in OLDER_ALTERED], ids=[case[0] for case in OLDER_ALTERED]
)
def test_an_altered_proof_of_the_2020_suite_fails(
    vector_contexts: ContextStore, alter: Any, code: str
) -> None:
    signed = read("Ed25519Signature2020", "signedEdSig.json")
    alter(signed)
    with pytest.raises((CredentialsError, DidError, ContextsError)) as caught:
        verify(vector_contexts, signed)
    assert caught.value.code == code


@pytest.mark.covers("di-eddsa-1.0", "A.1.2.1")
@pytest.mark.attack("C1")
def test_the_2020_suite_without_its_context_is_data_loss(vector_contexts: ContextStore) -> None:
    signed = read("Ed25519Signature2020", "signedEdSig.json")
    signed["@context"].pop()
    # in the examples' context every term means something (@vocab); without it nothing does
    assert signed["@context"].pop() == "https://www.w3.org/ns/credentials/examples/v2"
    with pytest.raises(ContextsError) as caught:
        verify(vector_contexts, signed)
    assert caught.value.code == "data_loss"


# Proof sets and chains


CHAIN = [
    # proofChainTempDoc2 is what a proof of the chain is computed over, with options in place of a proof
    "proofChainTempDoc1.json",
    "signedProofSet1.json",
    "signedProofSet2.json",
    "signedProofChain1.json",
    "signedProofChain2.json",
]
STEPS = [
    ("keyPair1", "unsigned.json", "proofSetConfigSigned1.json", "signedProofSet1.json"),
    ("keyPair2", "signedProofSet1.json", "proofSetConfigSigned2.json", "signedProofSet2.json"),
    ("keyPair3", "signedProofSet2.json", "proofChainConfigSigned1.json", "signedProofChain1.json"),
    ("keyPair4", "signedProofChain1.json", "proofChainConfigSigned2.json", "signedProofChain2.json"),
]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.covers("di-1.0", "2.1.1", "2.1.2", "4.3", "4.5")
@pytest.mark.parametrize("name", CHAIN)
def test_their_sets_and_chains_verify(vector_contexts: ContextStore, name: str) -> None:
    signed = read("proof-set-chain", name)
    assert len(verify(vector_contexts, signed).controllers) == len(as_list(signed["proof"]))


@pytest.mark.covers("di-1.0", "2.1.1", "2.1.2", "4.3", "4.5")
@pytest.mark.parametrize(("pair", "before", "options", "after"), STEPS)
def test_our_proof_in_a_set_or_chain_is_theirs(
    vector_contexts: ContextStore,
    pair: str,
    before: str,
    options: str,
    after: str,
) -> None:
    document, expected = read("proof-set-chain", before), read("proof-set-chain", options)
    signed = add_proof(
        document,
        signer=signer(read("proof-set-chain", "multiKeyPairs.json")[pair]),
        created=parse_date_time_stamp(expected["created"]),
        selection=vector_contexts.selections(document)[0],
        proof_id=expected.get("id"),
        previous_proof=expected.get("previousProof"),
    )
    assert as_list(signed["proof"])[-1]["proofValue"] == expected["proofValue"]
    assert as_list(signed["proof"]) == as_list(read("proof-set-chain", after)["proof"])


@pytest.mark.covers("di-1.0", "2.1.1", "2.1.2", "4.3", "4.5")
@pytest.mark.attack("A7")
@pytest.mark.parametrize(
    ("alter", "code"),
    [
        (lambda proofs: proofs.pop(0), "previous_proof_missing"),
        (lambda proofs: proofs.pop(2), "previous_proof_missing"),
        (
            lambda proofs: proofs[2].update(previousProof="urn:uuid:26329423-bec9-4b2e-88cb-a7c7d9dc4544"),
            "invalid_signature",
        ),
        (lambda proofs: proofs[3].pop("previousProof"), "invalid_signature"),
        (lambda proofs: proofs[2].pop("previousProof"), "invalid_signature"),
        (
            lambda proofs: proofs[0].update(previousProof="urn:uuid:d94f792a-c546-4d06-b38a-da070ab56c23"),
            "previous_proof_cycle",
        ),
        (lambda proofs: proofs[3].update(previousProof=7), "proof_invalid_shape"),
        (lambda proofs: proofs[1].update(created="2023-02-24T23:36:39Z"), "invalid_signature"),
    ],
)
def test_an_altered_chain_fails_with_its_error(vector_contexts: ContextStore, alter: Any, code: str) -> None:
    signed = read("proof-set-chain", "signedProofChain2.json")
    alter(signed["proof"])
    with pytest.raises(CredentialsError) as caught:
        verify(vector_contexts, signed)
    assert caught.value.code == code


@pytest.mark.attack("A7")
def test_the_order_in_which_a_chain_is_written_does_not_matter(vector_contexts: ContextStore) -> None:
    signed = read("proof-set-chain", "signedProofChain2.json")
    signed["proof"].reverse()
    assert len(verify(vector_contexts, signed).controllers) == 4
