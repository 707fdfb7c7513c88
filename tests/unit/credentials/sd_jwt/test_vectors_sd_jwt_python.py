"""The cases of sd-jwt-python: issued, presented and verified here, with the claims that they expect."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from credentials.sd_jwt import issue_sd_jwt, present_sd_jwt, verify_sd_jwt
from credentials.sd_jwt.disclosures import read_disclosure
from credentials.sd_jwt.holding import derive_sd_jwt
from credentials.sd_jwt.issuing import conceal
from credentials.sd_jwt.processing import process_payload
from did.encodings import decode_base64url
from did.keys import KeySigner, KeyType, PrivateKey
from tests.unit.credentials.sd_jwt.test_vectors_rfc9901 import salts_of, without_decoys, write_as_rfc
from tests.unit.credentials.sd_jwt.tokens import NOW

pytestmark = pytest.mark.covers("sd-jwt", "4.2.5", "6", "7.1")

VECTORS = json.loads((Path(__file__).parents[3] / "vectors" / "sd-jwt-python" / "cases.json").read_text())
CASES = {case["id"]: case for case in VECTORS["cases"]}


def without_binding(case: dict[str, Any], claims: dict[str, Any]) -> dict[str, Any]:
    """The claims without what Key Binding adds; one case brings a cnf of its own."""
    added = {"_sd_alg", "cnf"} if case["key_binding"] else {"_sd_alg"}
    return {name: value for name, value in claims.items() if name not in added}


def signer(name: str) -> KeySigner:
    secret = decode_base64url(VECTORS["keys"][name]["d"])
    return KeySigner(PrivateKey.from_raw(KeyType.P256, secret), f"https://example.com/{name}#1")


@pytest.mark.parametrize("name", CASES)
def test_issue_present_verify(name: str) -> None:
    case = CASES[name]
    holder = signer("holder")
    token = issue_sd_jwt(
        case["claims"],
        disclosable=case["disclosable"],
        signer=signer("issuer"),
        typ="example+sd-jwt",
        decoys=3 if case["decoys"] else 0,
        holder_key=holder.public_key if case["key_binding"] else None,
    )
    binding: dict[str, Any] = {}
    if case["key_binding"]:
        aims = {"nonce": VECTORS["nonce"], "audience": VECTORS["audience"]}
        presented = present_sd_jwt(token, case["disclose"], holder=holder, now=NOW, **aims)
        binding = {f"expected_{aim}": value for aim, value in aims.items()}
    else:
        presented = derive_sd_jwt(token, case["disclose"])
    verified = verify_sd_jwt(
        presented, issuer_key=signer("issuer").public_key, expected_typ="example+sd-jwt", now=NOW, **binding
    )
    expected = case["expected"] | {name: case["claims"][name] for name in ("cnf",) if name in case["claims"]}
    assert without_binding(case, verified.claims) == expected


@pytest.mark.parametrize("name", CASES)
def test_conceals_as_they_do(name: str) -> None:
    case = CASES[name]
    concealed = conceal(
        case["claims"], case["disclosable"], salts=salts_of(case["disclosures"]), write=write_as_rfc
    )
    assert list(concealed.disclosures) == case["disclosures"]
    if not case["decoys"]:
        payload = without_binding(case, case["payload"])
        assert without_binding(case, concealed.payload) == without_decoys(payload, [])


@pytest.mark.parametrize("name", CASES)
def test_their_payload_gives_the_claims(name: str) -> None:
    case = CASES[name]
    processed = process_payload(case["payload"], map(read_disclosure, case["disclosures"]))
    assert without_binding(case, processed.claims) == case["claims"]
