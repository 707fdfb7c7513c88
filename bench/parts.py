"""Where the time of one credential goes, and how it grows."""

from __future__ import annotations

import hashlib
import statistics
import time
from typing import TYPE_CHECKING, Any, Final

from bench.material import NOW, make_credential
from bench.timing import microseconds
from contexts import DEFAULT_LIMITS, hash_canonical, strict_json
from contexts.rdfc import canonical_nquads
from contexts.statements import to_statements
from credentials.data_integrity import add_proof, verify_proofs
from credentials.exchange.presentations import make_presentation
from credentials.verification import VerificationContext, check_presentation

if TYPE_CHECKING:
    from bench.material import Material

BADGES: Final = 5
GROWTH: Final = (10, 100)
_DOMAIN, _CHALLENGE = "decentralized_identifier:did:web:verifier.example", "bench-nonce"
_SENTENCE: Final = "Prépare le matériel, écoute la consigne et la redit."


def measure_parts(material: Material) -> dict[str, float]:
    """Microseconds of each part of a verification by itself; "rest" is what the whole takes beyond them."""
    signed = _signed(material, make_credential(material, 0))
    received = strict_json.dumps(signed)
    unsecured = {name: value for name, value in signed.items() if name != "proof"}
    options = {name: value for name, value in signed["proof"].items() if name != "proofValue"}
    configuration = options | {"@context": signed["@context"]}
    selection = material.contexts.newest()
    quads = to_statements(unsecured, tables=selection.tables, limits=DEFAULT_LIMITS)
    form = canonical_nquads(quads, are_distinct=True).encode()
    proof_hash = hash_canonical(configuration, selection=selection)
    key, data = material.issuer.public_key, proof_hash + hashlib.sha256(form).digest()
    signature = material.issuer.sign(data)
    parts = {
        "parse": microseconds(lambda: strict_json.loads(received)),
        "proof options": microseconds(lambda: hash_canonical(configuration, selection=selection)),
        "expand": microseconds(
            lambda: to_statements(unsecured, tables=selection.tables, limits=DEFAULT_LIMITS)
        ),
        "canonicalize": microseconds(lambda: canonical_nquads(quads, are_distinct=True)),
        "hash": microseconds(lambda: hashlib.sha256(form).digest()),
        "sign": microseconds(lambda: material.issuer.sign(data)),
        "check the signature": microseconds(lambda: key.verify(signature, data)),
    }
    whole = microseconds(lambda: _verify(material, received))
    return parts | {"rest": whole - sum(parts.values()) + parts["sign"], "the whole verification": whole}


def measure_growth(material: Material) -> float:
    """How many times as long ten times the evidence takes, to issue and to verify; the worse of the two."""
    small, large = (_with_evidence(material, count) for count in GROWTH)
    rounds = [(_issue_and_verify(material, small), _issue_and_verify(material, large)) for _ in range(7)]
    return max(statistics.median(large[part] / small[part] for small, large in rounds) for part in range(2))


def measure_presentation(material: Material) -> float:
    """Milliseconds to check a presentation of five badges, with a full report."""
    presentation = make_presentation(
        credentials=[_signed(material, make_credential(material, number)) for number in range(BADGES)],
        signer=material.holder,
        holder=material.holder_did,
        domain=_DOMAIN,
        challenge=_CHALLENGE,
        created=NOW,
        contexts=material.contexts,
    )
    context = VerificationContext(
        contexts=material.contexts, resolver=material.resolver, fetcher=material.fetcher
    )

    def check() -> None:
        report = check_presentation(
            presentation, context=context, now=NOW, expected_domain=_DOMAIN, expected_challenge=_CHALLENGE
        )
        if report.outcome != "valid":
            raise AssertionError(report.codes)

    return microseconds(check, count=20) / 1000


def _signed(material: Material, document: dict[str, Any]) -> dict[str, Any]:
    return add_proof(document, signer=material.issuer, created=NOW, selection=material.contexts.newest())


def _verify(material: Material, received: bytes) -> None:
    verify_proofs(
        strict_json.loads(received),
        expected_proof_purpose="assertionMethod",
        expected_controller="did:web:node.example",
        resolver=material.resolver,
        contexts=material.contexts,
        now=NOW,
    )


def _with_evidence(material: Material, count: int) -> dict[str, Any]:
    evidence = [
        {"type": ["Evidence"], "name": f"Observation {number}", "narrative": f"{number}. {_SENTENCE}"}
        for number in range(count)
    ]
    return make_credential(material, 0) | {"evidence": evidence}


def _issue_and_verify(material: Material, document: dict[str, Any]) -> tuple[float, float]:
    start = time.thread_time()
    signed = _signed(material, document)
    issued = time.thread_time()
    received = strict_json.dumps(signed)
    before = time.thread_time()
    _verify(material, received)
    return issued - start, time.thread_time() - before
