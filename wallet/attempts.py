"""How many tries a door gives: counted before the try is looked at, so that many at once do not slip through
(H12).
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete, select, update

from wallet.errors import TooManyAttemptsError
from wallet.models import AttemptCount

if TYPE_CHECKING:
    from datetime import datetime

    from sqlmodel import Session

    from wallet.service import WalletService

_IPV6_PREFIX: Final = 64


@dataclass(frozen=True)
class Limit:
    """So many tries in so many minutes."""

    door: str
    tries: int
    minutes: int


SIGN_IN_PER_PASSPORT: Final = Limit("sign-in-passport", 10, 15)
SIGN_IN_PER_NETWORK: Final = Limit("sign-in-network", 40, 15)
RECOVER_PER_NETWORK: Final = Limit("recover-network", 10, 15)
SIGN_UP_PER_NETWORK: Final = Limit("sign-up-network", 60, 60)
OPEN_PER_NETWORK: Final = Limit("open-network", 300, 15)


def network_of(host: str | None) -> str:
    """The side a try comes from: an IPv4 address, or the /64 of an IPv6 one, which one person can hold
    whole.
    """
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, _IPV6_PREFIX), strict=False))
    return str(address)


def count_attempt(service: WalletService, limit: Limit, who: str) -> None:
    """Count one try.

    Args:
        service: the wallet's tools.
        limit: of which door.
        who: whose tries: a passport number, known or not, or a network.

    Raises:
        TooManyAttemptsError: that was one too many.
    """
    now = service.now()
    bucket = service.digests("attempts", limit.door, who)
    with service.database.write() as session:
        session.exec(
            delete(AttemptCount).where(col(AttemptCount.bucket) == bucket, col(AttemptCount.ends_at) <= now)
        )
        if not _add_one(session, bucket):
            _start(session, bucket, ends_at=now + timedelta(minutes=limit.minutes))
        row = session.exec(select(AttemptCount).where(AttemptCount.bucket == bucket)).one()
    if row.count > limit.tries:
        raise TooManyAttemptsError(max(1, -int(-(row.ends_at - now).total_seconds() // 60)))


def forget_attempts(service: WalletService, limit: Limit, who: str) -> None:
    """Start counting anew: the right person came in."""
    with service.database.write() as session:
        bucket = service.digests("attempts", limit.door, who)
        session.exec(delete(AttemptCount).where(col(AttemptCount.bucket) == bucket))


def _add_one(session: Session, bucket: bytes) -> bool:
    statement = (
        update(AttemptCount)
        .where(col(AttemptCount.bucket) == bucket)
        .values(count=col(AttemptCount.count) + 1)
    )
    return bool(session.exec(statement).rowcount)


def _start(session: Session, bucket: bytes, *, ends_at: datetime) -> None:
    try:
        with session.begin_nested():
            session.add(AttemptCount(bucket=bucket, count=1, ends_at=ends_at))
    except IntegrityError:
        # somebody else's first try came between: both count
        _add_one(session, bucket)
