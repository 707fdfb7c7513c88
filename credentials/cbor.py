"""The little CBOR that proofs and signatures are made of, strict: a value has one form, but for the order of
a map's members.

Integers, byte strings, text strings, arrays, maps, and `false`, `true`, `null`; no tags, no floats, no
indefinite lengths, and each length and integer in its shortest form. The order of members is free on reading,
since the encoders of other implementations differ in it. Why no library: docs/adr/0019.

Source: RFC 8949, sections 3 (Specification of the CBOR Encoding) and 4.2.1 (Core Deterministic Encoding).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from credentials.errors import CredentialsError

CborValue = int | bytes | str | None | list["CborValue"] | dict[int | str | bytes, "CborValue"]
_LARGEST_IN_HEAD: Final = 23
# additional information to how many bytes of argument follow (section 3), and the least that needs them
_ARGUMENTS: Final = {24: (1, 24), 25: (2, 1 << 8), 26: (4, 1 << 16), 27: (8, 1 << 32)}
# section 3.3
_SIMPLE_VALUES: Final = {20: False, 21: True, 22: None}


class CborError(CredentialsError):
    """Bytes are no CBOR of the kind that is read here; the code is "cbor"."""

    default_code = "cbor"


class Kind(IntEnum):
    """The kinds of values that are known here, by major type."""

    UNSIGNED = 0
    NEGATIVE = 1
    BYTES = 2
    TEXT = 3
    ARRAY = 4
    MAP = 5
    SIMPLE = 7


@dataclass(frozen=True)
class CborLimits:
    """What a reader takes.

    Args:
        kinds: of values.
        depth: how deep arrays and maps may be nested.
        items: how many values there may be within others.
    """

    kinds: frozenset[Kind]
    depth: int
    items: int


def encode_cbor(value: object) -> bytes:
    """Write a value in its deterministic form.

    Args:
        value: integers from -2^64 to 2^64 - 1, bytes, str, sequences and mappings of these.

    Raises:
        TypeError: something else.
    """
    written: list[bytes] = []
    _encode(value, written)
    return b"".join(written)


def decode_cbor(data: bytes, *, limits: CborLimits) -> CborValue:
    """Read one value that takes up all the bytes.

    Args:
        data: CBOR, in memory and so of bounded size; the work is linear in it.
        limits: what is taken.

    Raises:
        CborError: not well-formed, a kind of value that is not taken, not the shortest form, a member of a
            map twice, nested too deep, too many values, or bytes left over.
    """
    reader = _Reader(data, limits)
    value = reader.read(depth=0)
    if reader.position != len(data):
        raise CborError(detail="bytes after the value")
    return value


def _encode(value: object, written: list[bytes]) -> None:
    match value:
        case bool():
            raise TypeError("no CBOR for a boolean here")
        case int():
            written.append(_head(Kind.UNSIGNED, value) if value >= 0 else _head(Kind.NEGATIVE, -1 - value))
        case bytes():
            written += [_head(Kind.BYTES, len(value)), value]
        case str():
            text = value.encode()
            written += [_head(Kind.TEXT, len(text)), text]
        case list() | tuple():
            written.append(_head(Kind.ARRAY, len(value)))
            for each in value:
                _encode(each, written)
        case dict():
            written.append(_head(Kind.MAP, len(value)))
            members = sorted((encode_cbor(key), each) for key, each in value.items())
            for key, each in members:
                written.append(key)
                _encode(each, written)
        case _:
            raise TypeError(f"no CBOR for {type(value).__name__} here")


def _head(major: int, argument: int) -> bytes:
    if argument <= _LARGEST_IN_HEAD:
        return bytes([major << 5 | argument])
    for information, (length, _) in _ARGUMENTS.items():
        if argument < 1 << 8 * length:
            return bytes([major << 5 | information]) + argument.to_bytes(length)
    raise TypeError("no CBOR for such an integer here")


class _Reader:
    """Reads values one after the other; its recursion is as deep as the limits let it be."""

    def __init__(self, data: bytes, limits: CborLimits) -> None:
        self._data = data
        self._kinds = limits.kinds
        self._depth = limits.depth
        self._left = limits.items
        self.position = 0

    def read(self, *, depth: int) -> CborValue:
        major, argument = self._head()
        if major not in self._kinds:
            raise CborError(detail="a kind of value that has no place here")
        if major == Kind.BYTES:
            return self._take(argument)
        if major == Kind.UNSIGNED:
            return argument
        if major == Kind.ARRAY:
            return [self.read(depth=depth + 1) for _ in self._items(argument, depth)]
        if major == Kind.MAP:
            return self._map(argument, depth)
        if major == Kind.TEXT:
            return self._text(argument)
        return -1 - argument if major == Kind.NEGATIVE else self._simple(argument)

    def _head(self) -> tuple[int, int]:
        if self.position >= len(self._data):
            raise CborError(detail="ends too early")
        initial = self._data[self.position]
        self.position += 1
        major, information = initial >> 5, initial & 0x1F
        if information <= _LARGEST_IN_HEAD:
            return major, information
        if information not in _ARGUMENTS:
            raise CborError(detail="an indefinite length, or a reserved one")
        length, least = _ARGUMENTS[information]
        argument = int.from_bytes(self._take(length))
        if argument < least:
            raise CborError(detail="not the shortest form")
        return major, argument

    def _take(self, length: int) -> bytes:
        start = self.position
        self.position = end = start + length
        if end > len(self._data):
            raise CborError(detail="ends too early")
        return self._data[start:end]

    def _text(self, length: int) -> str:
        try:
            return self._take(length).decode()
        except UnicodeDecodeError as err:
            raise CborError(detail="not UTF-8") from err

    def _simple(self, value: int) -> bool | None:
        # floats have this major type too: their bits are no simple value that is known
        if value not in _SIMPLE_VALUES:
            raise CborError(detail="a float, or a simple value without meaning here")
        return _SIMPLE_VALUES[value]

    def _items(self, count: int, depth: int) -> range:
        self._left -= count
        if depth >= self._depth or self._left < 0:
            raise CborError(detail="nested too deep, or too many values")
        return range(count)

    def _map(self, count: int, depth: int) -> CborValue:
        members: dict[int | str | bytes, CborValue] = {}
        for _ in self._items(count, depth):
            key = self.read(depth=depth + 1)
            if not isinstance(key, int | str | bytes) or isinstance(key, bool) or key in members:
                raise CborError(detail="a member twice, or named by no plain value")
            members[key] = self.read(depth=depth + 1)
        return members
