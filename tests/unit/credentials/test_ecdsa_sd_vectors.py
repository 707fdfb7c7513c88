"""The W3C vectors of ecdsa-sd-2023, both ways and at each step: what we make is theirs byte for byte, what they made holds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from contexts import canonicalize, hash_canonical
from credentials.data_integrity.ecdsa_sd_2023 import SUITE, sign_base
from credentials.data_integrity.ecdsa_sd_proof_value import BaseProofValue, DerivedProofValue
from credentials.data_integrity.selective import (
    canonicalize_and_group,
    disclose,
    hmac_label_map,
    label_replacement_canonicalize,
    select_json_ld,
)
from did.keys import PublicKey
from did.multibase import decode_base58btc

if TYPE_CHECKING:
    from contexts import ContextSelection, ContextStore

VECTORS = Path(__file__).parents[2] / "vectors" / "vc-di-ecdsa-sd"
POINTERS = {"employ": "employ", "prc": "prCred"}


def read(*path: str) -> Any:
    return json.loads(VECTORS.joinpath(*path).read_text())


KEYS = read("SDKeyMaterial.json")
HMAC_KEY = bytes.fromhex(KEYS["hmacKeyString"])


class DeterministicKey:
    """A P-256 key that signs with the nonces of RFC 6979, as the vectors do."""

    verification_method = "not looked at"

    def __init__(self, pair: dict[str, str]) -> None:
        # multicodec p256-priv 0x1306 as a varint, then the scalar
        scalar = int.from_bytes(decode_base58btc(pair["secretKeyMultibase"])[2:])
        self._key = ec.derive_private_key(scalar, ec.SECP256R1())
        self.public_key = PublicKey.from_multikey(pair["publicKeyMultibase"])

    def sign(self, data: bytes) -> bytes:
        der = self._key.sign(data, ec.ECDSA(SHA256(), deterministic_signing=True))
        r, s = decode_dss_signature(der)
        return r.to_bytes(32) + s.to_bytes(32)


@dataclass(frozen=True)
class Vector:
    name: str
    contexts: ContextStore

    def __getitem__(self, step: str) -> Any:
        return read(self.name, f"{step}.json")

    @cached_property
    def signed(self) -> dict[str, Any]:
        found: dict[str, Any] = self["addSignedSDBase"]
        return found

    @cached_property
    def document(self) -> dict[str, Any]:
        return {name: value for name, value in self.signed.items() if name != "proof"}

    @cached_property
    def options(self) -> dict[str, Any]:
        return {name: value for name, value in self["addProofConfig"].items() if name != "@context"}

    @cached_property
    def selection(self) -> ContextSelection:
        return self.contexts.selections(self.document)[0]

    @cached_property
    def mandatory(self) -> list[str]:
        found: list[str] = read(f"{POINTERS[self.name]}Mandatory.json")
        return found

    @cached_property
    def selective(self) -> list[str]:
        found: list[str] = read(f"{POINTERS[self.name]}Selective.json")
        return found

    def sign(self) -> BaseProofValue:
        return sign_base(
            self.document,
            self.options,
            signer=DeterministicKey(KEYS["baseKeyPair"]),
            selection=self.selection,
            mandatory_pointers=self.mandatory,
            hmac_key=HMAC_KEY,
            statement_key=DeterministicKey(KEYS["proofKeyPair"]),
        )


PUBLIC_KEY = PublicKey.from_multikey(KEYS["baseKeyPair"]["publicKeyMultibase"])


@pytest.fixture(params=POINTERS)
def vector(request: pytest.FixtureRequest, vector_contexts: ContextStore) -> Vector:
    return Vector(request.param, vector_contexts)


def numbered(group: dict[str, Any]) -> dict[int, str]:
    return dict(group["value"])


# The base proof


@pytest.mark.covers("di-ecdsa-1.0", "3.4.1", "3.4.2", "3.4.3", "3.4.4", "3.4.14", "3.4.15", "3.4.16")
def test_the_statements_and_their_groups_are_theirs(vector: Vector) -> None:
    canonical = canonicalize(vector.document, selection=vector.selection)
    assert canonical.splitlines(keepends=True) == vector["addBaseDocCanon"]
    grouped = canonicalize_and_group(
        vector.document,
        selection=vector.selection,
        label_map=hmac_label_map(HMAC_KEY),
        groups={
            "mandatory": vector.mandatory,
            "selective": vector.selective,
            "combined": vector.mandatory + vector.selective,
        },
    )
    assert list(grouped.lines) == vector["addBaseDocHMACCanon"]
    theirs = vector["addBaseTransform"]
    assert vector.mandatory == theirs["mandatoryPointers"]
    mandatory = {index: grouped.lines[index] for index in grouped.groups["mandatory"].indexes}
    assert mandatory == numbered(theirs["mandatory"])
    others = {index: grouped.lines[index] for index in grouped.without("mandatory")}
    assert others == numbered(theirs["nonMandatory"])
    indexes = vector["derivedGroupIndexes"]
    assert grouped.without("mandatory") == indexes["nonMandatoryIndexes"]
    for name, group in grouped.groups.items():
        assert list(group.indexes) == indexes[f"{name}Indexes"]


@pytest.mark.covers("di-ecdsa-1.0", "3.4.10", "3.4.13")
def test_what_the_pointers_name_is_theirs(vector: Vector) -> None:
    for each in vector["addPointerValues"]:
        part = select_json_ld(vector.document, [each["pointer"]])
        assert part[each["pointer"].removeprefix("/")] == each["value"]


@pytest.mark.covers("di-ecdsa-1.0", "3.6.3", "3.6.4")
def test_the_hash_of_the_options_is_theirs(vector: Vector) -> None:
    configuration = vector["addProofConfig"]
    canonical = canonicalize(configuration, selection=vector.selection)
    assert canonical == (VECTORS / vector.name / "addProofConfigCanon.txt").read_text()
    digest = hash_canonical(configuration, selection=vector.selection)
    assert digest.hex() == vector["addHashData"]["proofHash"]


@pytest.mark.covers("di-ecdsa-1.0", "3.4.17", "3.5.1", "3.5.2", "3.6.1", "3.6.2", "3.6.3", "3.6.5")
def test_our_base_proof_is_theirs(vector: Vector) -> None:
    ours, theirs = vector.sign(), vector["addRawBaseSignatureInfo"]
    assert ours.base_signature.hex() == theirs["baseSignature"]
    assert [each.hex() for each in ours.signatures] == theirs["signatures"]
    assert vector.document | {"proof": vector.options | {"proofValue": ours.to_multibase()}} == vector.signed


@pytest.mark.covers("di-ecdsa-1.0", "3.5.3")
def test_their_base_proof_is_read_and_holds(vector: Vector) -> None:
    proof_value = vector.signed["proof"]["proofValue"]
    value, theirs = BaseProofValue.from_multibase(proof_value), vector["derivedRecoveredBaseData"]
    assert value.base_signature.hex() == theirs["baseSignature"]
    assert value.hmac_key.hex() == theirs["hmacKey"]
    assert value.public_key == decode_base58btc(theirs["proofPublicKey"])
    assert [each.hex() for each in value.signatures] == theirs["signatures"]
    assert value.mandatory_pointers == theirs["mandatoryPointers"]
    assert value.to_multibase() == proof_value
    assert SUITE.selective is not None
    SUITE.selective.verify_base(
        vector.document, vector.options, proof_value, public_key=PUBLIC_KEY, selection=vector.selection
    )


# The derived proof


@pytest.mark.covers("di-ecdsa-1.0", "3.4.13", "3.5.4")
def test_what_is_disclosed_is_theirs(vector: Vector) -> None:
    disclosure = disclose(
        vector.document,
        selection=vector.selection,
        label_map=hmac_label_map(HMAC_KEY),
        mandatory_pointers=vector.mandatory,
        selective_pointers=vector.selective,
    )
    theirs = vector["derivedDisclosureData"]
    assert disclosure.document == vector["derivedUnsignedReveal"]
    assert disclosure.mandatory_indexes == theirs["mandatoryIndexes"]
    assert vector["derivedAdjMandatoryIndexes"] == {"adjMandatoryIndexes": disclosure.mandatory_indexes}
    assert disclosure.label_map == dict(theirs["labelMap"]["value"])
    signatures = vector["addRawBaseSignatureInfo"]["signatures"]
    kept = [signatures[index] for index in disclosure.selective_indexes]
    assert kept == theirs["signatures"]
    assert vector["derivedAdjSignatures"] == {
        "adjSignatureIndexes": disclosure.selective_indexes,
        "filteredSignatures": kept,
    }


@pytest.mark.covers("di-ecdsa-1.0", "3.5.4", "3.5.5", "3.5.7", "3.6.6")
def test_our_derived_proof_is_theirs(vector: Vector) -> None:
    assert SUITE.selective is not None
    document, proof_value = SUITE.selective.derive(
        vector.document,
        vector.options,
        vector.sign().to_multibase(),
        public_key=PUBLIC_KEY,
        selection=vector.selection,
        selective_pointers=vector.selective,
    )
    ours = document | {"proof": vector.options | {"proofValue": proof_value}}
    assert ours == vector["derivedRevealDocument"]


@pytest.mark.covers("di-ecdsa-1.0", "3.5.6", "3.5.8", "3.5.9", "3.6.7")
def test_their_derived_proof_is_read_and_holds(vector: Vector) -> None:
    document = vector["derivedRevealDocument"]
    proof_value = document.pop("proof")["proofValue"]
    value, theirs = DerivedProofValue.from_multibase(proof_value), vector["verifyDerivedProofValue"]
    assert value.base_signature.hex() == theirs["baseSignature"]
    assert value.public_key == decode_base58btc(theirs["publicKey"])
    assert [each.hex() for each in value.signatures] == theirs["signatures"]
    assert value.label_map == dict(theirs["labelMap"])
    assert value.mandatory_indexes == theirs["mandatoryIndexes"]
    assert value.to_multibase() == proof_value
    lines = label_replacement_canonicalize(document, selection=vector.selection, label_map=value.label_map)
    assert lines == vector["verifyNQuads"]
    others = [line for index, line in enumerate(lines) if index not in value.mandatory_indexes]
    assert others == vector["verifyCreateVerifyData"]["nonMandatory"]
    SUITE.verify(
        document,
        vector.options,
        proof_value,
        public_key=PUBLIC_KEY,
        hasher=hash_canonical,
        selection=vector.selection,
    )
