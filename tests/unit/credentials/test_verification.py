from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from credentials.report import Outcome, Report
from credentials.status import MemoryStatusCache, build_status_entry
from credentials.trust import KnownIssuers, Standing
from credentials.verification import (
    CREDENTIAL_STEPS,
    VerificationError,
    VerifiedCredential,
    check_credential,
    verify_credential,
)
from did.errors import FetchError, FetchRefusedError
from tests.unit.credentials.conftest import LIST_URL, NOW, World

if TYPE_CHECKING:
    from collections.abc import Iterator

VALID, INVALID, INDETERMINATE = Outcome.VALID, Outcome.INVALID, Outcome.INDETERMINATE


def check(world: World, document: Any, *, now: Any = NOW, **changes: Any) -> Report:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return check_credential(data, context=world.context(**changes), now=now)


def verdict(world: World, document: Any, **changes: Any) -> tuple[Outcome, tuple[str, ...]]:
    report = check(world, document, **changes)
    return report.outcome, report.codes


@pytest.mark.covers("vcdm-2.0", "4.2", "4.12", "7.1")
@pytest.mark.covers("open-badges-3.0", "OpenBadgeCredential Verification")
def test_a_good_badge_is_valid_step_by_step(world: World) -> None:
    report = check(world, world.signed_badge())
    assert report.outcome is VALID
    assert tuple(check.name for check in report.checks) == CREDENTIAL_STEPS
    assert report.credential is not None
    assert report.credential.achievement_name == "Pilotage de drone"
    assert json.loads(json.dumps(report.to_json()))["outcome"] == "valid"


@pytest.mark.covers("openid4vp-1.0", "15.10")
def test_an_unknown_issuer_is_a_warning_and_a_known_one_is_named(world: World) -> None:
    signed = world.signed_badge()
    assert [warning.code for warning in check(world, signed).warnings] == ["unknown_issuer"]
    known = KnownIssuers({world.issuer_id: Standing("Mission locale", "membre du territoire")})
    report = check(world, signed, trust=known)
    assert report.warnings == ()
    assert report.standing is not None
    assert report.to_json()["standing"]["name"] == "Mission locale"
    assert check(world, signed, trust=KnownIssuers({})).outcome is VALID


@pytest.mark.covers("di-1.0", "5.5")
def test_verify_gives_the_bytes_back_and_nothing_else_makes_one(world: World) -> None:
    data = json.dumps(world.signed_badge(), indent=2).encode()
    verified = verify_credential(data, context=world.context(), now=NOW)
    assert verified.content == data
    assert verified.view.kind == "experience"
    with pytest.raises(TypeError):
        VerifiedCredential(data, verified.document, verified.view, verified.report, origin=object())


@pytest.mark.covers("vcdm-2.0", "7.1")
def test_verify_raises_with_the_report(world: World) -> None:
    with pytest.raises(VerificationError) as caught:
        verify_credential(world.badge(), context=world.context(), now=NOW)
    assert caught.value.code == "proof_missing"
    assert caught.value.report.outcome is INVALID


@pytest.mark.covers("vcdm-1.1", "6.1")
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "json_syntax"),
        (b"[]", "not_an_object"),
        (b'{"a":1,"a":2}', "duplicate_member"),
        (b'{"a":NaN}', "json_syntax"),
        (b"\xff\xfe{}", "encoding"),
        (b"[" * 200 + b"]" * 200, "too_deep"),
    ],
)
def test_what_is_no_strict_json_object_is_invalid(world: World, data: bytes, code: str) -> None:
    report = check(world, data)
    assert report.outcome is INVALID
    assert report.check("json").code == code
    assert report.check("proof").code == "not_checked"


def test_a_compact_jws_without_a_credential_is_invalid(world: World) -> None:
    assert verdict(world, b"eyJhbGciOiJFUzI1NiJ9.e30.AAAA") == (INVALID, ("context_missing",))


@pytest.mark.covers("vcdm-2.0", "4.3", "5.2")
@pytest.mark.covers("di-1.0", "2.4.1", "4.6", "5.14")
@pytest.mark.attack("C2")
@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ("https://evil.example/context", "unknown_context"),
        ("file:///etc/passwd", "unknown_context"),
        ("data:application/json,{}", "unknown_context"),
        ({"extra": "https://evil.example/#extra"}, "inline_context"),
    ],
)
def test_a_context_from_outside_is_refused_without_a_fetch(world: World, extra: Any, code: str) -> None:
    signed = world.signed_badge()
    outcome, codes = verdict(world, signed | {"@context": [*signed["@context"], extra]})
    assert (outcome, codes) == (INVALID, (code,))
    assert world.served.requests == []
    assert check(world, signed).outcome is VALID


@pytest.mark.covers("vcdm-2.0", "4.3", "6.1")
@pytest.mark.attack("C4")
@pytest.mark.parametrize("term", ["issuer", "credentialSubject", "id", "type"])
def test_a_protected_term_is_not_redefined(world: World, term: str) -> None:
    signed = world.signed_badge()
    redefined = signed | {"@context": [*signed["@context"], {term: "https://evil.example/#x"}]}
    assert verdict(world, redefined) == (INVALID, ("inline_context",))
    assert check(world, signed).outcome is VALID


@pytest.mark.covers("vcdm-2.0", "4.4", "4.5", "5.2", "6.1")
@pytest.mark.covers("di-1.0", "2.4.3")
@pytest.mark.attack("C7")
@pytest.mark.parametrize(
    ("edit", "codes"),
    [
        (lambda badge: badge.update(undefinedTerm="seen, and not signed"), {"data_loss"}),
        (lambda badge: badge["credentialSubject"].update(undefinedTerm="x"), {"data_loss"}),
        (lambda badge: badge["credentialSubject"].update(narrative=None), {"data_loss"}),
        (lambda badge: badge["credentialSubject"]["achievement"]["image"].update(id="i.png"), {"data_loss"}),
        (lambda badge: badge["evidence"][0].update(id="photo.jpg"), {"id_invalid"}),
        (lambda badge: badge["type"].append("NoSuchType"), {"data_loss"}),
        (lambda badge: badge.update(id="drone-12"), {"id_invalid"}),
        (lambda badge: badge["credentialSubject"].update(id="camille"), {"id_invalid"}),
    ],
)
def test_what_the_signature_does_not_cover_is_not_shown_as_valid(
    world: World, edit: Any, codes: set[str]
) -> None:
    signed = world.signed_badge()
    assert check(world, signed).outcome is VALID
    edit(signed)
    outcome, found = verdict(world, signed)
    assert outcome is INVALID
    assert set(found) == codes


@pytest.mark.covers("vcdm-2.0", "1.3", "4.2", "4.3", "4.4", "4.5", "4.6", "4.7", "4.8", "4.11", "5.5", "5.6")
@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (lambda badge: badge.update({"@context": list(reversed(badge["@context"]))}), "context_order"),
        (lambda badge: badge.update({"@context": "https://www.w3.org/ns/credentials/v2"}), "context_missing"),
        (lambda badge: badge.pop("@context"), "context_missing"),
        (lambda badge: badge.update(type=["OpenBadgeCredential"]), "type_missing"),
        (lambda badge: badge.update(type=[]), "type_missing"),
        (lambda badge: badge.update(type=[7]), "type_missing"),
        (lambda badge: badge.update(id=["urn:uuid:1", "urn:uuid:2"]), "id_invalid"),
        (lambda badge: badge.update(issuer=None), "issuer_invalid"),
        (lambda badge: badge.update(issuer={"name": "x"}), "issuer_invalid"),
        (lambda badge: badge["issuer"].update(name=[7]), "text_invalid"),
        (lambda badge: badge.update(name={"@value": "x", "extra": "y"}), "text_invalid"),
        (lambda badge: badge.pop("credentialSubject"), "subject_missing"),
        (lambda badge: badge.update(credentialSubject=[]), "subject_missing"),
        (lambda badge: badge.update(credentialSubject=[{}]), "subject_missing"),
        (lambda badge: badge.update(evidence=[{"name": "x"}]), "type_missing"),
        (lambda badge: badge.update(evidence=[]), "member_invalid"),
        (lambda badge: badge.update(credentialSchema={"type": "JsonSchema"}), "id_invalid"),
        (lambda badge: badge.update(termsOfUse="x"), "type_missing"),
        (lambda badge: badge.update({"@context": badge["@context"][:1]}), "open_badges_context_missing"),
        (lambda badge: badge.pop("validFrom"), "start_date_missing"),
        (lambda badge: badge["credentialSubject"].update(type=["Person"]), "subject_type_missing"),
        (lambda badge: badge["credentialSubject"].pop("achievement"), "achievement_missing"),
        (lambda badge: badge["credentialSubject"]["achievement"].pop("id"), "achievement_incomplete"),
        (lambda badge: badge["credentialSubject"]["achievement"].pop("name"), "achievement_incomplete"),
        (lambda badge: badge["credentialSubject"]["achievement"].update(criteria={}), "criteria_missing"),
    ],
)
def test_a_broken_rule_of_the_model_is_named(world: World, edit: Any, code: str) -> None:
    signed = world.signed_badge()
    edit(signed)
    assert verdict(world, signed) == (INVALID, (code,))


@pytest.mark.covers("vcdm-2.0", "4.7", "7.1")
@pytest.mark.attack("A10")
def test_a_forged_issuer_is_found_at_its_own_step(world: World) -> None:
    report = check(world, world.sign(world.badge(), world.stranger))
    assert report.outcome is INVALID
    assert report.check("issuer_key").code == "issuer_mismatch"
    assert report.check("proof").code == "not_checked"
    assert check(world, world.signed_badge()).outcome is VALID


@pytest.mark.covers("di-1.0", "3.1")
@pytest.mark.attack("A3")
def test_an_unknown_suite_is_indeterminate_and_a_legacy_one_invalid(world: World) -> None:
    signed = world.signed_badge()
    unknown = signed | {"proof": signed["proof"] | {"cryptosuite": "rot13-2026"}}
    assert verdict(world, unknown) == (INDETERMINATE, ("unsupported_cryptosuite",))
    legacy = signed | {"proof": signed["proof"] | {"type": "Ed25519Signature2018"}}
    assert verdict(world, legacy) == (INVALID, ("legacy_suite",))


def test_an_unreachable_did_is_indeterminate(world: World) -> None:
    signed = world.signed_badge()
    did = "did:web:gone.example"
    document = signed | {"issuer": signed["issuer"] | {"id": did}}
    document["proof"] = document["proof"] | {"verificationMethod": f"{did}#a"}
    world.served.serve("https://gone.example/.well-known/did.json", FetchError(detail="timed out"))
    assert check(world, document).outcome is INDETERMINATE


@pytest.mark.covers("vcdm-2.0", "4.9")
@pytest.mark.attack("D4")
def test_valid_from_has_a_minute_of_skew(world: World) -> None:
    signed = world.signed_badge(valid_from=NOW)
    assert check(world, signed, now=NOW - timedelta(seconds=60)).outcome is VALID
    assert verdict(world, signed, now=NOW - timedelta(seconds=61)) == (INVALID, ("not_yet_valid",))
    assert verdict(world, signed, now=NOW - timedelta(seconds=1), skew_seconds=0) == (
        INVALID,
        ("not_yet_valid",),
    )


def test_a_wider_skew_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="skew"):
        world.context(skew_seconds=61)


@pytest.mark.covers("vcdm-2.0", "4.9")
@pytest.mark.attack("D5")
def test_at_valid_until_it_has_ended(world: World) -> None:
    signed = world.signed_badge(valid_until=NOW)
    assert check(world, signed, now=NOW - timedelta(seconds=1)).outcome is VALID
    assert verdict(world, signed) == (INVALID, ("expired",))
    assert verdict(world, signed, now=NOW + timedelta(seconds=1)) == (INVALID, ("expired",))


@pytest.mark.covers("vcdm-2.0", "4.9", "5.8")
@pytest.mark.attack("D6")
@pytest.mark.parametrize(
    "date", ["2026-11-20T00:00:00", "2026-11-20T24:00:00Z", "2025-02-29T00:00:00Z", "2026-W47", 7, None]
)
def test_an_odd_date_is_invalid(world: World, date: Any) -> None:
    signed = world.signed_badge()
    assert verdict(world, signed | {"validFrom": date}) == (INVALID, ("date_syntax",))
    assert check(world, signed).outcome is VALID


@pytest.mark.covers("vcdm-2.0", "4.9")
@pytest.mark.attack("D7")
def test_a_reversed_period_is_invalid(world: World) -> None:
    document = world.badge(valid_from=NOW - timedelta(days=1), valid_until=NOW - timedelta(days=2))
    assert verdict(world, world.sign(document)) == (INVALID, ("validity_reversed",))
    twin = world.badge(valid_from=NOW - timedelta(days=2), valid_until=NOW + timedelta(days=1))
    assert check(world, world.sign(twin)).outcome is VALID


@pytest.fixture(params=["UTC", "Pacific/Kiritimati", "Europe/Paris", "America/St_Johns"])
def server_zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[ZoneInfo]:
    """The server's own time zone."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield ZoneInfo(request.param)
    monkeypatch.undo()
    time.tzset()


@pytest.mark.covers("vcdm-2.0", "4.9", "5.8")
@pytest.mark.attack("D8")
@pytest.mark.parametrize(
    "end",
    [
        "2026-11-24T00:30:00Z",
        "2026-11-24T14:30:00+14:00",
        # the night in which the hour from 2 to 3 is there twice
        "2026-10-25T02:30:00+02:00",
        "2026-10-25T02:30:00+01:00",
    ],
)
def test_the_servers_time_zone_changes_no_verdict(world: World, server_zone: ZoneInfo, end: str) -> None:
    moment = datetime.fromisoformat(end)
    signed = world.sign(
        world.badge(valid_from=moment - timedelta(days=30)) | {"validUntil": end},
        created=moment - timedelta(days=30),
    )
    for zone in (UTC, server_zone):
        before, at = ((moment + timedelta(seconds=s)).astimezone(zone) for s in (-1, 0))
        assert check(world, signed, now=before).outcome is VALID
        assert verdict(world, signed, now=at) == (INVALID, ("expired",))


# Status


@pytest.mark.covers("vcdm-2.0", "4.10")
@pytest.mark.covers("bitstring-status-list-1.0", "2.1", "3.2")
def test_a_clear_bit_holds_and_a_set_one_is_revoked(world: World) -> None:
    world.served.serve(LIST_URL, world.status_list(indexes=(8,)))
    assert check(world, world.badge_with_status(7)).outcome is VALID
    assert verdict(world, world.badge_with_status(8)) == (INVALID, ("revoked",))


@pytest.mark.covers("bitstring-status-list-1.0", "2.1", "3.2")
@pytest.mark.attack("E1")
def test_a_list_for_another_purpose_is_refused(world: World) -> None:
    world.served.serve(LIST_URL, world.status_list(purpose="suspension"))
    assert verdict(world, world.badge_with_status(purpose="revocation")) == (
        INVALID,
        ("status_purpose_mismatch",),
    )
    assert check(world, world.badge_with_status(purpose="suspension")).outcome is VALID


@pytest.mark.covers("bitstring-status-list-1.0", "2.1")
@pytest.mark.attack("E2")
@pytest.mark.parametrize(
    ("index", "code"),
    [
        ("-1", "status_index_invalid"),
        ("1e3", "status_index_invalid"),
        ("०", "status_index_invalid"),
        ("1.0", "status_index_invalid"),
        ("131072", "status_index_out_of_range"),
    ],
)
def test_an_index_that_is_none_is_invalid(world: World, index: str, code: str) -> None:
    world.served.serve(LIST_URL, world.status_list())
    badge = world.badge(status=build_status_entry(LIST_URL, 0) | {"statusListIndex": index})
    assert verdict(world, world.sign(badge)) == (INVALID, (code,))
    assert check(world, world.badge_with_status(131_071)).outcome is VALID


def set_encoded_list(encoded: str) -> Any:
    def change(document: dict[str, Any]) -> None:
        document["credentialSubject"]["encodedList"] = encoded

    return change


@pytest.mark.covers("bitstring-status-list-1.0", "2.2", "3.2")
@pytest.mark.attack("E3")
def test_a_short_list_is_invalid(world: World) -> None:
    short = "uH4sIAAAAAAACA2NgGAWjYBSMglEAAGjSVKwABAAA"
    world.served.serve(LIST_URL, world.status_list(change=set_encoded_list(short)))
    outcome, codes = verdict(world, world.badge_with_status())
    assert outcome is INVALID
    assert codes[0] in {"status_list_too_short", "status_list_invalid"}


@pytest.mark.covers("bitstring-status-list-1.0", "2.2", "3.2")
@pytest.mark.attack("E4")
def test_a_list_by_another_issuer_is_invalid(world: World) -> None:
    world.served.serve(LIST_URL, world.status_list(signer=world.stranger))
    assert verdict(world, world.badge_with_status()) == (INVALID, ("status_list_issuer_mismatch",))
    world.served.serve(LIST_URL, world.status_list())
    assert check(world, world.badge_with_status()).outcome is VALID


@pytest.mark.covers("bitstring-status-list-1.0", "3.2", "3.6")
@pytest.mark.attack("E4")
def test_a_list_that_was_edited_or_never_signed_is_invalid(world: World) -> None:
    good = world.status_list()
    edited = good | {"validFrom": "2026-11-01T00:00:00Z"}
    unsigned = {name: value for name, value in good.items() if name != "proof"}
    for document in (edited, unsigned, good | {"type": ["VerifiableCredential"]}):
        world.served.serve(LIST_URL, document)
        assert verdict(world, world.badge_with_status()) == (INVALID, ("status_list_invalid",))


@pytest.mark.covers("bitstring-status-list-1.0", "2.2", "3.2")
@pytest.mark.attack("E6")
@pytest.mark.parametrize(
    "served",
    [None, FetchError(detail="timed out"), FetchRefusedError(detail="10.0.0.1"), b"<html>login</html>", b""],
)
def test_a_list_that_cannot_be_had_is_indeterminate(world: World, served: Any) -> None:
    world.served.serve(LIST_URL, served)
    assert verdict(world, world.badge_with_status()) == (INDETERMINATE, ("status_unavailable",))


@pytest.mark.covers("bitstring-status-list-1.0", "2.2", "3.2")
@pytest.mark.attack("E6")
def test_a_list_out_of_its_time_is_indeterminate(world: World) -> None:
    world.served.serve(LIST_URL, world.status_list(valid_until=NOW))
    assert verdict(world, world.badge_with_status()) == (INDETERMINATE, ("status_list_expired",))
    world.served.serve(LIST_URL, world.status_list(valid_from=NOW + timedelta(hours=1)))
    assert verdict(world, world.badge_with_status()) == (INDETERMINATE, ("status_list_not_yet_valid",))
    world.served.serve(LIST_URL, world.status_list(valid_until=NOW + timedelta(seconds=1)))
    assert check(world, world.badge_with_status()).outcome is VALID


@pytest.mark.covers("bitstring-status-list-1.0", "2.2", "3.2")
@pytest.mark.attack("E6")
def test_a_kept_list_serves_within_its_ttl_and_not_after(world: World) -> None:
    cache = MemoryStatusCache()
    badge = world.badge_with_status()
    world.served.serve(LIST_URL, world.status_list(ttl_ms=60_000))
    assert check(world, badge, status_cache=cache).outcome is VALID
    world.served.serve(LIST_URL, FetchError(detail="down"))
    assert check(world, badge, status_cache=cache, now=NOW + timedelta(seconds=59)).outcome is VALID
    late = verdict(world, badge, status_cache=cache, now=NOW + timedelta(seconds=60))
    assert late == (INDETERMINATE, ("status_unavailable",))


@pytest.mark.covers("bitstring-status-list-1.0", "2.2", "3.2")
@pytest.mark.attack("E7")
def test_an_older_list_than_one_seen_raises_an_alarm(world: World) -> None:
    cache = MemoryStatusCache()
    badge = world.badge_with_status()
    older, newer = (world.status_list(valid_from=NOW - timedelta(hours=hours)) for hours in (3, 1))
    for served, expected in ((older, VALID), (newer, VALID), (older, INDETERMINATE), (newer, VALID)):
        world.served.serve(LIST_URL, served)
        report = check(world, badge, status_cache=cache)
        assert report.outcome is expected
        assert report.codes == (() if expected is VALID else ("status_list_rollback",))


@pytest.mark.covers("vcdm-2.0", "4.10")
@pytest.mark.attack("E8")
def test_a_missing_status_is_invalid_where_the_policy_demands_one(world: World) -> None:
    world.served.serve(LIST_URL, world.status_list())
    assert verdict(world, world.signed_badge(), require_status=True) == (INVALID, ("status_required",))
    assert check(world, world.badge_with_status(), require_status=True).outcome is VALID


@pytest.mark.attack("E9")
def test_a_list_with_a_status_of_its_own_is_invalid(world: World) -> None:
    def chain(document: dict[str, Any]) -> None:
        document["credentialStatus"] = build_status_entry(LIST_URL, 1)

    world.served.serve(LIST_URL, world.status_list(change=chain))
    assert verdict(world, world.badge_with_status()) == (INVALID, ("status_list_chained",))
    assert len(world.served.requests) == 1
    world.served.serve(LIST_URL, world.status_list())
    assert check(world, world.badge_with_status()).outcome is VALID


@pytest.mark.covers("bitstring-status-list-1.0", "2.1", "3.2")
@pytest.mark.attack("E10")
@pytest.mark.parametrize(
    ("revoked", "suspended", "codes"),
    [
        (False, False, ()),
        (True, False, ("revoked",)),
        (False, True, ("suspended",)),
        (True, True, ("revoked", "suspended")),
    ],
)
def test_revocation_and_suspension_are_both_checked(
    world: World,
    *,
    revoked: bool,
    suspended: bool,
    codes: tuple[str, ...],
) -> None:
    other = "https://node.example/status/2"
    world.served.serve(LIST_URL, world.status_list(indexes=(7,) if revoked else ()))
    bits = (9,) if suspended else ()
    world.served.serve(other, world.status_list(purpose="suspension", indexes=bits, list_url=other))
    entries = [build_status_entry(LIST_URL, 7), build_status_entry(other, 9, "suspension")]
    badge = world.badge() | {"credentialStatus": entries}
    assert verdict(world, world.sign(badge)) == (INVALID if codes else VALID, codes)


@pytest.mark.covers("bitstring-status-list-1.0", "2.2", "3.2")
@pytest.mark.attack("E11")
def test_the_mirrored_bit_is_not_ours(world: World) -> None:
    world.served.serve(LIST_URL, world.status_list(indexes=(0,)))
    assert check(world, world.badge_with_status(7)).outcome is VALID
    assert verdict(world, world.badge_with_status(0)) == (INVALID, ("revoked",))


@pytest.mark.covers("di-1.0", "5.14", "6.4")
@pytest.mark.covers("vc-api", "A.2")
@pytest.mark.attack("E12")
def test_the_request_for_a_list_says_nothing_of_the_credential(world: World) -> None:
    world.served.serve(LIST_URL, world.status_list())
    badge = world.badge(status=build_status_entry(LIST_URL, 7) | {"statusListCredential": f"{LIST_URL}#7"})
    signed = world.sign(badge)
    assert check(world, signed).outcome is VALID
    (request,) = world.served.requests
    assert request["url"] == LIST_URL
    assert not any(word in json.dumps(request) for word in (signed["id"], world.holder_id, "#7"))


@pytest.mark.covers("bitstring-status-list-1.0", "2.1", "3.2")
def test_one_list_does_not_answer_for_another(world: World) -> None:
    other = "https://node.example/status/2"
    world.served.serve(LIST_URL, world.status_list(list_url=other))
    assert verdict(world, world.badge_with_status()) == (INVALID, ("status_list_id_mismatch",))


@pytest.mark.covers("vcdm-2.0", "4.10")
def test_a_status_of_an_unknown_type_is_indeterminate(world: World) -> None:
    status = {"id": "https://node.example/s", "type": "1EdTechRevocationList"}
    signed = world.sign(world.badge() | {"credentialStatus": status | {"type": "BitstringStatusListEntry"}})
    assert verdict(world, signed) == (INVALID, ("status_entry_invalid",))


def test_expired_and_revoked_are_both_told(world: World) -> None:
    world.served.serve(LIST_URL, world.status_list(indexes=(7,)))
    badge = world.signed_badge(status=build_status_entry(LIST_URL, 7), valid_until=NOW)
    assert verdict(world, badge) == (INVALID, ("expired", "revoked"))


@pytest.mark.covers("vcdm-1.1", "4.1", "4.6", "4.7", "4.8", "6.2")
@pytest.mark.covers("vcdm-2.0", "5.11")
def test_a_vc_1_1_credential_with_a_data_integrity_proof_is_verified(world: World) -> None:
    document = {
        "@context": ["https://www.w3.org/2018/credentials/v1", "https://w3id.org/security/data-integrity/v2"],
        "id": "urn:uuid:1",
        "type": ["VerifiableCredential"],
        "issuer": world.issuer_id,
        "issuanceDate": "2026-01-01T00:00:00Z",
        "credentialSubject": {"id": world.holder_id},
    }
    assert check(world, world.sign(document)).outcome is VALID
    ended = world.sign(document | {"expirationDate": "2026-02-01T00:00:00Z"})
    assert verdict(world, ended) == (INVALID, ("expired",))
    undated = {name: value for name, value in document.items() if name != "issuanceDate"}
    assert verdict(world, world.sign(undated)) == (INVALID, ("issuance_date_missing",))
