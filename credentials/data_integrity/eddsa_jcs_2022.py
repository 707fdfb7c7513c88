"""eddsa-jcs-2022: JCS, SHA-256, Ed25519.

Source: Data Integrity EdDSA Cryptosuites v1.0, section 3.3.
"""

from __future__ import annotations

from typing import Final

from credentials.data_integrity.hashing import hash_json, hashing_suite
from did.keys import KeyType

SUITE: Final = hashing_suite("eddsa-jcs-2022", frozenset({KeyType.ED25519}), hash_json)
