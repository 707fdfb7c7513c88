"""Token Status Lists: what a verifier takes of them, row by row, each refusal beside its valid twin."""

from __future__ import annotations

import json
import zlib
from datetime import timedelta
from typing import Any

import pytest

from credentials.errors import StatusError
from credentials.jws import UnverifiedJws, sign_compact
from credentials.report import Check, Outcome
from credentials.status.token_checking import MemoryTokenStatusCache, check_token_status, read_token_status
from credentials.status.token_status_list import (
    TokenStatusList,
    build_token_status,
    parse_status_list_token,
    sign_status_list_token,
    verify_status_list_token,
)
from did.encodings import encode_base64url
from did.errors import FetchError, FetchRefusedError, ResolutionUnavailableError, UnknownMethodError
from did.keys import KeyType, PublicKey
from tests.timing import costs_at_most
from tests.unit.credentials.conftest import NOW, World, new_signer

VALID, INVALID, INDETERMINATE = Outcome.VALID, Outcome.INVALID, Outcome.INDETERMINATE
URI = "https://node.example/statuslists/1"
ISSUER = "https://node.example"
IAT = int((NOW - timedelta(hours=2)).timestamp())


def statuses(values: dict[int, int] | None = None, *, bits: int = 2, entries: int = 64) -> TokenStatusList:
    listed = TokenStatusList.new(entries, bits=bits)
    for index, value in (values or {}).items():
        listed.set(index, value)
    return listed


def issue(world: World, values: dict[int, int] | None = None, **changes: Any) -> bytes:
    arguments: dict[str, Any] = {
        "uri": URI,
        "issued_at": NOW - timedelta(hours=2),
        "signer": world.issuer,
    }
    bits = changes.pop("bits", 2)
    return sign_status_list_token(statuses(values, bits=bits), **(arguments | changes)).encode()


def forge(world: World, *, typ: str = "statuslist+jwt", **claims: Any) -> bytes:
    """A signed token with these claims; None takes one away."""
    good = {"sub": URI, "iat": IAT, "status_list": statuses().to_json()} | claims
    payload = {name: value for name, value in good.items() if value is not None}
    return sign_compact(payload, signer=world.issuer, typ=typ).encode()


def look(world: World, served: Any, status: Any = None, **changes: Any) -> tuple[Outcome, str]:
    check = check_of(world, served, status, **changes)
    return check.outcome, check.code


def check_of(world: World, served: Any, status: Any = None, **changes: Any) -> Check:
    world.served.serve(URI, served)

    def issuer_key(_: UnverifiedJws) -> PublicKey:
        return world.issuer.public_key

    arguments: dict[str, Any] = {
        "issuer_id": ISSUER,
        "issuer_key": issuer_key,
        "fetcher": world.served,
        "now": NOW,
    }
    return check_token_status(
        build_token_status(URI, 7) if status is None else status, **(arguments | changes)
    )


@pytest.mark.covers("token-status-list", "7.1")
@pytest.mark.attack("E10")
@pytest.mark.parametrize("bits", [2, 4, 8])
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, (VALID, "ok")),
        (1, (INVALID, "revoked")),
        (2, (INVALID, "suspended")),
        (3, (INDETERMINATE, "unsupported_status_value")),
    ],
)
def test_what_a_status_means(world: World, bits: int, value: int, expected: tuple[Outcome, str]) -> None:
    served = issue(world, {7: value, 6: 1, 8: 1}, bits=bits)
    assert look(world, served) == expected
    assert check_of(world, served).data == {"list": URI, "status": hex(value)}


@pytest.mark.covers("token-status-list", "7.1")
@pytest.mark.parametrize("value", range(4, 16))
def test_other_statuses_are_indeterminate_unless_the_application_knows_them(world: World, value: int) -> None:
    served = issue(world, {7: value}, bits=4)
    assert look(world, served) == (INDETERMINATE, "unsupported_status_value")
    known = look(world, served, accepted_statuses=frozenset({value, 1, 2}))
    assert known == ((VALID, "ok") if value >= 12 else (INDETERMINATE, "unsupported_status_value"))


@pytest.mark.covers("token-status-list", "7.1")
def test_no_application_can_make_an_invalid_token_valid(world: World) -> None:
    for value, code in ((1, "revoked"), (2, "suspended")):
        served = issue(world, {7: value})
        assert look(world, served, accepted_statuses=frozenset(range(256))) == (INVALID, code)
    assert look(world, issue(world, {7: 3}), accepted_statuses=frozenset({3})) == (VALID, "ok")


@pytest.mark.covers("token-status-list", "4.1")
@pytest.mark.attack("E11")
def test_the_first_status_of_a_byte_stands_in_its_lowest_bits(world: World) -> None:
    served = issue(world, {0: 1}, bits=1)
    assert look(world, served, build_token_status(URI, 0)) == (INVALID, "revoked")
    assert look(world, served, build_token_status(URI, 7)) == (VALID, "ok")


@pytest.mark.covers("token-status-list", "6.1", "6.2")
@pytest.mark.attack("E2")
@pytest.mark.parametrize("index", [-1, 1.0, 1e3, "7", "०", None, True, 2**32])
def test_an_index_that_is_none_is_refused(world: World, index: Any) -> None:
    status = {"status_list": {"idx": index, "uri": URI}}
    assert look(world, issue(world), status) == (INVALID, "status_index_invalid")
    assert world.served.requests == []
    assert look(world, issue(world)) == (VALID, "ok")


@pytest.mark.covers("token-status-list", "8.3")
@pytest.mark.attack("E2")
def test_an_index_beyond_the_list_is_refused(world: World) -> None:
    assert look(world, issue(world), build_token_status(URI, 64)) == (INVALID, "status_index_out_of_range")
    assert look(world, issue(world), build_token_status(URI, 63)) == (VALID, "ok")


@pytest.mark.covers("token-status-list", "6.1", "6.2")
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({}, (INVALID, "status_entry_invalid")),
        ([], (INVALID, "status_entry_invalid")),
        ("valid", (INVALID, "status_entry_invalid")),
        ({"status_list": []}, (INVALID, "status_entry_invalid")),
        ({"status_list": {"idx": 7}}, (INVALID, "status_entry_invalid")),
        ({"status_list": {"idx": 7, "uri": 7}}, (INVALID, "status_entry_invalid")),
        ({"status_list": {"idx": 7, "uri": "file:///etc/passwd"}}, (INVALID, "status_entry_invalid")),
        ({"status_list": {"idx": 7, "uri": "https://a@node.example/"}}, (INVALID, "status_entry_invalid")),
        ({"status_list": {"uri": URI}}, (INVALID, "status_index_invalid")),
        ({"status_assertion": {}}, (INDETERMINATE, "unsupported_status_type")),
    ],
)
def test_a_status_claim_is_read_strictly(world: World, status: Any, expected: tuple[Outcome, str]) -> None:
    assert look(world, issue(world), status) == expected
    more = build_token_status(URI, 7) | {"status_assertion": {}}
    assert look(world, issue(world), more) == (VALID, "ok")


@pytest.mark.covers("token-status-list", "8.3", "11.3")
@pytest.mark.attack("E4")
def test_a_list_under_another_key_is_refused(world: World) -> None:
    assert look(world, issue(world, signer=world.stranger)) == (INVALID, "status_list_invalid")
    assert look(world, issue(world, signer=new_signer(1, KeyType.P256))) == (INVALID, "status_list_invalid")
    assert look(world, issue(world)) == (VALID, "ok")


@pytest.mark.covers("token-status-list", "8.3", "11.3", "13.5")
@pytest.mark.attack("E4")
def test_a_list_that_names_another_issuer_is_refused_unless_delegated(world: World) -> None:
    foreign = issue(world, issuer_id="https://lists.example")
    assert look(world, foreign) == (INVALID, "status_list_issuer_mismatch")
    assert look(world, forge(world, iss=7)) == (INVALID, "status_list_issuer_mismatch")

    def delegated(list_issuer_id: str, issuer_id: str) -> bool:
        return (list_issuer_id, issuer_id) == ("https://lists.example", ISSUER)

    assert look(world, foreign, may_answer=delegated) == (VALID, "ok")
    assert look(world, issue(world, issuer_id=ISSUER)) == (VALID, "ok")


@pytest.mark.covers("token-status-list", "8.3", "11.3")
@pytest.mark.attack("E4")
def test_a_list_that_is_remembered_serves_its_own_issuer_only(world: World) -> None:
    cache = MemoryTokenStatusCache()
    served = issue(world, ttl_seconds=60)
    assert look(world, served, cache=cache) == (VALID, "ok")
    other: dict[str, Any] = {
        "issuer_id": "https://other.example",
        "issuer_key": lambda _: world.stranger.public_key,
    }
    assert look(world, served, cache=cache, **other) == (INVALID, "status_list_invalid")
    assert look(world, FetchError(detail="down"), cache=cache) == (VALID, "ok")


@pytest.mark.covers("token-status-list", "8.3", "11.3")
@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ResolutionUnavailableError("down"), (INDETERMINATE, "status_unavailable")),
        (UnknownMethodError("kid"), (INVALID, "status_list_invalid")),
    ],
)
def test_a_key_that_cannot_be_found(world: World, error: Exception, expected: tuple[Outcome, str]) -> None:
    def no_key(_: UnverifiedJws) -> PublicKey:
        raise error

    assert look(world, issue(world), issuer_key=no_key) == expected
    assert look(world, issue(world)) == (VALID, "ok")


@pytest.mark.covers("token-status-list", "5.1", "11.2")
@pytest.mark.parametrize(
    "typ", ["JWT", "vc+jwt", "statuslist+cwt", "application/statuslist+jwt", "dc+sd-jwt"]
)
def test_a_token_of_another_type_is_no_list(world: World, typ: str) -> None:
    assert look(world, forge(world, typ=typ)) == (INVALID, "status_list_invalid")
    assert look(world, forge(world)) == (VALID, "ok")


@pytest.mark.covers("token-status-list", "4.2", "5.1")
@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"sub": None}, (INVALID, "status_list_id_mismatch")),
        ({"sub": f"{URI}#"}, (INVALID, "status_list_id_mismatch")),
        ({"sub": [URI]}, (INVALID, "status_list_id_mismatch")),
        ({"iat": None}, (INVALID, "status_list_invalid")),
        ({"iat": str(IAT)}, (INVALID, "status_list_invalid")),
        ({"iat": -1}, (INVALID, "status_list_invalid")),
        ({"iat": True}, (INVALID, "status_list_invalid")),
        ({"iat": 10**15}, (INVALID, "status_list_invalid")),
        ({"exp": "2027"}, (INVALID, "status_list_invalid")),
        ({"nbf": []}, (INVALID, "status_list_invalid")),
        ({"ttl": 0}, (INVALID, "status_list_invalid")),
        ({"ttl": -1}, (INVALID, "status_list_invalid")),
        ({"ttl": "60"}, (INVALID, "status_list_invalid")),
        ({"ttl": True}, (INVALID, "status_list_invalid")),
        ({"status_list": None}, (INVALID, "status_list_invalid")),
        ({"status_list": []}, (INVALID, "status_list_invalid")),
        ({"iat": IAT + 0.5, "exp": IAT + 100_000.5, "ttl": 0.5}, (VALID, "ok")),
    ],
)
def test_the_claims_of_a_list_are_read_strictly(
    world: World, claims: dict[str, Any], expected: tuple[Outcome, str]
) -> None:
    assert look(world, forge(world, **claims)) == expected
    assert look(world, forge(world)) == (VALID, "ok")


@pytest.mark.covers("token-status-list", "4.2", "11.1")
@pytest.mark.parametrize(
    "change",
    [
        {"bits": 3},
        {"bits": 16},
        {"bits": 0},
        {"bits": "1"},
        {"bits": True},
        {"bits": 1.0},
        {"bits": None},
        {"lst": None},
        {"lst": ""},
        {"lst": "eNrbuRgAAhcBXQ=="},
        {"lst": "eNrbuRgAAhcBXR"},
        {"lst": "eNrbuRgAAhcB"},
        {"lst": encode_base64url(zlib.compress(b"ab") + b"c")},
        {"lst": encode_base64url(zlib.compress(b"ab", wbits=31))},
        {"lst": encode_base64url(zlib.compress(b"ab", wbits=-15))},
        {"aggregation_uri": 7},
    ],
)
def test_what_is_no_list_is_refused(change: dict[str, Any]) -> None:
    good = {"bits": 1, "lst": "eNrbuRgAAhcBXQ", "aggregation_uri": "https://node.example/all"}
    assert len(TokenStatusList.from_json(good)) == 16
    with pytest.raises(StatusError) as caught:
        TokenStatusList.from_json(good | change)
    assert caught.value.code == "status_list_invalid"


@pytest.mark.covers("token-status-list", "4.2", "11.1")
@pytest.mark.attack("E5")
def test_a_list_that_unpacks_without_end_is_stopped_early(world: World) -> None:
    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(256)) + packer.flush()
    assert len(bomb) < 300_000
    served = forge(world, status_list={"bits": 1, "lst": encode_base64url(bomb)})
    with costs_at_most(1):
        assert look(world, served) == (INVALID, "status_list_too_large")
    largest = TokenStatusList.new(2_097_152, bits=8)
    assert look(world, forge(world, status_list=largest.to_json())) == (VALID, "ok")
    with pytest.raises(StatusError) as caught:
        TokenStatusList.new(2_097_153, bits=8)
    assert caught.value.code == "status_list_too_large"


@pytest.mark.covers("token-status-list", "8.3")
@pytest.mark.attack("E6")
@pytest.mark.parametrize(
    "served",
    [
        None,
        FetchError(detail="timed out"),
        FetchRefusedError(detail="10.0.0.1"),
        b"",
        b"<html>login</html>",
        b"{}",
        b"a.b.c",
        b"e" * 3_000_000,
    ],
    ids=lambda served: str(served)[:20],
)
def test_a_list_that_cannot_be_had_is_indeterminate(world: World, served: Any) -> None:
    assert look(world, served) == (INDETERMINATE, "status_unavailable")
    assert look(world, issue(world) + b"\n") == (VALID, "ok")


@pytest.mark.covers("token-status-list", "8.3")
@pytest.mark.attack("E6")
def test_a_list_out_of_its_time_is_indeterminate(world: World) -> None:
    second = timedelta(seconds=1)
    assert look(world, issue(world, expires_at=NOW)) == (INDETERMINATE, "status_list_expired")
    assert look(world, issue(world, expires_at=NOW + second)) == (VALID, "ok")
    late = issue(world, issued_at=NOW + 61 * second)
    assert look(world, late) == (INDETERMINATE, "status_list_not_yet_valid")
    assert look(world, issue(world, issued_at=NOW + 60 * second)) == (VALID, "ok")
    not_before = forge(world, nbf=int(NOW.timestamp()) + 61)
    assert look(world, not_before) == (INDETERMINATE, "status_list_not_yet_valid")


@pytest.mark.covers("token-status-list", "11.5", "12.1", "13.7")
@pytest.mark.attack("E6")
def test_a_kept_list_serves_within_its_ttl_and_not_after(world: World) -> None:
    cache = MemoryTokenStatusCache()
    served = issue(world, {7: 1}, ttl_seconds=60)
    assert look(world, served, cache=cache) == (INVALID, "revoked")
    down = FetchError(detail="down")
    for seconds, expected in ((59, (INVALID, "revoked")), (60, (INDETERMINATE, "status_unavailable"))):
        assert look(world, down, cache=cache, now=NOW + timedelta(seconds=seconds)) == expected


@pytest.mark.covers("token-status-list", "11.5", "13.7")
def test_a_ttl_is_a_day_at_most_and_none_is_none(world: World) -> None:
    for ttl, expected in ((10**9, timedelta(days=1)), (None, timedelta())):
        token = issue(world, ttl_seconds=ttl)
        cache = MemoryTokenStatusCache()
        assert look(world, token, cache=cache) == (VALID, "ok")
        known = cache.recall(URI)
        assert known is not None
        assert known.fresh_until == NOW + expected


@pytest.mark.attack("E7")
def test_an_older_list_than_one_seen_raises_an_alarm(world: World) -> None:
    cache = MemoryTokenStatusCache()
    older, newer = (issue(world, issued_at=NOW - timedelta(hours=hours)) for hours in (3, 1))
    alarm = (INDETERMINATE, "status_list_rollback")
    for served, expected in (
        (older, (VALID, "ok")),
        (newer, (VALID, "ok")),
        (older, alarm),
        (newer, (VALID, "ok")),
    ):
        assert look(world, served, cache=cache) == expected


@pytest.mark.attack("E9")
def test_a_list_with_a_status_of_its_own_is_refused(world: World) -> None:
    chained = forge(world, status=build_token_status(URI, 1))
    assert look(world, chained) == (INVALID, "status_list_chained")
    assert len(world.served.requests) == 1
    assert look(world, forge(world)) == (VALID, "ok")


@pytest.mark.covers("token-status-list", "8.1", "12.1")
@pytest.mark.covers("sd-jwt-vc", "8.3")
@pytest.mark.attack("E12")
def test_the_request_for_a_list_says_nothing_of_the_token(world: World) -> None:
    with_fragment = f"{URI}#7"
    status = build_token_status(with_fragment, 7)
    assert look(world, issue(world, uri=with_fragment), status) == (VALID, "ok")
    [request] = world.served.requests
    assert request == {"method": "GET", "url": URI, "accept": "application/statuslist+jwt"}
    assert "#7" not in json.dumps(request)


@pytest.mark.covers("token-status-list", "6.1", "6.2")
def test_a_status_claim_is_issued_as_it_is_read() -> None:
    entry = read_token_status(build_token_status(URI, 7))
    assert (entry.index, entry.uri) == (7, URI)


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda: TokenStatusList.new(0), "status_list_invalid"),
        (lambda: TokenStatusList.new(-8), "status_list_invalid"),
        (lambda: TokenStatusList.new(8, bits=5), "status_list_invalid"),
        (lambda: TokenStatusList.new(8, bits=2).set(0, 4), "status_value_out_of_range"),
        (lambda: TokenStatusList.new(8, bits=2).set(0, -1), "status_value_out_of_range"),
        (lambda: TokenStatusList.new(8, bits=2).set(8, 1), "status_index_out_of_range"),
        (lambda: TokenStatusList.new(8, bits=2).get(-1), "status_index_out_of_range"),
    ],
)
def test_a_list_is_built_strictly(act: Any, code: str) -> None:
    with pytest.raises(StatusError) as caught:
        act()
    assert caught.value.code == code
    assert len(TokenStatusList.new(9, bits=2)) == 12


def test_a_list_is_not_dated_without_a_zone(world: World) -> None:
    with pytest.raises(ValueError, match="zone"):
        issue(world, issued_at=NOW.replace(tzinfo=None))
    assert issue(world)


@pytest.mark.covers("token-status-list", "5.1", "11.6")
@pytest.mark.parametrize("key_type", [KeyType.ED25519, KeyType.P256, KeyType.P384])
def test_lists_are_signed_with_every_kind_of_key(key_type: KeyType) -> None:
    signer = new_signer(4, key_type)
    token = sign_status_list_token(
        statuses({7: 1}), uri=URI, issued_at=NOW, signer=signer, expires_at=NOW + timedelta(days=1)
    )
    known, claims = verify_status_list_token(
        parse_status_list_token(token),
        public_key=signer.public_key,
        expected_uri=URI,
        issuer_id=ISSUER,
        now=NOW,
    )
    assert known.statuses.get(7) == 1
    assert claims["exp"] - claims["iat"] == 86_400
