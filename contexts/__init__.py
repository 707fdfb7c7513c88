"""JSON-LD in a closed world: pinned contexts, strict JSON, and documents as canonical N-Quads.

Nothing here ever opens a socket, but `python -m contexts.refresh`.
"""

from contexts import strict_json
from contexts.canonical import CanonicalHasher, HashAlgorithm, RecentHashes, canonicalize, hash_canonical
from contexts.errors import (
    ContextIntegrityError,
    ContextsError,
    DataLossError,
    InlineContextError,
    InvalidDocumentError,
    StrictJsonError,
    TooComplexError,
    UnknownContextError,
)
from contexts.limits import DEFAULT_LIMITS, MAXIMUM_WORK, Limits, WorkBudget, reading_units
from contexts.store import ContextSelection, ContextStore

__all__ = [
    "DEFAULT_LIMITS",
    "MAXIMUM_WORK",
    "CanonicalHasher",
    "ContextIntegrityError",
    "ContextSelection",
    "ContextStore",
    "ContextsError",
    "DataLossError",
    "HashAlgorithm",
    "InlineContextError",
    "InvalidDocumentError",
    "Limits",
    "RecentHashes",
    "StrictJsonError",
    "TooComplexError",
    "UnknownContextError",
    "WorkBudget",
    "canonicalize",
    "hash_canonical",
    "reading_units",
    "strict_json",
]
