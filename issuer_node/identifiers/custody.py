"""Where the keys of the structure's DID are kept, and the one way to change them.

A change is decided first and then made: the decision is committed, so that whoever finds it undone, after a
crash or in another process, completes it. Making it is one transaction, which holds the identifier's row:
keys, log entry and count are all changed, or none is. Who stores a signed badge looks at the same row; so no
badge of a key that was ended is ever stored.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import structlog
from sqlmodel import col, func, select

from did.keys import KeyType
from did.methods.web import did_web
from issuer_node.auditing import record
from issuer_node.errors import ConflictError, NotFoundError
from issuer_node.identifiers.documents import history_document
from issuer_node.identifiers.history import (
    begin_history,
    check_clock,
    continue_history,
    newest_entry,
    read_lines,
)
from issuer_node.identifiers.keys import (
    KeyState,
    end_key,
    make_keys,
    note_public_keys,
    read_keys,
    read_rows,
)
from issuer_node.models import IdentifierState, KeyChange, StatusList

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from sqlmodel import Session

    from issuer_node.models import SigningKey
    from issuer_node.settings import NodeSettings
    from web.database import Database

log = structlog.get_logger(__name__)
_THE_ONE: Final = 1


class ChangeKind(StrEnum):
    """Why keys change: as a precaution, or because one was stolen."""

    ROTATE = "rotate"
    REVOKE = "revoke"


@dataclass(frozen=True)
class Custody:
    """Where the keys are kept.

    Args:
        database: the node's, migrated.
        did: the node's did:web.
        secret: seals the keys.
        allow_insecure_loopback: whether the node itself is on loopback, over plain http.
    """

    database: Database
    did: str
    secret: bytes = field(repr=False)
    allow_insecure_loopback: bool

    @classmethod
    def of(cls, database: Database, settings: NodeSettings) -> Custody:
        """The custody of a node."""
        secret = settings.secret.get_secret_value().encode()
        return cls(database, did_web(settings.base_url), secret, not settings.is_https)

    @property
    def address(self) -> str:
        """What follows the SCID in the did:webvh: the same as in the did:web."""
        return self.did.removeprefix("did:web:")


def open_identifier(custody: Custody, *, key_types: Sequence[KeyType], now: datetime) -> None:
    """Bring keys and log to what they must be: at the first start, after an update, after a crash. Processes
    that start at once do it once.

    Args:
        custody: of the node.
        key_types: a key of each must be in use.
        now: aware UTC.

    Raises:
        SealError: the secret of the settings is not the one that sealed the keys.
    """
    with custody.database.write() as session:
        state = _hold(session)
        note_public_keys(session, secret=custody.secret)
        keys = read_keys(session, secret=custody.secret)
        in_use = {key.key_type for key in keys if key.state is KeyState.IN_USE}
        missing = [each for each in key_types if each not in in_use]
        make_keys(session, missing, secret=custody.secret, now=now)
        if _write_history(session, custody, now):
            state.generation += 1
            session.add(state)
    try:
        complete_changes(custody, now=now)
    except ConflictError as err:
        # a node whose clock is wrong still serves what it published; the change waits for the next start
        log.error("key_change_waits", code=err.code)  # noqa: TRY400 - the code says it all


def decide_change(
    custody: Custody, kind: ChangeKind, *, key_names: Sequence[str] = (), by: str | None, now: datetime
) -> str:
    """Record that keys are to change: committed before anything does. Gives the change's id.

    Args:
        custody: of the node.
        kind: why.
        key_names: of the keys that were stolen; none for a rotation.
        by: a passeur's id; None: whoever runs the node.
        now: aware UTC.

    Raises:
        NotFoundError: "key_unknown": there is no key of that name.
        ConflictError: "key_revoked": all of them are revoked already; "clock_behind".
    """
    with custody.database.write() as session:
        check_clock(read_lines(session), now)
        if kind is ChangeKind.REVOKE:
            _check_revocable(read_rows(session), key_names)
        change = KeyChange(kind=kind, key_names=list(key_names), decided_by=by, decided_at=now)
        session.add(change)
        record(session, at=now, by=by, deed=f"keys_{kind}_decided", subject=change.id)
    return change.id


def complete_changes(custody: Custody, *, now: datetime) -> None:
    """Make every change that was decided and is not done yet, in the order of the decisions.

    Raises:
        ConflictError: "clock_behind": the clock stands before the last entry of the log.
    """
    with custody.database.session() as session:
        undone = session.exec(
            select(KeyChange.id).where(col(KeyChange.done_at).is_(None)).order_by(col(KeyChange.decided_at))
        ).all()
    for change_id in undone:
        _complete(custody, change_id, now)


def read_generation(session: Session) -> int:
    """How often keys changed."""
    return session.exec(select(IdentifierState.generation)).one()


def _check_revocable(rows: Sequence[SigningKey], key_names: Sequence[str]) -> None:
    known = {row.name: row for row in rows}
    if not key_names or not set(key_names) <= known.keys():
        raise NotFoundError("key_unknown")
    if all(known[name].revoked_at is not None for name in key_names):
        raise ConflictError("key_revoked")


def _hold(session: Session) -> IdentifierState:
    """Hold the identifier's row until the transaction ends."""
    return session.exec(select(IdentifierState).where(IdentifierState.id == _THE_ONE).with_for_update()).one()


def _complete(custody: Custody, change_id: str, now: datetime) -> None:
    """Make one change, unless another process did meanwhile."""
    with custody.database.write() as session:
        state = _hold(session)
        change = session.get(KeyChange, change_id)
        if change is None or change.done_at is not None:
            return
        ended = _CHANGES[ChangeKind(change.kind)](session, change, now)
        make_keys(session, ended, secret=custody.secret, now=now)
        _write_history(session, custody, now)
        state.generation += 1
        change.done_at = now
        session.add(state)
        session.add(change)
        record(session, at=now, by=change.decided_by, deed=f"keys_{change.kind}_done", subject=change.id)


def _rotate(session: Session, _change: KeyChange, now: datetime) -> list[KeyType]:
    """End every key in use; gives their types."""
    in_use = [row for row in read_rows(session) if row.rotated_at is None and row.revoked_at is None]
    for row in in_use:
        end_key(session, row, state=KeyState.ROTATED, now=now)
    return [_type_of(row) for row in in_use]


def _revoke(session: Session, change: KeyChange, now: datetime) -> list[KeyType]:
    """End the keys that were stolen; gives the types of those that were in use."""
    stolen = [row for row in read_rows(session) if row.name in change.key_names and row.revoked_at is None]
    replaced = [_type_of(row) for row in stolen if row.rotated_at is None]
    for row in stolen:
        end_key(session, row, state=KeyState.REVOKED, now=now.replace(microsecond=0))
    return replaced


_CHANGES: Final[dict[ChangeKind, Callable[[Session, KeyChange, datetime], list[KeyType]]]] = {
    ChangeKind.ROTATE: _rotate,
    ChangeKind.REVOKE: _revoke,
}


def _type_of(row: SigningKey) -> KeyType:
    return KeyType(row.key_type)


def _write_history(session: Session, custody: Custody, now: datetime) -> bool:
    """Write an entry if the log does not say what the keys are; tells whether it wrote one."""
    keys, lines = read_keys(session, secret=custody.secret), read_lines(session)
    if not lines:
        begin_history(session, custody, keys, now=now)
        return True
    newest = newest_entry(lines).state
    if newest == history_document(newest["id"], keys, did_web=custody.did):
        return False
    # whoever signed with the old keys did so after recording an intent: nothing that they signed may fall
    # into the version that no longer lists them
    last_intent = session.exec(select(func.max(StatusList.last_intended_at))).one()
    continue_history(session, custody, keys, after=max(now, last_intent or now), now=now)
    return True
