"""The verifier's own keys and DID, made at its first start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from did.keys import KeyType
from verifier.models import SigningKey
from web.identity import Identity, load_identity

if TYPE_CHECKING:
    from datetime import datetime

    from verifier.settings import VerifierSettings
    from web.database import Database


def open_identity(database: Database, settings: VerifierSettings, *, now: datetime) -> Identity:
    """Open the verifier's identity; the first start makes its key, by which wallets check its requests."""
    return load_identity(database, SigningKey, settings=settings, key_types=(KeyType.ED25519,), now=now)
