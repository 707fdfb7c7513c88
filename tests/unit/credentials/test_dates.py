from __future__ import annotations

from datetime import UTC, datetime

import pytest

from credentials.dates import format_date_time_stamp, parse_date_time_stamp
from credentials.errors import DateSyntaxError

pytestmark = [
    pytest.mark.covers("vcdm-2.0", "5.8"),
    pytest.mark.covers("vcdm-1.1", "4.6"),
]


@pytest.mark.attack("D6")
@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24T09:30:00",  # no zone
        "2026-11-24",
        "2026-11-24T24:00:00Z",
        "2026-11-24T23:59:60Z",
        "10000-01-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "-0001-01-01T00:00:00Z",
        "2025-02-29T00:00:00Z",
        "2026-W48-2T00:00:00Z",
        "2026-328T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-11-24 09:30:00Z",
        "2026-11-24t09:30:00z",
        "2026-11-24T09:30:00+14:01",
        "2026-11-24T09:30:00+01:60",
        "2026-11-24T09:30:00+0100",
        "2026-11-24T09:30:00,5Z",
        "2026-11-24T09:30:00.Z",
        "2026-11-24T09:30Z",
        "२०२६-११-२४T09:30:00Z",
        " 2026-11-24T09:30:00Z",
        "2026-11-24T09:30:00Z\n",
        "0001-01-01T00:00:00+14:00",  # before year 1 in UTC
        "",
        None,
        20261124,
        ["2026-11-24T09:30:00Z"],
    ],
)
def test_what_is_no_date_time_stamp_is_refused(text: object) -> None:
    with pytest.raises(DateSyntaxError) as caught:
        parse_date_time_stamp(text, pointer="/validFrom")
    assert caught.value.code == "date_syntax"
    assert caught.value.pointer == "/validFrom"


@pytest.mark.attack("D6")
@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-24T09:30:00Z", datetime(2026, 11, 24, 9, 30, tzinfo=UTC)),
        ("2026-11-24T09:30:00+01:00", datetime(2026, 11, 24, 8, 30, tzinfo=UTC)),
        ("2026-11-24T09:30:00-14:00", datetime(2026, 11, 24, 23, 30, tzinfo=UTC)),
        ("2026-11-24T09:30:00-00:00", datetime(2026, 11, 24, 9, 30, tzinfo=UTC)),
        ("2024-02-29T00:00:00Z", datetime(2024, 2, 29, tzinfo=UTC)),
        ("2026-11-24T09:30:00.123456789Z", datetime(2026, 11, 24, 9, 30, 0, 123456, tzinfo=UTC)),
        ("9999-12-31T23:59:59Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_date_time_stamp_is_read(text: str, moment: datetime) -> None:
    assert parse_date_time_stamp(text) == moment


def test_a_date_is_written_in_utc_and_reads_back() -> None:
    moment = datetime(2026, 11, 24, 9, 30, 5, 999, tzinfo=UTC)
    assert format_date_time_stamp(moment) == "2026-11-24T09:30:05Z"
    with pytest.raises(ValueError, match="zone"):
        format_date_time_stamp(moment.replace(tzinfo=None))
