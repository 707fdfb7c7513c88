"""Rates: operations per second of one thread, the median of several short rounds."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
ROUNDS = 5


def rate(operation: Callable[[T], object], inputs: Sequence[T]) -> float:
    """Operations per second; every input is used once a round, so nothing can be remembered within one."""
    for each in inputs[:5]:
        operation(each)
    figures = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for each in inputs:
            operation(each)
        figures.append(len(inputs) / (time.perf_counter() - start))
    return statistics.median(figures)
