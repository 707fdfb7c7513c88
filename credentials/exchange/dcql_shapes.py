"""The shapes that a DCQL query is made of, bounded; every refusal says where.

Source: OpenID for Verifiable Presentations 1.0, section 6.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeVar

from credentials.errors import CredentialsError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

JsonObject = dict[str, Any]
_Read = TypeVar("_Read")
_LONGEST_TEXT: Final = 2048
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)


class DcqlError(CredentialsError):
    """A query cannot be read, or an answer does not answer it.

    Codes of a query: "dcql_shape", "dcql_too_large"; the pointer says where.
    Codes of an answer: "answer_missing" (a credential that was asked for is not there), "answer_too_many"
    (several where one was asked for), "answer_format", "answer_type" and "answer_claims" (one that is not
    what was asked for).
    """

    default_code = "dcql_shape"


def read_each(
    entry: JsonObject, name: str, where: str, most: int, read: Callable[[object, str], _Read]
) -> tuple[_Read, ...]:
    """Read each entry of a member that is a non-empty array."""
    where = f"{where}/{name}"
    return tuple(
        read(each, f"{where}/{number}")
        for number, each in enumerate(read_array(entry.get(name), where, most))
    )


def read_array(raw: object, where: str, most: int) -> list[Any]:
    """Read a non-empty array."""
    if not isinstance(raw, list) or not raw:
        raise DcqlError("dcql_shape", "a non-empty array is needed", pointer=where)
    if len(raw) > most:
        raise DcqlError("dcql_too_large", f"more than {most}", pointer=where)
    return raw


def read_object(raw: object, where: str) -> JsonObject:
    """Read an object."""
    if not isinstance(raw, dict):
        raise DcqlError("dcql_shape", "an object is needed", pointer=where)
    return raw


def read_text(raw: object, where: str, *, shortest: int = 1) -> str:
    """Read a string."""
    if not isinstance(raw, str) or len(raw) < shortest:
        raise DcqlError("dcql_shape", "a string is needed", pointer=where)
    if len(raw) > _LONGEST_TEXT:
        raise DcqlError("dcql_too_large", f"more than {_LONGEST_TEXT} characters", pointer=where)
    return raw


def read_id(raw: object, where: str) -> str:
    """Read an id: letters, digits, _ and -."""
    if not isinstance(raw, str) or not _ID.fullmatch(raw):
        raise DcqlError("dcql_shape", "letters, digits, _ and - are needed", pointer=where)
    return raw


def read_unique(names: Sequence[str], where: str) -> frozenset[str]:
    """Refuse an id that is there twice."""
    if len(set(names)) != len(names):
        raise DcqlError("dcql_shape", "an id twice", pointer=where)
    return frozenset(names)


def read_flag(entry: JsonObject, name: str, where: str, *, default: bool) -> bool:
    """Read a boolean, or take its default."""
    value = entry.get(name, default)
    if not isinstance(value, bool):
        raise DcqlError("dcql_shape", "true or false is needed", pointer=f"{where}/{name}")
    return value
