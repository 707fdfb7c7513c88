"""The hashes of a document that is signed and then verified at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contexts import hash_canonical

if TYPE_CHECKING:
    from contexts import ContextSelection, HashAlgorithm

JsonObject = dict[str, Any]


class HashesOfOneSigning:
    """Implements `contexts.CanonicalHasher` from a signature to its verification in the same function: a
    document of the very same values is not canonicalized twice (ADR 0009).

    The values themselves are compared, not what they say: that costs a hundredth of writing both out. It
    holds as long as nobody changes them in between, which is why this lives no longer than one signing.
    """

    def __init__(self) -> None:
        self._known: list[tuple[JsonObject, bytes, HashAlgorithm, bytes]] = []

    def __call__(
        self, document: JsonObject, *, selection: ContextSelection, algorithm: HashAlgorithm = "sha256"
    ) -> bytes:
        """Hash a document, or remember its hash.

        Raises:
            ContextsError: see `contexts.canonicalize`.
        """
        for known, known_selection, known_algorithm, value in self._known:
            is_read_alike = known_selection == selection.digest and known_algorithm == algorithm
            if is_read_alike and _has_same_values(document, known):
                return value
        value = hash_canonical(document, selection=selection, algorithm=algorithm)
        self._known.append((document, selection.digest, algorithm, value))
        return value


def _has_same_values(document: JsonObject, known: JsonObject) -> bool:
    """Whether the members are the same objects, by the same names in the same order."""
    return list(document) == list(known) and all(
        value is other for value, other in zip(document.values(), known.values(), strict=True)
    )
