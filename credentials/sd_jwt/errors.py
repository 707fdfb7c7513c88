"""What can be wrong with an SD-JWT."""

from __future__ import annotations

from credentials.errors import CredentialsError


class SdJwtError(CredentialsError):
    """An SD-JWT cannot be read, made, or believed.

    Codes, by what they are about; those of the JWTs in it are in `credentials.jws`, those of keys in `did`:

    - form: "sd_jwt_too_large", "sd_jwt_encoding", "sd_jwt_serialization" (not the compact one),
      "sd_jwt_json_serialization" (the JSON one, which is not taken here), "too_many_disclosures", "too_deep",
      "too_many_nodes";
    - one Disclosure: "disclosure_encoding", "disclosure_json", "disclosure_arity", "disclosure_salt",
      "disclosure_name";
    - Disclosures and digests together: "disclosure_duplicate", "disclosure_unreferenced",
      "digest_duplicate", "digest_shape", "sd_alg_unsupported", "reserved_name", "claim_exists",
      "claim_not_disclosable";
    - selection and issuing: "pointer_not_found", "salt_repeated";
    - Key Binding: "key_binding_missing", "key_binding_unexpected", "key_binding_key", "nonce_mismatch",
      "audience_mismatch", "sd_hash_mismatch", "too_old";
    - claims: "claim_missing", "claim_syntax", "expired", "not_yet_valid", "vct_missing", "claims_contradict";
    - issuer: "issuer_missing", "issuer_invalid", "issuer_not_permitted", "issuer_mismatch",
      "issuer_metadata_invalid", "unsupported_x5c";
    - Type Metadata: "type_metadata_unavailable", "type_metadata_invalid", "type_metadata_integrity",
      "type_metadata_mismatch";
    - badges: "badge_shape", "badge_status_missing".
    """

    default_code = "sd_jwt_serialization"
