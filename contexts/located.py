"""A document's statements with the place of each, so that a part of the document is a part of its statements.

Selective disclosure chooses by JSON pointers. The specifications give every node a temporary IRI, compact the
document again, cut it and read the pieces back; here a statement simply knows where it stands. Blank nodes
keep their labels in every part, which is what those IRIs are for.

Source: Data Integrity ECDSA Cryptosuites v1.0, section 3.4 (skolemizeCompactJsonLd, selectCanonicalNQuads).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contexts.limits import DEFAULT_LIMITS
from contexts.statements import StatementWriter

if TYPE_CHECKING:
    from contexts.limits import Limits
    from contexts.properties import Property
    from contexts.rdfc import Quad
    from contexts.statements import JsonObject, Node
    from contexts.store import ContextSelection
    from contexts.terms import Term, TermTables


@dataclass(frozen=True, slots=True)
class LocatedStatements:
    """What a document states, and where.

    Args:
        quads: as `to_statements` gives them; the same one may come from several places.
        places: for each quad, the JSON pointer of the value that states it; of the node for its types.
        whole: pointers of the values that are stated as a whole or not at all: lists, `@json` literals,
            values with their language or datatype beside them.
    """

    quads: list[Quad]
    places: list[str]
    whole: frozenset[str]


def to_located_statements(
    document: JsonObject, *, selection: ContextSelection, limits: Limits = DEFAULT_LIMITS
) -> LocatedStatements:
    """Give the quads of a document with their places.

    Args:
        document: parsed JSON with an `@context`; not changed.
        selection: which versions of the contexts to read it with.
        limits: what it may cost.

    Raises:
        ContextsError: as for `to_statements`.
    """
    writer = _LocatedWriter(selection.tables, limits)
    writer.write_within(selection.budget, document)
    return LocatedStatements(writer.quads, writer.places, frozenset(writer.whole))


class _LocatedWriter(StatementWriter):
    """Keeps a place beside each quad that is written."""

    places: list[str]

    def __init__(self, tables: TermTables, limits: Limits) -> None:
        super().__init__(tables, limits)
        self.places = []
        self.whole: set[str] = set()
        self._are_members = False

    def _objects(self, node: Node, name: str, value: Any, stated: Property, at: str) -> list[str]:
        objects = super()._objects(node, name, value, stated, at)
        is_whole = stated.term.is_list or stated.term.type_ == "@json"
        if is_whole:
            self.whole.add(at)
        # `_write_objects` for these very objects is what comes next
        self._are_members = isinstance(value, list) and not is_whole
        return objects

    def _write_objects(self, node: Node, predicate: str, objects: list[str], at: str) -> None:
        if self._are_members:
            self._are_members = False
            self.places += [f"{at}/{index}" for index in range(len(objects))]
        else:
            self.places += [at] * len(objects)
        super()._write_objects(node, predicate, objects, at)

    def _write_list(self, objects: list[str], graph: str, at: str) -> str:
        self.places += [at] * (2 * len(objects))
        return super()._write_list(objects, graph, at)

    def _value_object(self, node: Node, name: str, value: JsonObject, term: Term, at: str) -> str:
        self.whole.add(at)
        return super()._value_object(node, name, value, term, at)
