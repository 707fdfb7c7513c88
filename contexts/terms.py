"""What each name means where: term definitions, worked out once per pinned context and remembered.

PyLD processes the contexts; this module keeps what came out, in tables that `contexts.statements` reads. Only
pinned documents ever come here, and equal results are one object, so what is remembered is bounded however a
stranger combines them.

Source: JSON-LD 1.1 Processing Algorithms and API, sections 4.1 (Context Processing) and 4.2 (Term
Definition).
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pyld import jsonld
from pyld.context_resolver import ContextResolver

from contexts.errors import InlineContextError, InvalidDocumentError, UnknownContextError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contexts.flat import FlatForm, Names
    from contexts.properties import Property

MAXIMUM_REMEMBERED: Final = 500
MAXIMUM_TEXTS: Final = 20_000
_SUPPORTED_CONTAINERS: Final = frozenset({"@set", "@list", "@graph"})
_Step = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Term:
    """A term definition.

    Args:
        iri: what it stands for; a keyword for an alias such as `id`.
        type_: how its values are coerced: "@id", "@vocab", "@json", "@none", a datatype IRI, or "" for not.
        is_list: its values are an ordered list.
        is_graph: each of its values is a graph of its own (`proof`, `verifiableCredential`).
        language: language of its plain strings; None leaves it to the context's, "" says there is none.
        scoped: JSON of the context that holds within it, or "" for none.
        is_prefix: it may start compact IRIs.
        is_supported: false for what no credential needs: reverse, nested, indexed, with a text direction.
    """

    iri: str
    type_: str
    is_list: bool
    is_graph: bool
    language: str | None
    scoped: str
    is_prefix: bool
    is_supported: bool


def plain_term(iri: str) -> Term:
    """A term without coercion or container."""
    return Term(
        iri=iri,
        type_="",
        is_list=False,
        is_graph=False,
        language=None,
        scoped="",
        is_prefix=False,
        is_supported=True,
    )


@dataclass(frozen=True, slots=True, eq=False)
class ActiveContext:
    """The terms that hold at one place of a document; equal ones are the same object.

    Args:
        terms: name to definition; None for a name that is defined to mean nothing.
        keywords: name to keyword, for the aliases among them.
        prefixes: names that may start compact IRIs.
        class_names: names without coercion that share their IRI with a term that has one (`Criteria` beside
            `criteria`): as a property they would state the same, where no reader looks for it.
        iris: what the terms stand for, each with the number of its terms.
        vocab: IRI before names that are no terms, "" for none.
        language: language of plain strings, "" for none.
        has_direction: plain strings have a text direction, which RDF would lose.
        previous: what held before a type-scoped context, for the nodes below; None if nothing was scoped.
        value_names: the aliases of `@value`: none in any pinned context.
        id_name: the one name of `@id`; None if it has several.
        type_name: the one name of `@type`; None if it has several.
        properties: what `contexts.properties` worked out of these terms.
        types: what `contexts.statements` worked out of them: by the name of a type its N-Quads term, and the
            terms that hold within a node of this one type.
    """

    terms: Mapping[str, Term | None]
    keywords: Mapping[str, str]
    prefixes: frozenset[str]
    class_names: frozenset[str]
    iris: Mapping[str, int]
    vocab: str
    language: str
    has_direction: bool
    previous: ActiveContext | None
    processed: Any
    value_names: frozenset[str]
    id_name: str | None
    type_name: str | None
    steps: dict[_Step, ActiveContext] = field(default_factory=dict)
    properties: dict[str, Property] = field(default_factory=dict)
    types: dict[str, tuple[tuple[str], ActiveContext]] = field(default_factory=dict)

    def names_keywords_as(self, other: ActiveContext) -> bool:
        """Whether `@id` and `@type` have one name each, and the same in both."""
        return (
            self.id_name == other.id_name
            and self.type_name == other.type_name
            and self.id_name is not None
            and self.type_name is not None
        )


class TermTables:
    """Active contexts over one selection of pinned documents. Safe to share between threads."""

    def __init__(self, documents: Mapping[str, Any]) -> None:
        self._documents = documents
        self._lock = threading.RLock()
        self._processor = jsonld.JsonLdProcessor()
        # a cache of our own: PyLD's is shared by everything in the process, and keyed by URL
        resolver = ContextResolver({}, self._load)
        self._options = {
            "base": "",
            "documentLoader": self._load,
            "contextResolver": resolver,
            "processingMode": "json-ld-1.1",
            "isFrame": False,
        }
        self._interned: dict[Any, ActiveContext] = {}
        self._definitions: dict[str, Term | None] = {}
        # PyLD shares the mappings that a step leaves alone: their texts are not written again
        self._texts: dict[int, tuple[Any, str]] = {}
        # what `contexts.flat` worked out, which bounds it
        self.flat_forms: dict[Names, FlatForm] = {}
        self._empty = self._make_initial()

    @property
    def initial(self) -> ActiveContext:
        """No terms at all."""
        return self._empty

    @property
    def documents(self) -> Mapping[str, Any]:
        """URL to document; not to be changed."""
        return self._documents

    def url_of(self, context: object) -> str:
        """The URL under which a context of a document stands here: its own, or none.

        Raises:
            InlineContextError: it is no URL; no document here has another name.
        """
        raise InlineContextError(f"an inline context: {type(context).__name__}")

    def with_context(self, active: ActiveContext, url: str) -> ActiveContext:
        """What holds after a document's own `@context` names a URL.

        Raises:
            InvalidDocumentError: "protected_term" if it redefines one, else "invalid_json_ld".
        """
        return active.steps.get(("local", url)) or self._step(active, ("local", url), url)

    def within_property(self, active: ActiveContext, term: Term) -> ActiveContext:
        """What holds within the values of a term that has a context of its own."""
        if not term.scoped:
            return active
        step = ("property", term.scoped)
        return active.steps.get(step) or self._step(
            active, step, json.loads(term.scoped), override_protected=True
        )

    def within_type(self, active: ActiveContext, term: Term) -> ActiveContext:
        """What holds within a node of a type that has a context of its own, but not in the nodes below."""
        if term.scoped in {"", "false", "null"}:
            return active
        step = ("type", term.scoped)
        return active.steps.get(step) or self._step(active, step, json.loads(term.scoped), propagate=False)

    def _step(self, active: ActiveContext, step: _Step, context: Any, **how: bool) -> ActiveContext:
        with self._lock:
            known = active.steps.get(step)
            if known is None:
                known = self._intern(self._process(active.processed, context, **how))
                if len(self._interned) > MAXIMUM_REMEMBERED or len(self._texts) > MAXIMUM_TEXTS:
                    self._forget()
                active.steps[step] = known
        return known

    def _process(self, processed: Any, context: Any, **how: bool) -> Any:
        try:
            # the public `process_context` knows neither property- nor type-scoped contexts
            return self._processor._process_context(processed, context, self._options, **how)  # noqa: SLF001
        except jsonld.JsonLdError as err:
            codes = _codes(err)
            code = "protected_term" if "protected term redefinition" in codes else None
            raise InvalidDocumentError(", ".join(codes)[:200], code=code) from err

    def _forget(self) -> None:
        self._interned.clear()
        self._definitions.clear()
        self._texts.clear()
        self.flat_forms.clear()
        self._empty = self._make_initial()

    def _make_initial(self) -> ActiveContext:
        return self._intern(self._processor._get_initial_context(self._options))  # noqa: SLF001

    def _load(self, url: str, _options: object) -> dict[str, Any]:
        if url not in self._documents:
            raise UnknownContextError(url[:200])
        # PyLD writes into what it is given: each reading gets its own copy
        document = json.loads(json.dumps(self._documents[url]))
        return {
            "contextUrl": None,
            "documentUrl": url,
            "document": document,
            "contentType": "application/ld+json",
            "tag": "static",
        }

    def _intern(self, processed: Any) -> ActiveContext:
        """Give the one object that stands for this result."""
        previous = processed.get("previousContext")
        above = self._intern(previous) if previous is not None else None
        # the whole definitions, protection and prefixes too: they decide what later contexts may do
        texts = {name: self._text(mapping) for name, mapping in processed["mappings"].items()}
        vocab, language = processed.get("@vocab") or "", processed.get("@language") or ""
        has_direction = bool(processed.get("@direction"))
        identity = (frozenset(texts.items()), vocab, language, has_direction, above)
        if identity not in self._interned:
            terms = {
                name: self._term(texts[name], mapping) for name, mapping in processed["mappings"].items()
            }
            keywords = {name: term.iri for name, term in terms.items() if term and term.iri.startswith("@")}
            self._interned[identity] = ActiveContext(
                terms=terms,
                keywords=keywords,
                prefixes=frozenset(name for name, term in terms.items() if term and term.is_prefix),
                class_names=_class_names(terms),
                iris=Counter(term.iri for term in terms.values() if term),
                vocab=vocab,
                language=language,
                has_direction=has_direction,
                previous=above,
                processed=processed,
                value_names=frozenset(name for name, keyword in keywords.items() if keyword == "@value"),
                id_name=_only_name(keywords, "@id"),
                type_name=_only_name(keywords, "@type"),
            )
        return self._interned[identity]

    def _text(self, mapping: Any) -> str:
        known = self._texts.get(id(mapping))
        if known is None:
            # the mapping is kept beside its text, so that its id stays its own
            known = self._texts[id(mapping)] = (mapping, json.dumps(mapping, sort_keys=True, default=dict))
        return known[1]

    def _term(self, text: str, mapping: Any) -> Term | None:
        if text not in self._definitions:
            self._definitions[text] = _read_term(mapping)
        return self._definitions[text]


def _read_term(mapping: Mapping[str, Any] | None) -> Term | None:
    iri = mapping.get("@id") if mapping else None
    if mapping is None or not isinstance(iri, str):
        return None
    container = mapping.get("@container") or []
    containers = {container} if isinstance(container, str) else set(container)
    language = mapping.get("@language", "") or ""
    odd = mapping.get("reverse") or mapping.get("@nest") or mapping.get("@direction")
    return Term(
        iri=iri,
        type_=mapping.get("@type") or "",
        is_list="@list" in containers,
        is_graph="@graph" in containers,
        language=language if "@language" in mapping else None,
        scoped=json.dumps(mapping["@context"], default=dict) if "@context" in mapping else "",
        is_prefix=bool(mapping.get("_prefix")),
        is_supported=not odd and containers <= _SUPPORTED_CONTAINERS,
    )


def _only_name(keywords: Mapping[str, str], keyword: str) -> str | None:
    """The name that a keyword goes by: its alias, or itself without one; None for several aliases."""
    names = [name for name, stands_for in keywords.items() if stands_for == keyword] or [keyword]
    return names[0] if len(names) == 1 else None


def _class_names(terms: Mapping[str, Term | None]) -> frozenset[str]:
    coerced = {term.iri for term in terms.values() if term and term.type_}
    return frozenset(name for name, term in terms.items() if term and not term.type_ and term.iri in coerced)


def _codes(err: BaseException | None) -> list[str]:
    """The JSON-LD error codes of an error and its causes."""
    found = []
    while err is not None:
        if isinstance(err, UnknownContextError):
            found.append("unknown context")
        found.append(str(getattr(err, "code", "") or ""))
        err = err.__cause__
    return [code for code in found if code]
