"""A credential or presentation of the W3C data model in an SD-JWT: `vc+sd-jwt`, which is another token than
`dc+sd-jwt`, and `vp+sd-jwt`.

The payload, as far as it is disclosed, is the document; who issued it, its dates and its status stand in its
own members. So it goes the way of every other W3C document: contexts, data model, proof, status.

Source: Securing Verifiable Credentials using JOSE and COSE, section 3.2 (Securing with SD-JWT).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from credentials.costs import sd_jwt_units
from credentials.data_model import (
    Version,
    check_context,
    check_credential_model,
    check_presentation_model,
)
from credentials.errors import DataModelError
from credentials.jose.claims import check_claims, state_claims
from credentials.jose.keys import KeyName
from credentials.jose.profiles import REGISTERED_CLAIMS, Profile, Role
from credentials.jose.signing import check_signer
from credentials.jose.verifying import verify_signed
from credentials.jws import ALGORITHMS, MAXIMUM_BYTES, JwsError, parse_compact, verify_signature
from credentials.sd_jwt.errors import SdJwtError
from credentials.sd_jwt.issuing import issue_sd_jwt
from credentials.sd_jwt.parsing import UnverifiedSdJwt, parse_sd_jwt
from credentials.sd_jwt.processing import PERMANENT_CLAIMS, process_payload
from credentials.sd_jwt.subjects import may_withhold_subject
from credentials.sd_jwt.verifying import check_binding_presence

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from contexts import WorkBudget
    from credentials.data_integrity import ProofResult
    from credentials.secured import ExpectedSigner
    from credentials.verification_context import VerificationContext
    from did.keys import PublicKey, Signer

JsonObject = dict[str, Any]
VC_SD_JWT: Final = Profile(
    "vc+sd-jwt",
    Role.CREDENTIAL,
    "vc+sd-jwt",
    None,
    Version.V2_0,
    says_again=False,
    content_type="vc",
    needs_key_name=False,
)
VP_SD_JWT: Final = Profile(
    "vp+sd-jwt",
    Role.PRESENTATION,
    "vp+sd-jwt",
    None,
    Version.V2_0,
    says_again=False,
    content_type="vp",
    needs_key_name=False,
)
# members without which a credential is none, or would be taken for valid though it is not
_PERMANENT: Final = MappingProxyType(
    {
        Role.CREDENTIAL: PERMANENT_CLAIMS
        | {
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
        },
        # others of its members may be hidden, and are then not there: without its type or its holder it is no
        # presentation, and a credential that is not shown is not presented
        Role.PRESENTATION: PERMANENT_CLAIMS | {"@context", "nonce"},
    }
)


@dataclass(frozen=True)
class SecuredBySdJwt:
    """A credential or presentation in an SD-JWT; implements `credentials.secured.Secured`.

    Args:
        sd_jwt: the token.
        profile: `VC_SD_JWT` or `VP_SD_JWT`.
        claims: its payload, as far as it is disclosed.
        document: the credential or presentation among them.
        subject_withheld: whether whom it is about may be hidden.
    """

    sd_jwt: UnverifiedSdJwt
    profile: Profile
    claims: JsonObject = field(repr=False)
    document: JsonObject = field(repr=False)
    subject_withheld: bool = False

    @property
    def name(self) -> str:
        """The securing mechanism, as reports say it."""
        return self.profile.name

    def check_members(self) -> None:
        """Check the header, and that claims and members do not contradict each other.

        Raises:
            JoseError: see `credentials.jose.claims.check_claims` and `Profile.check_header`.
            DataModelError: "proof_unexpected".
        """
        if "proof" in self.document:
            # over which of the disclosed documents? nobody would check it, and it looks as if somebody had
            raise DataModelError("proof_unexpected", "in an SD-JWT", pointer="/proof")
        self.profile.check_header(self.sd_jwt.jws, self.document)
        check_claims(self.document, self.claims, self.profile)

    def verify(self, expected: ExpectedSigner, *, context: VerificationContext, now: datetime) -> ProofResult:
        """Verify the signature; each Disclosure was put in its place when the token was read.

        Raises:
            ProofError: "proof_expired", "proof_not_yet_valid", "domain_mismatch", "challenge_mismatch",
                "issuer_mismatch".
            JoseError, JwsError, DidError, ContextsError: see `verify_signed` and `verify_signature`.
        """
        jws = self.sd_jwt.jws
        signed = verify_signed(
            self.document,
            self.claims,
            self.profile,
            expected=expected,
            key_name=KeyName.read(jws),
            algorithm=jws.unverified_header["alg"],
            verify_signature=lambda key: verify_signature(
                jws, public_key=key, algorithms=context.jws_algorithms & ALGORITHMS
            ),
            context=context,
            now=now,
        )
        return replace(signed, subject_withheld=self.subject_withheld)


def is_vc_sd_jwt(token: bytes | str) -> bool:
    """Tell whether an SD-JWT says that it holds a W3C credential; nothing of it is believed."""
    return _said_typ(token) == VC_SD_JWT.typ


def is_vp_sd_jwt(token: bytes | str) -> bool:
    """Tell whether an SD-JWT says that it holds a W3C presentation; nothing of it is believed."""
    return _said_typ(token) == VP_SD_JWT.typ


def _said_typ(token: bytes | str) -> object:
    head = token[:MAXIMUM_BYTES]
    issuer_signed = head.partition(b"~")[0] if isinstance(head, bytes) else head.partition("~")[0]
    try:
        return parse_compact(issuer_signed).unverified_header.get("typ")
    except JwsError:
        return None


def read_vc_sd_jwt(
    token: bytes | str, *, profile: Profile = VC_SD_JWT, budget: WorkBudget | None = None
) -> SecuredBySdJwt:
    """Read a `vc+sd-jwt` or `vp+sd-jwt` strictly, as far as can be before its key is known.

    Args:
        token: SD-JWT without Key Binding: who presents a W3C credential does it in a presentation, which is
            signed by its holder already.
        profile: `VC_SD_JWT` or `VP_SD_JWT`.
        budget: of the verification that it is read for.

    Raises:
        TooComplexError: the budget is spent.
        SdJwtError: it cannot be read, or a Disclosure is not in its place; "key_binding_unexpected".
        JwsError: "jws_*"; a token for something else is "jws_typ".
        JoseError: "jwt_reserved_claim" (`vc` or `vp` beside a document).

    Source: VC-JOSE-COSE, section 3.2; RFC 9901, section 7.1.
    """
    if budget is not None:
        budget.spend(sd_jwt_units(token))
    sd_jwt = parse_sd_jwt(token)
    typ = sd_jwt.jws.unverified_header.get("typ")
    if typ != profile.typ:
        raise JwsError("jws_typ", f"{str(typ)[:60]!r}, not {profile.typ!r}")
    check_binding_presence(sd_jwt, None)
    processed = process_payload(
        sd_jwt.unverified_payload, sd_jwt.disclosures, permanent=_PERMANENT[profile.role]
    )
    document = profile.read_document(processed.claims)
    withheld = may_withhold_subject(processed, is_credential=True)
    return SecuredBySdJwt(sd_jwt, profile, processed.claims, document, withheld)


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
        typ=VC_SD_JWT.typ,
        decoys=decoys,
        holder_key=holder_key,
        cty=VC_SD_JWT.content_type,
        permanent=_PERMANENT[Role.CREDENTIAL],
    )


def sign_sd_jwt_presentation(
    document: JsonObject,
    *,
    disclosable: Iterable[str],
    signer: Signer,
    audience: str,
    nonce: str,
    now: datetime,
    expires: datetime | None = None,
) -> str:
    """Secure a presentation of VCDM 2.0 as a `vp+sd-jwt`.

    Args:
        document: its holder is who signs; its credentials are enveloped, or have Data Integrity proofs.
        disclosable: JSON Pointers to the members and elements that may be hidden later.
        signer: the holder's key; its verification method becomes `kid`.
        audience: whom it is for.
        nonce: the verifier's.
        now: aware UTC; becomes `iat`.
        expires: aware; when the presentation ends.

    Raises:
        ValueError: no audience or no nonce to bind it to.
        SdJwtError: as `issue_sd_jwt`; "claim_exists": a member has the name of a claim.
        DataModelError: the document is no presentation.
        JoseError: "jwt_vcdm_version".
        ProofError: "issuer_mismatch": the signer is not the holder.

    Source: VC-JOSE-COSE, section 3.2.2.
    """
    if not audience or not nonce:
        raise ValueError("a presentation is bound to an audience and a nonce")
    check_context(document)
    check_presentation_model(document)
    taken = (REGISTERED_CLAIMS | {"vc", "vp"}) & document.keys()
    if taken:
        raise SdJwtError("claim_exists", ", ".join(sorted(taken)))
    claims = state_claims(document, VP_SD_JWT) | {
        "aud": audience,
        "nonce": nonce,
        "iat": int(now.timestamp()),
    }
    if expires is not None:
        claims["exp"] = int(expires.timestamp())
    check_claims(document, claims, VP_SD_JWT)
    check_signer(claims["iss"], signer)
    return issue_sd_jwt(
        document | claims,
        disclosable=disclosable,
        signer=signer,
        typ=VP_SD_JWT.typ,
        cty=VP_SD_JWT.content_type,
        permanent=_PERMANENT[Role.PRESENTATION],
    )
