"""Dates as credentials write them: XML Schema 1.1 `dateTimeStamp`, strictly.

Documented sides, where readers differ:
- A zone is required. VCDM 2.0 (section "Representing Time") lets a reader take a missing zone for UTC; two
  readers would then disagree on when a credential ends, so we refuse.
- `24:00:00` is refused although XML Schema 1.1 allows it: a second spelling of the next day's midnight.
- A leap second (`:60`) is refused: XML Schema 1.1 has none.
- Years are 0001 to 9999. More than nine digits of a fraction are refused; past microseconds they are cut off.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

from credentials.errors import DateSyntaxError

_DATE_TIME_STAMP: Final = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
    r"T(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,9}))?"
    r"(?:(?P<utc>Z)|(?P<sign>[+-])(?P<zone_hour>[0-9]{2}):(?P<zone_minute>[0-9]{2}))",
    re.ASCII,
)
_LONGEST: Final = len("2026-11-24T09:30:00.123456789+01:00")
_WIDEST_OFFSET: Final = timedelta(hours=14)


def parse_date_time_stamp(text: object, *, pointer: str | None = None) -> datetime:
    """Read a dateTimeStamp.

    Args:
        text: for example "2026-11-24T09:30:00+01:00".
        pointer: JSON Pointer of the member, for the error.

    Returns:
        The instant, aware, in UTC.

    Raises:
        DateSyntaxError: "date_syntax".

    Source: W3C XML Schema Definition Language 1.1 Part 2, section 3.4.28; VCDM 2.0, section 4.9.
    """
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise DateSyntaxError(detail=f"no dateTimeStamp: {str(text)[:40]!r}", pointer=pointer)
    try:
        return _instant(text)
    except (ValueError, OverflowError) as err:
        raise DateSyntaxError(detail=f"{err}: {text!r}", pointer=pointer) from err


# one credential's dates are read by the data model, the view and the linter; what is kept is small
@lru_cache(maxsize=1024)
def _instant(text: str) -> datetime:
    match = _DATE_TIME_STAMP.fullmatch(text)
    if match is None:
        raise ValueError("no dateTimeStamp")
    numbers = (int(match[name]) for name in ("year", "month", "day", "hour", "minute", "second"))
    year, month, day, hour, minute, second = numbers
    microsecond = int((match["fraction"] or "0").ljust(6, "0")[:6])
    local = datetime(year, month, day, hour, minute, second, microsecond, tzinfo=_zone(match))
    return local.astimezone(UTC)


def _zone(match: re.Match[str]) -> timezone:
    if match["utc"]:
        return UTC
    minutes = int(match["zone_minute"])
    offset = timedelta(hours=int(match["zone_hour"]), minutes=minutes)
    if minutes > 59 or offset > _WIDEST_OFFSET:  # noqa: PLR2004 - minutes of an hour
        raise ValueError("no such zone")
    return timezone(offset if match["sign"] == "+" else -offset)


def format_date_time_stamp(moment: datetime) -> str:
    """Write an aware datetime as a dateTimeStamp in UTC, whole seconds, "Z".

    Raises:
        ValueError: the datetime has no zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a credential's date needs a zone")
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
