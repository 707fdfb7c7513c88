"""Which sentence says why: the library has a code for each thing that can be wrong, a reader needs a few.

A code has a sentence of its own, or one that it shares with others that mean the same to whoever reads a
report; the code itself stands beside it, for who wants to know more. A test holds that every code of the
library is here.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

_OWN: Final = (
    "revoked", "expired", "suspended", "not_yet_valid", "invalid_signature", "proof_missing", "data_loss",
    "legacy_suite", "legacy_verifier_failed", "legacy_method_unsupported", "ob2_version_unsupported",
    "ob2_not_hosted", "unsupported_cryptosuite", "unsupported_securing", "vcdm_1_1_unsupported",
    "proof_expired", "issuer_mismatch", "holder_mismatch", "domain_mismatch", "challenge_mismatch",
    "answer_type", "answer_claims", "answer_format", "answer_missing", "answer_too_many",
    "status_unavailable", "status_list_expired", "status_list_rollback", "status_required",
    "resolution_unavailable", "fetch_failed", "fetch_refused", "notFound", "methodNotSupported",
    "deactivated", "not_checked", "proof_not_yet_valid", "verification_method_ended", "several_subjects",
    "too_many_fetches",
    "verification_method_revoked", "verification_method_not_in_force", "key_history_unavailable",
    "schema_not_met", "credential_invalid", "credential_indeterminate", "ob2_recipient_mismatch",
    "status_list_unsigned", "key_binding_missing", "type_metadata_unavailable",
)  # fmt: skip
# the sentence, and the codes that share it
_SHARED: Final = {
    "unreadable": (
        "json_syntax", "duplicate_member", "number_range", "encoding", "lone_surrogate", "nul_character",
        "not_an_object", "jws_serialization", "jws_encoding", "jws_header", "jwt_payload", "cbor",
        "cose_structure", "cose_encoding", "cose_payload", "sd_jwt_serialization", "sd_jwt_encoding",
        "sd_jwt_json_serialization", "disclosure_encoding", "disclosure_json", "envelope_invalid",
        "baking_broken_png", "baking_broken_svg", "baking_compressed", "baking_doctype", "baking_invalid",
        "baking_no_credential", "baking_several_credentials", "baking_unknown_format", "baking_already_baked",
    ),
    "too_large": (
        "too_large", "too_deep", "too_complex", "too_many_nodes", "jws_too_large", "cose_too_large",
        "sd_jwt_too_large", "baking_too_large", "too_many_disclosures", "too_many_credentials",
        "too_many_presentations", "too_many_statements", "too_many_pointers", "proof_value_too_long",
        "bbs_too_many_messages", "status_list_too_large",
    ),
    "unknown_words": (
        "contexts", "context_missing", "context_order", "open_badges_context_missing", "unknown_context",
        "inline_context", "invalid_json_ld", "proof_context_mismatch", "legacy_context_nested", "ob2_context",
    ),
    "form": (
        "data_model", "credential_invalid_shape", "achievement_incomplete", "achievement_missing",
        "criteria_missing", "id_invalid", "issuance_date_missing", "start_date_missing", "issuer_invalid",
        "issuer_missing", "member_invalid", "related_resource_invalid", "subject_missing",
        "subject_type_missing", "text_invalid", "type_missing", "badge_shape", "vct_missing",
        "badge_status_missing", "claim_missing", "claim_syntax", "jwt_claim_missing", "jwt_claim_syntax",
        "ob2_id_invalid", "ob2_member_invalid", "ob2_member_missing", "ob2_not_an_assertion", "ob2_type",
        "ob2_verification_type", "credentials_error", "key_binding_unexpected",
    ),
    "dates": ("date_syntax", "validity_reversed"),
    "signature": (
        "jws_signature", "cose_signature", "bbs_invalid_signature", "bbs_invalid_proof", "invalid_proof",
        "ob2_signature_missing", "seal_broken",
    ),
    "signature_form": (
        "proof_invalid_shape", "proof_unexpected", "jws_algorithm", "jws_critical", "jws_typ",
        "jws_unencoded_payload", "jwt_content_type", "jwt_header_member", "jwt_reserved_claim",
        "jwt_vcdm_version", "cose_algorithm", "cose_content_type", "cose_critical", "cose_detached",
        "cose_header", "cose_reserved_member", "cose_typ", "cose_unprotected", "envelope_media_type",
        "bbs_encoding", "bbs_indexes", "legacy_algorithm", "sd_alg_unsupported", "query",
    ),
    "signature_use": ("proof_purpose_mismatch", "audience_mismatch"),
    "signature_chain": ("previous_proof_cycle", "previous_proof_missing", "proof_chain_unsupported"),
    "signature_unknown": ("bbs_feature_unsupported", "proof_only"),
    "parts": (
        "base_proof_not_derived", "derived_proof_not_base", "label_map_mismatch", "mandatory_indexes_invalid",
        "signature_count_mismatch", "nothing_selected", "pointer_into_value", "pointer_not_found",
        "pointer_syntax", "selection_unsupported", "no_base_proof", "several_base_proofs", "digest_duplicate",
        "digest_shape", "disclosure_arity", "disclosure_duplicate", "disclosure_name", "disclosure_salt",
        "disclosure_unreferenced", "claim_exists", "claim_not_disclosable", "reserved_name", "salt_repeated",
    ),
    "contradiction": ("claims_contradict", "issuer_metadata_invalid"),
    "key": (
        "controller_mismatch", "invalid_verification_relationship", "verification_method_not_found",
        "jwt_key_mismatch", "jwt_key_unnamed", "ob2_issuer_mismatch", "ob2_key_missing", "ob2_key_owner",
        "ob2_key_unlinked", "issuer_not_permitted",
    ),
    "key_form": (
        "invalid_key", "invalid_jwks", "invalid_encoding", "suite_key_mismatch", "bbs_key", "ob2_key_invalid",
        "key_signs_messages", "key_without_jose_form", "unsupported_x5c", "Ed25519", "RSA",
    ),
    "identity": ("did_error", "invalidDid", "invalidDidDocument", "invalidDidUrl"),
    "holder_key": (
        "key_binding_key", "key_members", "nonce_unknown", "invalid_nonce", "did_method", "too_old",
    ),
    "register_form": (
        "status_entry_invalid", "status_index_invalid", "status_index_out_of_range", "status_list_invalid",
        "status_list_too_short", "status_list_not_yet_valid", "status_value_out_of_range",
        "status_size_mismatch", "ob2_revocation_list", "status_purpose_mismatch",
    ),
    "register_other": ("status_list_chained", "status_list_id_mismatch", "status_list_issuer_mismatch"),
    "register_unknown": (
        "unsupported_status_type", "unsupported_status_purpose", "unsupported_status_size",
        "unsupported_status_value",
    ),
    "site": ("ob2_id_mismatch", "ob2_issuer_scope"),
    "description": ("type_metadata_integrity", "type_metadata_invalid", "type_metadata_mismatch"),
    "form_unknown": (
        "schema_unknown", "schema_type_unsupported", "schema_of_other_bytes", "schema_undecided",
    ),
    "answer": (
        "vp_token_shape", "presentation_invalid", "credentials_missing", "holder_missing", "dcql_shape",
        "dcql_too_large",
    ),
    "ourselves": ("missing_check", "context_integrity"),
}  # fmt: skip
REASONS: Final = MappingProxyType(
    {code: reason for reason, codes in {**{own: (own,) for own in _OWN}, **_SHARED}.items() for code in codes}
)
_SENTENCES: Final = frozenset(REASONS.values())
_STEPS: Final = frozenset(
    {
        "json", "context", "data_model", "open_badges_2", "hosted", "issuer_scope", "proof", "issuer_key",
        "validity", "status", "schema", "holder_key", "holder_binding", "vp_token", "query", "sd_jwt",
    }
)  # fmt: skip


def reason_of(step: str, code: str) -> str:
    """Name the sentence that says why: its key in the catalogues.

    Args:
        step: of the check that decided. A holder's key is not the issuer's, though both give the same codes.
        code: the machine code; one that is not known is told by its step.
    """
    if step == "holder_key":
        return "report.step.holder_key"
    if code in REASONS or code in _SENTENCES:
        return f"report.reason.{REASONS.get(code, code)}"
    return f"report.step.{step}" if step in _STEPS else "report.reason.other"
