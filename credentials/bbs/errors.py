"""What can go wrong with BBS signatures."""

from __future__ import annotations

from credentials.errors import CredentialsError


class BbsError(CredentialsError):
    """A BBS signature or proof does not hold, or cannot be made.

    Codes: "bbs_invalid_signature", "bbs_invalid_proof" (well formed, and does not hold), "bbs_encoding" (no
    signature, proof or key at all), "bbs_indexes" (of disclosed messages), "bbs_too_many_messages",
    "bbs_key" (not a key for BBS, or key material that makes none).
    """

    default_code = "bbs_invalid_proof"
