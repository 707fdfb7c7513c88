"""What can be wrong with a badge of Open Badges 2.0."""

from __future__ import annotations

from credentials.errors import CredentialsError


class OpenBadgesV2Error(CredentialsError):
    """A badge of Open Badges 2.0 breaks a rule.

    Codes: "ob2_not_an_assertion", "ob2_version_unsupported" (0.5 to 1.1), "ob2_context", "ob2_type",
    "ob2_id_invalid", "ob2_id_mismatch" (its host serves another under this address), "ob2_not_hosted" (its
    host knows none), "ob2_member_missing", "ob2_member_invalid", "ob2_verification_type",
    "ob2_signature_missing", "ob2_issuer_scope", "ob2_issuer_mismatch", "ob2_key_missing",
    "ob2_key_unlinked", "ob2_key_owner", "ob2_key_invalid", "ob2_revocation_list", "ob2_recipient_mismatch",
    "fetch_failed" (nothing was learnt), "status_unavailable", "revoked".
    """

    default_code = "ob2_member_invalid"
