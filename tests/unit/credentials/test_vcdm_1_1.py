"""Credentials of the Verifiable Credentials Data Model 1.1: each of its rules by its code, over a good twin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from credentials.report import Outcome
from credentials.verification import check_credential
from tests.unit.credentials.conftest import NOW

if TYPE_CHECKING:
    from tests.unit.credentials.conftest import World

SOMEBODY_ELSE = "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"


def signed_credential(world: World) -> dict[str, Any]:
    document = {
        "@context": ["https://www.w3.org/2018/credentials/v1", "https://w3id.org/security/data-integrity/v2"],
        "id": "urn:uuid:0b7d0c3e-3c9b-4a5e-9d6e-1f2a3b4c5d6e",
        "type": ["VerifiableCredential"],
        "issuer": {"id": world.issuer_id},
        "issuanceDate": "2026-01-01T00:00:00Z",
        "expirationDate": "2030-01-01T00:00:00Z",
        "credentialSubject": {"id": world.holder_id},
        "evidence": [
            {"id": "urn:uuid:1b7d0c3e-3c9b-4a5e-9d6e-1f2a3b4c5d6e", "type": ["VerifiableCredential"]}
        ],
    }
    return world.sign(document)


def verdict(world: World, document: dict[str, Any]) -> tuple[Outcome, tuple[str, ...]]:
    report = check_credential(document, context=world.context(), now=NOW)
    return report.outcome, report.codes


@pytest.mark.covers("vcdm-1.1", "4.1", "4.2", "4.3", "4.4", "4.5", "4.6", "4.9", "5.3", "5.7", "6.2")
@pytest.mark.parametrize(
    ("alter", "code"),
    [
        (lambda d: d.pop("@context"), "context_missing"),
        (lambda d: d["@context"].reverse(), "context_order"),
        (lambda d: d["@context"].append("https://context.example/v1"), "unknown_context"),
        (lambda d: d.update(id="drone 12"), "id_invalid"),
        (lambda d: d.update(type=["Other"]), "type_missing"),
        (lambda d: d["type"].append("Undefined"), "data_loss"),
        (lambda d: d.pop("credentialSubject"), "subject_missing"),
        (lambda d: d.update(credentialSubject={}), "subject_missing"),
        (lambda d: d["credentialSubject"].update(id="camille"), "id_invalid"),
        (lambda d: d.update(issuer="the fablab"), "issuer_invalid"),
        (lambda d: d.update(issuer=SOMEBODY_ELSE), "issuer_mismatch"),
        (lambda d: d.pop("issuanceDate"), "issuance_date_missing"),
        (lambda d: d.update(issuanceDate="2026-01-01"), "date_syntax"),
        (lambda d: d.update(expirationDate="soon"), "date_syntax"),
        (lambda d: d.update(credentialStatus={"id": "urn:x:1"}), "type_missing"),
        (lambda d: d.update(evidence=[{"id": "urn:x:1"}]), "type_missing"),
        (lambda d: d.update(colour="blue"), "data_loss"),
    ],
)
def test_a_broken_rule_has_its_code(world: World, alter: Any, code: str) -> None:
    document = signed_credential(world)
    assert verdict(world, document) == (Outcome.VALID, ())
    alter(document)
    assert verdict(world, document) == (Outcome.INVALID, (code,))
