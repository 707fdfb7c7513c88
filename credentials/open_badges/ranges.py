"""What the values of the Open Badges 3.0.3 data model look like: its primitive and derived types.

Text is a string, or says its language: an object with `@value` (VCDM 2.0, section 11.1), or a map from
language to text, which the schemas of 1EdTech admit for nearly every string.
"""

from __future__ import annotations

import math
import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from credentials.data_model import is_url
from credentials.dates import parse_date_time_stamp
from credentials.errors import DateSyntaxError

if TYPE_CHECKING:
    from collections.abc import Callable

_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,7}", re.ASCII)
_MAP_LANGUAGE: Final = re.compile(r"[a-z]{2}(?:-[A-Z]{2})?", re.ASCII)
_COUNTRY: Final = re.compile(r"[A-Z]{2}", re.ASCII)
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_ZONE: Final = re.compile(r"(?:Z|[+-][0-9]{2}:[0-9]{2})$", re.ASCII)
_EMAIL: Final = re.compile(r"[^\s@]{1,64}@[^\s@]{1,255}")
_COMPACT_JWS: Final = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+", re.ASCII)
_VALUE_MEMBERS: Final = frozenset({"@value", "@language", "@direction"})


def is_text(value: Any) -> bool:
    """Tell whether a value is text, with its language or without."""
    if isinstance(value, dict):
        if "@value" in value:
            return isinstance(value["@value"], str) and value.keys() <= _VALUE_MEMBERS
        words = all(isinstance(each, str) for each in value.values())
        return bool(value) and words and all(map(_MAP_LANGUAGE.fullmatch, value))
    return isinstance(value, str)


def is_plain_string(value: Any) -> bool:
    """Tell whether a value is a string."""
    return isinstance(value, str)


def is_number(value: Any) -> bool:
    """Tell whether a value is a number that JSON has; true and false are none."""
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def is_date_time_z(value: Any) -> bool:
    """Tell whether a value is a date and time with its zone."""
    try:
        parse_date_time_stamp(value)
    except DateSyntaxError:
        return False
    return True


def is_date_time(value: Any) -> bool:
    """Tell whether a value is a date and time; the zone may be missing."""
    return isinstance(value, str) and is_date_time_z(value if _ZONE.search(value) else f"{value}Z")


def is_date(value: Any) -> bool:
    """Tell whether a value is a day."""
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _matches(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


RANGES: Final[dict[str, Callable[[Any], bool]]] = {
    "String": is_text,
    "Markdown": is_text,
    "PlainString": is_plain_string,
    "IRI": _matches(re.compile(r"\S+")),
    "URI": is_url,
    "URL": is_url,
    "Boolean": lambda value: isinstance(value, bool),
    "Float": is_number,
    "Date": is_date,
    "DateTime": is_date_time,
    "DateTimeZ": is_date_time_z,
    "LanguageCode": _matches(_LANGUAGE),
    "CountryCode": _matches(_COUNTRY),
    "EmailAddress": _matches(_EMAIL),
    "CompactJws": _matches(_COMPACT_JWS),
}
