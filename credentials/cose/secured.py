"""Reading a COSE_Sign1 that secures a credential or a presentation, and verifying who signed it.

The payload is the document, and nothing but the document: claims stand in the protected header.

Source: Securing Verifiable Credentials using JOSE and COSE, sections 3.3 (With COSE) and 5.3 (Verifying a
Credential or Presentation Secured with COSE).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from contexts import ContextsError, reading_units, strict_json
from credentials.cose.claims import read_cwt_claims
from credentials.cose.errors import CoseError
from credentials.cose.sign1 import UnverifiedSign1, parse_sign1, verify_sign1
from credentials.costs import token_units
from credentials.data_model import Version
from credentials.jose.claims import check_claims
from credentials.jose.keys import KeyName
from credentials.jose.profiles import REGISTERED_CLAIMS, Profile, Role
from credentials.jose.verifying import verify_signed
from credentials.secured import with_embedded_proofs

if TYPE_CHECKING:
    from datetime import datetime

    from contexts import WorkBudget
    from credentials.data_integrity import ProofResult
    from credentials.secured import ExpectedSigner
    from credentials.verification_context import VerificationContext

JsonObject = dict[str, Any]
VC_COSE: Final = Profile(
    "vc+cose",
    Role.CREDENTIAL,
    "application/vc+cose",
    None,
    Version.V2_0,
    says_again=False,
    content_type="application/vc",
)
VP_COSE: Final = Profile(
    "vp+cose",
    Role.PRESENTATION,
    "application/vp+cose",
    None,
    Version.V2_0,
    says_again=False,
    content_type="application/vp",
)
PROFILES: Final = MappingProxyType({each.role: each for each in (VC_COSE, VP_COSE)})
# a document that says them itself would say them to no reader, or to one that takes it for a JWT's payload
RESERVED_MEMBERS: Final = REGISTERED_CLAIMS | {"vc", "vp"}
_MAXIMUM_PAYLOAD: Final = 1_048_576
_MAX_DEPTH: Final = 64


@dataclass(frozen=True)
class SecuredByCose:
    """A document in a COSE_Sign1; implements `credentials.secured.Secured`.

    Args:
        message: the COSE_Sign1.
        claims: those of its protected header, by the names that JWTs give them.
        profile: `VC_COSE` or `VP_COSE`.
        document: the credential or presentation.
    """

    message: UnverifiedSign1
    claims: JsonObject = field(repr=False)
    profile: Profile
    document: JsonObject = field(repr=False)

    @property
    def name(self) -> str:
        """The securing mechanism, as reports say it."""
        return self.profile.name

    def check_members(self) -> None:
        """Check that header, claims and members do not contradict each other.

        Raises:
            CoseError: "cose_content_type".
            JoseError, ProofError: see `credentials.jose.claims.check_claims`.
        """
        content_type = self.message.unverified_header.content_type
        if content_type not in (None, self.profile.content_type):
            raise CoseError("cose_content_type", f"{content_type[:60]!r}, not {self.profile.content_type!r}")
        check_claims(self.document, self.claims, self.profile)

    def verify(self, expected: ExpectedSigner, *, context: VerificationContext, now: datetime) -> ProofResult:
        """Verify the signature, and the proofs inside the document where it has some.

        Raises:
            ProofError: "proof_expired", "proof_not_yet_valid", "domain_mismatch", "challenge_mismatch",
                "issuer_mismatch", and those of embedded proofs.
            CoseError, JoseError, DidError, ContextsError: see `verify_sign1` and `verify_signed`.

        Source: VC-JOSE-COSE, section 5.3; RFC 9052, section 4.4.
        """
        signed = verify_signed(
            self.document,
            self.claims,
            self.profile,
            expected=expected,
            key_name=KeyName(self.message.unverified_header.kid, None),
            algorithm=self.message.algorithm,
            verify_signature=lambda key: verify_sign1(
                self.message, public_key=key, algorithms=context.jws_algorithms
            ),
            context=context,
            now=now,
        )
        return with_embedded_proofs(signed, self.document, expected, context=context, now=now)


def read_cose(
    data: bytes, *, role: Role, enveloped: bool = False, budget: WorkBudget | None = None
) -> SecuredByCose:
    """Read a COSE_Sign1 strictly, as far as can be before its key is known.

    Args:
        data: with its tag.
        role: what it is expected to hold.
        enveloped: its envelope says by its media type what it is; it may then leave its `typ` out, as
            VC-JOSE-COSE's own examples do.
        budget: of the verification that it is read for.

    Raises:
        TooComplexError: the budget is spent.
        CoseError: "cose_typ" for a message for something else; "cose_payload", "cose_reserved_member", and
            those of `parse_sign1`.

    Source: VC-JOSE-COSE, sections 3.3.1 and 3.3.2; RFC 9596, section 2; RFC 8725, section 3.11 (explicit
    typing).
    """
    message = parse_sign1(data)
    profile = PROFILES[role]
    typ = message.unverified_header.typ
    if typ != profile.typ and not (enveloped and typ is None):
        raise CoseError("cose_typ", f"{str(typ)[:60]!r}, not {profile.typ!r}")
    if budget is not None:
        budget.spend(token_units(len(data)) + reading_units(message.unverified_payload))
    document = _read_payload(message.unverified_payload)
    return SecuredByCose(message, read_cwt_claims(message.unverified_header.cwt_claims), profile, document)


def _read_payload(payload: bytes) -> JsonObject:
    try:
        document = strict_json.loads(payload, max_bytes=_MAXIMUM_PAYLOAD, max_depth=_MAX_DEPTH)
    except ContextsError as err:
        raise CoseError("cose_payload", err.code) from err
    if not isinstance(document, dict):
        raise CoseError("cose_payload", "not an object")
    reserved = RESERVED_MEMBERS & document.keys()
    if reserved:
        raise CoseError("cose_reserved_member", ", ".join(sorted(reserved)))
    return document
