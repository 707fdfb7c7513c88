"""How a JWT, an SD-JWT and a COSE_Sign1 are verified alike: when, for whom, by which key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from credentials.costs import SIGNATURE_UNITS
from credentials.data_integrity import ProofResult
from credentials.jose.claims import (
    check_audience_and_nonce,
    check_signature_period,
    read_issued_at,
    signing_moment,
)
from credentials.jose.keys import find_key
from credentials.secured import check_contexts_known
from did.document import Relationship

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from credentials.jose.keys import KeyName
    from credentials.jose.profiles import Profile
    from credentials.secured import ExpectedSigner
    from credentials.verification_context import VerificationContext
    from did.keys import PublicKey

JsonObject = dict[str, Any]
_RELATIONSHIPS: Final = {each.value: each for each in Relationship}


def verify_signed(
    document: JsonObject,
    claims: JsonObject,
    profile: Profile,
    *,
    expected: ExpectedSigner,
    key_name: KeyName,
    algorithm: str,
    verify_signature: Callable[[PublicKey], None],
    context: VerificationContext,
    now: datetime,
) -> ProofResult:
    """Verify what is signed with a document: its period, its audience, its key, its signature, its contexts.

    Args:
        document: the credential or presentation.
        claims: what was signed beside it.
        profile: its form.
        expected: who must have signed, why, and for whom.
        key_name: what the header says of the key.
        algorithm: what the header says it was signed with.
        verify_signature: raises unless this key signed.
        context: what the verification needs of the world.
        now: aware UTC.

    Raises:
        ProofError: "proof_expired", "proof_not_yet_valid", "domain_mismatch", "challenge_mismatch",
            "issuer_mismatch".
        JoseError, DidError: see `find_key`; and what `verify_signature` raises.
        TooComplexError: the budget is spent.
        ContextsError: see `check_contexts_known`.
    """
    check_signature_period(claims, profile, now=now, skew_seconds=context.skew_seconds)
    check_audience_and_nonce(claims, domain=expected.domain, challenge=expected.challenge)
    key = find_key(
        key_name,
        controller=expected.controller,
        relationship=_RELATIONSHIPS[expected.proof_purpose],
        algorithm=algorithm,
        needs_name=profile.needs_key_name,
        context=context,
        now=now,
        signed_at=signing_moment(claims, profile, of_then=expected.of_then),
    )
    context.spend(SIGNATURE_UNITS[key.public_key.key_type])
    verify_signature(key.public_key)
    check_contexts_known(document, context)
    return ProofResult("", (key.id,), (key.controller,), read_issued_at(claims, profile), (key.public_key,))
