"""Presentations in JWTs, and credentials of every form in presentations of every form."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from credentials.data_integrity import add_proof
from credentials.exchange.dcql import DcqlQuery
from credentials.exchange.presentations import check_vp_token
from credentials.jose import (
    JWT_VC_JSON,
    JWT_VP_JSON,
    OPEN_BADGES_JWT,
    VC_JWT,
    VP_JWT,
    Profile,
    envelop_credential,
    sign_jwt_presentation,
)
from credentials.jws import parse_compact, read_unverified_claims
from credentials.report import Outcome, Report
from credentials.sd_jwt import derive_sd_jwt, issue_sd_jwt_vc
from credentials.sd_jwt.vc_jose_cose import issue_vc_sd_jwt
from credentials.verification import PRESENTATION_STEPS, check_presentation
from did.keys import KeySigner
from tests.unit.credentials.conftest import NOW, World, did_of
from tests.unit.credentials.jose_tokens import badge_token, forge, signer_of

VALID, INVALID = Outcome.VALID, Outcome.INVALID
AUDIENCE = "decentralized_identifier:did:web:verifier.example"
NONCE = "b7d0c3e3c9b4a5e9"
SECONDS = int(NOW.timestamp())
PROFILES = (VP_JWT, JWT_VP_JSON)
profiles = pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)


def present(
    world: World,
    profile: Profile = VP_JWT,
    *,
    credentials: Any = None,
    signer: KeySigner | None = None,
    **changes: Any,
) -> str:
    inner = VC_JWT if profile is VP_JWT else JWT_VC_JSON
    arguments: dict[str, Any] = {
        "signer": signer or world.holder,
        "holder": world.holder_id,
        "audience": AUDIENCE,
        "nonce": NONCE,
        "now": NOW,
        "profile": profile,
    }
    held = [badge_token(world, profile=inner)] if credentials is None else credentials
    return sign_jwt_presentation(held, **(arguments | changes))


def check(world: World, token: Any, *, now: Any = NOW, **changes: Any) -> Report:
    expected = {"expected_domain": AUDIENCE, "expected_challenge": NONCE} | changes
    data = token.encode() if isinstance(token, str) else token
    return check_presentation(data, context=world.context(), now=now, **expected)


def verdict(world: World, token: Any, **changes: Any) -> tuple[Outcome, tuple[str, ...]]:
    report = check(world, token, **changes)
    return report.outcome, report.codes


def resigned(token: str, signer: KeySigner, claims: dict[str, Any], **header: Any) -> bytes:
    jws = parse_compact(token)
    changed = [
        {name: value for name, value in (before | after).items() if value is not None}
        for before, after in ((jws.unverified_header, header), (read_unverified_claims(jws), claims))
    ]
    return forge(*changed, signer)


@pytest.mark.covers("vc-jose-cose", "3.1.2", "5.1")
@profiles
def test_a_presentation_in_a_jwt_is_valid_step_by_step(world: World, profile: Profile) -> None:
    report = check(world, present(world, profile))
    assert (report.outcome, report.codes) == (VALID, ())
    assert tuple(each.name for each in report.checks) == PRESENTATION_STEPS
    assert report.securing == profile.name
    inner = VC_JWT if profile is VP_JWT else JWT_VC_JSON
    assert [each.securing for each in report.credentials] == [inner.name]
    assert report.to_json()["credentials"][0]["credential"]["achievement_name"] == "Pilotage de drone"


@pytest.mark.covers("vc-jose-cose", "3.1.2", "6.1.2")
def test_each_form_is_written_as_its_specification_says(world: World) -> None:
    token = badge_token(world)
    jws = parse_compact(present(world, credentials=[token]))
    kid = world.holder.verification_method
    assert jws.unverified_header == {"alg": "EdDSA", "kid": kid, "typ": "vp+jwt", "cty": "vp"}
    bound = {"iss": world.holder_id, "aud": AUDIENCE, "nonce": NONCE, "iat": SECONDS}
    assert read_unverified_claims(jws) == bound | {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": world.holder_id,
        "verifiableCredential": [
            {
                "@context": ["https://www.w3.org/ns/credentials/v2"],
                "id": f"data:application/vc+jwt,{token}",
                "type": "EnvelopedVerifiableCredential",
            }
        ],
    }
    old = badge_token(world, profile=JWT_VC_JSON)
    jws = parse_compact(present(world, JWT_VP_JSON, credentials=[old], expires=NOW + timedelta(minutes=5)))
    assert jws.unverified_header == {"alg": "EdDSA", "kid": kid, "typ": "JWT"}
    claims = read_unverified_claims(jws)
    assert claims.pop("vp") == {
        "@context": ["https://www.w3.org/2018/credentials/v1"],
        "type": ["VerifiablePresentation"],
        "holder": world.holder_id,
        "verifiableCredential": [old],
    }
    assert claims == bound | {"exp": SECONDS + 300}


def test_a_holder_that_stands_in_iss_alone_is_the_holder(world: World) -> None:
    token = present(world, JWT_VP_JSON)
    vp = {
        name: value
        for name, value in read_unverified_claims(parse_compact(token))["vp"].items()
        if name != "holder"
    }
    assert check(world, resigned(token, world.holder, {"vp": vp})).outcome is VALID
    assert verdict(world, resigned(token, world.holder, {"vp": vp, "iss": None})) == (
        INVALID,
        ("holder_missing",),
    )


def proven(world: World, credentials: list[Any]) -> dict[str, Any]:
    """A presentation of the holder with a Data Integrity proof."""
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": world.holder_id,
        "verifiableCredential": credentials,
    }
    return add_proof(
        document,
        signer=world.holder,
        proof_purpose="authentication",
        created=NOW,
        selection=world.contexts.selections(document)[0],
        domain=AUDIENCE,
        challenge=NONCE,
    )


@pytest.mark.covers("vcdm-2.0", "4.12", "4.13.1")
def test_forms_go_together(world: World) -> None:
    by_jwt = envelop_credential(badge_token(world))
    by_open_badges = envelop_credential(
        badge_token(world, profile=OPEN_BADGES_JWT), media_type="application/jwt"
    )
    by_proof = world.signed_badge()
    forms = ["vc+jwt", "obv3_jwt", "data_integrity"]
    for presentation in (
        proven(world, [by_jwt, by_open_badges, by_proof]),
        present(world, credentials=[by_jwt, by_open_badges, by_proof]),
    ):
        report = check(world, presentation)
        assert (report.outcome, report.codes) == (VALID, ())
        assert [each.securing for each in report.credentials] == forms


@pytest.mark.attack("A13", "A19")
def test_one_bad_credential_in_an_envelope_spoils_the_whole(world: World) -> None:
    good, other = badge_token(world), badge_token(world, signer_of(number=2))
    spliced = ".".join([*good.split(".")[:2], other.split(".")[2]])
    for make in (
        lambda held: present(world, credentials=held),
        lambda held: proven(world, list(map(envelop_credential, held))),
    ):
        report = check(world, make([good, spliced]))
        assert (report.outcome, report.codes) == (INVALID, ("credential_invalid",))
        assert [each.outcome for each in report.credentials] == [VALID, INVALID]
        assert report.credentials[1].codes == ("jws_signature",)
        assert check(world, make([good, other])).outcome is VALID


@pytest.mark.attack("A19")
def test_an_envelope_exchanged_under_the_proof_is_found(world: World) -> None:
    signed = proven(world, [envelop_credential(badge_token(world))])
    assert check(world, signed).outcome is VALID
    exchanged = signed | {
        "verifiableCredential": [envelop_credential(badge_token(world, signer_of(number=2)))]
    }
    assert verdict(world, exchanged) == (INVALID, ("invalid_signature",))


@pytest.mark.covers("vcdm-2.0", "4.13.2")
@pytest.mark.covers("vc-jose-cose", "6.1.2")
def test_an_enveloped_presentation_is_what_is_in_it(world: World) -> None:
    envelope = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": "EnvelopedVerifiablePresentation",
        "id": f"data:application/vp+jwt,{present(world)}",
    }
    report = check(world, envelope)
    assert (report.outcome, report.securing) == (VALID, "vp+jwt")
    for change in (
        {"type": "EnvelopedVerifiableCredential"},
        {"holder": world.holder_id},
        {"verifiableCredential": []},
    ):
        assert verdict(world, envelope | change) == (INVALID, ("envelope_invalid",))
    as_credential = envelope | {"id": envelope["id"].replace("vp+jwt", "vc+jwt")}
    assert verdict(world, as_credential) == (INVALID, ("envelope_media_type",))


@pytest.mark.covers("vcdm-2.0", "4.13.2")
@pytest.mark.parametrize(
    "credentials",
    [
        lambda world: [present(world)],
        lambda world: [
            {"type": "EnvelopedVerifiablePresentation", "id": f"data:application/vp+jwt,{present(world)}"}
        ],
        lambda world: [envelop_credential(present(world))],
        lambda world: [envelop_credential(present(world), media_type="application/vp+jwt")],
    ],
)
def test_a_presentation_in_a_presentation_is_refused(world: World, credentials: Any) -> None:
    report = check(world, present(world, credentials=credentials(world)))
    assert (report.outcome, report.codes) == (INVALID, ("credential_invalid",))


@pytest.mark.covers("vcdm-1.1", "4.10")
def test_a_bare_token_stands_in_vcdm_1_1_alone(world: World) -> None:
    token = present(world)
    bare = {"verifiableCredential": [badge_token(world)]}
    assert verdict(world, resigned(token, world.holder, bare)) == (INVALID, ("credential_invalid_shape",))
    assert (
        check(
            world, present(world, JWT_VP_JSON, credentials=[badge_token(world, profile=JWT_VC_JSON)])
        ).outcome
        is VALID
    )


# Attacks


def other_vp(token: str, **members: Any) -> dict[str, Any]:
    claims = read_unverified_claims(parse_compact(token))
    return {"vp": claims["vp"] | members} if "vp" in claims else members


@pytest.mark.covers("vc-jose-cose", "3.1.2", "5.1")
@profiles
@pytest.mark.parametrize(
    ("claims", "code"),
    [
        pytest.param({"aud": [AUDIENCE, "https://stranger.example"]}, "domain_mismatch", marks=pytest.mark.attack("B12")),
        pytest.param({"aud": [AUDIENCE]}, "domain_mismatch", marks=pytest.mark.attack("B12")),
        pytest.param({"aud": "https://stranger.example"}, "domain_mismatch", marks=pytest.mark.attack("B12", "G7")),
        pytest.param({"aud": AUDIENCE.partition(":")[2]}, "domain_mismatch", marks=pytest.mark.attack("B12")),
        pytest.param({"aud": AUDIENCE + "/"}, "domain_mismatch", marks=pytest.mark.attack("B12")),
        pytest.param({"aud": None}, "domain_mismatch", marks=pytest.mark.attack("B12")),
        pytest.param({"nonce": "another"}, "challenge_mismatch", marks=pytest.mark.attack("G6")),
        pytest.param({"nonce": [NONCE]}, "challenge_mismatch", marks=pytest.mark.attack("G6")),
        pytest.param({"nonce": None}, "challenge_mismatch", marks=pytest.mark.attack("G6")),
        pytest.param({"exp": SECONDS}, "proof_expired", marks=pytest.mark.attack("A14")),
        pytest.param({"iat": SECONDS + 61}, "proof_not_yet_valid", marks=pytest.mark.attack("A14")),
        pytest.param({"nbf": SECONDS + 61}, "proof_not_yet_valid", marks=pytest.mark.attack("A14")),
        pytest.param({"exp": str(SECONDS + 60)}, "jwt_claim_syntax", marks=pytest.mark.attack("B10")),
        pytest.param({"iss": "did:example:1"}, "jwt_iss_mismatch", marks=pytest.mark.attack("B11")),
        pytest.param({"iss": ["did:example:1"]}, "jwt_claim_syntax", marks=pytest.mark.attack("B11")),
        pytest.param({"jti": "urn:uuid:1"}, "", marks=pytest.mark.attack("B20")),
    ],
)  # fmt: skip
def test_a_presentation_for_somebody_else_or_another_time_is_invalid(
    world: World, profile: Profile, claims: dict[str, Any], code: str
) -> None:
    token = present(world, profile)
    assert check(world, token).outcome is VALID
    if not code:
        # the id of a presentation of VCDM 1.1 may stand in `jti` alone; in 2.0 nothing says it
        code = "" if profile is JWT_VP_JSON else "jwt_jti_mismatch"
    assert verdict(world, resigned(token, world.holder, claims))[1] == ((code,) if code else ())


@pytest.mark.covers("vc-jose-cose", "3.1.2", "5.1")
@profiles
@pytest.mark.attack("B3", "B4", "G11")
def test_a_presentation_by_somebody_else_is_invalid(world: World, profile: Profile) -> None:
    token = present(world, profile)
    stranger = world.stranger
    kid = stranger.verification_method
    jwk = stranger.public_key.to_jwk()
    assert verdict(world, resigned(token, stranger, {}))[1] == ("jws_signature",)
    assert verdict(world, resigned(token, stranger, {}, kid=kid))[1] == ("issuer_mismatch",)
    assert verdict(world, resigned(token, stranger, {}, kid=None, jwk=jwk))[1] == (
        "verification_method_not_found",
    )
    # under the stranger's own name the presentation is theirs, and the badge is not
    holder = did_of(stranger)
    theirs = other_vp(token, holder=holder) | {"iss": holder}
    assert verdict(world, resigned(token, stranger, theirs, kid=kid))[1] == ("holder_mismatch",)
    assert check(world, token).outcome is VALID


@profiles
@pytest.mark.attack("B9")
def test_a_token_for_something_else_is_no_presentation(world: World, profile: Profile) -> None:
    token = present(world, profile)
    for typ in ("kb+jwt", "vc+jwt", "openid4vci-proof+jwt", "at+jwt", "VP+JWT", 7):
        assert verdict(world, resigned(token, world.holder, {}, typ=typ))[1] == ("jws_typ",)
    inner = VC_JWT if profile is VP_JWT else JWT_VC_JSON
    assert verdict(world, badge_token(world, profile=inner))[1] == ("jws_typ",)
    assert verdict(world, badge_token(world, profile=OPEN_BADGES_JWT))[1] == ("jws_typ",)


@pytest.mark.covers("vc-jose-cose", "4.3")
@pytest.mark.covers("cid-1.0", "2.3.1")
@pytest.mark.attack("A8", "A9")
def test_a_key_for_assertions_presents_nothing(world: World) -> None:
    from did.document import DocumentKey, Relationship, build_did_document

    did = "did:web:holder.example"
    signer = KeySigner(world.holder.private_key, f"{did}#key-1")
    for relationships, codes in (
        ((Relationship.ASSERTION_METHOD,), ("invalid_verification_relationship",)),
        ((Relationship.AUTHENTICATION,), ()),
    ):
        key = DocumentKey("key-1", signer.public_key, relationships)
        world.served.serve("https://holder.example/.well-known/did.json", build_did_document(did, [key]))
        held = [badge_token(world, subject_id=did)]
        assert verdict(world, present(world, credentials=held, signer=signer, holder=did))[1] == codes


@pytest.mark.attack("B19")
@pytest.mark.parametrize(
    "missing", [{"expected_challenge": ""}, {"expected_domain": ""}, {"expected_challenge": None}]
)
def test_our_own_caller_cannot_leave_the_nonce_or_the_audience_out(
    world: World, missing: dict[str, Any]
) -> None:
    token = present(world)
    assert check(world, token).outcome is VALID
    with pytest.raises(ValueError, match="a domain and a challenge"):
        check(world, token, **missing)


@pytest.mark.attack("B19")
@pytest.mark.parametrize("missing", [{"nonce": ""}, {"audience": ""}, {"credentials": []}])
def test_nothing_is_presented_to_nobody(world: World, missing: dict[str, Any]) -> None:
    with pytest.raises(
        ValueError, match=r"a presentation (has credentials|is bound to an audience and a nonce)"
    ):
        present(world, **missing)


@pytest.mark.attack("B6")
def test_a_claim_twice_is_refused(world: World) -> None:
    jws = parse_compact(present(world))
    payload = b'{"aud":"https://stranger.example",' + jws.unverified_payload[1:]
    assert verdict(world, forge(jws.unverified_header, payload, world.holder))[1] == ("jws_payload",)


def test_too_many_credentials_are_refused_before_any_is_looked_at(world: World) -> None:
    token = badge_token(world)
    assert verdict(world, present(world, credentials=[token] * 51))[1] == ("too_many_credentials",)
    assert world.served.requests == []


@pytest.mark.covers("openid4vp-1.0", "B.1")
def test_an_answer_over_openid4vp_may_be_a_jwt(world: World) -> None:
    query = DcqlQuery.parse(
        {
            "credentials": [
                {
                    "id": "badge",
                    "format": "jwt_vc_json",
                    "meta": {
                        "type_values": [
                            ["https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential"]
                        ]
                    },
                }
            ]
        }
    )
    report = check_vp_token(
        json.loads(json.dumps({"badge": [present(world)]})),
        query=query,
        context=world.context(),
        now=NOW,
        expected_domain=AUDIENCE,
        expected_challenge=NONCE,
    )
    assert (report.outcome, report.codes) == (VALID, ())


def bound_sd_jwt(world: World, **claims: Any) -> dict[str, Any]:
    """An SD-JWT VC bound to the holder's key, in an envelope."""
    token = issue_sd_jwt_vc(
        {"iss": world.issuer_id, "vct": "https://a.example/diploma", "name": "Ana"} | claims,
        disclosable=["/name"],
        signer=world.issuer,
        holder_key=world.holder.public_key,
    )
    return envelop_credential(token, media_type="application/dc+sd-jwt")


def by(world: World, signer: KeySigner, credentials: Any) -> tuple[Outcome, tuple[str, ...]]:
    return verdict(world, present(world, credentials=credentials, signer=signer, holder=did_of(signer)))


@pytest.mark.covers("vc-jose-cose", "4.1.3")
@pytest.mark.attack("G11")
@pytest.mark.parametrize("claims", [{}, {"sub": "learner-17"}])
def test_a_stolen_sd_jwt_in_an_envelope_stays_bound_to_its_key(world: World, claims: dict[str, Any]) -> None:
    envelope = bound_sd_jwt(world, **claims)
    assert by(world, world.holder, [envelope]) == (VALID, ())
    assert by(world, world.stranger, [envelope]) == (INVALID, ("holder_mismatch",))


@pytest.mark.attack("G11", "G12")
def test_an_sd_jwt_without_a_key_is_its_subjects_or_nobodys(world: World) -> None:
    def envelope(**claims: Any) -> dict[str, Any]:
        claims |= {"iss": world.issuer_id, "vct": "https://a.example/diploma"}
        token = issue_sd_jwt_vc(claims, disclosable=[], signer=world.issuer)
        return envelop_credential(token, media_type="application/dc+sd-jwt")

    assert by(world, world.holder, [envelope(sub=world.holder_id)]) == (VALID, ())
    assert by(world, world.stranger, [envelope(sub=world.holder_id)]) == (INVALID, ("holder_mismatch",))
    report = check(world, present(world, credentials=[envelope()]))
    assert [warning.code for warning in report.warnings] == ["not_bound_to_presenter"]


def withholding(world: World, shown: list[str], **options: Any) -> dict[str, Any]:
    """A W3C credential in an SD-JWT, of which the holder shows some; in an envelope."""
    token = issue_vc_sd_jwt(
        world.badge(),
        disclosable=["/credentialSubject/id", "/evidence"],
        signer=world.issuer,
        **options,
    )
    return envelop_credential(derive_sd_jwt(token, shown), media_type="application/vc+sd-jwt")


@pytest.mark.covers("vc-jose-cose", "4.1.3")
@pytest.mark.attack("G11")
def test_who_a_credential_is_about_cannot_be_withheld_from_whom_it_is_presented_to(world: World) -> None:
    """A stolen badge whose subject is left out would else be one that names nobody."""
    assert by(world, world.holder, [withholding(world, ["/credentialSubject/id"])]) == (VALID, ())
    for signer in (world.holder, world.stranger):
        assert by(world, signer, [withholding(world, ["/evidence"])]) == (INVALID, ("holder_mismatch",))
    shown = withholding(world, ["/credentialSubject/id"])
    assert by(world, world.stranger, [shown]) == (INVALID, ("holder_mismatch",))


@pytest.mark.attack("G11")
def test_a_credential_bound_to_a_key_may_withhold_who_it_is_about(world: World) -> None:
    hidden = withholding(world, [], holder_key=world.holder.public_key)
    assert by(world, world.holder, [hidden]) == (VALID, ())
    assert by(world, world.stranger, [hidden]) == (INVALID, ("holder_mismatch",))


@pytest.mark.attack("G11", "G12")
@pytest.mark.parametrize(
    ("disclosable", "outcome"),
    [
        (["/evidence"], VALID),
        (["/credentialSubject/achievement/image"], VALID),
        (["/credentialSubject/narrative"], INVALID),
        (["/credentialSubject"], INVALID),
    ],
)
def test_a_credential_that_names_nobody_passes_where_nothing_is_hidden_in_its_subject(
    world: World, disclosable: list[str], outcome: Outcome
) -> None:
    """Of a digest in the subject's own place nobody can tell whether it hides a name."""
    document = world.badge(subject_id=None, narrative="Bien.") | {"evidence": [{"type": ["Evidence"]}]}
    token = issue_vc_sd_jwt(document, disclosable=disclosable, signer=world.issuer)
    envelope = envelop_credential(derive_sd_jwt(token, []), media_type="application/vc+sd-jwt")
    assert by(world, world.holder, [envelope])[0] is outcome
    whole = envelop_credential(token, media_type="application/vc+sd-jwt")
    report = check(world, present(world, credentials=[whole]))
    assert (report.outcome, report.warnings[-1].code) == (VALID, "not_bound_to_presenter")


@pytest.mark.attack("G11")
def test_a_sub_that_is_withheld_is_bound_to_nobody(world: World) -> None:
    token = issue_sd_jwt_vc(
        {"iss": world.issuer_id, "vct": "https://a.example/diploma", "sub": world.holder_id, "name": "Ana"},
        disclosable=["/name", "/sub"],
        signer=world.issuer,
    )
    for shown, codes in ((["/sub"], ()), (["/name"], ("holder_mismatch",))):
        envelope = envelop_credential(derive_sd_jwt(token, shown), media_type="application/dc+sd-jwt")
        assert by(world, world.holder, [envelope])[1] == codes


@pytest.mark.covers("vc-jose-cose", "4.1.3")
@pytest.mark.attack("G11")
@pytest.mark.parametrize(
    ("confirmation", "outcome"),
    [
        (lambda world: {"jwk": world.holder.public_key.to_jwk()}, VALID),
        (lambda world: {"kid": world.holder.verification_method}, VALID),
        (lambda world: {"jwk": world.stranger.public_key.to_jwk()}, INVALID),
        (lambda world: {"kid": world.stranger.verification_method}, INVALID),
        (lambda world: {"jkt": world.holder.public_key.thumbprint()}, INVALID),
        (lambda _: {"jwk": {"kty": "oct", "k": "AA"}}, INVALID),
        (lambda _: {"jwk": "x", "kid": 1}, INVALID),
        (lambda _: {}, INVALID),
    ],
)
@pytest.mark.parametrize("profile", [VC_JWT, JWT_VC_JSON], ids=lambda profile: profile.name)
def test_a_jwt_with_a_confirmation_is_for_that_key_alone(
    world: World, profile: Profile, confirmation: Any, outcome: Outcome
) -> None:
    token = resigned(badge_token(world, profile=profile), signer_of(), {"cnf": confirmation(world)}).decode()
    outer = VP_JWT if profile is VC_JWT else JWT_VP_JSON
    report = check(world, present(world, outer, credentials=[token]))
    assert report.outcome is outcome
    assert report.codes == (() if outcome is VALID else ("holder_mismatch",))
    assert report.to_json()["credentials"][0].keys() >= {"outcome", "checks"}


HOLDERS_HOST = "https://holder.example"
HOLDERS_KEYS = f"{HOLDERS_HOST}/.well-known/jwks.json"


@pytest.mark.attack("G11")
@pytest.mark.parametrize(
    ("named", "outcome"),
    [
        ("{holder}", INVALID),
        ("2026", INVALID),
        (f"{HOLDERS_KEYS}#2027", INVALID),
        (f"{HOLDERS_KEYS}#2026", VALID),
    ],
)
def test_a_name_that_a_host_gives_its_key_is_nobody_elses(world: World, named: str, outcome: Outcome) -> None:
    """A host may call its own key by the DID URL of somebody's; that does not make it theirs."""
    kid = named.replace("{holder}", world.holder.verification_method)
    token = resigned(badge_token(world), signer_of(), {"cnf": {"kid": kid}}).decode()
    assert verdict(world, present(world, credentials=[token]))[0] is (
        VALID if kid == world.holder.verification_method else INVALID
    )
    key_name = "2026" if kid.startswith(HOLDERS_KEYS) else kid
    by = KeySigner(world.stranger.private_key, key_name)
    world.served.serve(HOLDERS_KEYS, {"keys": [by.public_key.to_jwk() | {"kid": key_name}]})
    presented = present(world, credentials=[token], signer=by, holder=HOLDERS_HOST)
    assert verdict(world, presented) == (outcome, () if outcome is VALID else ("holder_mismatch",))


@pytest.mark.covers("vc-jose-cose", "4.1.3")
@pytest.mark.attack("G11")
def test_a_confirmation_binds_in_a_presentation_with_a_proof_too(world: World) -> None:
    for signer, outcome in ((world.holder, VALID), (world.stranger, INVALID)):
        presentation = {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiablePresentation"],
            "holder": did_of(signer),
            "verifiableCredential": [bound_sd_jwt(world)],
        }
        proven = add_proof(
            presentation,
            signer=signer,
            created=NOW,
            selection=world.contexts.newest(),
            proof_purpose="authentication",
            domain=AUDIENCE,
            challenge=NONCE,
        )
        assert check(world, proven).outcome is outcome
