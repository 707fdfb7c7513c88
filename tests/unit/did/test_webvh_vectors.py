"""Published did:webvh logs: read, and written again, byte for byte."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from did.errors import InvalidDidError
from did.keys import KeySigner, KeyType, PrivateKey
from did.methods import did_key_method_id
from did.webvh.entries import HashedContent
from did.webvh.hashes import multihash_of_digest
from did.webvh.writing import create_log, update_log
from tests.unit.did.webvh_story import PLACEHOLDER, problem, read

if TYPE_CHECKING:
    from collections.abc import Callable

VECTORS = Path(__file__).parents[2] / "vectors" / "did-webvh"
DID = "did:webvh:Qmdxt11AjZewCNXX69bpEDobgjySeZ7eFwjf4tgpF6p2Dg:example.com"
Json = dict[str, Any]


def entries(name: str) -> list[Json]:
    return [json.loads(line) for line in (VECTORS / name).read_text().splitlines()]


def test_the_files_are_those_that_their_source_says():
    sums = json.loads((VECTORS / "SOURCE.json").read_text())["sha256"]
    assert sums == {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in VECTORS.glob("*.jsonl")
    }


def test_the_published_log_verifies():
    log = read((VECTORS / "log.jsonl").read_bytes(), did=DID)
    assert log.failure is None
    assert [version.version_number for version in log.versions] == [1, 2]
    assert log.latest.read_document()["alsoKnownAs"] == ["did:web:example.com"]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda entry: entry["state"].update(alsoKnownAs=[]), "hash_chain_broken"),
        (lambda entry: entry["parameters"].update(ttl=60), "hash_chain_broken"),
        (lambda entry: entry.update(versionTime="2000-01-01T00:00:00Z"), "invalid_version_time"),
        (lambda entry: entry.update(versionId="3" + entry["versionId"][1:]), "version_number_mismatch"),
        (lambda entry: entry["proof"][0].update(created="2000-01-03T00:00:00Z"), "proof_verification_failed"),
        (lambda entry: entry["proof"][0].update(cryptosuite="ecdsa-jcs-2019"), "proof_verification_failed"),
        (lambda entry: entry["parameters"].update(method="did:webvh:99.0"), "invalid_parameter"),
    ],
)
def test_an_altered_copy_fails_by_name(change: Callable[[Json], object], name: str):
    log = entries("log.jsonl")
    change(log[1])
    assert problem(b"\n".join(json.dumps(entry).encode() for entry in log), did=DID) == name


@pytest.mark.covers("did-webvh-1.0", "Create (Register)", "SCID Generation and Verification")
def test_no_byte_of_it_can_be_changed_unseen():
    data = (VECTORS / "log.jsonl").read_bytes()
    whole = read(data, did=DID)
    for place in range(0, len(data), 5):
        altered = data[:place] + bytes([data[place] ^ 1 + place % 7]) + data[place + 1 :]
        try:
            log = read(altered, did=DID)
        except InvalidDidError:
            continue
        assert log.failure is not None
        assert log.versions == whole.versions[: len(log.versions)]


def test_the_same_key_and_the_same_moments_give_the_same_log():
    first, second = entries("log.jsonl")
    key = PrivateKey.from_raw(KeyType.ED25519, bytes(31) + b"\x01")
    signer = KeySigner(key, did_key_method_id(key.public_key))
    template = json.loads(json.dumps(first["state"]).replace(first["parameters"]["scid"], PLACEHOLDER))
    parameters = {
        name: value for name, value in first["parameters"].items() if name not in {"method", "scid"}
    }
    began, changed = (datetime.fromisoformat(entry["versionTime"]) for entry in (first, second))
    ours = create_log(template, signer=signer, parameters=parameters, now=began)
    later = update_log(
        ours.log, signer=signer, now=changed, document=second["state"], parameters=second["parameters"]
    )
    # Ed25519 leaves nothing to chance: hashes and proofs are the published ones
    assert [json.loads(ours.lines), json.loads(later.lines)] == [first, second]


@pytest.mark.covers(
    "did-webvh-1.0", "SCID Generation and Verification", "Entry Hash Generation and Verification"
)
@pytest.mark.parametrize("name", ["chain.jsonl", "chain-time-stands-still.jsonl"])
def test_the_published_hashes(name: str):
    first, second = entries(name)
    scid = first["parameters"]["scid"]
    hashed = HashedContent.of(first["parameters"], first["state"], first["versionTime"])
    assert hashed.scid(first["parameters"], first["state"], scid) == scid
    assert f"1-{multihash_of_digest(hashed.digest(scid))}" == first["versionId"]
    hashed = HashedContent.of(second["parameters"], second["state"], second["versionTime"])
    assert f"2-{multihash_of_digest(hashed.digest(first['versionId']))}" == second["versionId"]


def test_a_made_up_method_is_none():
    data = (VECTORS / "chain.jsonl").read_bytes().replace(b'"proof":[]', b'"proof":[{}]')
    assert problem(data, did=DID) == "invalid_parameter"
