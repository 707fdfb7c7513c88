"""The CBOR of proof values: one form for each value, and nothing that a proof value has no use for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentials.data_integrity.selective import decode_cbor, encode_cbor
from credentials.errors import ProofError
from tests.timing import costs_at_most

# RFC 8949, appendix A (those of the kinds that proof values have), and the edges of each length
FORMS: list[tuple[str, Any]] = [
    ("00", 0),
    ("01", 1),
    ("0a", 10),
    ("17", 23),
    ("1818", 24),
    ("1864", 100),
    ("18ff", 255),
    ("190100", 256),
    ("1903e8", 1000),
    ("19ffff", 65535),
    ("1a00010000", 65536),
    ("1a000f4240", 1000000),
    ("1b000000e8d4a51000", 1000000000000),
    ("1bffffffffffffffff", 18446744073709551615),
    ("40", b""),
    ("4401020304", b"\1\2\3\4"),
    ("60", ""),
    ("6161", "a"),
    ("6449455446", "IETF"),
    ("62225c", '"\\'),
    ("62c3bc", "ü"),
    ("64f0908591", "𐅑"),
    ("80", []),
    ("83010203", [1, 2, 3]),
    ("8301820203820405", [1, [2, 3], [4, 5]]),
    ("98190102030405060708090a0b0c0d0e0f101112131415161718181819", list(range(1, 26))),
    ("a0", {}),
    ("a201020304", {1: 2, 3: 4}),
    ("a26161016162820203", {"a": 1, "b": [2, 3]}),
]


@pytest.mark.parametrize(("form", "value"), FORMS)
def test_values_have_the_forms_of_the_rfc(form: str, value: Any) -> None:
    assert encode_cbor(value) == bytes.fromhex(form)
    assert decode_cbor(bytes.fromhex(form)) == value


def test_members_are_written_in_order_and_read_in_any() -> None:
    assert encode_cbor({10: b"b", 2: b"a", 300: b"c"}).hex() == "a30241610a416219012c4163"
    assert decode_cbor(bytes.fromhex("a30a416202416119012c4163")) == {2: b"a", 10: b"b", 300: b"c"}


@pytest.mark.covers("di-ecdsa-1.0", "3.5.3", "3.5.8")
@pytest.mark.parametrize(
    "form",
    [
        "",
        "18",
        "1a0000",
        "42ff",
        "5affffffff00",
        "5bffffffffffffffff00",
        "62c3",
        "61ff",
        "83",
        "8301",
        "9affffffff01",
        "9bffffffffffffffff01",
        "a101",
        "baffffffff0101",
        # not the shortest form
        "1800",
        "1817",
        "1900ff",
        "1a0000ffff",
        "1b00000000ffffffff",
        "5801ff",
        "7801ff",
        "980101",
        "b8010101",
        # indefinite lengths, reserved lengths, a break
        "5f4101ff",
        "7f6161ff",
        "9f01ff",
        "bf0101ff",
        "ff",
        "1c",
        "1f",
        # negative integers, tags, simple values, floats
        "20",
        "3903e7",
        "c11a514b67b0",
        "d84041ff",
        "d95d0080",
        "f4",
        "f5",
        "f6",
        "f7",
        "f90000",
        "fb3ff199999999999a",
        # members twice, members named by no plain value
        "a201010102",
        "a2616101616102",
        "a18001",
        "a1a001",
        # left over
        "0000",
        "8000",
        # nested deeper than any proof value
        "818181818100",
        "a101a101a101a101a10101",
    ],
)
def test_every_other_form_is_refused(form: str) -> None:
    with pytest.raises(ProofError) as caught:
        decode_cbor(bytes.fromhex(form))
    assert caught.value.code == "proof_invalid_shape"


@pytest.mark.parametrize(
    "hostile",
    [
        b"\x81" * 1_000_000,
        b"\x9b" + b"\x7f" * 8 + b"\0" * 1000,
        b"\xa1\0" * 500_000,
        b"\x9a\x00\x0f\x42\x40" + b"\x9a" * 1_000_000,
        b"\x9a\x00\x0f\x42\x40" + b"\0" * 1_000_000,
        encode_cbor([[0] * 9_999, [0] * 9_999]) + b"\0" * 1_000_000,
        encode_cbor([[0] * 9_999, [0] * 10_000]),
        encode_cbor(dict.fromkeys(range(20_001), 0)),
    ],
    ids=range(8),
)
def test_promises_of_size_and_depth_cost_nothing(hostile: bytes) -> None:
    with costs_at_most(0.03), pytest.raises(ProofError):
        decode_cbor(hostile)
    assert decode_cbor(encode_cbor([[0] * 9_999, [0] * 9_999]))


@pytest.mark.parametrize("value", [1 << 64, 1.5, None, True, [None], {"a": 1.0}, object()])
def test_what_has_no_form_is_not_written(value: Any) -> None:
    with pytest.raises(TypeError):
        encode_cbor(value)


PLAIN = st.one_of(st.integers(0, 2**64 - 1), st.binary(max_size=300), st.text(max_size=40))
VALUE = st.one_of(
    PLAIN,
    st.lists(
        st.one_of(PLAIN, st.lists(PLAIN, max_size=30), st.dictionaries(PLAIN, PLAIN, max_size=30)),
        max_size=30,
    ),
)


@given(VALUE)
def test_what_is_written_is_read(value: Any) -> None:
    assert decode_cbor(encode_cbor(value)) == value


@given(st.one_of(st.binary(max_size=40), VALUE.map(encode_cbor)), st.integers(0, 1000), st.integers(0, 255))
def test_bytes_are_refused_or_the_one_form_of_their_value(data: bytes, place: int, byte: int) -> None:
    changed = bytearray(data)
    if changed:
        changed[place % len(changed)] = byte
    try:
        value = decode_cbor(bytes(changed))
    except ProofError as err:
        outcome = err.code
    else:
        outcome = "read"
        # only the order of a map's members is free
        assert sorted(encode_cbor(value)) == sorted(changed)
    assert outcome in {"read", "proof_invalid_shape"}
