"""JSON pointers, and the parts of documents that they choose: strict, bounded, nothing lost on the way."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credentials.data_integrity.selective import (
    MAXIMUM_POINTER_CHARACTERS,
    MAXIMUM_POINTERS,
    Selection,
    parse_pointer,
    parse_pointers,
    select_json_ld,
    write_pointer,
)
from credentials.errors import ProofError
from tests.timing import costs_at_most

DOCUMENT: dict[str, Any] = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "id": "urn:a",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "name": "a",
    "evidence": [
        {"id": "urn:0", "type": ["Evidence"], "name": "zero"},
        {"type": ["Evidence"], "name": "one", "genre": "g"},
        {"type": ["Evidence"], "name": "two", "a/b": "slash", "m~n": "tilde", "": "empty"},
    ],
    "credentialSubject": {
        "id": "urn:s",
        "type": "AchievementSubject",
        "endorsement": {"@context": ["urn:own"], "type": ["E"], "name": "n", "awardedDate": "d"},
        "count": 0,
        "flag": False,
    },
}
KEPT = {name: DOCUMENT[name] for name in ("@context", "id", "type")}


def rejected(act: Any, *arguments: Any) -> ProofError:
    with pytest.raises(ProofError) as caught:
        act(*arguments)
    return caught.value


# The examples of RFC 6901, section 5, and what they are made of
@pytest.mark.covers("di-ecdsa-1.0", "3.4.10")
@pytest.mark.parametrize(
    ("pointer", "tokens"),
    [
        ("", ()),
        ("/foo/0", ("foo", "0")),
        ("/", ("",)),
        ("/a~1b", ("a/b",)),
        ("/c%d", ("c%d",)),
        ("/m~0n", ("m~n",)),
        ("/~01", ("~1",)),
        ("/ ", (" ",)),
        ("/a\nb", ("a\nb",)),
        ("//", ("", "")),
    ],
)
def test_a_pointer_is_read_and_written(pointer: str, tokens: tuple[str, ...]) -> None:
    assert parse_pointer(pointer) == tokens
    assert write_pointer(tokens) == pointer


@pytest.mark.covers("di-ecdsa-1.0", "3.4.10")
@pytest.mark.parametrize("pointer", ["a", "a/b", "#/a", "/~", "/a~", "/~2", "/a~/b", " /a", "\n/a"])
def test_what_is_no_pointer_is_refused(pointer: str) -> None:
    assert rejected(parse_pointer, pointer).code == "pointer_syntax"


def test_pointers_are_strings() -> None:
    assert rejected(parse_pointers, ["/a", 1]).code == "pointer_syntax"


@pytest.mark.attack("A17")
def test_a_hundred_thousand_pointers_cost_nothing() -> None:
    assert parse_pointers(["/a"] * MAXIMUM_POINTERS)
    with costs_at_most(0.05):
        assert rejected(parse_pointers, ["/a"] * 100_000).code == "too_many_pointers"
        assert rejected(parse_pointers, ["/" + "a" * MAXIMUM_POINTER_CHARACTERS]).code == "too_many_pointers"
        assert rejected(parse_pointers, ["/a" * 49_999]).code == "too_many_pointers"
    assert len(parse_pointer("/a" * 64)) == 64
    assert rejected(parse_pointer, "/a" * 65).code == "too_many_pointers"


def test_as_many_pointers_as_are_allowed_are_followed_in_no_time() -> None:
    deep: Any = "end"
    for _ in range(63):
        deep = {"m" * 90: deep}
    document = {"@context": [], "deep": deep, "list": [{"n": n} for n in range(990)]}
    pointers = ["/deep" + f"/{'m' * 90}" * depth for depth in range(1, 14)]
    pointers += [f"/list/{n}/n" for n in range(985)]
    with costs_at_most(0.1):
        assert len(select_json_ld(document, pointers)["list"]) == 985


@pytest.mark.covers("di-ecdsa-1.0", "3.4.12")
@pytest.mark.parametrize(
    "pointer",
    [
        "/nothing",
        "/evidence/3",
        "/evidence/-",
        "/evidence/-1",
        "/evidence/00",
        "/evidence/01",
        "/evidence/1e0",
        "/evidence/१",
        "/evidence/+1",
        "/evidence/ 1",
        "/evidence/99999999999999999999",
        "/evidence/name",
        "/name/0",
        "/name/length",
        "/credentialSubject/count/0",
        "/",
    ],
)
def test_a_pointer_to_nothing_is_refused(pointer: str) -> None:
    error = rejected(select_json_ld, DOCUMENT, ["/name", pointer])
    assert error.code == "pointer_not_found"
    assert error.pointer is not None


def test_no_pointer_selects_nothing() -> None:
    assert rejected(select_json_ld, DOCUMENT, []).code == "nothing_selected"
    assert not Selection(DOCUMENT, []).holds("/name")


@pytest.mark.covers("di-ecdsa-1.0", "3.4.11", "3.4.12", "3.4.13")
@pytest.mark.parametrize(
    ("pointers", "part"),
    [
        ([""], DOCUMENT),
        (["/name", ""], DOCUMENT),
        (["/name"], KEPT | {"name": "a"}),
        # all types are kept, whichever is named
        (["/type/1"], KEPT),
        (["/id", "/@context/0"], KEPT),
        # holes in arrays close, in the order of the document
        (
            ["/evidence/2/a~1b", "/evidence/0/name"],
            KEPT | {"evidence": [DOCUMENT["evidence"][0], {"type": ["Evidence"], "a/b": "slash"}]},
        ),
        (
            ["/evidence/2/m~0n", "/evidence/2/"],
            KEPT | {"evidence": [{"type": ["Evidence"], "m~n": "tilde", "": "empty"}]},
        ),
        (["/evidence/1", "/evidence/1/name"], KEPT | {"evidence": [DOCUMENT["evidence"][1]]}),
        (["/evidence/1/name", "/evidence/1"], KEPT | {"evidence": [DOCUMENT["evidence"][1]]}),
        (["/evidence"], KEPT | {"evidence": DOCUMENT["evidence"]}),
        (
            ["/credentialSubject/flag"],
            KEPT | {"credentialSubject": {"id": "urn:s", "type": "AchievementSubject", "flag": False}},
        ),
        # a context on the way decides what the names below it mean
        (
            ["/credentialSubject/endorsement/name"],
            KEPT
            | {
                "credentialSubject": {
                    "id": "urn:s",
                    "type": "AchievementSubject",
                    "endorsement": {"@context": ["urn:own"], "type": ["E"], "name": "n"},
                }
            },
        ),
    ],
)
def test_a_part_is_what_is_named_and_what_is_on_the_way(pointers: list[str], part: dict[str, Any]) -> None:
    assert select_json_ld(DOCUMENT, pointers) == part


@pytest.mark.parametrize(
    ("pointers", "held", "not_held"),
    [
        (["/a/b"], ["", "/a", "/a/b", "/a/b/0", "/a/b/0/c"], ["/b", "/a/c", "/a/bb", "/aa"]),
        ([""], ["", "/a", "/b/0"], []),
        (["/a/b", "/a"], ["/a/c", "/a/b"], ["/b"]),
    ],
)
def test_places_are_held_along_and_below_a_pointer(
    pointers: list[str], held: list[str], not_held: list[str]
) -> None:
    selection = Selection({"a": {"b": [{"c": 1}], "c": 2}, "b": [3], "aa": 4}, pointers)
    assert [place for place in held if not selection.holds(place)] == []
    assert [place for place in not_held if selection.holds(place)] == []


def test_the_document_stays_as_it_was() -> None:
    before = repr(DOCUMENT)
    part = select_json_ld(DOCUMENT, ["/evidence/0/name", "/credentialSubject/count"])
    part["evidence"].append("more")
    part["credentialSubject"]["count"] = 1
    assert repr(DOCUMENT) == before


TOKEN = st.one_of(
    st.text(max_size=4), st.sampled_from(["a", "b", "~", "/", "~1", "0", "1", "01", "type", "id"])
)
VALUE = st.recursive(
    st.one_of(st.integers(), st.booleans(), st.text(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["a", "b", "~", "/", "", "0", "type", "id"]), inner, max_size=3),
    ),
    max_leaves=12,
)


@given(st.lists(TOKEN, max_size=8))
def test_tokens_survive_writing_and_reading(tokens: list[str]) -> None:
    assert parse_pointer(write_pointer(tokens)) == tuple(tokens)


@given(st.text(st.sampled_from("/~01ab\n"), max_size=12))
def test_any_text_is_a_pointer_or_refused(text: str) -> None:
    try:
        tokens = parse_pointer(text)
    except ProofError as err:
        outcome = err.code
    else:
        outcome = "read"
        assert write_pointer(tokens) == text
    assert outcome in {"read", "pointer_syntax"}


@given(
    st.dictionaries(st.sampled_from(["a", "b", "c"]), VALUE, max_size=3),
    st.lists(st.lists(TOKEN, max_size=4), min_size=1, max_size=4),
)
def test_any_pointer_into_any_document_is_followed_or_refused(
    document: dict[str, Any], paths: list[list[str]]
) -> None:
    pointers = [write_pointer(path) for path in paths]
    try:
        part = select_json_ld(document, pointers)
    except ProofError as err:
        outcome = err.code
    else:
        outcome = "part"
        assert is_part(part, document)
    assert outcome in {"part", "pointer_not_found"}


def is_part(part: Any, whole: Any) -> bool:
    """Everything in the part stands in the whole, in the same order."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return [name for name in whole if name in part] == list(part) and all(
            is_part(value, whole[name]) for name, value in part.items()
        )
    if isinstance(part, list) and isinstance(whole, list):
        candidates = iter(whole)
        return all(any(is_part(each, candidate) for candidate in candidates) for each in part)
    return type(part) is type(whole) and part == whole


@pytest.mark.attack("A17")
def test_many_long_pointers_cost_their_length_and_no_more() -> None:
    document: Any = {str(number): number for number in range(1_000)}
    for _ in range(46):
        document = {"a": document}
    pointers = ["/a" * 46 + f"/{number}" for number in range(1_000)]
    with costs_at_most(0.08):
        selection = Selection(document, pointers)
    assert selection.holds("/a/a")
    assert not selection.holds("/b")
    assert selection.to_document() == document
