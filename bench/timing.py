"""Rates and times of one thread, the median of several short rounds."""

from __future__ import annotations

import os
import statistics
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

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


def microseconds(operation: Callable[[], object], *, count: int = 200) -> float:
    """Processor time of one operation on one input, in microseconds."""
    operation()
    figures = []
    for _ in range(ROUNDS):
        start = time.thread_time()
        for _ in range(count):
            operation()
        figures.append((time.thread_time() - start) / count)
    return statistics.median(figures) * 1_000_000


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Run this thread, and what it starts, on one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
