"""The badge's twin: the same members under the same names, nothing required hidden, and nothing said twice otherwise."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from credentials.errors import CredentialsError
from credentials.open_badges import Evidence, Profile
from credentials.report import Outcome
from credentials.sd_jwt import (
    OPEN_BADGE_VCT,
    SdJwtError,
    check_sd_jwt_vc,
    derive_sd_jwt,
    disclosable_pointers,
    is_open_badge,
    issue_sd_jwt_vc,
    open_badge_claims,
    open_badge_document,
    verify_sd_jwt_vc,
)
from credentials.sd_jwt.badges import check_badge_claims
from credentials.status import build_status_entry
from credentials.view import CredentialView
from tests.unit.credentials.sd_jwt.tokens import NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.credentials.conftest import World

STATUS = {"status_list": {"idx": 7, "uri": "https://node.example/token-status/1"}}
RICH: dict[str, Any] = {
    "evidence": (
        Evidence(name="Vol", narrative="Un vol."),
        Evidence(name="Photo", id="https://node.example/p"),
    ),
    "narrative": "Elle a volé droit.",
    "valid_until": NOW + timedelta(days=365),
}


def rich_badge(world: World) -> dict[str, Any]:
    badge = world.badge(**RICH)
    badge["credentialSubject"]["result"] = [{"type": ["Result"], "value": "42"}]
    badge["issuer"]["image"] = {"id": "https://node.example/logo", "type": "Image"}
    return badge


def twin(world: World, document: dict[str, Any] | None = None, **options: Any) -> str:
    claims, disclosable = open_badge_claims(document or rich_badge(world), **options)
    return issue_sd_jwt_vc(
        claims, disclosable=disclosable, signer=world.issuer, holder_key=world.holder.public_key
    )


@pytest.mark.covers("sd-jwt-vc", "2.2.2")
def test_the_twin_verifies_and_says_all_that_the_badge_says(world: World) -> None:
    document = rich_badge(world)
    verified = verify_sd_jwt_vc(twin(world), context=world.context(), now=NOW)
    assert is_open_badge(verified.claims)
    assert open_badge_document(verified.claims) == document
    assert verified.claims["vct"] == OPEN_BADGE_VCT
    assert verified.claims["iss"] == document["issuer"]["id"]
    assert verified.claims["nbf"] == int(datetime.fromisoformat(document["validFrom"]).timestamp())
    assert verified.claims["exp"] == int(RICH["valid_until"].timestamp())


def test_people_see_the_same_in_both_forms(world: World) -> None:
    view = verify_sd_jwt_vc(twin(world), context=world.context(), now=NOW).view
    assert view.to_json() == CredentialView.from_document(rich_badge(world)).to_json()
    assert view.raw["vct"] == OPEN_BADGE_VCT


def test_with_nothing_disclosed_it_is_still_a_whole_badge(world: World) -> None:
    bare = derive_sd_jwt(twin(world), [])
    verified = verify_sd_jwt_vc(bare, context=world.context(), now=NOW)
    assert verified.disclosed == ()
    view = verified.view
    assert view.achievement_name == "Pilotage de drone"
    assert (view.description, view.criteria_narrative) == (
        "A piloté un drone en suivant des consignes.",
        "- suit les consignes",
    )
    assert (view.issuer_name, view.subject_id) == ("Mission locale", world.holder_id)
    assert view.valid_from
    assert view.valid_until
    hidden = (view.evidence, view.alignments, view.narrative, view.image, view.earned_from)
    assert not any(hidden)


HIDEABLE = {
    "/evidence",
    "/evidence/0",
    "/evidence/1",
    "/issuer/image",
    "/credentialSubject/activityStartDate",
    "/credentialSubject/narrative",
    "/credentialSubject/result",
    "/credentialSubject/result/0",
    "/credentialSubject/achievement/image",
    "/credentialSubject/achievement/alignment",
    "/credentialSubject/achievement/alignment/0",
}


def test_what_can_be_hidden(world: World) -> None:
    token = twin(world)
    assert set(disclosable_pointers(token)) == HIDEABLE
    some = derive_sd_jwt(token, ["/evidence/1", "/credentialSubject/narrative"])
    view = verify_sd_jwt_vc(some, context=world.context(), now=NOW).view
    assert [each.name for each in view.evidence] == ["Photo"]
    assert view.narrative == "Elle a volé droit."


def test_a_proof_and_a_bitstring_status_stay_behind(world: World) -> None:
    signed = world.signed_badge(
        **RICH, status=build_status_entry("https://node.example/status/1", 7, "revocation")
    )
    claims, _ = open_badge_claims(signed, status=STATUS)
    assert not {"proof", "credentialStatus"} & claims.keys()
    assert claims["status"] == STATUS


@pytest.mark.attack("E8")
def test_a_badge_that_can_be_revoked_has_no_twin_that_cannot(world: World) -> None:
    document = world.badge(status=build_status_entry("https://node.example/status/1", 7, "revocation"))
    with pytest.raises(CredentialsError) as caught:
        open_badge_claims(document)
    assert caught.value.code == "badge_status_missing"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda badge: badge.pop("issuer"), "badge_shape"),
        (lambda badge: badge.update(issuer="did:web:a.example"), "badge_shape"),
        (lambda badge: badge.update(credentialSubject=[badge["credentialSubject"]]), "badge_shape"),
        (lambda badge: badge.update(iss="did:web:a.example"), "badge_shape"),
        (lambda badge: badge.update(exp=1), "badge_shape"),
        (lambda badge: badge.pop("validFrom"), "start_date_missing"),
        (lambda badge: badge["credentialSubject"].pop("achievement"), "achievement_missing"),
        (lambda badge: badge["credentialSubject"]["achievement"].pop("criteria"), "criteria_missing"),
        (lambda badge: badge["issuer"].pop("id"), "issuer_invalid"),
    ],
)
def test_what_is_no_badge_has_no_twin(
    world: World, change: Callable[[dict[str, Any]], Any], code: str
) -> None:
    badge = rich_badge(world)
    assert open_badge_claims(badge)
    change(badge)
    with pytest.raises(CredentialsError) as caught:
        open_badge_claims(badge)
    assert caught.value.code == code


CONTRADICTIONS: list[tuple[str, dict[str, Any], str]] = [
    (
        "another issuer",
        {"issuer": {"id": "did:web:stranger.example", "type": ["Profile"], "name": "x"}},
        "/issuer",
    ),
    ("another issuer, a string", {"issuer": "did:web:stranger.example"}, "/issuer"),
    ("another id", {"jti": "urn:uuid:another"}, "/id"),
    ("another subject", {"sub": "did:web:stranger.example"}, "/credentialSubject/id"),
    ("an earlier start", {"nbf": 0}, "/validFrom"),
    ("no start in the token", {"nbf": None}, "/validFrom"),
    ("a later end", {"exp": 253_402_300_799}, "/validUntil"),
    ("no end in the token", {"exp": None}, "/validUntil"),
    ("no end in the badge", {"validUntil": None}, "/validUntil"),
]


@pytest.mark.attack("B20")
@pytest.mark.parametrize(
    ("changes", "pointer"), [case[1:] for case in CONTRADICTIONS], ids=[case[0] for case in CONTRADICTIONS]
)
def test_members_that_contradict_the_token(world: World, changes: dict[str, Any], pointer: str) -> None:
    claims, _ = open_badge_claims(rich_badge(world))
    altered = {name: value for name, value in (claims | changes).items() if value is not None}
    token = issue_sd_jwt_vc(altered, disclosable=[], signer=world.issuer)
    report = check_sd_jwt_vc(token, context=world.context(), now=NOW)
    check = report.check("data_model")
    assert (report.outcome, check.code, check.data["pointer"]) == (
        Outcome.INVALID,
        "claims_contradict",
        pointer,
    )


def test_members_that_agree_with_the_token(world: World) -> None:
    badge = rich_badge(world)
    claims, _ = open_badge_claims(badge)
    claims |= {"jti": badge["id"], "sub": world.holder_id, "iat": int(NOW.timestamp())}
    token = issue_sd_jwt_vc(claims, disclosable=[], signer=world.issuer)
    assert check_sd_jwt_vc(token, context=world.context(), now=NOW).outcome is Outcome.VALID


@pytest.mark.parametrize("name", ["proof", "credentialStatus"])
def test_a_proof_or_status_that_nobody_would_check(world: World, name: str) -> None:
    claims, _ = open_badge_claims(rich_badge(world))
    token = issue_sd_jwt_vc(
        claims | {name: {"type": "X", "id": "urn:x:1"}}, disclosable=[], signer=world.issuer
    )
    report = check_sd_jwt_vc(token, context=world.context(), now=NOW)
    assert report.codes == ("badge_shape",)


def test_a_required_member_hidden_and_not_shown_makes_no_badge(world: World) -> None:
    claims, _ = open_badge_claims(rich_badge(world))
    token = issue_sd_jwt_vc(claims, disclosable=["/credentialSubject/achievement"], signer=world.issuer)
    assert check_sd_jwt_vc(token, context=world.context(), now=NOW).outcome is Outcome.VALID
    report = check_sd_jwt_vc(derive_sd_jwt(token, []), context=world.context(), now=NOW)
    assert report.codes == ("achievement_missing",)


def test_an_https_issuer_stands_for_the_did_web_of_its_host(world: World) -> None:
    badge = world.badge(issuer=Profile(id="did:web:issuer.example:tenant", name="Mission locale"))
    claims, disclosable = open_badge_claims(badge, iss="https://issuer.example/tenant")
    key = world.issuer.public_key.to_jwk() | {"kid": "1"}
    world.served.serve(
        "https://issuer.example/.well-known/jwt-vc-issuer/tenant",
        {"issuer": "https://issuer.example/tenant", "jwks": {"keys": [key]}},
    )
    token = issue_sd_jwt_vc(claims, disclosable=disclosable, signer=world.issuer, kid="1")
    verified = verify_sd_jwt_vc(token, context=world.context(), now=NOW)
    assert verified.view.issuer_id == "did:web:issuer.example:tenant"
    for other in ("https://issuer.example", "https://stranger.example/tenant", "did:web:issuer.example"):
        with pytest.raises(CredentialsError) as caught:
            open_badge_claims(badge, iss=other)
        assert caught.value.code == "claims_contradict"


def test_milliseconds_are_kept(world: World) -> None:
    badge = rich_badge(world) | {"validFrom": "2026-11-23T09:30:00.250Z"}
    claims, _ = open_badge_claims(badge)
    assert claims["nbf"] == datetime.fromisoformat("2026-11-23T09:30:00.250+00:00").timestamp()
    token = issue_sd_jwt_vc(claims, disclosable=[], signer=world.issuer)
    assert check_sd_jwt_vc(token, context=world.context(), now=NOW).outcome is Outcome.VALID


def test_odd_dates_of_the_token_are_told(world: World) -> None:
    claims, _ = open_badge_claims(rich_badge(world))
    check_badge_claims(claims)
    with pytest.raises(CredentialsError) as caught:
        check_badge_claims(claims | {"nbf": "yesterday"})
    assert (caught.value.code, caught.value.pointer) == ("claim_syntax", "/nbf")


@pytest.mark.attack("B20")
def test_an_end_under_an_older_name_is_an_end(world: World) -> None:
    claims, _ = open_badge_claims(world.badge())
    check_badge_claims(claims)
    for name in ("expirationDate", "validUntil"):
        with pytest.raises(SdJwtError) as caught:
            check_badge_claims(claims | {name: "2036-01-01T00:00:00Z"})
        assert caught.value.code == "claims_contradict"


@pytest.mark.attack("B11")
def test_a_colon_in_a_path_is_not_a_did_of_another_path(world: World) -> None:
    def said(iss: str, did: str) -> None:
        badge = world.badge()
        claims, _ = open_badge_claims(badge | {"issuer": badge["issuer"] | {"id": did}}, iss=iss)
        check_badge_claims(claims)

    said("https://node.example/a/b", "did:web:node.example:a:b")
    with pytest.raises(SdJwtError) as caught:
        said("https://node.example/a:b", "did:web:node.example:a:b")
    assert caught.value.code == "claims_contradict"
