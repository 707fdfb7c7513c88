"""The table of securing mechanisms: whatever secures a badge, one door takes it and one report comes out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from credentials.data_integrity import SUITES
from credentials.errors import CredentialsError
from credentials.jose import JWT_VC_JSON, OPEN_BADGES_JWT, VC_JWT, Role, envelop_credential
from credentials.jws import parse_compact, read_unverified_claims
from credentials.reading import find_sd_jwt, read_secured
from credentials.report import Outcome, Report
from credentials.sd_jwt import TokenStatusList, issue_sd_jwt_vc, open_badge_claims
from credentials.status import build_status_entry
from credentials.status.token_status_list import StatusType, build_token_status, sign_status_list_token
from credentials.status.token_status_list import TokenStatusList as TokenStatuses
from credentials.verification import check_credential, check_presentation, verify_credential
from tests.unit.credentials.conftest import LIST_URL, NOW, World, did_of, new_signer
from tests.unit.credentials.jose_tokens import badge_of, badge_token, forge, signer_of

if TYPE_CHECKING:
    from did.keys import KeySigner

VALID, INVALID, INDETERMINATE = Outcome.VALID, Outcome.INVALID, Outcome.INDETERMINATE
PLAIN_SUITES = sorted(name for name, suite in SUITES.items() if suite.create is not None)
SELECTIVE_SUITES = sorted(name for name, suite in SUITES.items() if suite.selective is not None)


def check(world: World, data: Any, **changes: Any) -> Report:
    content = data if isinstance(data, bytes | dict) else data.encode()
    return check_credential(content, context=world.context(**changes), now=NOW)


def sd_jwt(world: World) -> str:
    signer = signer_of()
    claims, disclosable = open_badge_claims(badge_of(world, signer))
    return issue_sd_jwt_vc(claims, disclosable=disclosable, signer=signer)


@pytest.mark.covers("vcdm-2.0", "4.12")
@pytest.mark.covers("di-1.0", "3")
@pytest.mark.parametrize("suite", PLAIN_SUITES)
def test_every_suite_of_data_integrity_comes_through(world: World, suite: str) -> None:
    for key_type in sorted(SUITES[suite].key_types):
        signer = new_signer(1, key_type)
        badge = badge_of(world, signer)
        report = check(world, world.sign(badge, signer, suite=suite))
        assert (report.outcome, report.codes, report.securing) == (VALID, (), "data_integrity")


@pytest.mark.covers("vcdm-2.0", "4.12")
@pytest.mark.parametrize("profile", [VC_JWT, OPEN_BADGES_JWT, JWT_VC_JSON], ids=lambda each: each.name)
def test_every_jwt_comes_through_bare_and_in_an_envelope(world: World, profile: Any) -> None:
    token = badge_token(world, profile=profile)
    media_type = "application/vc+jwt" if profile is VC_JWT else "application/jwt"
    for data in (token, envelop_credential(token, media_type=media_type)):
        report = check(world, data)
        assert (report.outcome, report.codes, report.securing) == (VALID, (), profile.name)


@pytest.mark.covers("vcdm-2.0", "4.12")
@pytest.mark.covers("sd-jwt-vc", "2.1")
def test_an_sd_jwt_comes_through_with_its_own_steps(world: World) -> None:
    token = sd_jwt(world)
    envelope = envelop_credential(token, media_type="application/dc+sd-jwt")
    for data in (token, envelope, json.dumps(envelope)):
        report = check(world, data)
        assert (report.outcome, report.codes, report.securing) == (VALID, (), "dc+sd-jwt")
        assert report.credential is not None
        assert report.credential.achievement_name == "Pilotage de drone"
    verified = verify_credential(token.encode(), context=world.context(), now=NOW)
    assert verified.content == token.encode()
    head, _, tail = token.partition("~")
    forged = f"{head[:-6]}AAAAAA~{tail}"
    assert check(world, forged).outcome is INVALID


def test_an_sd_jwt_is_found_in_one_writing_alone(world: World) -> None:
    token = sd_jwt(world)
    envelope = envelop_credential(token, media_type="application/dc+sd-jwt")
    assert find_sd_jwt(token.encode()) == find_sd_jwt(envelope) == token.encode()
    for other in (
        badge_token(world).encode(),
        world.signed_badge(),
        b"{",
        b'{"x":"sd-jwt,"',
        json.dumps(world.signed_badge(credential_id="urn:sd-jwt,~")).encode(),
        envelope | {"name": "x"},
        envelope | {"type": "EnvelopedVerifiablePresentation"},
    ):
        assert find_sd_jwt(other) is None


def test_an_sd_jwt_where_none_can_be_is_told(world: World) -> None:
    token = sd_jwt(world).encode()
    for data in (token, envelop_credential(token.decode(), media_type="application/dc+sd-jwt")):
        with pytest.raises(CredentialsError) as caught:
            read_secured(data, role=Role.CREDENTIAL)
        assert caught.value.code == "unsupported_securing"
    report = check_presentation(
        token, context=world.context(), now=NOW, expected_domain="d", expected_challenge="c"
    )
    assert (report.outcome, report.codes) == (INDETERMINATE, ("unsupported_securing",))
    world.served.serve(LIST_URL, token)
    listed = check(world, world.badge_with_status())
    assert (listed.outcome, listed.codes) == (INDETERMINATE, ("status_unavailable",))
    assert build_status_entry(LIST_URL, 7)["statusListCredential"] == LIST_URL


@pytest.mark.attack("A17")
@pytest.mark.parametrize("suite", SELECTIVE_SUITES)
def test_a_base_proof_is_for_its_issuer_and_its_holder_alone(world: World, suite: str) -> None:
    key_type = next(iter(SUITES[suite].key_types))
    signer = new_signer(1, key_type)
    badge = badge_of(world, signer)
    base = world.sign(badge, signer, suite=suite, mandatory_pointers=("/issuer",))
    report = check(world, base)
    assert (report.outcome, report.codes) == (INVALID, ("base_proof_not_derived",))
    assert check(world, base, base_proofs=True).outcome is VALID
    altered = base | {"name": "Un autre nom"}
    assert check(world, altered, base_proofs=True).outcome is INVALID
    assert did_of(signer) in base["proof"]["verificationMethod"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "json_syntax"),
        (b"e30.e30.AA", "jws_algorithm"),
        (b"a.b", "jws_serialization"),
        (b"true", "not_an_object"),
        (b"1.5", "not_an_object"),
        (b'"a.b.c"', "not_an_object"),
        (b"-1.5e3", "not_an_object"),
        (b"\xff.b.c", "encoding"),
        (b"\xef\xbb\xbfeyJ.e30.AA", "encoding"),
        (b"eyJ.\xc3\xa9.AA", "jws_encoding"),
        (b"eyJ" + b"." * 1_500_000, "too_large"),
        (b"a" * 2_000_000, "too_large"),
    ],
)
def test_what_is_neither_json_nor_a_token_is_told_by_the_first_step(
    world: World, data: bytes, code: str
) -> None:
    report = check(world, data)
    assert report.outcome is INVALID
    assert report.check("json").code == code
    assert report.securing == ""


TOKEN_LIST = "https://node.example/token-status/1"


def with_claims(token: str, claims: dict[str, Any], signer: KeySigner) -> bytes:
    jws = parse_compact(token)
    return forge(jws.unverified_header, read_unverified_claims(jws) | claims, signer)


def serve_token_list(world: World, signer: KeySigner, status: int) -> dict[str, Any]:
    """A `status` claim, and the list that it points into."""
    statuses = TokenStatuses.new(1_000, bits=2)
    statuses.set(7, status)
    world.served.serve(
        TOKEN_LIST, sign_status_list_token(statuses, uri=TOKEN_LIST, issued_at=NOW, signer=signer).encode()
    )
    return {"status": build_token_status(TOKEN_LIST, 7)}


@pytest.mark.covers("token-status-list", "6.1", "6.2")
@pytest.mark.attack("E8")
@pytest.mark.parametrize(
    ("status", "codes"),
    [(StatusType.VALID, ()), (StatusType.INVALID, ("revoked",)), (StatusType.SUSPENDED, ("suspended",))],
)
@pytest.mark.parametrize("profile", [VC_JWT, OPEN_BADGES_JWT, JWT_VC_JSON], ids=lambda each: each.name)
def test_the_status_claim_of_any_token_is_looked_up(
    world: World, profile: Any, status: int, codes: tuple[str, ...]
) -> None:
    signer = signer_of()
    token = with_claims(badge_token(world, signer, profile), serve_token_list(world, signer, status), signer)
    report = check(world, token, token_status=TokenStatusList(), require_status=True)
    assert report.codes == codes
    assert report.outcome is (INVALID if codes else VALID)


@pytest.mark.covers("token-status-list", "6.1", "6.2")
@pytest.mark.attack("E4", "E8")
def test_a_status_claim_that_is_not_looked_up_is_never_passed_over(world: World) -> None:
    signer = signer_of()
    claims = serve_token_list(world, signer, StatusType.VALID)
    token = with_claims(badge_token(world, signer), claims, signer)
    unasked = check(world, token)
    assert (unasked.outcome, unasked.codes) == (INDETERMINATE, ("status_unavailable",))
    serve_token_list(world, signer_of(number=2), StatusType.VALID)
    foreign = check(world, token, token_status=TokenStatusList())
    assert (foreign.outcome, foreign.codes) == (INVALID, ("status_list_invalid",))
    for odd in (None, [], "valid", {}):
        report = check(
            world,
            with_claims(badge_token(world, signer), {"status": odd}, signer),
            token_status=TokenStatusList(),
        )
        assert (report.outcome, report.codes) == (INVALID, ("status_entry_invalid",))


@pytest.mark.attack("E8", "E10")
def test_both_statuses_of_a_token_count(world: World) -> None:
    signer = signer_of()
    claims = serve_token_list(world, signer, StatusType.VALID)
    revocable = badge_token(world, signer, status=build_status_entry(LIST_URL, 1))
    report = check(world, with_claims(revocable, claims, signer), token_status=TokenStatusList())
    assert (report.outcome, report.codes) == (INDETERMINATE, ("status_unavailable",))
    assert [each.code for each in report.checks if each.name == "status"] == ["ok", "status_unavailable"]
