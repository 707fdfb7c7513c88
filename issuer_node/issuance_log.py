"""The statements of a credential request: what an access token stands for, the intent, the signed bytes.

This is the path that is measured (`make bench`): the statements are on tables, compiled once, and run on the
driver's own connection. Every one of them is here, behind a function that says what it is for.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, fields
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, insert, select, update

from issuer_node.achievements import AwardFacts, BadgeFacts
from issuer_node.models import METADATA, IssuanceState, OfferState
from issuer_node.status_lists import StatusIndex, reserve_index, same_generation
from web.database import new_id
from web.statements import Statement

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Table

    from web.statements import Transaction

_TOKENS: Final = METADATA.tables["access_tokens"]
_OFFERS: Final = METADATA.tables["offers"]
_AWARDS: Final = METADATA.tables["awards"]
_BADGES: Final = METADATA.tables["badges"]
_ISSUANCES: Final = METADATA.tables["issuances"]
_STATE: Final = METADATA.tables["identifier_state"]


@dataclass(frozen=True)
class Issued:
    """A credential that was issued for an offer in a format: to whom, and its bytes."""

    holder_did: str
    content: bytes


@dataclass(frozen=True)
class Grant:
    """What an access token stands for.

    Args:
        chosen_formats: those that the wallet got credential identifiers for, with its token; None: it asked
            for no identifiers.
        offer_id: of the offer whose code was exchanged.
        stands: the offer was not withdrawn, nor the award revoked.
        badge: what is recognised.
        award: of whom, and what was seen.
        issued: what was issued for it already, in the format that was looked for.
        generation: how often the node's keys had changed when this was read.
    """

    chosen_formats: frozenset[str] | None
    offer_id: str
    stands: bool
    badge: BadgeFacts
    award: AwardFacts
    issued: Issued | None
    generation: int


@dataclass(frozen=True)
class Intent:
    """A credential that is about to be signed, as the log has it."""

    id: str
    credential_id: str
    place: StatusIndex
    at: datetime


def _columns(table: Table, facts: type) -> list[Any]:
    """The columns of a dataclass's fields, in their order."""
    return [table.c[field.name].label(f"{table.name}_{field.name}") for field in fields(facts)]


_GRANT: Final = Statement(
    select(
        _TOKENS.c.chosen_formats,
        _TOKENS.c.offer_id,
        (_OFFERS.c.state == OfferState.REDEEMED) & _AWARDS.c.revoked_at.is_(None),
        _ISSUANCES.c.holder_did,
        _ISSUANCES.c.content,
        select(_STATE.c.generation).scalar_subquery(),
        *_columns(_BADGES, BadgeFacts),
        *_columns(_AWARDS, AwardFacts),
    )
    .join(_OFFERS, _TOKENS.c.offer_id == _OFFERS.c.id)
    .join(_AWARDS, _OFFERS.c.award_id == _AWARDS.c.id)
    .join(_BADGES, _AWARDS.c.badge_id == _BADGES.c.id)
    .outerjoin(
        _ISSUANCES,
        (_ISSUANCES.c.issued_offer_id == _OFFERS.c.id) & (_ISSUANCES.c.format == bindparam("wanted_format")),
    )
    .where(_TOKENS.c.digest == bindparam("digest"), _TOKENS.c.ends_at > bindparam("now"))
)
_BADGE_AT: Final = 6
_AWARD_AT: Final = _BADGE_AT + len(fields(BadgeFacts))


def find_grant(
    transaction: Transaction, *, token_digest: str, format_name: str, now: datetime
) -> Grant | None:
    """Read all that a token stands for, at once; None when there is no such token, or it has ended.

    Args:
        transaction: under way.
        token_digest: of the access token.
        format_name: the format that is asked for, of which a copy may be issued already.
        now: aware UTC.
    """
    row = transaction.first(_GRANT, {"digest": token_digest, "now": now, "wanted_format": format_name})
    if row is None:
        return None
    chosen_formats, offer_id, stands, holder_did, content, generation = row[:_BADGE_AT]
    return Grant(
        chosen_formats=None if chosen_formats is None else frozenset(chosen_formats.split()),
        offer_id=offer_id,
        stands=bool(stands),
        badge=BadgeFacts(*row[_BADGE_AT:_AWARD_AT]),
        award=AwardFacts(*row[_AWARD_AT:]),
        issued=None if content is None else Issued(holder_did, content),
        generation=generation,
    )


_STILL_STANDS: Final = Statement(
    select(_AWARDS.c.id)
    .join(_OFFERS, _OFFERS.c.award_id == _AWARDS.c.id)
    .where(
        _OFFERS.c.id == bindparam("offer_id"),
        _OFFERS.c.state == OfferState.REDEEMED,
        _AWARDS.c.revoked_at.is_(None),
    )
    .with_for_update()
)
_RECORD: Final = Statement(
    insert(_ISSUANCES),
    columns=(
        "id", "award_id", "offer_id", "format", "holder_did", "credential_id", "status_list_id",
        "status_index", "state", "intended_at",
    ),
)  # fmt: skip


def record_intent(
    transaction: Transaction, grant: Grant, *, format_name: str, holder_did: str, now: datetime
) -> Intent | None:
    """Reserve a status index and record the intent; None when the offer no longer stands.

    The award is locked until the transaction ends: a revocation comes before, or finds the intent.

    Raises:
        IssuingError: see `reserve_index`.
    """
    if transaction.first(_STILL_STANDS, {"offer_id": grant.offer_id}) is None:
        return None
    place = reserve_index(transaction, now=now)
    intent = Intent(new_id(), f"urn:uuid:{uuid.uuid4()}", place, now)
    transaction.change(
        _RECORD,
        {
            "id": intent.id,
            "award_id": grant.award.id,
            "offer_id": grant.offer_id,
            "format": format_name,
            "holder_did": holder_did,
            "credential_id": intent.credential_id,
            "status_list_id": place.list_id,
            "status_index": place.index,
            "state": IssuanceState.INTENDED,
            "intended_at": now,
        },
    )
    return intent


_KEEP: Final = Statement(
    update(_ISSUANCES)
    .where(
        _ISSUANCES.c.id == bindparam("intent_id"),
        _ISSUANCES.c.revoked_at.is_(None),
        same_generation(bindparam("signed_in")),
    )
    .values(
        content=bindparam("bytes"),
        state=IssuanceState.ISSUED,
        issued_at=bindparam("now"),
        issued_offer_id=bindparam("for_offer"),
    )
)


class Kept(Enum):
    """What came of keeping signed bytes."""

    KEPT = "kept"
    AWARD_REVOKED = "award_revoked"
    KEYS_CHANGED = "keys_changed"


def keep_content(
    transaction: Transaction,
    intent: Intent,
    *,
    content: bytes,
    offer_id: str,
    generation: int,
    now: datetime,
) -> Kept:
    """Keep the signed bytes with their intent, unless the award was revoked, or the keys that signed were
    ended, meanwhile.

    Raises:
        sqlalchemy.exc.IntegrityError: another request for this offer, in this format, was first.
    """
    values = {
        "intent_id": intent.id,
        "bytes": content,
        "now": now,
        "for_offer": offer_id,
        "signed_in": generation,
    }
    if transaction.change(_KEEP, values) == 1:
        return Kept.KEPT
    return Kept.AWARD_REVOKED if find_generation(transaction) == generation else Kept.KEYS_CHANGED


_GENERATION: Final = Statement(select(_STATE.c.generation))


def find_generation(transaction: Transaction) -> int:
    """How often the node's keys changed."""
    row = transaction.first(_GENERATION, {})
    assert row is not None
    return int(row[0])


_ISSUED: Final = Statement(
    select(_ISSUANCES.c.holder_did, _ISSUANCES.c.content).where(
        _ISSUANCES.c.issued_offer_id == bindparam("offer_id"),
        _ISSUANCES.c.format == bindparam("format_name"),
    )
)


def find_issued(transaction: Transaction, *, offer_id: str, format_name: str) -> Issued | None:
    """What was issued for an offer in a format."""
    row = transaction.first(_ISSUED, {"offer_id": offer_id, "format_name": format_name})
    return None if row is None else Issued(*row)
