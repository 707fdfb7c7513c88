"""What something may cost, as a ratio to a yardstick measured beside it: a busy or slow machine fails no test."""

from __future__ import annotations

import statistics
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# what `_yardstick` takes on the machine that the limits were written for, in seconds
REFERENCE_SECONDS = 0.005
_STEPS = 150_000
# what a busy machine adds unevenly; what is caught costs tens of times its limit
_SLACK = 3


def _yardstick(clock: Callable[[], float]) -> float:
    """Seconds for a fixed piece of plain Python."""
    started, total = clock(), 0
    for number in range(_STEPS):
        total += number & 7
    assert total
    return clock() - started


def pace(clock: Callable[[], float] = time.process_time) -> float:
    """How many times slower than the reference the machine is now; never below 1."""
    return max(1.0, statistics.median(_yardstick(clock) for _ in range(5)) / REFERENCE_SECONDS)


@contextmanager
def costs_at_most(seconds: float) -> Iterator[None]:
    """Fails when the block takes more processor time than so many seconds of the reference machine."""
    before, started = pace(), time.process_time()
    yield
    taken = time.process_time() - started
    allowed = _SLACK * seconds * max(before, pace())
    assert taken <= allowed, (
        f"{taken:.3f} s of processor time, {allowed:.3f} s allowed at this machine's pace"
    )


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
