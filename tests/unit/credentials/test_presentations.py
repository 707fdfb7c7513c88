from __future__ import annotations

import copy
import json
from datetime import timedelta
from typing import Any

import pytest

from credentials.errors import PresentationError
from credentials.exchange.dcql import DcqlQuery
from credentials.exchange.presentations import check_vp_token, make_presentation, parse_vp_token
from credentials.report import Outcome, Report
from credentials.status import build_status_entry
from credentials.verification import PRESENTATION_STEPS, check_presentation
from did.errors import FetchError
from tests.unit.credentials.conftest import LIST_URL, NOW, World, did_of

VALID, INVALID, INDETERMINATE = Outcome.VALID, Outcome.INVALID, Outcome.INDETERMINATE
DOMAIN, CHALLENGE = "decentralized_identifier:did:web:employer.example", "n-0S6_WzA2Mj"
QUERY = {
    "credentials": [
        {
            "id": "badge",
            "format": "ldp_vc",
            "meta": {
                "type_values": [["https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential"]]
            },
        },
    ],
}


def present(world: World, *credentials: dict[str, Any], **changes: Any) -> dict[str, Any]:
    arguments: dict[str, Any] = {
        "credentials": credentials or (world.signed_badge(),),
        "signer": world.holder,
        "holder": world.holder_id,
        "domain": DOMAIN,
        "challenge": CHALLENGE,
        "created": NOW,
        "contexts": world.contexts,
    }
    return make_presentation(**(arguments | changes))


def check(world: World, presentation: Any, **changes: Any) -> Report:
    arguments: dict[str, Any] = {
        "context": world.context(),
        "now": NOW,
        "expected_domain": DOMAIN,
        "expected_challenge": CHALLENGE,
    }
    return check_presentation(presentation, **(arguments | changes))


@pytest.mark.covers("vcdm-2.0", "4.13")
def test_a_presentation_of_two_badges_is_valid(world: World) -> None:
    second = world.signed_badge(credential_id="urn:uuid:2", name="Autre")
    report = check(world, json.dumps(present(world, world.signed_badge(), second)).encode())
    assert report.outcome is VALID
    assert tuple(check.name for check in report.checks) == PRESENTATION_STEPS
    assert [each.outcome for each in report.credentials] == [VALID, VALID]
    assert json.loads(json.dumps(report.to_json()))["credentials"][1]["credential"]["name"] == "Autre"


@pytest.mark.covers("vcdm-2.0", "4.13")
@pytest.mark.parametrize("changes", [{"credentials": ()}, {"domain": ""}, {"challenge": ""}])
def test_a_presentation_of_nothing_or_to_nobody_is_not_made(world: World, changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="presentation"):
        make_presentation(
            **(
                {
                    "credentials": [world.signed_badge()],
                    "signer": world.holder,
                    "holder": world.holder_id,
                    "domain": DOMAIN,
                    "challenge": CHALLENGE,
                    "created": NOW,
                    "contexts": world.contexts,
                }
                | changes
            ),
        )


@pytest.mark.covers("di-1.0", "5.2", "5.11")
@pytest.mark.parametrize("changes", [{"expected_domain": ""}, {"expected_challenge": ""}])
def test_a_caller_that_expects_nothing_is_refused(world: World, changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="domain and a challenge"):
        check(world, present(world), **changes)


@pytest.mark.covers("di-1.0", "2.2", "5.11")
@pytest.mark.attack("A8")
def test_a_presentation_signed_as_an_assertion_is_invalid(world: World) -> None:
    unsigned = {name: value for name, value in present(world).items() if name != "proof"}
    asserted = world.sign(unsigned, world.holder, domain=DOMAIN, challenge=CHALLENGE)
    report = check(world, asserted)
    assert (report.outcome, report.codes) == (INVALID, ("proof_purpose_mismatch",))


@pytest.mark.covers("vcdm-2.0", "4.13")
@pytest.mark.attack("A12")
def test_a_bad_presentation_proof_spoils_good_credentials(world: World) -> None:
    good = present(world)
    bad = copy.deepcopy(good)
    bad["proof"]["created"] = "2026-11-24T09:29:59Z"
    report = check(world, bad)
    assert (report.outcome, report.codes) == (INVALID, ("invalid_signature",))
    unsigned = {name: value for name, value in good.items() if name != "proof"}
    assert check(world, unsigned).codes == ("proof_missing",)
    assert check(world, good).outcome is VALID


@pytest.mark.covers("vcdm-2.0", "4.13")
@pytest.mark.attack("A13")
def test_one_bad_credential_of_two_spoils_the_presentation(world: World) -> None:
    good = world.signed_badge()
    bad = world.signed_badge(credential_id="urn:uuid:2") | {"validUntil": "2030-01-01T00:00:00Z"}
    report = check(world, present(world, good, bad))
    assert report.outcome is INVALID
    assert report.check("credentials").code == "credential_invalid"
    assert [each.outcome for each in report.credentials] == [VALID, INVALID]
    assert check(world, present(world, good)).outcome is VALID


@pytest.mark.attack("A13")
def test_one_credential_that_cannot_be_checked_leaves_the_presentation_open(world: World) -> None:
    world.served.serve(LIST_URL, FetchError(detail="down"))
    unknown = world.signed_badge(status=build_status_entry(LIST_URL, 7))
    report = check(world, present(world, unknown))
    assert (report.outcome, report.codes) == (INDETERMINATE, ("credential_indeterminate",))


@pytest.mark.attack("A14")
def test_a_presentation_ends(world: World) -> None:
    presentation = present(world, expires=NOW + timedelta(minutes=5))
    assert check(world, presentation).outcome is VALID
    late = check(world, presentation, now=NOW + timedelta(minutes=5))
    assert (late.outcome, late.codes) == (INVALID, ("proof_expired",))


@pytest.mark.covers("di-1.0", "2.6", "4.4")
@pytest.mark.covers("openid4vp-1.0", "8.6", "14.2")
@pytest.mark.attack("G6")
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"expected_domain": DOMAIN.partition(":")[2]}, "domain_mismatch"),
        ({"expected_domain": DOMAIN + "/"}, "domain_mismatch"),
        ({"expected_challenge": CHALLENGE + "x"}, "challenge_mismatch"),
    ],
)
def test_a_presentation_for_another_request_is_invalid(
    world: World, changes: dict[str, str], code: str
) -> None:
    report = check(world, present(world), **changes)
    assert (report.outcome, report.codes) == (INVALID, (code,))
    assert check(world, present(world)).outcome is VALID


@pytest.mark.covers("di-1.0", "2.6", "4.4")
@pytest.mark.covers("openid4vp-1.0", "8.6", "14.2")
@pytest.mark.attack("G7")
def test_a_presentation_for_one_verifier_is_invalid_at_another(world: World) -> None:
    for_a = present(world, domain="decentralized_identifier:did:web:a.example")
    at_b = check(world, for_a, expected_domain="decentralized_identifier:did:web:b.example")
    assert (at_b.outcome, at_b.codes) == (INVALID, ("domain_mismatch",))
    assert at_b.credentials == ()
    at_a = check(world, for_a, expected_domain="decentralized_identifier:did:web:a.example")
    assert at_a.outcome is VALID


@pytest.mark.attack("G7")
def test_a_presentation_that_names_two_verifiers_is_for_neither(world: World) -> None:
    both = ["decentralized_identifier:did:web:a.example", DOMAIN]
    unsigned = {name: value for name, value in present(world).items() if name != "proof"}
    shown = world.sign(
        unsigned, world.holder, proof_purpose="authentication", domain=both, challenge=CHALLENGE
    )
    assert check(world, shown).outcome is INVALID


@pytest.mark.covers("di-1.0", "2.6", "4.4")
@pytest.mark.covers("openid4vp-1.0", "8.6", "14.2")
@pytest.mark.attack("G6")
@pytest.mark.parametrize(
    ("member", "code"), [("domain", "domain_mismatch"), ("challenge", "challenge_mismatch")]
)
def test_an_absent_domain_or_challenge_is_invalid(world: World, member: str, code: str) -> None:
    presentation = present(world)
    del presentation["proof"][member]
    assert check(world, presentation).codes == (code,)


@pytest.mark.covers("openid4vp-1.0", "8.6", "14.2")
@pytest.mark.attack("G11")
def test_a_stolen_credential_is_invalid_in_other_hands(world: World) -> None:
    stolen = present(world, signer=world.stranger, holder=did_of(world.stranger))
    report = check(world, stolen)
    assert (report.outcome, report.codes) == (INVALID, ("holder_mismatch",))
    assert report.credentials[0].outcome is VALID
    assert check(world, present(world)).outcome is VALID


@pytest.mark.covers("openid4vp-1.0", "8.6", "14.2")
@pytest.mark.attack("G11")
def test_a_holder_who_did_not_sign_is_invalid(world: World) -> None:
    report = check(world, present(world, signer=world.stranger))
    assert (report.outcome, report.codes) == (INVALID, ("issuer_mismatch",))
    assert report.check("holder_key").code == "issuer_mismatch"


@pytest.mark.attack("G12")
def test_a_badge_about_nobody_is_valid_with_a_warning(world: World) -> None:
    report = check(world, present(world, world.signed_badge(subject_id=None)))
    assert report.outcome is VALID
    assert [warning.code for warning in report.warnings] == ["not_bound_to_presenter"]
    assert check(world, present(world)).warnings == ()


@pytest.mark.covers("vcdm-2.0", "4.13")
@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (lambda vp: vp.pop("holder"), "holder_missing"),
        (lambda vp: vp.update(holder={"name": "x"}), "holder_missing"),
        (lambda vp: vp.update(type="VerifiableCredential"), "type_missing"),
        (lambda vp: vp.update(verifiableCredential=[]), "credentials_missing"),
        (lambda vp: vp.pop("verifiableCredential"), "credentials_missing"),
        (lambda vp: vp.update(verifiableCredential=["eyJ"]), "credential_invalid_shape"),
        (lambda vp: vp.update(verifiableCredential=vp["verifiableCredential"] * 51), "too_many_credentials"),
        (lambda vp: vp.update({"@context": ["https://purl.imsglobal.org/x"]}), "context_order"),
    ],
)
def test_an_odd_presentation_is_invalid(world: World, edit: Any, code: str) -> None:
    presentation = present(world)
    edit(presentation)
    report = check(world, presentation)
    assert (report.outcome, report.codes) == (INVALID, (code,))


@pytest.mark.covers("vcdm-2.0", "4.13.1")
def test_an_envelope_put_in_afterwards_is_found(world: World) -> None:
    enveloped = {"@context": [], "type": "EnvelopedVerifiableCredential", "id": "data:application/vc+jwt,eyJ"}
    presentation = present(world) | {"verifiableCredential": [enveloped]}
    assert check(world, presentation).outcome is INVALID


def test_the_query_is_checked(world: World) -> None:
    query = DcqlQuery.parse(QUERY)
    assert check(world, present(world), query=query).outcome is VALID
    other = copy.deepcopy(QUERY)
    other["credentials"][0]["meta"]["type_values"] = [["https://example.org/OtherCredential"]]
    report = check(world, present(world), query=DcqlQuery.parse(other))
    assert report.outcome is INVALID
    assert report.check("query").outcome is INVALID


def answer(world: World, token: Any, query: Any = QUERY) -> Report:
    return check_vp_token(
        token,
        query=DcqlQuery.parse(query),
        context=world.context(),
        now=NOW,
        expected_domain=DOMAIN,
        expected_challenge=CHALLENGE,
    )


@pytest.mark.covers("openid4vp-1.0", "8.6", "14.11")
def test_an_answer_is_checked_as_a_whole(world: World) -> None:
    report = answer(world, {"badge": [present(world)]})
    assert report.outcome is VALID
    assert len(report.credentials) == 1


@pytest.mark.covers("openid4vp-1.0", "8.6")
@pytest.mark.attack("G10")
def test_what_was_not_asked_for_is_dropped_unread(world: World) -> None:
    report = answer(world, {"badge": [present(world)], "extra": [{"not": "looked at"}], "more": "x"})
    assert report.outcome is VALID
    assert len(report.credentials) == 1


@pytest.mark.covers("openid4vp-1.0", "8.6")
@pytest.mark.attack("G10")
def test_an_answer_with_another_credential_is_invalid(world: World) -> None:
    other = copy.deepcopy(QUERY)
    other["credentials"][0]["meta"]["type_values"] = [["https://example.org/OtherCredential"]]
    report = answer(world, {"badge": [present(world)]}, other)
    assert report.outcome is INVALID
    assert report.check("query").outcome is INVALID


@pytest.mark.covers("openid4vp-1.0", "8.6")
def test_a_bad_presentation_in_an_answer_spoils_it(world: World) -> None:
    stolen = present(world, signer=world.stranger, holder=did_of(world.stranger))
    report = answer(world, {"badge": [stolen]})
    assert report.outcome is INVALID
    assert "holder_mismatch" in report.codes


@pytest.mark.covers("openid4vp-1.0", "8.1")
@pytest.mark.parametrize(
    "token",
    [None, 7, "eyJ", [], {}, {"other": []}, {"badge": "eyJ"}, {"badge": {}}, {"badge": []}, {"badge": [7]}],
)
def test_an_answer_of_another_shape_is_named(token: Any) -> None:
    with pytest.raises(PresentationError) as caught:
        parse_vp_token(token, query_ids=["badge"])
    assert caught.value.code == "vp_token_shape"


@pytest.mark.covers("openid4vp-1.0", "8.6")
def test_an_answer_of_another_shape_is_invalid(world: World) -> None:
    assert (answer(world, "eyJ").outcome, answer(world, "eyJ").codes) == (INVALID, ("vp_token_shape",))


def test_an_answer_with_too_many_presentations_is_refused() -> None:
    with pytest.raises(PresentationError) as caught:
        parse_vp_token({"badge": [{}] * 21}, query_ids=["badge"])
    assert caught.value.code == "too_many_presentations"
    assert len(parse_vp_token({"badge": [{}] * 20}, query_ids=["badge"])["badge"]) == 20


@pytest.mark.covers("openid4vp-1.0", "8.6")
@pytest.mark.attack("G10")
def test_more_badges_than_asked_for_are_not_an_answer(world: World) -> None:
    two = present(world, world.signed_badge(), world.signed_badge(credential_id="urn:uuid:2"))
    report = answer(world, {"badge": [two]})
    assert (report.outcome, report.check("query").code) == (INVALID, "answer_too_many")
    several = copy.deepcopy(QUERY)
    several["credentials"][0]["multiple"] = True
    assert answer(world, {"badge": [two]}, several).outcome is VALID
