"""What can be wrong with a document before any signature is looked at.

ContextsError
├── StrictJsonError          "json_syntax", "duplicate_member", "number_range", "too_deep", "too_large",
│                            "too_complex", "encoding", "lone_surrogate", "nul_character"
├── UnknownContextError      "unknown_context"
├── InlineContextError       "inline_context"
├── DataLossError            "data_loss"
├── TooComplexError          "too_complex"
├── InvalidDocumentError     "invalid_json_ld", "protected_term"
└── ContextIntegrityError    "context_integrity"
"""

from __future__ import annotations


class ContextsError(Exception):
    """Base of all errors of this package.

    Args:
        detail: for the log and for developers; never a sentence for people.
        code: stable and machine-readable; each class has its own.
        pointer: JSON pointer to the place in the document, if there is one place.
    """

    default_code = "contexts"

    def __init__(self, detail: str = "", *, code: str | None = None, pointer: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.pointer = pointer
        self.code = code or self.default_code


class StrictJsonError(ContextsError):
    """Bytes that are no JSON, or JSON that two readers could understand differently."""

    default_code = "json_syntax"


class UnknownContextError(ContextsError):
    """A context URL that is not in the lock. It is never fetched."""

    default_code = "unknown_context"


class InlineContextError(ContextsError):
    """A context that is not a URL: an object, or null."""

    default_code = "inline_context"


class DataLossError(ContextsError):
    """Something in the document would not be signed, or could be changed without breaking the signature."""

    default_code = "data_loss"


class TooComplexError(ContextsError):
    """The document is over a limit, or its blank nodes are entangled beyond the work budget."""

    default_code = "too_complex"


class InvalidDocumentError(ContextsError):
    """Not JSON-LD, or JSON-LD of a kind that no credential needs (`@reverse`, `@included`, ...)."""

    default_code = "invalid_json_ld"


class ContextIntegrityError(ContextsError):
    """A pinned context document is missing or has other bytes than the lock says."""

    default_code = "context_integrity"
