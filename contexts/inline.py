"""Contexts that a document brings along: admitted by a policy, and only when they add terms.

A document that defines its own words can say anything by them, so the default refuses every context that is
not a published one. Where foreign documents must be read all the same (the VC-API), this policy lets a
context object in if it does nothing but name further IRIs. It cannot redefine a term, call a keyword by
another name, set a base or a language, import, reverse or nest; nor can it give a published IRI another name,
or a published name another IRI: renaming a signed `credentialStatus` changes no statement, and hides it from
whoever reads the JSON. A vocabulary of its own is let in only where that is asked for, and only when no
published IRI lies in it.

What is admitted is compiled for the one document and then forgotten: to remember a stranger's contexts would
let strangers fill the memory.

Source: JSON-LD 1.1, section 4.1 (Advanced Context Usage); JSON-LD 1.1 Processing Algorithms and API, section
4.1 (Context Processing), step 5.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from contexts import strict_json
from contexts.errors import InlineContextError, TooComplexError
from contexts.literals import is_absolute_iri
from contexts.store import ContextSelection, ContextStore, context_values
from contexts.terms import TermTables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from contexts.terms import ActiveContext

JsonObject = dict[str, Any]
MAXIMUM_INLINE: Final = 4
MAXIMUM_TERMS: Final = 100
MAXIMUM_DEPTH: Final = 4
_LONGEST_IRI: Final = 500
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,99}", re.ASCII)
_TYPES: Final = frozenset({"@id", "@vocab", "@json", "@none"})
_CONTAINERS: Final = frozenset({"@set", "@list"})
_DEFINITION_MEMBERS: Final = frozenset({"@id", "@type", "@container", "@protected", "@context"})
# said again in many a scoped context: the two aliases that every published context has
_ALIASES: Final = MappingProxyType({"id": "@id", "type": "@type"})
_VERSION: Final = 1.1
_PLAIN_KEYWORDS: Final[Mapping[str, Callable[[object], bool]]] = MappingProxyType(
    {"@protected": lambda value: isinstance(value, bool), "@version": lambda value: value == _VERSION}
)


class AdmittingStore(ContextStore):
    """The pinned documents of another store; and context objects that only add terms.

    Args:
        store: the pinned documents.
        vocabularies: whether a context object may also set a vocabulary of its own.
    """

    def __init__(self, store: ContextStore, *, vocabularies: bool = False) -> None:
        self._store = store
        self._takes_vocabularies = vocabularies

    @property
    def urls(self) -> frozenset[str]:
        """Every URL that is known."""
        return self._store.urls

    def newest(self) -> ContextSelection:
        """The newest version of everything, without anything added."""
        return self._store.newest()

    def newest_documents(self) -> dict[str, Any]:
        """URL to parsed document, without anything added; not to be changed."""
        return self._store.newest_documents()

    def selections(self, document: object) -> tuple[ContextSelection, ...]:
        """The selections to try for a document, with the terms that it brings along.

        Raises:
            InlineContextError: a context object that does more than add terms.
            TooComplexError: too many of them, or of their terms.
            ContextsError: as `ContextStore.selections`.
        """
        urls, added = [], dict[str, JsonObject]()
        for value in context_values(document):
            if isinstance(value, str):
                urls.append(value)
            else:
                read = _read_context(value)
                added[_name_of(read)] = read
            _check_count(len(added), MAXIMUM_INLINE)
        selections = self._store.selections_of(urls)
        if added:
            self._check_terms([_collect(each) for each in added.values()])
            selections = tuple(_with_terms(each, added) for each in selections)
        return selections

    def _check_terms(self, collected: list[_Added]) -> None:
        """A name has one IRI; a published IRI keeps its published name, and the other way round."""
        _check_count(sum(len(each.terms) for each in collected), MAXIMUM_TERMS)
        iris: dict[str, str] = {}
        for name, iri in [term for each in collected for term in each.terms]:
            if iris.setdefault(name, iri) != iri or not self._is_free(name, iri):
                raise InlineContextError(f"{name} is something else already", pointer="/@context")
        own = {each.vocabulary for each in collected} - {""}
        for vocabulary in own:
            if not self._takes_vocabularies or not self._is_apart(vocabulary, iris.values()):
                raise InlineContextError("a vocabulary", pointer="/@context")

    def _is_free(self, name: str, iri: str) -> bool:
        iris_of, names_of = self._published
        known_names, known_iris = names_of.get(iri, {name}), iris_of.get(name, {iri})
        return name in known_names and iri in known_iris and not iri.startswith(self._vocabularies)

    def _is_apart(self, vocabulary: str, own: Iterable[str]) -> bool:
        """No name after this vocabulary stands for an IRI that has a name already."""
        taken = (*self._published[1], *self._vocabularies, *own)
        return not vocabulary.startswith(self._vocabularies) and not any(
            each.startswith(vocabulary) for each in taken
        )

    @cached_property
    def _published(self) -> tuple[Mapping[str, set[str]], Mapping[str, set[str]]]:
        """IRIs by name and names by IRI, of every term in every pinned document."""
        iris_of: dict[str, set[str]] = {}
        names_of: dict[str, set[str]] = {}
        for document in self._store.all_documents():
            for name, iri in _published_terms(document):
                iris_of.setdefault(name, set()).add(iri)
                names_of.setdefault(iri, set()).add(name)
        return iris_of, names_of

    @cached_property
    def _vocabularies(self) -> tuple[str, ...]:
        """What stands before names that are no terms: such a name must not get another one either."""
        objects = (each for document in self._store.all_documents() for each in _objects(document))
        named = {each["@vocab"] for each in objects if isinstance(each.get("@vocab"), str)}
        return tuple(sorted(named - {""}))


class _DocumentTables(TermTables):
    """The term tables of one document, which brought some of its terms along."""

    def __init__(self, documents: Mapping[str, Any], added: Mapping[str, JsonObject]) -> None:
        super().__init__(
            {**documents, **{url: {"@context": _without_nulls(each)} for url, each in added.items()}}
        )
        self._added = added

    def url_of(self, context: object) -> str:
        """The name under which an admitted context stands in the tables."""
        return _name_of(_read_context(context))

    def with_context(self, active: ActiveContext, url: str) -> ActiveContext:
        """What holds after a context; an added one must define nothing that is defined at this place."""
        added = self._added.get(url, {})
        defined = next((name for name in added if name in active.terms and name not in _ALIASES), None)
        if defined is not None or ("@vocab" in added and active.vocab):
            raise InlineContextError(f"{defined or '@vocab'} is defined already", pointer="/@context")
        return super().with_context(active, url)


def _with_terms(selection: ContextSelection, added: Mapping[str, JsonObject]) -> ContextSelection:
    digest = hashlib.sha256(selection.digest + strict_json.dumps(dict(added))).digest()
    tables = _DocumentTables(selection.tables.documents, added)
    return ContextSelection(label=selection.label, digest=digest, tables=tables)


def _without_nulls(context: JsonObject) -> JsonObject:
    """Without a vocabulary that is null: there is none to end, and PyLD would look for it."""
    return {name: each for name, each in context.items() if each is not None}


def _name_of(context: JsonObject) -> str:
    """The name under which a context stands in the tables; written as a URL in a document, it is unknown."""
    return f"urn:inline-context:{hashlib.sha256(strict_json.dumps(context)).hexdigest()}"


def _read_context(value: object) -> JsonObject:
    """Read a context object that only adds terms, or the object that it is wrapped in.

    Raises:
        InlineContextError: it does something else.
    """
    inner = value["@context"] if isinstance(value, dict) and value.keys() == {"@context"} else value
    if not isinstance(inner, dict) or not inner:
        raise InlineContextError("no context object with terms", pointer="/@context")
    _check_members(inner, depth=0)
    return inner


def _check_members(context: JsonObject, *, depth: int) -> None:
    _check_count(len(context), MAXIMUM_TERMS)
    for name, definition in context.items():
        is_plain = name in _PLAIN_KEYWORDS and _PLAIN_KEYWORDS[name](definition)
        # a vocabulary that a scoped context sets would hold in some places and not in others
        is_vocabulary = name == "@vocab" and depth == 0 and (definition is None or _is_iri(definition))
        is_alias = _ALIASES.get(name) == definition if isinstance(definition, str) else False
        is_term = _NAME.fullmatch(name) is not None and _adds(definition, depth=depth)
        if not (is_plain or is_vocabulary or is_alias or is_term):
            raise InlineContextError(f"{name[:80]!r} does more than add a term", pointer="/@context")


def _adds(definition: object, *, depth: int) -> bool:
    """Whether a definition names an IRI, and maybe how its values are to be read."""
    if isinstance(definition, str):
        return _is_iri(definition)
    if not isinstance(definition, dict) or not definition.keys() <= _DEFINITION_MEMBERS:
        return False
    type_, container = definition.get("@type", "@none"), definition.get("@container", "@set")
    if "@context" in definition:
        if depth >= MAXIMUM_DEPTH or not isinstance(definition["@context"], dict):
            return False
        _check_members(definition["@context"], depth=depth + 1)
    return (
        _is_iri(definition.get("@id"))
        and isinstance(type_, str)
        and (type_ in _TYPES or _is_iri(type_))
        and isinstance(container, str)
        and container in _CONTAINERS
        and isinstance(definition.get("@protected", True), bool)
    )


@dataclass(frozen=True)
class _Added:
    """What a context object adds, those of its scoped contexts too.

    Args:
        terms: name and IRI.
        vocabulary: IRI before names that are no terms, or "".
    """

    terms: tuple[tuple[str, str], ...]
    vocabulary: str


def _collect(context: JsonObject) -> _Added:
    """Take the terms out of a context that was read; it is at most `MAXIMUM_DEPTH` deep."""
    terms: list[tuple[str, str]] = []
    waiting = [context]
    while waiting:
        for name, definition in waiting.pop().items():
            if name.startswith("@") or name in _ALIASES:
                continue
            terms.append((name, definition if isinstance(definition, str) else definition["@id"]))
            if isinstance(definition, dict) and "@context" in definition:
                waiting.append(definition["@context"])
    return _Added(tuple(terms), context.get("@vocab") or "")


def _is_iri(value: object) -> bool:
    """An IRI with an authority, or a URN: a prefix of the document's own cannot be taken for its scheme."""
    return (
        isinstance(value, str)
        and len(value) <= _LONGEST_IRI
        and value.startswith(("https://", "http://", "urn:"))
        and is_absolute_iri(value)
    )


def _check_count(count: int, most: int) -> None:
    if count > most:
        raise TooComplexError(f"more than {most} inline contexts or terms", pointer="/@context")


def _published_terms(document: Any) -> Iterator[tuple[str, str]]:
    """Name and IRI of every term of a published context, those of its scoped contexts too."""
    definitions = list(_definitions(document))
    prefixes = {name: iri for name, iri in definitions if ":" in iri}
    for name, iri in definitions:
        prefix, colon, suffix = iri.partition(":")
        is_compact = colon and prefix in prefixes and not suffix.startswith("//")
        yield name, prefixes[prefix] + suffix if is_compact else iri


def _definitions(document: Any) -> Iterator[tuple[str, str]]:
    for each in _objects(document):
        for name, definition in each.items():
            iri = definition.get("@id", "") if isinstance(definition, dict) else definition
            if not name.startswith("@") and isinstance(iri, str):
                yield name, iri


def _objects(document: Any) -> Iterator[JsonObject]:
    """Every object of a published document, without recursion."""
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            yield value
            waiting += value.values()
