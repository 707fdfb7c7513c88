"""Contexts inside documents: refused, unless a policy admits those that only add terms."""

from __future__ import annotations

import copy
import gc
import weakref
from typing import Any

import pytest

from contexts import (
    ContextStore,
    DataLossError,
    InlineContextError,
    TooComplexError,
    UnknownContextError,
    canonicalize,
)
from contexts.inline import MAXIMUM_INLINE, MAXIMUM_TERMS, AdmittingStore
from tests.timing import costs_at_most
from tests.unit.contexts.conftest import BADGE, OB, V1, V2

WORDS = "https://words.example/#"


@pytest.fixture(scope="module")
def strict() -> ContextStore:
    return ContextStore.load()


@pytest.fixture(scope="module")
def store(strict: ContextStore) -> AdmittingStore:
    return AdmittingStore(strict)


@pytest.fixture(scope="module")
def lenient(strict: ContextStore) -> AdmittingStore:
    return AdmittingStore(strict, vocabularies=True)


def document(*contexts: Any, **subject: Any) -> dict[str, Any]:
    return {
        "@context": [V2, *contexts],
        "type": ["VerifiableCredential"],
        "issuer": "did:example:issuer",
        "credentialSubject": {"id": "did:example:subject", **subject},
    }


def quads(store: ContextStore, value: dict[str, Any]) -> str:
    return canonicalize(value, selection=store.selections(value)[0])


@pytest.mark.covers("vcdm-2.0", "4.3", "5.2")
@pytest.mark.attack("C2")
def test_the_default_refuses_every_inline_context(strict, store) -> None:
    value = document({"visited": f"{WORDS}visited"}, visited="the fablab")
    with pytest.raises(InlineContextError) as caught:
        strict.selections(value)
    assert caught.value.code == "inline_context"
    assert f'<{WORDS}visited> "the fablab"' in quads(store, value)


def test_published_contexts_are_read_as_before(strict, store) -> None:
    assert quads(store, BADGE) == quads(strict, BADGE)
    assert store.selections(BADGE)[0] is strict.selections(BADGE)[0]
    assert store.urls == strict.urls
    assert store.newest() is strict.newest()
    with pytest.raises(UnknownContextError):
        store.selections(document("https://example.com/unknown"))


@pytest.mark.covers("vcdm-2.0", "4.3", "5.2")
@pytest.mark.covers("json-ld-api-1.1", "4.1", "4.2")
@pytest.mark.parametrize(
    ("context", "subject", "expected"),
    [
        ({"visited": f"{WORDS}visited"}, {"visited": "x"}, f'<{WORDS}visited> "x"'),
        ({"@context": {"visited": f"{WORDS}visited"}}, {"visited": "x"}, f'<{WORDS}visited> "x"'),
        ({"@protected": True, "visited": f"{WORDS}visited"}, {"visited": "x"}, f'<{WORDS}visited> "x"'),
        ({"@version": 1.1, "visited": "urn:example:visited"}, {"visited": "x"}, '<urn:example:visited> "x"'),
        ({"name": "https://schema.org/name"}, {"name": "x"}, '<https://schema.org/name> "x"'),
        (
            {"friend": {"@id": f"{WORDS}friend", "@type": "@id"}},
            {"friend": "did:example:friend"},
            f"<{WORDS}friend> <did:example:friend>",
        ),
        (
            {"since": {"@id": f"{WORDS}since", "@type": "http://www.w3.org/2001/XMLSchema#date"}},
            {"since": "2026-01-01"},
            f'<{WORDS}since> "2026-01-01"^^<http://www.w3.org/2001/XMLSchema#date>',
        ),
        (
            {"tool": {"@id": f"{WORDS}tool", "@context": {"id": "@id", "blade": f"{WORDS}blade"}}},
            {"tool": {"id": "urn:example:saw", "blade": "thin"}},
            f'<urn:example:saw> <{WORDS}blade> "thin"',
        ),
    ],
)
def test_a_context_that_only_adds_terms_is_admitted(store, context, subject, expected) -> None:
    # beside the older data model, which defines no name
    value = document(context, **subject) | {"@context": [V1, context], "issuanceDate": "2026-01-01T00:00:00Z"}
    assert expected in quads(store, value)


@pytest.mark.covers("vcdm-2.0", "4.3", "5.2")
@pytest.mark.covers("json-ld-api-1.1", "4.1", "4.2")
@pytest.mark.attack("C2")
@pytest.mark.parametrize(
    "context",
    [
        None,
        7,
        True,
        [],
        {},
        {"@vocab": WORDS},
        {"@base": "https://example.com/"},
        {"@import": V2},
        {"@language": "fr"},
        {"@direction": "rtl"},
        {"@propagate": False},
        {"@version": 1.0},
        {"@protected": "yes"},
        {"visited": None},
        {"visited": "@id"},
        {"visited": "@type"},
        {"id": "@type"},
        {"type": "@id"},
        {"@id": f"{WORDS}visited"},
        {"visited": "visited"},
        {"visited": "schema:visited"},
        {"visited": "https ://words.example/#visited"},
        {"visited": {}},
        {"visited": {"@id": None}},
        {"visited": {"@reverse": f"{WORDS}visited"}},
        {"visited": {"@id": f"{WORDS}visited", "@nest": "x"}},
        {"visited": {"@id": f"{WORDS}visited", "@index": "x"}},
        {"visited": {"@id": f"{WORDS}visited", "@prefix": True}},
        {"visited": {"@id": f"{WORDS}visited", "@language": "fr"}},
        {"visited": {"@id": f"{WORDS}visited", "@container": "@graph"}},
        {"visited": {"@id": f"{WORDS}visited", "@container": ["@set"]}},
        {"visited": {"@id": f"{WORDS}visited", "@type": "visited"}},
        {"visited": {"@id": f"{WORDS}visited", "@context": None}},
        {"visited": {"@id": f"{WORDS}visited", "@context": V2}},
        {"visited": {"@id": f"{WORDS}visited", "@context": {"@vocab": WORDS}}},
        {"visited": {"@id": f"{WORDS}visited", "@context": {"visited": f"{WORDS}other"}}},
        {"a:b": f"{WORDS}visited"},
        {"https://words.example/#visited": f"{WORDS}visited"},
        {"vis ited": f"{WORDS}visited"},
        {"": f"{WORDS}visited"},
        {"@context": {"@context": {"visited": f"{WORDS}visited"}}},
        {"@context": {"visited": f"{WORDS}visited"}, "x": f"{WORDS}x"},
    ],
)
def test_a_context_that_does_anything_else_is_refused(store, context) -> None:
    with pytest.raises(InlineContextError) as caught:
        store.selections(document(context))
    assert caught.value.code == "inline_context"


@pytest.mark.attack("C2")
@pytest.mark.parametrize(
    "context",
    [
        # a published name for something else, at the top or in a scope
        {"VerifiableCredential": f"{WORDS}x"},
        {"credentialStatus": f"{WORDS}x"},
        {"achievement": f"{WORDS}x"},
        {"OpenBadgeCredential": f"{WORDS}x"},
        {"tool": {"@id": f"{WORDS}tool", "@context": {"validUntil": f"{WORDS}x"}}},
        # something published under another name: renaming changes no statement, and hides what is signed
        {"harmless": "https://www.w3.org/2018/credentials#credentialStatus"},
        {"harmless": {"@id": "https://www.w3.org/2018/credentials#validUntil"}},
        {"harmless": "https://purl.imsglobal.org/spec/vc/ob/vocab.html#achievement"},
        {"tool": {"@id": f"{WORDS}tool", "@context": {"x": "https://w3id.org/security#proof"}}},
    ],
)
def test_published_names_and_iris_stay_together(store, context) -> None:
    with pytest.raises(InlineContextError):
        store.selections(document(context))


def test_what_is_defined_already_at_its_place_is_not_defined_again(store) -> None:
    visited = {"visited": f"{WORDS}visited"}
    # the same name for another IRI, even elsewhere in the document
    with pytest.raises(InlineContextError):
        store.selections(document(visited, {"visited": f"{WORDS}other"}))
    inner = document(visited, visited="x")
    inner["credentialSubject"]["@context"] = {"visited": f"{WORDS}other"}
    with pytest.raises(InlineContextError):
        store.selections(inner)
    # the same definition at the same place
    twice = document(visited, {**visited, "x": f"{WORDS}x"}, visited="x")
    with pytest.raises(InlineContextError):
        quads(store, twice)
    # a published term that holds there
    with pytest.raises(InlineContextError):
        quads(store, document({"name": "https://schema.org/name"}, name="x"))


def test_a_vocabulary_is_let_in_where_asked_for_and_apart_from_what_is_published(store, lenient) -> None:
    value = document({"@vocab": WORDS}, anything="x")
    assert f'<{WORDS}anything> "x"' in quads(lenient, value)
    with pytest.raises(InlineContextError):
        store.selections(value)
    for vocabulary in (
        "https://www.w3.org/2018/credentials#",
        "https://www.w3.org/2018/cred",
        "https://schema.org/",
        "https://purl.imsglobal.org/spec/vc/ob/vocab.html#achieve",
    ):
        with pytest.raises(InlineContextError):
            lenient.selections(document({"@vocab": vocabulary}))
    with pytest.raises(InlineContextError):
        lenient.selections(document({"@vocab": WORDS, "named": f"{WORDS}named"}))
    with pytest.raises(InlineContextError):
        quads(lenient, document({"@vocab": WORDS}, {"@vocab": "https://other.example/#"}, anything="x"))


def test_a_vocabulary_that_is_null_changes_nothing_where_there_is_none(store, lenient) -> None:
    plain = {"visited": f"{WORDS}visited"}
    expected = quads(store, document(plain, visited="x"))
    assert quads(store, document({"@vocab": None, **plain}, visited="x")) == expected
    with pytest.raises(DataLossError):
        quads(store, document({"@vocab": None}, visited="x"))
    with pytest.raises(InlineContextError):
        quads(lenient, document({"@vocab": WORDS}, {"@vocab": None}, visited="x"))


@pytest.mark.attack("C14")
def test_what_a_document_brings_along_is_bounded(store) -> None:
    most = [{f"t{number}": f"{WORDS}{number}"} for number in range(MAXIMUM_INLINE)]
    assert store.selections(document(*most))
    with pytest.raises(TooComplexError):
        store.selections(document(*most, {"one": f"{WORDS}more"}))
    terms = {f"t{number}": f"{WORDS}{number}" for number in range(MAXIMUM_TERMS)}
    assert store.selections(document(terms))
    with pytest.raises(TooComplexError):
        store.selections(document(terms | {"one": f"{WORDS}more"}))
    deep: dict[str, Any] = {"@id": f"{WORDS}0"}
    for number in range(1, 50):
        deep = {"@id": f"{WORDS}{number}", "@context": {f"t{number}": deep}}
    with pytest.raises(InlineContextError):
        store.selections(document({"deep": deep}))
    with pytest.raises(InlineContextError):
        store.selections(document({"long": WORDS + "x" * 1_000}))


def test_a_stranger_s_terms_are_forgotten(store) -> None:
    value = document({"visited": f"{WORDS}visited"}, visited="x")
    tables = weakref.ref(store.selections(value)[0].tables)
    gc.collect()
    assert tables() is None
    first, second = store.selections(value)[0], store.selections(value)[0]
    assert first.tables is not second.tables
    assert first.digest == second.digest
    other = copy.deepcopy(value)
    other["@context"][1] = {"visited": f"{WORDS}else"}
    assert store.selections(other)[0].digest != first.digest


def test_versions_of_published_contexts_are_tried_beside_inline_ones(strict, store) -> None:
    value = copy.deepcopy(BADGE)
    value["@context"] = [V2, OB, {"visited": f"{WORDS}visited"}]
    labels = [each.label for each in strict.selections(BADGE)]
    assert [each.label for each in store.selections(value)] == labels


@pytest.mark.attack("C13")
def test_the_most_that_may_be_brought_along_is_read_within_the_budget(store) -> None:
    terms = {f"t{number}": f"{WORDS}{number}" for number in range(MAXIMUM_TERMS)}
    value = document(terms, **dict.fromkeys(terms, "x"))
    quads(store, value)
    with costs_at_most(0.25):
        quads(store, value)


def test_a_term_for_the_type_is_another_name_for_it(store: AdmittingStore) -> None:
    """Said by both, one statement would stand there twice."""
    kind = {"kind": {"@id": "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "@type": "@id"}}
    assert quads(store, document({"kind": {"@id": f"{WORDS}kind", "@type": "@id"}}, kind="urn:a"))
    with pytest.raises(DataLossError) as caught:
        quads(store, document(kind, kind="urn:a"))
    assert caught.value.pointer == "/credentialSubject/kind"
