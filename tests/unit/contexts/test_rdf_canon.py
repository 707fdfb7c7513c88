"""The W3C suite of RDFC-1.0: canonical forms, label maps, and the graphs that must be given up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyoxigraph
import pytest

from contexts import TooComplexError
from contexts.rdfc import Quad, canonical_labels, canonical_nquads
from tests.timing import costs_at_most

VECTORS = Path(__file__).parents[2] / "vectors" / "rdf-canon"
ENTRIES = json.loads((VECTORS / "manifest.json").read_text())["entries"]


def of_type(name: str) -> list[Any]:
    return [pytest.param(each, id=each["id"]) for each in ENTRIES if each["type"] == f"rdfc:{name}"]


def read_quads(data: bytes) -> list[Quad]:
    quads = []
    for quad in pyoxigraph.parse(data, format=pyoxigraph.RdfFormat.N_QUADS):
        graph = "" if isinstance(quad.graph_name, pyoxigraph.DefaultGraph) else str(quad.graph_name)
        quads.append((str(quad.subject), str(quad.predicate), _term(quad.object), graph))
    return quads


def _term(term: Any) -> str:
    if not isinstance(term, pyoxigraph.Literal):
        return str(term)
    from contexts.literals import string_literal

    datatype = "" if term.language else term.datatype.value
    return string_literal(term.value, datatype=datatype, language=term.language or "")


def input_of(entry: dict[str, Any]) -> tuple[list[Quad], str]:
    quads = read_quads((VECTORS / entry["action"]).read_bytes())
    return quads, (entry["hashAlgorithm"] or "SHA256").lower()


def test_the_suite_is_whole() -> None:
    assert [len(of_type(f"RDFC10{kind}Test")) for kind in ("Eval", "Map", "NegativeEval")] == [64, 21, 1]
    assert len(ENTRIES) == 86


@pytest.mark.covers("rdfc-1.0", "2", "4.2", "4.4.3", "4.5.2", "4.6.3", "4.7.3", "4.8.3", "5", "A")
@pytest.mark.covers("di-1.0", "5.13")
@pytest.mark.parametrize("entry", of_type("RDFC10EvalTest"))
def test_the_canonical_form_is_theirs(entry: dict[str, Any]) -> None:
    quads, algorithm = input_of(entry)
    expected = (VECTORS / entry["result"]).read_bytes().decode()
    assert canonical_nquads(quads, algorithm=algorithm) == expected


@pytest.mark.covers("rdfc-1.0", "4.3", "4.5.2", "5")
@pytest.mark.parametrize("entry", of_type("RDFC10MapTest"))
def test_the_labels_are_theirs(entry: dict[str, Any]) -> None:
    quads, algorithm = input_of(entry)
    labels = canonical_labels(quads, algorithm=algorithm)
    expected = json.loads((VECTORS / entry["result"]).read_text())
    assert {old.removeprefix("_:"): new.removeprefix("_:") for old, new in labels.items()} == expected


@pytest.mark.covers("rdfc-1.0", "4.8.3")
@pytest.mark.covers("di-1.0", "5.12")
@pytest.mark.attack("C13")
@pytest.mark.parametrize("entry", of_type("RDFC10NegativeEvalTest"))
def test_a_poison_graph_is_given_up_in_time(entry: dict[str, Any]) -> None:
    quads, _ = input_of(entry)
    _assert_given_up(quads)


def _assert_given_up(quads: list[Quad]) -> None:
    with costs_at_most(0.25), pytest.raises(TooComplexError) as caught:
        canonical_nquads(quads)
    assert caught.value.code == "too_complex"


def clique(size: int) -> list[Quad]:
    return [
        (f"_:n{one}", "<urn:knows>", f"_:n{other}", "")
        for one in range(size)
        for other in range(size)
        if one != other
    ]


def chain(size: int) -> list[Quad]:
    return [(f"_:n{n}", "<urn:next>", f"_:n{n + 1}", "") for n in range(size)]


def ring(size: int) -> list[Quad]:
    return [(f"_:n{n}", "<urn:next>", f"_:n{(n + 1) % size}", "") for n in range(size)]


@pytest.mark.covers("rdfc-1.0", "4.8.3")
@pytest.mark.covers("di-1.0", "5.12")
@pytest.mark.attack("C13")
@pytest.mark.parametrize(
    "quads",
    [*(clique(n) for n in range(5, 11)), chain(300), chain(5_000), ring(300), ring(5_000)],
    ids=[*(f"clique {n}" for n in range(5, 11)), "chain 300", "chain 5000", "ring 300", "ring 5000"],
)
def test_entangled_blank_nodes_are_given_up_in_time(quads: list[Quad]) -> None:
    _assert_given_up(quads)


@pytest.mark.attack("C13")
@pytest.mark.parametrize("quads", [clique(3), clique(4), chain(10), ring(10)])
def test_the_small_twin_is_canonicalized(quads: list[Quad]) -> None:
    renamed = [tuple(part.replace("_:n", "_:other") for part in quad) for quad in reversed(quads)]
    assert canonical_nquads(quads) == canonical_nquads(renamed)  # type: ignore[arg-type]


def test_no_statements_have_an_empty_form() -> None:
    assert canonical_nquads([]) == ""
