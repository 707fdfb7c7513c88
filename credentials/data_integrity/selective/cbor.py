"""The little CBOR that proof values are made of, strict.

Unsigned integers, byte strings, text strings, arrays and maps; no tags, no floats, no indefinite lengths,
and each length and integer in its shortest form: a value has one form, but for the order of a map's members.
That order is free on reading, since the encoders of other implementations differ in it.

Source: RFC 8949, sections 3 (Specification of the CBOR Encoding) and 4.2.1 (Core Deterministic Encoding).
"""

from __future__ import annotations

from typing import Final

from credentials.errors import ProofError

CborValue = int | bytes | str | list["CborValue"] | dict[int | str | bytes, "CborValue"]

MAXIMUM_DEPTH: Final = 4
# values within values: as many statements as a document may have (`contexts.limits`), with labels and more
MAXIMUM_ITEMS: Final = 20_000
_UNSIGNED, _BYTES, _TEXT, _ARRAY, _MAP = 0, 2, 3, 4, 5
_LARGEST_IN_HEAD: Final = 23
# additional information to how many bytes of argument follow (section 3), and the least that needs them
_ARGUMENTS: Final = {24: (1, 24), 25: (2, 1 << 8), 26: (4, 1 << 16), 27: (8, 1 << 32)}


def encode_cbor(value: object) -> bytes:
    """Write a value in its deterministic form.

    Args:
        value: integers from 0 to 2^64 - 1, bytes, str, sequences and mappings of these.

    Raises:
        TypeError: something else.
    """
    written: list[bytes] = []
    _encode(value, written)
    return b"".join(written)


def decode_cbor(data: bytes) -> CborValue:
    """Read one value that takes up all the bytes.

    Args:
        data: CBOR, in memory and so of bounded size; the work is linear in it.

    Raises:
        ProofError: "proof_invalid_shape": not well-formed, a kind of value that no proof has, not the
            shortest form, a member of a map twice, nested deeper than 4, more than 20,000 values, or bytes
            left over.
    """
    reader = _Reader(data)
    value = reader.read(depth=0)
    if reader.position != len(data):
        raise _malformed("bytes after the value")
    return value


def _encode(value: object, written: list[bytes]) -> None:
    match value:
        case bool():
            raise TypeError("no CBOR for a boolean here")
        case int():
            written.append(_head(_UNSIGNED, value))
        case bytes():
            written += [_head(_BYTES, len(value)), value]
        case str():
            text = value.encode()
            written += [_head(_TEXT, len(text)), text]
        case list() | tuple():
            written.append(_head(_ARRAY, len(value)))
            for each in value:
                _encode(each, written)
        case dict():
            written.append(_head(_MAP, len(value)))
            members = sorted((encode_cbor(key), each) for key, each in value.items())
            for key, each in members:
                written.append(key)
                _encode(each, written)
        case _:
            raise TypeError(f"no CBOR for {type(value).__name__} here")


def _head(major: int, argument: int) -> bytes:
    if 0 <= argument <= _LARGEST_IN_HEAD:
        return bytes([major << 5 | argument])
    for information, (length, _) in _ARGUMENTS.items():
        if 0 <= argument < 1 << 8 * length:
            return bytes([major << 5 | information]) + argument.to_bytes(length)
    raise TypeError("no CBOR for such an integer here")


def _malformed(detail: str) -> ProofError:
    return ProofError("proof_invalid_shape", f"proofValue: CBOR: {detail}", pointer="/proof/proofValue")


class _Reader:
    """Reads values one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.position = 0
        self._left = MAXIMUM_ITEMS

    def read(self, *, depth: int) -> CborValue:
        major, argument = self._head()
        if major == _BYTES:
            return self._take(argument)
        if major == _UNSIGNED:
            return argument
        if major == _ARRAY:
            return [self.read(depth=depth + 1) for _ in self._items(argument, depth)]
        if major == _MAP:
            return self._map(argument, depth)
        if major == _TEXT:
            return self._text(argument)
        raise _malformed("a kind of value that no proof has")

    def _head(self) -> tuple[int, int]:
        if self.position >= len(self._data):
            raise _malformed("ends too early")
        initial = self._data[self.position]
        self.position += 1
        major, information = initial >> 5, initial & 0x1F
        if information <= _LARGEST_IN_HEAD:
            return major, information
        if information not in _ARGUMENTS:
            raise _malformed("an indefinite length, or a reserved one")
        length, least = _ARGUMENTS[information]
        argument = int.from_bytes(self._take(length))
        if argument < least:
            raise _malformed("not the shortest form")
        return major, argument

    def _take(self, length: int) -> bytes:
        start = self.position
        self.position = end = start + length
        if end > len(self._data):
            raise _malformed("ends too early")
        return self._data[start:end]

    def _text(self, length: int) -> str:
        try:
            return self._take(length).decode()
        except UnicodeDecodeError as err:
            raise _malformed("not UTF-8") from err

    def _items(self, count: int, depth: int) -> range:
        self._left -= count
        if depth >= MAXIMUM_DEPTH or self._left < 0:
            raise _malformed("nested too deep, or too many values")
        return range(count)

    def _map(self, count: int, depth: int) -> CborValue:
        members: dict[int | str | bytes, CborValue] = {}
        for _ in self._items(count, depth):
            key = self.read(depth=depth + 1)
            if isinstance(key, list | dict) or key in members:
                raise _malformed("a member twice, or named by no plain value")
            members[key] = self.read(depth=depth + 1)
        return members
