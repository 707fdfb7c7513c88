"""The keys of the structure's DID: what each is for, since when, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from sqlmodel import select

from did.keys import PrivateKey, PublicKey
from issuer_node.models import SigningKey
from web.identity import open_key, seal_key

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlmodel import Session

    from did.keys import KeyType

_PREFIX: Final = "key-"
_ERASED: Final = b""


class KeyState(StrEnum):
    """What became of a key. It only ever goes down this list."""

    IN_USE = "in_use"
    ROTATED = "rotated"
    REVOKED = "revoked"


@dataclass(frozen=True)
class KeptKey:
    """A key, in use or not.

    Args:
        name: fragment of its verification method.
        public_key: which stays for good.
        created_at: aware.
        rotated_at: aware; from then on it signs no more, and what it signed holds.
        revoked_at: aware; it was stolen: nothing that it signed holds.
        private_key: None once it signs no more.
    """

    name: str
    public_key: PublicKey
    created_at: datetime
    rotated_at: datetime | None = None
    revoked_at: datetime | None = None
    private_key: PrivateKey | None = field(default=None, repr=False)

    @property
    def state(self) -> KeyState:
        """What became of it."""
        if self.revoked_at is not None:
            return KeyState.REVOKED
        return KeyState.IN_USE if self.rotated_at is None else KeyState.ROTATED

    @property
    def key_type(self) -> KeyType:
        """Its kind."""
        return self.public_key.key_type

    @property
    def number(self) -> int:
        """Its place in the order in which keys were made."""
        return number_of(self.name)


def number_of(name: str) -> int:
    """The number in a key's name."""
    return int(name.removeprefix(_PREFIX))


def read_keys(session: Session, *, secret: bytes) -> tuple[KeptKey, ...]:
    """Open every key, in the order in which they were made.

    Raises:
        SealError: the secret is not the one that sealed them.
    """
    return tuple(_read(row, secret) for row in read_rows(session))


def read_rows(session: Session) -> list[SigningKey]:
    """The rows of the keys, in the order in which they were made."""
    return sorted(session.exec(select(SigningKey)), key=lambda row: number_of(row.name))


def _read(row: SigningKey, secret: bytes) -> KeptKey:
    private_key = open_key(row, secret=secret) if row.sealed_key != _ERASED else None
    if row.public_key is not None:
        public_key = PublicKey.from_multikey(row.public_key)
    else:
        assert private_key is not None  # what signs no more had its public half noted before
        public_key = private_key.public_key
    return KeptKey(row.name, public_key, row.created_at, row.rotated_at, row.revoked_at, private_key)


def note_public_keys(session: Session, *, secret: bytes) -> None:
    """Note the public half of keys that were made before it was kept beside them."""
    for row in read_rows(session):
        if row.public_key is None:
            row.public_key = open_key(row, secret=secret).public_key.to_multikey()
            session.add(row)


def make_keys(session: Session, key_types: Sequence[KeyType], *, secret: bytes, now: datetime) -> None:
    """Make a key of each of these types, with the next names.

    Args:
        session: which holds the identifier's state.
        key_types: in the order of their names.
        secret: from the settings.
        now: aware UTC.
    """
    first = max((number_of(row.name) for row in read_rows(session)), default=0) + 1
    for number, key_type in enumerate(key_types, start=first):
        name, key = f"{_PREFIX}{number}", PrivateKey.generate(key_type)
        session.add(
            SigningKey(
                name=name,
                key_type=str(key_type),
                sealed_key=seal_key(key, name=name, secret=secret),
                public_key=key.public_key.to_multikey(),
                created_at=now,
            )
        )
    session.flush()


def end_key(session: Session, row: SigningKey, *, state: KeyState, now: datetime) -> None:
    """Have a key sign no more: its private half is erased.

    Args:
        session: which holds the identifier's state.
        row: of the key.
        state: rotated, or revoked.
        now: aware UTC.
    """
    row.sealed_key = _ERASED
    if state is KeyState.REVOKED:
        row.revoked_at = row.revoked_at or now
    else:
        row.rotated_at = row.rotated_at or now
    session.add(row)
