"""Reading a JWT that secures a credential or a presentation, and verifying who signed it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from contexts import reading_units
from credentials.costs import token_units
from credentials.jose.claims import check_claims, complete_document
from credentials.jose.keys import KeyName
from credentials.jose.profiles import Profile, Role, find_profile
from credentials.jose.verifying import verify_signed
from credentials.jws import UnverifiedJws, parse_compact, read_unverified_claims, verify_signature
from credentials.secured import ExpectedSigner, with_embedded_proofs

if TYPE_CHECKING:
    from datetime import datetime

    from contexts import WorkBudget
    from credentials.data_integrity import ProofResult
    from credentials.verification_context import VerificationContext

JsonObject = dict[str, Any]
# a credential of a megabyte in base64url, with its header and signature
MAXIMUM_TOKEN_BYTES: Final = 1_410_000
_MAXIMUM_PAYLOAD: Final = 1_048_576
_MAX_DEPTH: Final = 64


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
            JoseError, JwsError, DidError, ContextsError: see `verify_signed` and `verify_signature`.

        Source: VC-JOSE-COSE, section 5.1; RFC 7519, section 7.2.
        """
        signed = verify_signed(
            self.document,
            self.claims,
            self.profile,
            expected=expected,
            key_name=KeyName.read(self.jws),
            algorithm=self.jws.unverified_header["alg"],
            verify_signature=lambda key: verify_signature(
                self.jws, public_key=key, algorithms=context.jws_algorithms
            ),
            context=context,
            now=now,
        )
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
