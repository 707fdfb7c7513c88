"""The W3C vectors of ecdsa-rdfc-2019 and ecdsa-jcs-2019 on P-256 and P-384, both ways.

ECDSA is randomised: our own signatures differ from theirs and verify. With the nonce of RFC 6979 in place of randomness,
they are theirs byte for byte.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384

from contexts import ContextsError, ContextStore, canonicalize, hash_canonical, jcs
from credentials.data_integrity import add_proof, verify_proofs
from credentials.data_integrity.hashing import hash_json, hash_statements
from credentials.data_integrity.proof_value import encode_proof_value
from credentials.dates import parse_date_time_stamp
from credentials.errors import CredentialsError, ProofError
from did.errors import DidError
from did.fetcher import OfflineFetcher
from did.keys import KeySigner, KeyType, PrivateKey
from did.multibase import decode_base58btc
from did.resolver import Resolver

if TYPE_CHECKING:
    from collections.abc import Callable

    from did.keys import PublicKey

VECTORS = Path(__file__).parents[2] / "vectors" / "vc-di-ecdsa"
NOW = datetime(2026, 11, 24, tzinfo=UTC)
KEYS = {
    KeyType.P256: ("p256KeyPair.json", "P256", 32, ec.SECP256R1(), SHA256()),
    KeyType.P384: ("p384KeyPair.json", "P384", 48, ec.SECP384R1(), SHA384()),
}
# folder, unsigned document, suite, key
FOLDERS = {
    "rdfc P-256": ("ecdsa-rdfc-2019-p256", "unsigned.json", "ecdsa-rdfc-2019", KeyType.P256),
    "rdfc P-256 employ": (
        "ecdsa-rdfc-2019-p256/employ",
        "employmentAuth.json",
        "ecdsa-rdfc-2019",
        KeyType.P256,
    ),
    "rdfc P-384": ("ecdsa-rdfc-2019-p384", "unsigned.json", "ecdsa-rdfc-2019", KeyType.P384),
    "rdfc P-384 employ": (
        "ecdsa-rdfc-2019-p384/employ",
        "employmentAuth.json",
        "ecdsa-rdfc-2019",
        KeyType.P384,
    ),
    "jcs P-256": ("ecdsa-jcs-2019-p256", "unsigned.json", "ecdsa-jcs-2019", KeyType.P256),
    "jcs P-384": ("ecdsa-jcs-2019-p384", "unsigned.json", "ecdsa-jcs-2019", KeyType.P384),
}


class Vector:
    """One folder of vectors."""

    def __init__(self, folder: str, unsigned: str, suite: str, key_type: KeyType) -> None:
        self.suite, self.key_type = suite, key_type
        self._folder = VECTORS / folder
        self._middle = ("JCS" if "jcs" in suite else "") + "ECDSA" + KEYS[key_type][1]
        self.document: dict[str, Any] = json.loads((VECTORS / unsigned).read_bytes())

    def text(self, name: str) -> str:
        return (self._folder / f"{name}{self._middle}.txt").read_text()

    def json(self, name: str) -> Any:
        return json.loads((self._folder / f"{name}{self._middle}.json").read_bytes())

    @property
    def algorithm(self) -> Any:
        return "sha256" if self.key_type is KeyType.P256 else "sha384"

    def signer(self) -> KeySigner:
        file, _, length, *_ = KEYS[self.key_type]
        pair = json.loads((VECTORS / file).read_bytes())
        # multicodec p256-priv or p384-priv as a two-byte varint, then the scalar
        scalar = decode_base58btc(pair["secretKeyMultibase"])[2:]
        assert len(scalar) == length
        multikey = pair["publicKeyMultibase"]
        return KeySigner(PrivateKey.from_raw(self.key_type, scalar), f"did:key:{multikey}#{multikey}")


class DeterministicSigner:
    """Signs with the nonce of RFC 6979, as the vectors were."""

    def __init__(self, signer: KeySigner) -> None:
        self._signer = signer

    @property
    def public_key(self) -> PublicKey:
        return self._signer.public_key

    @property
    def verification_method(self) -> str:
        return self._signer.verification_method

    def sign(self, data: bytes) -> bytes:
        _, _, length, curve, algorithm = KEYS[self.public_key.key_type]
        key = ec.derive_private_key(int.from_bytes(self._signer.private_key.to_raw()), curve)
        r, s = decode_dss_signature(key.sign(data, ec.ECDSA(algorithm, deterministic_signing=True)))
        return r.to_bytes(length) + s.to_bytes(length)


@pytest.fixture(params=FOLDERS)
def vector(request: pytest.FixtureRequest) -> Vector:
    return Vector(*FOLDERS[request.param])


def verify(store: ContextStore, document: dict[str, Any]) -> Any:
    return verify_proofs(
        document,
        expected_proof_purpose="assertionMethod",
        expected_controller=None,  # the vectors' issuers do not control the keys
        resolver=Resolver(fetcher=OfflineFetcher()),
        contexts=store,
        now=NOW,
    )


def sign(store: ContextStore, vector: Vector, signer: Any) -> dict[str, Any]:
    return add_proof(
        vector.document,
        signer=signer,
        created=parse_date_time_stamp(vector.json("signed")["proof"]["created"]),
        selection=store.selections(vector.document)[0],
        suite=vector.suite,
    )


@pytest.mark.covers("di-ecdsa-1.0", "3.2.3", "3.2.4", "3.2.5", "3.3.3", "3.3.4", "3.3.5")
def test_the_canonical_forms_and_hashes_are_theirs(vector_contexts: ContextStore, vector: Vector) -> None:
    selection = vector_contexts.selections(vector.document)[0]
    options, algorithm = vector.json("proofConfig"), vector.algorithm
    if vector.suite == "ecdsa-jcs-2019":
        assert jcs.canonicalize(vector.document).decode() == vector.text("canonDoc").rstrip("\n")
        assert jcs.canonicalize(options).decode() == vector.text("proofCanon").rstrip("\n")
        hash_data = hash_json
    else:
        for value, name in ((vector.document, "canonDoc"), (options, "proofCanon")):
            canonical = canonicalize(value, selection=selection, algorithm=algorithm)
            assert canonical.rstrip("\n") == vector.text(name).rstrip("\n")
        hash_data = hash_statements
        del options["@context"]
    data = hash_data(
        vector.document, options, hasher=hash_canonical, selection=selection, algorithm=algorithm
    ).hex()
    assert data == vector.text("combinedHash").strip()
    assert data == vector.text("proofHash").strip() + vector.text("docHash").strip()


@pytest.mark.covers("di-ecdsa-1.0", "2.2.1", "3.2.1", "3.2.6", "3.3.1", "3.3.6")
def test_our_signature_with_their_nonce_is_theirs(vector_contexts: ContextStore, vector: Vector) -> None:
    signed = sign(vector_contexts, vector, DeterministicSigner(vector.signer()))
    assert signed["proof"]["proofValue"] == vector.text("sigBTC58").strip()
    assert decode_base58btc(signed["proof"]["proofValue"]).hex() == vector.text("sigHex").strip()
    assert signed == vector.json("signed")


@pytest.mark.covers("di-ecdsa-1.0", "3.2.1", "3.3.1")
def test_our_signature_with_our_nonce_verifies(vector_contexts: ContextStore, vector: Vector) -> None:
    first, second = (sign(vector_contexts, vector, vector.signer()) for _ in range(2))
    assert first["proof"]["proofValue"] != second["proof"]["proofValue"]
    assert verify(vector_contexts, first)
    assert verify(vector_contexts, second)


@pytest.mark.covers("di-ecdsa-1.0", "3.2.2", "3.2.7", "3.3.2", "3.3.7")
def test_their_signature_verifies(vector_contexts: ContextStore, vector: Vector) -> None:
    signed = vector.json("signed")
    result = verify(vector_contexts, signed)
    assert result.verification_methods == (signed["proof"]["verificationMethod"],)
    assert result.selection_label == ""


def proof(**changes: Any) -> Callable[[dict[str, Any]], None]:
    return lambda document: document["proof"].update(changes)


def other_suite(document: dict[str, Any]) -> None:
    other = {"ecdsa-rdfc-2019": "ecdsa-jcs-2019", "ecdsa-jcs-2019": "ecdsa-rdfc-2019"}
    document["proof"]["cryptosuite"] = other[document["proof"]["cryptosuite"]]


def other_key(document: dict[str, Any]) -> None:
    key_type = KeyType.P256 if "#zDn" in document["proof"]["verificationMethod"] else KeyType.P384
    multikey = PrivateKey.from_raw(key_type, bytes([7]) * KEYS[key_type][2]).public_key.to_multikey()
    document["proof"]["verificationMethod"] = f"did:key:{multikey}#{multikey}"


def key_of_the_other_curve(document: dict[str, Any]) -> None:
    other = KeyType.P384 if "#zDn" in document["proof"]["verificationMethod"] else KeyType.P256
    multikey = PrivateKey.from_raw(other, bytes([7]) * KEYS[other][2]).public_key.to_multikey()
    document["proof"]["verificationMethod"] = f"did:key:{multikey}#{multikey}"


ED25519 = "z6MktgKTsu1QhX6QPbyqG6geXdw6FQCZBPq7uQpieWbiQiG7"
ALTERED: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "issuer": (lambda document: document.update(issuer="did:example:other"), "invalid_signature"),
    "name": (lambda document: document.update(name="Another"), "invalid_signature"),
    "validFrom": (lambda document: document.update(validFrom="2023-01-01T00:00:01Z"), "invalid_signature"),
    "created": (proof(created="2023-02-24T23:36:39Z"), "invalid_signature"),
    "expires added": (proof(expires="2099-01-01T00:00:00Z"), "invalid_signature"),
    "domain added": (proof(domain="https://a.example"), "invalid_signature"),
    "another purpose": (proof(proofPurpose="authentication"), "proof_purpose_mismatch"),
    "another key": (other_key, "invalid_signature"),
    "a key of the other curve": (key_of_the_other_curve, "proof_invalid_shape"),
    "a key of another kind": (proof(verificationMethod=f"did:key:{ED25519}#{ED25519}"), "suite_key_mismatch"),
    "the other ecdsa suite": (other_suite, "invalid_signature"),
    "an eddsa suite": (proof(cryptosuite="eddsa-rdfc-2022"), "suite_key_mismatch"),
    "an unknown suite": (proof(cryptosuite="ecdsa-sd-2019"), "unsupported_cryptosuite"),
    "no cryptosuite": (lambda document: document["proof"].pop("cryptosuite"), "proof_invalid_shape"),
    "another base": (proof(proofValue="uAAAA"), "proof_invalid_shape"),
    "no proof": (lambda document: document.pop("proof"), "proof_missing"),
    "an unknown context": (
        lambda document: document["@context"].append("https://a.example/c"),
        "unknown_context",
    ),
}


@pytest.mark.covers("di-ecdsa-1.0", "3.2.2", "3.2.7", "3.3.2", "3.3.7")
@pytest.mark.attack("A2")
@pytest.mark.attack("A4")
@pytest.mark.attack("A19")
@pytest.mark.parametrize("what", ALTERED)
def test_an_altered_copy_fails_with_its_error(
    vector_contexts: ContextStore, vector: Vector, what: str
) -> None:
    signed = vector.json("signed")
    alter, code = ALTERED[what]
    alter(signed)
    with pytest.raises((CredentialsError, DidError, ContextsError)) as caught:
        verify(vector_contexts, signed)
    assert caught.value.code == code


@pytest.mark.attack("A2")
def test_every_bit_of_a_signature_counts(vector_contexts: ContextStore) -> None:
    vector = Vector(*FOLDERS["jcs P-256"])
    signed = vector.json("signed")
    signature = decode_base58btc(signed["proof"]["proofValue"])
    for bit in range(0, len(signature) * 8, 7):
        flipped = bytearray(signature)
        flipped[bit // 8] ^= 1 << bit % 8
        altered = signed | {"proof": signed["proof"] | {"proofValue": encode_proof_value(bytes(flipped))}}
        with pytest.raises(ProofError) as caught:
            verify(vector_contexts, altered)
        assert caught.value.code == "invalid_signature"
