"""The services over HTTP beside the library at the same work, as sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench import http, vc_api
from bench.timing import on_core

if TYPE_CHECKING:
    from rich.console import Console

    from bench.library import Measured
    from bench.material import Material


def measure(
    console: Console, material: Material, library: Measured, *, measured: int, clients: int
) -> dict[str, float]:
    """Measure and say.

    Args:
        console: where it is said.
        material: what the clients hold.
        library: how to measure the library beside.
        measured: the core of the services, and of the library.
        clients: the core of the clients.

    Returns:
        Credential requests and presentations a second.
    """
    on = on_core(measured)
    with console.status("the node, the verifier and the wallet over HTTP"), on_core(clients):
        issue, node_page = http.measure_issue(material, core=measured, library=on(library.issue_and_report))
        present, verifier_page = http.measure_present(material, core=measured, library=on(library.present))
        wallet_page = http.measure_wallet_page(core=measured)
    ours = library.rates["ours"]
    console.print(
        f"HTTP issue, {http.CLIENTS} clients: {issue.rate:,.0f}/s, {issue.ratio:.0%} of the library's issue "
        f"and check at the same time ({issue.rate / ours['issue']:.0%} of its issue alone)"
    )
    console.print(
        f"HTTP present, {http.CLIENTS} clients: {present.rate:,.0f}/s, {present.ratio:.0%} of the library's "
        f"check of a presentation at the same time ({present.rate / ours['verify']:.0%} of its verification)"
    )
    _measure_vc_api(console, material, library, measured=measured, clients=clients)
    _measure_with_pyld(console, material, library, measured=measured, clients=clients)
    console.print(
        f"a page answers in (median): node {node_page:.1f} ms, wallet {wallet_page:.1f} ms, verifier "
        f"{verifier_page:.1f} ms"
    )
    return {"issue": issue.rate, "present": present.rate}


def _measure_vc_api(
    console: Console, material: Material, library: Measured, *, measured: int, clients: int
) -> None:
    on = on_core(measured)
    with console.status("the VC-API"), on_core(clients):
        figures = vc_api.measure(material, core=measured, issue=on(library.issue), verify=on(library.verify))
    for name, compared in figures.items():
        console.print(
            f"VC-API {name}, {http.CLIENTS} clients: {compared.rate:,.0f}/s, {compared.ratio:.0%} of "
            "the library's rate"
        )


def _measure_with_pyld(
    console: Console, material: Material, library: Measured, *, measured: int, clients: int
) -> None:
    """The same, canonicalized by PyLD in the services and in the library: what the rest of the way costs."""
    on = on_core(measured)
    with console.status("the same, canonicalized by PyLD"), on_core(clients):
        issue, _ = http.measure_issue(
            material, core=measured, library=on(library.issue_by_pyld), engine="pyld"
        )
        present, _ = http.measure_present(
            material, core=measured, library=on(library.present_by_pyld), engine="pyld"
        )
    console.print(
        f"with PyLD's canonicalization in both: HTTP issue {issue.rate:,.0f}/s, {issue.ratio:.0%} of the "
        f"library's issue; HTTP present {present.rate:,.0f}/s, {present.ratio:.0%} of its check of one"
    )
