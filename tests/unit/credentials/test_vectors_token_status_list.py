"""The vectors of the Token Status List draft, both ways: read, and written byte for byte."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from credentials.errors import StatusError
from credentials.status.token_status_list import (
    TokenStatusList,
    parse_status_list_token,
    verify_status_list_token,
)
from did.keys import PublicKey

VECTORS = Path(__file__).parents[2] / "vectors" / "token-status-list"
SHORT = {
    "status_list_encoding_json": [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1],
    "status_list_encoding2_json": [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3],
}
LONG = {
    1: "status_list_encoding1_long_json",
    2: "status_list_encoding2_long_json",
    4: "status_list_encoding4_json",
    8: "status_list_encoding8_json",
}
URI = "https://example.com/statuslists/1"
ISSUED = datetime.fromtimestamp(1_686_920_170, tz=UTC)
EXPIRES = datetime.fromtimestamp(2_291_720_170, tz=UTC)


def example(name: str) -> dict[str, Any]:
    """The JSON of an example, whose long string the draft breaks over lines."""
    text = (VECTORS / "examples" / f"{name}.md").read_text()
    claim: dict[str, Any] = json.loads(re.sub(r"\n +(?=[A-Za-z0-9_-]+[\n\"])", "", text[text.index("{") :]))
    return claim


def long_list(bits: int) -> dict[int, int]:
    """What the draft's appendix says a list of that many bits holds."""
    text = (VECTORS / "test-vectors.md").read_text()
    section = re.split(r"^## ", text, flags=re.MULTILINE)[(1, 2, 4, 8).index(bits) + 1]
    assert section.startswith(f"{bits}-bit")
    pairs = re.findall(r"^status\[(\d+)\] ?= 0b([01]+)$", section, re.MULTILINE)
    return {int(index): int(value, 2) for index, value in pairs}


@pytest.mark.covers("token-status-list", "4.1", "4.2", "11.1")
@pytest.mark.attack("E11")
@pytest.mark.parametrize("name", SHORT)
def test_the_lists_of_the_text(name: str) -> None:
    claim = example(name)
    read = TokenStatusList.from_json(claim)
    assert [read.get(index) for index in range(len(read))] == SHORT[name]
    written = TokenStatusList.new(len(SHORT[name]), bits=claim["bits"])
    for index, status in enumerate(SHORT[name]):
        written.set(index, status)
    assert written.to_json() == claim


@pytest.mark.covers("token-status-list", "4.1", "4.2", "11.1")
@pytest.mark.attack("E11")
@pytest.mark.parametrize(("bits", "stated"), [(1, 11), (2, 11), (4, 15), (8, 256)])
def test_the_lists_of_the_appendix(bits: int, stated: int) -> None:
    statuses, claim = long_list(bits), example(LONG[bits])
    assert len(statuses) == stated
    read = TokenStatusList.from_json(claim)
    assert len(read) == 1 << 20
    assert {index: read.get(index) for index in statuses} == statuses
    written = TokenStatusList.new(1 << 20, bits=bits)
    for index, status in statuses.items():
        written.set(index, status)
    assert written.to_json() == claim


def token() -> str:
    return "".join((VECTORS / "examples" / "status_list_jwt_raw.md").read_text().split())


def key() -> PublicKey:
    return PublicKey.from_jwk(json.loads((VECTORS / "example-key.json").read_text()))


def verify(text: str, **changes: Any) -> Any:
    arguments: dict[str, Any] = {
        "public_key": key(),
        "expected_uri": URI,
        "issuer_id": "https://example.com",
        "now": ISSUED + timedelta(days=1),
    }
    return verify_status_list_token(parse_status_list_token(text), **(arguments | changes))


@pytest.mark.covers("token-status-list", "5.1", "8.3")
def test_the_token_of_the_text() -> None:
    known, claims = verify(token())
    _, _, payload = (VECTORS / "examples" / "status_list_jwt.md").read_text().partition("\n.\n")
    assert claims == json.loads(payload) | {"iss": "https://example.com"}
    assert [known.statuses.get(index) for index in range(16)] == SHORT["status_list_encoding_json"]
    assert (known.issued, known.valid_until) == (ISSUED, EXPIRES)
    assert known.fresh_until - known.fetched == timedelta(seconds=43_200)


@pytest.mark.covers("token-status-list", "5.1", "8.3")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"expected_uri": f"{URI}/"}, "status_list_id_mismatch"),
        ({"now": EXPIRES}, "status_list_expired"),
        ({"now": ISSUED - timedelta(seconds=61)}, "status_list_not_yet_valid"),
    ],
)
def test_the_token_of_the_text_out_of_its_place_or_time(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(StatusError) as caught:
        verify(token(), **changes)
    assert caught.value.code == code
    verify(token(), now=EXPIRES - timedelta(seconds=1))
    verify(token(), now=ISSUED - timedelta(seconds=60))


@pytest.mark.covers("token-status-list", "5.1", "8.3", "11.6")
@pytest.mark.parametrize("place", [40, 150, 370])
def test_an_altered_token_of_the_text_does_not_hold(place: int) -> None:
    text = token()
    altered = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
    with pytest.raises(StatusError) as caught:
        verify(altered)
    assert caught.value.code in {"status_list_invalid", "status_unavailable"}
    verify(text)
