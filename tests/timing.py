"""What something may cost, as a ratio to a yardstick measured beside it: a busy or slow machine fails no test."""

from __future__ import annotations

import gc
import statistics
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

# what `_yardstick` takes on the machine that the limits were written for, in seconds
REFERENCE_SECONDS = 0.005
_STEPS = 150_000


def _yardstick(clock: Callable[[], float]) -> float:
    """Seconds for a fixed piece of plain Python."""
    started, total = clock(), 0
    for number in range(_STEPS):
        total += number & 7
    assert total
    return clock() - started


def pace(clock: Callable[[], float] = time.thread_time) -> float:
    """How many times slower than the reference the machine is now; never below 1."""
    return max(1.0, statistics.median(_yardstick(clock) for _ in range(5)) / REFERENCE_SECONDS)


@contextmanager
def takes_at_most(seconds: float, *, clock: Callable[[], float]) -> Iterator[None]:
    """Fails when the block takes longer by that clock than so many seconds of the reference machine.

    The collector waits: what it has to look through was left by other tests.
    """
    gc.collect()
    gc.disable()
    try:
        before, started = pace(clock), clock()
        yield
        taken = clock() - started
        allowed = seconds * max(before, pace(clock))
        assert taken <= allowed, f"{taken:.3f} s, {allowed:.3f} s allowed at this machine's pace"
    finally:
        gc.enable()


def costs_at_most(seconds: float) -> AbstractContextManager[None]:
    """As `takes_at_most`, for the processor time of this thread alone."""
    return takes_at_most(seconds, clock=time.thread_time)


def median_seconds(act: Callable[[], object], *, times: int = 15, rounds: int = 3) -> float:
    """The best round's median of an act, in seconds of the reference machine."""
    best = float("inf")
    for _ in range(rounds):
        taken = []
        for _ in range(times):
            started = time.perf_counter()
            act()
            taken.append(time.perf_counter() - started)
        best = min(best, statistics.median(taken) / pace(time.perf_counter))
    return best
