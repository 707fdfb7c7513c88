from __future__ import annotations

import base64
import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from credentials.errors import StatusError
from credentials.status import Bitstring, build_status_entry, build_status_list_credential
from credentials.status.entries import read_status_entries

LIST = "https://node.example/status/1"
VECTORS = Path(__file__).parents[2] / "vectors" / "bitstring-status-list" / "index.json"


def encode(content: bytes) -> str:
    return "u" + base64.urlsafe_b64encode(gzip.compress(content, mtime=0)).rstrip(b"=").decode()


@pytest.mark.covers("bitstring-status-list-1.0", "3.3")
@pytest.mark.attack("E11")
@pytest.mark.parametrize(
    ("index", "byte", "value"), [(0, 0, 0x80), (7, 0, 0x01), (8, 1, 0x80), (131_071, 16_383, 1)]
)
def test_bit_0_is_the_leftmost(index: int, byte: int, value: int) -> None:
    bits = Bitstring.new()
    bits.set(index)
    unpacked = gzip.decompress(base64.urlsafe_b64decode(bits.encode()[1:] + "=="))
    assert unpacked[byte] == value
    assert sum(unpacked) == value
    assert Bitstring.decode(bits.encode()).get(index)


@pytest.mark.covers("bitstring-status-list-1.0", "3.3")
@pytest.mark.attack("E11")
def test_the_mirrored_bit_is_another_one() -> None:
    bits = Bitstring(b"\x01" + bytes(16_383))
    assert bits.get(7)
    assert not bits.get(0)


def test_a_bit_can_be_cleared_again() -> None:
    bits = Bitstring.new()
    bits.set(94_567)
    bits.set(94_567, value=False)
    assert bits.encode() == Bitstring.new().encode()


@pytest.mark.covers("bitstring-status-list-1.0", "3.3")
def test_equal_lists_have_equal_texts() -> None:
    assert Bitstring.new().encode() == Bitstring.new().encode()


@pytest.mark.covers("bitstring-status-list-1.0", "3.4")
def test_the_list_of_the_specification_is_read() -> None:
    entries = json.loads(VECTORS.read_text())["entries"]
    encoded = next(entry["value"] for entry in entries if entry["id"] == "encodedList")
    bits = Bitstring.decode(encoded)
    assert len(bits) >= 131_072
    assert not any(bits.get(index) for index in range(0, len(bits), 4_096))


@pytest.mark.covers("bitstring-status-list-1.0", "2.1")
@pytest.mark.attack("E2")
@pytest.mark.parametrize("index", [-1, 131_072, 10**9])
def test_an_index_outside_the_list_is_refused(index: int) -> None:
    with pytest.raises(StatusError) as caught:
        Bitstring.new().get(index)
    assert caught.value.code == "status_index_out_of_range"


@pytest.mark.covers("bitstring-status-list-1.0", "2.1")
@pytest.mark.attack("E2")
@pytest.mark.parametrize(
    "index", ["-1", "1e3", "०", "1.0", " 1", "+1", "01", "1_0", "", 1, 1.0, None, True, "9" * 20]
)
def test_an_index_that_is_no_decimal_string_is_refused(index: object) -> None:
    status = build_status_entry(LIST, 1) | {"statusListIndex": index}
    with pytest.raises(StatusError) as caught:
        read_status_entries({"credentialStatus": status})
    assert caught.value.code == "status_index_invalid"


@pytest.mark.attack("E2")
@pytest.mark.parametrize("index", [0, 1, 131_071])
def test_an_index_is_read(index: int) -> None:
    assert read_status_entries({"credentialStatus": build_status_entry(LIST, index)})[0].index == index


@pytest.mark.covers("bitstring-status-list-1.0", "2.2", "3.4")
@pytest.mark.attack("E3")
def test_a_short_list_is_refused() -> None:
    with pytest.raises(StatusError) as caught:
        Bitstring.decode(encode(bytes(16_383)))
    assert caught.value.code == "status_list_too_short"
    assert len(Bitstring.decode(encode(bytes(16_384)))) == 131_072
    with pytest.raises(StatusError):
        Bitstring.new(131_064)


@pytest.mark.covers("bitstring-status-list-1.0", "3.4")
@pytest.mark.attack("E5")
def test_a_gzip_bomb_is_refused_before_it_costs() -> None:
    bomb = encode(bytes(64 * 1024 * 1024))
    with pytest.raises(StatusError) as caught:
        Bitstring.decode(bomb)
    assert caught.value.code == "status_list_too_large"
    assert len(Bitstring.decode(encode(bytes(2_097_152)))) == 16_777_216


@pytest.mark.covers("bitstring-status-list-1.0", "3.4")
@pytest.mark.parametrize(
    "encoded",
    [
        None,
        "",
        "u",
        "z" + Bitstring.new().encode()[1:],
        Bitstring.new().encode() + "=",
        Bitstring.new().encode()[:-8],
        encode(bytes(16_384)) + "AAAA",
        "uH4sI!",
        "uAAAA",
        ["u"],
    ],
)
def test_what_is_no_encoded_list_is_refused(encoded: object) -> None:
    with pytest.raises(StatusError) as caught:
        Bitstring.decode(encoded)
    assert caught.value.code == "status_list_invalid"


@pytest.mark.covers("bitstring-status-list-1.0", "2.1")
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"type": "RevocationList2020Status"}, "unsupported_status_type"),
        ({"type": ["BitstringStatusListEntry", "StatusList2021Entry"]}, "unsupported_status_type"),
        ({"type": []}, "unsupported_status_type"),
        ({"type": {}}, "unsupported_status_type"),
        ({"statusPurpose": "https://purposes.example/1"}, "unsupported_status_purpose"),
        ({"statusPurpose": None}, "status_entry_invalid"),
        ({"statusPurpose": ["revocation"]}, "status_entry_invalid"),
        ({"statusListCredential": "file:///etc/passwd"}, "status_entry_invalid"),
        ({"statusListCredential": "https://["}, "status_entry_invalid"),
        ({"statusListCredential": 7}, "status_entry_invalid"),
        ({"id": LIST}, "status_entry_invalid"),
        ({"statusListCredential": "https://node.example@other.example/1"}, "status_entry_invalid"),
        ({"statusListCredential": "https://node.example\\@other.example/1"}, "status_entry_invalid"),
        ({"statusListCredential": "https:///status/1"}, "status_entry_invalid"),
        ({"statusListCredential": "https://node.example:99999/1"}, "status_entry_invalid"),
        ({"statusListCredential": "https://node.example:0/1"}, "status_entry_invalid"),
        ({"statusListCredential": "https://node.example/a b"}, "status_entry_invalid"),
        ({"statusListCredential": "https://node.example/" + 3000 * "a"}, "status_entry_invalid"),
    ],
)
def test_an_odd_entry_is_refused(change: dict[str, object], code: str) -> None:
    with pytest.raises(StatusError) as caught:
        read_status_entries({"credentialStatus": build_status_entry(LIST, 1) | change})
    assert caught.value.code == code


@pytest.mark.covers("bitstring-status-list-1.0", "2.1")
@pytest.mark.parametrize("status", [None, [], "x", [build_status_entry(LIST, 1)] * 9])
def test_an_odd_status_is_refused(status: object) -> None:
    with pytest.raises(StatusError) as caught:
        read_status_entries({"credentialStatus": status})
    assert caught.value.code == "status_entry_invalid"


def test_an_entry_needs_no_id() -> None:
    entry = build_status_entry(LIST, 1)
    del entry["id"]
    assert len(read_status_entries({"credentialStatus": entry})) == 1


def test_eight_entries_are_read() -> None:
    assert len(read_status_entries({"credentialStatus": [build_status_entry(LIST, 1)] * 8})) == 8


def test_no_status_is_no_entry() -> None:
    assert read_status_entries({}) == []


@pytest.mark.covers("bitstring-status-list-1.0", "3.3", "3.4")
@pytest.mark.attack("E11")
@pytest.mark.parametrize("size", range(1, 9))
def test_entries_of_several_bits_stand_side_by_side(size: int) -> None:
    bits = Bitstring.new(size=size)
    values = {0: 1, 1: (1 << size) - 1, 3: 1 << size - 1, 131_071: 1}
    for index, value in values.items():
        bits.set_value(index, value, size=size)
    unpacked = gzip.decompress(base64.urlsafe_b64decode(bits.encode()[1:] + "=="))
    row = "".join(f"{byte:08b}" for byte in unpacked)
    assert {index: int(row[index * size :][:size], 2) for index in values} == values
    assert row.count("1") == sum(value.bit_count() for value in values.values())
    read = Bitstring.decode(bits.encode())
    assert {index: read.get_value(index, size=size) for index in values} == values
    bits.set_value(1, 0, size=size)
    assert (bits.get_value(0, size=size), bits.get_value(1, size=size)) == (1, 0)


@pytest.mark.attack("E2")
def test_a_wide_entry_must_stand_in_the_list_whole() -> None:
    bits = Bitstring.new(size=3)
    assert bits.get_value(131_071, size=3) == 0
    for index in (-1, 131_072):
        with pytest.raises(StatusError) as caught:
            bits.get_value(index, size=3)
        assert caught.value.code == "status_index_out_of_range"
    # 131,072 bits hold 43,690 entries of three bits, and two bits more
    with pytest.raises(StatusError) as caught:
        Bitstring.new().get_value(43_690, size=3)
    assert caught.value.code == "status_index_out_of_range"


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda bits: bits.set_value(0, 4, size=2), "status_value_out_of_range"),
        (lambda bits: bits.set_value(0, -1, size=2), "status_value_out_of_range"),
        (lambda bits: bits.get_value(0, size=0), "unsupported_status_size"),
        (lambda bits: bits.get_value(0, size=9), "unsupported_status_size"),
        (lambda _: Bitstring.new(size=0), "unsupported_status_size"),
    ],
)
def test_a_value_must_fit_its_entry(act: Any, code: str) -> None:
    with pytest.raises(StatusError) as caught:
        act(Bitstring.new())
    assert caught.value.code == code


@pytest.mark.covers("bitstring-status-list-1.0", "2.2")
def test_a_list_credential_is_built() -> None:
    moment = datetime(2026, 11, 24, tzinfo=UTC)
    document = build_status_list_credential(
        list_id=LIST,
        issuer_id="did:web:node.example",
        purpose="revocation",
        bitstring=Bitstring.new(),
        valid_from=moment,
        valid_until=moment.replace(year=2027),
        ttl_ms=300_000,
    )
    assert document["id"] == LIST
    assert document["credentialSubject"]["id"] == f"{LIST}#list"
    assert document["credentialSubject"]["ttl"] == 300_000
    assert document["validUntil"] == "2027-11-24T00:00:00Z"
