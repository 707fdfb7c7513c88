"""The generators: points of G1 without a known relationship, the same for everyone, one per message.

Source: draft-irtf-cfrg-bbs-signatures, section "Generators Calculation".
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final

from py_arkworks_bls12381 import G1Point

from credentials.bbs.ciphersuite import (
    API_ID,
    EXPAND_LENGTH,
    MAXIMUM_MESSAGES,
    POINT_LENGTH,
    check_count,
    expand_message,
    serialize_integer,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_SEED_DST: Final = API_ID + b"SIG_GENERATOR_SEED_"
_GENERATOR_DST: Final = API_ID + b"SIG_GENERATOR_DST_"
_GENERATOR_SEED: Final = API_ID + b"MESSAGE_GENERATOR_SEED"
_BASE_POINT_SEED: Final = API_ID + b"BP_MESSAGE_GENERATOR_SEED"


@dataclass(frozen=True)
class Generators:
    """The generators of signatures over so many messages.

    Args:
        q_1: of the domain.
        messages: H_1, ..., H_L.
        octets: all of them, serialized in order.
    """

    q_1: G1Point
    messages: Sequence[G1Point]
    octets: bytes


class _Sequence:
    """Generators in their order. Those for fewer messages are the beginning of those for more."""

    def __init__(self, seed: bytes) -> None:
        self._lock = Lock()
        self._v = expand_message(seed, _SEED_DST, EXPAND_LENGTH)
        self._points: list[G1Point] = []
        self._octets = bytearray()

    def first(self, count: int) -> tuple[list[G1Point], bytes]:
        with self._lock:
            while len(self._points) < count:
                self._add()
            return self._points[:count], bytes(self._octets[: count * POINT_LENGTH])

    def _add(self) -> None:
        number = len(self._points) + 1
        self._v = expand_message(self._v + serialize_integer(number), _SEED_DST, EXPAND_LENGTH)
        point = G1Point.hash_to_curve(self._v, _GENERATOR_DST)
        self._octets += point.to_compressed_bytes()
        self._points.append(point)


# constants of the scheme, worked out when first needed; `check_count` bounds how many there can be
_KNOWN: Final = _Sequence(_GENERATOR_SEED)


def create_generators(count: int) -> Generators:
    """Give the generators of signatures over `count` messages.

    Raises:
        BbsError: "bbs_too_many_messages".
    """
    check_count(count)
    points, octets = _KNOWN.first(count + 1)
    return Generators(points[0], points[1:], octets)


def prepare_generators() -> None:
    """Work out all generators that there can be, for a service to call when it starts.

    It takes a tenth of a second, once, which the first long proof would cost otherwise.
    """
    create_generators(MAXIMUM_MESSAGES)


def create_base_point() -> G1Point:
    """Work P1 out: the point that every signature starts from."""
    return _Sequence(_BASE_POINT_SEED).first(1)[0][0]


P1: Final = G1Point.from_compressed_bytes(
    bytes.fromhex(
        "a8ce256102840821a3e94ea9025e4662b205762f9776b3a766c872b948f1fd225e7c59698588e70d11406d161b4e28c9"
    )
)
