"""ecdsa-jcs-2019: JCS and ECDSA, on P-256 with SHA-256, on P-384 with SHA-384.

Source: Data Integrity ECDSA Cryptosuites v1.0, section 3.3.
"""

from __future__ import annotations

from typing import Final

from credentials.data_integrity.hashing import hash_json, hashing_suite
from did.keys import KeyType

SUITE: Final = hashing_suite("ecdsa-jcs-2019", frozenset({KeyType.P256, KeyType.P384}), hash_json)
