"""The CBOR of signatures: one form for each value, read as another implementation reads it, and nothing more."""

from __future__ import annotations

from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentials.cbor import CborError, CborLimits, Kind, decode_cbor, encode_cbor
from tests.timing import costs_at_most

LIMITS = CborLimits(frozenset(Kind), depth=8, items=1_000)


def read(data: bytes) -> Any:
    return decode_cbor(data, limits=LIMITS)


# RFC 8949, appendix A: those that `test_selective_cbor` leaves out
@pytest.mark.parametrize(
    ("form", "value"),
    [
        ("20", -1),
        ("29", -10),
        ("3863", -100),
        ("3903e7", -1000),
        ("3bffffffffffffffff", -(1 << 64)),
        ("a1382226", {-35: -7}),
    ],
)
def test_negative_integers_have_the_forms_of_the_rfc(form: str, value: Any) -> None:
    assert encode_cbor(value) == bytes.fromhex(form)
    assert read(bytes.fromhex(form)) == value


@pytest.mark.parametrize(("form", "value"), [("f4", False), ("f5", True), ("f6", None)])
def test_simple_values_are_read_and_not_written(form: str, value: Any) -> None:
    assert read(bytes.fromhex(form)) is value
    with pytest.raises(TypeError):
        encode_cbor(value)


@pytest.mark.parametrize("value", [1 << 64, -(1 << 64) - 1, 1.5, {"a": 1.0}, object()])
def test_what_has_no_form_is_not_written(value: Any) -> None:
    with pytest.raises(TypeError):
        encode_cbor(value)


@pytest.mark.parametrize(
    "form",
    [
        # not the shortest form
        "3800",
        "390063",
        "f814",
        # undefined, other simple values, floats of each size, a break
        "f7",
        "e0",
        "f818",
        "f8ff",
        "f90000",
        "f93c00",
        "f97e00",
        "fa47c35000",
        "fb3ff199999999999a",
        "ff",
        # tags: a date, a big number, a decimal, a regular expression, a shared value, an embedded item, itself
        "c11a514b67b0",
        "c24101",
        "c48221196ab3",
        "d82362612e",
        "d81c80",
        "d8184101",
        "d9d9f700",
        "d280",
        # members twice, in any writing; members named by no plain value
        "a220012002",
        "a1f501",
        "a1f601",
        "a18001",
        # nested deeper than any header
        "81" * 9 + "00",
    ],
)
def test_every_other_form_is_refused(form: str) -> None:
    with pytest.raises(CborError) as caught:
        read(bytes.fromhex(form))
    assert caught.value.code == "cbor"


@pytest.mark.parametrize("kind", Kind)
def test_a_kind_that_is_not_taken_is_refused(kind: Kind) -> None:
    form = {0: "00", 1: "20", 2: "40", 3: "60", 4: "80", 5: "a0", 7: "f6"}[kind]
    others = CborLimits(frozenset(Kind) - {kind}, depth=8, items=1_000)
    assert read(bytes.fromhex(form)) in (0, -1, b"", "", [], {}, None)
    with pytest.raises(CborError):
        decode_cbor(bytes.fromhex(form), limits=others)


@pytest.mark.parametrize(
    "hostile",
    [
        b"\x81" * 1_000_000,
        b"\x9b" + b"\x7f" * 8 + b"\0" * 1000,
        b"\x5b" + b"\x7f" * 8 + b"\0" * 1_000_000,
        b"\xbb" + b"\xff" * 8,
        b"\x99\x03\xe9" + b"\0" * 1_001,
    ],
    ids=range(5),
)
def test_promises_of_size_and_depth_cost_nothing(hostile: bytes) -> None:
    with costs_at_most(0.03), pytest.raises(CborError):
        read(hostile)
    assert read(b"\x99\x03\xe8" + b"\0" * 1_000) == [0] * 1_000


def depth(value: Any) -> int:
    """How many arrays and maps are nested."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)


PLAIN = st.one_of(st.integers(-(2**64), 2**64 - 1), st.binary(max_size=300), st.text(max_size=40))
LABEL = st.one_of(st.integers(-9, 9), st.text())
VALUE = st.recursive(
    PLAIN,
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(LABEL, inner, max_size=5)),
    max_leaves=20,
).filter(lambda value: depth(value) <= LIMITS.depth)


@given(VALUE)
def test_what_is_written_is_what_another_implementation_writes_and_reads(value: Any) -> None:
    data = encode_cbor(value)
    assert read(data) == cbor2.loads(data) == value
    # of a map's members, `cbor2` writes those that come first in the map first
    assert sorted(data) == sorted(cbor2.dumps(value))


@given(st.binary(max_size=60))
def test_bytes_are_refused_or_read_as_another_implementation_reads_them(data: bytes) -> None:
    try:
        value = read(data)
    except CborError:
        return
    assert cbor2.loads(data) == value
