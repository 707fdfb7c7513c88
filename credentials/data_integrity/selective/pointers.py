"""JSON pointers that choose parts of a document.

Source: RFC 6901; Data Integrity ECDSA Cryptosuites v1.0, sections 3.4.10 (jsonPointerToPaths) to 3.4.13
(selectJsonLd).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from contexts.properties import pointer
from credentials.errors import ProofError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from credentials.data_integrity.suites import JsonObject

MAXIMUM_POINTERS: Final = 1_000
MAXIMUM_POINTER_CHARACTERS: Final = 100_000
# as deep as a document may be nested (`contexts.strict_json`)
MAXIMUM_POINTER_DEPTH: Final = 64
_POINTER: Final = re.compile(r"(?:/(?:[^~/]|~[01])*)*")
_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)
# section 3.4.11 (createInitialSelection): whatever is on the way stays what it is; and the context of its
# own that it may have, without which it would say something else
_ALWAYS_KEPT: Final = frozenset({"@context", "id", "@id", "type", "@type"})


def parse_pointer(pointer: str) -> tuple[str, ...]:
    """Read a JSON pointer; "" is the whole document.

    Returns:
        Its reference tokens, unescaped.

    Raises:
        ProofError: "pointer_syntax", "too_many_pointers" for one that is deeper than any document.

    Source: RFC 6901, sections 3 and 4.
    """
    if len(pointer) > MAXIMUM_POINTER_CHARACTERS or pointer.count("/") > MAXIMUM_POINTER_DEPTH:
        raise ProofError("too_many_pointers", f"deeper than {MAXIMUM_POINTER_DEPTH}")
    if not _POINTER.fullmatch(pointer):
        raise ProofError("pointer_syntax", repr(pointer[:80]))
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:])


def parse_pointers(pointers: Sequence[str]) -> list[tuple[str, ...]]:
    """Read JSON pointers, not too many of them.

    Raises:
        ProofError: "too_many_pointers", "pointer_syntax".
    """
    if len(pointers) > MAXIMUM_POINTERS:
        raise ProofError("too_many_pointers", f"{len(pointers)}")
    if not all(isinstance(each, str) for each in pointers):
        raise ProofError("pointer_syntax", "a pointer is a string")
    if sum(map(len, pointers)) > MAXIMUM_POINTER_CHARACTERS:
        raise ProofError("too_many_pointers", f"more than {MAXIMUM_POINTER_CHARACTERS} characters")
    return [parse_pointer(each) for each in pointers]


def write_pointer(tokens: Iterable[str]) -> str:
    """Write reference tokens as a JSON pointer."""
    return "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in tokens)


class Selection:
    """What some pointers choose of a document: the values they name with all that is below, and of what is on
    the way there that it is, what type it has, and how it is called.

    Args:
        document: parsed JSON.
        pointers: JSON pointers; none chooses nothing.

    Raises:
        ProofError: "pointer_syntax", "too_many_pointers", "pointer_not_found".
    """

    def __init__(self, document: JsonObject, pointers: Sequence[str]) -> None:
        self._document = document
        paths = parse_pointers(pointers)
        for path in paths:
            _check_exists(document, path)
        self.targets = frozenset(write_pointer(path) for path in paths)
        self._on_the_way = frozenset(place for path in set(paths) for place in _places_on_the_way(path))
        self._tree = _tree(paths)
        self._within: dict[str, bool] = {}

    def __bool__(self) -> bool:
        """Whether anything is chosen."""
        return bool(self.targets)

    def holds(self, place: str) -> bool:
        """Tell whether what stands at a place is chosen.

        Args:
            place: JSON pointer to a value, or to an object for its types.
        """
        return place in self._on_the_way or self._is_within(place)

    def divided(self, whole: Iterable[str]) -> str | None:
        """Find one of these places that a pointer goes into, if there is one."""
        return next(iter(self._on_the_way.intersection(whole)), None)

    def to_document(self) -> JsonObject:
        """Give the chosen part of the document; it shares its values with the document.

        Source: section 3.4.13 (selectJsonLd).
        """
        part: JsonObject = _part(self._document, self._tree)
        return part

    def _is_within(self, place: str) -> bool:
        known = self._within.get(place)
        if known is None:
            known = place in self.targets or (place != "" and self._is_within(place[: place.rindex("/")]))
            self._within[place] = known
        return known


def select_json_ld(document: JsonObject, pointers: Sequence[str]) -> JsonObject:
    """Give the part of a document that pointers choose, with the contexts, ids and types on the way.

    Args:
        document: parsed JSON-LD; the result shares its values.
        pointers: JSON pointers, at least one.

    Raises:
        ProofError: "nothing_selected", "pointer_syntax", "too_many_pointers", "pointer_not_found".

    Source: section 3.4.13 (selectJsonLd).
    """
    selection = Selection(document, pointers)
    if not selection:
        raise ProofError("nothing_selected")
    return selection.to_document()


# member name or index to what is chosen below it; without entries: all of it
_Tree = dict[str, "_Tree"]


def _tree(paths: Iterable[tuple[str, ...]]) -> _Tree:
    root: _Tree = {}
    # shorter ones first: what they choose whole, longer ones do not divide
    for path in sorted(set(paths), key=len):
        if not path:
            return {}
        _add(root, path)
    return root


def _add(tree: _Tree, path: tuple[str, ...]) -> None:
    for token in path:
        if token in tree and not tree[token]:
            return
        tree = tree.setdefault(token, {})


def _places_on_the_way(path: tuple[str, ...]) -> Iterator[str]:
    """Give the pointer of everything that a path leads through, from the whole document on."""
    at = ""
    for token in path:
        yield at
        at = pointer(at, token)


def _check_exists(document: JsonObject, path: tuple[str, ...]) -> None:
    value: Any = document
    for depth, token in enumerate(path):
        if isinstance(value, dict) and token in value:
            value = value[token]
        elif isinstance(value, list) and _INDEX.fullmatch(token) and int(token) < len(value):
            value = value[int(token)]
        else:
            raise ProofError("pointer_not_found", pointer=write_pointer(path[: depth + 1])[:200])


def _part(value: Any, tree: _Tree) -> Any:
    if not tree:
        return value
    if isinstance(value, list):
        return [_part(value[index], tree[str(index)]) for index in sorted(map(int, tree))]
    return {
        # a type on the way is kept whole, even if one of several is named
        name: member if name in _ALWAYS_KEPT else _part(member, tree[name])
        for name, member in value.items()
        if name in _ALWAYS_KEPT or name in tree
    }
