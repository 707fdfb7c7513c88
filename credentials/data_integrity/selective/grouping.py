"""A document as signed statements, and groups of them by JSON pointers.

Source: Data Integrity ECDSA Cryptosuites v1.0, sections 3.4.1 (labelReplacementCanonicalizeNQuads), 3.4.14
(relabelBlankNodes), 3.4.15 (selectCanonicalNQuads) and 3.4.16 (canonicalizeAndGroup).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contexts import DEFAULT_LIMITS, canonicalize
from contexts.limits import TEXT_OF_A_UNIT
from contexts.located import to_located_statements
from contexts.rdfc import canonical_labels, nquad_line
from contexts.statements import to_statements
from credentials.data_integrity.selective.labels import strip_blank_node_prefixes
from credentials.data_integrity.selective.pointers import Selection
from credentials.errors import ProofError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from contexts import ContextSelection
    from contexts.rdfc import Quad
    from credentials.data_integrity.selective.labels import LabelMapFunction
    from credentials.data_integrity.suites import JsonObject


@dataclass(frozen=True, slots=True)
class Group:
    """The statements that some pointers choose.

    Args:
        indexes: where they stand among all of the document, ascending.
        quads: they themselves, with the document's own labels.
    """

    indexes: tuple[int, ...]
    quads: tuple[Quad, ...]


@dataclass(frozen=True, slots=True)
class GroupedStatements:
    """All statements of a document, and groups of them.

    Args:
        lines: canonical N-Quads with replaced labels, sorted; each ends in a newline.
        labels: the document's blank nodes ("_:b0") to the labels that replace them ("_:u...").
        groups: name to group.
    """

    lines: tuple[str, ...]
    labels: Mapping[str, str]
    groups: Mapping[str, Group]

    def without(self, name: str) -> list[int]:
        """Give the indexes of the statements that are not in a group, ascending."""
        indexes = frozenset(self.groups[name].indexes)
        return [index for index in range(len(self.lines)) if index not in indexes]


def canonicalize_and_group(
    document: JsonObject,
    *,
    selection: ContextSelection,
    label_map: LabelMapFunction,
    groups: Mapping[str, Sequence[str]],
) -> GroupedStatements:
    """Canonicalize a document with replaced labels, and group its statements.

    Args:
        document: the unsecured document; not changed.
        selection: which versions of the contexts to read it with.
        label_map: `hmac_label_map(key)` or `shuffled_label_map(key)`.
        groups: name to JSON pointers; no pointer chooses no statement.

    Raises:
        ProofError: "pointer_syntax", "too_many_pointers", "pointer_not_found", "pointer_into_value".
        ContextsError: the document loses data, names an unknown context, or is too complex.

    Source: section 3.4.16 (canonicalizeAndGroup).
    """
    chosen = {name: Selection(document, pointers) for name, pointers in groups.items()}
    located = to_located_statements(document, selection=selection)
    for each in chosen.values():
        divided = each.divided(located.whole)
        if divided is not None:
            raise ProofError("pointer_into_value", pointer=divided[:200])
    dataset = dict.fromkeys(located.quads)
    labels = label_map(_canonical_labels(dataset, selection))
    lines = sorted((nquad_line(quad, labels), quad) for quad in dataset)
    selection.spend(sum(len(line) for line, _ in lines) // TEXT_OF_A_UNIT)
    stated = list(zip(located.quads, located.places, strict=True))
    return GroupedStatements(
        lines=tuple(line for line, _ in lines),
        labels=labels,
        groups={
            name: _group(lines, {quad for quad, place in stated if each and each.holds(place)})
            for name, each in chosen.items()
        },
    )


def _canonical_labels(quads: Iterable[Quad], selection: ContextSelection) -> dict[str, str]:
    limits = DEFAULT_LIMITS
    return canonical_labels(
        quads, work=limits.work, work_of_a_node=limits.work_of_a_node, budget=selection.budget
    )


def _group(lines: list[tuple[str, Quad]], quads: set[Quad]) -> Group:
    held = [(index, quad) for index, (_, quad) in enumerate(lines) if quad in quads]
    return Group(tuple(index for index, _ in held), tuple(quad for _, quad in held))


def label_replacement_canonicalize(
    document: JsonObject, *, selection: ContextSelection, label_map: Mapping[str, str]
) -> list[str]:
    """Canonicalize a derived document with the labels that its proof brings.

    Args:
        document: the unsecured document, as it was received.
        selection: which versions of the contexts to read it with.
        label_map: canonical label to the label that was signed, without "_:" ("c14n0" to "u..."): one for
            each blank node of the document, all different.

    Returns:
        Canonical N-Quads with replaced labels, sorted; each ends in a newline.

    Raises:
        ProofError: "label_map_mismatch".
        ContextsError: the document loses data, names an unknown context, or is too complex.

    Source: section 3.4.2 (labelReplacementCanonicalizeJsonLd) with 3.4.3 (createLabelMapFunction).
    """
    dataset = dict.fromkeys(
        to_statements(document, tables=selection.tables, limits=DEFAULT_LIMITS, budget=selection.budget)
    )
    canonical = _canonical_labels(dataset, selection)
    replaced = {f"_:{label}": f"_:{other}" for label, other in label_map.items()}
    # two nodes under one label would be read as two things where one was signed
    if set(canonical.values()) != replaced.keys() or len(set(replaced.values())) != len(replaced):
        raise ProofError("label_map_mismatch", pointer="/proof/proofValue")
    labels = {node: replaced[label] for node, label in canonical.items()}
    lines = sorted(nquad_line(quad, labels) for quad in dataset)
    selection.spend(sum(map(len, lines)) // TEXT_OF_A_UNIT)
    return lines


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What a holder shows.

    Args:
        document: the unsecured reveal document; it shares its values with the whole one.
        mandatory_indexes: which of its statements are mandatory, ascending.
        selective_indexes: which of the whole document's non-mandatory statements are shown, ascending,
            counted among those.
        non_mandatory_count: how many non-mandatory statements the whole document has.
        label_map: canonical label in the reveal document to the label that was signed, without "_:".
    """

    document: JsonObject
    mandatory_indexes: list[int]
    selective_indexes: list[int]
    non_mandatory_count: int
    label_map: dict[str, str]


def disclose(
    document: JsonObject,
    *,
    selection: ContextSelection,
    label_map: LabelMapFunction,
    mandatory_pointers: Sequence[str],
    selective_pointers: Sequence[str],
) -> Disclosure:
    """Work out what of a document is shown, and what its statements are called then.

    Args:
        document: the whole unsecured document; not changed.
        selection: which versions of the contexts to read it with.
        label_map: as for the base proof.
        mandatory_pointers: what the issuer wants shown always.
        selective_pointers: what the holder shows besides.

    Raises:
        ProofError: "nothing_selected", "pointer_syntax", "too_many_pointers", "pointer_not_found",
            "pointer_into_value", "selection_unsupported".
        ContextsError: the document, or what would be shown of it, loses data.

    Source: section 3.5.4 (createDisclosureData).
    """
    combined_pointers = [*mandatory_pointers, *selective_pointers]
    if not combined_pointers:
        raise ProofError("nothing_selected")
    grouped = canonicalize_and_group(
        document,
        selection=selection,
        label_map=label_map,
        groups={"mandatory": mandatory_pointers, "combined": combined_pointers},
    )
    mandatory, combined = grouped.groups["mandatory"], grouped.groups["combined"]
    shown = Selection(document, combined_pointers).to_document()
    canonical = _canonical_labels(combined.quads, selection)
    _check_shown(shown, combined.quads, canonical, selection=selection)
    non_mandatory = grouped.without("mandatory")
    return Disclosure(
        document=shown,
        mandatory_indexes=positions(mandatory.indexes, among=combined.indexes),
        selective_indexes=positions(combined.indexes, among=non_mandatory),
        non_mandatory_count=len(non_mandatory),
        label_map=strip_blank_node_prefixes(
            {label: grouped.labels[node] for node, label in canonical.items()}
        ),
    )


def positions(indexes: Iterable[int], *, among: Sequence[int]) -> list[int]:
    """Tell where those of some indexes that are among others stand there, in ascending order."""
    wanted = frozenset(indexes)
    return [position for position, index in enumerate(among) if index in wanted]


def _check_shown(
    shown: JsonObject, quads: Sequence[Quad], canonical: Mapping[str, str], *, selection: ContextSelection
) -> None:
    """Read the reveal document as a verifier will: it states what was chosen, no more and no less.

    Where not, nothing is shown: for example under a context with names of its own for `@id` and `@type`,
    where section 3.4.13 takes `id` and `type` for granted.
    """
    expected = "".join(sorted(nquad_line(quad, canonical) for quad in quads))
    if canonicalize(shown, selection=selection) != expected:
        raise ProofError("selection_unsupported", "the part states something else than the whole")
