"""A document's statements: one pass from JSON-LD to RDF quads, in which nothing may get lost.

What JSON-LD drops in silence is an error here, and so is every way to write the same statements differently
where a reader of the JSON would see something else: a keyword instead of its alias, an IRI instead of a term,
a property moved to another mention of the same node. What a person sees signed is then what was signed.

Nearly all that credentials hold are strings in nodes. What a name states is looked up
(`contexts.properties`), and a string under it becomes a statement at once; everything else goes the longer
way by `contexts.values`. JSON pointers are put together only where something is wrong.

Source: JSON-LD 1.1 Processing Algorithms and API, sections 5.1 (Expansion) and 8 (RDF Serialization).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from contexts.errors import DataLossError, InvalidDocumentError, TooComplexError
from contexts.limits import STATEMENT_UNITS
from contexts.literals import DELETE, JSON_QUOTED, quoted
from contexts.properties import pointer, property_of
from contexts.repeats import Description, Descriptions
from contexts.terms import plain_term
from contexts.values import iri, json_literal, language_literal, scalar, typed_literal, vocabulary_iri

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contexts.limits import Limits, WorkBudget
    from contexts.properties import Property
    from contexts.rdfc import Quad
    from contexts.terms import ActiveContext, Term, TermTables

JsonObject = dict[str, Any]
_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_TYPE, _FIRST, _REST, _NIL = f"<{_RDF}type>", f"<{_RDF}first>", f"<{_RDF}rest>", f"<{_RDF}nil>"
# its id, its type, and a context of its own
_KEYWORDS_OF_A_NODE: Final = 3
_VALUE_KEYWORDS: Final = frozenset({"@value", "@type", "@language"})


def to_statements(
    document: JsonObject, *, tables: TermTables, limits: Limits, budget: WorkBudget | None = None
) -> list[Quad]:
    """Give the quads of a document, each once, its four terms in canonical N-Quads form.

    Args:
        document: parsed JSON; every `@context` in it is a URL or an array of URLs.
        tables: the closed world, with one version of each context.
        limits: what it may cost.
        budget: what it may cost with all that is verified beside it.

    Raises:
        DataLossError: something would not be signed.
        InvalidDocumentError: no JSON-LD, a protected term redefined, or a construct that no credential needs.
        TooComplexError: over a limit, or the budget is spent.
        UnknownContextError, InlineContextError: a context from outside.
    """
    writer = StatementWriter(tables, limits)
    writer.write_within(budget, document)
    # only what is described in several places can be said twice
    return list(dict.fromkeys(writer.quads)) if writer.descriptions.have_repeats else writer.quads


@dataclass(slots=True)
class Node:
    """A node whose properties are being written.

    Args:
        subject: its N-Quads term.
        graph: N-Quads term of the graph it is in, "" for the default one.
        active: the terms that hold within it.
        at: JSON pointer to it.
        depth: objects around it.
        synonyms: what was stated by a name that is not the only one for it.
    """

    subject: str
    graph: str
    active: ActiveContext
    at: str
    depth: int
    synonyms: set[str] | None = None


class StatementWriter:
    """Writes the quads of one document; what `contexts.located` adds is where they come from."""

    def __init__(self, tables: TermTables, limits: Limits) -> None:
        self.quads: list[Quad] = []
        self.descriptions = Descriptions(self.quads)
        # the place of each quad, for whoever wants to know
        self.places: list[str] | None = None
        self._tables = tables
        self._limits = limits
        self._blank_nodes = 0
        self._seen_contexts: set[ActiveContext] = set()

    def write_within(self, budget: WorkBudget | None, document: JsonObject) -> None:
        """Write a document out of a budget: what was written is counted, also where it ends in an error."""
        if budget is None:
            return self.write_document(document)
        try:
            self.write_document(document)
        finally:
            budget.count(len(self.quads) * STATEMENT_UNITS)
        return budget.check()

    def write_document(self, document: JsonObject) -> None:
        """Write all that a document states; for the errors see `to_statements`."""
        self.write_node(document, self._tables.initial, "", "", 0, is_root=True)
        if not self.quads:
            raise DataLossError("the document states nothing")
        if len(self.quads) > self._limits.statements:
            raise self._too_many("")
        self.descriptions.check()

    # Nodes

    def write_node(  # noqa: C901, PLR0912 - a call for each node costs as much as a statement
        self,
        element: JsonObject,
        active: ActiveContext,
        graph: str,
        at: str,
        depth: int,
        *,
        is_root: bool = False,
    ) -> str:
        """Write a node object; give its term. `active` already holds what its property brings."""
        if depth > self._limits.depth:
            raise TooComplexError(f"nested deeper than {self._limits.depth}", pointer=at)
        # 1: its terms, and what it is called
        if "@context" in element:
            active = self._with_local_contexts(element["@context"], active, at)
        id_name, type_name = active.id_name, active.type_name
        if id_name is None or type_name is None:
            id_name, type_name = _keyword_names(element, active, at)
        types, inner = self._read_types(element, type_name, active, at)
        if inner is not active and not inner.names_keywords_as(active):
            _check_keywords_stay((("@id", id_name), ("@type", type_name)), inner, at)
        is_named = id_name in element
        if is_named and id_name is not None:
            subject = iri(element[id_name], inner, f"{at}/{id_name}")
        else:
            subject = self._new_blank_node(at)
        # 2: its types; each further member will state something
        quads, places, start = self.quads, self.places, len(self.quads)
        if start + len(element) > self._limits.statements + _KEYWORDS_OF_A_NODE:
            raise self._too_many(at)
        for each in types:
            quads.append((subject, _TYPE, each, graph))
        if places is not None:
            places += [at] * len(types)
        # 3: its properties; plain strings, as nearly all values are, without a call that can be spared
        node, keywords = None, (id_name, type_name, "@context")
        known = inner.properties
        for name, value in element.items():
            stated = known.get(name)
            if stated is None:
                if name in keywords:
                    continue
                stated = property_of(name, inner, pointer(at, name))
            if stated.text_end is None or type(value) is not str:
                node = node or Node(subject, graph, inner, at, depth)
                self._write_values(node, name, value, stated)
                continue
            text = JSON_QUOTED(value)
            if len(text) != len(value) + 2 or DELETE in value:
                text = quoted(value)
            quads.append((subject, stated.predicate, text + stated.text_end, graph))
            if places is not None:
                places.append(at + stated.step)
        if is_named and len(quads) > start:
            self.descriptions.add(Description(graph, subject, types, start, len(quads), inner, is_root, at))
        return subject

    def _with_local_contexts(self, value: Any, active: ActiveContext, at: str) -> ActiveContext:
        for url in value if isinstance(value, list) else [value]:
            known = url if isinstance(url, str) else self._tables.url_of(url)
            active = self._counted(self._tables.with_context(active, known), at)
        return active

    def _read_types(
        self, element: JsonObject, name: str | None, active: ActiveContext, at: str
    ) -> tuple[Sequence[str], ActiveContext]:
        """The N-Quads terms of a node's types, and the terms that hold within it."""
        if name not in element:
            return (), active
        written = element[name]
        if isinstance(written, list):
            if len(written) != 1:
                return self._read_several_types(written, active, f"{at}/{name}")
            written = written[0]
        if not isinstance(written, str):
            raise DataLossError("a type is a string, or several", pointer=f"{at}/{name}")
        known = active.types.get(written)
        if known is None:
            inner = self._within_type(written, active, active, at)
            known = (vocabulary_iri(written, active, f"{at}/{name}"),), inner
            if written in active.terms:
                # as many as the pinned contexts define; a stranger's own types are not remembered
                active.types[written] = known
        if known[1] not in self._seen_contexts:
            self._count(known[1], at)
        return known

    def _read_several_types(
        self, written: list[Any], active: ActiveContext, at: str
    ) -> tuple[Sequence[str], ActiveContext]:
        if not all(isinstance(each, str) for each in written):
            raise DataLossError("a type is a string, or several", pointer=at)
        if not written:
            raise DataLossError("no type", pointer=at)
        inner = active
        # by name, as the specification has it, whatever the order in the document
        for each in sorted(written):
            inner = self._within_type(each, inner, active, at)
        types = [vocabulary_iri(each, active, at) for each in written]
        if len(set(types)) != len(types):
            raise DataLossError("the same value twice", pointer=at)
        return types, inner

    def _within_type(self, name: str, inner: ActiveContext, active: ActiveContext, at: str) -> ActiveContext:
        term = active.terms.get(name)
        if term is None or not term.scoped:
            return inner
        return self._counted(self._tables.within_type(inner, term), at)

    def _within_property(self, active: ActiveContext, term: Term, at: str) -> ActiveContext:
        return self._counted(self._tables.within_property(active, term), at) if term.scoped else active

    def _counted(self, active: ActiveContext, at: str) -> ActiveContext:
        self._count(active, at)
        return active

    def _count(self, active: ActiveContext, at: str) -> None:
        self._seen_contexts.add(active)
        if len(self._seen_contexts) > self._limits.contexts:
            raise TooComplexError(f"more than {self._limits.contexts} sets of terms", pointer=at)

    def _new_blank_node(self, at: str) -> str:
        self._blank_nodes += 1
        if self._blank_nodes > self._limits.blank_nodes:
            raise TooComplexError(f"more than {self._limits.blank_nodes} nodes without an id", pointer=at)
        return f"_:b{self._blank_nodes - 1}"

    # Properties

    def _write_values(self, node: Node, name: str, value: Any, stated: Property) -> None:
        at = node.at + stated.step
        if stated.has_synonyms:
            _check_stated_once(node, stated.predicate, at)
        self._write_objects(node, stated.predicate, self._objects(node, name, value, stated, at), at)

    def _objects(self, node: Node, name: str, value: Any, stated: Property, at: str) -> list[str]:
        """Write what hangs below the values of a property; give their terms, of which none may be missing."""
        term = stated.term
        if term.type_ == "@json":
            return [json_literal(value)]
        if isinstance(value, list):
            objects = [
                self._object(node, name, each, term, f"{at}/{index}") for index, each in enumerate(value)
            ]
        else:
            objects = [self._object(node, name, value, term, at)]
        if term.is_list:
            return [self._write_list(objects, node.graph, at)]
        if not objects:
            raise DataLossError("an empty array", pointer=at)
        return objects

    def _write_objects(self, node: Node, predicate: str, objects: list[str], at: str) -> None:
        quads, subject, graph = self.quads, node.subject, node.graph
        if len(objects) == 1:
            quads.append((subject, predicate, objects[0], graph))
        elif len(set(objects)) == len(objects):
            quads += [(subject, predicate, each, graph) for each in objects]
        else:
            raise DataLossError("the same value twice", pointer=at)
        if len(quads) > self._limits.statements:
            raise self._too_many(at)

    def _object(self, node: Node, name: str, value: Any, term: Term, at: str) -> str:
        if isinstance(value, dict):
            if "@value" in value:
                return self._value_object(node, name, value, term, at)
            return self._node_object(node, value, term, at)
        if value is None:
            raise DataLossError("a null", pointer=at)
        if isinstance(value, list):
            raise DataLossError("an array in an array", pointer=at)
        if term.is_graph:
            raise DataLossError("a graph is an object", pointer=at)
        return self._scalar(node, name, value, term, at)

    def _node_object(self, node: Node, value: JsonObject, term: Term, at: str) -> str:
        active = node.active
        if active.value_names and not active.value_names.isdisjoint(value):
            raise InvalidDocumentError("an alias of @value", pointer=at)
        # type-scoped terms end at the next node, unless that is a mere reference
        if active.previous is not None and not (len(value) == 1 and _is_id(next(iter(value)), active)):
            active = active.previous
        if term.scoped:
            active = self._within_property(active, term, at)
        if not term.is_graph:
            return self.write_node(value, active, node.graph, at, node.depth + 1)
        graph, before = self._new_blank_node(at), len(self.quads)
        self.write_node(value, active, graph, at, node.depth + 1, is_root=True)
        if len(self.quads) == before:
            raise DataLossError("a graph that states nothing", pointer=at)
        return graph

    def _write_list(self, objects: list[str], graph: str, at: str) -> str:
        if not objects:
            return _NIL
        cells = [self._new_blank_node(at) for _ in objects]
        for cell, each, rest in zip(cells, objects, [*cells[1:], _NIL], strict=True):
            self.quads += [(cell, _FIRST, each, graph), (cell, _REST, rest, graph)]
        if len(self.quads) > self._limits.statements:
            raise self._too_many(at)
        return cells[0]

    def _too_many(self, at: str) -> TooComplexError:
        return TooComplexError(f"more than {self._limits.statements} statements", pointer=at)

    # Values

    def _scalar(self, node: Node, name: str, value: Any, term: Term, at: str) -> str:
        active = self._within_property(node.active, term, at)
        if active is not node.active:
            term = active.terms.get(name) or plain_term(term.iri)
        return scalar(value, term, active, at)

    def _value_object(self, node: Node, name: str, value: JsonObject, term: Term, at: str) -> str:
        """A value with its language or datatype beside it, which must say more than the value alone."""
        content = value["@value"]
        if term.is_graph or not value.keys() <= _VALUE_KEYWORDS:
            raise DataLossError("members beside @value that are not signed", pointer=at)
        if isinstance(content, dict | list) or content is None:
            raise DataLossError("an @value that is no plain value", pointer=at)
        if "@language" in value:
            literal = language_literal(value, at)
        elif "@type" in value:
            literal = typed_literal(value, self._within_property(node.active, term, at), at)
        else:
            literal = ""
        if not literal or (
            term.type_ not in {"@id", "@vocab"} and literal == self._scalar(node, name, content, term, at)
        ):
            raise DataLossError("an @value that says no more than the plain value", pointer=at)
        return literal


def _keyword_names(element: JsonObject, active: ActiveContext, at: str) -> tuple[str | None, str | None]:
    """The members that stand for `@id` and `@type`, where one of them has several aliases.

    No other keyword is the name of a property, so what is left of them is refused where properties are read.
    """
    names = _keyword_members(element, active, at)
    return names.get("@id"), names.get("@type")


def _check_stated_once(node: Node, predicate: str, at: str) -> None:
    if node.synonyms is None:
        node.synonyms = set()
    if predicate in node.synonyms:
        raise DataLossError("two names of one property", pointer=at)
    node.synonyms.add(predicate)


def _keyword_members(element: JsonObject, active: ActiveContext, at: str) -> dict[str, str]:
    """Keyword to the member that stands for it, where a keyword has several aliases."""
    found: dict[str, str] = {}
    for name in element:
        keyword = active.keywords.get(name) or (name if name in {"@id", "@type"} else "")
        if keyword not in {"@id", "@type"}:
            continue
        if keyword in found or (name == keyword and keyword in active.keywords.values()):
            raise DataLossError(f"another name for {keyword}", pointer=pointer(at, name))
        found[keyword] = name
    return found


def _check_keywords_stay(names: tuple[tuple[str, str | None], ...], inner: ActiveContext, at: str) -> None:
    for keyword, name in names:
        if name is not None and name != keyword and inner.keywords.get(name) != keyword:
            raise InvalidDocumentError(f"{name} has two meanings", pointer=pointer(at, name))


def _is_id(name: str, active: ActiveContext) -> bool:
    return name == "@id" or active.keywords.get(name) == "@id"
