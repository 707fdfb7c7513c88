"""The verifier of SD-JWT VCs. A token in, a report out; `verify_*` raises and is built like `check_*`.

The steps, by their names in the report:

1. "sd_jwt": one compact SD-JWT, strict and bounded; with a Key Binding JWT exactly when one is expected;
2. "issuer_key": the key that the issuer publishes, by a way that the policy permits;
3. "proof": `typ`, the issuer's signature, and every Disclosure in its place (RFC 9901, section 7.1);
4. "data_model": the claims of an SD-JWT VC, and of a badge the rules of OBv3;
5. "validity": `nbf`, `iat` (60 s of skew) and `exp` (no skew; at that very instant it has ended);
6. "holder_binding", if a nonce and an audience are expected (RFC 9901, section 7.3);
7. "status": the `status` claim, by the caller's policy; without one, nothing is known of it;
8. "type_metadata", if the caller has a source of it.

Source: draft-ietf-oauth-sd-jwt-vc-24, section "Verification and Processing".
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from credentials.costs import KEY_BINDING_UNITS, SIGNATURE_UNITS, sd_jwt_units
from credentials.exchange.claims import ClaimError, read_moment
from credentials.jose.keys import OF_TODAY
from credentials.jws import ALGORITHMS
from credentials.report import Check, Outcome, Report, build_report
from credentials.sd_jwt.badges import (
    check_badge_claims,
    is_open_badge,
    is_said_to_be_open_badge,
    shown_document,
)
from credentials.sd_jwt.claims import TYP, check_vc_claims
from credentials.sd_jwt.errors import SdJwtError
from credentials.sd_jwt.issuer_keys import WEB_AND_DID_ISSUERS, IssuerKeyPolicy, find_issuer_key, read_issuer
from credentials.sd_jwt.parsing import MAXIMUM_BYTES, UnverifiedSdJwt, parse_sd_jwt
from credentials.sd_jwt.subjects import may_withhold_subject
from credentials.sd_jwt.type_metadata import check_type_metadata
from credentials.sd_jwt.verifying import (
    ExpectedBinding,
    check_binding,
    check_binding_presence,
    check_validity,
    expect_binding,
    process_signed,
)
from credentials.steps import StepFailedError, Steps
from credentials.view import CredentialView

if TYPE_CHECKING:
    from collections.abc import Callable

    from credentials.jose.keys import Moment
    from credentials.jws import UnverifiedJws
    from credentials.sd_jwt.processing import ProcessedPayload
    from credentials.sd_jwt.token_status import TokenStatusPolicy
    from credentials.sd_jwt.type_metadata import TypeMetadataSource
    from credentials.verification_context import VerificationContext
    from did.keys import PublicKey

JsonObject = dict[str, Any]
SD_JWT_VC_STEPS: Final = ("sd_jwt", "issuer_key", "proof", "data_model", "validity", "status")


@dataclass
class _Examined:
    """What the steps learnt; the members are None as far as they did not get."""

    steps: Steps = field(default_factory=Steps)
    sd_jwt: UnverifiedSdJwt | None = None
    processed: ProcessedPayload | None = None
    holder_key: PublicKey | None = None

    @property
    def claims(self) -> JsonObject | None:
        """The processed claims, else what is visible without any Disclosure."""
        if self.processed is not None:
            return self.processed.claims
        return self.sd_jwt.unverified_payload if self.sd_jwt else None


@dataclass(frozen=True)
class _Policy:
    binding: ExpectedBinding | None
    issuer_keys: IssuerKeyPolicy
    status: TokenStatusPolicy | None
    type_metadata: TypeMetadataSource | None

    @property
    def required(self) -> tuple[str, ...]:
        optional = {"holder_binding": self.binding, "type_metadata": self.type_metadata}
        return (*SD_JWT_VC_STEPS, *(name for name, wanted in optional.items() if wanted is not None))


def check_sd_jwt_vc(
    token: bytes | str,
    *,
    context: VerificationContext,
    now: datetime,
    expected_nonce: str | None = None,
    expected_audience: str | None = None,
    issuer_keys: IssuerKeyPolicy = WEB_AND_DID_ISSUERS,
    status_policy: TokenStatusPolicy | None = None,
    type_metadata: TypeMetadataSource | None = None,
) -> Report:
    """Check an SD-JWT VC and report every step. Never raises for what the token holds.

    Args:
        token: the bytes received.
        context: what the verification needs of the world.
        now: aware UTC.
        expected_nonce: ours; with `expected_audience`, the presentation must be bound to its holder's key.
            Without both, a Key Binding JWT is refused: a holder receives none, and a verifier expects one.
        expected_audience: whom the presentation must be for.
        issuer_keys: which ways to an issuer's key are open.
        status_policy: looks up the `status` claim; None: that of the context, and without one there, a
            credential that has a status is indeterminate.
        type_metadata: where Type Metadata is found; None: it is not looked at.

    Raises:
        ValueError: a nonce without an audience, an audience without a nonce, or an empty one.
    """
    binding = expect_binding(expected_nonce=expected_nonce, expected_audience=expected_audience)
    policy = _Policy(binding, issuer_keys, status_policy or context.token_status, type_metadata)
    context = context.bounded()
    return _report(_examine(token, context=context, policy=policy, now=now), context=context, policy=policy)


_ORIGIN: Final = object()


@dataclass(frozen=True)
class VerifiedSdJwtVc:
    """An SD-JWT VC that was verified. Comes from `verify_sd_jwt_vc` and from nowhere else.

    Args:
        content: the token that was verified: keep it.
        claims: the processed claims, plain JSON.
        disclosed: JSON Pointers of the claims that came out of Disclosures.
        view: the same, for people.
        report: what was checked.
        holder_key: the key that presented it; None where no Key Binding was expected.
    """

    content: bytes
    claims: JsonObject
    disclosed: tuple[str, ...]
    view: CredentialView
    report: Report
    holder_key: PublicKey | None
    origin: object = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        """Refuse to be made by anyone else."""
        if self.origin is not _ORIGIN:
            raise TypeError("a VerifiedSdJwtVc comes from verify_sd_jwt_vc")


class InvalidSdJwtVcError(SdJwtError):
    """An SD-JWT VC is not valid. Its report says why; the code is that of the first check that failed."""

    def __init__(self, report: Report) -> None:
        self.report = report
        super().__init__(report.codes[0] if report.codes else "not_checked", ", ".join(report.codes))


def verify_sd_jwt_vc(
    token: bytes | str,
    *,
    context: VerificationContext,
    now: datetime,
    expected_nonce: str | None = None,
    expected_audience: str | None = None,
    issuer_keys: IssuerKeyPolicy = WEB_AND_DID_ISSUERS,
    status_policy: TokenStatusPolicy | None = None,
    type_metadata: TypeMetadataSource | None = None,
) -> VerifiedSdJwtVc:
    """Verify an SD-JWT VC; same arguments as `check_sd_jwt_vc`.

    Raises:
        InvalidSdJwtVcError: the outcome is not valid; `report` says why.
        ValueError: as `check_sd_jwt_vc`.
    """
    binding = expect_binding(expected_nonce=expected_nonce, expected_audience=expected_audience)
    policy = _Policy(binding, issuer_keys, status_policy or context.token_status, type_metadata)
    context = context.bounded()
    examined = _examine(token, context=context, policy=policy, now=now)
    report = _report(examined, context=context, policy=policy)
    processed = examined.processed
    if report.outcome is not Outcome.VALID or report.credential is None or processed is None:
        raise InvalidSdJwtVcError(report)
    return VerifiedSdJwtVc(
        content=token if isinstance(token, bytes) else token.encode(),
        claims=processed.claims,
        disclosed=processed.pointers,
        view=report.credential,
        report=report,
        holder_key=examined.holder_key,
        origin=_ORIGIN,
    )


def _examine(
    token: bytes | str, *, context: VerificationContext, policy: _Policy, now: datetime
) -> _Examined:
    """Make the steps, each of which stands on those before it."""
    examined = _Examined()
    steps = examined.steps
    try:
        # 1. The form
        sd_jwt = examined.sd_jwt = steps.run("sd_jwt", lambda: _parse(token, policy.binding, context))
        # 2. The issuer's key
        issuer_id, issuer_key = steps.run("issuer_key", lambda: _find_key(sd_jwt, context, policy, now))
        steps.checks[-1] = Check.passed("issuer_key", controllers=[issuer_id])
        # 3. The proof
        processed = examined.processed = steps.run(
            "proof",
            lambda: _process(
                sd_jwt,
                issuer_key=issuer_key,
                context=context,
            ),
        )
        # 4. The data model
        steps.run("data_model", lambda: _check_model(processed.claims))
        # 5. Validity
        _require(steps, _check_dates(processed.claims, context=context, policy=policy, now=now))
        # 6. Holder binding
        if policy.binding is not None:
            examined.holder_key = steps.run(
                "holder_binding",
                lambda: check_binding(sd_jwt, processed, binding=policy.binding, now=now),
            )
        # 7. Status
        steps.checks += _check_status(processed.claims, context=context, policy=policy, now=now)
        # 8. Type Metadata
        source = policy.type_metadata
        if source is not None:
            steps.run("type_metadata", lambda: check_type_metadata(processed.claims, source))
    except StepFailedError:
        pass
    return examined


def _require(steps: Steps, check: Check) -> None:
    """Record a check that the later steps stand on: for an ended token nobody asks for a status list."""
    steps.checks.append(check)
    if check.outcome is not Outcome.VALID:
        raise StepFailedError


def _parse(
    token: bytes | str, binding: ExpectedBinding | None, context: VerificationContext
) -> UnverifiedSdJwt:
    # what is too large is not looked at to learn what is in it
    if len(token) <= MAXIMUM_BYTES:
        context.spend(sd_jwt_units(token))
    sd_jwt = parse_sd_jwt(token)
    check_binding_presence(sd_jwt, binding)
    return sd_jwt


def _process(
    sd_jwt: UnverifiedSdJwt, *, issuer_key: PublicKey, context: VerificationContext
) -> ProcessedPayload:
    binding_units = KEY_BINDING_UNITS if sd_jwt.unverified_key_binding else 0
    context.spend(SIGNATURE_UNITS[issuer_key.key_type] + binding_units)
    algorithms = context.jws_algorithms & ALGORITHMS
    return process_signed(sd_jwt, issuer_key=issuer_key, expected_typ=TYP, algorithms=algorithms)


def _find_key(
    sd_jwt: UnverifiedSdJwt, context: VerificationContext, policy: _Policy, now: datetime
) -> tuple[str, PublicKey]:
    issuer_id = read_issuer(sd_jwt.unverified_payload, sd_jwt.jws)
    signed_at = _signing_moment(sd_jwt.unverified_payload)
    return issuer_id, _issuer_keys(issuer_id, context, policy, now, signed_at=signed_at)(sd_jwt.jws)


def _signing_moment(unverified_payload: JsonObject) -> datetime | None:
    """`iat`, for who looks for the key as it stood then; what it must be is checked with the other dates."""
    try:
        moment = read_moment(unverified_payload, "iat")
    except ClaimError:
        return None
    return None if moment is None else datetime.fromtimestamp(moment, UTC)


def _issuer_keys(
    issuer_id: str,
    context: VerificationContext,
    policy: _Policy,
    now: datetime,
    *,
    signed_at: Moment = OF_TODAY,
) -> Callable[[UnverifiedJws], PublicKey]:
    """What finds the key of one issuer: for the credential as it stood when it was signed, for the issuer's
    status list as it stands today.
    """
    return lambda jws: find_issuer_key(
        jws,
        issuer_id=issuer_id,
        policy=policy.issuer_keys,
        resolver=context.resolver,
        fetcher=context.fetcher,
        now=now,
        signed_at=signed_at,
    )


def _check_model(claims: JsonObject) -> None:
    check_vc_claims(claims)
    if is_open_badge(claims):
        check_badge_claims(claims)


def _check_dates(
    claims: JsonObject, *, context: VerificationContext, policy: _Policy, now: datetime
) -> Check:
    names = {"nbf": "validFrom", "exp": "validUntil"}
    dates: dict[str, Any] = {
        name: datetime.fromtimestamp(claims[claim], UTC).isoformat()
        for claim, name in names.items()
        if claim in claims
    }
    skew = timedelta(seconds=context.skew_seconds)
    try:
        check_validity(claims, now=now, skew=skew, binding=policy.binding)
    except SdJwtError as err:
        return Check.failed("validity", err.code, err.detail, pointer=err.pointer, **dates)
    return Check.passed("validity", **dates)


def _check_status(
    claims: JsonObject, *, context: VerificationContext, policy: _Policy, now: datetime
) -> list[Check]:
    """Look up the status; that nobody looked is said, and never passes for "has none"."""
    checks = []
    if "credentialStatus" in claims:
        # a word of another format, which may mean the same there; nothing here would follow it
        checks.append(Check.failed("status", "unsupported_status_type", "credentialStatus"))
    if "status" in claims and policy.status is None:
        checks.append(Check.failed("status", "status_unavailable", "no policy to look it up"))
    elif "status" in claims and policy.status is not None:
        issuer_id = claims["iss"]
        keys = _issuer_keys(issuer_id, context, policy, now)
        checks.append(
            policy.status.check(
                claims["status"],
                issuer_id=issuer_id,
                issuer_key=keys,
                fetcher=context.fetcher,
                now=now,
                budget=context.work,
            )
        )
    elif context.require_status:
        checks.append(Check.failed("status", "status_required"))
    return checks or [Check.passed("status", entries=0)]


def _report(examined: _Examined, *, context: VerificationContext, policy: _Policy) -> Report:
    view = None if examined.claims is None else _view(examined.claims)
    confirmation, processed = (examined.claims or {}).get("cnf"), examined.processed
    issuer_id = view.issuer_id if view else None
    standing = context.trust.standing(issuer_id) if context.trust and issuer_id else None
    warnings = [] if standing else [Check.failed("trust", "unknown_issuer", issuer_id or "")]
    return build_report(
        examined.steps.complete(policy.required),
        required=policy.required,
        warnings=warnings,
        credential=view,
        standing=standing,
        securing=TYP,
        confirmation=confirmation if isinstance(confirmation, dict) else None,
        subject_withheld=processed is not None
        and may_withhold_subject(processed, is_credential=is_said_to_be_open_badge(processed.claims)),
    )


def _view(claims: JsonObject) -> CredentialView:
    """Look at the claims as at any credential; `raw` is the claims themselves."""
    return replace(CredentialView.from_document(shown_document(claims)), raw=claims)
