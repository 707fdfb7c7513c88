"""`make corpus`: every case of the corpus, the count by row, and what a verdict costs at most."""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from tests.corpus.cases import VERIFIED_KINDS, Case, Twin, read_cases, read_twins
from tests.corpus.checking import Verdict, check_case, check_twin, find_fault
from tests.timing import pace

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_SECONDS = 0.250
# of its honest twin, which is counted as many times as it fits into the bytes of the case
MOST_TWINS = 20
# without a twin it is compared with this one
USUAL_TWIN = "plain"
_TIMES = 3
_DEAREST = 15


@dataclass
class Tally:
    """What a run came to."""

    faults: list[str] = field(default_factory=list)
    false_accepts: list[str] = field(default_factory=list)
    right: Counter[str] = field(default_factory=Counter)
    all: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)
    valid: dict[str, float] = field(default_factory=dict)

    def add(self, case: Case, verdict: Verdict) -> None:
        self.all[case.row] += 1
        self.seconds[case.id] = verdict.seconds
        if case.outcome == "valid" and case.kind in VERIFIED_KINDS:
            self.valid[case.id] = verdict.seconds
        fault = find_fault(case, verdict)
        if not fault:
            self.right[case.row] += 1
            return
        self.faults.append(f"{case.id}: {fault}")
        if verdict.outcome == "valid" and case.outcome != "valid":
            self.false_accepts.append(case.id)

    @property
    def sentence(self) -> str:
        accepts = len(self.false_accepts)
        return f"corpus: {self.right.total()} of {self.all.total()} right, {accepts} false accepts"


def run(cases: list[Case]) -> Tally:
    """Run cases, and each of their twins once in the world that it is used in."""
    tally = Tally()
    for case in cases:
        tally.add(case, check_case(case))
    twins: dict[tuple[str, str], tuple[Twin, Case]] = {
        (case.twin.name, case.world): (case.twin, case) for case in cases if case.twin is not None
    }
    for twin, case in twins.values():
        verdict = check_twin(twin, case)
        if verdict.outcome != "valid":
            tally.faults.append(f"twin {twin.name}: {verdict.outcome} {verdict.code}")
    return tally


@dataclass(frozen=True)
class Cost:
    """What a case costs, beside its honest twin.

    Args:
        seconds: of this thread, the least of several measurements.
        twin_seconds: the same of the twin.
        sizes: how many times the twin fits into the bytes of the case, at least 1.
    """

    seconds: float
    twin_seconds: float
    sizes: float

    @property
    def twins(self) -> float:
        """How many times its twin, size for size."""
        return self.seconds / self.twin_seconds / self.sizes


def measure(case: Case, twin_seconds: float, *, seconds: float | None = None) -> Cost:
    """Compare a case with its twin; seconds: what it took, if it was measured already."""
    twin = case.twin or read_twins()[USUAL_TWIN]
    taken = _least(lambda: check_case(case)) if seconds is None else seconds
    return Cost(taken, twin_seconds, max(1.0, len(case.data) / len(twin.text.encode())))


def _least(act: Callable[[], Verdict]) -> float:
    return min(act().seconds for _ in range(_TIMES))


@dataclass
class _Twins:
    """What the twins cost, each in the world of the case that asks; measured once."""

    seconds: dict[tuple[str, str], float] = field(default_factory=dict)

    def of(self, case: Case) -> float:
        twin = case.twin or read_twins()[USUAL_TWIN]
        key = (twin.name, case.file)
        if key not in self.seconds:
            self.seconds[key] = _least(lambda: check_twin(twin, case if case.twin else None))
        return self.seconds[key]


def check_cost(cases: list[Case], tally: Tally) -> list[str]:
    """Say what costs too much, at the machine's pace now: the dearest are measured again, the best of three.

    Two things are asserted: no case takes more than 250 ms; and none that is verified takes more than 20
    times what its own valid twin takes, size for size. What is only read (a JSON text, a dataset, a context)
    has no honest verification beside it, and the first bound alone.
    """
    twins = _Twins()
    verified = {
        case.id: measure(case, twins.of(case), seconds=tally.seconds[case.id])
        for case in cases
        if case.kind in VERIFIED_KINDS
    }
    by_id = {case.id: case for case in cases}
    slowest = sorted(tally.seconds, key=lambda name: -tally.seconds[name])[:_DEAREST]
    dearest = sorted(verified, key=lambda name: -verified[name].twins)[:_DEAREST]
    seconds = {name: _least(partial(check_case, by_id[name])) / pace() for name in slowest}
    costs = {name: measure(by_id[name], twins.of(by_id[name])) for name in dearest}
    _write_cost(tally, seconds, costs)
    return [f"{name}: {took * 1000:.0f} ms" for name, took in seconds.items() if took > MOST_SECONDS] + [
        f"{name}: as much as {cost.twins:.0f} of its twin"
        for name, cost in costs.items()
        if cost.twins > MOST_TWINS
    ]


def _write_cost(tally: Tally, seconds: dict[str, float], costs: dict[str, Cost]) -> None:
    worst, dearest = (
        max(seconds, key=lambda name: seconds[name]),
        max(costs, key=lambda name: costs[name].twins),
    )
    every = statistics.median(tally.seconds.values())
    valid = statistics.median(tally.valid.values())
    sys.stdout.write(
        f"worst verdict: {seconds[worst] * 1000:.1f} ms (at most {MOST_SECONDS * 1000:.0f}): {worst}\n"
        f"median: {every * 1000:.2f} ms of all, {valid * 1000:.2f} ms of the valid; the worst is "
        f"{seconds[worst] / every:.0f} and {seconds[worst] / valid:.0f} times as much\n"
        f"worst beside its own twin, size for size: {costs[dearest].twins:.1f} times (at most {MOST_TWINS}): "
        f"{dearest}\n"
    )


def main() -> int:
    """Run the corpus; 0 if all is right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--row", help="one row of the catalogue, A2")
    row = parser.parse_args().row
    cases = [case for case in read_cases() if row in (None, case.row)]
    # the corpus itself is no garbage to look through while a verdict is measured
    gc.freeze()
    tally = run(cases)
    for name in tally.all:
        sys.stdout.write(f"  {name:4} {tally.right[name]:5} of {tally.all[name]:5}\n")
    faults = tally.faults + ([] if row else check_cost(cases, tally))
    for fault in faults:
        sys.stdout.write(f"WRONG {fault}\n")
    sys.stdout.write(tally.sentence + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
