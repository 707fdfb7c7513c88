"""Groups of statements: what our places say is what the specification's temporary IRIs say, with PyLD as referee."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyld import jsonld

from contexts import ContextSelection, ContextsError, ContextStore, canonicalize
from contexts.located import to_located_statements
from contexts.rdfc import canonical_labels, nquad_line
from credentials.data_integrity.selective import (
    canonicalize_and_group,
    disclose,
    hmac_label_map,
    label_replacement_canonicalize,
    positions,
    select_json_ld,
    shuffled_label_map,
    strip_blank_node_prefixes,
)
from credentials.errors import ProofError
from tests.unit.contexts.test_rdf_canon import read_quads

if TYPE_CHECKING:
    from pathlib import Path

STORE = ContextStore.load()
KEY = bytes.fromhex("00112233445566778899aabbccddeeff" * 2)
OB = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
V2 = "https://www.w3.org/ns/credentials/v2"
BADGE: dict[str, Any] = {
    "@context": [V2, OB],
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "name": {"@value": "Vol", "@language": "fr"},
    "issuer": {"id": "did:web:node.example", "type": ["Profile"], "name": "Structure"},
    "validFrom": "2026-06-15T12:00:00Z",
    "credentialSubject": {
        "type": ["AchievementSubject"],
        "activityStartDate": "2026-06-01T00:00:00Z",
        "creditsEarned": 1.5,
        "result": [
            {"type": ["Result"], "value": "A"},
            {"type": ["Result"], "value": "B", "status": "Completed"},
        ],
        "achievement": {
            "id": "https://node.example/badges/drone",
            "type": ["Achievement"],
            "name": "Drone",
            "description": "A piloté un drone. _:c14n0 <urn:bnid:_x>",
            "criteria": {"narrative": "- vole"},
            "tag": ["drone", "vol"],
            "creator": {"id": "did:web:node.example", "type": ["Profile"], "name": "Structure"},
            "resultDescription": [
                {
                    "id": "urn:result",
                    "type": ["ResultDescription"],
                    "name": "Niveau",
                    "resultType": "LetterGrade",
                    "allowedValue": ["A", "B"],
                }
            ],
        },
    },
    "evidence": [
        {"type": ["Evidence"], "name": "Un vol", "narrative": "dix minutes"},
        {"type": ["Evidence"], "name": "Un autre"},
        # told apart by nothing but where they stand
        {"type": ["Evidence"], "name": "Le même"},
        {"type": ["Evidence"], "name": "Le même"},
    ],
}
# an IRI for the node of a list, as the specification gives one to every object, makes it no list any more
WITHOUT_LISTS = json.loads(json.dumps(BADGE))
del WITHOUT_LISTS["credentialSubject"]["achievement"]["resultDescription"][0]["allowedValue"]
WHOLE = {
    "/name/@value",
    "/name/@language",
    "/credentialSubject/achievement/resultDescription/0/allowedValue/0",
    "/credentialSubject/achievement/resultDescription/0/allowedValue/1",
}


def pointers_of(value: Any, at: str = "") -> list[str]:
    below: list[tuple[str, Any]] = []
    if isinstance(value, dict):
        below = list(value.items())
    elif isinstance(value, list):
        below = [(str(index), each) for index, each in enumerate(value)]
    return [at, *(found for name, each in below for found in pointers_of(each, f"{at}/{name}"))]


POINTERS = [each for each in pointers_of(BADGE) if each not in WHOLE]


def selection_of(document: dict[str, Any]) -> ContextSelection:
    return STORE.selections(document)[0]


def group(document: dict[str, Any], **groups: list[str]) -> Any:
    return canonicalize_and_group(
        document, selection=selection_of(document), label_map=hmac_label_map(KEY), groups=groups
    )


def rejected(act: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises((ProofError, ContextsError)) as caught:
        act(*arguments, **named)
    return caught.value.code


# The specification to the letter: expand, give every node an IRI, compact, cut, read back


def load(url: str, _: object) -> dict[str, Any]:
    document = json.loads(json.dumps(STORE.newest_documents()[url]))
    return {"contextUrl": None, "documentUrl": url, "document": document}


OPTIONS = {"documentLoader": load}


def skolemize(value: Any, count: list[int]) -> Any:
    if isinstance(value, list):
        return [skolemize(each, count) for each in value]
    if not isinstance(value, dict) or "@value" in value:
        return value
    node = {name: skolemize(each, count) for name, each in value.items()}
    if "@id" not in node:
        node["@id"] = f"urn:custom-scheme:n{count[0]}"
        count[0] += 1
    return node


def deskolemized(document: Any) -> list[tuple[str, str, str, str]]:
    text = jsonld.to_rdf(document, OPTIONS | {"format": "application/n-quads"})
    return [
        tuple(f"_:{term[19:-1]}" if term.startswith("<urn:custom-scheme:") else term for term in quad)  # type: ignore[misc]
        for quad in read_quads(text)
    ]


def their_groups(
    document: dict[str, Any], groups: dict[str, list[str]]
) -> tuple[list[str], dict[str, list[int]]]:
    expanded = skolemize(jsonld.expand(document, OPTIONS), [0])
    # arrays stay as they are, so that pointers into the document are pointers into this
    compact = jsonld.compact(expanded, document["@context"], OPTIONS | {"compactArrays": False})
    compact = compact["@graph"][0] | {"@context": document["@context"]} if "@graph" in compact else compact
    # in order: of nodes that nothing tells apart, the first is named first
    quads = dict.fromkeys(deskolemized(expanded))
    labels = hmac_label_map(KEY)(canonical_labels(quads))
    lines = sorted(nquad_line(quad, labels) for quad in quads)
    found = {}
    for name, pointers in groups.items():
        part = select_json_ld(compact, [as_arrays(document, each) for each in pointers])
        chosen = {nquad_line(quad, labels) for quad in deskolemized(part)}
        found[name] = [index for index, line in enumerate(lines) if line in chosen]
    return lines, found


def as_arrays(document: dict[str, Any], pointer: str) -> str:
    """The same place where every value stands in an array (but those of keywords)."""
    value: Any = document
    written = ""
    tokens = pointer.split("/")[1:]
    for depth, token in enumerate(tokens):
        written += f"/{token}"
        was_array = isinstance(value, list)
        value = value[int(token)] if was_array else value[token]
        if token in {"@context", "id", "type"}:
            return written
        is_member = not was_array and not isinstance(value, list)
        if is_member and depth < len(tokens) - 1:
            written += "/0"
    return written


@pytest.mark.covers("di-ecdsa-1.0", "3.4.15", "3.4.16")
@pytest.mark.covers("di-1.0", "5.13")
@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.sampled_from([each for each in POINTERS if "allowedValue" not in each]), min_size=1, max_size=4
    )
)
def test_the_groups_are_those_of_the_specification(pointers: list[str]) -> None:
    groups = {"one": pointers, "first": pointers[:1]}
    lines, indexes = their_groups(WITHOUT_LISTS, groups)
    ours = group(WITHOUT_LISTS, **groups)
    assert list(ours.lines) == lines
    assert {name: list(each.indexes) for name, each in ours.groups.items()} == indexes


@pytest.mark.covers("di-ecdsa-1.0", "3.4.1", "3.4.2", "3.4.14")
def test_the_lines_are_the_canonical_ones_under_other_labels() -> None:
    ours = group(BADGE, none=[])
    canonical = canonicalize(BADGE, selection=selection_of(BADGE))
    assert len(ours.lines) == canonical.count("\n")
    assert ours.groups["none"].indexes == ()
    assert ours.without("none") == list(range(len(ours.lines)))
    # only labels are labels: a text that looks like one stays
    assert sum("_:c14n0 <urn:bnid:_x>" in line for line in ours.lines) == 1
    assert len(set(ours.labels.values())) == len(ours.labels)


def test_each_statement_knows_its_place() -> None:
    located = to_located_statements(BADGE, selection=selection_of(BADGE))
    at = dict(zip(located.places, located.quads, strict=True))
    assert at["/evidence/1/name"][2] == '"Un autre"'
    assert at["/credentialSubject/result/0/value"][2] == '"A"'
    assert at["/credentialSubject/achievement/tag/1"][2] == '"vol"'
    assert located.whole == {"/name", "/credentialSubject/achievement/resultDescription/0/allowedValue"}
    assert set(located.places) <= set(POINTERS)


@pytest.mark.parametrize("pointer", sorted(WHOLE))
def test_what_is_one_value_is_not_divided(pointer: str) -> None:
    whole = pointer.rpartition("/")[0]
    assert group(BADGE, one=[whole]).groups["one"].indexes
    assert rejected(group, BADGE, one=[pointer]) == "pointer_into_value"
    assert (
        rejected(
            disclose,
            BADGE,
            selection=selection_of(BADGE),
            label_map=hmac_label_map(KEY),
            mandatory_pointers=["/issuer"],
            selective_pointers=[pointer],
        )
        == "pointer_into_value"
    )


def test_a_json_literal_is_not_divided() -> None:
    schema = {"id": "urn:s", "type": ["JsonSchema"], "jsonSchema": {"a": {"b": 1}, "c": [1, 2]}}
    document = {
        "@context": [V2],
        "type": ["VerifiableCredential"],
        "issuer": "urn:i",
        "credentialSchema": schema,
    }
    assert len(group(document, one=["/credentialSchema/jsonSchema"]).groups["one"].indexes) == 4
    for inside in ("a", "a/b", "c/0"):
        assert (
            rejected(group, document, one=[f"/credentialSchema/jsonSchema/{inside}"]) == "pointer_into_value"
        )


ENDORSEMENT = {
    "@context": [V2, OB],
    "id": "urn:e",
    "type": ["VerifiableCredential", "EndorsementCredential"],
    "issuer": {"id": "did:web:other.example", "type": ["Profile"], "name": "Autre"},
    "validFrom": "2026-06-15T12:00:00Z",
    "credentialSubject": {"id": "urn:a", "type": ["EndorsementSubject"], "endorsementComment": "oui"},
    "proof": [
        {
            "type": "DataIntegrityProof",
            "cryptosuite": "eddsa-rdfc-2022",
            "proofPurpose": "assertionMethod",
            "created": f"2026-06-15T12:00:0{number}Z",
            "verificationMethod": "did:web:other.example#key-1",
            "proofValue": "zzz",
        }
        for number in range(2)
    ],
}
ENDORSED = BADGE | {"endorsement": [ENDORSEMENT]}


def test_a_context_within_the_document_goes_with_its_part() -> None:
    shown = shown_of(ENDORSED, ["/issuer"], ["/endorsement/0/issuer"])
    kept = {name: ENDORSEMENT[name] for name in ("@context", "id", "type", "issuer")}
    assert shown.document["endorsement"] == [kept]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(pointers_of([ENDORSEMENT], "/endorsement")), min_size=1, max_size=3))
def test_a_credential_within_the_document_and_its_proofs_are_parts_as_others(pointers: list[str]) -> None:
    shown = shown_of(ENDORSED, [], pointers)
    assert shown.document["endorsement"][0]["id"] == "urn:e"
    whole = shown_of(ENDORSED, ["/endorsement"], pointers)
    assert whole.document["endorsement"] == [ENDORSEMENT]


# Labels

# the vector of Data Integrity BBS Cryptosuites v1.0 (windDoc): eight nodes, this key
SHUFFLED = {"c14n0": "b2", "c14n1": "b1", "c14n2": "b4", "c14n3": "b7", "c14n4": "b5", "c14n5": "b3", "c14n6": "b6", "c14n7": "b0"}  # fmt: skip


@pytest.mark.covers("di-bbs-1.0", "3.2.1")
@pytest.mark.covers("di-1.0", "6.5")
def test_shuffled_labels_are_those_of_the_vector() -> None:
    canonical = {f"_:x{number}": f"_:c14n{number}" for number in range(8)}
    labels = shuffled_label_map(KEY)(canonical)
    assert strip_blank_node_prefixes({canonical[node]: label for node, label in labels.items()}) == SHUFFLED
    other = shuffled_label_map(b"\0" * 32)(canonical)
    assert sorted(other.values()) == sorted(labels.values())
    assert other != labels


@pytest.mark.covers("di-1.0", "6.5")
def test_a_label_says_nothing_without_its_key() -> None:
    canonical = {"_:x": "_:c14n0", "_:y": "_:c14n1"}
    labels, others = hmac_label_map(KEY)(canonical), hmac_label_map(b"\0" * 32)(canonical)
    # from the vector of Data Integrity ECDSA Cryptosuites v1.0
    assert labels["_:x"] == "_:u4YIOZn1MHES1Z4Ij2hWZG3R4dEYBqg5fHTyDEvYhC38"
    assert set(labels.values()).isdisjoint(others.values())


# What is shown


def shown_of(document: dict[str, Any], mandatory: list[str], selective: list[str]) -> Any:
    return disclose(
        document,
        selection=selection_of(document),
        label_map=hmac_label_map(KEY),
        mandatory_pointers=mandatory,
        selective_pointers=selective,
    )


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(POINTERS), max_size=3),
    st.lists(st.sampled_from(POINTERS), min_size=1, max_size=4),
)
def test_what_is_shown_states_what_was_chosen(mandatory: list[str], selective: list[str]) -> None:
    whole = group(BADGE, mandatory=mandatory, combined=mandatory + selective)
    shown = shown_of(BADGE, mandatory, selective)
    lines = label_replacement_canonicalize(
        shown.document, selection=selection_of(BADGE), label_map=shown.label_map
    )
    combined, always = whole.groups["combined"].indexes, whole.groups["mandatory"].indexes
    assert lines == [whole.lines[index] for index in combined]
    assert [lines[index] for index in shown.mandatory_indexes] == [whole.lines[index] for index in always]
    others = whole.without("mandatory")
    assert shown.non_mandatory_count == len(others)
    assert [whole.lines[others[index]] for index in shown.selective_indexes] == [
        line for index, line in enumerate(lines) if index not in shown.mandatory_indexes
    ]


def test_names_for_ids_that_the_specification_does_not_know_show_nothing(tmp_path: Path) -> None:
    url, terms = "https://a.example/c", {"uri": "@id", "kind": "@type", "name": "urn:n", "part": "urn:p"}
    content = json.dumps({"@context": terms}).encode()
    (tmp_path / "c.jsonld").write_bytes(content)
    pinned = {"file": "c.jsonld", "sha256": hashlib.sha256(content).hexdigest(), "licence": "ours"}
    (tmp_path / "lock.json").write_text(json.dumps({"contexts": {url: [pinned]}}))
    selection = ContextStore.load(also=[tmp_path]).newest()
    document = {"@context": url, "uri": "urn:a", "part": {"uri": "urn:b", "kind": "urn:t", "name": "n"}}
    arguments: Any = {"selection": selection, "label_map": hmac_label_map(KEY), "mandatory_pointers": []}
    assert disclose(document, **arguments, selective_pointers=[""]).document == document
    code = rejected(disclose, document, **arguments, selective_pointers=["/part/name"])
    assert code == "selection_unsupported"


def test_nothing_chosen_shows_nothing() -> None:
    assert rejected(shown_of, BADGE, [], []) == "nothing_selected"
    assert shown_of(BADGE, ["/issuer"], []).document.keys() == {"@context", "type", "issuer"}
    assert shown_of(BADGE, [], ["/issuer"]).mandatory_indexes == []


def test_a_document_that_loses_data_is_grouped_by_nobody() -> None:
    assert rejected(group, BADGE | {"undefined": 1}, one=["/issuer"]) == "data_loss"
    assert rejected(group, BADGE, one=["/issuer/nothing"]) == "pointer_not_found"


# A map of labels brought by a stranger


@pytest.mark.attack("A17")
@pytest.mark.parametrize(
    "alter",
    [
        lambda labels: labels.pop("c14n0"),
        lambda labels: labels.update(c14n9=labels.pop("c14n0")),
        lambda labels: labels.update(c14n9="u0"),
        # two nodes that would be read as two, under the label of one
        lambda labels: labels.update(c14n1=labels["c14n0"]),
    ],
    ids=["one less", "another", "one more", "one twice"],
)
def test_a_label_map_has_one_label_for_each_node(alter: Any) -> None:
    shown = shown_of(BADGE, ["/issuer"], ["/evidence/0", "/evidence/1"])
    selection = selection_of(BADGE)
    assert label_replacement_canonicalize(shown.document, selection=selection, label_map=shown.label_map)
    labels = dict(shown.label_map)
    alter(labels)
    code = rejected(label_replacement_canonicalize, shown.document, selection=selection, label_map=labels)
    assert code == "label_map_mismatch"


def test_positions_among_others() -> None:
    assert positions([9, 2, 5], among=[1, 2, 5, 7, 9]) == [1, 2, 4]
    assert positions([3], among=[1, 2]) == []
