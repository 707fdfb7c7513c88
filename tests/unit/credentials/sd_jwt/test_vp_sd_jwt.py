"""W3C presentations in an SD-JWT: signed by the holder, for one verifier, with what is disclosed of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from credentials.errors import DataModelError, ProofError
from credentials.jose import envelop_credential, sign_jwt_credential
from credentials.report import Outcome
from credentials.sd_jwt import SdJwtError, derive_sd_jwt
from credentials.sd_jwt.vc_jose_cose import issue_vc_sd_jwt, sign_sd_jwt_presentation
from credentials.verification import check_credential, check_presentation
from tests.unit.credentials.conftest import NOW
from tests.unit.credentials.sd_jwt.tokens import SECONDS, signed

if TYPE_CHECKING:
    from credentials.report import Report
    from tests.unit.credentials.conftest import World

pytestmark = pytest.mark.covers("vc-jose-cose", "3.2.2", "5.2", "6.1.4")

DOMAIN, CHALLENGE = "https://verifier.example", "n-0S6_WzA2Mj"
DISCLOSABLE = ("/holder", "/type", "/verifiableCredential/0", "/verifiableCredential/1/id")


def document(world: World) -> dict[str, Any]:
    sd_jwt = issue_vc_sd_jwt(world.badge(), disclosable=["/evidence"], signer=world.issuer)
    jwt = sign_jwt_credential(world.badge(), signer=world.issuer, now=NOW)
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": "urn:uuid:3978344f-8596-4c3a-a978-8fcaba3903c5",
        "type": ["VerifiablePresentation"],
        "holder": world.holder_id,
        "verifiableCredential": [
            envelop_credential(sd_jwt, media_type="application/vc+sd-jwt"),
            envelop_credential(jwt),
        ],
    }


def sign(world: World, presentation: dict[str, Any] | None = None, **options: Any) -> str:
    arguments: dict[str, Any] = {"disclosable": DISCLOSABLE, "signer": world.holder, "now": NOW}
    arguments |= {"audience": DOMAIN, "nonce": CHALLENGE}
    return sign_sd_jwt_presentation(presentation or document(world), **(arguments | options))


def check(world: World, token: Any, **expected: Any) -> Report:
    bound = {"expected_domain": DOMAIN, "expected_challenge": CHALLENGE} | expected
    data = token.encode() if isinstance(token, str) else token
    return check_presentation(data, context=world.context(), now=NOW, **bound)


def verdict(world: World, token: Any, **expected: Any) -> tuple[str, tuple[str, ...]]:
    report = check(world, token, **expected)
    return str(report.outcome), report.codes


def test_what_is_presented_is_verified(world: World) -> None:
    report = check(world, sign(world))
    assert (report.outcome, report.codes, report.securing) == (Outcome.VALID, (), "vp+sd-jwt")
    assert [each.securing for each in report.credentials] == ["vc+sd-jwt", "vc+jwt"]


def test_the_envelope_of_a_presentation(world: World) -> None:
    envelope = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": "EnvelopedVerifiablePresentation",
        "id": f"data:application/vp+sd-jwt,{sign(world)}",
    }
    assert verdict(world, envelope) == ("valid", ())
    as_credential = envelope | {"id": envelope["id"].replace("vp+", "vc+")}
    assert verdict(world, as_credential) == ("invalid", ("envelope_media_type",))
    of_credential = issue_vc_sd_jwt(world.badge(), disclosable=[], signer=world.issuer)
    wrong = envelope | {"id": f"data:application/vp+sd-jwt,{of_credential}"}
    assert verdict(world, wrong) == ("invalid", ("jws_typ",))


def test_what_is_kept_back_is_not_presented(world: World) -> None:
    token = sign(world)
    every = ["/holder", "/type", "/verifiableCredential/0", "/verifiableCredential/1/id"]
    one = check(world, derive_sd_jwt(token, [each for each in every if each != "/verifiableCredential/0"]))
    assert (str(one.outcome), [each.securing for each in one.credentials]) == ("valid", ["vc+jwt"])
    for missing, code in {
        "/holder": "holder_missing",
        "/type": "type_missing",
        "/verifiableCredential/1/id": "credential_invalid",
    }.items():
        kept = derive_sd_jwt(token, [each for each in every if each != missing])
        assert verdict(world, kept) == ("invalid", (code,))


@pytest.mark.attack("B12")
@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"audience": "https://stranger.example"}, "domain_mismatch"),
        ({"nonce": "another"}, "challenge_mismatch"),
        ({"expires": NOW}, "proof_expired"),
    ],
)
def test_a_presentation_for_another_is_refused(world: World, options: dict[str, Any], code: str) -> None:
    assert verdict(world, sign(world, **options)) == ("invalid", (code,))


@pytest.mark.attack("B9")
def test_it_is_no_credential_and_a_credential_none_of_it(world: World) -> None:
    report = check_credential(sign(world).encode(), context=world.context(), now=NOW)
    assert report.outcome is Outcome.INVALID
    credential = issue_vc_sd_jwt(world.badge(), disclosable=[], signer=world.issuer)
    assert check(world, credential).outcome is Outcome.INDETERMINATE
    assert check(world, credential).codes == ("unsupported_securing",)


@pytest.mark.attack("B17")
def test_a_key_binding_that_nobody_checks_is_refused(world: World) -> None:
    assert verdict(world, sign(world) + "a.b.c") == ("invalid", ("key_binding_unexpected",))


@pytest.mark.attack("A12")
def test_a_stranger_presents_nothing(world: World) -> None:
    payload = document(world) | {"aud": DOMAIN, "nonce": CHALLENGE, "iat": SECONDS}
    good = signed(payload, signer=world.holder, typ="vp+sd-jwt")
    assert verdict(world, good) == ("valid", ())
    forged = signed(payload, signer=world.stranger, typ="vp+sd-jwt")
    assert verdict(world, forged) == ("invalid", ("issuer_mismatch",))


@pytest.mark.attack("B15")
@pytest.mark.parametrize("name", ["@context", "aud", "nonce", "exp"])
def test_what_binds_it_is_never_hidden(world: World, name: str) -> None:
    with pytest.raises(SdJwtError) as caught:
        sign(world, disclosable=[f"/{name}"], expires=NOW.replace(year=2027))
    assert caught.value.code == "claim_not_disclosable"


@pytest.mark.attack("B19")
@pytest.mark.parametrize("missing", [{"audience": ""}, {"nonce": ""}])
def test_nothing_is_presented_to_nobody(world: World, missing: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="bound to an audience and a nonce"):
        sign(world, **missing)


def test_what_is_no_presentation_is_not_signed(world: World) -> None:
    with pytest.raises(ProofError) as strange:
        sign(world, signer=world.stranger)
    assert strange.value.code == "issuer_mismatch"
    with pytest.raises(SdJwtError) as taken:
        sign(world, document(world) | {"nonce": "x"})
    assert taken.value.code == "claim_exists"
    with pytest.raises(DataModelError):
        sign(world, document(world) | {"type": ["Other"]})
