"""What one document, and one verification as a whole, may cost: decided before it does.

Costs are counted in units, never measured: the same input is refused on every machine, and on a busy one too.
A unit is about a microsecond of the machine that the figures were taken on, and every charge is made for the
worst that can hide behind what is counted. What signatures and lists cost stands in `credentials.costs`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from contexts.errors import TooComplexError

# Fifty badges in one presentation take a fifth of it, and two hundred pieces of evidence in one badge a
# twentieth; all of it is spent in less than a quarter of a second. See docs/limits.md.
MAXIMUM_WORK: Final = 200_000
# written, canonicalized and hashed; under each selection of contexts anew
STATEMENT_UNITS: Final = 4
# a path that RDFC-1.0 tries
PATH_UNITS: Final = 5
# of canonical N-Quads, escaped, sorted and hashed; and of canonical JSON, whose numbers are dear
TEXT_OF_A_UNIT: Final = 64
CANONICAL_JSON_OF_A_UNIT: Final = 16
# of JSON: read, looked through for contexts, checked and shown; beside a unit for each value in it
_BYTES_OF_A_UNIT: Final = 64
_SHORT: Final = 4_096
_BYTES_OF_A_UNIT_OF_A_SHORT_TEXT: Final = 16


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one canonicalization; beyond any of them the document is "too_complex".

    Args:
        statements: RDF quads, counted before the set folds them.
        blank_nodes: nodes without an id, list cells and graphs.
        depth: how deep arrays and objects may be nested.
        contexts: different sets of terms that may hold in it; a credential needs about a dozen.
        work: permutation paths that RDFC-1.0 may try, beside those of `work_of_a_node`.
        work_of_a_node: further paths for each blank node that its own statements do not tell from another.
    """

    statements: int = 10_000
    blank_nodes: int = 2_000
    depth: int = 64
    contexts: int = 48
    work: int = 500
    work_of_a_node: int = 8


DEFAULT_LIMITS: Final = Limits()


class WorkBudget:
    """What one verification may cost with everything in it: documents, signatures and lists take their parts.

    For one thread.

    Args:
        units: that may be spent.
    """

    __slots__ = ("left",)

    def __init__(self, units: int = MAXIMUM_WORK) -> None:
        self.left = units

    def spend(self, units: int) -> None:
        """Take units for what is about to be done.

        Raises:
            TooComplexError: there are not so many left; and then none are, whatever is asked for later.
        """
        self.left -= units
        self.check()

    def check(self) -> None:
        """See that not more was taken than there was.

        Raises:
            TooComplexError: more was.
        """
        if self.left < 0:
            raise TooComplexError("this verification as a whole costs more than it may")

    def count(self, units: int) -> None:
        """Take units for what was done, within a bound of its own; what comes next may find none left."""
        self.left -= units


def reading_units(text: bytes) -> int:
    """Tell what JSON costs before it is read: by its length, and by how many values are in it."""
    length = len(text)
    if length <= _SHORT:
        # as much as there can be in it, without a look
        return length // _BYTES_OF_A_UNIT_OF_A_SHORT_TEXT
    return length // _BYTES_OF_A_UNIT + text.count(b",") + text.count(b"{") + text.count(b"[")
