"""What can be wrong with a credential in a JWT beyond the JWS itself (`credentials.jws.JwsError`)."""

from __future__ import annotations

from credentials.errors import CredentialsError


class JoseError(CredentialsError):
    """A JWT is no credential or presentation of its form.

    Codes: "jwt_payload" (no document where the form has it), "jwt_vcdm_version" (a document of the data model
    that this form is not for), "jwt_header_member", "jwt_content_type", "jwt_reserved_claim",
    "jwt_claim_missing", "jwt_claim_syntax", "jwt_iss_mismatch", "jwt_sub_mismatch", "jwt_jti_mismatch",
    "jwt_nbf_mismatch", "jwt_exp_mismatch", "jwt_key_unnamed" (nothing says which of the issuer's keys),
    "jwt_key_mismatch" (`kid` and `jwk` are two keys), "envelope_invalid", "envelope_media_type".
    """

    default_code = "jwt_payload"
