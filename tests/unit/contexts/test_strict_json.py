"""JSON that two readers could understand differently is refused, each kind by its code."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contexts import StrictJsonError, strict_json
from tests.timing import costs_at_most

REFUSED: list[tuple[str, bytes | str, str]] = [
    ("nothing", b"", "json_syntax"),
    ("half an object", b'{"a":', "json_syntax"),
    ("text behind", b"{} {}", "json_syntax"),
    ("a trailing comma", b"[1,]", "json_syntax"),
    ("a leading zero", b"[01]", "json_syntax"),
    ("a raw control character", b'["\x01"]', "json_syntax"),
    ("NaN", b'{"a":NaN}', "json_syntax"),
    ("Infinity", b"[Infinity]", "json_syntax"),
    ("-Infinity", b"[-Infinity]", "json_syntax"),
    ("a member twice", b'{"a":1,"a":2}', "duplicate_member"),
    ("a member twice, escaped once", b'{"a":1,"\\u0061":2}', "duplicate_member"),
    ("a member twice, deep", b'[{"b":{"a":1,"a":1}}]', "duplicate_member"),
    ("2^53", b"[9007199254740992]", "number_range"),
    ("-2^53", b"[-9007199254740992]", "number_range"),
    ("5,000 digits", b"[" + b"7" * 5000 + b"]", "number_range"),
    ("a float beyond all", b"[1e400]", "number_range"),
    ("a float of 5,000 digits", b"[0." + b"3" * 5000 + b"]", "number_range"),
    ("65 deep", b"[" * 65 + b"]" * 65, "too_deep"),
    ("900 deep", b'{"a":' * 900 + b"1" + b"}" * 900, "too_deep"),
    ("deep and never closed", b"[" * 100_000, "too_deep"),
    ("deeper and never closed", b"[" * 500_000, "too_complex"),
    ("340,000 empty arrays", b"[" + b"[]," * 340_000 + b"0]", "too_complex"),
    ("500,000 numbers", b"[" + b"0," * 500_000 + b"0]", "too_complex"),
    ("300,000 texts", b"[" + b'"",' * 300_000 + b"0]", "too_complex"),
    ("8,000 arrays 60 deep", b"[" + (b"[" * 60 + b"]" * 60 + b",") * 8_000 + b"0]", "too_complex"),
    ("too large", b'"' + b"x" * strict_json.MAXIMUM_BYTES + b'"', "too_large"),
    ("UTF-16 with its mark", '{"a":1}'.encode("utf-16"), "encoding"),
    ("UTF-16 without", '{"a":1}'.encode("utf-16-le"), "encoding"),
    ("UTF-32", '{"a":1}'.encode("utf-32-be"), "encoding"),
    ("Latin-1", '["é"]'.encode("latin-1"), "encoding"),
    ("an overlong form", b'["\xc0\xaf"]', "encoding"),
    ("an encoded surrogate", b'["\xed\xa0\x80"]', "encoding"),
    ("a byte order mark", b"\xef\xbb\xbf{}", "encoding"),
    ("a raw NUL", b'["\0"]', "encoding"),
    ("half a pair", b'["\\ud83d"]', "lone_surrogate"),
    ("the wrong half first", b'["\\udca9\\ud83d"]', "lone_surrogate"),
    ("half a pair in a name", b'{"\\uD800":1}', "lone_surrogate"),
    ("half a pair in text", '["\ud83d"]', "lone_surrogate"),
    ("an escaped NUL", b'["a\\u0000b"]', "nul_character"),
    ("an escaped NUL in a name", b'{"\\u0000":1}', "nul_character"),
]
READ: list[tuple[bytes, Any]] = [
    (b"{}", {}),
    (b' {"a":1,"b":2} ', {"a": 1, "b": 2}),
    (b"[9007199254740991,-9007199254740991]", [2**53 - 1, 1 - 2**53]),
    (b"[1e3,0.1,-0.0,1E-7]", [1000.0, 0.1, -0.0, 1e-7]),
    (b"[" * 64 + b"]" * 64, json.loads("[" * 64 + "]" * 64)),
    ('["é"]'.encode(), ["é"]),
    (b'["\\ud83d\\udca9"]', ["\U0001f4a9"]),
    (b'["\\\\u0000", "\\\\ud83d"]', ["\\u0000", "\\ud83d"]),
    (b'["[[[", "\\"[{"]', ["[[[", '"[{']),
    (b'"' + b"[" * 500 + b'"', "[" * 500),
    (b"null", None),
]


@pytest.mark.covers("jcs", "3.1")
@pytest.mark.covers("vcdm-1.1", "6.1")
@pytest.mark.covers("did-core-1.0", "6.2")
@pytest.mark.attack("D2")
@pytest.mark.parametrize(("data", "code"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_is_ambiguous_or_too_much_is_refused(data: bytes | str, code: str) -> None:
    with pytest.raises(StrictJsonError) as caught:
        strict_json.loads(data)
    assert caught.value.code == code


@pytest.mark.covers("jcs", "3.1")
@pytest.mark.covers("vcdm-1.1", "6.1")
@pytest.mark.covers("did-core-1.0", "6.2")
@pytest.mark.attack("D2")
@pytest.mark.parametrize(("data", "value"), READ)
def test_the_good_twin_is_read_from_bytes_and_from_text(data: bytes, value: Any) -> None:
    assert strict_json.loads(data) == value
    assert strict_json.loads(data.decode()) == value


def test_the_bounds_can_be_set() -> None:
    assert strict_json.loads(b"[[1]]", max_depth=2, max_bytes=5) == [[1]]
    for bounds, code in (({"max_depth": 1}, "too_deep"), ({"max_bytes": 4}, "too_large")):
        with pytest.raises(StrictJsonError) as caught:
            strict_json.loads(b"[[1]]", **bounds)
        assert caught.value.code == code
    with pytest.raises(StrictJsonError):
        strict_json.loads("[é]", max_bytes=3)


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 500_000,
        b"[" + b"[]," * 300_000 + b"[]]",
        b'"' + b"\\" * 1_000_000,
        b'["' + b'\\"' * 400_000 + b'"]',
        b"[" * 70 + b'"' + b'\\"' * 400_000,
        b"[" * 64 + b'"' + b"\\" * 900_000,
        b"[{" * 32 + b'"a' * 300_000,
        b"[}" * 500_000,
        b"1" * 1_000_000,
        b"{" + b",".join(b'"%d":0' % n for n in range(90_000)) + b"}",
    ],
    ids=[
        "open",
        "flat",
        "backslashes",
        "quotes",
        "quotes that never end",
        "backslashes that never end",
        "half strings",
        "brackets that do not match",
        "digits",
        "members",
    ],
)
def test_a_megabyte_costs_little_whatever_is_in_it(data: bytes) -> None:
    with costs_at_most(1):
        try:
            strict_json.loads(data)
        except StrictJsonError as err:
            assert err.code  # noqa: PT017 - either answer is good here, if it comes soon


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ({"a": float("nan")}, "number_range"),
        ([float("inf")], "number_range"),
        (["\ud800"], "lone_surrogate"),
        ([object()], "json_syntax"),
        ([b"bytes"], "json_syntax"),
    ],
)
def test_what_is_no_json_is_not_written(value: Any, code: str) -> None:
    with pytest.raises(StrictJsonError) as caught:
        strict_json.dumps(value)
    assert caught.value.code == code


def test_what_is_written_is_compact_and_in_order() -> None:
    assert strict_json.dumps({"b": "é", "a": [1, 1.5]}) == '{"b":"é","a":[1,1.5]}'.encode()


@pytest.mark.attack("C14")
def test_commas_and_brackets_within_texts_are_no_values() -> None:
    text = "[,]{,}" * 150_000
    assert strict_json.loads(f'["{text}"]') == [text]
    quoted = ',\\"' * 140_000
    assert strict_json.loads(f'["{quoted}"]') == [quoted.replace("\\", "")]
    with pytest.raises(StrictJsonError) as caught:
        strict_json.loads(f'["{text[:60]}"' + ",0" * strict_json.MAXIMUM_VALUES + "]")
    assert caught.value.code == "too_complex"
    assert len(strict_json.loads("[0" + ",0" * (strict_json.MAXIMUM_VALUES - 1) + "]")) == 131_072
