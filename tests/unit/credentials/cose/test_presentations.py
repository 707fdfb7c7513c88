"""Presentations in COSE: for one verifier and one nonce, with credentials of any form in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from credentials.cose import (
    VP_COSE,
    CoseError,
    build_presentation,
    envelop_cose,
    sign_cose_credential,
    sign_cose_presentation,
)
from credentials.errors import DataModelError, ProofError
from credentials.jose import envelop_credential, sign_jwt_credential
from credentials.report import Outcome
from credentials.sd_jwt.vc_jose_cose import issue_vc_sd_jwt
from did.keys import KeyType
from tests.unit.credentials.conftest import NOW, did_of, new_signer
from tests.unit.credentials.cose.messages import (
    CHALLENGE,
    DOMAIN,
    SECONDS,
    Message,
    credential,
    presentation,
    presented,
)

if TYPE_CHECKING:
    from credentials.report import Report
    from tests.unit.credentials.conftest import World

pytestmark = pytest.mark.covers("vc-jose-cose", "3.3.2", "3.3.3", "4.1.3", "5.3", "6.1.6")

BOUND: dict[str, Any] = {"audience": DOMAIN, "nonce": CHALLENGE}


def a_credential(world: World) -> bytes:
    return sign_cose_credential(world.badge(), signer=world.issuer, now=NOW)


def a_presentation(world: World, credentials: list[Any] | None = None, **options: Any) -> bytes:
    held = [a_credential(world)] if credentials is None else credentials
    document = build_presentation(held, holder=world.holder_id) | {"id": "urn:uuid:1"}
    arguments: dict[str, Any] = {"signer": world.holder, "now": NOW} | BOUND
    return sign_cose_presentation(document, **(arguments | options))


def codes(report: Report) -> tuple[str, tuple[str, ...]]:
    return str(report.outcome), report.codes


def test_what_is_presented_is_verified(world: World) -> None:
    report = presented(world, a_presentation(world))
    assert (report.outcome, report.codes, report.securing) == (Outcome.VALID, (), "vp+cose")
    assert [each.securing for each in report.credentials] == ["vc+cose"]


def test_credentials_of_every_form_are_presented(world: World) -> None:
    jwt = sign_jwt_credential(world.badge(), signer=world.issuer, now=NOW)
    sd_jwt = issue_vc_sd_jwt(world.badge(), disclosable=["/evidence"], signer=world.issuer)
    held = [
        a_credential(world),
        envelop_credential(jwt),
        envelop_credential(sd_jwt, media_type="application/vc+sd-jwt"),
        world.signed_badge(),
    ]
    report = presented(world, a_presentation(world, held))
    assert codes(report) == ("valid", ())
    assert [each.securing for each in report.credentials] == [
        "vc+cose",
        "vc+jwt",
        "vc+sd-jwt",
        "data_integrity",
    ]


def test_the_envelope_of_a_presentation(world: World) -> None:
    message = a_presentation(world)
    envelope = envelop_cose(message, profile=VP_COSE)
    assert envelope["type"] == "EnvelopedVerifiablePresentation"
    assert codes(presented(world, envelope)) == ("valid", ())
    without_typ = presentation(world, [envelop_cose(a_credential(world))]).header(typ=None).message()
    assert codes(presented(world, envelop_cose(without_typ, profile=VP_COSE))) == ("valid", ())
    assert codes(presented(world, without_typ)) == ("invalid", ("cose_typ",))
    assert codes(presented(world, envelop_cose(message))) == ("invalid", ("envelope_invalid",))


@pytest.mark.attack("B12")
@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"aud": None}, "domain_mismatch"),
        ({"aud": "https://stranger.example"}, "domain_mismatch"),
        ({"aud": [DOMAIN]}, "domain_mismatch"),
        ({"aud": [DOMAIN, "https://stranger.example"]}, "domain_mismatch"),
        ({"aud": DOMAIN.encode()}, "domain_mismatch"),
        ({"nonce": None}, "challenge_mismatch"),
        ({"nonce": b"another"}, "challenge_mismatch"),
        ({"nonce": [CHALLENGE.encode()]}, "challenge_mismatch"),
        ({"exp": SECONDS}, "proof_expired"),
        ({"iat": SECONDS + 61}, "proof_not_yet_valid"),
        ({"iss": "did:key:z6MkStranger"}, "jwt_iss_mismatch"),
    ],
)
def test_a_presentation_for_another_is_refused(world: World, claims: dict[str, Any], code: str) -> None:
    message = presentation(world, [envelop_cose(a_credential(world))])
    assert codes(presented(world, message.message())) == ("valid", ())
    assert codes(presented(world, message.claims(nonce=CHALLENGE).message())) == ("valid", ())
    assert codes(presented(world, message.claims(**claims).message())) == ("invalid", (code,))


def test_the_verifier_s_words_outside_of_the_signature_are_none(world: World) -> None:
    message = presentation(world, [envelop_cose(a_credential(world))]).claims(aud=None, nonce=None)
    message.unprotected[15] = {3: DOMAIN, 10: CHALLENGE.encode()}
    assert codes(presented(world, message.message())) == ("invalid", ("cose_header",))
    message.protected.pop(15)
    assert codes(presented(world, message.message())) == ("invalid", ("cose_unprotected",))
    among = presentation(world, [envelop_cose(a_credential(world))]).says(aud=DOMAIN, nonce=CHALLENGE)
    assert codes(presented(world, among.message())) == ("invalid", ("cose_reserved_member",))


@pytest.mark.attack("A8")
def test_a_credential_is_no_presentation_and_none_the_other(world: World) -> None:
    assert codes(presented(world, credential(world).message())) == ("invalid", ("cose_typ",))
    inner = a_presentation(world)
    report = presented(world, a_presentation(world, [inner]))
    assert codes(report) == ("invalid", ("credential_invalid",))
    assert report.credentials[0].codes == ("cose_typ",)


@pytest.mark.attack("A12")
def test_a_presentation_by_a_stranger_is_refused(world: World) -> None:
    good = presentation(world, [envelop_cose(a_credential(world))])
    forged = Message(world.stranger, good.protected, good.document)
    assert codes(presented(world, forged.message())) == ("invalid", ("cose_signature",))
    theirs = presentation(world, [envelop_cose(a_credential(world))], world.stranger)
    assert codes(presented(world, theirs.message())) == ("invalid", ("holder_mismatch",))


@pytest.mark.attack("A13")
def test_one_bad_credential_spoils_it(world: World) -> None:
    spoilt = credential(world).claims(exp=SECONDS).message()
    report = presented(world, a_presentation(world, [a_credential(world), spoilt]))
    assert codes(report) == ("invalid", ("credential_invalid",))
    assert [each.codes for each in report.credentials] == [(), ("proof_expired",)]


@pytest.mark.attack("B17")
def test_a_credential_bound_to_a_key_is_presented_with_it(world: World) -> None:
    key = new_signer(4, KeyType.ED25519)
    cose_key = {1: 1, -1: 6, -2: key.public_key.raw}
    bound = credential(world).says(credentialSubject=world.badge()["credentialSubject"] | {"id": did_of(key)})
    message = bound.claims(cnf={1: cose_key}).message()
    with_it = presentation(world, [envelop_cose(message)], key)
    assert codes(presented(world, with_it.message())) == ("valid", ())
    with_another = presentation(world, [envelop_cose(message)])
    assert codes(presented(world, with_another.message())) == ("invalid", ("holder_mismatch",))
    for confirmation in ({2: b"encrypted"}, {1: {1: 4, -1: b"secret"}}, {1: {1: 1, -1: 4, -2: b"x"}}):
        other = presentation(world, [envelop_cose(bound.claims(cnf=confirmation).message())], key)
        assert codes(presented(world, other.message())) == ("invalid", ("holder_mismatch",))


@pytest.mark.attack("B19")
@pytest.mark.parametrize("missing", [{"audience": ""}, {"nonce": ""}])
def test_nothing_is_presented_to_nobody(world: World, missing: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="bound to an audience and a nonce"):
        a_presentation(world, **missing)


def test_what_is_no_presentation_is_not_signed(world: World) -> None:
    with pytest.raises(ValueError, match="has credentials"):
        build_presentation([], holder=world.holder_id)
    with pytest.raises(ProofError) as strange:
        a_presentation(world, signer=world.stranger)
    assert strange.value.code == "issuer_mismatch"
    good = build_presentation([a_credential(world)], holder=world.holder_id)
    for changes, error in (
        ({"type": ["Other"]}, DataModelError),
        ({"holder": None}, DataModelError),
        ({"nonce": "x"}, CoseError),
    ):
        with pytest.raises(error):
            sign_cose_presentation(good | changes, signer=world.holder, now=NOW, **BOUND)
