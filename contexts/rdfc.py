"""RDF Dataset Canonicalization (RDFC-1.0) over quads, under a work budget.

A quad is four strings already in N-Quads form (`<iri>`, `"literal"`, `_:label`), the graph name empty for the
default graph. Canonical N-Quads are then these strings with other labels, joined and sorted.

Source: W3C RDF Dataset Canonicalization 1.0, section 4. The numbers in the comments are its steps.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from itertools import permutations
from typing import TYPE_CHECKING

from contexts.errors import TooComplexError
from contexts.limits import PATH_UNITS
from contexts.literals import to_utf8

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from contexts.limits import WorkBudget

Quad = tuple[str, str, str, str]

HASH_FUNCTIONS = {"sha256": hashlib.sha256, "sha384": hashlib.sha384}
DEFAULT_WORK = 4_000
# a path past this many nodes counts as several
_STEPS_OF_A_PATH = 16
MAXIMUM_DEPTH = 100


def canonical_nquads(
    quads: Collection[Quad],
    *,
    are_distinct: bool = False,
    algorithm: str = "sha256",
    work: int = DEFAULT_WORK,
    work_of_a_node: int = 0,
    budget: WorkBudget | None = None,
) -> str:
    """The canonical N-Quads document of a dataset.

    Args:
        quads: four N-Quads terms each; a graph name of "" is the default graph.
        are_distinct: none of them is there twice, and needs to be looked for.
        algorithm: "sha256" or "sha384".
        work: how many permutation paths may be tried before the dataset is refused.
        work_of_a_node: how many more for each node that its own statements do not tell from another; all
            together never more than 4,000.
        budget: what all that is verified with this dataset may cost.

    Raises:
        TooComplexError: the work is spent (poison graphs), or the budget.
    """
    dataset = quads if are_distinct else set(quads)
    labels = canonical_labels(
        dataset, algorithm=algorithm, work=work, work_of_a_node=work_of_a_node, budget=budget
    )
    label = labels.get
    # as `nquad_line`, without a call for each: a credential's whole life is spent in such lines
    lines = [
        f"{label(subject, subject)} {predicate} {label(object_, object_)} {label(graph, graph)} .\n"
        if graph
        else f"{label(subject, subject)} {predicate} {label(object_, object_)} .\n"
        for subject, predicate, object_, graph in dataset
    ]
    lines.sort()
    return "".join(lines)


def canonical_labels(
    quads: Iterable[Quad],
    *,
    algorithm: str = "sha256",
    work: int = DEFAULT_WORK,
    work_of_a_node: int = 0,
    budget: WorkBudget | None = None,
) -> dict[str, str]:
    """Blank node label (`_:b0`) to canonical label (`_:c14n0`), for every blank node of the dataset.

    Arguments and errors as `canonical_nquads`.
    """
    return _Canonicalization(algorithm, work, work_of_a_node, budget).run(quads)


def nquad_line(quad: Quad, labels: Mapping[str, str]) -> str:
    """One line of canonical N-Quads, with its newline; blank nodes get the labels that are given."""
    subject, predicate, object_, graph = quad
    label = labels.get
    if graph:
        return f"{label(subject, subject)} {predicate} {label(object_, object_)} {label(graph, graph)} .\n"
    return f"{label(subject, subject)} {predicate} {label(object_, object_)} .\n"


def _first_degree_line(quad: Quad, label: str) -> str:
    """A line in which one blank node is `_:a` and all others are `_:z` (section 4.6.3, step 3)."""
    subject, predicate, object_, graph = quad
    if subject[0] == "_":
        subject = "_:a" if subject == label else "_:z"
    if object_[0] == "_":
        object_ = "_:a" if object_ == label else "_:z"
    if not graph:
        return f"{subject} {predicate} {object_} .\n"
    if graph.startswith("_:"):
        graph = "_:a" if graph == label else "_:z"
    return f"{subject} {predicate} {object_} {graph} .\n"


@dataclass
class _Issuer:
    """Identifier issuer (section 4.5): hands out prefix0, prefix1, ... in order of asking."""

    prefix: str
    issued: dict[str, str] = field(default_factory=dict)

    def issue(self, label: str) -> str:
        return self.issued.setdefault(label, f"{self.prefix}{len(self.issued)}")

    def copy(self) -> _Issuer:
        return _Issuer(self.prefix, dict(self.issued))


class _Canonicalization:
    """The canonicalization state (section 4.3) of one run."""

    def __init__(self, algorithm: str, work: int, work_of_a_node: int, budget: WorkBudget | None) -> None:
        self._hash_function = HASH_FUNCTIONS[algorithm]
        self._work = work
        self._work_of_a_node = work_of_a_node
        self._budget = budget
        self._depth = 0
        self._quads: dict[str, list[Quad]] = {}
        self._links: dict[str, dict[tuple[str, str, str], int]] = {}
        self._hashes: dict[str, str] = {}
        self._canonical = _Issuer("_:c14n")

    def _hash(self, text: str) -> str:
        return self._hash_function(to_utf8(text)).hexdigest()

    def run(self, quads: Iterable[Quad]) -> dict[str, str]:
        """Section 4.4.3."""
        # 2: which quads mention which blank node
        mentions = self._quads
        for quad in quads:
            # a term begins with <, " or _, the default graph with nothing
            subject, _, object_, graph = quad
            if subject[0] == "_":
                mentions.setdefault(subject, []).append(quad)
            if object_[0] == "_" and object_ != subject:
                mentions.setdefault(object_, []).append(quad)
            if graph and graph[0] == "_" and graph not in {subject, object_}:
                mentions.setdefault(graph, []).append(quad)
        if len(mentions) == 1:
            # the only one needs nothing to be told apart by
            self._canonical.issue(*mentions)
            return self._canonical.issued
        # 3: first degree hashes
        by_hash: dict[str, list[str]] = {}
        for label in self._quads:
            by_hash.setdefault(self._first_degree(label), []).append(label)
        # 4: those that are unique are named at once, in order of their hashes
        for digest in sorted(by_hash):
            if len(by_hash[digest]) == 1:
                self._canonical.issue(by_hash[digest][0])
        # 5: the others by the paths that lead to them
        if len(self._canonical.issued) < len(mentions):
            self._name_others([by_hash[digest] for digest in sorted(by_hash) if len(by_hash[digest]) > 1])
        return self._canonical.issued

    def _name_others(self, groups: list[list[str]]) -> None:
        """Name those that their own statements do not tell apart, group by group, within the work allowed."""
        alike = sum(map(len, groups))
        allowed = min(self._work + self._work_of_a_node * alike, max(self._work, DEFAULT_WORK))
        if self._budget is not None:
            allowed = min(allowed, self._budget.left // PATH_UNITS)
        self._work = allowed
        try:
            for labels in groups:
                self._name_by_paths(labels)
        finally:
            if self._budget is not None:
                self._budget.count((allowed - self._work) * PATH_UNITS)

    def _name_by_paths(self, labels: list[str]) -> None:
        paths: list[tuple[str, _Issuer]] = []
        for label in labels:
            if label in self._canonical.issued:
                continue
            issuer = _Issuer("_:b")
            issuer.issue(label)
            paths.append(self._n_degree(label, issuer))
        for _, issuer in sorted(paths, key=lambda path: path[0]):
            for label in issuer.issued:
                self._canonical.issue(label)

    def _first_degree(self, label: str) -> str:
        """Section 4.6.3."""
        if label not in self._hashes:
            lines = [_first_degree_line(quad, label) for quad in self._quads[label]]
            lines.sort()
            self._hashes[label] = self._hash("".join(lines))
        return self._hashes[label]

    def _links_of(self, label: str) -> dict[tuple[str, str, str], int]:
        """How a node is related to others (position, predicate, other), and how often: worked out once, since
        a path may come by many times, and what else the node says may be long.
        """
        known = self._links.get(label)
        if known is None:
            known = self._links[label] = {}
            for subject, predicate, object_, graph in self._quads[label]:
                for link in (("s", predicate, subject), ("o", predicate, object_), ("g", "", graph)):
                    if link[2].startswith("_:") and link[2] != label:
                        known[link] = known.get(link, 0) + 1
        return known

    def _related(self, position: str, predicate: str, related: str, issuer: _Issuer) -> str:
        """Section 4.7.3; a graph's predicate is left out, and so is "" here."""
        name = self._canonical.issued.get(related) or issuer.issued.get(related)
        return self._hash(f"{position}{predicate}{name or self._first_degree(related)}")

    def _n_degree(self, label: str, issuer: _Issuer) -> tuple[str, _Issuer]:
        """Section 4.8.3."""
        if self._depth >= MAXIMUM_DEPTH:
            raise TooComplexError("a path of blank nodes is longer than any document needs")
        # 1 to 3: neighbours by the hash of how they are related
        neighbours: dict[str, list[str]] = {}
        links = self._links_of(label)
        self._spend(len(links) // _STEPS_OF_A_PATH)
        for (position, predicate, related), times in links.items():
            digest = self._related(position, predicate, related, issuer)
            neighbours.setdefault(digest, []).extend([related] * times)
        # 4 and 5: the path that sorts first, for each group of neighbours
        data = []
        for digest in sorted(neighbours):
            path, issuer = self._best_path(neighbours[digest], issuer)
            data += [digest, path]
        return self._hash("".join(data)), issuer

    def _spend(self, paths: int) -> None:
        self._work -= paths
        if self._work < 0:
            raise TooComplexError("the blank nodes of this document are entangled beyond the work budget")

    def _best_path(self, related: list[str], issuer: _Issuer) -> tuple[str, _Issuer]:
        best_path, best_issuer = "", issuer
        # one neighbour that several statements name (a graph) has one order, not the factorial of them
        for permutation in permutations(related) if len(set(related)) > 1 else [tuple(related)]:
            found = self._path(permutation, issuer.copy(), best_path)
            if found and (not best_path or found[0] < best_path):
                best_path, best_issuer = found
        return best_path, best_issuer

    def _path(self, permutation: tuple[str, ...], issuer: _Issuer, best: str) -> tuple[str, _Issuer] | None:
        """5.4 to 5.6 for one permutation; None as soon as it cannot become the best."""
        # the issuer was copied for this path
        self._spend(1 + (len(permutation) + len(issuer.issued) // _STEPS_OF_A_PATH) // _STEPS_OF_A_PATH)
        path, recursion = "", []
        for related in permutation:
            if related in self._canonical.issued:
                path += self._canonical.issued[related]
            else:
                if related not in issuer.issued:
                    recursion.append(related)
                path += issuer.issue(related)
            if best and len(path) >= len(best) and path > best:
                return None
        for related in recursion:
            self._depth += 1
            digest, deeper = self._n_degree(related, issuer)
            self._depth -= 1
            path += f"{issuer.issue(related)}<{digest}>"
            issuer = deeper
            if best and len(path) >= len(best) and path > best:
                return None
        return path, issuer
