"""Nodes that a document describes in several places: RDF merges them, so a property could move between them.

An endorsement inside a badge describes its subject, and that subject may be the badge, or its issuer in other
words. Both are good: whatever is said there, the signer said of that node. But moving `credentialStatus` from
the badge to such a second mention would change no statement, and hide the revocation from whoever reads the
JSON; so would moving a date or a narrative from the one who earned it to what an endorsement says of them, or
the picture away from the achievement. So credentials, presentations, whatever stands at the root of a graph,
achievements and those who earned them are described in one place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from contexts.errors import DataLossError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

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


class Description(NamedTuple):
    """One place that says something of a node.

    Args:
        graph: N-Quads term of the graph it is in, "" for the default one.
        subject: N-Quads term of the node.
        types: those that it gives to the node.
        start: where its statements begin among those of the document.
        end: where they end; what hangs below the node stands between.
        active: the terms that hold there.
        is_root: it is the root of a graph.
        at: JSON pointer to it.
    """

    graph: str
    subject: str
    types: Sequence[str]
    start: int
    end: int
    active: ActiveContext
    is_root: bool
    at: str

    @property
    def is_whole(self) -> bool:
        """Whether nothing may be said of this node elsewhere that could be said here."""
        return self.is_root or not WHOLE_TYPES.isdisjoint(self.types)

    def leaves(self, said: frozenset[Quad], types: Sequence[str]) -> bool:
        """Whether what another description says is nothing that could be said here instead."""
        own = _SAID_BY_PROFILES if _PROFILE in types else frozenset[str]()
        return not any(map(self._could_say, {predicate[1:-1] for _, predicate, _, _ in said} - own))

    def _could_say(self, iri: str) -> bool:
        vocab = self.active.vocab
        return iri in self.active.iris or (vocab != "" and iri.startswith(vocab))


class Descriptions:
    """What each named node is said to be, at each place that says more than its id.

    Args:
        quads: all that the document states.
    """

    def __init__(self, quads: list[Quad]) -> None:
        # whether some node is described in several places
        self.have_repeats = False
        self._quads = quads
        self._by_node: dict[tuple[str, str], list[Description]] = {}

    def add(self, description: Description) -> None:
        """Record one description, after those that stand within it."""
        places = self._by_node.setdefault(description[:2], [])
        places.append(description)
        self.have_repeats = self.have_repeats or len(places) > 1

    def check(self) -> None:
        """Another description of what is described in one place has types that this one has not, and says
        nothing that could be said there: some terms belong to a type, but others (`name`, `narrative`,
        `image`, `awardedDate`) can be said of anything.

        Raises:
            DataLossError: otherwise.
        """
        for places in self._by_node.values():
            if len(places) > 1:
                _check_places(places, self._said_at(places))

    def _said_at(self, places: list[Description]) -> Iterator[frozenset[Quad]]:
        """What each place says of the node itself: what stands below may speak of it too, but elsewhere."""
        apart: list[Description] = []
        for place in places:
            said: list[Quad] = []
            end = place.end
            # those that stand within this one were recorded just before it
            while apart and apart[-1].start >= place.start:
                within = apart.pop()
                said += self._quads[within.end : end]
                end = within.start
            said += self._quads[place.start : end]
            apart.append(place)
            yield frozenset(each for each in said if each[0] == place.subject and each[3] == place.graph)


def _check_places(places: list[Description], said: Iterable[frozenset[Quad]]) -> None:
    # a place that says the very same as another says nothing more: the first stands for both
    differing: dict[object, tuple[Description, frozenset[Quad]]] = {}
    for place, own in zip(places, said, strict=True):
        differing.setdefault((frozenset(place.types), own, place.is_whole), (place, own))
    _, *others = differing.values()
    wholes = [place for place, _ in differing.values() if place.is_whole]
    if not others or not wholes:
        return
    types = [frozenset(place.types) for place, _ in differing.values()]
    if (
        not all(types)
        or sum(map(len, types)) != len(frozenset[str]().union(*types))
        or not all(
            whole.leaves(own, place.types)
            for whole in wholes
            for place, own in differing.values()
            if place is not whole
        )
    ):
        raise DataLossError("another description of the same node", pointer=others[0][0].at)
