"""1EdTechRevocationList: plain JSON, and what it can prove."""

from __future__ import annotations

import json
from typing import Any

import pytest

from credentials.report import Check, Outcome
from credentials.status import build_status_entry
from credentials.verification import check_credential
from did.errors import FetchError, FetchRefusedError
from tests.timing import costs_at_most
from tests.unit.credentials.conftest import LIST_URL, NOW, World
from tests.unit.credentials.status_policies import direct_status

VALID, INVALID, INDETERMINATE = Outcome.VALID, Outcome.INVALID, Outcome.INDETERMINATE
EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"
ISSUER = "did:web:node.example"
URL = "https://node.example/revocations"
MINE = "urn:uuid:1"
ENTRY = {"id": URL, "type": "1EdTechRevocationList"}
OTHERS = {"id": "urn:uuid:2", "revoked": True, "revocationReason": "Error."}


def look(world: World, served: Any, *, entry: Any = ENTRY, **arguments: Any) -> tuple[Outcome, Check]:
    world.served.serve(entry["id"].partition("#")[0], served)
    outcome, [check] = direct_status(world, entry, **({"issuer_id": ISSUER} | arguments))
    return outcome, check


def code(world: World, served: Any, **arguments: Any) -> tuple[Outcome, str]:
    outcome, check = look(world, served, **arguments)
    return outcome, check.code


@pytest.mark.covers("open-badges-3.0", "Verifiable Credentials Extensions: 1EdTechRevocationList")
@pytest.mark.parametrize("member", ["revokedCredential", "revokedCredentials"])
@pytest.mark.parametrize(
    ("mine", "expected"),
    [
        ([{"id": MINE}], (INVALID, "revoked")),
        ([{"id": MINE, "revoked": True}], (INVALID, "revoked")),
        ([{"id": MINE, "revoked": False}], (VALID, "ok")),
        ([], (VALID, "ok")),
        ([{"id": MINE, "revoked": False}, {"id": MINE}], (INVALID, "revoked")),
    ],
)
def test_a_listed_credential_is_revoked(
    world: World, member: str, mine: list[Any], expected: tuple[Outcome, str]
) -> None:
    assert code(world, {"id": URL, "issuer": ISSUER, member: [OTHERS, *mine]}) == expected


@pytest.mark.covers("open-badges-3.0", "Verifiable Credentials Extensions: 1EdTechRevocationList")
def test_both_spellings_in_one_list_count(world: World) -> None:
    for mine, other in (
        ("revokedCredential", "revokedCredentials"),
        ("revokedCredentials", "revokedCredential"),
    ):
        assert code(world, {mine: [{"id": MINE}], other: [OTHERS]}) == (INVALID, "revoked")
    assert code(world, {"revokedCredential": {"id": MINE}}) == (INVALID, "revoked")
    assert code(world, {"revokedCredential": [OTHERS], "revokedCredentials": []}) == (VALID, "ok")


def test_the_reason_is_reported(world: World) -> None:
    _, check = look(world, {"revokedCredential": [{"id": MINE, "revocationReason": "Error. " * 200}]})
    assert check.data["reason"].startswith("Error. Error.")
    assert len(check.data["reason"]) == 500
    _, check = look(world, {"revokedCredential": [{"id": MINE, "revocationReason": {"en": "x"}}]})
    assert "reason" not in check.data


@pytest.mark.covers("open-badges-3.0", "Credential equality and comparison algorithm")
@pytest.mark.parametrize("written", [" urn:uuid:1 ", "urn%3Auuid%3A1", "urn:uuid:%31"])
def test_ids_compare_after_percent_decoding_and_trimming(world: World, written: str) -> None:
    assert code(world, {"revokedCredential": [{"id": written}]}) == (INVALID, "revoked")
    assert code(world, {"revokedCredential": [{"id": f"{written}2"}]}) == (VALID, "ok")


@pytest.mark.attack("E6")
@pytest.mark.parametrize(
    "served",
    [
        None,
        FetchError(detail="timed out"),
        FetchRefusedError(detail="10.0.0.1"),
        b"",
        b"<html>login</html>",
        {},
        [],
        {"error": "try later"},
        b'{"revokedCredential": [], "revokedCredential": []}',
        b"[" * 100_000,
    ],
    ids=lambda served: str(served)[:20],
)
def test_a_list_that_cannot_be_had_is_indeterminate(world: World, served: Any) -> None:
    assert code(world, served) == (INDETERMINATE, "status_unavailable")
    assert code(world, {"revokedCredential": []}) == (VALID, "ok")


@pytest.mark.attack("E6")
def test_a_list_out_of_its_time_is_indeterminate(world: World) -> None:
    for dates, expected in (
        ({"validUntil": "2026-11-24T09:30:00Z"}, (INDETERMINATE, "status_list_expired")),
        ({"validFrom": "2026-11-24T09:30:01Z"}, (INDETERMINATE, "status_list_not_yet_valid")),
        ({"validUntil": "soon"}, (INVALID, "status_list_invalid")),
        ({"validFrom": "2026-11-24T09:30:00Z", "validUntil": "2026-11-24T09:30:01Z"}, (VALID, "ok")),
    ):
        assert code(world, {"revokedCredential": [OTHERS], **dates}) == expected


@pytest.mark.covers("open-badges-3.0", "Verifiable Credentials Extensions: 1EdTechRevocationList")
@pytest.mark.attack("E4")
@pytest.mark.parametrize(
    "issuer", ["did:web:other.example", {"id": "did:web:other.example"}, None, [ISSUER], {}]
)
def test_a_list_of_another_issuer_is_refused(world: World, issuer: Any) -> None:
    for served in ({"revokedCredential": [OTHERS]}, {"revokedCredential": [{"id": MINE}]}):
        expected = (INVALID, "status_list_issuer_mismatch")
        assert code(world, served | {"issuer": issuer}) == expected
    for own in (ISSUER, {"id": ISSUER, "type": "Profile"}):
        assert code(world, {"revokedCredential": [OTHERS], "issuer": own}) == (VALID, "ok")


@pytest.mark.covers("open-badges-3.0", "Verifiable Credentials Extensions: 1EdTechRevocationList")
@pytest.mark.attack("E4")
@pytest.mark.parametrize(
    ("url", "issuer_id", "is_own"),
    [
        (URL, ISSUER, True),
        (URL, "did:web:node.example:teams:2", True),
        (URL, "https://node.example/issuers/1", True),
        ("https://NODE.example:443/revocations", ISSUER, True),
        ("https://node.example:8443/revocations", ISSUER, False),
        ("https://node.example:8443/revocations", "did:web:node.example%3A8443", True),
        ("https://lists.node.example/revocations", ISSUER, False),
        ("https://node.example.other.example/revocations", ISSUER, False),
        (URL, "did:key:z6MkeVw6bAm59CopQquZcVLUpapvEEELqfpdWfHkSont8HR6", False),
        (URL, "did:web:%2e%2e", False),
        (URL, "urn:uuid:3", False),
    ],
)
def test_another_host_can_revoke_but_not_vouch(
    world: World, url: str, issuer_id: str, *, is_own: bool
) -> None:
    arguments: dict[str, Any] = {"entry": ENTRY | {"id": url}, "issuer_id": issuer_id}
    clean = code(world, {"revokedCredential": [OTHERS]}, **arguments)
    assert clean == ((VALID, "ok") if is_own else (INDETERMINATE, "status_list_unsigned"))
    assert code(world, {"revokedCredential": [{"id": MINE}]}, **arguments) == (INVALID, "revoked")


@pytest.mark.attack("E4")
def test_plain_http_proves_nothing_either_way(world: World) -> None:
    entry = ENTRY | {"id": "http://node.example/revocations"}
    for served in ({"revokedCredential": [OTHERS]}, {"revokedCredential": [{"id": MINE}]}):
        assert code(world, served, entry=entry) == (INDETERMINATE, "status_list_unsigned")
    assert world.served.requests == []
    loopback = ENTRY | {"id": "http://localhost:8001/revocations"}
    own = {"entry": loopback, "issuer_id": "did:web:localhost%3A8001"}
    assert code(world, {"revokedCredential": [OTHERS]}, **own) == (VALID, "ok")


@pytest.mark.attack("E9")
def test_one_list_does_not_answer_for_another(world: World) -> None:
    other = {"id": "https://node.example/other", "revokedCredential": []}
    assert code(world, other) == (INVALID, "status_list_id_mismatch")
    assert code(world, other | {"id": URL}) == (VALID, "ok")


@pytest.mark.parametrize(
    "odd",
    [
        [MINE],
        [None],
        [{"revoked": True}],
        [{"id": 7}],
        [{"id": MINE, "revoked": "true"}],
        [{"id": MINE, "revoked": None}],
        [{"id": MINE, "revoked": 1}],
        "urn:uuid:1",
        None,
    ],
)
def test_an_odd_entry_may_be_ours_so_the_list_is_refused(world: World, odd: Any) -> None:
    assert code(world, {"revokedCredential": odd}) == (INVALID, "status_list_invalid")
    assert code(world, {"revokedCredential": [OTHERS]}) == (VALID, "ok")


@pytest.mark.parametrize("credential_id", [None, "", 7, [MINE]])
def test_a_credential_without_an_id_cannot_be_looked_up(world: World, credential_id: Any) -> None:
    served = {"revokedCredential": [OTHERS]}
    assert code(world, served, credential_id=credential_id) == (INVALID, "status_entry_invalid")
    assert code(world, served, credential_id=MINE) == (VALID, "ok")


@pytest.mark.parametrize("url", [None, 7, "", "node.example", "ftp://node.example/"])
def test_an_entry_names_its_list(world: World, url: Any) -> None:
    outcome, [check] = direct_status(world, {"type": "1EdTechRevocationList", "id": url}, issuer_id=ISSUER)
    assert (outcome, check.code) == (INVALID, "status_entry_invalid")


@pytest.mark.attack("E5")
def test_a_long_list_costs_no_more_than_its_reading(world: World) -> None:
    long = {"revokedCredential": [{"id": f"urn:uuid:{number}"} for number in range(2, 30_000)]}
    with costs_at_most(1):
        assert code(world, long) == (VALID, "ok")
    assert code(world, b" " * 3_000_000) == (INDETERMINATE, "status_unavailable")


@pytest.mark.attack("E10")
def test_it_is_looked_at_beside_other_entries(world: World) -> None:
    world.served.serve(URL, {"revokedCredential": [{"id": MINE}]})
    world.served.serve(LIST_URL, world.status_list(purpose="suspension", indexes=(7,)))
    entries = [ENTRY, build_status_entry(LIST_URL, 7, "suspension")]
    outcome, checks = direct_status(world, entries)
    assert (outcome, [check.code for check in checks]) == (INVALID, ["revoked", "suspended"])
    world.served.serve(URL, {"revokedCredential": []})
    outcome, checks = direct_status(world, entries)
    assert (outcome, [check.code for check in checks]) == (INVALID, ["status_list_unsigned", "suspended"])


@pytest.mark.attack("E8")
def test_it_is_a_status_where_one_is_demanded(world: World) -> None:
    world.served.serve(URL, {"revokedCredential": []})
    assert direct_status(world, ENTRY, issuer_id=ISSUER, required=True)[0] is VALID
    refresh = build_status_entry(LIST_URL, 7, "refresh")
    world.served.serve(LIST_URL, world.status_list(purpose="refresh"))
    outcome, checks = direct_status(world, refresh, required=True)
    assert (outcome, checks[-1].code) == (INVALID, "status_required")


@pytest.mark.attack("E12")
def test_the_request_says_nothing_of_the_credential(world: World) -> None:
    assert code(world, {"revokedCredential": []}, entry=ENTRY | {"id": f"{URL}#{MINE}"}) == (VALID, "ok")
    [request] = world.served.requests
    assert request["url"] == URL
    assert MINE not in json.dumps(request)


def test_a_signed_badge_with_such_a_status_is_verified(world: World) -> None:
    badge = world.badge()
    badge["@context"].append(EXTENSIONS)
    signed = world.sign(badge | {"credentialStatus": ENTRY})
    for revoked, expected in (
        ([OTHERS], (INDETERMINATE, ("status_list_unsigned",))),
        ([{"id": badge["id"]}], (INVALID, ("revoked",))),
    ):
        world.served.serve(URL, {"revokedCredential": revoked})
        report = check_credential(signed, context=world.context(), now=NOW)
        assert (report.outcome, report.codes) == expected
