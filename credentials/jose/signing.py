"""Signing credentials and presentations as JWTs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from credentials.data_model import check_context, check_credential_model, check_presentation_model
from credentials.errors import ProofError
from credentials.jose.claims import check_claims, state_claims
from credentials.jose.envelopes import ENVELOPE_TYPES
from credentials.jose.errors import JoseError
from credentials.jose.profiles import REGISTERED_CLAIMS, VC_JWT, VP_JWT, Profile, Role
from credentials.jws import JwsError, sign_compact

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from did.keys import Signer

JsonObject = dict[str, Any]


def sign_jwt_credential(
    document: JsonObject,
    *,
    signer: Signer,
    now: datetime,
    profile: Profile = VC_JWT,
    expires: datetime | None = None,
    any_algorithm: bool = False,
) -> str:
    """Sign a credential as a JWT.

    Args:
        document: VCDM 2.0, or 1.1 for `JWT_VC_JSON`; with embedded proofs if it is to have both. Not changed.
        signer: the issuer's key; its verification method becomes `kid`. For an https issuer: its `kid` at the
            host.
        now: aware UTC; becomes `iat`.
        profile: `VC_JWT`, `OPEN_BADGES_JWT` or `JWT_VC_JSON`.
        expires: aware; when the signature ends. For `VC_JWT` alone: elsewhere `exp` is the credential's end.
        any_algorithm: sign also with an algorithm that readers of this form are known not to take
            (`OPEN_BADGES_JWT`: other than RS256 and ES256).

    Returns:
        header.payload.signature

    Raises:
        DataModelError: the document is no credential.
        JoseError: "jwt_vcdm_version", "jwt_reserved_claim".
        JwsError: "jws_algorithm".
        ProofError: "issuer_mismatch": the signer is not the issuer.

    Source: VC-JOSE-COSE, section 3.1.1; Open Badges 3.0, sections "Create the JOSE Header" to "Create the
    Proof"; VCDM 1.1, section 6.3.1, "JWT Encoding".
    """
    _check_role(profile, Role.CREDENTIAL)
    if expires is not None and profile.says_again:
        raise ValueError(f"in {profile.name} `exp` is the credential's own end")
    check_credential_model(document, check_context(document))
    claims = state_claims(document, profile) | {"iat": int(now.timestamp())}
    if expires is not None:
        claims["exp"] = int(expires.timestamp())
    return _sign(document, claims, signer=signer, profile=profile, any_algorithm=any_algorithm)


def sign_jwt_presentation(
    credentials: Sequence[str | JsonObject],
    *,
    signer: Signer,
    holder: str,
    audience: str,
    nonce: str,
    now: datetime,
    expires: datetime | None = None,
    profile: Profile = VP_JWT,
) -> str:
    """Sign a presentation as a JWT.

    Args:
        credentials: compact JWTs as they were received, or credentials with Data Integrity proofs.
        signer: the holder's key; its verification method becomes `kid`.
        holder: the holder's DID.
        audience: whom it is for (OpenID4VP: the verifier's full client id, with its prefix).
        nonce: the verifier's.
        now: aware UTC; becomes `iat`.
        expires: aware; when the presentation ends.
        profile: `VP_JWT` or `JWT_VP_JSON`.

    Raises:
        ValueError: nothing to present, or no audience or nonce to bind it to.
        ProofError: "issuer_mismatch": the signer is not the holder.

    Source: VC-JOSE-COSE, section 3.1.2; OpenID4VP 1.0, appendix B.1.3.1.
    """
    _check_role(profile, Role.PRESENTATION)
    if not credentials:
        raise ValueError("a presentation has credentials")
    document: JsonObject = {
        "@context": [profile.version.context],
        "type": ["VerifiablePresentation"],
        "holder": holder,
        "verifiableCredential": [_presented(credential, profile) for credential in credentials],
    }
    return sign_presentation_document(
        document,
        signer=signer,
        audience=audience,
        nonce=nonce,
        now=now,
        expires=expires,
        profile=profile,
    )


def sign_presentation_document(
    document: JsonObject,
    *,
    signer: Signer,
    audience: str,
    nonce: str,
    now: datetime,
    expires: datetime | None = None,
    profile: Profile = VP_JWT,
) -> str:
    """Sign a presentation that was put together elsewhere; else as `sign_jwt_presentation`.

    Args:
        document: its holder is who signs. Not changed.
        signer: the holder's key; its verification method becomes `kid`.
        audience: whom it is for.
        nonce: the verifier's.
        now: aware UTC; becomes `iat`.
        expires: aware; when the presentation ends.
        profile: `VP_JWT` or `JWT_VP_JSON`.

    Raises:
        ValueError: no audience or no nonce to bind it to.
        DataModelError: the document is no presentation.
        JoseError: "jwt_vcdm_version", "jwt_reserved_claim".
        ProofError: "issuer_mismatch": the signer is not the holder.

    Source: VC-JOSE-COSE, section 3.1.2.
    """
    _check_role(profile, Role.PRESENTATION)
    if not audience or not nonce:
        raise ValueError("a presentation is bound to an audience and a nonce")
    check_context(document)
    check_presentation_model(document)
    claims = state_claims(document, profile) | {"aud": audience, "nonce": nonce, "iat": int(now.timestamp())}
    if expires is not None:
        claims["exp"] = int(expires.timestamp())
    return _sign(document, claims, signer=signer, profile=profile, any_algorithm=True)


def envelop_credential(token: str, *, media_type: str = "application/vc+jwt") -> JsonObject:
    """Put a secured credential into the object that stands for it in a presentation.

    Args:
        token: compact JWT, or SD-JWT.
        media_type: "application/vc+jwt"; "application/jwt" for `OPEN_BADGES_JWT`; "application/dc+sd-jwt".

    Source: VCDM 2.0, section 4.13.1 (Enveloped Verifiable Credentials).
    """
    return {
        "@context": [VC_JWT.version.context],
        "id": f"data:{media_type},{token}",
        "type": ENVELOPE_TYPES[Role.CREDENTIAL],
    }


def _check_role(profile: Profile, role: Role) -> None:
    if profile.role is not role:
        raise ValueError(f"{profile.name} is not for a {role.name.lower()}")


def _presented(credential: str | JsonObject, profile: Profile) -> str | JsonObject:
    # VCDM 1.1 has no envelopes: there the token stands as it is
    if isinstance(credential, dict) or profile.claim is not None:
        return credential
    return envelop_credential(credential)


def _sign(
    document: JsonObject, claims: JsonObject, *, signer: Signer, profile: Profile, any_algorithm: bool
) -> str:
    check_claims(document, claims, profile)
    check_signer(claims["iss"], signer)
    algorithm = signer.public_key.jose_algorithm
    if not any_algorithm and algorithm not in (profile.signing_algorithms or {algorithm}):
        raise JwsError("jws_algorithm", f"{algorithm} is not read everywhere in {profile.name}")
    if profile.claim is not None:
        payload = claims | {profile.claim: document}
    else:
        taken = (REGISTERED_CLAIMS | {"vc", "vp"}) & document.keys()
        if taken:
            raise JoseError("jwt_reserved_claim", ", ".join(sorted(taken)))
        payload = document | claims
    content_type = {} if profile.content_type is None else {"cty": profile.content_type}
    header = {"kid": signer.verification_method} | content_type
    return sign_compact(payload, signer=signer, typ=profile.typ, header=header)


def check_signer(controller: str, signer: Signer) -> None:
    """Check that a signer can sign for somebody: a key of another DID does not; an https issuer's key is
    known by its `kid` at the host.

    Args:
        controller: issuer or holder, DID or https URL.
        signer: its verification method is compared.

    Raises:
        ProofError: "issuer_mismatch".
    """
    did = signer.verification_method.partition("#")[0]
    if controller.startswith("did:") and did != controller:
        raise ProofError("issuer_mismatch", f"{did} does not sign for {controller}")
