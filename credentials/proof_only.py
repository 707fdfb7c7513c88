"""The proof alone, which says nothing about whose it is: for test suites and tools. NOT a verification."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from credentials.jose.profiles import Role
from credentials.reading import read_secured
from credentials.report import Check, Report, build_report
from credentials.secured import ExpectedSigner
from credentials.steps import StepFailedError, Steps

if TYPE_CHECKING:
    from datetime import datetime

    from credentials.verification_context import VerificationContext

JsonObject = dict[str, Any]
PROOF_STEPS: Final = ("json", "proof")


def check_proof_only(
    data: bytes | JsonObject,
    *,
    context: VerificationContext,
    now: datetime,
    role: Role = Role.CREDENTIAL,
    expected_domain: str | None = None,
    expected_challenge: str | None = None,
) -> Report:
    """Check that signatures hold, by whomever. THIS IS NO VERIFICATION of a credential or a presentation.

    Anybody can sign anything: who the issuer is, whether the document is a credential at all, whether it
    still holds, is not looked at; the report says so in a warning, "proof_only", and shows no credential.

    Args:
        data: the bytes received, or a parsed JSON object.
        context: what the verification needs of the world.
        now: aware UTC.
        role: what is expected: proofs for assertion in a credential, for authentication in a presentation.
        expected_domain: exact; None does not look at it.
        expected_challenge: exact; None does not look at it.

    Source: VC-API, "Verify Credential", `options.checks`.
    """
    context = context.bounded()
    steps = Steps()
    securing = ""
    purpose = "assertionMethod" if role is Role.CREDENTIAL else "authentication"
    signer = ExpectedSigner(purpose, None, expected_domain, expected_challenge)
    try:
        secured = steps.run("json", lambda: read_secured(data, role=role, budget=context.work))
        securing = secured.name
        steps.run("proof", lambda: secured.verify(signer, context=context, now=now))
    except StepFailedError:
        pass
    return build_report(
        steps.complete(PROOF_STEPS),
        required=PROOF_STEPS,
        warnings=[Check.failed("proof", "proof_only", "whose it is was not looked at")],
        securing=securing,
    )
