"""Entries of several bits, messages, several purposes, and what each purpose means for the verdict."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from contexts.errors import DataLossError
from credentials.errors import StatusError
from credentials.jose.signing import sign_jwt_credential
from credentials.report import Check, Outcome
from credentials.status import (
    Bitstring,
    MemoryStatusCache,
    build_status_entry,
    build_status_list_credential,
    read_status_entries,
)
from credentials.verification import check_credential
from did.errors import FetchError
from tests.unit.credentials.conftest import LIST_URL, NOW, World, did_of
from tests.unit.credentials.status_policies import direct_status

VALID, INVALID, INDETERMINATE = Outcome.VALID, Outcome.INVALID, Outcome.INDETERMINATE
STAGES = ("pending_review", "accepted", "rejected", "undefined")


def serve(
    world: World,
    values: dict[int, int],
    *,
    size: int = 1,
    purpose: Any = "message",
    entries: int = 131_072,
    url: str = LIST_URL,
) -> None:
    bits = Bitstring.new(max(entries * size, 131_072) // 8 * 8)
    for index, value in values.items():
        bits.set_value(index, value, size=size)
    document = build_status_list_credential(
        list_id=url,
        issuer_id=world.issuer_id,
        purpose=purpose,
        bitstring=bits,
        valid_from=NOW - timedelta(hours=2),
    )
    world.served.serve(url, world.sign(document))


def status_checks(world: World, *entries: Any, **changes: Any) -> tuple[Outcome, list[Check]]:
    badge = world.badge() | {"credentialStatus": list(entries) if len(entries) > 1 else entries[0]}
    report = check_credential(world.sign(badge), context=world.context(**changes), now=NOW)
    return report.outcome, [check for check in report.checks if check.name == "status"]


@pytest.mark.covers("bitstring-status-list-1.0", "2.1")
@pytest.mark.parametrize("value", range(4))
def test_a_message_is_reported_and_judges_nothing(world: World, value: int) -> None:
    serve(world, {7: value, 6: 3, 8: 3}, size=2)
    entry = build_status_entry(
        LIST_URL, 7, "message", messages=STAGES, references=["https://node.example/stages"]
    )
    assert entry["statusSize"] == 2
    outcome, [check] = status_checks(world, entry)
    assert outcome is VALID
    assert check.data["status"] == hex(value)
    assert check.data["message"] == STAGES[value]
    assert check.data["references"] == ["https://node.example/stages"]
    assert check.data.get("note") == ("message" if value else None)


@pytest.mark.parametrize("value", [0, 1])
def test_a_message_of_one_bit_has_the_words_of_the_specification(world: World, value: int) -> None:
    serve(world, {7: value})
    outcome, [check] = status_checks(world, build_status_entry(LIST_URL, 7, "message"))
    assert outcome is VALID
    assert check.data["message"] == ("set" if value else "unset")


@pytest.mark.covers("bitstring-status-list-1.0", "2.1")
def test_a_newer_copy_is_a_note_and_no_refusal(world: World) -> None:
    serve(world, {7: 1}, purpose="refresh")
    outcome, [check] = status_checks(world, build_status_entry(LIST_URL, 7, "refresh"))
    assert (outcome, check.data["note"]) == (VALID, "refresh_available")
    outcome, [check] = status_checks(world, build_status_entry(LIST_URL, 8, "refresh"))
    assert outcome is VALID
    assert "note" not in check.data


@pytest.mark.parametrize(
    ("purpose", "code"), [("revocation", "revoked"), ("suspension", "suspended")], ids=str
)
@pytest.mark.parametrize("value", range(4))
def test_a_revocation_of_two_bits_ends_validity_at_any_value_but_zero(
    world: World, purpose: str, code: str, value: int
) -> None:
    serve(world, {7: value}, size=2, purpose=purpose)
    reasons = ("none", "error", "fraud", "undefined")
    outcome, [check] = status_checks(world, build_status_entry(LIST_URL, 7, purpose, messages=reasons))
    assert (outcome, check.code) == ((INVALID, code) if value else (VALID, "ok"))
    assert check.data["message"] == reasons[value]


@pytest.mark.covers("bitstring-status-list-1.0", "2.2", "3.2")
@pytest.mark.attack("E10")
def test_one_list_may_serve_several_purposes(world: World) -> None:
    serve(world, {94_567: 1, 12_345: 0, 5: 1}, purpose=["revocation", "suspension", "refresh"])
    revoked, suspended, refreshed = (
        build_status_entry(LIST_URL, index, purpose)
        for index, purpose in ((94_567, "revocation"), (12_345, "suspension"), (5, "refresh"))
    )
    assert status_checks(world, suspended)[0] is VALID
    outcome, checks = status_checks(world, revoked, suspended, refreshed)
    assert outcome is INVALID
    assert [check.code for check in checks] == ["revoked", "ok", "ok"]
    assert [check.data.get("note") for check in checks] == [None, None, "refresh_available"]


@pytest.mark.covers("bitstring-status-list-1.0", "2.2", "3.2")
@pytest.mark.attack("E1")
def test_a_list_of_several_purposes_answers_for_no_other(world: World) -> None:
    serve(world, {}, purpose=["refresh", "suspension"])
    outcome, [check] = status_checks(world, build_status_entry(LIST_URL, 7))
    assert (outcome, check.code) == (INVALID, "status_purpose_mismatch")
    assert status_checks(world, build_status_entry(LIST_URL, 7, "suspension"))[0] is VALID


@pytest.mark.covers("bitstring-status-list-1.0", "3.2")
@pytest.mark.attack("E3")
def test_a_list_must_have_enough_entries_of_their_size(world: World) -> None:
    entry = build_status_entry(LIST_URL, 7, "message", messages=STAGES)
    serve(world, {}, size=1)
    outcome, [check] = status_checks(world, entry)
    assert (outcome, check.code) == (INVALID, "status_list_too_short")
    serve(world, {}, size=2)
    assert status_checks(world, entry)[0] is VALID


@pytest.mark.covers("bitstring-status-list-1.0", "3.2")
@pytest.mark.attack("E2")
def test_an_index_is_counted_in_entries(world: World) -> None:
    serve(world, {131_071: 2}, size=2)
    last = build_status_entry(LIST_URL, 131_071, "message", messages=STAGES)
    outcome, [check] = status_checks(world, last)
    assert (outcome, check.data["message"]) == (VALID, "rejected")
    outcome, [check] = status_checks(world, build_status_entry(LIST_URL, 131_072, "message", messages=STAGES))
    assert (outcome, check.code) == (INVALID, "status_index_out_of_range")


@pytest.mark.covers("bitstring-status-list-1.0", "3.4")
@pytest.mark.attack("E11")
def test_the_first_bit_of_a_wide_entry_is_the_most_significant(world: World) -> None:
    serve(world, {3: 1, 7: 2}, size=2)
    # 2 is the bit 14: the mirrored reading would find it in another entry, or as 1
    for index, message in ((3, "accepted"), (7, "rejected"), (0, "pending_review"), (4, "pending_review")):
        _, [check] = status_checks(world, build_status_entry(LIST_URL, index, "message", messages=STAGES))
        assert check.data["message"] == message


@pytest.mark.covers("bitstring-status-list-1.0", "3.2")
@pytest.mark.attack("E10")
@pytest.mark.parametrize(
    ("odd", "code"),
    [
        ({"type": "OtherStatus"}, "unsupported_status_type"),
        ({"statusListIndex": "०"}, "status_index_invalid"),
        ({"statusPurpose": "other"}, "unsupported_status_purpose"),
        ({"statusListCredential": "https://node.example/gone"}, "status_unavailable"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_every_entry_is_looked_at_whatever_another_came_to(
    world: World, odd: dict[str, Any], code: str, *, first: bool
) -> None:
    serve(world, {7: 1}, purpose="revocation")
    entries = [build_status_entry(LIST_URL, 7)]
    entries.insert(0 if first else 1, build_status_entry(LIST_URL, 9) | odd)
    outcome, checks = direct_status(world, entries)
    assert outcome is INVALID
    assert sorted(check.code for check in checks) == sorted([code, "revoked"])
    _, checks = direct_status(world, [entries[1 if first else 0]])
    assert [check.code for check in checks] == ["revoked"]


@pytest.mark.attack("E8")
@pytest.mark.parametrize("purpose", ["message", "refresh"])
def test_a_word_that_ends_nothing_is_no_status_where_one_is_demanded(world: World, purpose: str) -> None:
    serve(world, {}, purpose=["message", "refresh", "revocation"])
    word = build_status_entry(LIST_URL, 7, purpose)
    assert status_checks(world, word)[0] is VALID
    outcome, checks = status_checks(world, word, require_status=True)
    assert (outcome, checks[-1].code) == (INVALID, "status_required")
    assert status_checks(world, word, build_status_entry(LIST_URL, 9), require_status=True)[0] is VALID


@pytest.mark.attack("E4")
def test_a_list_by_another_issuer_answers_where_it_was_delegated(world: World) -> None:
    world.served.serve(LIST_URL, world.status_list(signer=world.stranger, ttl_ms=60_000))
    stranger_id = did_of(world.stranger)
    entry = build_status_entry(LIST_URL, 7)
    assert direct_status(world, entry)[1][0].code == "status_list_issuer_mismatch"

    def delegated(list_issuer_id: str, issuer_id: str) -> bool:
        return (list_issuer_id, issuer_id) == (stranger_id, world.issuer_id)

    cache = MemoryStatusCache()
    assert direct_status(world, entry, may_answer=delegated, cache=cache)[0] is VALID
    # what is remembered is asked again whose word it is
    assert direct_status(world, entry, cache=cache)[1][0].code == "status_list_issuer_mismatch"
    assert direct_status(world, entry, may_answer=delegated, cache=cache)[0] is VALID


@pytest.mark.attack("E6")
def test_a_kept_message_list_serves_within_its_ttl(world: World) -> None:
    cache = MemoryStatusCache()
    entry = build_status_entry(LIST_URL, 7, "message", messages=STAGES)
    bits = Bitstring.new(size=2)
    bits.set_value(7, 2, size=2)
    document = build_status_list_credential(
        list_id=LIST_URL,
        issuer_id=world.issuer_id,
        purpose="message",
        bitstring=bits,
        valid_from=NOW - timedelta(hours=2),
        ttl_ms=1000,
    )
    world.served.serve(LIST_URL, world.sign(document))
    assert status_checks(world, entry, status_cache=cache)[0] is VALID
    world.served.serve(LIST_URL, FetchError(detail="down"))
    _, [check] = status_checks(world, entry, status_cache=cache)
    assert check.data["message"] == "rejected"
    assert status_checks(world, entry)[0] is INDETERMINATE


@pytest.mark.covers("bitstring-status-list-1.0", "2.1")
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"statusSize": 0}, "status_entry_invalid"),
        ({"statusSize": -1}, "status_entry_invalid"),
        ({"statusSize": "2"}, "status_entry_invalid"),
        ({"statusSize": 2.0}, "status_entry_invalid"),
        ({"statusSize": True}, "status_entry_invalid"),
        ({"statusSize": None}, "status_entry_invalid"),
        ({"statusSize": 9}, "unsupported_status_size"),
        ({"statusSize": 10**15}, "unsupported_status_size"),
        ({"statusSize": 1}, "status_entry_invalid"),
        ({"statusSize": 3}, "status_entry_invalid"),
        ({"statusMessage": None}, "status_entry_invalid"),
        ({"statusMessage": []}, "status_entry_invalid"),
        ({"statusMessage": {"status": "0x0", "message": "a"}}, "status_entry_invalid"),
        ({"statusMessage": [{"status": "0x0", "message": "a"}] * 4}, "status_entry_invalid"),
        ({"statusReference": "not a URL"}, "status_entry_invalid"),
        ({"statusReference": ["https://a.example/", 7]}, "status_entry_invalid"),
        ({"statusReference": ["https://a.example/"] * 17}, "status_entry_invalid"),
        ({"statusReference": None}, "status_entry_invalid"),
    ],
)
def test_a_size_its_messages_and_references_are_read_strictly(change: dict[str, Any], code: str) -> None:
    entry = build_status_entry(LIST_URL, 7, "message", messages=STAGES, references=["https://a.example/"])
    [read] = read_status_entries({"credentialStatus": entry})
    assert read.messages == dict(enumerate(STAGES))  # type: ignore[union-attr]
    with pytest.raises(StatusError) as caught:
        read_status_entries({"credentialStatus": entry | change})
    assert caught.value.code == code


@pytest.mark.covers("bitstring-status-list-1.0", "2.1")
@pytest.mark.parametrize(
    "odd",
    [
        {"status": "0x4", "message": "a"},
        {"status": "3", "message": "a"},
        {"status": 3, "message": "a"},
        {"status": "0x", "message": "a"},
        {"status": "0x3"},
        {"status": "0x3", "message": 1},
        {"status": "0x00000003", "message": "a"},
        "0x3",
    ],
)
def test_each_message_says_its_value_in_hexadecimal(odd: Any) -> None:
    entry = build_status_entry(LIST_URL, 7, "message", messages=STAGES)
    messages = entry["statusMessage"]
    for last in ({"status": "0x3", "message": "a"}, {"status": "0x03", "message": "a"}):
        read_status_entries({"credentialStatus": entry | {"statusMessage": [*messages[:3], last]}})
    with pytest.raises(StatusError) as caught:
        read_status_entries({"credentialStatus": entry | {"statusMessage": [*messages[:3], odd]}})
    assert caught.value.code == "status_entry_invalid"
    assert caught.value.pointer == "/credentialStatus/statusMessage"


@pytest.mark.covers("bitstring-status-list-1.0", "2.1")
@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ((), "status_entry_invalid"),
        (("only",), "status_entry_invalid"),
        (("a", "b", "c"), "status_entry_invalid"),
        (("a",) * 512, "unsupported_status_size"),
    ],
)
def test_messages_are_issued_for_every_value(messages: tuple[str, ...], code: str) -> None:
    for size in range(1, 9):
        assert build_status_entry(LIST_URL, 7, "message", messages=("a",) * 2**size)["statusSize"] == size
    with pytest.raises(StatusError) as caught:
        build_status_entry(LIST_URL, 7, "message", messages=messages)
    assert caught.value.code == code


def test_a_list_may_say_its_size_and_messages_where_no_json_ld_is_signed() -> None:
    document = build_status_list_credential(
        list_id=LIST_URL,
        issuer_id="did:web:node.example",
        purpose="message",
        bitstring=Bitstring.new(size=2),
        valid_from=NOW,
        status_size=2,
        list_messages=STAGES,
    )
    subject = document["credentialSubject"]
    assert subject["statusSize"] == 2
    assert subject["statusMessages"][2] == {"status": "0x2", "message": "rejected"}


def jwt_list(world: World, size: int) -> bytes:
    """A list that says its size and messages, secured as a JWT: no JSON-LD has to define them."""
    bits = Bitstring.new(131_072, size=2)
    bits.set_value(7, 2, size=2)
    document = build_status_list_credential(
        list_id=LIST_URL,
        issuer_id=world.issuer_id,
        purpose="message",
        bitstring=bits,
        valid_from=NOW - timedelta(hours=2),
        status_size=size,
        list_messages=STAGES[: 1 << size],
    )
    return sign_jwt_credential(document, signer=world.issuer, now=NOW).encode()


def test_a_list_in_a_jwt_says_its_size_which_must_be_that_of_the_entry(world: World) -> None:
    entry = build_status_entry(LIST_URL, 7, "message", messages=STAGES)
    world.served.serve(LIST_URL, jwt_list(world, 2))
    outcome, [check] = status_checks(world, entry)
    assert (outcome, check.data["message"]) == (VALID, "rejected")
    world.served.serve(LIST_URL, jwt_list(world, 1))
    outcome, [check] = status_checks(world, entry)
    assert (outcome, check.code) == (INVALID, "status_size_mismatch")


@pytest.mark.covers("bitstring-status-list-1.0", "5.2")
def test_what_no_context_defines_is_not_signed_as_json_ld(world: World) -> None:
    arguments: dict[str, Any] = {
        "list_id": LIST_URL,
        "issuer_id": world.issuer_id,
        "purpose": "message",
        "bitstring": Bitstring.new(size=2),
        "valid_from": NOW,
        "status_size": 2,
    }
    with pytest.raises(DataLossError):
        world.sign(build_status_list_credential(**arguments, list_messages=STAGES))
    assert "proof" in world.sign(build_status_list_credential(**arguments))


def test_a_list_too_short_for_its_size_is_not_issued() -> None:
    arguments: dict[str, Any] = {
        "list_id": LIST_URL,
        "issuer_id": "did:web:node.example",
        "purpose": "message",
        "valid_from": NOW,
        "status_size": 2,
    }
    build_status_list_credential(bitstring=Bitstring.new(size=2), **arguments)
    with pytest.raises(StatusError) as caught:
        build_status_list_credential(bitstring=Bitstring.new(), **arguments)
    assert caught.value.code == "status_list_too_short"
