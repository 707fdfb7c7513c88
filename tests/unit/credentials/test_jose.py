"""Credentials in JWTs: each form is issued and verified, step by step, as any other credential is."""

from __future__ import annotations

import copy
import json
from datetime import timedelta
from typing import Any

import pytest

from credentials.errors import DataModelError, ProofError
from credentials.jose import (
    JWT_VC_JSON,
    OPEN_BADGES_JWT,
    VC_JWT,
    VP_JWT,
    JoseError,
    Profile,
    Role,
    envelop_credential,
    sign_jwt_credential,
    to_vcdm_1_1,
)
from credentials.jws import JwsError, parse_compact, read_unverified_claims
from credentials.report import Outcome, Report
from credentials.status import build_status_entry, build_status_list_credential
from credentials.status.bitstring import Bitstring
from credentials.verification import (
    CREDENTIAL_STEPS,
    check_credential,
    check_proof_only,
    verify_credential,
)
from did.document import DocumentKey, build_did_document, jwks
from did.errors import FetchError
from did.keys import KeySigner, KeyType, PrivateKey
from tests.unit.credentials.conftest import LIST_URL, NOW, World, did_of
from tests.unit.credentials.jose_tokens import (
    CREDENTIAL_PROFILES,
    badge_of,
    badge_token,
    forge,
    signer_of,
)

VALID, INVALID, INDETERMINATE = Outcome.VALID, Outcome.INVALID, Outcome.INDETERMINATE
KEY_TYPES = (KeyType.RSA, KeyType.P256, KeyType.P384, KeyType.P521, KeyType.ED25519)
profiles = pytest.mark.parametrize("profile", CREDENTIAL_PROFILES, ids=lambda profile: profile.name)


def check(world: World, token: Any, *, now: Any = NOW, **changes: Any) -> Report:
    data = token.encode() if isinstance(token, str) else token
    return check_credential(data, context=world.context(**changes), now=now)


def verdict(world: World, token: Any, **changes: Any) -> tuple[Outcome, tuple[str, ...]]:
    report = check(world, token, **changes)
    return report.outcome, report.codes


def resigned(token: str, signer: KeySigner, claims: dict[str, Any], **header: Any) -> bytes:
    """The same token with other claims or header members, truly signed; None takes one away."""
    jws = parse_compact(token)
    changed = [
        {name: value for name, value in (before | after).items() if value is not None}
        for before, after in (
            (jws.unverified_header, header),
            (read_unverified_claims(jws), claims),
        )
    ]
    return forge(*changed, signer)


@pytest.mark.covers("vc-jose-cose", "3.1.1", "5.1")
@pytest.mark.covers("open-badges-3.0", "Proof Formats", "Verify a Credential (JSON Web Token)")
@profiles
@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_a_badge_in_a_jwt_is_valid_step_by_step(world: World, profile: Profile, key_type: KeyType) -> None:
    signer = signer_of(key_type)
    token = badge_token(world, signer, profile)
    report = check(world, token)
    assert (report.outcome, report.codes) == (VALID, ())
    assert tuple(each.name for each in report.checks) == CREDENTIAL_STEPS
    assert report.securing == report.to_json()["securing"] == profile.name
    assert report.credential is not None
    assert report.credential.achievement_name == "Pilotage de drone"
    assert report.check("proof").data["verificationMethods"] == [signer.verification_method]
    assert report.check("issuer_key").data["controllers"] == [did_of(signer)]


@profiles
def test_what_is_verified_is_kept_byte_for_byte(world: World, profile: Profile) -> None:
    signer = signer_of()
    token = badge_token(world, signer, profile).encode()
    verified = verify_credential(token, context=world.context(), now=NOW)
    assert verified.content == token
    assert verified.document == badge_of(world, signer, profile)


def test_the_securing_of_a_json_credential_is_told_too(world: World) -> None:
    report = check_credential(world.signed_badge(), context=world.context(), now=NOW)
    assert report.securing == "data_integrity"
    assert check(world, b"{").securing == ""


@pytest.mark.covers("vc-jose-cose", "1.1.2", "3.1.1", "3.1.3")
@pytest.mark.covers(
    "open-badges-3.0", "Create the JOSE Header", "Create the JWT Payload", "Create the Proof (JSON Web Token)"
)
@pytest.mark.covers("vcdm-1.1", "6.3")
def test_each_form_is_written_as_its_specification_says(world: World) -> None:
    signer = signer_of()
    end = NOW + timedelta(days=1)
    written = {}
    for profile in CREDENTIAL_PROFILES:
        jws = parse_compact(badge_token(world, signer, profile, valid_until=end))
        written[profile] = (jws.unverified_header, read_unverified_claims(jws))
    kid = {"alg": "ES256", "kid": signer.verification_method}
    assert written[VC_JWT][0] == kid | {"typ": "vc+jwt", "cty": "vc"}
    assert written[OPEN_BADGES_JWT][0] == written[JWT_VC_JSON][0] == kid | {"typ": "JWT"}
    says_again = {
        "iss": did_of(signer),
        "sub": world.holder_id,
        "jti": "urn:uuid:0b7d0c3e-3c9b-4a5e-9d6e-1f2a3b4c5d6e",
        "nbf": int((NOW - timedelta(days=1)).timestamp()),
        "exp": int(end.timestamp()),
        "iat": int(NOW.timestamp()),
    }
    badge = badge_of(world, signer, valid_until=end)
    assert written[OPEN_BADGES_JWT][1] == badge | says_again
    assert written[VC_JWT][1] == badge | {"iss": did_of(signer), "iat": says_again["iat"]}
    assert written[JWT_VC_JSON][1] == says_again | {
        "vc": badge_of(world, signer, JWT_VC_JSON, valid_until=end)
    }


# What only the claims say


def lean(world: World, signer: KeySigner, **changes: Any) -> bytes:
    """A `jwt_vc_json` whose `vc` leaves out all that the claims say."""
    token = badge_token(world, signer, JWT_VC_JSON, **changes)
    claims = read_unverified_claims(parse_compact(token))
    vc = copy.deepcopy(claims["vc"])
    for name in ("id", "issuanceDate", "expirationDate"):
        vc.pop(name, None)
    del vc["issuer"]["id"]
    del vc["credentialSubject"]["id"]
    return resigned(token, signer, {"vc": vc})


@pytest.mark.covers("vcdm-1.1", "6.3")
def test_members_that_stand_in_the_claims_alone_are_those_of_the_credential(world: World) -> None:
    signer = signer_of()
    end = NOW + timedelta(days=1)
    verified = verify_credential(lean(world, signer, valid_until=end), context=world.context(), now=NOW)
    assert verified.document == badge_of(world, signer, JWT_VC_JSON, valid_until=end)
    assert verified.view.subject_id == world.holder_id
    assert verified.view.valid_until == end


@pytest.mark.covers("vcdm-1.1", "6.3")
def test_an_issuer_that_stands_in_iss_alone_is_the_issuer(world: World) -> None:
    signer = signer_of()
    token = badge_token(world, signer, JWT_VC_JSON)
    vc = {
        name: value
        for name, value in read_unverified_claims(parse_compact(token))["vc"].items()
        if name != "issuer"
    }
    report = check(
        world, resigned(token, signer, {"vc": vc | {"credentialSubject": [vc["credentialSubject"]]}})
    )
    assert report.outcome is VALID
    assert report.credential is not None
    assert report.credential.issuer_id == did_of(signer)


@pytest.mark.covers("vcdm-1.1", "4.8", "6.3")
@pytest.mark.attack("B10", "D5")
@pytest.mark.parametrize("profile", [OPEN_BADGES_JWT, JWT_VC_JSON], ids=lambda profile: profile.name)
def test_an_end_that_stands_in_exp_alone_ends_the_credential(world: World, profile: Profile) -> None:
    signer = signer_of()
    token = resigned(badge_token(world, signer, profile), signer, {"exp": int(NOW.timestamp())})
    assert check(world, token, now=NOW - timedelta(seconds=1)).outcome is VALID
    assert verdict(world, token) == (INVALID, ("expired",))
    report = check(world, token, now=NOW - timedelta(seconds=1))
    assert report.credential is not None
    assert report.credential.valid_until == NOW


@pytest.mark.covers("vc-jose-cose", "3.1.3")
@pytest.mark.attack("A14")
def test_the_times_of_a_vc_jwt_are_those_of_its_signature(world: World) -> None:
    signer = signer_of()
    badge = badge_of(world, signer)
    token = sign_jwt_credential(badge, signer=signer, now=NOW, expires=NOW + timedelta(hours=1))
    assert check(world, token).outcome is VALID
    assert verdict(world, token, now=NOW + timedelta(hours=1)) == (INVALID, ("proof_expired",))
    assert verdict(world, token, now=NOW - timedelta(seconds=61)) == (INVALID, ("proof_not_yet_valid",))
    assert check(world, token, now=NOW - timedelta(seconds=60)).outcome is VALID
    later = int(NOW.timestamp()) + 61
    assert verdict(world, resigned(token, signer, {"nbf": later})) == (INVALID, ("proof_not_yet_valid",))
    assert check(world, resigned(token, signer, {"nbf": later - 1})).outcome is VALID


@profiles
@pytest.mark.attack("D4", "D5")
def test_validity_is_looked_at_as_ever(world: World, profile: Profile) -> None:
    signer = signer_of()
    token = badge_token(world, signer, profile, valid_until=NOW + timedelta(days=1))
    assert check(world, token).outcome is VALID
    assert verdict(world, token, now=NOW + timedelta(days=1)) == (INVALID, ("expired",))
    later = badge_token(world, signer, profile, valid_from=NOW + timedelta(hours=1))
    assert verdict(world, later) == (INVALID, ("not_yet_valid",))


def test_a_fraction_of_a_second_is_no_contradiction(world: World) -> None:
    signer = signer_of()
    token = badge_token(world, signer, OPEN_BADGES_JWT)
    start = (NOW - timedelta(days=1)).timestamp()
    dated = {"validFrom": (NOW - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%S.250Z")}
    for nbf in (int(start), start + 0.25):
        assert check(world, resigned(token, signer, dated | {"nbf": nbf})).outcome is VALID
    for nbf in (int(start) + 1, int(start) - 1, start + 0.5):
        assert verdict(world, resigned(token, signer, dated | {"nbf": nbf})) == (
            INVALID,
            ("jwt_nbf_mismatch",),
        )


@pytest.mark.covers("open-badges-3.0", "Create the JWT Payload")
def test_a_badge_about_somebody_without_an_id_needs_no_sub(world: World) -> None:
    signer = signer_of()
    badge = badge_of(world, signer, OPEN_BADGES_JWT)
    del badge["credentialSubject"]["id"]
    token = sign_jwt_credential(badge, signer=signer, now=NOW, profile=OPEN_BADGES_JWT)
    assert check(world, token).outcome is VALID
    assert verdict(world, resigned(token, signer, {"sub": world.holder_id})) == (
        INVALID,
        ("jwt_sub_mismatch",),
    )


# Status, proofs inside, lists in JWTs


@pytest.mark.covers("bitstring-status-list-1.0", "3.2", "3.6")
@profiles
def test_the_status_is_checked_and_a_list_may_be_a_jwt(world: World, profile: Profile) -> None:
    signer = signer_of()
    bits = Bitstring.new()
    bits.set(8)
    status_list = build_status_list_credential(
        list_id=LIST_URL,
        issuer_id=did_of(signer),
        purpose="revocation",
        bitstring=bits,
        valid_from=NOW - timedelta(hours=2),
    )
    world.served.serve(LIST_URL, sign_jwt_credential(status_list, signer=signer, now=NOW).encode())
    for index, codes in ((7, ()), (8, ("revoked",))):
        token = badge_token(world, signer, profile, status=build_status_entry(LIST_URL, index))
        assert verdict(world, token)[1] == codes


@pytest.mark.covers("bitstring-status-list-1.0", "3.2", "3.6")
@pytest.mark.attack("E4")
def test_a_list_in_a_jwt_by_somebody_else_is_invalid(world: World) -> None:
    signer, stranger = signer_of(), signer_of(KeyType.P256, 2)
    status_list = build_status_list_credential(
        list_id=LIST_URL,
        issuer_id=did_of(stranger),
        purpose="revocation",
        bitstring=Bitstring.new(),
        valid_from=NOW - timedelta(hours=2),
    )
    world.served.serve(LIST_URL, sign_jwt_credential(status_list, signer=stranger, now=NOW).encode())
    token = badge_token(world, signer, status=build_status_entry(LIST_URL, 7))
    assert verdict(world, token) == (INVALID, ("status_list_issuer_mismatch",))
    forged = resigned(
        sign_jwt_credential(
            status_list | {"issuer": did_of(signer)},
            signer=KeySigner(stranger.private_key, signer.verification_method),
            now=NOW,
        ),
        stranger,
        {},
    )
    world.served.serve(LIST_URL, forged)
    assert verdict(world, token) == (INVALID, ("status_list_invalid",))


@pytest.mark.attack("A5")
def test_proofs_inside_a_jwt_hold_or_the_whole_does_not(world: World) -> None:
    signed = world.signed_badge()
    token = sign_jwt_credential(
        signed, signer=world.issuer, now=NOW, profile=OPEN_BADGES_JWT, any_algorithm=True
    )
    report = check(world, token)
    assert report.outcome is VALID
    assert len(report.check("proof").data["verificationMethods"]) == 2
    altered = resigned(token, world.issuer, {"name": "Un autre nom"})
    assert verdict(world, altered) == (INVALID, ("invalid_signature",))


# Whose key


WEB = "did:web:issuer.example"
WEB_URL = "https://issuer.example/.well-known/did.json"
HTTPS = "https://issuer.example/issuers/1"
JWKS_URL = "https://issuer.example/.well-known/jwks.json"


def web_signer(world: World, **relationships: Any) -> KeySigner:
    signer = signer_of()
    key = DocumentKey("key-1", signer.public_key, **relationships)
    world.served.serve(WEB_URL, build_did_document(WEB, [key]))
    return KeySigner(signer.private_key, f"{WEB}#key-1-jwk")


@pytest.mark.covers("vc-jose-cose", "4.3")
@profiles
def test_an_issuer_with_a_did_web_is_verified(world: World, profile: Profile) -> None:
    signer = web_signer(world)
    assert check(world, badge_token(world, signer, profile)).outcome is VALID
    world.served.serve(WEB_URL, FetchError(detail="timed out"))
    assert verdict(world, badge_token(world, signer, profile)) == (
        INDETERMINATE,
        ("resolution_unavailable",),
    )


@pytest.mark.covers("vc-jose-cose", "4.3")
@pytest.mark.attack("A9")
def test_a_key_that_is_not_for_assertions_is_refused(world: World) -> None:
    from did.document import Relationship

    signer = web_signer(world, relationships=(Relationship.AUTHENTICATION,))
    assert verdict(world, badge_token(world, signer)) == (INVALID, ("invalid_verification_relationship",))


@pytest.mark.covers("vc-jose-cose", "4.1.1")
def test_a_key_is_named_by_its_fragment_by_its_jwk_or_in_jwt_vc_json_not_at_all(world: World) -> None:
    signer = web_signer(world)
    token = badge_token(world, signer, OPEN_BADGES_JWT)
    jwk = signer.public_key.to_jwk()
    for header in ({"kid": "#key-1"}, {"kid": None, "jwk": jwk}, {"jwk": jwk}):
        assert verdict(world, resigned(token, signer, {}, **header)) == (VALID, ())
    other = signer_of(KeyType.P256, 2).public_key.to_jwk()
    assert verdict(world, resigned(token, signer, {}, jwk=other)) == (INVALID, ("jwt_key_mismatch",))
    assert verdict(world, resigned(token, signer, {}, kid=None)) == (INVALID, ("jwt_key_unnamed",))
    nameless = resigned(badge_token(world, signer, JWT_VC_JSON), signer, {}, kid=None)
    assert verdict(world, nameless) == (VALID, ())


@pytest.mark.covers("vc-jose-cose", "4.1.1")
def test_without_a_name_one_key_of_the_issuer_must_fit(world: World) -> None:
    signer = web_signer(world)
    token = resigned(badge_token(world, signer, JWT_VC_JSON), signer, {}, kid=None)
    second = DocumentKey("key-2", signer_of(KeyType.ED25519).public_key)
    first = DocumentKey("key-1", signer.public_key)
    world.served.serve(WEB_URL, build_did_document(WEB, [first, second]))
    assert check(world, token).outcome is VALID
    rival = DocumentKey("key-3", signer_of(KeyType.P256, 2).public_key)
    world.served.serve(WEB_URL, build_did_document(WEB, [first, second, rival]))
    assert verdict(world, token) == (INVALID, ("jwt_key_unnamed",))


def https_signer(world: World, key_type: KeyType = KeyType.RSA) -> KeySigner:
    signer = signer_of(key_type)
    world.served.serve(JWKS_URL, jwks("did:web:x.example", [DocumentKey("key-1", signer.public_key)]))
    return KeySigner(signer.private_key, "did:web:x.example#key-1-jwk")


@pytest.mark.covers("vc-jose-cose", "4.2.1")
@pytest.mark.covers("open-badges-3.0", "Dereferencing the Public Key")
@profiles
@pytest.mark.parametrize("key_type", [KeyType.RSA, KeyType.P256])
def test_an_https_issuer_has_its_keys_at_its_own_host(
    world: World, profile: Profile, key_type: KeyType
) -> None:
    signer = https_signer(world, key_type)
    token = badge_token(world, signer, profile, issuer_id=HTTPS)
    assert verdict(world, token) == (VALID, ())
    assert [request["url"] for request in world.served.requests] == [JWKS_URL]
    for served, outcome, code in (
        (None, INDETERMINATE, "notFound"),
        (FetchError(detail="timed out"), INDETERMINATE, "resolution_unavailable"),
        (b"<html>", INVALID, "invalid_jwks"),
        ({"keys": []}, INVALID, "verification_method_not_found"),
    ):
        world.served.serve(JWKS_URL, served)
        assert verdict(world, token) == (outcome, (code,))


@pytest.mark.covers("vc-jose-cose", "4.3")
@pytest.mark.covers("open-badges-3.0", "Create the JOSE Header", "Dereferencing the Public Key")
@pytest.mark.attack("B3")
def test_a_jwk_in_the_header_only_chooses_among_the_issuers_keys(world: World) -> None:
    signer = https_signer(world)
    token = badge_token(world, signer, OPEN_BADGES_JWT, issuer_id=HTTPS)
    by_jwk = resigned(token, signer, {}, kid=None, jwk=signer.public_key.to_jwk())
    assert verdict(world, by_jwk) == (VALID, ())
    thief = signer_of(KeyType.RSA, 2)
    stolen = resigned(token, thief, {}, kid=None, jwk=thief.public_key.to_jwk())
    assert verdict(world, stolen) == (INVALID, ("verification_method_not_found",))


@pytest.mark.covers("vc-jose-cose", "4.1.2")
@pytest.mark.parametrize("issuer_id", ["urn:uuid:1", "http://issuer.example/", "https://127.0.0.1/", "tag:x"])
def test_an_issuer_that_nobody_can_prove_to_be_is_refused(world: World, issuer_id: str) -> None:
    signer = https_signer(world)
    token = badge_token(world, signer, OPEN_BADGES_JWT, issuer_id=issuer_id)
    assert verdict(world, token) == (INVALID, ("issuer_mismatch",))
    assert world.served.requests == []


def test_the_policy_may_take_fewer_algorithms(world: World) -> None:
    token = badge_token(world, signer_of(KeyType.ED25519))
    assert check(world, token).outcome is VALID
    only = frozenset({"RS256", "ES256"})
    assert verdict(world, token, jws_algorithms=only) == (INVALID, ("jws_algorithm",))
    assert check(world, badge_token(world), jws_algorithms=only).outcome is VALID
    with pytest.raises(ValueError, match="jws_algorithms"):
        world.context(jws_algorithms=frozenset({"HS256"}))


# Envelopes


@pytest.mark.covers("vcdm-2.0", "4.13.1")
@pytest.mark.covers("vc-jose-cose", "6.1.1")
@pytest.mark.parametrize(
    ("profile", "media_type"),
    [
        (VC_JWT, "application/vc+jwt"),
        (OPEN_BADGES_JWT, "application/jwt"),
        (JWT_VC_JSON, "application/jwt"),
        (VC_JWT, "application/jwt"),
    ],
)
def test_an_enveloped_credential_is_what_is_in_it(world: World, profile: Profile, media_type: str) -> None:
    token = badge_token(world, profile=profile)
    envelope = envelop_credential(token, media_type=media_type)
    for data in (envelope, json.dumps(envelope, indent=1).encode()):
        report = check_credential(data, context=world.context(), now=NOW)
        assert (report.outcome, report.securing) == (VALID, profile.name)
    listed = envelope | {"type": ["EnvelopedVerifiableCredential"]}
    assert check_credential(listed, context=world.context(), now=NOW).outcome is VALID


@pytest.mark.covers("vc-jose-cose", "6.1.1")
def test_an_enveloped_token_may_leave_its_typ_to_the_envelope(world: World) -> None:
    signer = signer_of()
    token = resigned(badge_token(world, signer), signer, {}, typ=None, cty=None).decode()
    report = check_credential(envelop_credential(token), context=world.context(), now=NOW)
    assert (report.outcome, report.securing) == (VALID, "vc+jwt")
    # bare, nothing says that it is one; as an Open Badges JWT it would have to say its members again
    assert verdict(world, token) == (INVALID, ("jwt_claim_missing",))


@pytest.mark.covers("vcdm-2.0", "4.13.1")
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"id": "data:application/vc+jwt;charset=utf-8,{token}"}, "envelope_media_type"),
        ({"id": "data:application/vc+jwt;base64,{token}"}, "envelope_media_type"),
        ({"id": "data:APPLICATION/VC+JWT,{token}"}, "envelope_media_type"),
        ({"id": "data:,{token}"}, "envelope_media_type"),
        ({"id": "data:text/plain,{token}"}, "envelope_media_type"),
        ({"id": "data:application/vp+jwt,{token}"}, "envelope_media_type"),
        ({"id": "data:application/vc+cose;charset=utf-8,{token}"}, "envelope_media_type"),
        ({"id": "data:application/vc+jwt"}, "envelope_invalid"),
        ({"id": "DATA:application/vc+jwt,{token}"}, "envelope_invalid"),
        ({"id": "https://issuer.example/{token}"}, "envelope_invalid"),
        ({"id": "data:application/vc+jwt,{token}é"}, "envelope_invalid"),
        ({"id": "data:application/vc+jwt, {token}"}, "jws_encoding"),
        ({"id": "data:application/vc+jwt,%65{token}"}, "jws_encoding"),
        ({"id": "data:application/vc+jwt,{token}#x"}, "jws_encoding"),
        ({"id": "data:application/vc+jwt,{token},{token}"}, "jws_serialization"),
        ({"id": "data:application/vc+jwt,"}, "jws_serialization"),
        ({"id": ["data:application/vc+jwt,{token}"]}, "envelope_invalid"),
        ({"id": None}, "envelope_invalid"),
        ({"name": "Un autre nom"}, "envelope_invalid"),
        ({"credentialSubject": {"id": "did:example:1"}}, "envelope_invalid"),
        ({"proof": {}}, "envelope_invalid"),
        ({"type": ["EnvelopedVerifiableCredential", "VerifiableCredential"]}, "envelope_invalid"),
        ({"type": "EnvelopedVerifiablePresentation"}, "envelope_invalid"),
    ],
)
def test_an_envelope_has_one_writing(world: World, change: dict[str, Any], code: str) -> None:
    token = badge_token(world)
    envelope = envelop_credential(token)
    assert check_credential(envelope, context=world.context(), now=NOW).outcome is VALID
    changed = envelope | {
        name: value.replace("{token}", token) if isinstance(value, str) else value
        for name, value in change.items()
    }
    report = check_credential(changed, context=world.context(), now=NOW)
    assert (report.outcome, report.codes) == (INVALID, (code,))


@pytest.mark.covers("vcdm-2.0", "4.13.1")
def test_an_envelope_in_an_envelope_is_refused(world: World) -> None:
    signer = signer_of()
    inner = envelop_credential(badge_token(world, signer))
    token = forge(
        {"alg": "ES256", "typ": "vc+jwt", "kid": signer.verification_method}, inner, signer
    ).decode()
    report = check_credential(envelop_credential(token), context=world.context(), now=NOW)
    assert (report.outcome, report.codes) == (INVALID, ("type_missing",))


@pytest.mark.covers("vcdm-2.0", "4.13.1")
def test_an_envelope_of_another_form_is_refused(world: World) -> None:
    token = badge_token(world, profile=OPEN_BADGES_JWT)
    report = check_credential(envelop_credential(token), context=world.context(), now=NOW)
    assert (report.outcome, report.codes) == (INVALID, ("jws_typ",))


# The proof alone


@profiles
def test_the_proof_alone_says_so(world: World, profile: Profile) -> None:
    token = badge_token(world, profile=profile, valid_until=NOW - timedelta(hours=1)).encode()
    report = check_proof_only(token, context=world.context(), now=NOW)
    assert (report.outcome, report.securing) == (VALID, profile.name)
    assert report.credential is None
    assert [warning.code for warning in report.warnings] == ["proof_only"]
    assert check(world, token).codes == ("expired",)
    tampered = token[:-6] + b"AAAAAA"
    assert check_proof_only(tampered, context=world.context(), now=NOW).codes == ("jws_signature",)


def test_the_proof_alone_does_not_look_at_whose_it_is(world: World) -> None:
    stranger = world.sign(world.badge(), world.stranger)
    assert check_proof_only(stranger, context=world.context(), now=NOW).outcome is VALID
    assert check_credential(stranger, context=world.context(), now=NOW).codes == ("issuer_mismatch",)
    forged = stranger | {"name": "Un autre nom"}
    assert check_proof_only(forged, context=world.context(), now=NOW).codes == ("invalid_signature",)
    other = signer_of(KeyType.P256, 2)
    token = resigned(badge_token(world), other, {}, kid=other.verification_method)
    assert check_proof_only(token, context=world.context(), now=NOW).outcome is VALID
    assert verdict(world, token) == (INVALID, ("issuer_mismatch",))
    nameless = resigned(badge_token(world), signer_of(), {}, kid="key-1")
    assert check_proof_only(nameless, context=world.context(), now=NOW).codes == ("jwt_key_unnamed",)


@pytest.mark.attack("A1", "A8")
def test_the_proof_alone_is_never_empty_and_has_its_purpose(world: World) -> None:
    for document in (world.badge(), world.badge() | {"proof": []}):
        assert check_proof_only(document, context=world.context(), now=NOW).codes == ("proof_missing",)
    signed = world.signed_badge()
    as_presentation = check_proof_only(signed, context=world.context(), now=NOW, role=Role.PRESENTATION)
    assert as_presentation.codes == ("proof_purpose_mismatch",)


# Signing


@pytest.mark.covers("open-badges-3.0", "Create the Proof (JSON Web Token)")
@pytest.mark.parametrize("key_type", [KeyType.ED25519, KeyType.P384])
def test_an_open_badges_jwt_is_not_signed_with_what_others_do_not_read(
    world: World, key_type: KeyType
) -> None:
    signer = signer_of(key_type)
    with pytest.raises(JwsError) as caught:
        sign_jwt_credential(badge_of(world, signer), signer=signer, now=NOW, profile=OPEN_BADGES_JWT)
    assert caught.value.code == "jws_algorithm"


def refused_to_sign(document: dict[str, Any], signer: KeySigner, profile: Profile = VC_JWT) -> str:
    with pytest.raises((JoseError, DataModelError, ProofError)) as caught:
        sign_jwt_credential(document, signer=signer, now=NOW, profile=profile)
    return caught.value.code


@pytest.mark.covers("vc-jose-cose", "5.4")
def test_nothing_is_signed_that_would_not_verify(world: World) -> None:
    signer, stranger = signer_of(), signer_of(KeyType.P256, 2)
    badge = badge_of(world, signer)
    old = badge_of(world, signer, JWT_VC_JSON)
    assert refused_to_sign(badge, stranger) == "issuer_mismatch"
    assert refused_to_sign(badge | {"issuer": 7}, signer) == "issuer_invalid"
    assert refused_to_sign(badge | {"vc": {}}, signer) == "jwt_reserved_claim"
    assert refused_to_sign(badge | {"exp": 1}, signer) == "jwt_reserved_claim"
    assert refused_to_sign(old, signer) == "jwt_vcdm_version"
    assert refused_to_sign(old, signer, OPEN_BADGES_JWT) == "jwt_vcdm_version"
    assert refused_to_sign(badge, signer, JWT_VC_JSON) == "jwt_vcdm_version"


@pytest.mark.covers("vcdm-1.1", "6.3")
def test_a_badge_of_vcdm_2_0_is_said_in_the_words_of_1_1(world: World) -> None:
    badge = world.badge(valid_until=NOW + timedelta(days=1))
    old = to_vcdm_1_1(badge)
    assert old["@context"] == ["https://www.w3.org/2018/credentials/v1", *badge["@context"][1:]]
    assert (old.pop("issuanceDate"), old.pop("expirationDate")) == (badge["validFrom"], badge["validUntil"])
    assert old.items() <= (badge | {"@context": old["@context"]}).items()
    for change, code in (
        ({"@context": badge["@context"][1:]}, "context_order"),
        ({"@context": old["@context"]}, "jwt_vcdm_version"),
        ({"issuanceDate": "2026-01-01T00:00:00Z"}, "jwt_vcdm_version"),
        ({"proof": {}}, "proof_unexpected"),
    ):
        with pytest.raises((JoseError, DataModelError)) as caught:
            to_vcdm_1_1(badge | change)
        assert caught.value.code == code
    del badge["validFrom"]
    with pytest.raises(DataModelError) as caught:
        to_vcdm_1_1(badge)
    assert caught.value.code == "issuance_date_missing"


@pytest.mark.covers("vc-jose-cose", "1.1.1")
def test_a_profile_is_used_for_what_it_is(world: World) -> None:
    signer = signer_of()
    badge = badge_of(world, signer)
    with pytest.raises(ValueError, match="not for a credential"):
        sign_jwt_credential(badge, signer=signer, now=NOW, profile=VP_JWT)
    with pytest.raises(ValueError, match="own end"):
        sign_jwt_credential(badge, signer=signer, now=NOW, profile=OPEN_BADGES_JWT, expires=NOW)


def test_a_bbs_key_signs_no_jwt(world: World) -> None:
    private = PrivateKey.generate(KeyType.BLS12381_G2)
    signer = KeySigner(private, f"{did_of(signer_of())}#x")
    from did.errors import InvalidKeyError

    with pytest.raises(InvalidKeyError):
        sign_jwt_credential(badge_of(world, signer_of()), signer=signer, now=NOW)
