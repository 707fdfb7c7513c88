"""The keys of a passport, behind one interface: made here, used here, never handed out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from sqlmodel import select

from did.keys import KeySigner, KeyType, PrivateKey
from did.methods.jwk import did_jwk, did_jwk_method_id
from did.methods.key import did_key, did_key_method_id
from wallet.models import HolderKeyRecord
from web.database import new_id

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from did.keys import Signer
    from wallet.vault import Vault


class Keystore(Protocol):
    """Makes and uses holder keys."""

    def make_key(self, session: Session, *, passport_id: str, now: datetime) -> HolderKeyRecord:
        """Make a key for a passport, in that transaction."""
        ...

    def current_key(self, session: Session, *, passport_id: str) -> HolderKeyRecord:
        """The key that new badges are bound to: the passport's newest."""
        ...

    def signer(self, key: HolderKeyRecord, *, did: str | None = None) -> Signer:
        """A signer with that key.

        Args:
            key: which.
            did: the key's did:jwk, where a badge is bound to that name of it; None: the key's own did:key.

        Raises:
            SealError: the sealed secret was altered or belongs to another passport.
        """
        ...


class SealedKeystore:
    """Ed25519 keys under did:key, each secret sealed in the person's vault."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def make_key(self, session: Session, *, passport_id: str, now: datetime) -> HolderKeyRecord:
        """Make a key: see `Keystore`."""
        private_key = PrivateKey.generate(KeyType.ED25519)
        key_id = new_id()
        key = HolderKeyRecord(
            id=key_id,
            passport_id=passport_id,
            did=did_key(private_key.public_key),
            key_type=KeyType.ED25519,
            sealed_secret=self._vault.seal(private_key.to_raw(), owner=passport_id, record=f"key:{key_id}"),
            created_at=now,
        )
        session.add(key)
        return key

    def current_key(self, session: Session, *, passport_id: str) -> HolderKeyRecord:
        """The newest key: see `Keystore`."""
        newest_first = HolderKeyRecord.created_at.desc()  # type: ignore[attr-defined]
        return session.exec(
            select(HolderKeyRecord)
            .where(HolderKeyRecord.passport_id == passport_id)
            .order_by(newest_first)
            .limit(1)
        ).one()

    def signer(self, key: HolderKeyRecord, *, did: str | None = None) -> Signer:
        """A signer: see `Keystore`."""
        secret = self._vault.unseal(key.sealed_secret, owner=key.passport_id, record=f"key:{key.id}")
        private_key = PrivateKey.from_raw(KeyType(key.key_type), secret)
        is_other_name = did is not None and did == did_jwk(private_key.public_key)
        method_id = did_jwk_method_id if is_other_name else did_key_method_id
        return KeySigner(private_key, method_id(private_key.public_key))
