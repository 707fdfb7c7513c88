"""From a document to the hash that a proof signs.

`hash_canonical` is the seam: whoever makes or checks a proof takes a `CanonicalHasher`, and need not know how
the canonical form comes about.

Source: Data Integrity EdDSA Cryptosuites 1.0, sections 3.2.3 (Transformation) and 3.2.4 (Hashing).
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from contexts import strict_json
from contexts.flat import flat_nquads
from contexts.limits import DEFAULT_LIMITS, STATEMENT_UNITS, TEXT_OF_A_UNIT
from contexts.literals import to_utf8
from contexts.rdfc import HASH_FUNCTIONS, canonical_nquads
from contexts.statements import to_statements

if TYPE_CHECKING:
    from contexts.limits import Limits
    from contexts.store import ContextSelection

RECENT_HASHES: Final = 256
HashAlgorithm = Literal["sha256", "sha384"]


class CanonicalHasher(Protocol):
    """Whatever gives the hash of a document's canonical N-Quads: SHA-256, 32 bytes, or SHA-384, 48 bytes."""

    def __call__(
        self, document: dict[str, Any], *, selection: ContextSelection, algorithm: HashAlgorithm = "sha256"
    ) -> bytes:
        """Hash a document, read with these versions of the contexts."""
        ...


def canonicalize(
    document: dict[str, Any],
    *,
    selection: ContextSelection,
    limits: Limits = DEFAULT_LIMITS,
    algorithm: HashAlgorithm = "sha256",
) -> str:
    """The canonical N-Quads of a document (RDFC-1.0), in which nothing of it is lost.

    Args:
        document: parsed JSON with an `@context`; not changed.
        selection: which versions of the contexts to read it with.
        limits: what it may cost.
        algorithm: what blank nodes are told apart by.

    Raises:
        DataLossError: something would not be signed, or could be changed without breaking a signature.
        InvalidDocumentError: no JSON-LD, a protected term redefined, or what no credential needs.
        TooComplexError: over a limit.
        UnknownContextError, InlineContextError: a context from outside.
    """
    if limits is DEFAULT_LIMITS:
        lines = flat_nquads(document, selection.tables)
        if lines is not None:
            selection.spend(len(lines) * STATEMENT_UNITS)
            return "".join(lines)
    quads = to_statements(document, tables=selection.tables, limits=limits, budget=selection.budget)
    canonical = canonical_nquads(
        quads,
        are_distinct=True,
        algorithm=algorithm,
        work=limits.work,
        work_of_a_node=limits.work_of_a_node,
        budget=selection.budget,
    )
    selection.spend(len(canonical) // TEXT_OF_A_UNIT)
    return canonical


def hash_canonical(
    document: dict[str, Any], *, selection: ContextSelection, algorithm: HashAlgorithm = "sha256"
) -> bytes:
    """The hash of the canonical N-Quads, 32 or 48 bytes; the same algorithm within and without.

    Raises:
        ContextsError: see `canonicalize`.
    """
    canonical = canonicalize(document, selection=selection, algorithm=algorithm)
    return HASH_FUNCTIONS[algorithm](to_utf8(canonical)).digest()


class RecentHashes:
    """A hasher that remembers its latest answers: what was just verified need not be canonicalized again.

    Only hashes are kept, 96 bytes at most for each; errors are not. Safe to share between threads.

    Args:
        size: how many to remember.
        hasher: makes those that are not remembered.
    """

    def __init__(self, size: int = RECENT_HASHES, *, hasher: CanonicalHasher = hash_canonical) -> None:
        self._size = size
        self._hasher = hasher
        self._hashes: OrderedDict[bytes, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(
        self, document: dict[str, Any], *, selection: ContextSelection, algorithm: HashAlgorithm = "sha256"
    ) -> bytes:
        """Hash a document, or remember its hash.

        Raises:
            ContextsError: see `canonicalize`.
        """
        # the two algorithms' digests differ in length, and so do their keys
        key = HASH_FUNCTIONS[algorithm](selection.digest + strict_json.dumps(document)).digest()
        with self._lock:
            if key in self._hashes:
                self._hashes.move_to_end(key)
                return self._hashes[key]
        value = self._hasher(document, selection=selection, algorithm=algorithm)
        with self._lock:
            self._hashes[key] = value
            while len(self._hashes) > self._size:
                self._hashes.popitem(last=False)
        return value
