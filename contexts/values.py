"""Values of a document as N-Quads terms, refused where they would lose something or say it another way.

Source: JSON-LD 1.1 Processing Algorithms and API, sections 5.3 (Value Expansion), 5.2 (IRI Expansion) and
8.2.2 (Object to RDF Conversion).
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final

from contexts import jcs
from contexts.errors import DataLossError, InvalidDocumentError
from contexts.literals import (
    boolean_literal,
    is_absolute_iri,
    is_language_tag,
    number_literal,
    string_literal,
)
from contexts.properties import BOOLEAN, is_number

if TYPE_CHECKING:
    from contexts.terms import ActiveContext, Term

JsonObject = dict[str, Any]
_NUMBER: Final = re.compile(r"-?[0-9]{1,25}(?:\.[0-9]{1,25})?(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
_JSON: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON"


def scalar(value: Any, term: Term, active: ActiveContext, at: str) -> str:
    """A string, number or boolean under a term.

    Raises:
        DataLossError, InvalidDocumentError: it would not be signed as it stands.
    """
    if not isinstance(value, str):
        return _native(value, "" if term.type_.startswith("@") else term.type_, at)
    match term.type_:
        case "@id":
            return iri(value, active, at)
        case "@vocab":
            return vocabulary_iri(value, active, at)
        case "" | "@none":
            if active.has_direction:
                raise DataLossError("a text direction, which RDF has no place for", pointer=at)
            language = active.language if term.language is None else term.language
            return string_literal(value, language=language)
        case datatype if datatype == BOOLEAN:
            raise DataLossError("a boolean written as a string", pointer=at)
        case datatype:
            literal = string_literal(value, datatype=datatype)
            if is_number(datatype) and _number_as(value, datatype) == literal:
                raise DataLossError("a number written as a string", pointer=at)
            return literal


def _number_as(text: str, datatype: str) -> str | None:
    """The literal of the number that a text would be; None if it is none."""
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    return number_literal(number, datatype=datatype) if math.isfinite(number) else None


def iri(value: Any, active: ActiveContext, at: str) -> str:
    """An identifier that is written as it is signed: no relative or compact IRI, no blank node label.

    Raises:
        DataLossError: otherwise.
    """
    if not isinstance(value, str) or not is_absolute_iri(value):
        raise DataLossError("no absolute IRI", pointer=at)
    prefix, _, suffix = value.partition(":")
    if prefix in active.prefixes and not suffix.startswith("//"):
        raise DataLossError("a compact IRI", pointer=at)
    return f"<{value}>"


def vocabulary_iri(name: str, active: ActiveContext, at: str) -> str:
    """The IRI of a type or of a `@vocab` value: a term's, or what is one already and has no term here.

    Raises:
        DataLossError: neither.
    """
    term = active.terms.get(name)
    if term is not None and is_absolute_iri(term.iri):
        return f"<{term.iri}>"
    if name in active.iris:
        raise DataLossError("an IRI in place of its term", pointer=at)
    if name not in active.terms and active.vocab and ":" not in name:
        name = active.vocab + name
    return iri(name, active, at)


def _native(value: Any, datatype: str, at: str) -> str:
    if isinstance(value, bool):
        return boolean_literal(value, datatype=datatype)
    if not isinstance(value, int | float):
        raise InvalidDocumentError(f"no JSON value: {type(value).__name__}", pointer=at)
    literal = number_literal(value, datatype=datatype)
    if literal is None:
        raise DataLossError("a number with more digits than are signed", pointer=at)
    return literal


def language_literal(value: JsonObject, at: str) -> str:
    """A value object with `@language`.

    Raises:
        DataLossError, InvalidDocumentError: no language tag, or a type beside it.
    """
    content, language = value["@value"], value["@language"]
    if "@type" in value or not isinstance(content, str) or not isinstance(language, str):
        raise InvalidDocumentError("only strings have a language, and then no type", pointer=at)
    if not is_language_tag(language):
        raise DataLossError("no language tag", pointer=at)
    return string_literal(content, language=language.lower())


def typed_literal(value: JsonObject, active: ActiveContext, at: str) -> str:
    """A value object with `@type`.

    Raises:
        DataLossError, InvalidDocumentError: no type, or a value that would lose digits.
    """
    content, type_ = value["@value"], value["@type"]
    if not isinstance(type_, str):
        raise InvalidDocumentError("a type is a string", pointer=at)
    datatype = vocabulary_iri(type_, active, at)[1:-1]
    if not isinstance(content, str):
        return _native(content, datatype, at)
    literal = string_literal(content, datatype=datatype)
    is_boolean = datatype == BOOLEAN and content in {"true", "false"}
    if is_boolean or literal == _number_as(content, datatype):
        raise DataLossError("a number or a boolean written as a string", pointer=at)
    return literal


def json_literal(value: Any) -> str:
    """Any JSON under a term of type `@json`, in canonical form.

    Raises:
        StrictJsonError: no JSON that every reader understands alike.
    """
    return string_literal(jcs.canonicalize(value).decode(), datatype=_JSON)
