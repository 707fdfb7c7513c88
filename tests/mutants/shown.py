"""What an accepted artefact says, in a form in which equal claims are equal whatever their writing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from credentials.view import CredentialView

# contexts give the terms their meaning and say nothing; a proof is what vouches, not what is said
_NOT_SAID = frozenset({"@context", "proof"})


def said(value: Any) -> Any:
    """Bring a document into a form without order and without wrappings.

    Statements of RDF have no order; one value says the same alone and in a list of one, and an identifier alone
    and in an object with nothing else. JSON has one kind of number, and tags of languages have no case. Nothing
    else may differ: names, texts and types of values are compared as they stand.
    """
    if isinstance(value, dict):
        members = {
            name: each.lower() if name == "@language" and isinstance(each, str) else said(each)
            for name, each in value.items()
            if name not in _NOT_SAID
        }
        return members["id"] if members.keys() == {"id"} else members
    if isinstance(value, list):
        items = sorted((said(each) for each in value), key=lambda each: json.dumps(each, sort_keys=True))
        return items[0] if len(items) == 1 else items
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def claims_of(views: tuple[CredentialView, ...]) -> tuple[str, ...]:
    """Everything that is shown of some credentials, in no order: the whole documents, and what pages take out of
    them.
    """
    shown = ([said(view.raw), said(view.to_json())] for view in views)
    return tuple(sorted(json.dumps(each, sort_keys=True, default=str) for each in shown))


def is_part(less: Any, more: Any) -> bool:
    """Tell whether a document says nothing that the other does not: for what a holder may hold back."""
    wanted = list(_leaves(said(less)))
    there = list(_leaves(said(more)))
    return all(each in there for each in wanted)


def _leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict):
        for name, each in value.items():
            # an identifier in an object is the identifier alone, once nothing else is there
            yield from _leaves(each, path if name == "id" else (*path, name))
    elif isinstance(value, list):
        for each in value:
            yield from _leaves(each, path)
    else:
        yield path, json.dumps(value)
