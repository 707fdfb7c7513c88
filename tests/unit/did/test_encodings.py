"""Base64url and base58: one text for each bytes, and no bytes for any other text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from did.encodings import decode_base58btc, decode_base64url, encode_base58btc, encode_base64url
from did.errors import EncodingError


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_bytes_come_back(data: bytes) -> None:
    assert decode_base64url(encode_base64url(data)) == data
    assert decode_base58btc(encode_base58btc(data)) == data


@settings(deadline=None)
@given(st.text(alphabet="ABCxyz019-_", max_size=12))
def test_text_that_is_read_is_the_text_that_is_written(text: str) -> None:
    try:
        data = decode_base64url(text)
    except EncodingError:
        return
    assert encode_base64url(data) == text


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
