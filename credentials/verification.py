"""The only verifier. Bytes in, a report out; `verify_*` raise and are built on `check_*`.

The steps, numbered here and where they are made:

1. strict JSON: size, depth, no duplicate members, no odd numbers; one object, or a token that holds one;
2. contexts: the base context first, every other one from the closed world;
3. data model: VCDM 2.0 (or 1.1), and OBv3 for an open badge; a token's claims contradict no member;
4. proof: all of them hold, for the purpose, at this time, with nothing of the document left out of what was
signed;
5. issuer's key: dereferenced from the DID document, listed for assertions, controlled by the `issuer`, or
listed when it signed, by the DID's history, and not revoked since; or published at the host of an https
issuer;
6. validity: `validFrom` (60 s of skew) and `validUntil` (no skew; at that very instant it has ended);
7. status: every entry, from a list that went through steps 1 to 6 and is by the same issuer; and the `status`
claim of a token;
8. schema: those of `credentialSchema` that are known here; a warning for the others;
9. trust: a warning, never a verdict.

A step that cannot be made because an earlier one failed is reported as "not_checked"; the verdict comes from
`build_verdict`. How a document can be secured is a table in `credentials.reading`; what is asked of a
presentation beyond its proof stands in `credentials.presentation_rules`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from contexts import strict_json
from credentials.data_model import Validity, Version, check_context, check_credential_model
from credentials.errors import CredentialsError
from credentials.jose.keys import KeyName, find_key
from credentials.jose.profiles import Role
from credentials.legacy import LEGACY_PROOF, secured_by_legacy_proofs
from credentials.open_badges.checker import check_open_badge
from credentials.presentation_rules import (
    MAXIMUM_CREDENTIALS,
    check_holder_binding,
    check_query,
    fold_credentials,
    read_presentation,
)
from credentials.proof_only import check_proof_only
from credentials.reading import find_sd_jwt, read_secured
from credentials.report import Check, Outcome, Report, build_report
from credentials.schemas import check_credential_schema
from credentials.sd_jwt import TYP as SD_JWT_VC
from credentials.sd_jwt import check_sd_jwt_vc
from credentials.secured import ExpectedSigner, check_signed
from credentials.status.checking import CheckedList, StatusPolicy, check_status
from credentials.steps import StepFailedError, Steps
from credentials.verification_context import MAXIMUM_FAILED_FETCHES, MAXIMUM_FETCHES, VerificationContext
from credentials.view import CredentialView
from did.document import Relationship

if TYPE_CHECKING:
    from datetime import datetime

    from credentials.data_integrity import ProofResult
    from credentials.exchange.dcql import DcqlQuery
    from credentials.secured import Secured
    from credentials.trust import Standing

__all__ = [
    "CREDENTIAL_STEPS",
    "MAXIMUM_CREDENTIALS",
    "MAXIMUM_FAILED_FETCHES",
    "MAXIMUM_FETCHES",
    "PRESENTATION_STEPS",
    "VerificationContext",
    "VerificationError",
    "VerifiedCredential",
    "check_credential",
    "check_presentation",
    "check_proof_only",
    "verify_credential",
]

JsonObject = dict[str, Any]
CREDENTIAL_STEPS: Final = ("json", "context", "data_model", "proof", "issuer_key", "validity", "status")
PRESENTATION_STEPS: Final = (
    "json",
    "context",
    "data_model",
    "proof",
    "holder_key",
    "credentials",
    "holder_binding",
)
_STEPS_BEFORE_STATUS: Final = CREDENTIAL_STEPS[:-1]


class VerificationError(CredentialsError):
    """A credential or presentation is not valid. Its report says why; the code is that of the first check
    that failed.
    """

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__(report.codes[0] if report.codes else "not_checked", ", ".join(report.codes))


_ORIGIN: Final = object()


@dataclass(frozen=True)
class VerifiedCredential:
    """A credential that was verified. Comes from `verify_credential` and from nowhere else.

    Args:
        content: the bytes that were verified, JSON or token: keep these.
        document: what they say, parsed.
        view: the same, for people.
        report: what was checked.
    """

    content: bytes
    document: JsonObject
    view: CredentialView
    report: Report
    origin: object = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse to be made by anyone else."""
        if self.origin is not _ORIGIN:
            raise TypeError("a VerifiedCredential comes from verify_credential")


@dataclass
class _Examined:
    """What steps 1 to 6 learnt of a credential; the members are None as far as they did not get."""

    steps: Steps
    secured: Secured | None = None
    view: CredentialView | None = None
    proof: ProofResult | None = None


def check_credential(data: bytes | JsonObject, *, context: VerificationContext, now: datetime) -> Report:
    """Check a credential and report every step. Never raises for what the credential holds.

    Args:
        data: the bytes received (JSON, a compact JWT, an SD-JWT, a COSE_Sign1), or a parsed JSON object.
        context: what the verification needs of the world.
        now: aware UTC.

    Source: VCDM 2.0, section 7.1 (Verification); Open Badges 3.0, section 8 (Verification and Validation).
    """
    context = context.bounded()
    sd_jwt = find_sd_jwt(data, budget=context.work)
    if sd_jwt is not None:
        # steps of its own: its issuer may have no DID, its type no context, its holder a key alone
        return _check_sd_jwt(sd_jwt, context=context, now=now)
    examined = _examine(data, context=context, now=now)
    view, secured = examined.view, examined.secured
    # 7. Status
    if secured is not None and view is not None and examined.proof is not None:
        examined.steps.checks += _check_status(secured, view, context=context, now=now)
    # 8. Schema
    warnings = _check_schema(examined, context)
    # 9. Trust
    standing = _standing(view, context)
    if standing is None:
        warnings.append(Check.failed("trust", "unknown_issuer", view.issuer_id or "" if view else ""))
    if secured is not None and secured.name == LEGACY_PROOF:
        warnings.append(Check.failed("form", LEGACY_PROOF))
    return build_report(
        examined.steps.complete(CREDENTIAL_STEPS),
        required=CREDENTIAL_STEPS,
        warnings=warnings,
        credential=view,
        standing=standing,
        selection=examined.proof.selection_label if examined.proof else "",
        securing=secured.name if secured else "",
        confirmation=secured.claims.get("cnf") if secured and examined.proof else None,
        subject_withheld=examined.proof.subject_withheld if examined.proof else False,
    )


def verify_credential(
    data: bytes | JsonObject,
    *,
    context: VerificationContext,
    now: datetime,
) -> VerifiedCredential:
    """Verify a credential; same arguments as `check_credential`.

    Raises:
        VerificationError: the outcome is not valid; `report` says why.
    """
    report = check_credential(data, context=context, now=now)
    if report.outcome is not Outcome.VALID or report.credential is None:
        raise VerificationError(report)
    content = data if isinstance(data, bytes) else strict_json.dumps(data)
    return VerifiedCredential(content, report.credential.raw, report.credential, report, origin=_ORIGIN)


def _check_sd_jwt(token: bytes, *, context: VerificationContext, now: datetime) -> Report:
    report = check_sd_jwt_vc(token, context=context, now=now, status_policy=context.token_status)
    return replace(report, securing=SD_JWT_VC)


def _check_schema(examined: _Examined, context: VerificationContext) -> list[Check]:
    """Check the schemas that a credential names once its proof holds; gives the warnings."""
    document = examined.secured.document if examined.secured and examined.proof else {}
    if "credentialSchema" not in document:
        return []
    checks, warnings = check_credential_schema(
        document, context.schemas, explain=check_open_badge, budget=context.work
    )
    examined.steps.checks += checks
    return warnings


def _standing(view: CredentialView | None, context: VerificationContext) -> Standing | None:
    if context.trust is None or view is None or view.issuer_id is None:
        return None
    return context.trust.standing(view.issuer_id)


def _examine(
    data: bytes | JsonObject, *, context: VerificationContext, now: datetime, is_list: bool = False
) -> _Examined:
    """Make steps 1 to 6. A status list says what is so now: it needs a key of today."""
    steps = Steps()
    examined = _Examined(steps)
    try:
        # 1. Strict JSON
        secured = steps.run("json", lambda: read_secured(data, role=Role.CREDENTIAL, budget=context.work))
        secured = examined.secured = secured_by_legacy_proofs(secured, context.legacy)
        view = examined.view = CredentialView.from_document(secured.document)
        # 2. Contexts
        version = steps.run("context", lambda: check_context(secured.document))
        # 3. Data model
        validity = steps.run("data_model", lambda: _check_model(secured, version))
        # 4. Proof, 5. issuer's key
        signer = ExpectedSigner("assertionMethod", str(view.issuer_id), of_then=not is_list)
        examined.proof = check_signed(steps, secured, signer, key_step="issuer_key", context=context, now=now)
        # 6. Validity
        steps.checks.append(_check_validity(validity, context=context, now=now))
    except StepFailedError:
        pass
    return examined


def _check_model(secured: Secured, version: Version) -> Validity:
    validity = check_credential_model(secured.document, version)
    secured.check_members()
    return validity


def _check_validity(validity: Validity, *, context: VerificationContext, now: datetime) -> Check:
    """Compare the validity period with now. An ended credential has ended at `validUntil` itself."""
    dates = {
        name: moment.isoformat()
        for name, moment in (("validFrom", validity.start), ("validUntil", validity.end))
        if moment is not None
    }
    if validity.start is not None and validity.start > now + timedelta(seconds=context.skew_seconds):
        return Check.failed("validity", "not_yet_valid", **dates)
    if validity.end is not None and validity.end <= now:
        return Check.failed("validity", "expired", **dates)
    return Check.passed("validity", **dates)


def _check_status(
    secured: Secured, view: CredentialView, *, context: VerificationContext, now: datetime
) -> list[Check]:
    """Look up every status: those of the data model, and that of a token."""
    if "status" not in secured.claims:
        return _check_credential_status(view, context=context, now=now)
    checks = [_check_token_status(secured.claims["status"], str(view.issuer_id), context=context, now=now)]
    if "credentialStatus" in view.raw:
        checks += _check_credential_status(view, context=context, now=now)
    return checks


def _check_token_status(
    status: object, issuer_id: str, *, context: VerificationContext, now: datetime
) -> Check:
    """Look up the `status` claim that any token may have: draft-ietf-oauth-status-list, section 6.2."""
    if context.token_status is None:
        return Check.failed("status", "status_unavailable", "no policy to look it up")
    return context.token_status.check(
        status,
        issuer_id=issuer_id,
        issuer_key=lambda jws: (
            find_key(
                KeyName.read(jws),
                controller=issuer_id,
                relationship=Relationship.ASSERTION_METHOD,
                algorithm=jws.unverified_header["alg"],
                needs_name=False,
                context=context,
                now=now,
            ).public_key
        ),
        fetcher=context.fetcher,
        now=now,
        budget=context.work,
    )


def _check_credential_status(
    view: CredentialView, *, context: VerificationContext, now: datetime
) -> list[Check]:
    policy = StatusPolicy(
        budget=context.work,
        fetcher=context.fetcher,
        cache=context.status_cache,
        required=context.require_status,
        examine_list=lambda content: _examine_list(content, context=context, now=now),
    )
    return check_status(view.raw, issuer_id=str(view.issuer_id), policy=policy, now=now)


def _examine_list(content: bytes, *, context: VerificationContext, now: datetime) -> CheckedList:
    """Verify a status list credential by steps 1 to 6. Its own status is not followed: a list has none."""
    examined = _examine(content, context=context, now=now, is_list=True)
    report = build_report(
        examined.steps.complete(_STEPS_BEFORE_STATUS),
        required=_STEPS_BEFORE_STATUS,
        credential=examined.view,
    )
    return CheckedList(report, examined.secured.document if examined.secured else {})


def check_presentation(
    presentation: bytes | JsonObject,
    *,
    context: VerificationContext,
    now: datetime,
    expected_domain: str,
    expected_challenge: str,
    query: DcqlQuery | None = None,
    query_id: str | None = None,
) -> Report:
    """Check a presentation, and every credential in it. One bad credential and the whole is not valid.

    Args:
        presentation: the bytes received (JSON, a compact JWT, an SD-JWT, a COSE_Sign1), or a parsed JSON
            object.
        context: what the verification needs of the world.
        now: aware UTC.
        expected_domain: whom the presentation must be for, exactly: `domain` of its proof, `aud` of its token
            (OpenID4VP: the full client id, with its prefix).
        expected_challenge: the nonce, exactly: `challenge` of its proof, `nonce` of its token.
        query: what was asked for; the step "query" is then required.
        query_id: which credential query this presentation answers; None: the only one there is.

    Raises:
        ValueError: no domain or no challenge to expect, which would take any presentation ever made.

    Source: VCDM 2.0, section 4.13 and 7.1; Data Integrity 1.0, section 4.4; VC-JOSE-COSE, section 5.1;
    OpenID4VP 1.0, section 8.6.
    """
    if not expected_domain or not expected_challenge:
        raise ValueError("a presentation is checked against a domain and a challenge")
    context = context.bounded()
    steps = Steps()
    securing = ""
    reports: list[Report] = []
    warnings: list[Check] = []
    try:
        secured = steps.run(
            "json", lambda: read_secured(presentation, role=Role.PRESENTATION, budget=context.work)
        )
        securing = secured.name
        steps.run("context", lambda: check_context(secured.document))
        holder, credentials = steps.run("data_model", lambda: read_presentation(secured))
        signer = ExpectedSigner("authentication", holder, expected_domain, expected_challenge)
        proof = check_signed(steps, secured, signer, key_step="holder_key", context=context, now=now)
        reports += [check_credential(credential, context=context, now=now) for credential in credentials]
        steps.checks.append(fold_credentials(reports))
        warnings += steps.run("holder_binding", lambda: check_holder_binding(reports, holder, proof))
        if query is not None:
            steps.run("query", lambda: check_query(query, query_id, reports))
    except StepFailedError:
        pass
    required = PRESENTATION_STEPS if query is None else (*PRESENTATION_STEPS, "query")
    return build_report(
        steps.complete(required),
        required=required,
        warnings=warnings,
        credentials=reports,
        securing=securing,
    )
