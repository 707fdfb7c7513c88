"""Whether the secret of the settings is the one that everything in the database was sealed under.

A service without keys of its own would start under any secret, fail on what is there, and seal what is new
under the wrong one. So the first start seals a known value, and every start opens it.

The service declares the table: `class SealCheck(SealCheckColumns, Base, table=True)`.
"""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLModel reads the annotation at run time
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel

from did.sealing import seal, unseal
from web.database import UtcDateTime

if TYPE_CHECKING:
    from web.database import Database
    from web.settings import ServiceSettings

_PURPOSE: Final = "seal-check"
_NAME: Final = "secret"
_VALUE: Final = b"opens"


class SealCheckColumns(SQLModel):
    """Columns of a service's table of sealed check values; it has one row."""

    name: str = Field(primary_key=True)
    sealed_value: bytes
    created_at: datetime = Field(sa_type=UtcDateTime)


def check_secret(
    database: Database, table: type[SealCheckColumns], *, settings: ServiceSettings, now: datetime
) -> None:
    """Open the check value; the first start makes it. Of processes that start at once, one makes it and all
    open that one.

    Args:
        database: of the service, migrated.
        table: the service's table of check values.
        settings: with the secret.
        now: aware UTC.

    Raises:
        SealError: the secret of the settings is not the one of the first start.
    """
    secret = settings.secret.get_secret_value().encode()
    _make_missing(database, table, secret=secret, now=now)
    with database.session() as session:
        row = session.get_one(table, _NAME)
    unseal(row.sealed_value, secret=secret, purpose=_PURPOSE, record=_NAME)


def _make_missing(database: Database, table: type[SealCheckColumns], *, secret: bytes, now: datetime) -> None:
    try:
        with database.write() as session:
            if session.get(table, _NAME) is None:
                sealed = seal(_VALUE, secret=secret, purpose=_PURPOSE, record=_NAME)
                session.add(table(name=_NAME, sealed_value=sealed, created_at=now))
    except IntegrityError:
        # another process made it between our look and our insert: theirs is the value
        return
