"""What every deed of the verifier works with: one frozen value, made by the application factory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from credentials.verification import VerificationContext
    from did.fetcher import Fetcher
    from verifier.settings import VerifierSettings
    from web.database import Database
    from web.identity import Identity


@dataclass(frozen=True)
class Desk:
    """The verifier at work.

    Args:
        settings: its settings.
        database: its database.
        identity: its DID and keys.
        verification: what checking a badge needs of the world.
        fetcher: the one way out.
        clock: aware UTC now.
    """

    settings: VerifierSettings
    database: Database
    identity: Identity
    verification: VerificationContext
    fetcher: Fetcher
    clock: Callable[[], datetime]

    @property
    def secret(self) -> bytes:
        """The secret that seals what is kept."""
        return self.settings.secret.get_secret_value().encode()
