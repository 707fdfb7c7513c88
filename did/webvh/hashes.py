"""The hashes of did:webvh: base58-btc of a multihash, of the one algorithm that version 1.0 permits.

Source: did:webvh v1.0, "DID Method Parameters" (`method`: permitted hash algorithms) and "Pre-Rotation Key
Hash Generation and Verification"; Multihash.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from did.encodings import encode_base58btc
from did.webvh.errors import InvalidLogError, LogProblem

# multicodec sha2-256, then the length of the digest
_SHA2_256: Final = b"\x12\x20"
# such a multihash always has 46 characters and begins like this
_FORM: Final = re.compile(r"Qm[1-9A-HJ-NP-Za-km-z]{44}", re.ASCII)


def multihash(data: bytes) -> str:
    """Hash data with SHA-256; gives base58-btc of the multihash, "Qm..."."""
    return multihash_of_digest(hashlib.sha256(data).digest())


def multihash_of_digest(digest: bytes) -> str:
    """Write a SHA-256 digest as base58-btc of its multihash, without the multibase prefix."""
    return encode_base58btc(_SHA2_256 + digest)[1:]


def check_hash_algorithm(text: str) -> None:
    """Check that a hash names the permitted algorithm, before anything is hashed to compare with it.

    Raises:
        InvalidLogError: "hash_algorithm_not_permitted".
    """
    if not _FORM.fullmatch(text):
        raise InvalidLogError(LogProblem.HASH_ALGORITHM, f"no multihash of SHA-256: {text[:60]!r}")
