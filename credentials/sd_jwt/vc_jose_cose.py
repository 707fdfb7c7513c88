"""A credential of the W3C data model in an SD-JWT: `vc+sd-jwt`, which is another token than `dc+sd-jwt`.

The payload, as far as it is disclosed, is the credential; who issued it, its dates and its status stand in
its own members. So it goes the way of every other W3C credential: contexts, data model, proof, status.

Source: Securing Verifiable Credentials using JOSE and COSE, section 3.2 (Securing with SD-JWT).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from credentials.data_integrity import ProofResult
from credentials.data_model import Version, check_context, check_credential_model
from credentials.errors import DataModelError
from credentials.jose.claims import check_claims, check_signature_period, read_issued_at, state_claims
from credentials.jose.keys import KeyName, find_key
from credentials.jose.profiles import Profile, Role
from credentials.jws import ALGORITHMS, MAXIMUM_BYTES, JwsError, parse_compact, verify_signature
from credentials.sd_jwt.issuing import issue_sd_jwt
from credentials.sd_jwt.parsing import UnverifiedSdJwt, parse_sd_jwt
from credentials.sd_jwt.processing import PERMANENT_CLAIMS, process_payload
from credentials.sd_jwt.verifying import check_binding_presence
from credentials.secured import check_contexts_known
from did.document import Relationship

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from credentials.secured import ExpectedSigner
    from credentials.verification_context import VerificationContext
    from did.keys import PublicKey, Signer

JsonObject = dict[str, Any]
TYP: Final = "vc+sd-jwt"
VC_SD_JWT: Final = Profile(
    TYP, Role.CREDENTIAL, TYP, None, Version.V2_0, says_again=False, content_type="vc", needs_key_name=False
)
# members without which a credential is none, or would be taken for valid though it is not
_PERMANENT: Final = PERMANENT_CLAIMS | {
    "@context",
    "type",
    "issuer",
    "validFrom",
    "validUntil",
    "issuanceDate",
    "expirationDate",
    "credentialStatus",
    "credentialSchema",
    "relatedResource",
}


@dataclass(frozen=True)
class SecuredBySdJwt:
    """A credential in an SD-JWT; implements `credentials.secured.Secured`.

    Args:
        sd_jwt: the token.
        claims: its payload, as far as it is disclosed.
        document: the credential among them.
    """

    sd_jwt: UnverifiedSdJwt
    claims: JsonObject = field(repr=False)
    document: JsonObject = field(repr=False)

    @property
    def name(self) -> str:
        """The securing mechanism, as reports say it."""
        return TYP

    def check_members(self) -> None:
        """Check the header, and that claims and members do not contradict each other.

        Raises:
            JoseError: see `credentials.jose.claims.check_claims` and `Profile.check_header`.
            DataModelError: "proof_unexpected".
        """
        if "proof" in self.document:
            # over which of the disclosed documents? nobody would check it, and it looks as if somebody had
            raise DataModelError("proof_unexpected", "in an SD-JWT", pointer="/proof")
        VC_SD_JWT.check_header(self.sd_jwt.jws, self.document)
        check_claims(self.document, self.claims, VC_SD_JWT)

    def verify(self, expected: ExpectedSigner, *, context: VerificationContext, now: datetime) -> ProofResult:
        """Verify the signature; each Disclosure was put in its place when the token was read.

        Raises:
            ProofError: "proof_expired", "proof_not_yet_valid", "issuer_mismatch".
            JoseError, JwsError, DidError: see `find_key` and `verify_signature`.
            ContextsError: see `check_contexts_known`.
        """
        check_signature_period(self.claims, VC_SD_JWT, now=now, skew_seconds=context.skew_seconds)
        jws = self.sd_jwt.jws
        key = find_key(
            KeyName.read(jws),
            controller=expected.controller,
            relationship=Relationship(expected.proof_purpose),
            algorithm=jws.unverified_header["alg"],
            needs_name=VC_SD_JWT.needs_key_name,
            context=context,
            now=now,
        )
        verify_signature(jws, public_key=key.public_key, algorithms=context.jws_algorithms & ALGORITHMS)
        check_contexts_known(self.document, context)
        signed_at = read_issued_at(self.claims, VC_SD_JWT)
        return ProofResult("", (key.id,), (key.controller,), signed_at, (key.public_key,))


def is_vc_sd_jwt(token: bytes | str) -> bool:
    """Tell whether an SD-JWT says that it holds a W3C credential; nothing of it is believed."""
    head = token[:MAXIMUM_BYTES]
    issuer_signed = head.partition(b"~")[0] if isinstance(head, bytes) else head.partition("~")[0]
    try:
        return parse_compact(issuer_signed).unverified_header.get("typ") == TYP
    except JwsError:
        return False


def read_vc_sd_jwt(token: bytes | str) -> SecuredBySdJwt:
    """Read a `vc+sd-jwt` strictly, as far as can be before its key is known.

    Args:
        token: SD-JWT without Key Binding: who presents a W3C credential does it in a presentation.

    Raises:
        SdJwtError: it cannot be read, or a Disclosure is not in its place; "key_binding_unexpected".
        JwsError: "jws_*"; a token for something else is "jws_typ".
        JoseError: "jwt_reserved_claim" (`vc` or `vp` beside a document).

    Source: VC-JOSE-COSE, section 3.2; RFC 9901, section 7.1.
    """
    sd_jwt = parse_sd_jwt(token)
    typ = sd_jwt.jws.unverified_header.get("typ")
    if typ != TYP:
        raise JwsError("jws_typ", f"{str(typ)[:60]!r}, not {TYP!r}")
    check_binding_presence(sd_jwt, None)
    processed = process_payload(sd_jwt.unverified_payload, sd_jwt.disclosures, permanent=_PERMANENT)
    return SecuredBySdJwt(sd_jwt, processed.claims, VC_SD_JWT.read_document(processed.claims))


def issue_vc_sd_jwt(
    document: JsonObject,
    *,
    disclosable: Iterable[str],
    signer: Signer,
    decoys: int = 0,
    holder_key: PublicKey | None = None,
) -> str:
    """Secure a credential of VCDM 2.0 as a `vc+sd-jwt`.

    Args:
        document: the credential, unsigned; its issuer's key is the signer's.
        disclosable: JSON Pointers to the members and elements that the holder may hide.
        signer: signs for a verification method of the issuer.
        decoys: see `issue_sd_jwt`.
        holder_key: becomes `cnf.jwk`.

    Raises:
        SdJwtError: as `issue_sd_jwt`; "claim_not_disclosable" for what a credential cannot be without, and
            for its dates and status.
        DataModelError: it breaks a rule of the data model.
    """
    check_credential_model(document, check_context(document))
    return issue_sd_jwt(
        state_claims(document, VC_SD_JWT) | document,
        disclosable=disclosable,
        signer=signer,
        typ=TYP,
        decoys=decoys,
        holder_key=holder_key,
        cty=VC_SD_JWT.content_type,
        permanent=_PERMANENT,
    )
