"""Nodes that a document describes in several places: RDF merges them, so a property could move between them.

An endorsement inside a badge describes its subject, and that subject may be the badge, or its issuer in other
words. Both are good: whatever is said there, the signer said of that node. But moving `credentialStatus` from
the badge to such a second mention would change no statement, and hide the revocation from whoever reads the
JSON. So credentials, presentations and whatever stands at the root of a graph are described in one place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from contexts.errors import DataLossError

if TYPE_CHECKING:
    from contexts.rdfc import Quad


_CREDENTIALS: Final = "https://www.w3.org/2018/credentials#"
WHOLE_TYPES: Final = frozenset(
    {f"<{_CREDENTIALS}VerifiableCredential>", f"<{_CREDENTIALS}VerifiablePresentation>"}
)


@dataclass(frozen=True, slots=True)
class _Description:
    types: list[str]
    statements: list[Quad]
    is_root: bool
    at: str

    @property
    def is_whole(self) -> bool:
        return self.is_root or not WHOLE_TYPES.isdisjoint(self.types)


@dataclass(slots=True)
class Descriptions:
    """What each named node is said to be, at each place that says more than its id."""

    _by_node: dict[tuple[str, str], list[_Description]] = field(default_factory=dict)

    def add(
        self,
        graph: str,
        subject: str,
        *,
        types: list[str],
        statements: list[Quad],
        is_root: bool,
        at: str,
    ) -> None:
        """Record one description: the statements that this very place makes about the node."""
        description = _Description(types, statements, is_root, at)
        self._by_node.setdefault((graph, subject), []).append(description)

    def check(self) -> None:
        """Another description of a credential, a presentation or a root has types that this one has not.

        Terms belong to types, so nothing that is said in one place could be said in the other.

        Raises:
            DataLossError: otherwise.
        """
        for places in self._by_node.values():
            if len(places) > 1:
                _check_places(places)


def _check_places(places: list[_Description]) -> None:
    # a place that says the very same as another says nothing more: the first stands for both
    differing: dict[object, _Description] = {}
    for each in places:
        said = frozenset(each.types), frozenset(each.statements), each.is_whole
        differing.setdefault(said, each)
    first, *others = differing.values()
    if not others or not any(each.is_whole for each in differing.values()):
        return
    types = [frozenset(each.types) for each in (first, *others)]
    if not all(types) or sum(map(len, types)) != len(frozenset[str]().union(*types)):
        raise DataLossError("another description of the same node", pointer=others[0].at)
