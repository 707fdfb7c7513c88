"""First steps of a service: a settings file that only its owner reads, the database, the keys, the DID."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from passeur.saying import command_line, console, listening_options
from passeur.services import ServiceName, load_app, load_node_settings
from passeur.settings_file import (
    Setting,
    check,
    known_node,
    node_settings,
    verifier_settings,
    wallet_settings,
    write,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def init_node(env_file: Path, *, name: str, url: str, email: str, loopback: bool) -> None:
    """Write the node's settings, make its database, keys and DID, and print the first sign-in link."""
    lines = node_settings(name=name.strip(), url=url, email=email, loopback=loopback, folder=env_file.parent)
    _init(env_file, lines, (ServiceName.NODE,), email=email)
    _say_how_to_run(env_file, url, ServiceName.NODE)


def init_wallet(env_file: Path, *, url: str, loopback: bool) -> None:
    """Write the wallet's settings and make its database."""
    lines = wallet_settings(url=url, loopback=loopback, folder=env_file.parent)
    _init(env_file, lines, (ServiceName.WALLET,))
    _say_how_to_run(env_file, url, ServiceName.WALLET)


def init_verifier(env_file: Path, *, name: str, url: str, loopback: bool) -> None:
    """Write the verifier's settings, make its database, key and DID."""
    lines = verifier_settings(name=name.strip(), url=url, loopback=loopback, folder=env_file.parent)
    _init(env_file, lines, (ServiceName.VERIFIER,))
    _say_how_to_run(env_file, url, ServiceName.VERIFIER)


def init_all(env_file: Path, *, name: str, url: str, email: str, loopback: bool) -> None:
    """One settings file for the three services behind one address; the verifier knows the node."""
    folder, base, name = env_file.parent, url.rstrip("/"), name.strip()
    lines = [
        *node_settings(name=name, url=base, email=email, loopback=loopback, folder=folder),
        Setting("PASSEUR_NODE_WALLET_URL", f"{base}/wallet", "Where a scanned slip opens."),
        *wallet_settings(url=f"{base}/wallet", loopback=loopback, folder=folder),
        Setting("PASSEUR_WALLET_VERIFIER_URL", f"{base}/verifier", "Where a link for an employer opens."),
        *verifier_settings(name=name, url=f"{base}/verifier", loopback=loopback, folder=folder),
        Setting("PASSEUR_VERIFIER_WALLET_URL", f"{base}/wallet", "The wallet that a request offers first."),
        known_node(name=name, url=base),
    ]
    _init(env_file, lines, tuple(ServiceName), email=email)
    _say_how_to_run(env_file, base)


def _say_how_to_run(env_file: Path, url: str, *service: ServiceName) -> None:
    options = ["--env-file", str(env_file), *listening_options(url)]
    console.print(f"Run it: {command_line(*service, 'serve', *options)}")


def signin_link(env_file: Path | None, *, email: str) -> str:
    """A one-time sign-in link for a passeur of the node."""
    from issuer_node.errors import NodeError
    from issuer_node.signing_in import make_signin_link
    from web.database import Database

    settings = load_node_settings(env_file)
    database = Database(settings.database_url)
    try:
        return make_signin_link(database, settings, email)
    except NodeError as err:
        console.print(f"no link for {email}: {err.code}")
        raise typer.Exit(1) from err
    finally:
        database.dispose()


def _init(
    env_file: Path, lines: Sequence[Setting], services: tuple[ServiceName, ...], *, email: str | None = None
) -> None:
    """Check everything, write the file, start each service once, and say what came of it."""
    content = check(env_file, lines, services)
    os.umask(0o077)  # the databases that the first start makes are their owner's alone, too
    write(env_file, content)
    console.print(f"Settings written to {env_file}. It holds a secret: back it up, show it to nobody.")
    for service, did in _first_starts(services, env_file):
        console.print(f"DID of the {service}: {did}")
    if email is not None:
        link = signin_link(env_file, email=email)
        console.print(f"First sign-in, for {email} (valid 15 minutes, once): {link}")


def _first_starts(services: tuple[ServiceName, ...], env_file: Path) -> list[tuple[ServiceName, str]]:
    """Make each service's tables and keys; its DID, where it has one."""
    dids = []
    columns = (TextColumn("{task.description}"), BarColumn())
    meter = Console(stderr=True)
    with Progress(*columns, console=meter, transient=True, disable=not meter.is_terminal) as progress:
        task = progress.add_task("", total=len(services))
        for service in services:
            progress.update(task, description=f"{service}: tables and keys")
            app = load_app(service, env_file)
            if hasattr(app.state, "did"):
                dids.append((service, str(app.state.did)))
            progress.advance(task)
    return dids
