"""JSON that every reader understands alike, in bounded time and space.

Source: RFC 8259; RFC 7493 (I-JSON) for what is refused beyond it.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final, NoReturn

from contexts.errors import StrictJsonError

MAXIMUM_BYTES: Final = 1_048_576
MAXIMUM_DEPTH: Final = 64
# a presentation of fifty badges has some thousands; a megabyte of empty arrays would have 350,000
MAXIMUM_VALUES: Final = 131_072
_LARGEST_INTEGER: Final = 2**53 - 1
_INTEGER_CHARACTERS: Final = len(str(-_LARGEST_INTEGER))
_FLOAT_CHARACTERS: Final = 40

# the end is optional: a string that never ends is taken whole too, or each quote in it would be tried anew
_STRING: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*\\?"?', re.DOTALL)
_NOT_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))
_WHITE_SPACE: Final = " \t\n\r"
_ESCAPED: Final = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def loads(data: bytes | str, *, max_bytes: int = MAXIMUM_BYTES, max_depth: int = MAXIMUM_DEPTH) -> Any:
    """Read one JSON value.

    Args:
        data: UTF-8 bytes without a byte order mark, or text.
        max_bytes: size of the UTF-8 form that is read at most.
        max_depth: how deep arrays and objects may be nested.

    Raises:
        StrictJsonError: "json_syntax", "duplicate_member", "number_range" (integers beyond 2^53 - 1, floats
            that are infinite or longer than 40 characters), "too_deep", "too_large", "encoding" (not UTF-8,
            a byte order mark, a raw NUL: UTF-16), "lone_surrogate", "nul_character" (escaped: PostgreSQL
            cannot store it), "too_complex" (more than 131,072 values).
    """
    if len(data) > max_bytes:
        raise StrictJsonError(f"more than {max_bytes} bytes", code="too_large")
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    if len(raw) > max_bytes:
        raise StrictJsonError(f"more than {max_bytes} bytes", code="too_large")
    text = _decode(raw) if isinstance(data, bytes) else data
    if text.startswith("\ufeff") or "\0" in text:
        raise StrictJsonError("a byte order mark or a raw NUL", code="encoding")
    if len(raw) > MAXIMUM_VALUES:
        _check_count(raw)
    if len(raw) > max_depth:
        _check_depth(raw, max_depth)
    value = _read_value(text)
    # bytes that decoded hold no surrogate; text may, and either may write one as an escape
    if ("\\" in text and _ESCAPED.search(text)) or (isinstance(data, str) and _SURROGATE.search(text)):
        _check_characters(value)
    return value


def dumps(value: Any) -> bytes:
    """Write compact UTF-8 JSON, members in the order they have.

    Raises:
        StrictJsonError: "number_range" for NaN and infinities, "lone_surrogate", "json_syntax" for what is
            no JSON value.
    """
    try:
        return _ENCODER.encode(value).encode()
    except UnicodeEncodeError as err:
        raise StrictJsonError("a lone surrogate", code="lone_surrogate") from err
    except (ValueError, RecursionError) as err:
        raise StrictJsonError(str(err)[:80], code="number_range") from err
    except TypeError as err:
        raise StrictJsonError(str(err)[:80]) from err


def _decode(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as err:
        raise StrictJsonError(f"not UTF-8 at byte {err.start}", code="encoding") from err


def _read_value(text: str) -> Any:
    """As `_DECODER.decode`, without its two searches for white space where there is none."""
    start = len(text) - len(text.lstrip(_WHITE_SPACE)) if text[:1] in _WHITE_SPACE else 0
    try:
        value, end = _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as err:
        raise StrictJsonError(str(err)) from err
    if end != len(text) and text[end:].strip(_WHITE_SPACE):
        raise StrictJsonError(f"more than one value: char {end}")
    return value


def _check_count(data: bytes) -> None:
    """Bound how many values there are: each array or object opens once, and each but their first follows a
    comma.
    """
    if _marks(data) <= MAXIMUM_VALUES:
        return
    # those within texts are none; but so many texts are too many themselves
    if data.count(b'"') > 2 * MAXIMUM_VALUES or _marks(_without_texts(data)) > MAXIMUM_VALUES:
        raise StrictJsonError(f"more than {MAXIMUM_VALUES} values", code="too_complex")


def _without_texts(data: bytes) -> bytes:
    if b"\\" in data or data.count(b'"') > MAXIMUM_VALUES:
        return _STRING.sub(b"", data)
    # where nothing is escaped, every other quote ends a text; faster, and dearer in space
    return b"".join(data.split(b'"')[::2])


def _marks(data: bytes) -> int:
    return data.count(b",") + data.count(b"[") + data.count(b"{")


def _check_depth(data: bytes, max_depth: int) -> None:
    """Bound the nesting before the parser recurses."""
    brackets = data.translate(None, _NOT_BRACKETS)
    if brackets.count(b"[") + brackets.count(b"{") <= max_depth:
        return
    brackets = left = _without_texts(data).translate(None, _NOT_BRACKETS)
    # each round takes away one or two levels from the inside, at little cost
    for _ in range(max_depth // 2):
        left = left.replace(b"[]", b"").replace(b"{}", b"")
    if left:
        _count_depth(brackets, max_depth)


def _count_depth(brackets: bytes, max_depth: int) -> None:
    depth = 0
    for byte in brackets:
        depth += 1 if byte in b"[{" else -1
        if depth > max_depth:
            raise StrictJsonError(f"nested deeper than {max_depth}", code="too_deep")


def _check_characters(value: Any) -> None:
    """Look for lone surrogates and NUL, in names and values, once something hinted at them."""
    text = json.dumps(value, ensure_ascii=False)
    if _SURROGATE.search(text):
        raise StrictJsonError("a lone surrogate", code="lone_surrogate")
    if _ESCAPED.search(text) and _has_nul(value):
        raise StrictJsonError("a NUL character", code="nul_character")


def _has_nul(value: Any) -> bool:
    match value:
        case str():
            return "\0" in value
        case list():
            return any(map(_has_nul, value))
        case dict():
            return any("\0" in name or _has_nul(each) for name, each in value.items())
        case _:
            return False


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise StrictJsonError(repr(twice[:80]), code="duplicate_member")
    return members


def _integer(text: str) -> int:
    if len(text) > _INTEGER_CHARACTERS or abs(value := int(text)) > _LARGEST_INTEGER:
        raise StrictJsonError(f"an integer of {len(text)} characters", code="number_range")
    return value


def _float(text: str) -> float:
    if len(text) > _FLOAT_CHARACTERS or not math.isfinite(value := float(text)):
        raise StrictJsonError(f"a number of {len(text)} characters", code="number_range")
    return value


def _constant(name: str) -> NoReturn:
    raise StrictJsonError(f"{name} is no JSON")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_float, parse_constant=_constant
)
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
