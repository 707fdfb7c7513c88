"""The only verifier. Bytes in, a report out; `verify_*` raise and are built on `check_*`.

The steps, numbered here and where they are made:

1. strict JSON: size, depth, no duplicate members, no odd numbers; one object;
2. contexts: the base context first, every other one from the closed world;
3. data model: VCDM 2.0 (or 1.1), and OBv3 for an open badge;
4. proof: all of them hold, for the purpose, at this time, with nothing of the document left out of what was
signed;
5. issuer's key: dereferenced from the DID document, listed for assertions, controlled by the `issuer`;
6. validity: `validFrom` (60 s of skew) and `validUntil` (no skew; at that very instant it has ended);
7. status: every entry, from a list that went through steps 1 to 6 and is by the same issuer;
8. trust: a warning, never a verdict.

A step that cannot be made because an earlier one failed is reported as "not_checked"; the verdict comes from
`build_verdict`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from contexts import ContextsError, hash_canonical, strict_json
from credentials.data_integrity import ProofResult, verify_proofs
from credentials.data_model import (
    Validity,
    check_context,
    check_credential_model,
    check_presentation_model,
    embedded_credentials,
)
from credentials.errors import CredentialsError, PresentationError, ProofError
from credentials.exchange.dcql import check_credentials
from credentials.report import Check, Outcome, Report, build_report
from credentials.status.checking import CheckedList, StatusPolicy, check_status
from credentials.steps import StepFailedError, Steps, read_json_object
from credentials.view import CredentialView
from did.errors import DidError
from did.fetcher import FetchBudget

if TYPE_CHECKING:
    from datetime import datetime

    from contexts import CanonicalHasher, ContextStore
    from credentials.exchange.dcql import DcqlQuery
    from credentials.status.lists import StatusCache
    from credentials.trust import Standing, TrustRegistry
    from did.fetcher import Fetcher
    from did.resolver import Resolver

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
MAXIMUM_CREDENTIALS: Final = 50
# a presentation of twenty badges by as many issuers asks for twenty DID documents and twenty lists
MAXIMUM_FETCHES: Final = 40
MAXIMUM_FAILED_FETCHES: Final = 6
_STEPS_BEFORE_STATUS: Final = CREDENTIAL_STEPS[:-1]
_KEY_CODES: Final = frozenset({"issuer_mismatch", "controller_mismatch", "suite_key_mismatch"})


@dataclass(frozen=True)
class VerificationContext:
    """What a verification needs of the world.

    Args:
        contexts: the closed world of JSON-LD contexts.
        resolver: dereferences verification methods.
        fetcher: fetches status lists.
        hasher: SHA-256 of canonical N-Quads.
        trust: who is known; None knows nobody.
        skew_seconds: how far an issuer's clock may be ahead of ours, 0 to 60.
        status_cache: remembers status lists: fewer fetches (within a published `ttl`), and an alarm on a
            rollback.
        require_status: refuse a credential without a status.
        budget: what is left to be asked of the network; None: `bounded` gives a fresh one.
    """

    contexts: ContextStore
    resolver: Resolver
    fetcher: Fetcher
    hasher: CanonicalHasher = hash_canonical
    trust: TrustRegistry | None = None
    skew_seconds: int = 60
    status_cache: StatusCache | None = None
    require_status: bool = False
    budget: FetchBudget | None = None

    def bounded(self) -> VerificationContext:
        """The context of one verification, and of all that it holds: it may fetch so much, and no more."""
        if self.budget is not None:
            return self
        budget = FetchBudget(fetches=MAXIMUM_FETCHES, failures=MAXIMUM_FAILED_FETCHES)
        resolver, fetcher = self.resolver.through(budget.over), budget.over(self.fetcher)
        return replace(self, resolver=resolver, fetcher=fetcher, budget=budget)

    def __post_init__(self) -> None:
        """Refuse a skew that would hide a real fault."""
        if not 0 <= self.skew_seconds <= 60:  # noqa: PLR2004 - one minute
            raise ValueError("skew_seconds is 0 to 60")


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
        content: the bytes that were verified: keep these.
        document: the same, parsed.
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
    document: JsonObject | None = None
    view: CredentialView | None = None
    proof: ProofResult | None = None


def check_credential(data: bytes | JsonObject, *, context: VerificationContext, now: datetime) -> Report:
    """Check a credential and report every step. Never raises for what the credential holds.

    Args:
        data: the bytes received, or a parsed JSON object.
        context: what the verification needs of the world.
        now: aware UTC.

    Source: VCDM 2.0, section 7.1 (Verification); Open Badges 3.0, section 8 (Verification and Validation).
    """
    context = context.bounded()
    examined = _examine(data, context=context, now=now)
    view = examined.view
    # 7. Status
    if examined.document is not None and examined.proof is not None:
        examined.steps.checks += _check_status(examined.document, context=context, now=now)
    # 8. Trust
    standing = _standing(view, context)
    warnings = (
        [] if standing else [Check.failed("trust", "unknown_issuer", view.issuer_id or "" if view else "")]
    )
    return build_report(
        examined.steps.complete(CREDENTIAL_STEPS),
        required=CREDENTIAL_STEPS,
        warnings=warnings,
        credential=view,
        standing=standing,
        selection=examined.proof.selection_label if examined.proof else "",
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


def _standing(view: CredentialView | None, context: VerificationContext) -> Standing | None:
    if context.trust is None or view is None or view.issuer_id is None:
        return None
    return context.trust.standing(view.issuer_id)


def _examine(data: bytes | JsonObject, *, context: VerificationContext, now: datetime) -> _Examined:
    """Make steps 1 to 6."""
    steps = Steps()
    examined = _Examined(steps)
    try:
        # 1. Strict JSON
        document = examined.document = steps.run("json", lambda: read_json_object(data))
        view = examined.view = CredentialView.from_document(document)
        # 2. Contexts
        version = steps.run("context", lambda: check_context(document))
        # 3. Data model
        validity = steps.run("data_model", lambda: check_credential_model(document, version))
        # 4. Proof, 5. issuer's key
        examined.proof = check_proofs(
            steps,
            document,
            key_step="issuer_key",
            expected_proof_purpose="assertionMethod",
            expected_controller=str(view.issuer_id),
            context=context,
            now=now,
        )
        # 6. Validity
        steps.checks.append(_check_validity(validity, context=context, now=now))
    except StepFailedError:
        pass
    return examined


def check_proofs(
    steps: Steps,
    document: JsonObject,
    *,
    key_step: str,
    expected_proof_purpose: str,
    expected_controller: str,
    context: VerificationContext,
    now: datetime,
    expected_domain: str | None = None,
    expected_challenge: str | None = None,
) -> ProofResult:
    """Make the two steps about proofs: that they hold ("proof"), and that the key is who it should be
    (`key_step`).

    Raises:
        StepFailedError: one of them failed, and was recorded; the other is then not made.
    """
    try:
        result = verify_proofs(
            document,
            expected_proof_purpose=expected_proof_purpose,
            expected_controller=expected_controller,
            resolver=context.resolver,
            contexts=context.contexts,
            now=now,
            hasher=context.hasher,
            expected_domain=expected_domain,
            expected_challenge=expected_challenge,
            skew_seconds=context.skew_seconds,
        )
    except (CredentialsError, DidError, ContextsError) as err:
        steps.fail(key_step if _is_about_key(err) else "proof", err)
        raise StepFailedError from err
    data = {"verificationMethods": list(result.verification_methods)}
    steps.checks += [
        Check.passed("proof", **data),
        Check.passed(key_step, controllers=list(result.controllers)),
    ]
    return result


def _is_about_key(err: Exception) -> bool:
    return isinstance(err, DidError) or (isinstance(err, ProofError) and err.code in _KEY_CODES)


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


def _check_status(document: JsonObject, *, context: VerificationContext, now: datetime) -> list[Check]:
    policy = StatusPolicy(
        fetcher=context.fetcher,
        cache=context.status_cache,
        required=context.require_status,
        examine_list=lambda content: _examine_list(content, context=context, now=now),
    )
    issuer_id = CredentialView.from_document(document).issuer_id
    return check_status(document, issuer_id=str(issuer_id), policy=policy, now=now)


def _examine_list(content: bytes, *, context: VerificationContext, now: datetime) -> CheckedList:
    """Verify a status list credential by steps 1 to 6. Its own status is not followed: a list has none."""
    examined = _examine(content, context=context, now=now)
    report = build_report(
        examined.steps.complete(_STEPS_BEFORE_STATUS),
        required=_STEPS_BEFORE_STATUS,
        credential=examined.view,
    )
    return CheckedList(report, examined.document or {})


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
    """Check a presentation secured by Data Integrity, and every credential in it. One bad credential and the
    whole is not valid.

    Args:
        presentation: the bytes received, or a parsed JSON object.
        context: what the verification needs of the world.
        now: aware UTC.
        expected_domain: whom the presentation must be for, exactly (OpenID4VP: the full client id, with its
            prefix).
        expected_challenge: the nonce, exactly.
        query: what was asked for; the step "query" is then required.
        query_id: which credential query this presentation answers; None: the only one there is.

    Raises:
        ValueError: no domain or no challenge to expect, which would take any presentation ever made.

    Source: VCDM 2.0, section 4.13 and 7.1; Data Integrity 1.0, section 4.4; OpenID4VP 1.0, section 8.6.
    """
    if not expected_domain or not expected_challenge:
        raise ValueError("a presentation is checked against a domain and a challenge")
    context = context.bounded()
    steps = Steps()
    reports: list[Report] = []
    warnings: list[Check] = []
    try:
        document = steps.run("json", lambda: read_json_object(presentation))
        steps.run("context", lambda: check_context(document))
        holder, credentials = steps.run("data_model", lambda: _read_presentation(document))
        check_proofs(
            steps,
            document,
            key_step="holder_key",
            expected_proof_purpose="authentication",
            expected_controller=holder,
            context=context,
            now=now,
            expected_domain=expected_domain,
            expected_challenge=expected_challenge,
        )
        reports += [check_credential(credential, context=context, now=now) for credential in credentials]
        steps.checks.append(_check_each(reports))
        warnings += steps.run("holder_binding", lambda: _check_holder_binding(reports, holder))
        if query is not None:
            steps.run("query", lambda: _check_query(query, query_id, reports))
    except StepFailedError:
        pass
    required = PRESENTATION_STEPS if query is None else (*PRESENTATION_STEPS, "query")
    return build_report(steps.complete(required), required=required, warnings=warnings, credentials=reports)


def _read_presentation(document: JsonObject) -> tuple[str, list[JsonObject]]:
    return check_presentation_model(document), embedded_credentials(document, maximum=MAXIMUM_CREDENTIALS)


def _check_each(reports: list[Report]) -> Check:
    """Fold the credentials' reports into one step: the worst of them."""
    outcomes = [report.outcome for report in reports]
    data: dict[str, Any] = {"outcomes": [str(outcome) for outcome in outcomes]}
    if Outcome.INVALID in outcomes:
        return Check.failed("credentials", "credential_invalid", **data)
    if Outcome.INDETERMINATE in outcomes:
        return Check.failed("credentials", "credential_indeterminate", **data)
    return Check.passed("credentials", **data)


def _check_holder_binding(reports: list[Report], holder: str) -> list[Check]:
    """Check that each credential is about the one who presents it; gives a warning for each that names
    nobody.
    """
    warnings = []
    for number, report in enumerate(reports):
        pointer = f"/verifiableCredential/{number}"
        ids = report.credential.subject_ids if report.credential else (None,)
        if any(subject_id not in (None, holder) for subject_id in ids):
            raise PresentationError("holder_mismatch", f"{holder} is not the subject", pointer=pointer)
        if None in ids:
            warnings.append(Check.failed("holder_binding", "not_bound_to_presenter", pointer=pointer))
    return warnings


def _check_query(query: DcqlQuery, query_id: str | None, reports: list[Report]) -> None:
    """Check that the credentials of this one presentation answer the query, or the one part of it that they
    are for.
    """
    views = [report.credential for report in reports if report.credential is not None]
    check_credentials(query.credential_query(query_id or query.credentials[0].id), views)
