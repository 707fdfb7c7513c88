"""The library on one core, beside PyLD + cryptography on the same credentials, and the floor."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.material import NOW, make_credential
from bench.pyld_engine import PyldHasher
from bench.timing import rate
from contexts import hash_canonical, strict_json
from credentials.data_integrity import add_proof, verify_proofs
from credentials.exchange.presentations import make_presentation
from credentials.verification import VerificationContext, check_credential, check_presentation
from did.multibase import decode_base58btc, encode_base58btc

if TYPE_CHECKING:
    from collections.abc import Callable

    from bench.material import Material
    from contexts import CanonicalHasher

SUITE = "eddsa-rdfc-2022"
COUNT = 120
DOMAIN, CHALLENGE = "decentralized_identifier:did:web:verifier.example", "bench-nonce"


@dataclass(frozen=True)
class Measured:
    """Rates in operations per second, and how to measure two of them again beside the services.

    Args:
        rates: of ours, of PyLD's and of the floor.
        issue_and_report: issue a credential, and check it with a full report, as a node does.
        issue: issue a credential.
        verify: verify one.
        present: check a presentation with a full report, as a verifier does.
        issue_by_pyld: issue a credential, canonicalized by PyLD.
        present_by_pyld: check a presentation, canonicalized by PyLD.
    """

    rates: dict[str, dict[str, float]]
    issue: Callable[[], float]
    verify: Callable[[], float]
    issue_and_report: Callable[[], float]
    present: Callable[[], float]
    issue_by_pyld: Callable[[], float]
    present_by_pyld: Callable[[], float]


def measure(material: Material) -> Measured:
    """Measure ours, PyLD and the floor."""
    unsigned = [make_credential(material, number) for number in range(COUNT)]
    selection = material.contexts.newest()

    by_pyld = PyldHasher(material.contexts)

    def issue(document: dict[str, Any], hasher: CanonicalHasher = hash_canonical) -> dict[str, Any]:
        return add_proof(document, signer=material.issuer, created=NOW, selection=selection, hasher=hasher)

    signed = [issue(document) for document in unsigned]
    received = [strict_json.dumps(document) for document in signed]
    context = VerificationContext(
        contexts=material.contexts,
        resolver=material.resolver,
        fetcher=material.fetcher,
    )
    presentations = [
        make_presentation(
            credentials=[document], signer=material.holder, holder=material.holder_did, domain=DOMAIN,
            challenge=CHALLENGE, created=NOW, contexts=material.contexts,
        )
        for document in signed
    ]  # fmt: skip

    def verify(data: bytes) -> None:
        verify_proofs(
            strict_json.loads(data), expected_proof_purpose="assertionMethod",
            expected_controller="did:web:node.example", resolver=material.resolver,
            contexts=material.contexts, now=NOW,
        )  # fmt: skip

    def present(presentation: dict[str, Any], hasher: CanonicalHasher = hash_canonical) -> None:
        report = check_presentation(
            presentation,
            context=replace(context, hasher=hasher),
            now=NOW,
            expected_domain=DOMAIN,
            expected_challenge=CHALLENGE,
        )
        _must(report.outcome == "valid", report.codes)

    def report(data: bytes) -> None:
        checked = check_credential(data, context=context, now=NOW)
        _must(checked.outcome == "valid", checked.codes)

    ours = {
        "issue": rate(issue, unsigned),
        "verify": rate(verify, received),
        "report": rate(report, received),
    }
    rates = {"ours": ours, "pyld": _pyld(material, unsigned, signed), "floor": _floor(material, unsigned)}
    return Measured(
        rates,
        issue=lambda: rate(issue, unsigned),
        verify=lambda: rate(verify, received),
        issue_and_report=lambda: rate(lambda document: report(strict_json.dumps(issue(document))), unsigned),
        present=lambda: rate(present, presentations),
        issue_by_pyld=lambda: rate(lambda document: issue(document, by_pyld), unsigned),
        present_by_pyld=lambda: rate(lambda each: present(each, by_pyld), presentations[:40]),
    )


def _must(held: bool, said: object) -> None:  # noqa: FBT001
    if not held:
        raise AssertionError(said)


def _signature(document: dict[str, Any]) -> bytes:
    return decode_base58btc(document["proof"]["proofValue"])


def _raw(material: Material) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(material.issuer.private_key.to_raw())


def _pyld(material: Material, unsigned: list[Any], signed: list[Any]) -> dict[str, float]:
    """PyLD and cryptography, used as their documentation says, contexts in memory."""
    digest = PyldHasher(material.contexts)
    key, public = _raw(material), _raw(material).public_key()

    def hashes(document: dict[str, Any], options: dict[str, Any]) -> bytes:
        return digest({"@context": document["@context"], **options}) + digest(document)

    def options_of(document: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in document["proof"].items() if name != "proofValue"}

    def issue(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
        encode_base58btc(key.sign(hashes(pair[0], options_of(pair[1]))))

    def verify(document: dict[str, Any]) -> None:
        unsecured = {name: value for name, value in document.items() if name != "proof"}
        public.verify(_signature(document), hashes(unsecured, options_of(document)))

    return {"issue": rate(issue, list(zip(unsigned, signed, strict=True))), "verify": rate(verify, signed)}


def _floor(material: Material, unsigned: list[Any]) -> dict[str, float]:
    """What nobody can do without: parse the JSON, two SHA-256, one Ed25519 operation."""
    key, public = _raw(material), _raw(material).public_key()

    def twice(data: bytes) -> bytes:
        json.loads(data)
        return hashlib.sha256(data[:200]).digest() + hashlib.sha256(data).digest()

    def issue(data: bytes) -> None:
        key.sign(twice(data))

    def verify(pair: tuple[bytes, bytes]) -> None:
        public.verify(pair[1], twice(pair[0]))

    inputs = [strict_json.dumps(document) for document in unsigned]
    return {
        "issue": rate(issue, inputs),
        "verify": rate(verify, [(data, key.sign(twice(data))) for data in inputs]),
    }
