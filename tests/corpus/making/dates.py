"""D4 to D8: dates that are none, dates that are too early or too late, and the same instant in many zones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.corpus.making.artefacts import badge, plain, plain_1_1
from tests.corpus.making.signing import sign

if TYPE_CHECKING:
    from tests.corpus.making.book import Book, Family

JsonObject = dict[str, Any]
DATE_FAULTS: Final[dict[str, str]] = {
    "without zone": "2026-11-20T10:00:00",
    "without time": "2026-11-20",
    "without seconds": "2026-11-20T10:00Z",
    "without T": "2026-11-20 10:00:00Z",
    "with a small t": "2026-11-20t10:00:00Z",
    "with a small z": "2026-11-20T10:00:00z",
    "in the basic format": "20261120T100000Z",
    "as a week date": "2026-W47-5T10:00:00Z",
    "as an ordinal date": "2026-324T10:00:00Z",
    "at 24:00:00": "2026-11-20T24:00:00Z",
    "at 24:00:01": "2026-11-20T24:00:01Z",
    "at 25:00:00": "2026-11-20T25:00:00Z",
    "at minute 60": "2026-11-20T10:60:00Z",
    "at second 60": "2026-11-20T10:00:60Z",
    "at second 61": "2026-11-20T10:00:61Z",
    "a leap second": "2016-12-31T23:59:60Z",
    "on 29 February of no leap year": "2026-02-29T10:00:00Z",
    "on 29 February 1900": "1900-02-29T10:00:00Z",
    "on 30 February": "2024-02-30T10:00:00Z",
    "on 31 April": "2026-04-31T10:00:00Z",
    "on day 0": "2026-11-00T10:00:00Z",
    "on day 32": "2026-12-32T10:00:00Z",
    "in month 0": "2026-00-20T10:00:00Z",
    "in month 13": "2026-13-20T10:00:00Z",
    "in the year 0": "0000-11-20T10:00:00Z",
    "in the year -1": "-0001-11-20T10:00:00Z",
    "in the year 10000": "10000-11-20T10:00:00Z",
    "in the year +2026": "+2026-11-20T10:00:00Z",
    "in the year 26": "26-11-20T10:00:00Z",
    "with one digit": "2026-11-2T10:00:00Z",
    "in zone +15:00": "2026-11-20T10:00:00+15:00",
    "in zone +14:01": "2026-11-20T10:00:00+14:01",
    "in zone -14:01": "2026-11-20T10:00:00-14:01",
    "in zone +01:60": "2026-11-20T10:00:00+01:60",
    "in zone +1": "2026-11-20T10:00:00+1",
    "in zone +01": "2026-11-20T10:00:00+01",
    "in zone +0100": "2026-11-20T10:00:00+0100",
    "in zone UTC": "2026-11-20T10:00:00 UTC",
    "in zone Europe/Paris": "2026-11-20T10:00:00[Europe/Paris]",
    "in zone \u221201:00": "2026-11-20T10:00:00\u221201:00",
    "in two zones": "2026-11-20T10:00:00Z+01:00",
    "with an empty fraction": "2026-11-20T10:00:00.Z",
    "with a comma": "2026-11-20T10:00:00,5Z",
    "with ten digits of a fraction": "2026-11-20T10:00:00.1234567890Z",
    "with a space before": " 2026-11-20T10:00:00Z",
    "with a space after": "2026-11-20T10:00:00Z ",
    "with a newline after": "2026-11-20T10:00:00Z\n",
    "with Arabic digits": "\u0662\u0660\u0662\u0666-11-20T10:00:00Z",
    "with fullwidth digits": "\uff12\uff10\uff12\uff16-11-20T10:00:00Z",
    "with a zero-width space": "2026-11-20T10:00:00\u200bZ",
    "as seconds": "1795168800",
    "as RFC 2822": "Fri, 20 Nov 2026 10:00:00 GMT",
    "as words": "yesterday",
    "as never": "never",
    "empty": "",
    "very long": "2026-11-20T10:00:00." + "0" * 5000 + "Z",
}
_NO_STRINGS: Final[dict[str, Any]] = {
    "null": None,
    "a number": 1_795_168_800,
    "a fraction": 1.5,
    "true": True,
    "a list": ["2026-11-20T10:00:00Z"],
    "a list of two": ["2026-11-20T10:00:00Z", "2030-11-20T10:00:00Z"],
    "an object": {"@value": "2026-11-20T10:00:00Z"},
    "a typed object": {
        "@value": "2026-11-20T10:00:00Z",
        "@type": "http://www.w3.org/2001/XMLSchema#dateTime",
    },
}
# which twin, which document, its members
_MEMBERS: Final = (
    ("badge eddsa-rdfc-2022", badge, ("validFrom", "validUntil")),
    ("plain", plain, ("validFrom", "validUntil")),
    ("plain 1.1", plain_1_1, ("issuanceDate", "expirationDate")),
)


def make(book: Book) -> None:
    """Write the rows."""
    _not_yet(book)
    _ended(book)
    _syntax(book)
    _reversed(book)
    _zones(book)


def _not_yet(book: Book) -> None:
    family = book.family("D4", "A credential that does not hold yet; 60 s of skew are allowed, and no more.")
    for twin, make_document, (start, _) in _MEMBERS:
        for name, (value, code) in {
            "now": ("2026-11-24T09:30:00Z", ""),
            "in 1 s": ("2026-11-24T09:30:01Z", ""),
            "in 60 s": ("2026-11-24T09:31:00Z", ""),
            "in 60.000001 s": ("2026-11-24T09:31:00.000001Z", "not_yet_valid"),
            "in 61 s": ("2026-11-24T09:31:01Z", "not_yet_valid"),
            "in 61 s, at +14:00": ("2026-11-24T23:31:01+14:00", "not_yet_valid"),
            "in 60 s, at -12:00": ("2026-11-23T21:31:00-12:00", ""),
            "tomorrow": ("2026-11-25T09:30:00Z", "not_yet_valid"),
            "next year": ("2027-11-24T09:30:00Z", "not_yet_valid"),
            "in 2028, on 29 February": ("2028-02-29T00:00:00Z", "not_yet_valid"),
            "a year ago": ("2025-11-24T09:30:00Z", ""),
            "in the year 1": ("0001-01-01T00:00:00Z", ""),
        }.items():
            _signed(family, twin, make_document() | {start: value}, f"{start} {name}", code)


def _ended(book: Book) -> None:
    family = book.family("D5", "A credential that has ended: at its last instant it has, and without skew.")
    for twin, make_document, (_, end) in _MEMBERS:
        for name, (value, code) in {
            "now": ("2026-11-24T09:30:00Z", "expired"),
            "now, at +14:00": ("2026-11-24T23:30:00+14:00", "expired"),
            "now, at -00:00": ("2026-11-24T09:30:00-00:00", "expired"),
            "1 s ago": ("2026-11-24T09:29:59Z", "expired"),
            "59 s ago: skew does not count here": ("2026-11-24T09:29:01Z", "expired"),
            "below a microsecond ahead": ("2026-11-24T09:30:00.000000999Z", "expired"),
            "in 1 microsecond": ("2026-11-24T09:30:00.000001Z", ""),
            "in 1 s": ("2026-11-24T09:30:01Z", ""),
            "in 1 s, at -12:00": ("2026-11-23T21:30:01-12:00", ""),
            "yesterday": ("2026-11-23T09:30:00Z", "expired"),
            "in the year 9999": ("9999-12-31T23:59:59Z", ""),
        }.items():
            _signed(family, twin, make_document() | {end: value}, f"{end} {name}", code)
        without = {name: value for name, value in make_document().items() if name != end}
        _signed(family, twin, without, f"no {end}", "")


def _syntax(book: Book) -> None:
    family = book.family("D6", "What is no dateTimeStamp, or is one that readers take differently.")
    for twin, make_document, members in _MEMBERS:
        for member in members:
            for name, value in DATE_FAULTS.items():
                _signed(family, twin, make_document() | {member: value}, f"{member} {name}", "date_syntax")
            for name, value in _NO_STRINGS.items():
                # not signed: most of these have no canonical form
                document = book.document(twin) | {member: value}
                family.case(f"{twin}: {member} is {name}", document, "date_syntax", twin=twin)


def _reversed(book: Book) -> None:
    family = book.family("D7", "A credential that ends before it begins.")
    for twin, make_document, (start, end) in _MEMBERS:
        for name, (begins, ends, code) in {
            "by a second": ("2026-11-20T10:00:01Z", "2026-11-20T10:00:00Z", "validity_reversed"),
            "by a microsecond": ("2026-11-20T10:00:00.000001Z", "2026-11-20T10:00:00Z", "validity_reversed"),
            "by years, both to come": ("2030-01-01T00:00:00Z", "2028-01-01T00:00:00Z", "validity_reversed"),
            "by years, both gone": ("2020-01-01T00:00:00Z", "2018-01-01T00:00:00Z", "validity_reversed"),
            "by a zone": ("2026-11-24T10:00:00+00:00", "2026-11-24T10:30:00+01:00", "validity_reversed"),
            "around now": ("2026-11-24T09:30:30Z", "2026-11-24T09:30:20Z", "validity_reversed"),
            "at one instant, which is gone": ("2026-11-20T10:00:00Z", "2026-11-20T10:00:00Z", "expired"),
            "only as text: the zones say otherwise": (
                "2026-11-24T11:00:00+02:00",
                "2026-11-24T10:00:00Z",
                "",
            ),
        }.items():
            _signed(family, twin, make_document() | {start: begins, end: ends}, name, code)


def _zones(book: Book) -> None:
    family = book.family("D8", "One instant, written in every zone there is: one verdict.")
    offsets = (
        "+14:00",
        "+13:45",
        "+12:00",
        "+05:45",
        "+05:30",
        "+01:00",
        "+00:00",
        "-00:00",
        "-03:30",
        "-09:30",
        "-12:00",
    )
    for offset in offsets:
        sign_of = 1 if offset[0] == "+" else -1
        minutes = sign_of * (int(offset[1:3]) * 60 + int(offset[4:]))
        for name, seconds, code in (("just ended", 0, "expired"), ("about to end", 1, "")):
            value = _local(9 * 3600 + 30 * 60 + seconds + minutes * 60) + offset
            _signed(
                family, "badge eddsa-rdfc-2022", badge() | {"validUntil": value}, f"{name}, at {offset}", code
            )
        for name, seconds, code in (("about to begin", 60, ""), ("to begin later", 61, "not_yet_valid")):
            value = _local(9 * 3600 + 30 * 60 + seconds + minutes * 60) + offset
            _signed(family, "plain", plain() | {"validFrom": value}, f"{name}, at {offset}", code)
    # the night in which clocks go back, and the one in which they go forward
    for now, text, code in (
        ("2026-10-25T00:30:00Z", "2026-10-25T02:30:00+02:00", "expired"),
        ("2026-10-25T00:30:00Z", "2026-10-25T02:30:00+01:00", ""),
        ("2026-03-29T01:30:00Z", "2026-03-29T02:30:00+01:00", "expired"),
        ("2026-03-29T01:29:59Z", "2026-03-29T03:30:00+02:00", ""),
    ):
        unsigned = plain() | {"validFrom": "2026-01-01T00:00:00Z", "validUntil": text}
        signed = sign(unsigned, created="2026-01-01T00:00:00Z")
        family.case(f"the clock changes: {text} at {now}", signed, code, twin="plain", now=now)


def _local(seconds: int) -> str:
    """Time of day on 24 November 2026, or the day before or after."""
    day, rest = divmod(seconds, 86_400)
    return f"2026-11-{24 + day:02}T{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"


def _signed(family: Family, twin: str, document: JsonObject, name: str, code: str) -> None:
    family.case(f"{twin}: {name}", sign(document), code, twin=twin)
