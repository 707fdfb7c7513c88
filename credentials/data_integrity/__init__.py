"""Data Integrity 1.0: proofs inside a JSON-LD document. One file per cryptosuite; `proofs` adds and
verifies.
"""

from credentials.data_integrity.problem_types import problem_type
from credentials.data_integrity.proofs import DEFAULT_SUITE, ProofResult, add_proof, verify_proofs
from credentials.data_integrity.registry import LEGACY_PROOF_TYPES, OLDER_PROOF_TYPES, SUITES, find_suite
from credentials.data_integrity.suites import DATA_INTEGRITY_CONTEXT

__all__ = [
    "DATA_INTEGRITY_CONTEXT",
    "DEFAULT_SUITE",
    "LEGACY_PROOF_TYPES",
    "OLDER_PROOF_TYPES",
    "SUITES",
    "ProofResult",
    "add_proof",
    "find_suite",
    "problem_type",
    "verify_proofs",
]
