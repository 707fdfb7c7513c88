"""A secured document: what it says, by which mechanism it is secured, and how to find out who signed it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Protocol

from contexts import ContextsError
from credentials.data_integrity import verify_proofs
from credentials.errors import CredentialsError
from credentials.report import Check
from credentials.steps import StepFailedError
from did.errors import DidError

if TYPE_CHECKING:
    from datetime import datetime

    from credentials.data_integrity import ProofResult
    from credentials.steps import Steps
    from credentials.verification_context import VerificationContext

JsonObject = dict[str, Any]
DATA_INTEGRITY: Final = "data_integrity"
_KEY_CODES: Final = frozenset(
    {"issuer_mismatch", "controller_mismatch", "suite_key_mismatch", "jwt_key_unnamed", "jwt_key_mismatch"}
)


@dataclass(frozen=True)
class ExpectedSigner:
    """What a verifier expects of who signed.

    Args:
        proof_purpose: "assertionMethod" for a credential, "authentication" for a presentation.
        controller: who must have signed: DID, or https URL. None says nothing about who: only for a check of
            the proof alone.
        domain: whom a presentation must be for, exactly.
        challenge: the verifier's nonce, exactly.
        of_then: whether a key counts as it stood when it signed: for what was issued, and stays. Who
            authenticates, and a list that says what is so now, need a key of today.
    """

    proof_purpose: str
    controller: str | None
    domain: str | None = None
    challenge: str | None = None
    of_then: bool = False


class Secured(Protocol):
    """A document with what secures it. Nothing of it is believed before `verify`."""

    @property
    def name(self) -> str:
        """The securing mechanism, as reports say it."""
        ...

    @property
    def document(self) -> JsonObject:
        """The credential or presentation, unverified."""
        ...

    @property
    def claims(self) -> JsonObject:
        """All that its token says, those claims too that stand beside the document; empty without a token."""
        ...

    def check_members(self) -> None:
        """Check what the mechanism asks of the document, once its own data model was checked."""
        ...

    def verify(self, expected: ExpectedSigner, *, context: VerificationContext, now: datetime) -> ProofResult:
        """Verify every signature; raises when one does not hold, or is not by who is expected."""
        ...


@dataclass(frozen=True)
class SecuredByProofs:
    """A JSON document with Data Integrity proofs in it; implements `Secured`."""

    document: JsonObject
    name: str = DATA_INTEGRITY
    claims: JsonObject = field(default_factory=dict)

    def check_members(self) -> None:
        """Nothing: what a proof covers, its verification tells."""

    def verify(self, expected: ExpectedSigner, *, context: VerificationContext, now: datetime) -> ProofResult:
        """Verify every proof; see `credentials.data_integrity.verify_proofs`."""
        return verify_embedded_proofs(self.document, expected, context=context, now=now)


def verify_embedded_proofs(
    document: JsonObject, expected: ExpectedSigner, *, context: VerificationContext, now: datetime
) -> ProofResult:
    """Verify the Data Integrity proofs of a document; see `credentials.data_integrity.verify_proofs`."""
    return verify_proofs(
        document,
        expected_proof_purpose=expected.proof_purpose,
        expected_controller=expected.controller,
        resolver=context.resolver,
        contexts=context.contexts,
        now=now,
        hasher=context.hasher,
        expected_domain=expected.domain,
        expected_challenge=expected.challenge,
        skew_seconds=context.skew_seconds,
        base_proofs=context.base_proofs,
        budget=context.work,
        keys_of_then=expected.of_then,
    )


def with_embedded_proofs(
    signed: ProofResult,
    document: JsonObject,
    expected: ExpectedSigner,
    *,
    context: VerificationContext,
    now: datetime,
) -> ProofResult:
    """Verify the Data Integrity proofs of a document that a verified token holds, where it has some.

    Open Badges lets a verifier take any one of the two; here whatever is shown as a proof holds.

    Args:
        signed: what the token's own signature says.
        document: as the token holds it.
        expected: of who signed either.
        context: see `verify_embedded_proofs`.
        now: aware UTC.
    """
    if "proof" not in document:
        return signed
    inner = verify_embedded_proofs(document, expected, context=context, now=now)
    return replace(
        inner,
        verification_methods=(*signed.verification_methods, *inner.verification_methods),
        controllers=(*signed.controllers, *inner.controllers),
        public_keys=(*signed.public_keys, *inner.public_keys),
    )


def check_contexts_known(document: JsonObject, context: VerificationContext) -> None:
    """Check that each context of a document in a token is known; those of presented credentials are checked
    with them.

    Readers here take a token's members by their names and evaluate no context. That shows what its issuer
    said only if no context is one that gives these names another sense.

    Raises:
        ContextsError: see `ContextStore.selections`.

    Source: VCDM 2.0, section 6.3 (Type-Specific Credential Processing).
    """
    own = {name: value for name, value in document.items() if name != "verifiableCredential"}
    context.contexts.selections(own)


def check_signed(
    steps: Steps,
    secured: Secured,
    expected: ExpectedSigner,
    *,
    key_step: str,
    context: VerificationContext,
    now: datetime,
) -> ProofResult:
    """Make the two steps about who signed: that signatures hold ("proof"), and that the key is who it should
    be (`key_step`).

    Raises:
        StepFailedError: one of them failed, and was recorded; the other is then not made.
    """
    try:
        result = secured.verify(expected, context=context, now=now)
    except (CredentialsError, DidError, ContextsError) as err:
        about_key = isinstance(err, DidError) or err.code in _KEY_CODES
        steps.fail(key_step if about_key else "proof", err)
        raise StepFailedError from err
    data = {"verificationMethods": list(result.verification_methods)}
    steps.checks += [
        Check.passed("proof", **data),
        Check.passed(key_step, controllers=list(result.controllers)),
    ]
    return result
