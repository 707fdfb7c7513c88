"""Ed25519Signature2020: a proof type from before `DataIntegrityProof`, for readers that know no newer one.

It signs as `eddsa-rdfc-2022` does: RDFC-1.0 (then called URDNA2015), SHA-256, Ed25519. Its type stands in the
signed options, so neither proof can be taken for the other.

Source: Data Integrity EdDSA Cryptosuites v1.0, appendix A (The Ed25519Signature2020 Suite).
"""

from __future__ import annotations

from typing import Final

from credentials.data_integrity.hashing import hash_statements, hashing_suite
from did.keys import KeyType

SUITE: Final = hashing_suite(
    "Ed25519Signature2020",
    frozenset({KeyType.ED25519}),
    hash_statements,
    context="https://w3id.org/security/suites/ed25519-2020/v1",
)
