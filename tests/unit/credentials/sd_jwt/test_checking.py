"""The whole verification of an SD-JWT VC: every step in the report, and what each finding comes to."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from credentials.jws import sign_compact
from credentials.report import Check, Outcome
from credentials.sd_jwt import (
    SD_JWT_VC_STEPS,
    WEB_ISSUERS,
    InvalidSdJwtVcError,
    SdJwtError,
    TokenStatusList,
    VerifiedSdJwtVc,
    check_sd_jwt_vc,
    derive_sd_jwt,
    issue_sd_jwt_vc,
    present_sd_jwt,
    verify_sd_jwt_vc,
)
from credentials.sd_jwt.checking import _ORIGIN
from credentials.status.token_status_list import TokenStatusList as Statuses
from credentials.status.token_status_list import sign_status_list_token
from credentials.trust import KnownIssuers, Standing
from did.errors import FetchError
from tests.unit.credentials.sd_jwt.tokens import AUDIENCE, NONCE, NOW, SECONDS, digest, disclosure, signed

if TYPE_CHECKING:
    from collections.abc import Callable

    from credentials.report import Report
    from tests.unit.credentials.conftest import World

VCT = "https://issuer.example/types/diploma"
LIST_URI = "https://issuer.example/token-status/1"


def claims(world: World, **changes: Any) -> dict[str, Any]:
    base = {"iss": world.issuer_id, "vct": VCT, "name": "Ana", "exp": SECONDS + 3_600}
    return {name: value for name, value in (base | changes).items() if value is not None}


def issue(world: World, **changes: Any) -> str:
    return issue_sd_jwt_vc(
        claims(world, **changes),
        disclosable=["/name"],
        signer=world.issuer,
        holder_key=world.holder.public_key,
    )


def check(world: World, token: str | bytes, **options: Any) -> Report:
    arguments: dict[str, Any] = {"context": world.context(), "now": NOW}
    return check_sd_jwt_vc(token, **(arguments | options))


def present(world: World, token: str, pointers: tuple[str, ...] = ("/name",), **options: Any) -> str:
    arguments: dict[str, Any] = {"holder": world.holder, "audience": AUDIENCE, "nonce": NONCE, "now": NOW}
    return present_sd_jwt(token, pointers, **(arguments | options))


BOUND: dict[str, Any] = {"expected_nonce": NONCE, "expected_audience": AUDIENCE}


@pytest.mark.covers("sd-jwt-vc", "2.4")
def test_every_step_is_made(world: World) -> None:
    report = check(world, issue(world))
    assert report.outcome is Outcome.VALID
    assert tuple(each.name for each in report.checks) == SD_JWT_VC_STEPS
    assert [warning.code for warning in report.warnings] == ["unknown_issuer"]


@pytest.mark.covers("sd-jwt", "7.3")
def test_a_presentation(world: World) -> None:
    presented = present(world, issue(world))
    report = check(world, presented, **BOUND)
    assert report.outcome is Outcome.VALID
    assert report.check("holder_binding").code == "ok"
    verified = verify_sd_jwt_vc(presented, context=world.context(), now=NOW, **BOUND)
    assert verified.holder_key == world.holder.public_key
    assert verified.claims["name"] == "Ana"
    assert verified.content == presented.encode()


@pytest.mark.covers("sd-jwt", "7.3")
@pytest.mark.attack("B19")
@pytest.mark.parametrize(
    "expected", [{"expected_nonce": NONCE}, {"expected_audience": AUDIENCE}, BOUND | {"expected_nonce": ""}]
)
@pytest.mark.parametrize("verb", [check_sd_jwt_vc, verify_sd_jwt_vc])
def test_half_an_expectation(world: World, verb: Callable[..., Any], expected: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="nonce and an audience"):
        verb(present(world, issue(world)), context=world.context(), now=NOW, **expected)


@pytest.mark.attack("B17")
def test_binding_in_the_report(world: World) -> None:
    token = issue(world)
    stripped = check(world, derive_sd_jwt(token, []), **BOUND)
    assert (stripped.outcome, stripped.codes) == (Outcome.INVALID, ("key_binding_missing",))
    unexpected = check(world, present(world, token))
    assert (unexpected.outcome, unexpected.codes) == (Outcome.INVALID, ("key_binding_unexpected",))
    replayed = check(world, present(world, token, nonce="old"), **BOUND)
    assert replayed.check("holder_binding").code == "nonce_mismatch"
    late = check(world, present(world, token), now=NOW + timedelta(minutes=10), **BOUND)
    assert late.check("holder_binding").code == "too_old"


@pytest.mark.covers("sd-jwt-vc", "2.4")
def test_a_failed_step_leaves_the_later_ones_unmade(world: World) -> None:
    report = check(world, signed(claims(world), signer=world.stranger, typ="dc+sd-jwt"))
    assert report.check("issuer_key").code == "issuer_mismatch"
    assert [report.check(name).code for name in SD_JWT_VC_STEPS[2:]] == ["not_checked"] * 4
    # what it claims can be looked at, and is not believed
    assert report.credential is not None
    assert report.outcome is Outcome.INVALID


def hide(name: str, value: Any) -> Callable[[dict[str, Any]], tuple[dict[str, Any], list[str]]]:
    text = disclosure("salt", name, value)
    return lambda base: (
        {key: kept for key, kept in base.items() if key != name} | {"_sd": [digest(text)]},
        [text],
    )


TOKENS: list[tuple[str, Callable[[dict[str, Any]], Any], str, str]] = [
    ("typ of the old draft", lambda base: (base, [], "vc+sd-jwt"), "proof", "jws_typ"),
    ("typ of a JWT", lambda base: (base, [], "JWT"), "proof", "jws_typ"),
    ("typ of a Key Binding", lambda base: (base, [], "kb+jwt"), "proof", "jws_typ"),
    ("typ with application/", lambda base: (base, [], "application/dc+sd-jwt"), "proof", "jws_typ"),
    ("no vct", lambda base: base | {"vct": None}, "data_model", "vct_missing"),
    ("vct a list", lambda base: base | {"vct": [VCT]}, "data_model", "vct_missing"),
    ("vct empty", lambda base: base | {"vct": ""}, "data_model", "vct_missing"),
    ("aka_vcts odd", lambda base: base | {"aka_vcts": [1]}, "data_model", "claim_syntax"),
    ("aka_vcts holds vct", lambda base: base | {"aka_vcts": [VCT]}, "data_model", "claim_syntax"),
    ("vct#integrity odd", lambda base: base | {"vct#integrity": 1}, "data_model", "claim_syntax"),
    ("sub a list", lambda base: base | {"sub": []}, "data_model", "claim_syntax"),
    ("cnf a string", lambda base: base | {"cnf": "key"}, "data_model", "claim_syntax"),
    ("exp a string", lambda base: base | {"exp": "2027"}, "data_model", "claim_syntax"),
    ("exp negative", lambda base: base | {"exp": -5}, "data_model", "claim_syntax"),
    ("expired", lambda base: base | {"exp": SECONDS}, "validity", "expired"),
    ("not yet", lambda base: base | {"nbf": SECONDS + 61}, "validity", "not_yet_valid"),
    ("issued tomorrow", lambda base: base | {"iat": SECONDS + 86_400}, "validity", "not_yet_valid"),
    ("for somebody else", lambda base: base | {"aud": "https://x.example"}, "validity", "audience_mismatch"),
    ("status odd", lambda base: base | {"status": []}, "data_model", "claim_syntax"),
    ("status unread", lambda base: base | {"status": {"status_list": {}}}, "status", "status_unavailable"),
    ("vct hidden", hide("vct", VCT), "proof", "claim_not_disclosable"),
    ("status hidden", hide("status", {}), "proof", "claim_not_disclosable"),
    ("exp hidden", hide("exp", SECONDS + 60), "proof", "claim_not_disclosable"),
    ("nbf hidden", hide("nbf", 0), "proof", "claim_not_disclosable"),
    ("cnf hidden", hide("cnf", {}), "proof", "claim_not_disclosable"),
    ("vct#integrity hidden", hide("vct#integrity", "x"), "proof", "claim_not_disclosable"),
    ("iss hidden", hide("iss", "x"), "issuer_key", "issuer_missing"),
    ("iss a list", lambda base: base | {"iss": [base["iss"]]}, "issuer_key", "issuer_invalid"),
    ("iss with a prefix", lambda base: base | {"iss": "x" + base["iss"]}, "issuer_key", "issuer_invalid"),
    (
        "iss in capitals",
        lambda base: base | {"iss": base["iss"].replace("did:key", "did:KEY")},
        "issuer_key",
        "invalidDid",
    ),
    ("iss with a slash", lambda base: base | {"iss": base["iss"] + "/"}, "issuer_key", "invalidDid"),
    (
        "iss of another method",
        lambda base: base | {"iss": "did:example:1"},
        "issuer_key",
        "issuer_not_permitted",
    ),
]


@pytest.mark.covers("sd-jwt-vc", "2.4")
@pytest.mark.attack("B9")
@pytest.mark.attack("B10")
@pytest.mark.attack("B11")
@pytest.mark.attack("B15")
@pytest.mark.parametrize(
    ("change", "step", "code"), [case[1:] for case in TOKENS], ids=[case[0] for case in TOKENS]
)
def test_findings(world: World, change: Callable[[dict[str, Any]], Any], step: str, code: str) -> None:
    assert check(world, signed(claims(world), signer=world.issuer, typ="dc+sd-jwt")).outcome is Outcome.VALID
    changed = change(claims(world))
    payload, disclosures, *typ = changed if isinstance(changed, tuple) else (changed, [])
    token = signed(payload, disclosures, signer=world.issuer, typ=typ[0] if typ else "dc+sd-jwt")
    report = check(world, token)
    assert (report.check(step).code, report.codes) == (code, (code,))
    expected = Outcome.INDETERMINATE if code == "status_unavailable" else Outcome.INVALID
    assert report.outcome is expected


@pytest.mark.covers("sd-jwt-vc", "2.4")
@pytest.mark.parametrize(
    "value",
    [
        {"iat": SECONDS},
        {"nbf": SECONDS + 60},
        {"exp": SECONDS + 0.5},
        {"sub": "urn:x:1"},
        {"aka_vcts": ["urn:x:2"]},
        {"cnf": {"kid": "did:web:holder.example#1"}},
    ],
)
def test_claims_that_hold(world: World, value: dict[str, Any]) -> None:
    token = signed(claims(world, **value), signer=world.issuer, typ="dc+sd-jwt")
    assert check(world, token).outcome is Outcome.VALID


@pytest.mark.covers("sd-jwt-vc", "2.5")
def test_a_certificate_chain_is_not_read_and_says_so(world: World) -> None:
    token = sign_compact({"vct": VCT}, signer=world.issuer, typ="dc+sd-jwt", header={"x5c": ["AA"]}) + "~"
    report = check(world, token)
    assert (report.outcome, report.codes) == (Outcome.INDETERMINATE, ("unsupported_x5c",))


@pytest.mark.covers("sd-jwt-vc", "2.5")
def test_https_issuers(world: World) -> None:
    iss = "https://issuer.example/t"
    url = "https://issuer.example/.well-known/jwt-vc-issuer/t"
    token = issue_sd_jwt_vc(claims(world, iss=iss), disclosable=[], signer=world.issuer, kid="1")
    unknown = check(world, token)
    assert (unknown.outcome, unknown.codes) == (Outcome.INDETERMINATE, ("notFound",))
    world.served.serve(url, FetchError("timeout"))
    silent = check(world, token)
    assert (silent.outcome, silent.codes) == (Outcome.INDETERMINATE, ("resolution_unavailable",))
    key = world.issuer.public_key.to_jwk() | {"kid": "1"}
    world.served.serve(url, {"issuer": iss, "jwks": {"keys": [key]}})
    assert check(world, token, issuer_keys=WEB_ISSUERS).outcome is Outcome.VALID
    assert check(world, issue(world), issuer_keys=WEB_ISSUERS).codes == ("issuer_not_permitted",)


def test_the_context_narrows_the_algorithms(world: World) -> None:
    es256 = world.context(jws_algorithms=frozenset({"ES256"}))
    assert check(world, issue(world), context=es256).codes == ("jws_algorithm",)


def test_standing(world: World) -> None:
    known = KnownIssuers({world.issuer_id: Standing("Mission locale")})
    report = check(world, issue(world), context=world.context(trust=known))
    assert report.standing == Standing("Mission locale")
    assert report.warnings == ()


def test_the_view_of_another_type_shows_who_and_when(world: World) -> None:
    badge_like = {"issuer": "did:web:victim.example", "credentialSubject": {"achievement": {"name": "x"}}}
    view = verify_sd_jwt_vc(issue(world, nbf=SECONDS, **badge_like), context=world.context(), now=NOW).view
    assert (view.issuer_id, view.types, view.valid_from) == (world.issuer_id, (VCT,), NOW)
    assert view.achievement_name is None
    assert view.raw["name"] == "Ana"


STATUS = {"status_list": {"idx": 3, "uri": LIST_URI}}


class Asked:
    """A status policy that answers as told, and remembers what it was asked."""

    def __init__(self, answer: Check) -> None:
        self.answer = answer
        self.asked: list[dict[str, Any]] = []

    def check(self, status: object, **asked: Any) -> Check:
        self.asked.append({"status": status} | asked)
        return self.answer


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Check.passed("status"), Outcome.VALID),
        (Check.failed("status", "revoked"), Outcome.INVALID),
        (Check.failed("status", "status_unavailable"), Outcome.INDETERMINATE),
    ],
)
def test_the_status_policy_decides(world: World, answer: Check, outcome: Outcome) -> None:
    policy = Asked(answer)
    report = check(world, issue(world, status=STATUS), status_policy=policy)
    assert (report.outcome, report.check("status")) == (outcome, answer)
    assert policy.asked[0]["status"] == STATUS
    assert policy.asked[0]["issuer_id"] == world.issuer_id


def test_without_a_policy_a_status_is_never_passed(world: World) -> None:
    report = check(world, issue(world, status=STATUS))
    assert (report.outcome, report.codes) == (Outcome.INDETERMINATE, ("status_unavailable",))
    with pytest.raises(InvalidSdJwtVcError) as caught:
        verify_sd_jwt_vc(issue(world, status=STATUS), context=world.context(), now=NOW)
    assert caught.value.report.outcome is Outcome.INDETERMINATE


@pytest.mark.attack("E8")
def test_a_status_can_be_demanded(world: World) -> None:
    report = check(world, issue(world), context=world.context(require_status=True))
    assert report.codes == ("status_required",)
    passed = Asked(Check.passed("status"))
    demanding = world.context(require_status=True)
    assert (
        check(world, issue(world, status=STATUS), context=demanding, status_policy=passed).outcome
        is Outcome.VALID
    )


def test_a_bad_token_is_not_looked_up(world: World) -> None:
    policy = Asked(Check.passed("status"))
    check(world, issue(world, status=STATUS, exp=SECONDS - 1), status_policy=policy)
    check(world, present(world, issue(world, status=STATUS), nonce="old"), status_policy=policy, **BOUND)
    assert policy.asked == []


def serve_statuses(world: World, statuses: dict[int, int], **options: Any) -> None:
    listed = Statuses.new(16, bits=2)
    for index, value in statuses.items():
        listed.set(index, value)
    arguments: dict[str, Any] = {"uri": LIST_URI, "signer": world.issuer, "issued_at": NOW}
    token = sign_status_list_token(listed, **(arguments | options))
    world.served.serve(LIST_URI, token.encode())


@pytest.mark.covers("token-status-list", "6.2")
@pytest.mark.parametrize(
    ("statuses", "code"), [({}, "ok"), ({3: 1}, "revoked"), ({3: 2}, "suspended"), ({4: 1}, "ok")]
)
def test_token_status_list(world: World, statuses: dict[int, int], code: str) -> None:
    serve_statuses(world, statuses)
    report = check(world, issue(world, status=STATUS), status_policy=TokenStatusList())
    assert report.check("status").code == code


@pytest.mark.attack("E4")
@pytest.mark.attack("E6")
def test_a_list_by_somebody_else_or_none(world: World) -> None:
    missing = check(world, issue(world, status=STATUS), status_policy=TokenStatusList())
    assert (missing.outcome, missing.codes) == (Outcome.INDETERMINATE, ("status_unavailable",))
    serve_statuses(world, {}, signer=world.stranger)
    foreign = check(world, issue(world, status=STATUS), status_policy=TokenStatusList())
    assert foreign.outcome is Outcome.INVALID


def test_a_verified_token_comes_from_the_verifier_alone(world: World) -> None:
    verified = verify_sd_jwt_vc(issue(world), context=world.context(), now=NOW)
    members = {
        name: getattr(verified, name)
        for name in ("content", "claims", "disclosed", "view", "report", "holder_key")
    }
    with pytest.raises(TypeError):
        VerifiedSdJwtVc(**members, origin=object())
    assert VerifiedSdJwtVc(**members, origin=_ORIGIN) == verified


@pytest.mark.parametrize("data", [b"", b"~", "", "x~", b"\xff~", b'{"payload":""}', b"a.b.c~", b"~~~"])
def test_nothing_that_is_received_raises(world: World, data: bytes | str) -> None:
    report = check(world, data)
    assert report.outcome is Outcome.INVALID
    assert report.credential is None
    with pytest.raises(SdJwtError):
        verify_sd_jwt_vc(data, context=world.context(), now=NOW)


@pytest.mark.attack("E8")
def test_a_status_in_the_words_of_another_format_is_not_passed_over(world: World) -> None:
    entry = {"type": "BitstringStatusListEntry"}
    report = check(world, issue(world, credentialStatus=entry))
    assert (report.outcome, report.codes) == (Outcome.INDETERMINATE, ("unsupported_status_type",))
    serve_statuses(world, {3: 1})
    both = check(world, issue(world, credentialStatus=entry, status=STATUS), status_policy=TokenStatusList())
    assert (both.outcome, both.codes) == (Outcome.INVALID, ("unsupported_status_type", "revoked"))
