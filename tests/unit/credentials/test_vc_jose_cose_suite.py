"""The command for the W3C's vc-jose-cose suite: what it signs, it verifies; what the suite's tokens are, it says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.suites import vc_jose_cose

VECTORS = Path(__file__).parents[2] / "vectors" / "vc-jose-cose"
CREDENTIAL: dict[str, Any] = {
    "@context": ["https://www.w3.org/ns/credentials/v2", "https://www.w3.org/ns/credentials/examples/v2"],
    "type": ["VerifiableCredential", "ExampleAlumniCredential"],
    "issuer": "https://example.issuer/vc-jose-cose",
    "validFrom": "2010-01-01T19:23:24Z",
    "credentialSubject": {"id": "did:example:123", "phones": [{"number": "1"}, {"number": "2"}]},
}
KEYS = ("vm-p256", "vm-p384", "vm-ed25519")


def run(tmp_path: Path, function: str, content: str, key: str, feature: str, *more: str) -> dict[str, Any]:
    (tmp_path / "input").write_text(content)
    output = tmp_path / "output"
    arguments = [function, "--input", str(tmp_path / "input"), "--key", str(VECTORS / f"{key}.json")]
    assert vc_jose_cose.main([*arguments, "--feature", feature, *more, "--output", str(output)]) == 0
    result: dict[str, Any] = json.loads(output.read_text())
    return result


def presentation(token: str) -> dict[str, Any]:
    held = {
        "@context": CREDENTIAL["@context"][0],
        "type": "EnvelopedVerifiableCredential",
        "id": f"data:application/vc+jwt,{token}",
    }
    holder = CREDENTIAL["issuer"]
    document = {"@context": CREDENTIAL["@context"], "type": ["VerifiablePresentation"], "holder": holder}
    return document | {"verifiableCredential": [held]}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("form", ["jose", "sdjwt", "cose"])
def test_what_it_signs_it_verifies(tmp_path: Path, form: str, key: str) -> None:
    made = run(tmp_path, "issue", json.dumps(CREDENTIAL), key, f"credential_{form}")
    assert made["result"] == "success"
    assert run(tmp_path, "verify", made["data"], key, f"credential_{form}")["result"] == "success"
    other = next(each for each in KEYS if each != key)
    assert run(tmp_path, "verify", made["data"], other, f"credential_{form}")["result"] == "failure"
    assert run(tmp_path, "verify", made["data"], key, f"presentation_{form}")["result"] == "failure"
    presented = json.dumps(presentation("a.b.c"))
    made = run(tmp_path, "issue", presented, key, f"presentation_{form}")
    assert run(tmp_path, "verify", made["data"], key, f"presentation_{form}")["result"] == "success"


def test_paths_are_hidden_as_the_suite_writes_them(tmp_path: Path) -> None:
    assert (
        vc_jose_cose.to_pointer("credentialSubject.phones[0].number") == "/credentialSubject/phones/0/number"
    )
    paths = json.dumps(["credentialSubject.phones[1]"])
    made = run(tmp_path, "issue", json.dumps(CREDENTIAL), "vm-p384", "credential_sdjwt", "--sd", paths)
    assert made["data"].count("~") == 2
    assert run(tmp_path, "verify", made["data"], "vm-p384", "credential_sdjwt")["result"] == "success"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"badExtension": {"huh": "what?"}}, "data_loss"),
        ({"issuer": None}, "issuer_invalid"),
        ({"@context": []}, "context_missing"),
    ],
)
def test_what_is_no_credential_is_not_signed(tmp_path: Path, change: dict[str, Any], code: str) -> None:
    made = run(tmp_path, "issue", json.dumps(CREDENTIAL | change), "vm-p256", "credential_jose")
    assert made == {"result": "failure", "data": code}


@pytest.mark.parametrize(
    ("name", "key", "feature", "data"),
    [
        ("credential-jose-minimal", "vm-p256", "credential_jose", "vc+jwt"),
        ("credential-jose-minimal", "vm-p384", "credential_jose", "verification_method_not_found"),
        ("credential-jose-bad-signature", "vm-ed25519", "credential_jose", "jws_signature"),
        ("credential-sdjwt-selective", "vm-p384", "credential_sdjwt", "vc+sd-jwt"),
        ("credential-sdjwt-selective", "vm-p384", "credential_jose", "jws_encoding"),
        ("presentation-jose-multiple", "vm-p384", "presentation_jose", "vp+jwt"),
        ("presentation-jose-bad-credential", "vm-ed25519", "presentation_jose", "envelope_invalid"),
    ],
)
def test_the_suite_s_tokens(tmp_path: Path, name: str, key: str, feature: str, data: str) -> None:
    token = (VECTORS / f"{name}.txt").read_text()
    result = run(tmp_path, "verify", token, key, feature)
    assert result["data"] == data
    assert result["result"] == ("success" if "+" in data else "failure")
