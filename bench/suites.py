"""Every cryptosuite on one core; beside the selective ones Digital Bazaar's JavaScript, with node."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bench.material import NOW, make_credential
from bench.timing import rate
from contexts import strict_json
from credentials.data_integrity import SUITES, add_proof, verify_proofs
from credentials.derivation import derive_credential
from credentials.open_badges import open_badge_mandatory_pointers
from did.encodings import encode_base58btc
from did.keys import KeySigner, KeyType, PrivateKey
from did.methods.key import did_key, resolve_did_key

if TYPE_CHECKING:
    from bench.material import Material

COUNT: Final = 40
# what one employer asks for, beyond what a badge cannot do without
SHOWN: Final = ("/credentialSubject/activityEndDate", "/evidence/0")
_PEER: Final = Path(__file__).parents[1] / "tests" / "interop"
# multicodec p256-priv 0x1306, bls12_381-g2-priv 0x130a, as varints
_SECRET_PREFIXES: Final = {KeyType.P256: b"\x86\x26", KeyType.BLS12381_G2: b"\x8a\x26"}


@dataclass(frozen=True)
class Case:
    """A suite with a key of one type, and what it signs.

    Args:
        name: of the suite.
        signer: its key, a did:key.
        unsigned: badges.
    """

    name: str
    signer: KeySigner
    unsigned: list[dict[str, Any]]

    @property
    def is_selective(self) -> bool:
        """Whether there is something to derive."""
        return SUITES[self.name].selective is not None

    @property
    def mandatory(self) -> tuple[str, ...]:
        """What the badges cannot do without; () for a suite that hides nothing."""
        return tuple(open_badge_mandatory_pointers(self.unsigned[0])) if self.is_selective else ()


def make_cases(material: Material) -> list[Case]:
    """Every suite that signs, with each type of key that it takes."""
    cases = []
    for suite in SUITES.values():
        if suite.create is None and suite.selective is None:
            continue
        for key_type in sorted(suite.key_types):
            key = PrivateKey.generate(key_type)
            did = did_key(key.public_key)
            signer = KeySigner(key, f"{did}#{did.removeprefix('did:key:')}")
            cases.append(
                Case(
                    suite.name, signer, [make_credential(material, each, issuer=did) for each in range(COUNT)]
                )
            )
    return cases


def measure(material: Material, case: Case) -> dict[str, float]:
    """Operations a second: "issue", "verify", and "derive" of a suite that verifies what it derived."""
    selection = material.contexts.newest()

    def issue(document: dict[str, Any]) -> dict[str, Any]:
        return add_proof(
            document,
            signer=case.signer,
            created=NOW,
            selection=selection,
            suite=case.name,
            mandatory_pointers=case.mandatory,
        )

    def derive(document: dict[str, Any]) -> dict[str, Any]:
        return derive_credential(
            document, SHOWN, resolver=material.resolver, contexts=material.contexts, now=NOW
        )

    def verify(data: bytes) -> None:
        document = strict_json.loads(data)
        verify_proofs(
            document,
            expected_proof_purpose="assertionMethod",
            expected_controller=document["issuer"]["id"],
            resolver=material.resolver,
            contexts=material.contexts,
            now=NOW,
        )

    signed = [issue(each) for each in case.unsigned]
    shown = [derive(each) for each in signed] if case.is_selective else signed
    figures = {
        "issue": rate(issue, case.unsigned),
        "verify": rate(verify, [strict_json.dumps(each) for each in shown]),
    }
    return figures | ({"derive": rate(derive, signed)} if case.is_selective else {})


def measure_peer(material: Material, case: Case) -> dict[str, float]:
    """The same by Digital Bazaar's JavaScript; {} where node or its packages cannot be had."""
    if not _is_installed():
        return {}
    did, _, fragment = case.signer.verification_method.partition("#")
    rounds = 12 if case.name == "ecdsa-sd-2023" else 2
    message = {
        "contexts": material.contexts.newest_documents(),
        "dids": {did: resolve_did_key(did)},
        "suite": case.name,
        "date": "2026-06-15T12:00:00Z",
        "mandatoryPointers": case.mandatory,
        "selectivePointers": SHOWN,
        "rounds": rounds,
        "key": {
            "id": case.signer.verification_method,
            "controller": did,
            "publicKeyMultibase": fragment,
            "secretKeyMultibase": encode_base58btc(
                _SECRET_PREFIXES[case.signer.public_key.key_type] + case.signer.private_key.to_raw()
            ),
        },
    }
    signed = _ask(message | {"action": "sign", "document": case.unsigned[0]})
    derived = _ask(message | {"action": "derive", "document": signed["document"]})
    verified = _ask(message | {"action": "verify", "document": derived["document"]})
    answers = {"issue": signed, "derive": derived, "verify": verified}
    return {name: 1_000 / answer["milliseconds"] for name, answer in answers.items()}


def _is_installed() -> bool:
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    if not (_PEER / "node_modules").is_dir():
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        return (
            subprocess.run(command, cwd=_PEER, capture_output=True, check=False, timeout=300).returncode == 0
        )
    return True


def _ask(message: dict[str, Any]) -> dict[str, Any]:
    result = subprocess.run(
        ["node", "peer.mjs"],
        cwd=_PEER,
        input=json.dumps(message).encode(),
        capture_output=True,
        check=True,
        timeout=300,
        env={"PATH": os.environ["PATH"]},
    )
    answer: dict[str, Any] = json.loads(result.stdout)
    if not answer["ok"]:
        raise RuntimeError(f"the peer says {answer['error'][:300]}")
    return answer
