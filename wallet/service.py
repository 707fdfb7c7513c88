"""What every verb of the wallet works with, put together once per application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from contexts import RecentHashes
    from credentials.verification import VerificationContext
    from did.fetcher import Fetcher
    from wallet.keystore import Keystore
    from wallet.settings import WalletSettings
    from wallet.vault import Digests, Vault
    from web.database import Database


@dataclass(frozen=True, kw_only=True)
class WalletService:
    """The wallet's tools.

    Args:
        settings: of this wallet.
        database: its own.
        fetcher: the only way out to the network.
        clock: gives now, aware UTC.
        vault: seals what is about a person.
        keystore: makes and uses holder keys.
        digests: keyed digests for what must be found again.
        verification: what verifying a credential needs.
        hasher: remembers recent hashes, so that what was just verified is not canonicalized again to be
            signed.
    """

    settings: WalletSettings
    database: Database
    fetcher: Fetcher
    clock: Callable[[], datetime]
    vault: Vault
    keystore: Keystore
    digests: Digests
    verification: VerificationContext
    hasher: RecentHashes

    def now(self) -> datetime:
        """The time, aware UTC."""
        return self.clock()
