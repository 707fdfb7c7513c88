"""`make bench-long`: a whole session on all cores, and whether a million verifications grow the process."""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.progress import Progress, TimeRemainingColumn

from bench.material import NOW, make_credential, make_material
from contexts import strict_json
from credentials.data_integrity import add_proof, verify_proofs

if TYPE_CHECKING:
    from bench.material import Material

SESSION: Final = 10_000
SHARE: Final = 250
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_made: list[Material] = []


def _material() -> Material:
    """What this process works with, made once."""
    if not _made:
        _made.append(make_material())
    return _made[0]


def _issue(first: int, count: int) -> int:
    material = _material()
    for number in range(first, first + count):
        document = make_credential(material, number)
        add_proof(document, signer=material.issuer, created=NOW, selection=material.contexts.newest())
    return count


def issue_session(console: Console, *, badges: int = SESSION) -> None:
    """Issue the badges of one session on every core, with a progress bar, and beside it on one."""
    cores = len(os.sched_getaffinity(0))
    alone = _rate_on_one_core()
    with (
        ProcessPoolExecutor(cores) as pool,
        Progress(*Progress.get_default_columns(), console=console) as bar,
    ):
        list(pool.map(_issue, range(cores), [20] * cores))  # every process has its material
        task = bar.add_task(f"{badges:,} badges on {cores} cores", total=badges)
        start = time.perf_counter()
        for count in pool.map(_issue, range(0, badges, SHARE), [SHARE] * (badges // SHARE)):
            bar.advance(task, count)
        rate = badges / (time.perf_counter() - start)
    share = rate / cores / alone
    console.print(
        f"a session of {badges:,} badges: {rate:,.0f}/s on {cores} cores; each does {share:.0%} of the "
        f"{alone:,.0f}/s of one alone"
    )


def _rate_on_one_core() -> float:
    _issue(0, 20)
    start = time.perf_counter()
    _issue(0, 1_000)
    return 1_000 / (time.perf_counter() - start)


def watch_memory(console: Console, *, verifications: int) -> None:
    """Verify again and again; compare what the process holds after a tenth with what it holds at the end."""
    material = _material()
    received = [
        strict_json.dumps(
            add_proof(
                make_credential(material, number),
                signer=material.issuer,
                created=NOW,
                selection=material.contexts.newest(),
            )
        )
        for number in range(200)
    ]
    early = 0
    with Progress(
        *Progress.get_default_columns(), TimeRemainingColumn(), console=console, transient=True
    ) as bar:
        task = bar.add_task(f"{verifications:,} verifications", total=verifications)
        for number in range(verifications):
            verify_proofs(
                strict_json.loads(received[number % len(received)]),
                expected_proof_purpose="assertionMethod",
                expected_controller="did:web:node.example",
                resolver=material.resolver,
                contexts=material.contexts,
                now=NOW,
            )
            if number == verifications // 10:
                early = _resident()
            if number % 1_000 == 0:
                bar.update(task, completed=number)
    console.print(
        f"{verifications:,} verifications in one process: {early / 2**20:.1f} MiB after a tenth, "
        f"{_resident() / 2**20:.1f} MiB at the end, {_resident() / early - 1:+.1%}"
    )


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE


def main(arguments: list[str]) -> None:
    """Both; a number says how many verifications, a million by default."""
    console = Console()
    issue_session(console)
    watch_memory(console, verifications=int(arguments[0]) if arguments else 1_000_000)


if __name__ == "__main__":
    main(sys.argv[1:])
