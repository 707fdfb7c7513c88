"""The closed world: pinned bytes, no request, versions of one URL newest first."""

from __future__ import annotations

import hashlib
import itertools
import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contexts import (
    ContextIntegrityError,
    ContextsError,
    ContextStore,
    InlineContextError,
    InvalidDocumentError,
    TooComplexError,
    UnknownContextError,
    hash_canonical,
)
from contexts.lock import DOCUMENTS, read_lock
from contexts.store import MAXIMUM_REMEMBERED, _all_urls
from tests.unit.contexts.conftest import OB, V2

if TYPE_CHECKING:
    from pathlib import Path


CONTEXTS = ContextStore.load()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return shutil.copytree(DOCUMENTS, tmp_path / "documents")


@pytest.mark.covers("vcdm-2.0", "B.1", "B.2")
@pytest.mark.covers("di-1.0", "2.4.1")
@pytest.mark.covers("json-ld-api-1.1", "10")
@pytest.mark.attack("C10")
@pytest.mark.parametrize(
    "file", sorted(path.name for path in DOCUMENTS.iterdir() if path.name != "lock.json")
)
def test_a_store_with_an_altered_document_does_not_open(directory: Path, file: str) -> None:
    assert ContextStore.load(directory).urls
    path = directory / file
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(ContextIntegrityError) as caught:
        ContextStore.load(directory)
    assert caught.value.code == "context_integrity"
    assert file in caught.value.detail


@pytest.mark.attack("C10")
def test_a_store_with_a_missing_document_or_lock_does_not_open(directory: Path) -> None:
    (directory / "did-v1.jsonld").unlink()
    with pytest.raises(ContextIntegrityError):
        ContextStore.load(directory)
    (directory / "lock.json").write_text("{}")
    with pytest.raises(ContextIntegrityError):
        ContextStore.load(directory)
    (directory / "lock.json").unlink()
    with pytest.raises(ContextIntegrityError):
        ContextStore.load(directory)


@pytest.mark.covers("vcdm-2.0", "B.1", "B.2")
@pytest.mark.covers("di-1.0", "2.4.1")
@pytest.mark.covers("json-ld-api-1.1", "10")
def test_the_lock_says_all_there_is_and_nothing_else() -> None:
    versions = [each for several in read_lock(DOCUMENTS).values() for each in several]
    assert {each.file for each in versions} | {"lock.json"} == {path.name for path in DOCUMENTS.iterdir()}
    assert all(each.licence and each.origin for each in versions)


@pytest.mark.covers("open-badges-3.0", "Serialization: JSON-LD")
def test_the_three_versions_of_open_badges_are_those_that_were_published() -> None:
    versions = read_lock(DOCUMENTS)[OB]
    assert [each.sha256[:8] for each in versions] == ["3d34f4d4", "01d87cc8", "ef2fa9c7"]
    terms = [set(_terms(json.loads((DOCUMENTS / each.file).read_text()))) for each in versions]
    assert terms[0] - terms[1] == {"endorsementJwt"}
    assert terms[1] - terms[2] == {"jti"}


def _terms(document: Any) -> Any:
    contexts = document["@context"]
    return [name for each in (contexts if isinstance(contexts, list) else [contexts]) for name in each]


@pytest.mark.covers("vcdm-2.0", "4.3", "B.1")
@pytest.mark.covers("bitstring-status-list-1.0", "5.1", "5.2")
def test_the_base_context_is_the_one_of_the_data_model() -> None:
    # VCDM 2.0, appendix B.1: "The SHA-256 digest of the base context"
    [version] = read_lock(DOCUMENTS)[V2]
    assert version.sha256 == "59955ced6697d61e03f2b2556febe5308ab16842846f5b586d7f1f7adec92734"


@pytest.mark.covers("open-badges-3.0", "Serialization: JSON-LD")
def test_versions_are_tried_newest_first_and_say_their_names(store: ContextStore, badge: Any) -> None:
    labels = [each.label for each in store.selections(badge)]
    assert labels == ["context-3.0.3.json 2026-06", "context-3.0.3.json 2025-11", "context-3.0.3.json 2024"]
    assert [each.label for each in store.selections({"@context": V2})] == [""]
    assert store.newest().label == ""
    assert store.newest().tables is store.selections(badge)[0].tables


@pytest.mark.covers("open-badges-3.0", "Serialization: JSON-LD")
def test_a_term_that_was_added_later_is_lost_under_the_older_versions(
    store: ContextStore, badge: Any
) -> None:
    newest, middle, oldest = store.selections(badge)
    badge["endorsementJwt"] = ["eyJhbGciOiJFUzI1NiJ9.e30.AAAA"]
    assert hash_canonical(badge, selection=newest)
    for selection in (middle, oldest):
        with pytest.raises(ContextsError) as caught:
            hash_canonical(badge, selection=selection)
        assert caught.value.code == "data_loss"


def test_without_the_added_terms_all_versions_agree(store: ContextStore, badge: Any) -> None:
    assert len({hash_canonical(badge, selection=each) for each in store.selections(badge)}) == 1


@pytest.mark.covers("vcdm-2.0", "4.3")
@pytest.mark.covers("json-ld-api-1.1", "10", "11")
@pytest.mark.covers("di-1.0", "4.6")
@pytest.mark.attack("C2")
@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/context",
        "http://www.w3.org/ns/credentials/v2",
        "https://www.w3.org/ns/credentials/v2/",
        "https://www.w3.org/ns/credentials/v2#",
        "file:///etc/passwd",
        "data:application/json,{}",
        "v2",
        "",
    ],
)
@pytest.mark.parametrize("deep", [False, True])
def test_an_unknown_context_is_an_error_wherever_it_stands(
    store: ContextStore, badge: Any, url: str, deep: bool
) -> None:
    assert store.selections(badge)
    place = badge["credentialSubject"]["achievement"] if deep else badge
    place["@context"] = [V2, url]
    with pytest.raises(UnknownContextError) as caught:
        store.selections(badge)
    assert caught.value.code == "unknown_context"


@pytest.mark.covers("vcdm-2.0", "4.3")
@pytest.mark.attack("C2")
@pytest.mark.attack("C3")
@pytest.mark.attack("C5")
@pytest.mark.parametrize(
    "context",
    [
        {"name": "https://evil.example/#name"},
        {"name": "https://schema.org/description", "description": "https://schema.org/name"},
        {"@vocab": "https://evil.example/"},
        {"@base": "https://evil.example/"},
        {"@import": V2},
        {"@propagate": True},
        {},
        None,
        True,
        7,
        [V2],
    ],
)
@pytest.mark.parametrize("deep", [False, True])
def test_an_inline_context_is_an_error_wherever_it_stands(
    store: ContextStore, badge: Any, context: Any, deep: bool
) -> None:
    assert store.selections(badge)
    place = badge["evidence"][0] if deep else badge
    place["@context"] = [V2, OB, context]
    with pytest.raises(InlineContextError) as caught:
        store.selections(badge)
    assert caught.value.code == "inline_context"
    place["@context"] = context
    if context != [V2]:
        with pytest.raises(InlineContextError):
            store.selections(badge)


@pytest.mark.parametrize("document", [{}, [], "text", None, {"id": "urn:a"}, {"@context": []}])
def test_a_document_without_context_says_nothing(store: ContextStore, document: Any) -> None:
    with pytest.raises(InvalidDocumentError):
        store.selections(document)


DEEP = st.recursive(
    st.sampled_from(["x", "@context", 1, None, True, 1.5, "\ud800"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["a", "b", "@context", "x @context"]), inner, max_size=3),
    ),
    max_leaves=12,
)
NAMED = st.lists(
    st.sampled_from([V2, OB, "https://www.w3.org/2018/credentials/v1", "urn:unknown"]), max_size=3
)


def outcome(make: Any) -> Any:
    try:
        return make()
    except ContextsError as err:
        return type(err), err.code


@given(NAMED, st.dictionaries(st.sampled_from(["a", "b", "@context"]), DEEP, max_size=3))
def test_a_look_at_the_whole_finds_what_a_look_at_each_value_does(
    named: list[str], members: dict[str, Any]
) -> None:
    document = {"@context": named} | members
    found = outcome(lambda: CONTEXTS.selections(document))
    assert found == outcome(lambda: CONTEXTS.selections_of(_all_urls(document)))


def test_orders_of_contexts_are_not_remembered_without_end() -> None:
    own = ContextStore.load()
    urls = sorted(own.urls)[:7]
    for named in itertools.islice(itertools.permutations(urls), 1_000):
        assert own.selections({"@context": list(named)})
    assert len(own._by_urls) <= MAXIMUM_REMEMBERED


def test_looking_for_contexts_is_bounded(store: ContextStore) -> None:
    with pytest.raises(TooComplexError):
        store.selections({"@context": V2, "name": ["x"] * 200_001})


def test_further_directories_add_to_the_world(tmp_path: Path) -> None:
    content = b'{"@context": {"colour": "https://colours.example/#colour"}}'
    (tmp_path / "colours.jsonld").write_bytes(content)
    url = "https://colours.example/v1"
    entry = {"file": "colours.jsonld", "sha256": hashlib.sha256(content).hexdigest(), "licence": "CC0-1.0"}
    (tmp_path / "lock.json").write_text(json.dumps({"contexts": {url: [entry]}}))
    store = ContextStore.load(also=[tmp_path])
    document = {"@context": [V2, url], "id": "urn:a", "colour": "red"}
    assert hash_canonical(document, selection=store.selections(document)[0])
    with pytest.raises(UnknownContextError):
        ContextStore.load().selections(document)
