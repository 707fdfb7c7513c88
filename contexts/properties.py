"""What a name states within a set of terms, worked out at its first meeting and then looked up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from contexts.errors import DataLossError, InvalidDocumentError
from contexts.literals import XSD, is_absolute_iri, literal_end
from contexts.terms import plain_term

if TYPE_CHECKING:
    from contexts.terms import ActiveContext, Term

BOOLEAN: Final = f"{XSD}boolean"
RDF_TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
# some published contexts write the namespace with https
_NUMBER: Final = re.compile(
    r"https?://www\.w3\.org/2001/XMLSchema#(?:float|double|decimal|(?:nonNegative|nonPositive|positive|negative)?"
    r"[iI]nteger|(?:unsigned)?(?:[lL]ong|[iI]nt|[sS]hort|[bB]yte))"
)


def is_number(datatype: str) -> bool:
    """Tell whether values of a datatype are numbers."""
    return _NUMBER.fullmatch(datatype) is not None


@dataclass(frozen=True, slots=True)
class Property:
    """A name that states something.

    Args:
        term: its definition.
        predicate: N-Quads term.
        text_end: what stands after a plain string in its quotes: nothing, a language, or a datatype; None
            where a string has to be looked at.
        step: what it adds to the JSON pointer of its node.
        has_synonyms: another name could state the same.
    """

    term: Term
    predicate: str
    text_end: str | None
    step: str
    has_synonyms: bool


def pointer(at: str, name: str) -> str:
    """The JSON pointer of a member of what is at a place."""
    return f"{at}/{name.replace('~', '~0').replace('/', '~1')}"


def property_of(name: str, active: ActiveContext, at: str) -> Property:
    """Work out what a name states, or why it may not stand there.

    Args:
        name: a member of a node that is neither its `@id` nor its `@type`.
        active: the terms that hold within the node.
        at: JSON pointer to the member.

    Raises:
        DataLossError: it states nothing, or what another name should state.
        InvalidDocumentError: a kind of term that no credential needs.
    """
    if name in {"@id", "@type"}:
        raise DataLossError(f"another name for {name}", pointer=at)
    if name.startswith("@"):
        raise InvalidDocumentError(f"{name[:80]} in a node", pointer=at)
    term = active.terms.get(name)
    if term is None:
        # a compact or absolute IRI states the same as its term, where no reader would look for it
        if name in active.terms or not active.vocab or ":" in name:
            raise DataLossError("an undefined term", pointer=at)
        term = plain_term(active.vocab + name)
    if not term.is_supported or term.iri.startswith("@"):
        raise InvalidDocumentError("a kind of term that no credential needs", pointer=at)
    if term.iri == RDF_TYPE:
        raise DataLossError("another name for @type", pointer=at)
    if name in active.class_names:
        raise DataLossError("the name of a class as a property", pointer=at)
    if not is_absolute_iri(term.iri):
        raise DataLossError("a term that stands for no IRI", pointer=at)
    has_synonyms = _has_synonyms(name, term.iri, active)
    text_end = None if has_synonyms else _text_end(term, active)
    found = Property(term, f"<{term.iri}>", text_end, pointer("", name), has_synonyms)
    if name in active.terms:
        # there are as many as the pinned contexts define; a stranger's own names are not remembered
        active.properties[name] = found
    return found


def _has_synonyms(name: str, iri: str, active: ActiveContext) -> bool:
    """Whether another term stands for the same IRI, or a name that is no term could."""
    by_vocabulary = active.vocab != "" and iri.startswith(active.vocab) and iri != active.vocab + name
    return by_vocabulary or name not in active.terms or active.iris[iri] > 1


def _text_end(term: Term, active: ActiveContext) -> str | None:
    if term.scoped or term.is_list or term.is_graph or term.type_ == BOOLEAN or is_number(term.type_):
        return None
    if term.type_ in {"", "@none"}:
        language = active.language if term.language is None else term.language
        return None if active.has_direction else literal_end(language=language)
    return None if term.type_.startswith("@") else literal_end(datatype=term.type_)
