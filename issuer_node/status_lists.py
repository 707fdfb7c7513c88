"""The node's Bitstring Status Lists: indexes given out once, bits set by revoking, a signed list kept ready.

Source: Bitstring Status List v1.0.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, case, insert, or_
from sqlmodel import col, select, update

from contexts import strict_json
from credentials.data_integrity import add_proof
from credentials.status import MINIMUM_ENTRIES, Bitstring, build_status_list_credential
from issuer_node.errors import IssuingError, NotFoundError
from issuer_node.identifiers.custody import read_generation
from issuer_node.models import METADATA, IdentifierState, Issuance, StatusList
from web.statements import Statement

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlmodel import Session

    from issuer_node.identifiers import NodeIdentity
    from issuer_node.node import Node
    from web.statements import Transaction

CLOCK_SLACK: Final = timedelta(seconds=60)
LIFE: Final = timedelta(days=7)  # `validUntil`: a list that nobody signs any more ends
_RENEW_AFTER: Final = timedelta(hours=12)
_SIGN_TRIES: Final = 10
_INDEX_TRIES: Final = 200


# the hot path's statements, compiled once
_STATE: Final = METADATA.tables[str(IdentifierState.__tablename__)]
_LISTS: Final = METADATA.tables[str(StatusList.__tablename__)]
_OPEN_LIST: Final = (
    select(_LISTS.c.id)
    .where(_LISTS.c.used * 2 < _LISTS.c.entries, _LISTS.c.purpose == "revocation")
    .order_by(_LISTS.c.created_at, _LISTS.c.id)
    .limit(1)
    .with_for_update()
    .scalar_subquery()
)
_IS_LATEST: Final = or_(_LISTS.c.last_intended_at.is_(None), _LISTS.c.last_intended_at < bindparam("now"))
_COUNT_ONE: Final = Statement(
    update(_LISTS)
    .where(_LISTS.c.id == _OPEN_LIST)
    .values(
        used=_LISTS.c.used + 1,
        last_intended_at=case((_IS_LATEST, bindparam("now")), else_=_LISTS.c.last_intended_at),
    )
    .returning(_LISTS.c.id, _LISTS.c.entries, _LISTS.c.last_intended_at)
)
_TAKEN: Final = Statement(
    select(Issuance.id).where(
        Issuance.status_list_id == bindparam("list_id"), Issuance.status_index == bindparam("index")
    )
)
_ADD_LIST: Final = Statement(insert(_LISTS), columns=tuple(StatusList.model_fields))


@dataclass(frozen=True)
class SignedList:
    """A status list credential as served; `etag` changes when it does."""

    content: bytes
    etag: str


@dataclass(frozen=True)
class StatusIndex:
    """A bit that was given out."""

    list_id: str
    index: int


def list_url(node: Node, list_id: str) -> str:
    """Where a list is served; its credential's id."""
    return f"{node.base_url}/status/{list_id}"


def reserve_index(transaction: Transaction, *, now: datetime) -> StatusIndex:
    """Give out a random index that was never given out, in the transaction that records the intent.

    The list's row is held until that transaction ends, so two workers never draw at once; the unique
    constraint of the issuance log stands behind. A list is left when half of it is given out.

    Args:
        transaction: the intent's.
        now: aware UTC.

    Raises:
        IssuingError: "clock_behind": the clock stands before the last intent; nothing is past-dated.
    """
    counted = transaction.first(_COUNT_ONE, {"now": now})
    if counted is None:
        _open_list(transaction, now)
        counted = transaction.first(_COUNT_ONE, {"now": now})
    if counted is None:
        raise IssuingError("status_list_busy")
    list_id, entries, last = counted
    if now < last - CLOCK_SLACK:
        raise IssuingError("clock_behind")
    return StatusIndex(list_id, _draw(transaction, list_id, entries))


def revoke_issuances(session: Session, *, award_id: str, now: datetime) -> None:
    """Set the bit of every credential of an award, in the transaction under way.

    Intents under way are caught too: their bytes are then never stored nor delivered.
    """
    standing = col(Issuance.award_id) == award_id, col(Issuance.revoked_at).is_(None)
    session.exec(update(Issuance).where(*standing).values(revoked_at=now))
    lists = select(Issuance.status_list_id).where(Issuance.award_id == award_id)
    session.exec(
        update(StatusList).where(col(StatusList.id).in_(lists)).values(revision=StatusList.revision + 1)
    )


def status_list_credential(node: Node, list_id: str) -> SignedList:
    """The signed list as it is now: from the database, signed anew after a revocation, a change of keys, or
    every 12 hours.

    Raises:
        NotFoundError: no such list.
        IssuingError: "status_list_busy": others kept changing it; try again.
    """
    for _ in range(_SIGN_TRIES):
        with node.database.session() as session:
            row = session.get(StatusList, list_id)
            if row is None:
                raise NotFoundError
            identity = node.live.keep_up(read_generation(session))
            if row.content is not None and not _is_stale(row, identity, node.now()):
                return SignedList(row.content, hashlib.sha256(row.content).hexdigest()[:32])
            revoked = session.exec(
                select(Issuance.status_index).where(
                    Issuance.status_list_id == list_id, col(Issuance.revoked_at).is_not(None)
                )
            ).all()
        _sign(node, identity, row, list(revoked))
    raise IssuingError("status_list_busy")


def _is_stale(row: StatusList, identity: NodeIdentity, now: datetime) -> bool:
    old = row.signed_at is None or now - row.signed_at >= _RENEW_AFTER
    return old or row.signed_revision != row.revision or row.signed_by != _signed_by(identity)


def _signed_by(identity: NodeIdentity) -> str:
    # a list says what is so now, so readers take it from a key of now alone: see ADR 0022
    return identity.signer().verification_method


def _sign(node: Node, identity: NodeIdentity, row: StatusList, revoked: list[int]) -> None:
    """Sign what was read, and keep it unless somebody signed, or changed the keys, in between.

    `validFrom` never goes back: a verifier that saw a later list would take this one for a rollback.
    """
    now = node.now()
    valid_from = max(now.replace(microsecond=0), row.valid_from or now.replace(microsecond=0))
    bits = Bitstring.new(row.entries)
    for index in revoked:
        bits.set(index)
    document = build_status_list_credential(
        list_id=list_url(node, row.id),
        issuer_id=identity.did,
        purpose=row.purpose,
        bitstring=bits,
        valid_from=valid_from,
        valid_until=valid_from + LIFE,
        ttl_ms=node.settings.status_minutes * 60_000,
    )
    signed = add_proof(
        document,
        signer=identity.signer(),
        created=valid_from,
        selection=node.contexts.newest(),
        hasher=node.hasher,
    )
    values = {
        "content": strict_json.dumps(signed),
        "signed_by": _signed_by(identity),
        "signed_revision": row.revision,
        "signed_at": now,
        "valid_from": valid_from,
    }
    unchanged = (
        col(StatusList.id) == row.id,
        col(StatusList.signed_revision) == row.signed_revision,
        col(StatusList.signed_at).is_not_distinct_from(row.signed_at),
        same_generation(identity.generation),
    )
    with node.database.write() as session:
        session.exec(update(StatusList).where(*unchanged).values(**values))


def same_generation(generation: Any) -> ColumnElement[bool]:
    """The condition that keys did not change: whoever changes them waits for this transaction, or it for
    them.

    Args:
        generation: that was signed with, or a bound parameter.
    """
    held = (
        select(_STATE.c.id)
        .where(_STATE.c.generation == generation)
        .with_for_update(read=True)
        .scalar_subquery()
    )
    return held == 1


def _open_list(transaction: Transaction, now: datetime) -> None:
    row = StatusList(entries=MINIMUM_ENTRIES, created_at=now)
    transaction.change(_ADD_LIST, row.model_dump())


def _draw(transaction: Transaction, list_id: str, entries: int) -> int:
    """Half of the list is free: two draws on average."""
    for _ in range(_INDEX_TRIES):
        index = secrets.randbelow(entries)
        if transaction.first(_TAKEN, {"list_id": list_id, "index": index}) is None:
            return index
    raise IssuingError("status_list_busy")
