"""VCDM 1.1 credentials with proofs from before Data Integrity 1.0: our rules around another program's answer."""

from __future__ import annotations

import base64
import copy
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from contexts.inline import AdmittingStore
from credentials.legacy import BoundedLegacyVerifier, LegacyAnswer, LegacyVerifierError
from credentials.report import Outcome
from credentials.verification import CREDENTIAL_STEPS, VerificationContext, check_credential
from did.fetcher import OfflineFetcher
from did.resolver import Resolver
from tests.simulators.legacy_verifier import HOLDS, SimulatedLegacyVerifier
from web.didkit_process import DidkitProcess

if TYPE_CHECKING:
    from collections.abc import Callable

    from contexts import ContextStore
    from credentials.report import Report
    from tests.unit.credentials.conftest import World

VECTORS = Path(__file__).parents[2] / "vectors" / "legacy-proofs"
NAMES = sorted(path.stem for path in VECTORS.glob("*-*.json"))
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
OTHER = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"


def vector(name: str = "didkit-ed25519-2018-did-key") -> dict[str, Any]:
    document: dict[str, Any] = json.loads((VECTORS / f"{name}.json").read_bytes())
    return document


@pytest.fixture
def context(contexts: ContextStore) -> VerificationContext:
    nothing = OfflineFetcher()
    return VerificationContext(
        contexts=contexts,
        resolver=Resolver(fetcher=nothing),
        fetcher=nothing,
        legacy=SimulatedLegacyVerifier(),
    )


@pytest.fixture
def simulated(context: VerificationContext) -> SimulatedLegacyVerifier:
    assert isinstance(context.legacy, SimulatedLegacyVerifier)
    return context.legacy


@pytest.fixture
def check(context: VerificationContext) -> Callable[..., Report]:
    def make(document: dict[str, Any], *, now: datetime = NOW) -> Report:
        return check_credential(document, context=context, now=now)

    return make


# With didkit


@pytest.mark.covers("vcdm-1.1", "4.7")
@pytest.mark.parametrize("name", NAMES)
def test_credentials_made_by_others_verify_with_didkit(contexts: ContextStore, name: str) -> None:
    nothing = OfflineFetcher()
    context = VerificationContext(
        contexts=contexts, resolver=Resolver(fetcher=nothing), fetcher=nothing, legacy=DidkitProcess()
    )
    data = (VECTORS / f"{name}.json").read_bytes()
    report = check_credential(data, context=context, now=NOW)
    assert report.outcome is Outcome.VALID, report.codes
    assert tuple(each.name for each in report.checks) == CREDENTIAL_STEPS
    assert report.securing == "legacy_proof"
    assert "legacy_proof" in [warning.code for warning in report.warnings]
    altered = json.loads(data) | {"issuanceDate": "2024-01-01T00:00:01Z"}
    assert check_credential(altered, context=context, now=NOW).codes == ("invalid_signature",)


def test_without_a_verifier_such_a_credential_is_refused_by_name(context: VerificationContext) -> None:
    report = check_credential(
        vector(),
        context=VerificationContext(
            contexts=context.contexts, resolver=context.resolver, fetcher=context.fetcher
        ),
        now=NOW,
    )
    assert (report.outcome, report.codes) == (Outcome.INVALID, ("legacy_suite",))


# What is handed over


def test_one_proof_at_a_time_and_no_context_to_look_up(
    check: Callable[..., Report], simulated: SimulatedLegacyVerifier
) -> None:
    document = vector("digital-bazaar-ed25519-2018-open-badge")
    document["proof"] = [document["proof"], document["proof"]]
    assert check(document).outcome is Outcome.VALID
    assert len(simulated.asked) == 2
    for asked in simulated.asked:
        assert asked["proof"] == document["proof"][0]
        base, *others = asked["@context"]
        assert base == "https://www.w3.org/2018/credentials/v1"
        assert others
        assert all(isinstance(each, dict) for each in others)
        assert asked["credentialSubject"] == document["credentialSubject"]


def test_words_that_a_policy_admits_are_handed_over_as_they_are(
    context: VerificationContext, simulated: SimulatedLegacyVerifier
) -> None:
    admitting = replace(context, contexts=AdmittingStore(context.contexts))
    document = vector("didkit-jws-2020-p-256")
    own = {"skill": "https://words.example/skill"}
    document["@context"].append(own)
    document["credentialSubject"]["skill"] = "drone"
    assert check_credential(document, context=admitting, now=NOW).outcome is Outcome.VALID
    assert simulated.asked[0]["@context"][-1] == own


@pytest.mark.attack("F1")
@pytest.mark.parametrize(
    "did",
    ["did:web:issuer.example", "did:tz:tz1VSUr8wwNhLAzempoch5d6hLRiTh8Cjcjb", "did:ion:abc", "did:webkey:x"],
)
def test_keys_that_must_be_looked_up_are_not_handed_over(
    check: Callable[..., Report], simulated: SimulatedLegacyVerifier, did: str
) -> None:
    document = vector()
    document["issuer"] = did
    document["proof"]["verificationMethod"] = f"{did}#key"
    report = check(document)
    assert (report.outcome, report.codes) == (Outcome.INDETERMINATE, ("legacy_method_unsupported",))
    assert simulated.asked == []


def _header(**members: Any) -> str:
    encoded = base64.urlsafe_b64encode(json.dumps(members).encode()).rstrip(b"=").decode()
    return f"{encoded}..{'A' * 86}"


def _nested_context(document: dict[str, Any]) -> None:
    document["@context"].append("https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json")
    document["credentialSubject"]["@context"] = "https://purl.imsglobal.org/spec/ob/v3p0/context.json"


def _of_vcdm_2(document: dict[str, Any]) -> None:
    document["@context"] = ["https://www.w3.org/ns/credentials/v2"]
    for name in ("issuanceDate", "expirationDate"):
        document.pop(name)


@pytest.mark.covers("vcdm-1.1", "4.1", "4.2", "4.5", "4.6", "4.7", "5.3", "6.2")
@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda d: d.update(undefined="x"), "data_loss"),
        (lambda d: d["credentialSubject"].update(undefined="x"), "data_loss"),
        (lambda d: d["credentialSubject"].update(id="not an IRI"), "id_invalid"),
        (lambda d: d["@context"].append("https://context.example/v1"), "unknown_context"),
        (lambda d: d["@context"].append({"x": "https://x.example/x"}), "inline_context"),
        (_nested_context, "legacy_context_nested"),
        (_of_vcdm_2, "legacy_suite"),
        (lambda d: d.update(issuer=OTHER), "issuer_mismatch"),
        (lambda d: d["proof"].update(verificationMethod=f"{OTHER}#{OTHER[8:]}"), "issuer_mismatch"),
        (lambda d: d["proof"].update(verificationMethod={"id": OTHER}), "proof_invalid_shape"),
        (lambda d: d["proof"].update(verificationMethod=d["issuer"]), "invalidDidUrl"),
        (
            lambda d: d["proof"].update(verificationMethod=d["issuer"] + "#other"),
            "verification_method_not_found",
        ),
        (lambda d: d["proof"].update(proofPurpose="authentication"), "proof_purpose_mismatch"),
        (lambda d: d["proof"].update(created="2099-01-01T00:00:00Z"), "proof_not_yet_valid"),
        (lambda d: d["proof"].update(created="2024"), "date_syntax"),
        (lambda d: d["proof"].pop("created"), "proof_invalid_shape"),
        (lambda d: d["proof"].update(expires="2025-01-01T00:00:00Z"), "proof_expired"),
        (lambda d: d["proof"].update(extra="x"), "proof_invalid_shape"),
        (lambda d: d["proof"].update({"@context": {}}), "proof_invalid_shape"),
        (lambda d: d["proof"].update(nonce=1), "proof_invalid_shape"),
        (lambda d: d["proof"].pop("jws"), "proof_invalid_shape"),
        (lambda d: d["proof"].update(jws="a.b.c"), "proof_invalid_shape"),
        (
            lambda d: d["proof"].update(jws=_header(alg="EdDSA", b64=True, crit=["b64"])),
            "proof_invalid_shape",
        ),
        (lambda d: d["proof"].update(jws=_header(alg="EdDSA", b64=False, crit=["x"])), "proof_invalid_shape"),
        (lambda d: d["proof"].update(jws=_header(alg="EdDSA")), "proof_invalid_shape"),
        (lambda d: d["proof"].update(jws=_header(alg=None, b64=False, crit=["b64"])), "proof_invalid_shape"),
        (
            lambda d: d["proof"].update(jws=_header(alg="EdDSA", b64=False, crit=["b64"], jwk={})),
            "proof_invalid_shape",
        ),
        (lambda d: d["proof"].update(jws=d["proof"]["jws"][:-1] + "="), "proof_invalid_shape"),
        (lambda d: d["proof"].update(jws=d["proof"]["jws"] + "." * 5_000), "proof_invalid_shape"),
        (lambda d: d["proof"].update(jws=_header(alg="none", b64=False, crit=["b64"])), "legacy_algorithm"),
        (lambda d: d["proof"].update(jws=_header(alg="HS256", b64=False, crit=["b64"])), "legacy_algorithm"),
        (lambda d: d["proof"].update(jws=_header(alg="ES256", b64=False, crit=["b64"])), "legacy_algorithm"),
        (lambda d: d.update(proof=[d["proof"]] * 6), "proof_invalid_shape"),
        (lambda d: d.update(proof=[d["proof"], {"type": "RsaSignature2018"}]), "legacy_suite"),
        (lambda d: d.update(proof=[]), "proof_missing"),
        (lambda d: d.pop("issuanceDate"), "issuance_date_missing"),
    ],
)
def test_each_broken_rule_has_its_code_before_anything_is_handed_over(
    check: Callable[..., Report],
    simulated: SimulatedLegacyVerifier,
    change: Callable[[dict[str, Any]], Any],
    code: str,
) -> None:
    document = vector()
    change(document)
    report = check(document)
    assert (report.outcome, report.codes) == (Outcome.INVALID, (code,))
    assert simulated.asked == []


def test_a_key_of_another_kind_than_the_algorithm(
    check: Callable[..., Report], simulated: SimulatedLegacyVerifier
) -> None:
    document = vector("didkit-jws-2020-p-256")
    document["proof"]["jws"] = _header(alg="EdDSA", b64=False, crit=["b64"])
    assert check(document).codes == ("suite_key_mismatch",)
    assert simulated.asked == []


@pytest.mark.attack("A15")
def test_a_key_of_low_order_is_not_handed_over(
    check: Callable[..., Report], simulated: SimulatedLegacyVerifier
) -> None:
    # the point of order 1, which "signs" everything
    jwk = json.dumps({"kty": "OKP", "crv": "Ed25519", "x": "AQ" + "A" * 41}, separators=(",", ":")).encode()
    did = "did:jwk:" + base64.urlsafe_b64encode(jwk).rstrip(b"=").decode()
    document = vector("didkit-ed25519-2018-did-jwk")
    document["issuer"] = did
    document["proof"]["verificationMethod"] = f"{did}#0"
    assert check(document).outcome is Outcome.INVALID
    assert simulated.asked == []


def test_es384_is_not_known_there(check: Callable[..., Report]) -> None:
    document = vector("didkit-jws-2020-p-256")
    document["proof"]["jws"] = _header(alg="ES384", b64=False, crit=["b64"])
    report = check(document)
    assert (report.outcome, report.codes) == (Outcome.INDETERMINATE, ("unsupported_cryptosuite",))


# What comes back


@pytest.mark.parametrize(
    ("answers", "outcome", "code"),
    [
        ([LegacyAnswer(holds=False, errors=("signature error: no",))], Outcome.INVALID, "invalid_signature"),
        ([LegacyAnswer(holds=False, errors=("verification error",))], Outcome.INVALID, "invalid_signature"),
        (
            [LegacyAnswer(holds=False, errors=("Expansion failed",))],
            Outcome.INDETERMINATE,
            "legacy_verifier_failed",
        ),
        ([LegacyAnswer(holds=False)], Outcome.INDETERMINATE, "legacy_verifier_failed"),
        ([LegacyAnswer(holds=True, errors=("but",))], Outcome.INDETERMINATE, "legacy_verifier_failed"),
        ([], Outcome.INDETERMINATE, "legacy_verifier_failed"),
        ([HOLDS, HOLDS], Outcome.INDETERMINATE, "legacy_verifier_failed"),
    ],
)
def test_what_the_other_program_answers(
    check: Callable[..., Report],
    simulated: SimulatedLegacyVerifier,
    answers: list[LegacyAnswer],
    outcome: Outcome,
    code: str,
) -> None:
    simulated.answers = answers
    report = check(vector())
    assert (report.outcome, report.codes) == (outcome, (code,))


def test_no_answer_is_never_a_good_one(
    check: Callable[..., Report], simulated: SimulatedLegacyVerifier
) -> None:
    simulated.fails = True
    report = check(vector())
    assert (report.outcome, report.codes) == (Outcome.INDETERMINATE, ("legacy_verifier_failed",))
    assert report.check("issuer_key").code == "not_checked"


@pytest.mark.attack("A5")
def test_one_bad_proof_of_a_set_is_one_too_many(
    check: Callable[..., Report], simulated: SimulatedLegacyVerifier
) -> None:
    document = vector()
    document["proof"] = [document["proof"], copy.deepcopy(document["proof"])]
    simulated.answers = [HOLDS, LegacyAnswer(holds=False, errors=("signature error",))]
    assert check(document).codes == ("invalid_signature",)


# After it


@pytest.mark.covers("vcdm-1.1", "4.6", "4.8")
def test_validity_is_looked_at_by_us(check: Callable[..., Report]) -> None:
    assert check(vector(), now=NOW + timedelta(days=2_000)).codes == ("expired",)
    assert check(vector(), now=NOW).outcome is Outcome.VALID


@pytest.mark.covers("vcdm-1.1", "4.9")
@pytest.mark.parametrize(
    ("revoked", "codes"), [([], ("status_list_unsigned",)), (["urn:uuid:1"], ("revoked",))]
)
def test_status_is_looked_at_by_us(
    world: World, simulated: SimulatedLegacyVerifier, revoked: list[str], codes: tuple[str, ...]
) -> None:
    url = "https://node.example/revocations"
    document = vector("digital-bazaar-ed25519-2018-open-badge")
    document |= {"id": "urn:uuid:1", "credentialStatus": {"id": url, "type": "1EdTechRevocationList"}}
    document["@context"].append("https://purl.imsglobal.org/spec/ob/v3p0/extensions.json")
    world.served.serve(
        url,
        {
            "id": url,
            "issuer": document["issuer"]["id"],
            "revokedCredential": [{"id": each} for each in revoked],
        },
    )
    report = check_credential(document, context=world.context(legacy=simulated), now=NOW)
    assert report.codes == codes


def test_one_verification_asks_so_often_and_no_more() -> None:
    verifier = SimulatedLegacyVerifier()
    bounded = BoundedLegacyVerifier(verifier, questions=2)
    assert bounded.verify([{}]) == [HOLDS]
    assert bounded.verify([{}]) == [HOLDS]
    with pytest.raises(LegacyVerifierError):
        bounded.verify([{}])
    assert len(verifier.asked) == 2


def test_one_that_failed_is_not_asked_again() -> None:
    verifier = SimulatedLegacyVerifier(fails=True)
    bounded = BoundedLegacyVerifier(verifier)
    for _ in range(3):
        with pytest.raises(LegacyVerifierError):
            bounded.verify([{}])
    assert len(verifier.asked) == 1
