"""`make bench`: the library and the services, beside other implementations and the floor, in one run."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from bench import library, parts, services, suites, tokens
from bench.material import make_material
from bench.timing import on_core
from did.keys import KeyType

if TYPE_CHECKING:
    from bench.material import Material

LATEST = Path(__file__).parent / "latest.json"
SUITE = library.SUITE
Rates = dict[str, dict[str, float]]


def main() -> None:
    """Measure, print, write `bench/latest.json`."""
    cores = sorted(os.sched_getaffinity(0))
    measured, clients = cores[0], cores[-1]
    if len(cores) == 1:
        print("only one core: clients and services share it, the HTTP figures are lower than they could be")
    material = make_material()
    console = Console()
    with console.status("the library, PyLD and the floor"), on_core(measured):
        library_measured = library.measure(material)
    figures = library_measured.rates
    console.print(_table(figures))
    with console.status("every suite"), on_core(measured):
        ours, peers = _measure_suites(material)
    console.print(_suites_table(ours, peers))
    with console.status("parts, growth, presentations"), on_core(measured):
        _print_parts(console, material)
        _print_tokens(console, material)
    rates = services.measure(console, material, library_measured, measured=measured, clients=clients)
    LATEST.write_text(json.dumps(_latest(figures, ours, rates), indent=2) + "\n")
    console.print(
        f"written: {LATEST.relative_to(Path.cwd()) if LATEST.is_relative_to(Path.cwd()) else LATEST}"
    )


def _measure_suites(material: Material) -> tuple[Rates, Rates]:
    """Every suite by name, ours and the peer's; the second key type of a suite stands beside its name."""
    ours, peers = {}, {}
    for case in suites.make_cases(material):
        key_type = case.signer.public_key.key_type
        name = f"{case.name} ({key_type})" if key_type is KeyType.P384 else case.name
        ours[name] = suites.measure(material, case)
        if case.is_selective:
            peers[name] = suites.measure_peer(material, case)
    return ours, peers


def _print_tokens(console: Console, material: Material) -> None:
    for name, (ours, theirs) in tokens.measure(material).items():
        console.print(f"{name}: {ours:.0f} microseconds, {theirs / ours:.1f} times as fast as the other")


def _print_parts(console: Console, material: Material) -> None:
    times = parts.measure_parts(material)
    console.print(
        "one verification in microseconds: " + ", ".join(f"{name} {time:.0f}" for name, time in times.items())
    )
    console.print(f"a presentation of {parts.BADGES} badges: {parts.measure_presentation(material):.1f} ms")
    console.print(f"ten times the evidence: {parts.measure_growth(material):.1f} times the time")


def _latest(figures: Rates, ours: Rates, http: dict[str, float]) -> dict[str, Any]:
    """The shape that other tools read: operations a second; None where there is no such operation."""

    def rates(measured: dict[str, float]) -> dict[str, float | None]:
        return {name: measured.get(name) for name in ("issue", "derive", "verify")}

    return {
        "library": {name: rates(measured) for name, measured in ours.items()}
        | {SUITE: rates(figures["ours"])},
        "pyld": {SUITE: rates(figures["pyld"])},
        "floor": figures["floor"],
        "http": http,
    }


def _table(figures: Rates) -> Table:
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
    table.add_row("check a credential (report)", f"{ours['report']:,.0f}", "", "", "", "")
    return table


def _suites_table(ours: Rates, peers: Rates) -> Table:
    table = Table(title="every suite, the same credential; in brackets: times Digital Bazaar's JavaScript")
    for column in ("", "issue", "derive", "verify"):
        table.add_column(column, justify="left" if not column else "right")
    for name, measured in ours.items():
        cells = []
        for operation in ("issue", "derive", "verify"):
            beside = peers.get(name, {}).get(operation)
            rate = measured.get(operation)
            ratio = f" ({rate / beside:.0f})" if rate and beside else ""
            cells.append(f"{rate:,.0f}{ratio}" if rate else "")
        table.add_row(name, *cells)
    return table


if __name__ == "__main__":
    main()
