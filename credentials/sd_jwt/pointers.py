"""JSON Pointers, which name the claims that may be hidden, and those that are to be shown.

Source: RFC 6901, sections 3 and 4.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from credentials.data_integrity.selective import parse_pointers
from credentials.sd_jwt.errors import SdJwtError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Path = tuple[str | int, ...]
_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)


def to_pointer(path: Sequence[str | int]) -> str:
    """Write a path as a JSON Pointer."""
    return "".join(f"/{str(token).replace('~', '~0').replace('/', '~1')}" for token in path)


def locate(document: Any, pointers: Iterable[str]) -> list[Path]:
    """Read JSON Pointers against a document: which paths they are in it.

    Args:
        document: JSON value.
        pointers: "" is the whole.

    Raises:
        ProofError: "pointer_syntax", "too_many_pointers".
        SdJwtError: "pointer_not_found".
    """
    return [_locate(document, tokens) for tokens in parse_pointers(list(dict.fromkeys(pointers)))]


def _locate(document: Any, tokens: Sequence[str]) -> Path:
    path: list[str | int] = []
    value = document
    for token in tokens:
        step = _step(value, token)
        if step is None:
            raise SdJwtError("pointer_not_found", pointer=to_pointer(tokens)[:200])
        path.append(step)
        value = value[step]
    return tuple(path)


def _step(value: Any, token: str) -> str | int | None:
    if isinstance(value, dict) and token in value:
        return token
    if isinstance(value, list) and _INDEX.fullmatch(token) and int(token) < len(value):
        return int(token)
    return None
