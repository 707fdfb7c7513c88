"""did:jwk: the identifier is a JWK."""

from __future__ import annotations

import json
from typing import Any

import pytest

from did.document import DidDocument, Relationship
from did.encodings import encode_base64url
from did.errors import InvalidDidError
from did.keys import KeyType, PrivateKey
from did.methods import did_jwk, did_jwk_method_id
from did.methods.jwk import resolve_did_jwk
from tests.unit.did.conftest import public_key

# did:jwk Method Specification, "Examples": P-256
EXAMPLE = (
    "did:jwk:eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6ImFjYklRaXVNczNpOF91c3pFakoydHBUdFJNNEVVM3l6OTFQSDZDZEgyVjAiLCJ5Ijoi"
    "X0tjeUxqOXZXTXB0bm1LdG00NkdxRHo4d2Y3NEk1TEtncmwyR3pIM25TRSJ9"
)


def did_of(jwk: Any) -> str:
    return f"did:jwk:{encode_base64url(json.dumps(jwk).encode())}"


@pytest.mark.covers("did-jwk", "1.1", "1.2.2")
def test_the_specifications_example_is_read() -> None:
    document = DidDocument.parse(resolve_did_jwk(EXAMPLE), expected_did=EXAMPLE)
    method = document.verification_method(f"{EXAMPLE}#0", relationship=Relationship.AUTHENTICATION)
    assert method.public_key.to_jwk() == {
        "crv": "P-256",
        "kty": "EC",
        "x": "acbIQiuMs3i8_uszEjJ2tpTtRM4EU3yz91PH6CdH2V0",
        "y": "_KcyLj9vWMptnmKtm46GqDz8wf74I5LKgrl2GzH3nSE",
    }


# a key for BBS has no JWK: test_bls12381.py
@pytest.mark.covers("did-jwk", "1.1", "1.2.1")
@pytest.mark.parametrize("key_type", [each for each in KeyType if each is not KeyType.BLS12381_G2])
def test_a_key_comes_back(key_type: KeyType) -> None:
    key = PrivateKey.generate(key_type).public_key
    did = did_jwk(key)
    document = DidDocument.parse(resolve_did_jwk(did), expected_did=did)
    found = document.verification_method(did_jwk_method_id(key), relationship=Relationship.ASSERTION_METHOD)
    assert found.public_key == key


@pytest.mark.covers("did-jwk", "1.2.2")
def test_a_key_for_encryption_signs_nothing() -> None:
    did = did_of(public_key().to_jwk() | {"use": "enc"})
    assert DidDocument.parse(resolve_did_jwk(did), expected_did=did).keys(Relationship.ASSERTION_METHOD) == []
    did = did_of(public_key().to_jwk() | {"use": "sig"})
    assert DidDocument.parse(resolve_did_jwk(did), expected_did=did).keys(Relationship.ASSERTION_METHOD)


@pytest.mark.covers("did-jwk", "1.1", "1.4.1")
@pytest.mark.parametrize(
    "did",
    [
        "did:jwk:e30",
        "did:jwk:W10",
        "did:jwk:eyJ",
        "did:jwk:!!",
        "did:jwk:" + encode_base64url(b'{"kty":"OKP","kty":"OKP"}'),
        did_of("x"),
        did_of(public_key().to_jwk() | {"d": "AA"}),
        did_of(public_key().to_jwk() | {"alg": ["EdDSA"]}),
        did_of(public_key().to_jwk() | {"alg": {}}),
        did_of({"kty": "oct", "k": "AAAA"}),
        did_of(public_key().to_jwk() | {"x": "AA"}),
        did_of({"kty": "OKP", "crv": "X25519", "x": public_key().to_jwk()["x"]}),
        did_jwk(public_key()) + "==",
        "did:key:z6Mk",
    ],
)
def test_what_is_no_public_key_is_refused(did: str) -> None:
    with pytest.raises(InvalidDidError) as caught:
        resolve_did_jwk(did)
    assert caught.value.code == "invalidDid"
