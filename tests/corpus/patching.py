"""How a case is written as a change of its valid twin: RFC 6902 for JSON, one splice for text."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = Any
Path = tuple[str, ...]


def apply_patch(document: Json, operations: list[dict[str, Any]]) -> Json:
    """Apply the operations add, remove and replace of RFC 6902; the document stays as it is."""
    holder = {"": copy.deepcopy(document)}
    for operation in operations:
        path = ["", *_unescaped(operation["path"])]
        parent: Any = holder
        for step in path[:-1]:
            parent = parent[int(step)] if isinstance(parent, list) else parent[step]
        _apply(parent, path[-1], operation)
    return holder[""]


def _apply(parent: Any, last: str, operation: dict[str, Any]) -> None:
    value = copy.deepcopy(operation.get("value"))
    if not isinstance(parent, list):
        if operation["op"] == "remove":
            del parent[last]
        else:
            parent[last] = value
        return
    index = len(parent) if last == "-" else int(last)
    match operation["op"]:
        case "add":
            parent.insert(index, value)
        case "replace":
            parent[index] = value
        case "remove":
            del parent[index]


def make_patch(before: Json, after: Json) -> list[dict[str, Any]]:
    """Make the operations that turn one JSON value into another; the order of members is not kept."""
    return list(_differences(before, after, ()))


def _differences(before: Json, after: Json, path: Path) -> Iterator[dict[str, Any]]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in before:
            if name not in after:
                yield {"op": "remove", "path": _pointer((*path, name))}
        for name, value in after.items():
            if name not in before:
                yield {"op": "add", "path": _pointer((*path, name)), "value": value}
            else:
                yield from _differences(before[name], value, (*path, name))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from _differences(one, other, (*path, str(index)))
    elif not is_same_json(before, after):
        yield {"op": "replace", "path": _pointer(path), "value": after}


def is_same_json(one: Json, other: Json) -> bool:
    """Compare as JSON: `1`, `1.0` and `true` differ, the order of members does not."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _pointer(path: Path) -> str:
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in path)


def _unescaped(pointer: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]] if pointer else []


def apply_splice(text: str, splice: dict[str, Any]) -> str:
    """Cut characters out of a text and put others there."""
    at = splice["at"]
    return text[:at] + splice.get("insert", "") + text[at + splice.get("delete", 0) :]


def make_splice(before: str, after: str) -> dict[str, Any]:
    """Make the one splice that turns a text into another."""
    shorter = min(len(before), len(after))
    start = next((i for i in range(shorter) if before[i] != after[i]), shorter)
    end = next((i for i in range(shorter - start) if before[-1 - i] != after[-1 - i]), shorter - start)
    splice: dict[str, Any] = {"at": start}
    if start < len(before) - end:
        splice["delete"] = len(before) - end - start
    if start < len(after) - end:
        splice["insert"] = after[start : len(after) - end]
    return splice
