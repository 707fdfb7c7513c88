"""`make bench`: the library and the services, beside PyLD + cryptography and the floor, in one run."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from bench import http, library
from bench.material import make_material

if TYPE_CHECKING:
    from collections.abc import Iterator

LATEST = Path(__file__).parent / "latest.json"
SUITE = library.SUITE


def main() -> None:
    """Measure, print, write `bench/latest.json`."""
    cores = sorted(os.sched_getaffinity(0))
    measured, clients = cores[0], cores[-1]
    if len(cores) == 1:
        print("only one core: clients and services share it, the HTTP figures are lower than they could be")
    material = make_material()
    console = Console()
    with console.status("the library, PyLD and the floor"), _on(measured):
        library_measured = library.measure(material)
    figures = library_measured.rates
    with console.status("the node, the verifier and the wallet over HTTP"), _on(clients):
        issue, node_page = http.measure_issue(
            material, core=measured, library=_on(measured)(library_measured.issue_and_report)
        )
        present, verifier_page = http.measure_present(
            material, core=measured, library=_on(measured)(library_measured.present)
        )
        wallet_page = http.measure_wallet_page(core=measured)
    with console.status("the same, canonicalized by PyLD"), _on(clients):
        slow_issue, _ = http.measure_issue(
            material, core=measured, library=_on(measured)(library_measured.issue_by_pyld), engine="pyld"
        )
        slow_present, _ = http.measure_present(
            material, core=measured, library=_on(measured)(library_measured.present_by_pyld), engine="pyld"
        )
    console.print(_table(figures, issue=issue, present=present))
    ours = figures["ours"]
    console.print(
        f"HTTP issue is {issue.ratio:.0%} of the library's issue and check at the same time "
        f"({issue.rate / ours['issue']:.0%} of its issue alone)"
    )
    console.print(
        f"HTTP present is {present.ratio:.0%} of the library's check of a presentation at the same time "
        f"({present.rate / ours['verify']:.0%} of its verification of one credential)"
    )
    console.print(
        f"with PyLD's canonicalization in both: HTTP issue {slow_issue.rate:,.0f}/s, {slow_issue.ratio:.0%} "
        f"of the library's issue; HTTP present {slow_present.rate:,.0f}/s, {slow_present.ratio:.0%} of the "
        "library's check of a presentation"
    )
    console.print(
        f"a page answers in (median): node {node_page:.1f} ms, wallet {wallet_page:.1f} ms, "
        f"verifier {verifier_page:.1f} ms"
    )
    LATEST.write_text(json.dumps(_latest(figures, issue=issue.rate, present=present.rate), indent=2) + "\n")
    console.print(
        f"written: {LATEST.relative_to(Path.cwd()) if LATEST.is_relative_to(Path.cwd()) else LATEST}"
    )


@contextmanager
def _on(core: int) -> Iterator[None]:
    """Run this thread, and what it starts, on one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _latest(figures: dict[str, dict[str, float]], *, issue: float, present: float) -> dict[str, object]:
    """The shape that other tools read; the suite has no derivation, so it gets no figure."""

    def rates(name: str) -> dict[str, float | None]:
        return {"issue": figures[name]["issue"], "derive": None, "verify": figures[name]["verify"]}

    return {
        "library": {SUITE: rates("ours")},
        "pyld": {SUITE: rates("pyld")},
        "floor": figures["floor"],
        "http": {"issue": issue, "present": present},
    }


def _table(figures: dict[str, dict[str, float]], *, issue: http.Compared, present: http.Compared) -> Table:
    ours, pyld, floor = figures["ours"], figures["pyld"], figures["floor"]
    table = Table(title=f"{SUITE}, one credential of 3 to 4 KB, one core, operations per second")
    for column in ("", "ours", "PyLD", "floor", "ours / PyLD", "ours / floor"):
        table.add_column(column, justify="left" if not column else "right")
    for name in ("issue", "verify"):
        table.add_row(
            name,
            f"{ours[name]:,.0f}",
            f"{pyld[name]:,.0f}",
            f"{floor[name]:,.0f}",
            f"{ours[name] / pyld[name]:.1f}",
            f"{ours[name] / floor[name]:.2f}",
        )
    others = {
        "check a credential (report)": ours["report"],
        "issue, then check (report)": issue.library,
        "check a presentation (report)": present.library,
        f"HTTP: credential request, {http.CLIENTS} clients": issue.rate,
        f"HTTP: direct_post, {http.CLIENTS} clients": present.rate,
    }
    for name, rate in others.items():
        table.add_row(name, f"{rate:,.0f}", "", "", "", "")
    return table


if __name__ == "__main__":
    main()
