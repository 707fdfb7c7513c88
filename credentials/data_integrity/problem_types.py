"""Our error codes as the problem types that Data Integrity 1.0 names.

Source: Data Integrity 1.0, sections 4.7 (Processing Errors) and 2.4.3 (Securing Data Losslessly); VCDM 2.0,
section 7.2 (Problem Details) for PARSING_ERROR, which section 4.4 step 2 takes from there.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

_SECURITY: Final = "https://w3id.org/security#"
PROOF_GENERATION_ERROR: Final = f"{_SECURITY}PROOF_GENERATION_ERROR"
PROOF_VERIFICATION_ERROR: Final = f"{_SECURITY}PROOF_VERIFICATION_ERROR"
PROOF_TRANSFORMATION_ERROR: Final = f"{_SECURITY}PROOF_TRANSFORMATION_ERROR"
DATA_LOSS_DETECTION_ERROR: Final = f"{_SECURITY}DATA_LOSS_DETECTION_ERROR"
INVALID_DOMAIN_ERROR: Final = f"{_SECURITY}INVALID_DOMAIN_ERROR"
INVALID_CHALLENGE_ERROR: Final = f"{_SECURITY}INVALID_CHALLENGE_ERROR"
PARSING_ERROR: Final = "https://www.w3.org/TR/vc-data-model#PARSING_ERROR"

_CODES: Final = MappingProxyType(
    {
        INVALID_DOMAIN_ERROR: ("domain_mismatch",),
        INVALID_CHALLENGE_ERROR: ("challenge_mismatch",),
        # 2.4.3: what a JSON-LD processor would drop
        DATA_LOSS_DETECTION_ERROR: ("data_loss",),
        # what keeps a document from becoming the bytes that are hashed
        PROOF_TRANSFORMATION_ERROR: (
            "context_integrity",
            "inline_context",
            "invalid_json_ld",
            "protected_term",
            "too_complex",
            "unknown_context",
        ),
        # a pointer that does not match the document, made or derived: vc-di-ecdsa 1.0, selectJsonLd
        PROOF_GENERATION_ERROR: ("pointer_not_found",),
        # 4.4 steps 1 and 2: no JSON that every reader understands alike, no object, no proof in it
        PARSING_ERROR: (
            "duplicate_member",
            "encoding",
            "json_syntax",
            "lone_surrogate",
            "not_an_object",
            "nul_character",
            "number_range",
            "proof_missing",
            "too_deep",
            "too_large",
        ),
    }
)
_TYPES: Final = MappingProxyType({code: problem for problem, codes in _CODES.items() for code in codes})
_OF_A_PROOF: Final = frozenset({PROOF_VERIFICATION_ERROR, INVALID_DOMAIN_ERROR, INVALID_CHALLENGE_ERROR})


def problem_type(code: str, *, generating: bool = False, otherwise: str = PROOF_VERIFICATION_ERROR) -> str:
    """Give the problem type of one of our error codes.

    Args:
        code: of the error that adding, deriving or verifying a proof raised.
        generating: whether a proof was being made; what is wrong is then a PROOF_GENERATION_ERROR, unless it
            is the document itself.
        otherwise: type of a code that has none of its own.

    Returns:
        URL.
    """
    found = _TYPES.get(code, otherwise)
    return PROOF_GENERATION_ERROR if generating and found in _OF_A_PROOF else found
