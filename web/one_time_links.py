"""Links that open something once: a random token for the mail, and only its hash for the database."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field


@dataclass(frozen=True)
class OneTimeToken:
    """A fresh token.

    Args:
        token: 256 random bits, URL-safe, for the link; never stored.
        digest: what is stored, and looked up by `token_digest`.
    """

    token: str = field(repr=False)
    digest: str


def new_one_time_token() -> OneTimeToken:
    """Make a token. The service stores the digest with an end, and spends it with a conditional UPDATE."""
    token = secrets.token_urlsafe(32)
    return OneTimeToken(token, token_digest(token))


def token_digest(unverified_token: str) -> str:
    """The stored form of a token that came in: SHA-256, hexadecimal; long tokens are cut before they cost."""
    return hashlib.sha256(unverified_token[:256].encode(errors="replace")).hexdigest()
