"""C13 as RDF datasets: nodes without names in shapes that make RDFC-1.0 try many orders, below and above what is tried.

A credential in JSON-LD is a tree: no shape here comes from one. They are what a canonicalization as such must
be able to give up.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import pyoxigraph

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tests.corpus.making.book import Book, Family

Edges = list[tuple[int, int]]
KIND: Final = "n-quads"
_KNOWS: Final = "<urn:example:knows>"
_NUMBER: Final = "<urn:example:number>"


def make(book: Book) -> None:
    """Write the row."""
    family = book.family(
        "C13-quads",
        "Datasets of nodes that nothing but their neighbours tells apart: bounded work, or refused.",
    )
    for name, (shape, below, above) in SHAPES.items():
        twin = f"n-quads {name}"
        book.twin(twin, _written(shape(*below[-1]), named=True), KIND)
        for size in below:
            _canonicalized(family, f"{name} {_called(size)}", shape(*size), twin)
        for size in above:
            title = f"{name} {_called(size)}"
            family.case(title, _written(shape(*size)), "too_complex", outcome="refused", twin=twin)
            named = _written(shape(*size), named=True)
            family.case(f"{title}, each node named", named, twin=twin, canonical=canonical_digest(named))


def _canonicalized(family: Family, name: str, edges: Edges, twin: str) -> None:
    """A shape, and the same with other labels in another order: one canonical form."""
    text = _written(edges)
    digest = canonical_digest(text)
    family.case(name, text, twin=twin, canonical=digest)
    most = max(map(max, edges))
    other = [(most - one, most - two) for one, two in reversed(edges)]
    family.case(f"{name}, with other labels", _written(other), twin=twin, canonical=digest)


def _called(size: tuple[int, ...]) -> str:
    return "of " + " by ".join(map(str, size))


def _written(edges: Iterable[tuple[int, int]], *, named: bool = False) -> str:
    """N-Quads of edges between blank nodes; each node says its number, or nothing of itself."""
    edges = list(edges)
    lines = [f"_:n{one} {_KNOWS} _:n{other} .\n" for one, other in edges]
    if named:
        nodes = sorted({node for edge in edges for node in edge})
        lines += [f'_:n{node} {_NUMBER} "{node}" .\n' for node in nodes]
    return "".join(lines)


def canonical_digest(text: str) -> str:
    """SHA-256 of the canonical N-Quads, in hexadecimal, as another implementation makes them."""
    dataset = pyoxigraph.Dataset(pyoxigraph.parse(text.encode(), format=pyoxigraph.RdfFormat.N_QUADS))
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    lines = sorted(f"{each.subject} {each.predicate} {each.object} .\n" for each in dataset)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


# Shapes


def _clique(size: int) -> Edges:
    return [(one, other) for one in range(size) for other in range(size) if one != other]


def _ring(size: int) -> Edges:
    return [(node, (node + 1) % size) for node in range(size)]


def _rings(count: int, size: int) -> Edges:
    return [(ring * size + one, ring * size + two) for ring in range(count) for one, two in _ring(size)]


def _ring_both_ways(size: int) -> Edges:
    return [edge for one, two in _ring(size) for edge in ((one, two), (two, one))]


def _chain(size: int) -> Edges:
    return [(node, node + 1) for node in range(size)]


def _bipartite(left: int, right: int) -> Edges:
    return [(one, left + other) for one in range(left) for other in range(right)]


def _trees(levels: int, width: int) -> Edges:
    """Two trees alike."""
    edges: Edges = []
    waiting = [(0, levels), (1, levels)]
    count = 2
    while waiting:
        parent, left = waiting.pop()
        for _ in range(width if left else 0):
            edges.append((parent, count))
            waiting.append((count, left - 1))
            count += 1
    return edges


def _stars(count: int, points: int) -> Edges:
    return [
        (star * (points + 1), star * (points + 1) + n) for star in range(count) for n in range(1, points + 1)
    ]


def _cube(dimensions: int) -> Edges:
    return [(node, node ^ 1 << bit) for node in range(2**dimensions) for bit in range(dimensions)]


def _torus(size: int) -> Edges:
    cells = [(row, column) for row in range(size) for column in range(size)]
    return [(r * size + c, r * size + (c + 1) % size) for r, c in cells] + [
        (r * size + c, (r + 1) % size * size + c) for r, c in cells
    ]


def _ladder(size: int) -> Edges:
    """Two rings side by side."""
    second = [(size + one, size + two) for one, two in _ring(size)]
    return _ring(size) + second + [(node, size + node) for node in range(size)]


def _petersen(size: int) -> Edges:
    inner = [(size + node, size + (node + 2) % size) for node in range(size)]
    return _ring(size) + [(node, size + node) for node in range(size)] + inner


def _pairs(count: int) -> Edges:
    return [edge for n in range(count) for edge in ((2 * n, 2 * n + 1), (2 * n + 1, 2 * n))]


Sizes = tuple[tuple[int, ...], ...]
# name to the shape, the sizes of which all orders are tried, and those that are too much
SHAPES: Final[dict[str, tuple[Callable[..., Edges], Sizes, Sizes]]] = {
    "clique": (_clique, ((2,), (3,), (4,)), ((5,), (6,), (7,), (8,), (9,), (10,))),
    "ring": (_ring, ((3,), (5,), (10,), (20,)), ((80,), (110,), (300,))),
    "ring both ways": (_ring_both_ways, ((3,), (5,), (10,)), ((60,), (150,))),
    "rings": (_rings, ((2, 3), (3, 5), (10, 5), (20, 10)), ((2, 80), (3, 120))),
    "chain": (_chain, ((5,), (10,), (20,)), ((100,), (150,), (300,))),
    "bipartite graph": (_bipartite, ((2, 2), (3, 3), (3, 4), (1, 100)), ((4, 4), (5, 5), (2, 8), (6, 6))),
    "two trees": (_trees, ((1, 2), (2, 2), (3, 2)), ((3, 3), (4, 2), (6, 2), (2, 5))),
    "stars": (_stars, ((1, 5), (2, 3), (3, 4), (1, 300)), ((2, 6), (2, 7), (2, 9))),
    "cube": (_cube, ((2,), (3,)), ((4,), (5,))),
    "torus": (_torus, ((2,), (3,)), ((4,), (5,), (6,))),
    "ladder": (_ladder, ((3,), (5,), (10,)), ((60,), (110,))),
    "Petersen graph": (_petersen, ((5,),), ()),
    "pairs": (_pairs, ((2,), (10,), (100,)), ()),
}
