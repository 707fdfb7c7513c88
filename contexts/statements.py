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
from contexts.literals import NEEDS_ESCAPE, escape
from contexts.properties import property_of
from contexts.repeats import Descriptions
from contexts.terms import plain_term
from contexts.values import iri, json_literal, language_literal, scalar, typed_literal, vocabulary_iri

if TYPE_CHECKING:
    from contexts.limits import Limits
    from contexts.properties import Property
    from contexts.rdfc import Quad
    from contexts.terms import ActiveContext, Term, TermTables

JsonObject = dict[str, Any]
_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_TYPE, _FIRST, _REST, _NIL = f"<{_RDF}type>", f"<{_RDF}first>", f"<{_RDF}rest>", f"<{_RDF}nil>"
_VALUE_KEYWORDS: Final = frozenset({"@value", "@type", "@language"})


def to_statements(document: JsonObject, *, tables: TermTables, limits: Limits) -> list[Quad]:
    """Give the quads of a document, each of its four terms in canonical N-Quads form.

    Args:
        document: parsed JSON; every `@context` in it is a URL or an array of URLs.
        tables: the closed world, with one version of each context.
        limits: what it may cost.

    Raises:
        DataLossError: something would not be signed.
        InvalidDocumentError: no JSON-LD, a protected term redefined, or a construct that no credential needs.
        TooComplexError: over a limit.
        UnknownContextError, InlineContextError: a context from outside.
    """
    writer = StatementWriter(tables, limits)
    writer.write_document(document)
    return writer.quads


@dataclass(slots=True)
class Node:
    """A node whose properties are being written.

    Args:
        subject: its N-Quads term.
        graph: N-Quads term of the graph it is in, "" for the default one.
        active: the terms that hold within it.
        at: JSON pointer to it.
        depth: objects around it.
        own: what this place says of it; None for a node without an id, which has no other place.
    """

    subject: str
    graph: str
    active: ActiveContext
    at: str
    depth: int
    own: list[Quad] | None


class StatementWriter:
    """Writes the quads of one document; what `contexts.located` adds is where they come from."""

    def __init__(self, tables: TermTables, limits: Limits) -> None:
        self.quads: list[Quad] = []
        self.descriptions = Descriptions()
        # the place of each quad, for whoever wants to know
        self.places: list[str] | None = None
        self._tables = tables
        self._limits = limits
        self._blank_nodes = 0
        self._seen_contexts: set[ActiveContext] = set()

    def write_document(self, document: JsonObject) -> None:
        """Write all that a document states; for the errors see `to_statements`."""
        self.write_node(document, self._tables.initial, graph="", at="", depth=0, is_root=True)
        if not self.quads:
            raise DataLossError("the document states nothing")
        self.descriptions.check()

    # Nodes

    def write_node(
        self,
        element: JsonObject,
        active: ActiveContext,
        *,
        graph: str,
        at: str,
        depth: int,
        is_root: bool = False,
    ) -> str:
        """Write a node object; give its term. `active` already holds what its property brings."""
        if depth > self._limits.depth:
            raise TooComplexError(f"nested deeper than {self._limits.depth}", pointer=at)
        if "@context" in element:
            active = self._with_local_contexts(element["@context"], active, at)
        id_name, type_name = _keyword_names(element, active, at)
        written_types = [] if type_name is None else _read_types(element[type_name], f"{at}/{type_name}")
        inner = self._within_types(written_types, active, at)
        if not inner.names_keywords_as(active):
            _check_keywords_stay((("@id", id_name), ("@type", type_name)), inner, at)
        if id_name is None:
            node = Node(self._new_blank_node(at), graph, inner, at, depth, None)
        else:
            subject = iri(element[id_name], inner, f"{at}/{id_name}")
            node = Node(subject, graph, inner, at, depth, [])
        types = [active.type_iris.get(each) or _type_iri(each, active, at) for each in written_types]
        if types:
            self._write_objects(node, _TYPE, types, at)
        self._write_properties(node, element, (id_name, type_name, "@context"))
        if node.own:
            self.descriptions.add(
                graph, node.subject, types=types, statements=node.own, active=inner, is_root=is_root, at=at
            )
        return node.subject

    def _with_local_contexts(self, value: Any, active: ActiveContext, at: str) -> ActiveContext:
        for url in value if isinstance(value, list) else [value]:
            known = url if isinstance(url, str) else self._tables.url_of(url)
            active = self._counted(self._tables.with_context(active, known), at)
        return active

    def _within_types(self, written: list[str], active: ActiveContext, at: str) -> ActiveContext:
        inner = active
        # by name, as the specification has it, whatever the order in the document
        for each in sorted(written) if len(written) > 1 else written:
            term = active.terms.get(each)
            if term is not None and term.scoped:
                inner = self._counted(self._tables.within_type(inner, term), at)
        return inner

    def _within_property(self, active: ActiveContext, term: Term, at: str) -> ActiveContext:
        return self._counted(self._tables.within_property(active, term), at) if term.scoped else active

    def _counted(self, active: ActiveContext, at: str) -> ActiveContext:
        self._seen_contexts.add(active)
        if len(self._seen_contexts) > self._limits.contexts:
            raise TooComplexError(f"more than {self._limits.contexts} sets of terms", pointer=at)
        return active

    def _new_blank_node(self, at: str) -> str:
        self._blank_nodes += 1
        if self._blank_nodes > self._limits.blank_nodes:
            raise TooComplexError(f"more than {self._limits.blank_nodes} nodes without an id", pointer=at)
        return f"_:b{self._blank_nodes - 1}"

    # Properties

    def _write_properties(self, node: Node, element: JsonObject, skipped: tuple[str | None, ...]) -> None:
        known = node.active.properties
        quads, own, places = self.quads, node.own, self.places
        predicates: set[str] = set()
        for name, value in element.items():
            stated = known.get(name)
            if stated is None:
                if name in skipped:
                    continue
                stated = property_of(name, node.active, pointer(node.at, name))
            predicate = stated.predicate
            if predicate in predicates:
                raise DataLossError("two names of one property", pointer=pointer(node.at, name))
            predicates.add(predicate)
            if not stated.text_end or type(value) is not str:
                at = pointer(node.at, name)
                self._write_objects(node, predicate, self._objects(node, name, value, stated, at), at)
                continue
            # a plain string, as nearly all are: no call that can be spared
            text = escape(value) if NEEDS_ESCAPE(value) else value
            quad = (node.subject, predicate, f'"{text}{stated.text_end}', node.graph)
            quads.append(quad)
            if own is not None:
                own.append(quad)
            if places is not None:
                places.append(pointer(node.at, name))
            if len(quads) > self._limits.statements:
                raise self._too_many(pointer(node.at, name))

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
        if len(objects) > 1 and len(set(objects)) != len(objects):
            raise DataLossError("the same value twice", pointer=at)
        for each in objects:
            quad = (node.subject, predicate, each, node.graph)
            self.quads.append(quad)
            if node.own is not None:
                node.own.append(quad)
        if len(self.quads) > self._limits.statements:
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
        if not node.active.value_names.isdisjoint(value):
            raise InvalidDocumentError("an alias of @value", pointer=at)
        # type-scoped terms end at the next node, unless that is a mere reference
        base = node.active.previous or node.active
        if len(value) == 1 and _is_id(next(iter(value)), node.active):
            base = node.active
        active = self._within_property(base, term, at)
        if not term.is_graph:
            return self.write_node(value, active, graph=node.graph, at=at, depth=node.depth + 1)
        name, before = self._new_blank_node(at), len(self.quads)
        self.write_node(value, active, graph=name, at=at, depth=node.depth + 1, is_root=True)
        if len(self.quads) == before:
            raise DataLossError("a graph that states nothing", pointer=at)
        return name

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
    """The members that stand for `@id` and `@type`, by their aliases where there are some.

    No other keyword is the name of a property, so what is left of them is refused where properties are read.
    """
    id_name, type_name = active.id_name, active.type_name
    if id_name is None or type_name is None:
        names = _keyword_members(element, active, at)
        return names.get("@id"), names.get("@type")
    if "@id" in element and id_name != "@id":
        raise DataLossError("another name for @id", pointer=f"{at}/@id")
    if "@type" in element and type_name != "@type":
        raise DataLossError("another name for @type", pointer=f"{at}/@type")
    return id_name if id_name in element else None, type_name if type_name in element else None


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


def _read_types(value: Any, at: str) -> list[str]:
    types = value if isinstance(value, list) else [value]
    for each in types:
        if not isinstance(each, str):
            raise DataLossError("a type is a string, or several", pointer=at)
    if not types:
        raise DataLossError("no type", pointer=at)
    return types


def _type_iri(name: str, active: ActiveContext, at: str) -> str:
    found = vocabulary_iri(name, active, at)
    if name in active.terms:
        # there are as many as the pinned contexts define; a stranger's own types are not remembered
        active.type_iris[name] = found
    return found


def _is_id(name: str, active: ActiveContext) -> bool:
    return name == "@id" or active.keywords.get(name) == "@id"


def pointer(at: str, name: str) -> str:
    """The JSON pointer of a member of what is at a place."""
    return f"{at}/{name.replace('~', '~0').replace('/', '~1')}"
