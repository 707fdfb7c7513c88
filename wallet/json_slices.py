"""Cuts one value out of a JSON text without writing it again: what is kept is what was received."""

from __future__ import annotations

import json
from typing import Final

_DECODER: Final = json.JSONDecoder()
_SPACE: Final = " \t\n\r"


class JsonSliceError(ValueError):
    """There is no such value."""


def slice_json(data: bytes, *path: str | int) -> bytes:
    """Give the exact bytes of a value.

    Args:
        data: a JSON text that was strictly parsed before (UTF-8, no duplicate members).
        path: member names and array positions, from the outside in.

    Raises:
        JsonSliceError: there is no such value.
    """
    text = data.decode("utf-8")
    start = _skip(text, 0)
    for step in path:
        start = _member(text, start, step) if isinstance(step, str) else _element(text, start, step)
    return text[start : _end(text, start)].encode("utf-8")


def _member(text: str, start: int, name: str) -> int:
    """Where the value of that member begins, in the object that begins at `start`."""
    position = _enter(text, start, "{")
    while text[position] != "}":
        found, position = _DECODER.raw_decode(text, position)
        position = _skip(text, _skip(text, position) + 1)  # the colon
        if found == name:
            return position
        position = _next(text, _end(text, position))
    raise JsonSliceError(f"no member {name!r}")


def _element(text: str, start: int, wanted: int) -> int:
    """Where the element of that number begins, in the array that begins at `start`."""
    position, number = _enter(text, start, "["), 0
    while text[position] != "]":
        if number == wanted:
            return position
        position, number = _next(text, _end(text, position)), number + 1
    raise JsonSliceError(f"no element {wanted}")


def _enter(text: str, start: int, bracket: str) -> int:
    if text[start : start + 1] != bracket:
        raise JsonSliceError(f"no {bracket} at {start}")
    return _skip(text, start + 1)


def _next(text: str, position: int) -> int:
    """Past the comma, or at the closing bracket."""
    position = _skip(text, position)
    return _skip(text, position + 1) if text[position] == "," else position


def _end(text: str, start: int) -> int:
    return int(_DECODER.raw_decode(text, start)[1])


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in _SPACE:
        position += 1
    return position
