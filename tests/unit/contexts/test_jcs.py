"""JSON in canonical form: the vectors of RFC 8785 byte for byte, a second implementation beside, and the bounds."""

from __future__ import annotations

import json
import math
import random
import struct
from pathlib import Path
from typing import Any

import pytest
from pyld.jsonld import canonicalize as referee

from contexts import StrictJsonError, jcs, strict_json
from tests.timing import costs_at_most

VECTORS = Path(__file__).parents[2] / "vectors" / "jcs"
NAMES = sorted(path.stem for path in (VECTORS / "input").iterdir())


@pytest.mark.covers("jcs", "3.2.1", "3.2.2.1", "3.2.2.2", "3.2.2.3", "3.2.3", "3.2.4")
@pytest.mark.parametrize("name", NAMES)
def test_the_vectors(name: str) -> None:
    value = json.loads((VECTORS / "input" / f"{name}.json").read_bytes())
    expected = bytes.fromhex((VECTORS / "outhex" / f"{name}.txt").read_text())
    assert jcs.canonicalize(value) == expected
    # what is canonical stays what it is
    assert jcs.canonicalize(json.loads(expected)) == expected


def test_the_vectors_are_all_there() -> None:
    assert NAMES == ["arrays", "french", "structures", "unicode", "values", "weird"]


# RFC 8785, appendix B: IEEE-754 bits and their text
NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}


@pytest.mark.covers("jcs", "3.2.2.3")
@pytest.mark.parametrize("bits", NUMBERS)
def test_numbers_are_written_as_ecmascript_does(bits: str) -> None:
    assert jcs.number_text(struct.unpack(">d", bytes.fromhex(bits))[0]) == NUMBERS[bits]


@pytest.mark.covers("jcs", "3.2.2.3")
@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (-7, "-7"), (2**53 - 1, "9007199254740991"), (1.0, "1")]
)
def test_an_integer_is_written_like_the_double_that_it_is(value: float, text: str) -> None:
    assert jcs.number_text(value) == text
    assert jcs.canonicalize(value) == jcs.canonicalize(float(value))


@pytest.mark.covers("jcs", "3.2.2.3")
def test_random_doubles_are_written_as_the_referee_does() -> None:
    source = random.Random(8785)
    doubles = [struct.unpack(">d", source.randbytes(8))[0] for _ in range(20_000)]
    doubles += [source.uniform(-1e3, 1e3) * 10.0 ** source.randint(-12, 24) for _ in range(20_000)]
    for double in doubles:
        if math.isfinite(double):
            text = jcs.number_text(double)
            assert text.encode() == referee(double)
            assert float(text) == double


@pytest.mark.covers("jcs", "3.1")
@pytest.mark.attack("D2")
@pytest.mark.parametrize(
    ("value", "code"),
    [
        (float("nan"), "number_range"),
        (float("inf"), "number_range"),
        (-float("inf"), "number_range"),
        (2**53, "number_range"),
        (-(2**53), "number_range"),
        (10**400, "number_range"),
        ("\ud800", "lone_surrogate"),
        ({"\udc00": 1}, "lone_surrogate"),
        (["a\udfff"], "lone_surrogate"),
        ({1: 2}, "json_syntax"),
        ((1, 2), "json_syntax"),
        (b"a", "json_syntax"),
        ({"a": {1, 2}}, "json_syntax"),
    ],
)
def test_what_is_no_json_is_refused(value: Any, code: str) -> None:
    with pytest.raises(StrictJsonError) as caught:
        jcs.canonicalize(value)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (False, "false"),
        (None, "null"),
        ([], "[]"),
        ({}, "{}"),
        ({"b": [1, True, None, {}], "a": ""}, '{"a":"","b":[1,true,null,{}]}'),
        ('\b\f\n\r\t"\\/\x00\x1f\x7f\u2028é', '"\\b\\f\\n\\r\\t\\"\\\\/\\u0000\\u001f\x7f\u2028é"'),
        # by UTF-16 code units: D83D DE00 stands before FB33, although U+1F600 is larger than U+FB33
        ({"\ufb33": 1, "\U0001f600": 2, "é": 3, "e": 4}, '{"e":4,"é":3,"\U0001f600":2,"\ufb33":1}'),
    ],
)
def test_other_values(value: Any, text: str) -> None:
    assert jcs.canonicalize(value) == text.encode()
    assert jcs.canonicalize(value) == referee(value)


def nested(depth: int, make: Any) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = make(value)
    return value


@pytest.mark.covers("jcs", "5")
@pytest.mark.attack("D2")
@pytest.mark.parametrize("make", [lambda each: [each], lambda each: {"a": each}])
def test_depth_is_bounded_before_the_stack_is(make: Any) -> None:
    deepest = nested(strict_json.MAXIMUM_DEPTH, make)
    assert json.loads(jcs.canonicalize(deepest)) == deepest
    for depth in (strict_json.MAXIMUM_DEPTH + 1, 100_000):
        with pytest.raises(StrictJsonError) as caught:
            jcs.canonicalize(nested(depth, make))
        assert caught.value.code == "too_deep"
    assert jcs.canonicalize(nested(3, make), max_depth=3)
    with pytest.raises(StrictJsonError):
        jcs.canonicalize(nested(3, make), max_depth=2)


@pytest.mark.covers("jcs", "5")
@pytest.mark.attack("C14")
def test_the_cost_is_that_of_the_size() -> None:
    value = [{f"é{number}": [number, number / 7, "text" * 5] for number in range(100)} for _ in range(100)]
    with costs_at_most(0.25):
        jcs.canonicalize(value)
