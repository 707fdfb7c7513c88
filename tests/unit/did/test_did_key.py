"""did:key: the official vectors, and what is no key."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from did.document import DidDocument, Relationship
from did.encodings import decode_base58btc, encode_base58btc
from did.errors import InvalidDidError
from did.keys import KeyType, PrivateKey, PublicKey
from did.methods import did_key, did_key_method_id
from did.methods.key import read_did_key, resolve_did_key
from tests.unit.did.conftest import public_key

VECTORS = Path(__file__).parents[2] / "vectors" / "did-key"
SIGNING = {"Ed25519": KeyType.ED25519, "P-256": KeyType.P256, "P-384": KeyType.P384, "P-521": KeyType.P521}


def vectors(*files: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for file in files:
        content = json.loads((VECTORS / file).read_text())
        if list(content) == ["didDocument"]:  # x25519.json keys its documents one level below
            content = {did: {"didDocument": document} for did, document in content["didDocument"].items()}
        found |= content
    return found


def signing_method(document: dict[str, Any], relationship: str = "assertionMethod") -> dict[str, Any]:
    """The official document's method that signs; older vectors embed it, or write its id relative."""
    methods = {each["id"]: each for each in document["verificationMethod"]}
    reference = document[relationship][0]
    return methods[reference] if isinstance(reference, str) else reference


def official_key(method: dict[str, Any]) -> PublicKey | None:
    """The key as the vector writes it, read in our way; None for a kind that does not sign here."""
    if "publicKeyJwk" in method:
        jwk = method["publicKeyJwk"]
        return PublicKey.from_jwk(jwk) if jwk["crv"] in SIGNING else None
    if "publicKeyBase58" in method:
        raw = decode_base58btc("z" + method["publicKeyBase58"])
        return PublicKey(KeyType.ED25519 if len(raw) == 32 else KeyType.P256, raw)
    return PublicKey.from_multikey(method["publicKeyMultibase"])


@pytest.mark.covers("did-key", "2", "3.1.3", "3.2")
@pytest.mark.parametrize("did", vectors("ed25519-x25519.json"))
def test_the_official_ed25519_keys_are_read(did: str) -> None:
    vector = vectors("ed25519-x25519.json")[did]
    key = PrivateKey.from_raw(KeyType.ED25519, bytes.fromhex(vector["seed"])).public_key
    assert (did_key(key), read_did_key(did)) == (did, key)
    assert official_key(signing_method(vector["didDocument"])) == key


@pytest.mark.covers("did-key", "2", "3.1.3", "3.2")
@pytest.mark.parametrize("did", vectors("nist-curves.json"))
def test_the_official_nist_keys_are_read(did: str) -> None:
    vector = vectors("nist-curves.json")[did]
    key = official_key(vector["verificationMethod"])
    assert key is not None
    assert (did_key(key), read_did_key(did)) == (did, key)


@pytest.mark.covers("did-key", "3.1.1", "3.1.2")
@pytest.mark.covers("cid-1.0", "2.3.4", "2.3.5")
@pytest.mark.parametrize("did", vectors("ed25519-x25519.json", "nist-curves.json"))
def test_the_document_says_what_the_official_one_says(did: str) -> None:
    official = vectors("ed25519-x25519.json", "nist-curves.json")[did]["didDocument"]
    ours = DidDocument.parse(resolve_did_key(did), expected_did=did)
    identifier = did.removeprefix("did:key:")
    for name in ("assertionMethod", "authentication", "capabilityInvocation", "capabilityDelegation"):
        relationship = Relationship(name)
        methods = ours.keys(relationship)
        assert [method.id for method in methods] == [f"{did}#{identifier}"]
        assert official_key(signing_method(official, name)) == methods[0].public_key
    assert ours.keys(Relationship.KEY_AGREEMENT) == []


@pytest.mark.covers("did-key", "2", "3.1.3", "3.2")
@pytest.mark.parametrize("did", [did for did in vectors("bls12381.json") if did.startswith("did:key:zUC7")])
def test_the_official_bls12381_g2_keys_are_read(did: str) -> None:
    official = signing_method(vectors("bls12381.json")[did]["didDocument"])
    raw = decode_base58btc("z" + official["publicKeyBase58"])
    assert read_did_key(did) == PublicKey(KeyType.BLS12381_G2, raw)
    assert did_key(read_did_key(did)) == did


@pytest.mark.covers("did-key", "2", "3.1.3", "3.2")
@pytest.mark.parametrize("did", vectors("rsa.json"))
def test_the_official_rsa_keys_are_read(did: str) -> None:
    vector = vectors("rsa.json")[did]
    key = PublicKey.from_jwk(vector["publicKeyJwk"])
    assert (did_key(key), read_did_key(did)) == (did, key)


@pytest.mark.covers("did-key", "3.1.3")
@pytest.mark.attack("F12")
@pytest.mark.parametrize(
    "did",
    [
        did
        for did in vectors("bls12381.json", "secp256k1.json", "x25519.json")
        if not did.startswith("did:key:zUC7")
    ],
)
def test_an_official_key_of_a_kind_that_is_not_supported_is_refused(did: str) -> None:
    with pytest.raises(InvalidDidError) as caught:
        resolve_did_key(did)
    assert caught.value.code == "invalidDid"


def multibase(prefix: str, raw: bytes) -> str:
    return "did:key:" + encode_base58btc(bytes.fromhex(prefix) + raw)


@pytest.mark.covers("did-key", "2", "3.1.3")
@pytest.mark.attack("F12")
@pytest.mark.parametrize(
    "did",
    [
        "did:key:",
        "did:key:z",
        "did:key:z6Mk",
        multibase("ed01", public_key().raw[:-1]),
        multibase("ed01", public_key().raw + b"\0"),
        multibase("8024", public_key().raw),
        multibase("8124", bytes(49)),
        multibase("ed", public_key().raw),
        multibase("01ed", public_key().raw),
        multibase("", public_key().raw),
        did_key(public_key()).replace("did:key:z", "did:key:m"),
        did_key(public_key()).replace("did:key:z", "did:key:"),
        did_key(public_key()).replace("did:key:z", "did:key:z1"),
        did_key(public_key()) + "0",
        did_key(public_key()).upper(),
        "did:key:1.1:" + did_key(public_key()).removeprefix("did:key:"),
        "did:key:z" + "6" * 2000,
        "did:web:node.example",
    ],
)
def test_what_is_no_key_is_refused(did: str) -> None:
    with pytest.raises(InvalidDidError):
        resolve_did_key(did)
    read_did_key(did_key(public_key()))


@pytest.mark.covers("did-key", "3.1.2")
@pytest.mark.parametrize("key_type", list(KeyType))
def test_a_new_key_of_every_kind_comes_back(key_type: KeyType) -> None:
    key = PrivateKey.generate(key_type).public_key
    did = did_key(key)
    method = DidDocument.parse(resolve_did_key(did), expected_did=did).verification_method(
        did_key_method_id(key), relationship=Relationship.ASSERTION_METHOD
    )
    assert (method.public_key, method.controller) == (key, did)
