"""Hosted badges of Open Badges 2.0: what their host says now, and what nobody may make it say."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from credentials.open_badges_v2.checking import (
    FORM,
    HOSTED_STEPS,
    MAXIMUM_FETCHES,
    ExpectedRecipient,
    check_open_badge_v2,
)
from credentials.report import Outcome
from credentials.view import CredentialView
from did.errors import FetchError, FetchRefusedError
from did.fetcher import Fetched, OfflineFetcher
from tests.unit.credentials.open_badges_v2.scenes import (
    ASSERTION,
    BADGE_CLASS,
    CONTEXT,
    EMAIL,
    HOST,
    ISSUER,
    NOW,
    Scene,
    hosted,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def _answer(url: str, status: int, body: bytes = b"") -> Fetched:
    return Fetched(url=url, status=status, content_type="application/json", body=body)


def _changed(change: Callable[[Scene], object]) -> Scene:
    scene = hosted()
    change(scene)
    return scene


@pytest.mark.covers("open-badges-2.0", "HostedBadge Verification")
def test_a_hosted_badge_is_valid_and_said_to_be_what_it_is() -> None:
    scene = hosted()
    report = scene.report(json.dumps(scene.assertion).encode())
    assert report.outcome is Outcome.VALID
    assert tuple(check.name for check in report.checks) == HOSTED_STEPS
    assert (report.form, report.securing) == (FORM, "open_badges_2_hosted")
    assert report.to_json()["form"] == "Open Badges 2.0"
    assert [warning.code for warning in report.warnings] == ["open_badges_2_hosted", "unknown_issuer"]
    # nobody signed it: no step says so
    assert not {"proof", "issuer_key"} & {check.name for check in report.checks}


@pytest.mark.covers("open-badges-2.0", "Evidence", "Image", "Criteria", "AlignmentObject")
def test_the_view_shows_what_was_fetched() -> None:
    view = hosted().report().credential
    assert view is not None
    assert (view.issuer_id, view.issuer_name, view.issuer_url) == (ISSUER, "Atelier (exemple)", HOST)
    assert (view.achievement_id, view.achievement_name) == (BADGE_CLASS, "Pilotage de drone")
    assert (view.description, view.criteria_narrative) == ("A piloté un drone.", "- suit les consignes")
    assert (view.image, view.types, view.id) == (f"{HOST}/drone.png", ("Assertion",), ASSERTION)
    assert view.evidence[0].name == "Vol"
    assert view.valid_from is not None
    assert view.subject_ids == (None,)
    # kept and read again, it is the same view
    assert CredentialView.from_document(json.loads(json.dumps(view.raw))) == view


def test_the_address_alone_is_enough() -> None:
    scene = hosted()
    assert scene.report(ASSERTION.encode()).outcome is Outcome.VALID


@pytest.mark.covers("open-badges-2.0", "HostedBadge Verification")
def test_nothing_of_the_copy_in_hand_is_believed_but_its_id() -> None:
    scene = hosted()
    edited = scene.assertion | {
        "badge": scene.badge_class | {"name": "Doctorat", "issuer": scene.issuer | {"name": "Sorbonne"}},
        "issuedOn": "1999-01-01T00:00:00Z",
        "expires": "1999-02-01T00:00:00Z",
    }
    report = scene.report(edited)
    assert report.outcome is Outcome.VALID
    assert report.credential is not None
    assert (report.credential.achievement_name, report.credential.issuer_name) == (
        "Pilotage de drone",
        "Atelier (exemple)",
    )


def test_embedded_documents_of_the_hosted_copy_give_way_to_the_hosted_ones() -> None:
    scene = hosted()
    scene.served.serve(BADGE_CLASS, scene.badge_class)
    scene.assertion["badge"] = scene.badge_class | {"issuer": scene.issuer | {"name": "Sorbonne"}}
    view = scene.report().credential
    assert view is not None
    assert view.issuer_name == "Atelier (exemple)"


def test_a_badge_class_without_an_address_comes_with_its_assertion() -> None:
    scene = hosted()
    scene.assertion["badge"] = scene.badge_class | {"id": "urn:uuid:0b7d0c3e-3c9b-4a5e-9d6e-1f2a3b4c5d6e"}
    assert scene.report().outcome is Outcome.VALID


@pytest.mark.covers("open-badges-2.0", "Open Badges in Linked Data", "Assertion", "BadgeClass", "Profile")
@pytest.mark.parametrize(
    ("change", "outcome", "code"),
    [
        (lambda s: s.assertion.update(type="Endorsement"), Outcome.INVALID, "ob2_not_an_assertion"),
        (lambda s: s.assertion.update({"@context": "https://x.example"}), Outcome.INVALID, "ob2_context"),
        (
            lambda s: s.assertion.update({"@context": "https://w3id.org/openbadges/v1"}),
            Outcome.INDETERMINATE,
            "ob2_version_unsupported",
        ),
        (lambda s: s.assertion.pop("@context"), Outcome.INDETERMINATE, "ob2_version_unsupported"),
        (lambda s: s.assertion.pop("recipient"), Outcome.INVALID, "ob2_member_missing"),
        (lambda s: s.assertion.update(recipient=EMAIL), Outcome.INVALID, "ob2_member_invalid"),
        (lambda s: s.assertion["recipient"].update(hashed="true"), Outcome.INVALID, "ob2_member_invalid"),
        (
            lambda s: s.assertion["recipient"].update(identity=["a", "b"]),
            Outcome.INVALID,
            "ob2_member_invalid",
        ),
        (lambda s: s.assertion.pop("issuedOn"), Outcome.INVALID, "ob2_member_missing"),
        (lambda s: s.assertion.update(issuedOn=1714816800), Outcome.INVALID, "date_syntax"),
        (lambda s: s.assertion.update(issuedOn="2024-05-04T10:00:00"), Outcome.INVALID, "date_syntax"),
        (lambda s: s.assertion.update(issuedOn="2099-05-04T10:00:00Z"), Outcome.INVALID, "not_yet_valid"),
        (lambda s: s.assertion.update(expires="2025-05-04T10:00:00Z"), Outcome.INVALID, "expired"),
        (lambda s: s.assertion.update(expires="2024-01-04T10:00:00Z"), Outcome.INVALID, "ob2_member_invalid"),
        (lambda s: s.assertion.update(evidence=[1]), Outcome.INVALID, "ob2_member_invalid"),
        (lambda s: s.assertion.pop("badge"), Outcome.INVALID, "ob2_member_missing"),
        (
            lambda s: s.assertion.update(badge=["https://a.example", BADGE_CLASS]),
            Outcome.INVALID,
            "ob2_member_invalid",
        ),
        (lambda s: s.assertion.update(badge="urn:uuid:1"), Outcome.INVALID, "ob2_type"),
        (lambda s: s.assertion.pop("verification"), Outcome.INVALID, "ob2_member_missing"),
        (
            lambda s: s.assertion.update(verification={"type": "signed"}),
            Outcome.INVALID,
            "ob2_verification_type",
        ),
        (
            lambda s: s.assertion.update(verification={"type": ["hosted", "signed"]}),
            Outcome.INVALID,
            "ob2_verification_type",
        ),
        (lambda s: s.assertion.update(verify={"type": "hosted"}), Outcome.INVALID, "ob2_member_invalid"),
        (lambda s: s.assertion.update(revoked=True), Outcome.INVALID, "revoked"),
        (lambda s: s.assertion.update(revoked="true"), Outcome.INVALID, "ob2_member_invalid"),
        (lambda s: s.badge_class.update(type="Assertion"), Outcome.INVALID, "ob2_type"),
        (lambda s: s.badge_class.pop("name"), Outcome.INVALID, "ob2_member_missing"),
        (lambda s: s.badge_class.pop("image"), Outcome.INVALID, "ob2_member_missing"),
        (
            lambda s: s.badge_class.update(criteria={"type": "Criteria"}),
            Outcome.INVALID,
            "ob2_member_missing",
        ),
        (
            lambda s: s.badge_class.update(alignment={"targetName": "x"}),
            Outcome.INVALID,
            "ob2_member_missing",
        ),
        (lambda s: s.badge_class.pop("@context"), Outcome.INVALID, "ob2_context"),
        (lambda s: s.issuer.update(type="Person"), Outcome.INVALID, "ob2_type"),
        (lambda s: s.issuer.pop("email"), Outcome.INVALID, "ob2_member_missing"),
        (lambda s: s.issuer.update(url="badges"), Outcome.INVALID, "ob2_id_invalid"),
    ],
)
def test_each_broken_rule_has_its_code(change: Callable[[Scene], Any], outcome: Outcome, code: str) -> None:
    report = _changed(change).report()
    assert (report.outcome, report.codes) == (outcome, (code,))


@pytest.mark.covers("open-badges-2.0", "Open Badges in Linked Data", "Assertion", "BadgeClass", "Profile")
@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.assertion.update(type=["Assertion", "extensions:More"]),
        lambda s: s.assertion.update({"@context": [CONTEXT, "https://w3id.org/openbadges/extensions/x"]}),
        lambda s: s.assertion.update(verify=s.assertion.pop("verification")),
        lambda s: s.assertion.update(verification={"type": "HostedBadge"}),
        lambda s: s.assertion.update(issuedOn="2024-05-04T10:00Z"),
        lambda s: s.assertion.update(issuedOn="2024-05-04T10:00:00.123+02:00"),
        lambda s: s.assertion.update(expires="2099-05-04T10:00:00Z"),
        lambda s: s.assertion.update(badge=[BADGE_CLASS]),
        lambda s: s.assertion.update(revoked=False),
        lambda s: s.assertion.update(recipient={"type": "email", "identity": EMAIL}),
        lambda s: s.badge_class.update(criteria=f"{HOST}/criteria"),
        lambda s: s.badge_class.update(image="data:image/png;base64," + "A" * 4_000),
        lambda s: s.badge_class.update(
            alignment=[{"targetName": "x", "targetUrl": "https://skills.example/1"}]
        ),
        lambda s: s.issuer.update(type="Issuer"),
    ],
)
def test_what_the_specification_lets_pass(change: Callable[[Scene], Any]) -> None:
    report = _changed(change).report()
    assert report.outcome is Outcome.VALID, report.codes


@pytest.mark.parametrize(
    ("url", "content", "outcome", "code"),
    [
        (ASSERTION, _answer(ASSERTION, 410), Outcome.INVALID, "revoked"),
        (ASSERTION, _answer(ASSERTION, 410, b'{"revoked":false}'), Outcome.INVALID, "revoked"),
        (ASSERTION, _answer(ASSERTION, 404), Outcome.INVALID, "ob2_not_hosted"),
        (ASSERTION, _answer(ASSERTION, 503), Outcome.INDETERMINATE, "fetch_failed"),
        (ASSERTION, _answer(ASSERTION, 204), Outcome.INDETERMINATE, "fetch_failed"),
        (ASSERTION, FetchError("silence"), Outcome.INDETERMINATE, "fetch_failed"),
        (ASSERTION, FetchRefusedError("10.0.0.1"), Outcome.INDETERMINATE, "fetch_refused"),
        (ASSERTION, b"<html>", Outcome.INVALID, "ob2_member_invalid"),
        (ASSERTION, b'{"id":"a","id":"b"}', Outcome.INVALID, "ob2_member_invalid"),
        (ASSERTION, b"[" * 40 + b"]" * 40, Outcome.INVALID, "ob2_member_invalid"),
        (ASSERTION, b" " * 600_000, Outcome.INDETERMINATE, "fetch_failed"),
        (BADGE_CLASS, FetchError("silence"), Outcome.INDETERMINATE, "fetch_failed"),
        (BADGE_CLASS, _answer(BADGE_CLASS, 410), Outcome.INVALID, "ob2_not_hosted"),
        (BADGE_CLASS, _answer(BADGE_CLASS, 404), Outcome.INVALID, "ob2_not_hosted"),
        (ISSUER, FetchRefusedError("redirect"), Outcome.INDETERMINATE, "fetch_refused"),
        (ISSUER, b"null", Outcome.INVALID, "ob2_member_invalid"),
    ],
)
def test_what_hosts_answer(url: str, content: Any, outcome: Outcome, code: str) -> None:
    scene = hosted()
    scene.more[url] = content
    report = scene.report()
    assert (report.outcome, report.codes) == (outcome, (code,))


@pytest.mark.covers("open-badges-2.0", "Revoking Hosted Assertions")
def test_a_revoked_assertion_may_be_stripped_of_all_the_rest() -> None:
    scene = hosted()
    scene.more[ASSERTION] = {"@context": CONTEXT, "id": ASSERTION, "revoked": True}
    assert scene.report().codes == ("revoked",)


@pytest.mark.attack("F1")
@pytest.mark.parametrize("name", ["id", "badge", "issuer"])
def test_every_address_goes_through_the_fetcher_that_refuses_some(name: str) -> None:
    inside = "https://169.254.169.254/latest"
    scene = hosted()
    if name == "issuer":
        scene.badge_class["issuer"] = inside
    elif name == "badge":
        scene.assertion["badge"] = inside
    scene.more[inside] = FetchRefusedError("an address that is not public")
    report = scene.report(inside.encode() if name == "id" else None)
    assert (report.outcome, report.codes) == (Outcome.INDETERMINATE, ("fetch_refused",))


@pytest.mark.attack("F1")
@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://badges.example/1", "did:web:badges.example", "https://a@badges.example/1"],
)
def test_what_is_no_web_address_is_never_asked_for(url: str) -> None:
    scene = hosted()
    scene.badge_class["issuer"] = url
    assert scene.report().codes == ("ob2_id_invalid",)
    assert url not in {request["url"] for request in scene.served.requests}


# Who may say it


EVIL = "https://evil.example"


def _forged() -> Scene:
    """A stranger hosts an assertion of a badge class of their own, which names somebody else as its issuer."""
    scene = hosted()
    scene.assertion |= {"id": f"{EVIL}/1", "badge": f"{EVIL}/class"}
    scene.badge_class["id"] = f"{EVIL}/class"
    return scene


@pytest.mark.covers("open-badges-2.0", "VerificationObject", "HostedBadge Verification")
def test_a_strangers_host_speaks_for_no_issuer() -> None:
    assert _forged().report().codes == ("ob2_issuer_scope",)
    inside = _forged()
    inside.badge_class |= {"id": BADGE_CLASS}
    inside.assertion["badge"] = BADGE_CLASS
    assert inside.report().codes == ("ob2_issuer_scope",)


def test_a_document_of_somebody_else_under_ones_own_address_is_refused() -> None:
    scene = hosted()
    scene.badge_class["issuer"] = f"{EVIL}/issuer"
    scene.more[f"{EVIL}/issuer"] = scene.issuer
    assert scene.report().codes == ("ob2_id_mismatch",)


@pytest.mark.covers("open-badges-2.0", "VerificationObject", "HostedBadge Verification")
@pytest.mark.parametrize(
    ("policy", "holds"),
    [
        ({"allowedOrigins": "badges.example"}, True),
        ({"allowedOrigins": ["other.example", "BADGES.example"]}, True),
        ({"allowedOrigins": "example"}, False),
        ({"allowedOrigins": "badges.example.evil.example"}, False),
        ({"allowedOrigins": "https://badges.example"}, False),
        ({"startsWith": f"{HOST}/assertions/"}, True),
        ({"startsWith": [f"{HOST}/x/", f"{HOST}/assertions/"]}, True),
        ({"startsWith": HOST}, True),
        ({"startsWith": f"{HOST}/other/"}, False),
        ({"startsWith": "https://badges.exam"}, False),
        ({"startsWith": "https"}, False),
        ({"startsWith": f"{HOST}/assertions/", "allowedOrigins": "other.example"}, False),
        ({"startsWith": f"{HOST}/assertions/", "verificationProperty": "id"}, True),
        ({"startsWith": f"{HOST}/assertions/", "verificationProperty": "badge"}, False),
        ({"type": "VerificationObject"}, True),
    ],
)
def test_the_issuer_says_where_its_assertions_stand(policy: dict[str, Any], holds: bool) -> None:
    report = _changed(lambda scene: scene.issuer.update(verification=policy)).report()
    assert report.codes == (() if holds else ("ob2_issuer_scope",))


@pytest.mark.covers("open-badges-2.0", "VerificationObject", "HostedBadge Verification")
@pytest.mark.parametrize(
    ("url", "holds"),
    [
        (f"{HOST}/tenants/a/1", True),
        (f"{HOST}/tenants/a/../b/1", False),
        (f"{HOST}/tenants/a/%2e%2e/b/1", False),
        (f"{HOST}:8443/tenants/a/1", False),
        ("http://badges.example/tenants/a/1", False),
        ("https://badges.example.evil.example/tenants/a/1", False),
    ],
)
def test_a_prefix_is_not_left_through_the_back_door(url: str, holds: bool) -> None:
    scene = hosted()
    scene.assertion["id"] = url
    scene.issuer["verification"] = {"startsWith": f"{HOST}/tenants/a/"}
    assert scene.report().codes == (() if holds else ("ob2_issuer_scope",))


def test_a_policy_lets_assertions_stand_elsewhere() -> None:
    scene = hosted()
    scene.assertion["id"] = "https://hosting.example/atelier/1"
    scene.issuer["verification"] = {"allowedOrigins": "hosting.example"}
    assert scene.report().outcome is Outcome.VALID


@pytest.mark.parametrize("policy", ["hosted", [{}, {}], {"allowedOrigins": [1]}, {"startsWith": {"a": 1}}])
def test_an_odd_policy_is_refused(policy: Any) -> None:
    report = _changed(lambda scene: scene.issuer.update(verification=policy)).report()
    assert report.codes == ("ob2_member_invalid",)


# For whom


@pytest.mark.covers("open-badges-2.0", "IdentityObject")
@pytest.mark.parametrize(
    ("recipient", "code"),
    [
        (ExpectedRecipient((EMAIL,)), None),
        (ExpectedRecipient(("other@learner.example", EMAIL)), None),
        (ExpectedRecipient(("other@learner.example",)), "ob2_recipient_mismatch"),
        (ExpectedRecipient((EMAIL.upper(),)), "ob2_recipient_mismatch"),
        (ExpectedRecipient((EMAIL,), "url"), "ob2_recipient_mismatch"),
    ],
)
def test_for_whom_it_is(recipient: ExpectedRecipient, code: str | None) -> None:
    report = hosted().report(recipient=recipient)
    assert report.check("recipient").code == (code or "ok")
    assert report.outcome is (Outcome.INVALID if code else Outcome.VALID)


@pytest.mark.covers("open-badges-2.0", "IdentityObject")
@pytest.mark.parametrize("spelling", ["email", "schema:email", "http://schema.org/email"])
def test_a_recipient_in_clear(spelling: str) -> None:
    scene = hosted()
    scene.assertion["recipient"] = {"type": spelling, "identity": EMAIL, "hashed": False}
    assert scene.report(recipient=ExpectedRecipient((EMAIL,))).outcome is Outcome.VALID
    # what stands in clear is not taken for its own hash
    scene.assertion["recipient"]["hashed"] = True
    assert scene.report(recipient=ExpectedRecipient((EMAIL,))).codes == ("ob2_recipient_mismatch",)


@pytest.mark.covers("open-badges-2.0", "IdentityObject")
@pytest.mark.parametrize("identities", [(), ("",), (EMAIL, "")])
def test_nobody_is_expected_by_mistake(identities: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="identity"):
        ExpectedRecipient(identities)


def test_who_is_expected_must_have_been_compared() -> None:
    scene = hosted()
    scene.more[ISSUER] = FetchError("silence")
    report = scene.report(recipient=ExpectedRecipient((EMAIL,)))
    assert report.check("recipient").code == "not_checked"
    assert report.outcome is Outcome.INDETERMINATE


# What is handed in


@pytest.mark.attack("D2")
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "json_syntax"),
        (b"{}", "ob2_context"),
        (b"[]", "not_an_object"),
        (b'{"a":1,"a":2}', "duplicate_member"),
        (b'{"a":' + b"[" * 900 + b"]" * 900 + b"}", "too_deep"),
        (b'{"a":1e999}', "number_range"),
        (b'{"a":"\\ud800"}', "lone_surrogate"),
        (b"\xff\xfe{", "encoding"),
    ],
)
def test_input_that_is_no_badge(data: bytes, code: str) -> None:
    report = check_open_badge_v2(data, fetcher=OfflineFetcher(), now=NOW)
    assert (report.outcome, report.codes) == (Outcome.INVALID, (code,))


@pytest.mark.covers("open-badges-2.0", "VerificationObject")
def test_an_assertion_that_nobody_hosts_or_signed() -> None:
    scene = hosted()
    scene.assertion |= {"id": "urn:uuid:0b7d0c3e-3c9b-4a5e-9d6e-1f2a3b4c5d6e"}
    assert scene.report().codes == ("ob2_signature_missing",)


@pytest.mark.parametrize("loop", [ASSERTION, BADGE_CLASS])
def test_addresses_that_go_round_in_circles_are_asked_once(loop: str) -> None:
    scene = hosted()
    both = scene.assertion | scene.badge_class | scene.issuer
    both |= {"id": loop, "type": ["Assertion", "BadgeClass", "Issuer"], "badge": loop, "issuer": loop}
    scene.more[loop] = both
    report = scene.report(loop.encode())
    assert report.outcome is Outcome.VALID, report.codes
    assert len(scene.served.requests) == 1
    assert len(scene.served.requests) <= MAXIMUM_FETCHES


@pytest.mark.covers("open-badges-2.0", "Assertion")
def test_time_decides_to_the_second() -> None:
    scene = hosted()
    scene.assertion["expires"] = "2026-11-24T09:30:00Z"
    assert scene.report().codes == ("expired",)
    assert scene.report(now=NOW - timedelta(seconds=1)).outcome is Outcome.VALID
    scene.assertion |= {"issuedOn": "2026-11-24T09:31:00Z", "expires": "2027-11-24T09:31:00Z"}
    assert scene.report().outcome is Outcome.VALID
    assert scene.report(now=NOW - timedelta(seconds=1)).codes == ("not_yet_valid",)
