"""Reading a JWT that secures a credential or a presentation, and verifying who signed it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from contexts import reading_units
from credentials.costs import SIGNATURE_UNITS, token_units
from credentials.data_integrity import ProofResult
from credentials.jose.claims import (
    check_audience_and_nonce,
    check_claims,
    check_signature_period,
    complete_document,
    read_issued_at,
    signing_moment,
)
from credentials.jose.keys import KeyName, find_key
from credentials.jose.profiles import Profile, Role, find_profile
from credentials.jws import UnverifiedJws, parse_compact, read_unverified_claims, verify_signature
from credentials.secured import ExpectedSigner, check_contexts_known, with_embedded_proofs
from did.document import Relationship

if TYPE_CHECKING:
    from datetime import datetime

    from contexts import WorkBudget
    from credentials.verification_context import VerificationContext

JsonObject = dict[str, Any]
# a credential of a megabyte in base64url, with its header and signature
MAXIMUM_TOKEN_BYTES: Final = 1_410_000
_MAXIMUM_PAYLOAD: Final = 1_048_576
_MAX_DEPTH: Final = 64
_RELATIONSHIPS: Final = {each.value: each for each in Relationship}


@dataclass(frozen=True)
class SecuredByJwt:
    """A document in a JWT; implements `credentials.secured.Secured`.

    Args:
        jws: the token.
        claims: its payload.
        profile: its form.
        document: the credential or presentation, completed by what only the claims say.
    """

    jws: UnverifiedJws
    claims: JsonObject = field(repr=False)
    profile: Profile
    document: JsonObject = field(repr=False)

    @property
    def name(self) -> str:
        """The securing mechanism, as reports say it."""
        return self.profile.name

    def check_members(self) -> None:
        """Check the header, and that claims and members do not contradict each other.

        Raises:
            JoseError: see `check_claims` and `Profile.check_header`.
        """
        self.profile.check_header(self.jws, self.document)
        check_claims(self.document, self.claims, self.profile)

    def verify(self, expected: ExpectedSigner, *, context: VerificationContext, now: datetime) -> ProofResult:
        """Verify the signature, and the proofs inside the document where it has some.

        Raises:
            ProofError: "proof_expired", "proof_not_yet_valid", "domain_mismatch", "challenge_mismatch",
                "issuer_mismatch", and those of embedded proofs.
            JoseError, JwsError, DidError: see `find_key` and `verify_signature`.
            ContextsError: see `check_contexts_known`.

        Source: VC-JOSE-COSE, section 5.1; RFC 7519, section 7.2.
        """
        check_signature_period(self.claims, self.profile, now=now, skew_seconds=context.skew_seconds)
        check_audience_and_nonce(self.claims, domain=expected.domain, challenge=expected.challenge)
        key = find_key(
            KeyName.read(self.jws),
            controller=expected.controller,
            relationship=_RELATIONSHIPS[expected.proof_purpose],
            algorithm=self.jws.unverified_header["alg"],
            needs_name=self.profile.needs_key_name,
            context=context,
            now=now,
            signed_at=signing_moment(self.claims, self.profile, of_then=expected.of_then),
        )
        context.spend(SIGNATURE_UNITS[key.public_key.key_type])
        verify_signature(self.jws, public_key=key.public_key, algorithms=context.jws_algorithms)
        check_contexts_known(self.document, context)
        signed_at = read_issued_at(self.claims, self.profile)
        signed = ProofResult("", (key.id,), (key.controller,), signed_at, (key.public_key,))
        return with_embedded_proofs(signed, self.document, expected, context=context, now=now)


def read_jwt(
    token: bytes, *, role: Role, expected: Profile | None = None, budget: WorkBudget | None = None
) -> SecuredByJwt:
    """Read a JWT strictly, as far as can be before its key is known.

    Args:
        token: compact JWS.
        role: what it is expected to hold.
        expected: the form that its envelope says.
        budget: of the verification that it is read for.

    Raises:
        TooComplexError: the budget is spent.
        JwsError: "jws_*"; a token for something else is "jws_typ".
        JoseError: "jwt_payload", "jwt_reserved_claim", "jwt_claim_syntax".
    """
    jws = parse_compact(token, max_bytes=MAXIMUM_TOKEN_BYTES)
    if budget is not None:
        budget.spend(token_units(len(token)) + reading_units(jws.unverified_payload))
    claims = read_unverified_claims(jws, max_bytes=_MAXIMUM_PAYLOAD, max_depth=_MAX_DEPTH)
    profile = find_profile(jws, claims, role=role, expected=expected)
    document = complete_document(profile.read_document(claims), claims, profile)
    return SecuredByJwt(jws, claims, profile, document)
