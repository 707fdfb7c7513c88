"""JSON in canonical form: the JSON Canonicalization Scheme (JCS).

Source: RFC 8785; its numbers are ECMAScript's (ECMA-262, Number::toString), its input is I-JSON (RFC 7493).
"""

from __future__ import annotations

import math
from json.encoder import encode_basestring as _quote
from typing import TYPE_CHECKING, Any, Final

from contexts.errors import StrictJsonError
from contexts.strict_json import MAXIMUM_DEPTH

if TYPE_CHECKING:
    from collections.abc import Callable

_LARGEST_INTEGER: Final = 2**53 - 1
# ECMA-262, Number::toString, steps 6 to 8: where the decimal point may stand without an exponent
_LARGEST_POINT: Final = 21
_SMALLEST_POINT: Final = -6


def canonicalize(value: Any, *, max_depth: int = MAXIMUM_DEPTH) -> bytes:
    """Write a JSON value in canonical form.

    Args:
        value: parsed JSON; not changed.
        max_depth: how deep arrays and objects may be nested.

    Returns:
        UTF-8.

    Raises:
        StrictJsonError: "lone_surrogate", "number_range" (NaN, infinities, integers that no double holds
            exactly), "too_deep", "json_syntax" for what is no JSON value.

    Source: RFC 8785, section 3.2 (Generation of Canonical JSON Data).
    """
    parts: list[str] = []
    _write(value, parts.append, max_depth)
    try:
        # 3.2.4: UTF-8; 3.2.2.2: a lone surrogate ends it
        return "".join(parts).encode()
    except UnicodeEncodeError as err:
        raise StrictJsonError("a lone surrogate", code="lone_surrogate") from err


def _write(value: Any, write: Callable[[str], object], depth: int) -> None:
    """Write one value; never deeper than `depth`, which bounds the recursion."""
    match value:
        case str():
            write(_quote(value))
        case bool():
            write("true" if value else "false")
        case int() | float():
            write(number_text(value))
        case None:
            write("null")
        case dict() | list() if depth <= 0:
            raise StrictJsonError("nested too deeply", code="too_deep")
        case dict():
            _write_object(value, write, depth - 1)
        case list():
            _write_array(value, write, depth - 1)
        case _:
            raise StrictJsonError(f"no JSON value: {type(value).__name__}")


def _write_object(value: dict[str, Any], write: Callable[[str], object], depth: int) -> None:
    separator = "{"
    for name in _sorted_names(value):
        write(separator)
        write(_quote(name))
        write(":")
        _write(value[name], write, depth)
        separator = ","
    write("{}" if separator == "{" else "}")


def _write_array(value: list[Any], write: Callable[[str], object], depth: int) -> None:
    separator = "["
    for each in value:
        write(separator)
        _write(each, write, depth)
        separator = ","
    write("[]" if separator == "[" else "]")


def _sorted_names(value: dict[str, Any]) -> list[str]:
    """Section 3.2.3: by UTF-16 code units, so that U+1F600 (D83D DE00) comes before U+FB33."""
    if not all(isinstance(name, str) for name in value):
        raise StrictJsonError("a member whose name is no string")
    if all(map(str.isascii, value)):
        return sorted(value)
    # lone surrogates stay what they are here; they are refused when all is written
    return sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))


def number_text(value: float) -> str:
    """Write a number as ECMAScript does: the shortest digits that read back as the same double.

    Args:
        value: a double, or an integer that a double holds exactly.

    Raises:
        StrictJsonError: "number_range".

    Source: RFC 8785, section 3.2.2.3 (Serialization of Numbers); RFC 7493, section 2.2.
    """
    if isinstance(value, int):
        if abs(value) > _LARGEST_INTEGER:
            raise StrictJsonError("an integer beyond 2^53 - 1", code="number_range")
        return str(value)
    if not math.isfinite(value):
        raise StrictJsonError(f"{value} is no JSON number", code="number_range")
    if value == 0:
        return "0"
    return ("-" if value < 0 else "") + _decimal_text(*_digits(abs(value)))


def _digits(value: float) -> tuple[str, int]:
    """The digits of a positive double, and where its decimal point stands: after how many of them."""
    mantissa, _, exponent = repr(value).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    leading = len(whole + fraction) - len(digits)
    return digits.rstrip("0"), len(whole) - leading + int(exponent or 0)


def _decimal_text(digits: str, point: int) -> str:
    """ECMA-262, Number::toString, steps 6 to 10 (k: how many digits, n: the point)."""
    if len(digits) <= point <= _LARGEST_POINT:
        return digits.ljust(point, "0")
    if 0 < point <= _LARGEST_POINT:
        return f"{digits[:point]}.{digits[point:]}"
    if _SMALLEST_POINT < point <= 0:
        return f"0.{'0' * -point}{digits}"
    mantissa = digits if len(digits) == 1 else f"{digits[0]}.{digits[1:]}"
    return f"{mantissa}e{point - 1:+d}"
