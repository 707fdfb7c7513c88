"""Signing credentials and presentations as COSE_Sign1, and putting them into envelopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contexts import strict_json
from credentials.cose.claims import write_cwt_claims
from credentials.cose.errors import CoseError
from credentials.cose.headers import Label
from credentials.cose.secured import RESERVED_MEMBERS, VC_COSE, VP_COSE
from credentials.cose.sign1 import sign_sign1
from credentials.data_model import check_context, check_credential_model, check_presentation_model
from credentials.jose.claims import check_claims, state_claims
from credentials.jose.envelopes import ENVELOPE_TYPES
from credentials.jose.signing import check_signer
from did.encodings import encode_base64

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from credentials.jose.profiles import Profile
    from did.keys import Signer

JsonObject = dict[str, Any]


def sign_cose_credential(
    document: JsonObject, *, signer: Signer, now: datetime, expires: datetime | None = None
) -> bytes:
    """Sign a credential as a COSE_Sign1.

    Args:
        document: VCDM 2.0; with embedded proofs if it is to have both. Not changed.
        signer: the issuer's key; its verification method becomes `kid`. For an https issuer: its `kid` at the
            host.
        now: aware UTC; becomes `iat`.
        expires: aware; when the signature ends.

    Returns:
        COSE_Sign1 with its tag.

    Raises:
        DataModelError: the document is no credential.
        JoseError: "jwt_vcdm_version".
        CoseError: "cose_reserved_member", "cose_algorithm".
        ProofError: "issuer_mismatch": the signer is not the issuer.

    Source: VC-JOSE-COSE, section 3.3.1.
    """
    check_credential_model(document, check_context(document))
    return _sign(document, {}, signer=signer, now=now, expires=expires, profile=VC_COSE)


def sign_cose_presentation(
    document: JsonObject,
    *,
    signer: Signer,
    audience: str,
    nonce: str,
    now: datetime,
    expires: datetime | None = None,
) -> bytes:
    """Sign a presentation as a COSE_Sign1.

    Args:
        document: VCDM 2.0; its holder is who signs, its credentials are enveloped, or have Data Integrity
            proofs (`build_presentation` makes one). Not changed.
        signer: the holder's key; its verification method becomes `kid`.
        audience: whom it is for.
        nonce: the verifier's.
        now: aware UTC; becomes `iat`.
        expires: aware; when the presentation ends.

    Returns:
        COSE_Sign1 with its tag.

    Raises:
        ValueError: no audience or no nonce to bind it to.
        DataModelError: the document is no presentation.
        JoseError: "jwt_vcdm_version".
        CoseError: "cose_reserved_member", "cose_algorithm".
        ProofError: "issuer_mismatch": the signer is not the holder.

    Source: VC-JOSE-COSE, section 3.3.2.
    """
    if not audience or not nonce:
        raise ValueError("a presentation is bound to an audience and a nonce")
    check_context(document)
    check_presentation_model(document)
    bound = {"aud": audience, "nonce": nonce}
    return _sign(document, bound, signer=signer, now=now, expires=expires, profile=VP_COSE)


def build_presentation(credentials: Sequence[bytes | JsonObject], *, holder: str) -> JsonObject:
    """Put credentials into a presentation that is not signed yet.

    Args:
        credentials: COSE_Sign1 messages as they were received; or objects: envelopes
            (`credentials.jose.envelop_credential`), or credentials with Data Integrity proofs.
        holder: the holder's DID.

    Raises:
        ValueError: nothing to present.
    """
    if not credentials:
        raise ValueError("a presentation has credentials")
    return {
        "@context": [VP_COSE.version.context],
        "type": ["VerifiablePresentation"],
        "holder": holder,
        "verifiableCredential": [
            envelop_cose(each) if isinstance(each, bytes) else each for each in credentials
        ],
    }


def envelop_cose(message: bytes, *, profile: Profile = VC_COSE) -> JsonObject:
    """Put a COSE_Sign1 into the object that stands for it.

    Args:
        message: COSE_Sign1 with its tag.
        profile: `VC_COSE` or `VP_COSE`.

    Source: VC-JOSE-COSE, section 3.3.1 (encoded using base64); VCDM 2.0, section 4.13.
    """
    return {
        "@context": [profile.version.context],
        "id": f"data:{profile.typ};base64,{encode_base64(message)}",
        "type": ENVELOPE_TYPES[profile.role],
    }


def _sign(
    document: JsonObject,
    bound: JsonObject,
    *,
    signer: Signer,
    now: datetime,
    expires: datetime | None,
    profile: Profile,
) -> bytes:
    # no other claim: what the document says, it says itself
    claims = {"iss": state_claims(document, profile)["iss"], "iat": int(now.timestamp())} | bound
    if expires is not None:
        claims["exp"] = int(expires.timestamp())
    # what a reader here would refuse is not signed
    check_claims(document, claims, profile)
    reserved = RESERVED_MEMBERS & document.keys()
    if reserved:
        raise CoseError("cose_reserved_member", ", ".join(sorted(reserved)))
    check_signer(claims["iss"], signer)
    header: dict[int, Any] = {
        Label.CONTENT_TYPE: profile.content_type,
        Label.KEY_ID: signer.verification_method.encode(),
        Label.CWT_CLAIMS: write_cwt_claims(claims),
        Label.TYPE: profile.typ,
    }
    return sign_sign1(strict_json.dumps(document), signer=signer, header=header)
