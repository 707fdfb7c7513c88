"""The short way of proof options gives what the long way gives, or leaves the document to it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contexts import DEFAULT_LIMITS, ContextStore, canonicalize
from contexts.errors import ContextsError
from contexts.flat import flat_nquads
from contexts.rdfc import canonical_nquads
from contexts.statements import to_statements
from tests.unit.contexts.conftest import OB, V1, V2

if TYPE_CHECKING:
    from contexts.terms import TermTables

EXAMPLES = int(os.environ.get("PASSEUR_EXAMPLES", "300"))
STORE = ContextStore.load()
SECURITY = "https://w3id.org/security/data-integrity/v2"
OPTIONS: dict[str, Any] = {
    "@context": [V2, OB],
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-rdfc-2022",
    "created": "2026-06-15T12:00:00Z",
    "verificationMethod": "did:web:node.example#key-1",
    "proofPurpose": "assertionMethod",
}


def tables() -> TermTables:
    return STORE.newest().tables


def the_long_way(document: Any) -> str:
    return canonical_nquads(to_statements(document, tables=tables(), limits=DEFAULT_LIMITS))


def outcome(make: Any) -> tuple[str, str, str | None]:
    try:
        return make(), "", None
    except ContextsError as err:
        return "", err.code, err.pointer


def test_the_options_of_a_proof_go_the_short_way() -> None:
    lines = flat_nquads(OPTIONS, tables())
    assert lines is not None
    assert "".join(lines) == the_long_way(OPTIONS)


@pytest.mark.parametrize(
    "member",
    [
        {"id": "urn:uuid:1"},
        {"@id": "urn:uuid:1"},
        {"@type": "DataIntegrityProof"},
        {"type": ["DataIntegrityProof"]},
        {"type": "Unknown"},
        {"domain": ["a.example", "b.example"]},
        {"unknown": "x"},
        {"verificationMethod": "key-1"},
        {"proofPurpose": "unknown"},
        {"proofPurpose": "https://w3id.org/security#assertionMethod"},
        {"created": 5},
        {"created": None},
        {"created": {"@value": "x"}},
        {"@context": V2},
        {"@context": [V2, {"a": "urn:a"}]},
        {"@context": [V2, "https://unknown.example/"]},
        {"@context": []},
    ],
)
def test_all_else_goes_the_long_way(member: dict[str, Any]) -> None:
    assert flat_nquads(OPTIONS | member, tables()) is None


NAMES = (
    *("@context", "@id", "@type", "id", "type", "cryptosuite", "created", "expires", "verificationMethod"),
    *("proofPurpose", "proofValue", "previousProof", "domain", "challenge", "nonce", "name", "evidence"),
    *("description", "Criteria", "criteria", "sec:x", "https://w3id.org/security#nonce", "relatedResource"),
)
TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["assertionMethod", "authentication", "did:a:b#c", "_:b0", "key", "\x7f", '"\\\n', "\ud800"]
    ),
    st.sampled_from(
        ["2026-06-15T12:00:00Z", "https://w3id.org/security#assertionMethod", "ext:A", "Profile"]
    ),
)
VALUES = st.one_of(
    TEXTS,
    st.sampled_from([None, True, 1, 1.5, [], {}, ["a"], ["a", "a"], {"id": "urn:a"}, {"@value": "a"}]),
)
CONTEXTS = st.lists(st.sampled_from([V2, V1, OB, SECURITY]), max_size=3)
TYPES = st.sampled_from(
    ["DataIntegrityProof", "Ed25519Signature2020", "Evidence", "Image", "Criteria", "Odd"]
)
DOCUMENTS = st.builds(
    lambda context, type_, texts, members: {"@context": context, "type": type_} | texts | members,
    CONTEXTS,
    TYPES,
    st.dictionaries(st.sampled_from(NAMES[3:]), TEXTS, max_size=6),
    st.one_of(
        st.dictionaries(st.sampled_from(NAMES[1:]), VALUES, max_size=1),
        st.fixed_dictionaries({"@context": st.sampled_from([V2, None, {"a": "urn:a"}, [V2, None], [[V2]]])}),
    ),
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(DOCUMENTS)
@example(OPTIONS)
@example(OPTIONS | {"challenge": "\x7f\x00", "domain": "é\u2028"})
def test_both_ways_say_the_same(document: dict[str, Any]) -> None:
    short = outcome(lambda: canonicalize(document, selection=STORE.newest()))
    assert short == outcome(lambda: the_long_way(document))


def test_what_is_remembered_is_bounded() -> None:
    names = [name for name in OPTIONS if name not in {"@context", "type"}]
    own = ContextStore.load()
    for turn in range(600):
        order = names[turn % 4 :] + names[: turn % 4]
        urls = [V2, OB, *[SECURITY] * (turn % 3), *[V2] * (turn // 60)][:15]
        document = {"@context": urls, "type": "DataIntegrityProof"} | {name: OPTIONS[name] for name in order}
        canonicalize(document, selection=own.newest())
    assert 0 < len(own.newest().tables.flat_forms) <= 256
