"""A document's statements: one pass from JSON-LD to RDF quads, in which nothing may get lost.

What JSON-LD drops in silence is an error here, and so is every way to write the same statements differently
where a reader of the JSON would see something else: a keyword instead of its alias, an IRI instead of a term,
a property moved to another mention of the same node. What a person sees signed is then what was signed.

Source: JSON-LD 1.1 Processing Algorithms and API, sections 5.1 (Expansion) and 8 (RDF Serialization).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pyld.jsonld import canonicalize as canonical_json

from contexts.errors import DataLossError, InlineContextError, InvalidDocumentError, TooComplexError
from contexts.literals import (
    XSD,
    boolean_literal,
    is_absolute_iri,
    is_language_tag,
    number_literal,
    string_literal,
)
from contexts.repeats import Descriptions
from contexts.terms import plain_term

if TYPE_CHECKING:
    from contexts.limits import Limits
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
    writer = _Writer(tables, limits)
    writer.write_node(document, tables.initial, graph="", at="", depth=0, is_root=True)
    if not writer.quads:
        raise DataLossError("the document states nothing")
    writer.descriptions.check()
    return writer.quads


@dataclass(slots=True)
class _Node:
    """A node whose properties are being written.

    Args:
        subject: its N-Quads term.
        graph: N-Quads term of the graph it is in, "" for the default one.
        active: the terms that hold within it.
        at: JSON pointer to it.
        depth: objects around it.
        statements: what this place says of it.
    """

    subject: str
    graph: str
    active: ActiveContext
    at: str
    depth: int
    statements: list[Quad] = field(default_factory=list)


class _Writer:
    """Writes the quads of one document."""

    def __init__(self, tables: TermTables, limits: Limits) -> None:
        self.quads: list[Quad] = []
        self.descriptions = Descriptions()
        self._tables = tables
        self._limits = limits
        self._blank_nodes = 0
        self._seen_contexts: set[ActiveContext] = set()

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
        names = _keyword_members(element, active, at)
        written_types = _read_types(element, names.get("@type"), at)
        inner = self._within_types(written_types, active, at)
        if inner is not active:
            _check_keywords_stay(names, inner, at)
        subject = (
            _iri(element[names["@id"]], inner, f"{at}/{names['@id']}")
            if "@id" in names
            else self._new_blank_node(at)
        )
        node = _Node(subject, graph, inner, at, depth)
        types = [_vocabulary_iri(each, active, at) for each in written_types]
        self._write_objects(node, _TYPE, types, at)
        self._write_properties(node, element, skipped={"@context", *names.values()})
        if "@id" in names and node.statements:
            self.descriptions.add(
                graph, subject, types=types, statements=node.statements, is_root=is_root, at=at
            )
        return subject

    def _with_local_contexts(self, value: Any, active: ActiveContext, at: str) -> ActiveContext:
        for url in value if isinstance(value, list) else [value]:
            if not isinstance(url, str):
                raise InlineContextError("an inline context", pointer=f"{at}/@context")
            active = self._counted(self._tables.with_context(active, url), at)
        return active

    def _within_types(self, written: list[str], active: ActiveContext, at: str) -> ActiveContext:
        inner = active
        # by name, as the specification has it, whatever the order in the document
        for each in sorted(written):
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

    def _write_properties(self, node: _Node, element: JsonObject, *, skipped: set[str]) -> None:
        predicates: set[str] = set()
        for name, value in element.items():
            if name in skipped:
                continue
            at = f"{node.at}/{_pointer_token(name)}"
            term = _property(name, node.active, at)
            predicate = f"<{term.iri}>"
            if predicate in predicates:
                raise DataLossError("two names of one property", pointer=at)
            predicates.add(predicate)
            self._write_objects(node, predicate, self._objects(node, name, value, term, at), at)

    def _objects(self, node: _Node, name: str, value: Any, term: Term, at: str) -> list[str]:
        """Write what hangs below the values of a property; give their terms, of which none may be missing."""
        if term.type_ == "@json":
            return [_json_literal(value)]
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

    def _write_objects(self, node: _Node, predicate: str, objects: list[str], at: str) -> None:
        if len(objects) > 1 and len(set(objects)) != len(objects):
            raise DataLossError("the same value twice", pointer=at)
        for each in objects:
            quad = (node.subject, predicate, each, node.graph)
            node.statements.append(quad)
            self._write(quad, at)

    def _object(self, node: _Node, name: str, value: Any, term: Term, at: str) -> str:
        match value:
            case None:
                raise DataLossError("a null", pointer=at)
            case list():
                raise DataLossError("an array in an array", pointer=at)
            case dict() if "@value" in value:
                return self._value_object(node, name, value, term, at)
            case dict():
                return self._node_object(node, value, term, at)
            case _ if term.is_graph:
                raise DataLossError("a graph is an object", pointer=at)
            case _:
                return self._scalar(node, name, value, term, at)

    def _node_object(self, node: _Node, value: JsonObject, term: Term, at: str) -> str:
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
            self._write((cell, _FIRST, each, graph), at)
            self._write((cell, _REST, rest, graph), at)
        return cells[0]

    def _write(self, quad: Quad, at: str) -> None:
        self.quads.append(quad)
        if len(self.quads) > self._limits.statements:
            raise TooComplexError(f"more than {self._limits.statements} statements", pointer=at)

    # Values

    def _scalar(self, node: _Node, name: str, value: Any, term: Term, at: str) -> str:
        active = self._within_property(node.active, term, at)
        if active is not node.active:
            term = active.terms.get(name) or plain_term(term.iri)
        if not isinstance(value, str):
            return _native(value, "" if term.type_.startswith("@") else term.type_, at)
        match term.type_:
            case "@id":
                return _iri(value, active, at)
            case "@vocab":
                return _vocabulary_iri(value, active, at)
            case "" | "@none":
                if active.has_direction:
                    raise DataLossError("a text direction, which RDF has no place for", pointer=at)
                language = active.language if term.language is None else term.language
                return string_literal(value, language=language)
            case datatype if datatype == f"{XSD}boolean":
                raise DataLossError("a boolean written as a string", pointer=at)
            case datatype:
                return string_literal(value, datatype=datatype)

    def _value_object(self, node: _Node, name: str, value: JsonObject, term: Term, at: str) -> str:
        """A value with its language or datatype beside it, which must say more than the value alone."""
        content = value["@value"]
        if term.is_graph or not value.keys() <= _VALUE_KEYWORDS:
            raise DataLossError("members beside @value that are not signed", pointer=at)
        if isinstance(content, dict | list) or content is None:
            raise DataLossError("an @value that is no plain value", pointer=at)
        if "@language" in value:
            literal = _language_literal(value, at)
        elif "@type" in value:
            literal = _typed_literal(value, self._within_property(node.active, term, at), at)
        else:
            literal = ""
        if not literal or (
            term.type_ not in {"@id", "@vocab"} and literal == self._scalar(node, name, content, term, at)
        ):
            raise DataLossError("an @value that says no more than the plain value", pointer=at)
        return literal


def _keyword_members(element: JsonObject, active: ActiveContext, at: str) -> dict[str, str]:
    """Keyword to the member that stands for it: at most one `@id` and one `@type`, by their aliases."""
    found: dict[str, str] = {}
    for name in element:
        keyword = active.keywords.get(name) or (name if name.startswith("@") else "")
        if not keyword or keyword == "@context":
            continue
        if keyword not in {"@id", "@type"}:
            raise InvalidDocumentError(f"{keyword[:80]} in a node", pointer=f"{at}/{_pointer_token(name)}")
        if keyword in found or (name == keyword and keyword in active.keywords.values()):
            raise DataLossError(f"another name for {keyword}", pointer=f"{at}/{name}")
        found[keyword] = name
    return found


def _check_keywords_stay(names: dict[str, str], inner: ActiveContext, at: str) -> None:
    for keyword, name in names.items():
        if name != keyword and inner.keywords.get(name) != keyword:
            raise InvalidDocumentError(f"{name} has two meanings", pointer=f"{at}/{name}")


def _read_types(element: JsonObject, name: str | None, at: str) -> list[str]:
    if name is None:
        return []
    value = element[name]
    types = value if isinstance(value, list) else [value]
    if not types or not all(isinstance(each, str) for each in types):
        raise DataLossError("a type is a string, or several", pointer=f"{at}/{name}")
    return types


def _property(name: str, active: ActiveContext, at: str) -> Term:
    term = active.terms.get(name)
    if term is None:
        # a compact or absolute IRI states the same as its term, where no reader would look for it
        if name in active.terms or not active.vocab or ":" in name:
            raise DataLossError("an undefined term", pointer=at)
        term = plain_term(active.vocab + name)
    if not term.is_supported or term.iri.startswith("@"):
        raise InvalidDocumentError("a kind of term that no credential needs", pointer=at)
    if name in active.class_names:
        raise DataLossError("the name of a class as a property", pointer=at)
    if not is_absolute_iri(term.iri):
        raise DataLossError("a term that stands for no IRI", pointer=at)
    return term


def _is_id(name: str, active: ActiveContext) -> bool:
    return name == "@id" or active.keywords.get(name) == "@id"


def _iri(value: Any, active: ActiveContext, at: str) -> str:
    """An identifier that is written as it is signed: no relative or compact IRI, no blank node label."""
    if not isinstance(value, str) or not is_absolute_iri(value):
        raise DataLossError("no absolute IRI", pointer=at)
    prefix, _, suffix = value.partition(":")
    if prefix in active.prefixes and not suffix.startswith("//"):
        raise DataLossError("a compact IRI", pointer=at)
    return f"<{value}>"


def _vocabulary_iri(name: str, active: ActiveContext, at: str) -> str:
    """The IRI of a type or of a `@vocab` value: a term's, or what is one already and has no term here."""
    term = active.terms.get(name)
    if term is not None and is_absolute_iri(term.iri):
        return f"<{term.iri}>"
    if name in active.iris:
        raise DataLossError("an IRI in place of its term", pointer=at)
    if name not in active.terms and active.vocab and ":" not in name:
        name = active.vocab + name
    return _iri(name, active, at)


def _native(value: Any, datatype: str, at: str) -> str:
    if isinstance(value, bool):
        return boolean_literal(value, datatype=datatype)
    if not isinstance(value, int | float):
        raise InvalidDocumentError(f"no JSON value: {type(value).__name__}", pointer=at)
    literal = number_literal(value, datatype=datatype)
    if literal is None:
        raise DataLossError("a number with more digits than are signed", pointer=at)
    return literal


def _language_literal(value: JsonObject, at: str) -> str:
    content, language = value["@value"], value["@language"]
    if "@type" in value or not isinstance(content, str) or not isinstance(language, str):
        raise InvalidDocumentError("only strings have a language, and then no type", pointer=at)
    if not is_language_tag(language):
        raise DataLossError("no language tag", pointer=at)
    return string_literal(content, language=language.lower())


def _typed_literal(value: JsonObject, active: ActiveContext, at: str) -> str:
    content, type_ = value["@value"], value["@type"]
    if not isinstance(type_, str):
        raise InvalidDocumentError("a type is a string", pointer=at)
    datatype = _vocabulary_iri(type_, active, at)[1:-1]
    return (
        string_literal(content, datatype=datatype)
        if isinstance(content, str)
        else _native(content, datatype, at)
    )


def _json_literal(value: Any) -> str:
    return string_literal(canonical_json(value).decode(), datatype=f"{_RDF}JSON")


def _pointer_token(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
