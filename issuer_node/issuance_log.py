"""The statements of a credential request: what an access token stands for, the intent, the signed bytes.

This is the path that is measured (`make bench`): the statements are on tables, compiled once, and run on the
driver's own connection. Every one of them is here, behind a function that says what it is for.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, insert, select, update

from issuer_node.achievements import AwardFacts, BadgeFacts
from issuer_node.models import METADATA, IssuanceState, OfferState
from issuer_node.status_lists import StatusIndex, reserve_index
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


@dataclass(frozen=True)
class Issued:
    """A credential that was issued for an offer: to whom, and its bytes."""

    holder_did: str
    content: bytes


@dataclass(frozen=True)
class Grant:
    """What an access token stands for.

    Args:
        by_identifier: the wallet asked for credential identifiers with its token.
        offer_id: of the offer whose code was exchanged.
        stands: the offer was not withdrawn, nor the award revoked.
        badge: what is recognised.
        award: of whom, and what was seen.
        issued: what was issued for it already.
    """

    by_identifier: bool
    offer_id: str
    stands: bool
    badge: BadgeFacts
    award: AwardFacts
    issued: Issued | None


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
        _TOKENS.c.by_identifier,
        _TOKENS.c.offer_id,
        (_OFFERS.c.state == OfferState.REDEEMED) & _AWARDS.c.revoked_at.is_(None),
        _ISSUANCES.c.holder_did,
        _ISSUANCES.c.content,
        *_columns(_BADGES, BadgeFacts),
        *_columns(_AWARDS, AwardFacts),
    )
    .join(_OFFERS, _TOKENS.c.offer_id == _OFFERS.c.id)
    .join(_AWARDS, _OFFERS.c.award_id == _AWARDS.c.id)
    .join(_BADGES, _AWARDS.c.badge_id == _BADGES.c.id)
    .outerjoin(_ISSUANCES, _ISSUANCES.c.issued_offer_id == _OFFERS.c.id)
    .where(_TOKENS.c.digest == bindparam("digest"), _TOKENS.c.ends_at > bindparam("now"))
)
_BADGE_AT: Final = 5
_AWARD_AT: Final = _BADGE_AT + len(fields(BadgeFacts))


def find_grant(transaction: Transaction, *, token_digest: str, now: datetime) -> Grant | None:
    """Read all that a token stands for, at once; None when there is no such token, or it has ended."""
    row = transaction.first(_GRANT, {"digest": token_digest, "now": now})
    if row is None:
        return None
    by_identifier, offer_id, stands, holder_did, content = row[:_BADGE_AT]
    return Grant(
        by_identifier=by_identifier,
        offer_id=offer_id,
        stands=bool(stands),
        badge=BadgeFacts(*row[_BADGE_AT:_AWARD_AT]),
        award=AwardFacts(*row[_AWARD_AT:]),
        issued=None if content is None else Issued(holder_did, content),
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
        "id", "award_id", "offer_id", "holder_did", "credential_id", "status_list_id", "status_index",
        "state", "intended_at",
    ),
)  # fmt: skip


def record_intent(transaction: Transaction, grant: Grant, *, holder_did: str, now: datetime) -> Intent | None:
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
    .where(_ISSUANCES.c.id == bindparam("intent_id"), _ISSUANCES.c.revoked_at.is_(None))
    .values(
        content=bindparam("bytes"),
        state=IssuanceState.ISSUED,
        issued_at=bindparam("now"),
        issued_offer_id=bindparam("for_offer"),
    )
)


def keep_content(
    transaction: Transaction, intent: Intent, *, content: bytes, offer_id: str, now: datetime
) -> bool:
    """Keep the signed bytes with their intent; False when the award was revoked meanwhile.

    Raises:
        sqlalchemy.exc.IntegrityError: another request for this offer was first.
    """
    values = {"intent_id": intent.id, "bytes": content, "now": now, "for_offer": offer_id}
    return transaction.change(_KEEP, values) == 1


_ISSUED: Final = Statement(
    select(_ISSUANCES.c.holder_did, _ISSUANCES.c.content).where(
        _ISSUANCES.c.issued_offer_id == bindparam("offer_id")
    )
)


def find_issued(transaction: Transaction, *, offer_id: str) -> Issued | None:
    """What was issued for an offer."""
    row = transaction.first(_ISSUED, {"offer_id": offer_id})
    return None if row is None else Issued(*row)
