"""Verifying what programs send: everything, or the proof alone when that is asked for.

Source: VC-API, "Verify Credential" and "Verify Presentation"; VCDM 2.0, section 7.1 (Verification).
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from credentials.data_model import (
    Version,
    check_context,
    check_credential_model,
    check_presentation_members,
    presented_credentials,
)
from credentials.errors import DataModelError
from credentials.jose.envelopes import is_envelope
from credentials.jose.profiles import Role
from credentials.presentation_rules import fold_credentials
from credentials.reading import read_secured
from credentials.report import Outcome, build_report
from credentials.secured import ExpectedSigner, check_signed
from credentials.steps import StepFailedError, Steps
from credentials.verification import MAXIMUM_CREDENTIALS, check_credential
from issuer_node.vc_api.related_resources import check_related_resources

if TYPE_CHECKING:
    from datetime import datetime

    from credentials.report import Report
    from credentials.secured import Secured
    from credentials.verification import VerificationContext
    from issuer_node.vc_api.requests import VerifyRequest
    from issuer_node.vc_api.service import VcApi

JsonObject = dict[str, Any]
PROOF_STEPS: Final = ("json", "context", "data_model", "proof")


def check_sent_credential(api: VcApi, request: VerifyRequest) -> Report:
    """Check a credential; never raises for what it holds.

    With the proof alone, whoever made it, the document must still be a credential: that it is one is part of
    securing it (VCDM 2.0, section 4.12).
    """
    context, now = api.verification.bounded(), api.node.now()
    if not request.proof_alone:
        return _check_whole(request.document, context=context, now=now)
    steps = Steps()
    signer = ExpectedSigner("assertionMethod", None, request.domain, request.challenge)
    with suppress(StepFailedError):
        secured = steps.run("json", lambda: _read(request.document, Role.CREDENTIAL, context))
        version = steps.run("context", lambda: check_context(secured.document))
        steps.run("data_model", lambda: check_credential_model(secured.document, version))
        steps.run("proof", lambda: secured.verify(signer, context=context, now=now))
    return build_report(steps.complete(PROOF_STEPS), required=PROOF_STEPS)


def _check_whole(data: bytes | JsonObject, *, context: VerificationContext, now: datetime) -> Report:
    """Check a credential, its envelope, and the digests of its related resources that are at hand."""
    report = check_credential(data, context=context, now=now)
    if report.outcome is Outcome.INVALID or report.credential is None:
        return report
    document = report.credential.raw
    steps = Steps()
    with suppress(StepFailedError):
        if isinstance(data, dict):
            steps.run("envelope", lambda: _check_envelope_context(data))
        if "relatedResource" in document:
            steps.run("related_resources", lambda: check_related_resources(document))
    checks = (*report.checks, *steps.checks)
    return build_report(
        checks,
        required={each.name for each in checks},
        warnings=report.warnings,
        credential=report.credential,
        selection=report.selection,
    )


def check_sent_presentation(api: VcApi, request: VerifyRequest) -> Report:
    """Check a presentation and every credential in it; never raises for what it holds.

    Unlike one that answers a request of ours, it need not name its holder nor hold a credential, and its
    credentials may be about somebody else.
    """
    context, now = api.verification.bounded(), api.node.now()
    steps = Steps()
    reports: list[Report] = []
    with suppress(StepFailedError):
        secured = steps.run("json", lambda: _read(request.document, Role.PRESENTATION, context))
        steps.run("context", lambda: check_context(secured.document))
        holder, credentials = steps.run("data_model", lambda: _read_presentation(secured, request))
        signer = ExpectedSigner("authentication", holder, request.domain, request.challenge)
        check_signed(steps, secured, signer, key_step="holder_key", context=context, now=now)
        if not request.proof_alone:
            reports += [_check_whole(each, context=context, now=now) for each in credentials]
            if reports:
                steps.checks.append(fold_credentials(reports))
    return build_report(steps.complete(PROOF_STEPS), required=PROOF_STEPS, credentials=reports)


def _read(document: JsonObject, role: Role, context: VerificationContext) -> Secured:
    _check_envelope_context(document)
    return read_secured(document, role=role, budget=context.work)


def _check_envelope_context(document: JsonObject) -> None:
    """Source: VCDM 2.0, section 4.13.1: an envelope names the context that its own three terms are from."""
    named = document.get("@context")
    contexts = named if isinstance(named, list) else [named]
    if is_envelope(document) and contexts[:1] != [Version.V2_0.context]:
        raise DataModelError("context_order", "an envelope names the base context", pointer="/@context")


def _read_presentation(
    secured: Secured, request: VerifyRequest
) -> tuple[str | None, list[bytes | JsonObject]]:
    """The holder that must have signed, if one is named and it is looked at, and the credentials."""
    document = secured.document
    holder = check_presentation_members(document)
    if request.proof_alone:
        holder = None
    else:
        secured.check_members()
    if "verifiableCredential" not in document:
        return holder, []
    return holder, presented_credentials(document, maximum=MAXIMUM_CREDENTIALS)
