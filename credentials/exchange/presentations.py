"""Presentations as OpenID4VP carries them: made by the holder, taken apart and checked by the verifier.

Source: OpenID for Verifiable Presentations 1.0, section 8.1 (`vp_token`) and appendices B.1.3 (`ldp_vc`,
`jwt_vc_json`) and B.3.6 (`dc+sd-jwt`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from contexts import hash_canonical
from credentials.data_integrity import add_proof
from credentials.errors import CredentialsError, PresentationError
from credentials.exchange.dcql import check_answer
from credentials.exchange.disclosing import disclose
from credentials.exchange.formats import SD_JWT_VC, presented_claims
from credentials.jose import JWT_VP_JSON, sign_jwt_presentation
from credentials.presentation_rules import fold_credentials
from credentials.report import Check, Outcome, Report, build_report
from credentials.sd_jwt import SD_JWT_VC_STEPS, check_sd_jwt_vc, present_sd_jwt
from credentials.verification import check_presentation

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from contexts import CanonicalHasher, ContextStore
    from credentials.exchange.dcql import DcqlQuery
    from credentials.exchange.disclosing import Disclosure
    from credentials.exchange.formats import OpenedCredential
    from credentials.verification import VerificationContext
    from did.keys import Signer
    from did.resolver import Resolver

JsonObject = dict[str, Any]
CREDENTIALS_V2: Final = "https://www.w3.org/ns/credentials/v2"
MAXIMUM_PRESENTATIONS: Final = 20
_STEPS: Final = ("vp_token", "presentations", "query")
_SD_JWT_STEPS: Final = ("sd_jwt", "credentials", "holder_binding")


def make_presentation(
    *,
    credentials: Sequence[JsonObject],
    signer: Signer,
    holder: str,
    domain: str,
    challenge: str,
    created: datetime,
    contexts: ContextStore,
    expires: datetime | None = None,
    hasher: CanonicalHasher = hash_canonical,
) -> JsonObject:
    """Make a presentation of credentials, signed by their holder.

    Args:
        credentials: parsed from the stored bytes, as they were received.
        signer: the holder's key.
        holder: the holder's DID.
        domain: whom it is for (OpenID4VP: the verifier's full client id, with its prefix).
        challenge: the verifier's nonce.
        created: aware UTC.
        contexts: the closed world.
        expires: aware; when the presentation ends.
        hasher: SHA-256 of canonical N-Quads.

    Raises:
        ValueError: nothing to present, or no domain or challenge to bind it to.
        ContextsError: a credential cannot be canonicalized.

    Source: VCDM 2.0, section 4.13 (Verifiable Presentations); Data Integrity 1.0, section 4.1.
    """
    if not credentials or not domain or not challenge:
        raise ValueError("a presentation has credentials, and is bound to a domain and a challenge")
    document: JsonObject = {
        "@context": [CREDENTIALS_V2],
        "type": ["VerifiablePresentation"],
        "holder": holder,
        "verifiableCredential": list(credentials),
    }
    return add_proof(
        document,
        signer=signer,
        proof_purpose="authentication",
        created=created,
        expires=expires,
        hasher=hasher,
        selection=contexts.selections(document)[0],
        domain=domain,
        challenge=challenge,
    )


def make_answer(
    held: OpenedCredential,
    shown: Disclosure,
    *,
    signer: Signer,
    holder: str,
    domain: str,
    challenge: str,
    now: datetime,
    contexts: ContextStore,
    resolver: Resolver,
    hasher: CanonicalHasher = hash_canonical,
) -> JsonObject | str:
    """Make the presentation of one credential in its own format, showing what was planned.

    Args:
        held: the credential.
        shown: of `credentials.exchange.disclosing.plan_disclosure`.
        signer: the holder's key.
        holder: the holder's DID.
        domain: the verifier's full client id, with its prefix.
        challenge: the verifier's nonce.
        now: aware UTC.
        contexts: the closed world.
        resolver: dereferences the verification method of a base proof.
        hasher: SHA-256 of canonical N-Quads.

    Returns:
        An entry of the `vp_token`: a JSON object; a JWT; an SD-JWT+KB.

    Raises:
        CredentialsError, DidError, ContextsError: see `disclose` and `present_sd_jwt`.

    Source: OpenID4VP 1.0, appendices B.1.3.1, B.1.3.2 and B.3.6.
    """
    if held.claims.format == SD_JWT_VC:
        return present_sd_jwt(
            held.content, shown.pointers, holder=signer, audience=domain, nonce=challenge, now=now
        )
    credential = disclose(held, shown, resolver=resolver, contexts=contexts, now=now)
    if isinstance(credential, str):
        return sign_jwt_presentation(
            [credential],
            signer=signer,
            holder=holder,
            audience=domain,
            nonce=challenge,
            now=now,
            profile=JWT_VP_JSON,
        )
    return make_presentation(
        credentials=[credential],
        signer=signer,
        holder=holder,
        domain=domain,
        challenge=challenge,
        created=now,
        contexts=contexts,
        hasher=hasher,
    )


def parse_vp_token(vp_token: object, *, query_ids: Iterable[str]) -> dict[str, list[JsonObject | str]]:
    """Take a `vp_token` apart: an object of arrays of presentations. What was not asked for is dropped
    unread.

    Args:
        vp_token: the parsed member of the authorization response.
        query_ids: ids of the credential queries.

    Raises:
        PresentationError: "vp_token_shape", with what stood there instead.

    Source: OpenID4VP 1.0, section 8.1.
    """
    if isinstance(vp_token, str | list):
        shape = "a bare string" if isinstance(vp_token, str) else "an array"
        raise PresentationError(
            "vp_token_shape", f"{shape}, not an object of arrays (an older draft?)", pointer="/vp_token"
        )
    if not isinstance(vp_token, dict):
        raise PresentationError("vp_token_shape", "an object is needed", pointer="/vp_token")
    asked = {name: _presentations(name, vp_token[name]) for name in query_ids if name in vp_token}
    if not asked:
        raise PresentationError("vp_token_shape", "it answers none of the queries", pointer="/vp_token")
    if sum(map(len, asked.values())) > MAXIMUM_PRESENTATIONS:
        raise PresentationError("too_many_presentations", pointer="/vp_token")
    return asked


def _presentations(name: str, value: object) -> list[JsonObject | str]:
    pointer = f"/vp_token/{name}"
    if not isinstance(value, list):
        found = "a string" if isinstance(value, str) else type(value).__name__
        raise PresentationError("vp_token_shape", f"{found}, not an array", pointer=pointer)
    if not value or not all(isinstance(each, dict | str) for each in value):
        raise PresentationError("vp_token_shape", "an array of presentations, not empty", pointer=pointer)
    return value


def check_vp_token(
    vp_token: object,
    *,
    query: DcqlQuery,
    context: VerificationContext,
    now: datetime,
    expected_domain: str,
    expected_challenge: str,
) -> Report:
    """Check a whole OpenID4VP answer: each presentation in it, and that together they answer the query.

    Args:
        vp_token: the parsed member of the authorization response.
        query: what was asked.
        context: what the verification needs of the world.
        now: aware UTC.
        expected_domain: the verifier's full client id, with its prefix.
        expected_challenge: the request's nonce.

    Returns:
        A report with the steps "vp_token", "presentations", "query"; `credentials` holds one report per
        credential.

    Source: OpenID4VP 1.0, section 8.6 (VP Token Validation).
    """
    try:
        answer = parse_vp_token(vp_token, query_ids=[each.id for each in query.credentials])
    except PresentationError as err:
        checks = [Check.failed("vp_token", err.code, err.detail), *map(Check.not_made, _STEPS[1:])]
        return build_report(checks, required=_STEPS)
    context = context.bounded()  # one budget for the whole answer
    reports = {
        name: [
            _check_one(each, context=context, now=now, domain=expected_domain, challenge=expected_challenge)
            for each in presentations
        ]
        for name, presentations in answer.items()
    }
    every = [report for some in reports.values() for report in some]
    return build_report(
        [Check.passed("vp_token"), *_fold(every), _check_query(query, reports)],
        required=_STEPS,
        warnings=[warning for report in every for warning in report.warnings],
        credentials=[credential for report in every for credential in report.credentials],
    )


def _check_one(
    presentation: JsonObject | str,
    *,
    context: VerificationContext,
    now: datetime,
    domain: str,
    challenge: str,
) -> Report:
    data = presentation.encode() if isinstance(presentation, str) else presentation
    if isinstance(data, bytes) and b"~" in data:
        return _check_sd_jwt(data, context=context, now=now, domain=domain, challenge=challenge)
    return check_presentation(
        data, context=context, now=now, expected_domain=domain, expected_challenge=challenge
    )


def _check_sd_jwt(
    token: bytes, *, context: VerificationContext, now: datetime, domain: str, challenge: str
) -> Report:
    """Check an SD-JWT+KB, which is credential and presentation in one, and say both as of any other."""
    report = check_sd_jwt_vc(
        token, context=context, now=now, expected_nonce=challenge, expected_audience=domain
    )
    credential = build_report(
        [check for check in report.checks if check.name != "holder_binding"],
        required=SD_JWT_VC_STEPS,
        warnings=report.warnings,
        credential=report.credential,
        standing=report.standing,
        securing=report.securing,
    )
    own = [report.check("sd_jwt"), fold_credentials([credential]), report.check("holder_binding")]
    return build_report(own, required=_SD_JWT_STEPS, credentials=[credential], securing=report.securing)


def _fold(reports: list[Report]) -> list[Check]:
    """Keep every check of every presentation, under one step that is as bad as the worst of them."""
    checks = [check for report in reports for check in report.checks]
    outcomes = {report.outcome for report in reports}
    if outcomes == {Outcome.VALID}:
        return [*checks, Check.passed("presentations")]
    worst = "presentation_invalid" if Outcome.INVALID in outcomes else "credential_indeterminate"
    return [*checks, Check.failed("presentations", worst)]


def _check_query(query: DcqlQuery, reports: dict[str, list[Report]]) -> Check:
    answer = {
        name: [
            claims
            for report in some
            for claims in map(presented_claims, report.credentials)
            if claims is not None
        ]
        for name, some in reports.items()
    }
    try:
        check_answer(query, answer)
    except CredentialsError as err:
        return Check.failed("query", err.code, err.detail)
    return Check.passed("query")
