"""Base64url, base64 and base58: one text for each bytes, and no bytes for any other text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from did.encodings import (
    decode_base58btc,
    decode_base64,
    decode_base64url,
    encode_base58btc,
    encode_base64,
    encode_base64url,
)
from did.errors import EncodingError

pytestmark = pytest.mark.covers("cid-1.0", "2.4", "3.1", "3.2", "4.3.1")


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_bytes_come_back(data: bytes) -> None:
    assert decode_base64url(encode_base64url(data)) == data
    assert decode_base58btc(encode_base58btc(data)) == data
    assert decode_base64(encode_base64(data)) == decode_base64(encode_base64(data).rstrip("=")) == data


@settings(deadline=None)
@given(st.text(alphabet="ABCxyz019-_", max_size=12))
def test_text_that_is_read_is_the_text_that_is_written(text: str) -> None:
    try:
        data = decode_base64url(text)
    except EncodingError:
        return
    assert encode_base64url(data) == text


@settings(deadline=None)
@given(st.text(alphabet="ABCxyz019+/=", max_size=12))
def test_base64_that_is_read_is_what_is_written_but_for_the_padding(text: str) -> None:
    try:
        data = decode_base64(text)
    except EncodingError:
        return
    assert text in (encode_base64(data), encode_base64(data).rstrip("="))


@pytest.mark.parametrize(
    "text", ["Zg=", "Zg===", "Z===", "Zh==", "Zm8 ", "Zm8=\n", "-_8=", "=", "Zg==Zg==", "Zé"]
)
def test_other_padded_base64_is_refused(text: str) -> None:
    with pytest.raises(EncodingError):
        decode_base64(text)


# RFC 4648, section 10
@pytest.mark.parametrize(
    ("data", "text"), [(b"", ""), (b"f", "Zg"), (b"fo", "Zm8"), (b"foo", "Zm9v"), (b"\xfb\xff", "-_8")]
)
def test_base64url_is_that_of_the_rfc(data: bytes, text: str) -> None:
    assert (encode_base64url(data), decode_base64url(text)) == (text, data)


@pytest.mark.parametrize("text", ["Zg==", "Zg=", "Z", "Zh", "Zm9", "Zm8 ", " Zm8", "Zm8\n", "+/8", "Zé"])
def test_other_base64_is_refused(text: str) -> None:
    with pytest.raises(EncodingError) as caught:
        decode_base64url(text)
    assert caught.value.code == "invalid_encoding"


# The Base58 Encoding Scheme (draft-msporny-base58), test vectors
@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"Hello World!", "z2NEpo7TZRRrLZSi2U"),
        (
            b"The quick brown fox jumps over the lazy dog.",
            "zUSm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
        ),
        (bytes.fromhex("0000287fb4cd"), "z11233QC4"),
        (b"", "z"),
        (b"\0", "z1"),
    ],
)
def test_base58_is_that_of_the_draft(data: bytes, text: str) -> None:
    assert (encode_base58btc(data), decode_base58btc(text)) == (text, data)


@pytest.mark.parametrize(
    "text",
    ["", "2NEpo7TZ", "m2NEpo7TZ", "Z2NEpo7TZ", "z0", "zO", "zI", "zl", "z 1", "z1\n", "z" + "1" * 1024],
)
def test_other_base58_is_refused(text: str) -> None:
    with pytest.raises(EncodingError) as caught:
        decode_base58btc(text)
    assert caught.value.code == "invalid_encoding"


ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


@settings(deadline=None)
@given(st.text(alphabet=ALPHABET, max_size=520))
def test_base58_is_the_sum_of_its_digits(digits: str) -> None:
    """Block by block and pair by pair, it comes to what one digit after another does."""
    number = 0
    for digit in digits:
        number = number * 58 + ALPHABET.index(digit)
    zeros = len(digits) - len(digits.lstrip("1"))
    expected = bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8)
    assert decode_base58btc("z" + digits) == expected
    assert encode_base58btc(expected) == "z" + digits
