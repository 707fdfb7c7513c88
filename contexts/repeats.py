"""Nodes that a document describes in several places: RDF merges them, so a property could move between them.

An endorsement inside a badge describes its subject, and that subject may be the badge, or its issuer in other
words. Both are good: whatever is said there, the signer said of that node. But moving `credentialStatus` from
the badge to such a second mention would change no statement, and hide the revocation from whoever reads the
JSON; so would moving a date or a narrative from the one who earned it to what an endorsement says of them, or
the picture away from the achievement. So credentials, presentations, whatever stands at the root of a graph,
achievements and those who earned them are described in one place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from contexts.errors import DataLossError

if TYPE_CHECKING:
    from contexts.rdfc import Quad
    from contexts.terms import ActiveContext


_CREDENTIALS: Final = "https://www.w3.org/2018/credentials#"
_OPEN_BADGES: Final = "https://purl.imsglobal.org/spec/vc/ob/vocab.html#"
WHOLE_TYPES: Final = frozenset(
    {
        f"<{_CREDENTIALS}VerifiableCredential>",
        f"<{_CREDENTIALS}VerifiablePresentation>",
        f"<{_OPEN_BADGES}Achievement>",
        f"<{_OPEN_BADGES}AchievementSubject>",
    }
)
# whoever issues to himself is a profile here and a subject there; what a profile says of itself stays with it
_PROFILE: Final = f"<{_OPEN_BADGES}Profile>"
_SAID_BY_PROFILES: Final = frozenset(
    {
        *(f"https://schema.org/{name}" for name in ("name", "description", "url")),
        *(f"{_OPEN_BADGES}{name}" for name in ("image", "endorsement", "endorsementJwt")),
    }
)


@dataclass(frozen=True, slots=True)
class _Description:
    types: list[str]
    statements: list[Quad]
    active: ActiveContext
    is_root: bool
    at: str

    @property
    def is_whole(self) -> bool:
        return self.is_root or not WHOLE_TYPES.isdisjoint(self.types)

    def leaves(self, other: _Description) -> bool:
        """Whether another description says nothing of what could be said here instead."""
        own = _SAID_BY_PROFILES if _PROFILE in other.types else frozenset[str]()
        said = {predicate[1:-1] for _, predicate, _, _ in other.statements} - own
        return not any(map(self._could_say, said))

    def _could_say(self, iri: str) -> bool:
        vocab = self.active.vocab
        return iri in self.active.iris or (vocab != "" and iri.startswith(vocab))


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
        active: ActiveContext,
        is_root: bool,
        at: str,
    ) -> None:
        """Record one description: the statements that this very place makes about the node, in its terms."""
        description = _Description(types, statements, active, is_root, at)
        self._by_node.setdefault((graph, subject), []).append(description)

    def check(self) -> None:
        """Another description of what is described in one place has types that this one has not, and says
        nothing that could be said there: some terms belong to a type, but others (`name`, `narrative`,
        `image`, `awardedDate`) can be said of anything.

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
    wholes = [each for each in differing.values() if each.is_whole]
    if (
        not all(types)
        or sum(map(len, types)) != len(frozenset[str]().union(*types))
        or not all(whole.leaves(each) for whole in wholes for each in differing.values() if each is not whole)
    ):
        raise DataLossError("another description of the same node", pointer=others[0].at)
