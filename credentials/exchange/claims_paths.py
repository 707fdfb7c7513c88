"""A claim that is asked for, by its path into a credential: what it selects, and the JSON Pointers to it.

Source: OpenID for Verifiable Presentations 1.0, section 7 (Claims Path Pointer).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from credentials.data_integrity.selective import write_pointer

JsonObject = dict[str, Any]
PathComponent = str | int | None
ClaimValue = str | int | bool


@dataclass(frozen=True)
class ClaimsQuery:
    """A claim that is asked for.

    Args:
        path: from the root of the credential: member names, array indexes, None for every element.
        values: the claim must be one of these, type and value; None: whatever it is.
        id: its name in `claim_sets`.
    """

    path: tuple[PathComponent, ...]
    values: tuple[ClaimValue, ...] | None = None
    id: str | None = None

    def select(self, document: JsonObject) -> list[Any]:
        """Give what the path points to in a credential; empty if it points to nothing.

        Source: OpenID4VP 1.0, section 7.1.1 (Processing).
        """
        selected: list[Any] = [document]
        for component in self.path:
            kind = dict if isinstance(component, str) else list
            if not all(isinstance(element, kind) for element in selected):
                return []
            selected = [found for element in selected for found in _step(element, component)]
        return selected

    def is_in(self, document: JsonObject) -> bool:
        """Tell whether a credential has the claim, with one of the values if some are asked for."""
        selected = self.select(document)
        if self.values is None:
            return bool(selected)
        return any(_same(element, value) for element in selected for value in self.values)

    def pointers(self, document: JsonObject) -> tuple[str, ...]:
        """Give JSON Pointers to what the path points to in a credential; none if it points to nothing.

        Of an array whose elements are asked for by their number, the whole: with some of them held back, the
        others would move.
        """
        found: list[tuple[str, Any]] = [("", document)]
        for component in self.path:
            if isinstance(component, int):
                break
            found = [each for place, value in found for each in _below(place, value, component)]
        return tuple(dict.fromkeys(place for place, _ in found))


def _step(element: Any, component: PathComponent) -> list[Any]:
    if component is None:
        return list(element)
    if isinstance(component, int):
        return list(element[component : component + 1])
    return [element[component]] if component in element else []


def _below(place: str, value: Any, component: str | None) -> list[tuple[str, Any]]:
    """The places that one more component of a path leads to."""
    if component is None:
        return [(f"{place}/{n}", each) for n, each in enumerate(value)] if isinstance(value, list) else []
    if not isinstance(value, dict) or component not in value:
        return []
    return [(f"{place}{write_pointer([component])}", value[component])]


def _same(element: Any, value: ClaimValue) -> bool:
    """Compare type and value: "1" is not 1, and true is not 1."""
    return type(element) is type(value) and element == value
