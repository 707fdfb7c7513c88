"""A node without an id, whose members are a type and texts: the options of a proof.

Every proof has such options, nearly always with the same names. What these state is worked out once for each
set of them; the one blank node is `_:c14n0` whatever it says. Any other document, and any that something is
wrong with, is left to the long way of `contexts.statements`, which says what and where.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol

from contexts.errors import ContextsError
from contexts.literals import quoted
from contexts.properties import RDF_TYPE, property_of
from contexts.terms import plain_term
from contexts.values import iri, vocabulary_iri

if TYPE_CHECKING:
    from contexts.terms import ActiveContext, TermTables

JsonObject = dict[str, Any]
Names = tuple[tuple[str, ...], str, tuple[str, ...]]
_NODE: Final = "_:c14n0"
_LONGEST: Final = 16
_MAXIMUM_REMEMBERED: Final = 256


class _Names(Protocol):
    """Read a text as a name: `contexts.values.iri` or `vocabulary_iri`."""

    def __call__(self, value: str, active: ActiveContext, at: str, /) -> str: ...


_READERS: Final[dict[str, _Names]] = {"@id": iri, "@vocab": vocabulary_iri}


@dataclass(frozen=True, slots=True)
class _Member:
    """How a member becomes a line.

    Args:
        name: of the member.
        start: what is before the object.
        end: what is after a text in its quotes.
        read: gives the object where it is no text.
        active: the terms that hold for it.
    """

    name: str
    start: str
    end: str | None
    read: _Names | None
    active: ActiveContext


@dataclass(frozen=True, slots=True)
class FlatForm:
    """How documents of the same names, the same type and the same contexts become lines.

    Args:
        type_line: the line of the type.
        members: the others.
    """

    type_line: str
    members: tuple[_Member, ...]


def flat_nquads(document: JsonObject, tables: TermTables) -> list[str] | None:
    """Give the canonical N-Quads of such a node, line by line in their order; None for any other document.

    Args:
        document: parsed JSON; not changed.
        tables: the closed world, with one version of each context.
    """
    names = _names_of(document)
    if names is None:
        return None
    form = tables.flat_forms.get(names) or _learn(names, tables)
    return None if form is None else _lines(document, form)


def _names_of(document: JsonObject) -> Names | None:
    urls, type_ = document.get("@context"), document.get("type")
    if type(type_) is not str or type(urls) is not list or max(len(document), len(urls)) > _LONGEST:
        return None
    for each in urls:
        if type(each) is not str:
            return None
    return tuple(document), type_, tuple(urls)


def _lines(document: JsonObject, form: FlatForm) -> list[str] | None:
    lines = [form.type_line]
    for member in form.members:
        value = document[member.name]
        if type(value) is not str:
            return None
        if member.read is None:
            lines.append(f"{member.start}{quoted(value)}{member.end} .\n")
            continue
        try:
            lines.append(f"{member.start}{member.read(value, member.active, '')} .\n")
        except ContextsError:
            return None
    lines.sort()
    return lines


def _learn(names: Names, tables: TermTables) -> FlatForm | None:
    """Work out a form and remember it; None where there is none."""
    try:
        form = _find_form(names, tables)
    except ContextsError:
        return None
    if form is not None:
        # all their names are those of pinned contexts, but these can be put in many orders
        if len(tables.flat_forms) >= _MAXIMUM_REMEMBERED:
            tables.flat_forms.clear()
        tables.flat_forms[names] = form
    return form


def _find_form(names: Names, tables: TermTables) -> FlatForm | None:
    written, type_, urls = names
    active = tables.initial
    for url in urls:
        active = tables.with_context(active, url)
    term = active.terms.get(type_)
    inner = active if term is None else tables.within_type(active, term)
    members = [name for name in written if name not in {"@context", "type"}]
    if active.type_name != "type" or active.id_name in members or not inner.names_keywords_as(active):
        return None
    if term is None or not inner.terms.keys() >= set(members):
        return None
    found = [_find_member(name, inner, tables) for name in members]
    type_line = f"{_NODE} <{RDF_TYPE}> {vocabulary_iri(type_, active, '')} .\n"
    known = tuple(each for each in found if each is not None)
    return FlatForm(type_line, known) if len(known) == len(found) else None


def _find_member(name: str, active: ActiveContext, tables: TermTables) -> _Member | None:
    stated = property_of(name, active, "")
    start = f"{_NODE} {stated.predicate} "
    if stated.text_end is not None:
        return _Member(name, start, stated.text_end, None, active)
    within, term = tables.within_property(active, stated.term), stated.term
    if within is not active:
        term = within.terms.get(name) or plain_term(term.iri)
    read = _READERS.get(term.type_)
    if read is None or stated.has_synonyms or stated.term.is_list or stated.term.is_graph:
        return None
    return _Member(name, start, None, read, within)
