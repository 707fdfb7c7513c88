"""What one document may cost, decided before it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one canonicalization; beyond any of them the document is "too_complex".

    Args:
        statements: RDF quads, counted before the set folds them.
        blank_nodes: nodes without an id, list cells and graphs.
        depth: how deep arrays and objects may be nested.
        contexts: different sets of terms that may hold in it; a credential needs about a dozen.
        work: permutation paths that RDFC-1.0 may try.
    """

    statements: int = 10_000
    blank_nodes: int = 2_000
    depth: int = 64
    contexts: int = 48
    work: int = 4_000


DEFAULT_LIMITS: Final = Limits()
