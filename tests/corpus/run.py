"""`make corpus`: every case of the corpus, the count by row, and what a verdict costs at most."""

from __future__ import annotations

import argparse
import statistics
import sys
from collections import Counter
from dataclasses import dataclass, field

from tests.corpus.cases import Case, Twin, read_cases
from tests.corpus.checking import Verdict, check_case, check_twin, find_fault
from tests.timing import pace

MOST_SECONDS = 0.250
# twice what is aimed at: a busy machine fails nothing
MOST_VERIFICATIONS = 40
SMALL = 16_384
_TIMES = 3
_SLOWEST = 10


@dataclass
class Tally:
    """What a run came to."""

    faults: list[str] = field(default_factory=list)
    false_accepts: list[str] = field(default_factory=list)
    right: Counter[str] = field(default_factory=Counter)
    all: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=dict)

    def add(self, case: Case, verdict: Verdict) -> None:
        self.all[case.row] += 1
        self.seconds[case.id] = verdict.seconds
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


def check_cost(cases: list[Case], tally: Tally) -> list[str]:
    """Say what costs too much, at the machine's pace now: the slowest are measured again, the best of three.

    The yardstick is a whole verification: the median of the cases that are valid. Most of the others end
    early, and their median with them. A megabyte may cost more than a badge; what is no larger than one, not
    many times as much.
    """
    by_id = {case.id: case for case in cases}
    valid = [tally.seconds[case.id] for case in cases if case.outcome == "valid" and case.kind != "json"]
    whole, every = statistics.median(valid), statistics.median(tally.seconds.values())
    slowest = sorted(tally.seconds, key=lambda name: -tally.seconds[name])
    worst = _again(slowest[:_SLOWEST], by_id)
    small = _again([name for name in slowest if len(by_id[name].data) <= SMALL][:_SLOWEST], by_id)
    pace_now = pace()
    for what, found in (("worst verdict", worst), (f"of inputs up to {SMALL} bytes", small)):
        name = max(found, key=lambda each: found[each])
        took = found[name] / pace_now
        sys.stdout.write(
            f"{what}: {took * 1000:.1f} ms, {found[name] / whole:.0f} whole verifications "
            f"({whole * 1000:.2f} ms), {found[name] / every:.0f} medians ({every * 1000:.2f} ms): {name}\n"
        )
    faults = [
        f"{name}: {took / pace_now * 1000:.0f} ms"
        for name, took in worst.items()
        if took / pace_now > MOST_SECONDS
    ]
    too_many = [name for name, took in small.items() if took > MOST_VERIFICATIONS * whole]
    return faults + [f"{name}: as much as {small[name] / whole:.0f} verifications" for name in too_many]


def _again(names: list[str], by_id: dict[str, Case]) -> dict[str, float]:
    return {name: min(check_case(by_id[name]).seconds for _ in range(_TIMES)) for name in names}


def main() -> int:
    """Run the corpus; 0 if all is right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--row", help="one row of the catalogue, A2")
    row = parser.parse_args().row
    cases = [case for case in read_cases() if row in (None, case.row)]
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
