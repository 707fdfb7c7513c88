"""First steps of a service: a settings file that only its owner reads, the database, the keys, the DID."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from web.settings import ServiceSettings, is_loopback_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from fastapi import FastAPI

    from issuer_node.settings import NodeSettings

_Settings = TypeVar("_Settings", bound=ServiceSettings)
console = Console(highlight=False, markup=False, soft_wrap=True)


class ServiceName(StrEnum):
    """The three services, by the word of their environment prefix."""

    NODE = "node"
    WALLET = "wallet"
    VERIFIER = "verifier"

    @property
    def prefix(self) -> str:
        """Of the environment variables: `PASSEUR_NODE_` and so on."""
        return f"PASSEUR_{self.upper()}_"


@dataclass(frozen=True)
class Setting:
    """One line of a settings file, with the comment above it."""

    name: str
    value: str
    comment: str


def load_app(service: ServiceName, env_file: Path | None) -> FastAPI:
    """The service's application from its settings: its database migrated, its keys made the first time."""
    match service:
        case ServiceName.NODE:
            from issuer_node.main import create_app as create_node

            return create_node(load_node_settings(env_file))
        case ServiceName.WALLET:
            from wallet.main import create_app as create_wallet
            from wallet.settings import WalletSettings

            return create_wallet(_read(WalletSettings, service, env_file))
        case ServiceName.VERIFIER:
            from verifier.main import create_app as create_verifier
            from verifier.settings import VerifierSettings

            return create_verifier(_read(VerifierSettings, service, env_file))


def load_node_settings(env_file: Path | None) -> NodeSettings:
    """The node's settings, from a file or the environment; says which one is missing or wrong."""
    from issuer_node.settings import NodeSettings

    return _read(NodeSettings, ServiceName.NODE, env_file)


def _read(kind: type[_Settings], service: ServiceName, env_file: Path | None) -> _Settings:
    from pydantic import ValidationError

    try:
        return kind(_env_file=env_file)
    except ValidationError as err:
        for error in err.errors(include_input=False, include_url=False):
            name = f"{service.prefix}{'_'.join(str(part) for part in error['loc']).upper()}"
            console.print(f"setting {name}: {error['msg']}")
        console.print(
            f"`passeur {service} init` writes a complete settings file; docs/settings.md lists all."
        )
        raise typer.Exit(1) from err


def init_node(env_file: Path, *, name: str, url: str, email: str, loopback: bool) -> None:
    """Write the node's settings, make its database, keys and DID, and print the first sign-in link."""
    lines = node_settings(name=name, url=url, email=email, loopback=loopback, folder=env_file.parent)
    _init(env_file, lines, (ServiceName.NODE,), email=email)
    console.print(f"Run it: passeur node serve --env-file {env_file}")


def init_wallet(env_file: Path, *, url: str, loopback: bool) -> None:
    """Write the wallet's settings and make its database."""
    _init(
        env_file, wallet_settings(url=url, loopback=loopback, folder=env_file.parent), (ServiceName.WALLET,)
    )
    console.print(f"Run it: passeur wallet serve --env-file {env_file}")


def init_verifier(env_file: Path, *, name: str, url: str, loopback: bool) -> None:
    """Write the verifier's settings, make its database, key and DID."""
    lines = verifier_settings(name=name, url=url, loopback=loopback, folder=env_file.parent)
    _init(env_file, lines, (ServiceName.VERIFIER,))
    console.print(f"Run it: passeur verifier serve --env-file {env_file}")


def init_all(env_file: Path, *, name: str, url: str, email: str, loopback: bool) -> None:
    """One settings file for the three services behind one address."""
    folder, base = env_file.parent, url.rstrip("/")
    lines = [
        *node_settings(name=name, url=base, email=email, loopback=loopback, folder=folder),
        Setting("PASSEUR_NODE_WALLET_URL", f"{base}/wallet", "Where a scanned slip opens."),
        *wallet_settings(url=f"{base}/wallet", loopback=loopback, folder=folder),
        Setting("PASSEUR_WALLET_VERIFIER_URL", f"{base}/verifier", "Where a link for an employer opens."),
        *verifier_settings(name=name, url=f"{base}/verifier", loopback=loopback, folder=folder),
        Setting("PASSEUR_VERIFIER_WALLET_URL", f"{base}/wallet", "The wallet that a request offers first."),
    ]
    _init(env_file, lines, tuple(ServiceName), email=email)
    console.print(f"Run it: passeur serve --env-file {env_file}")


def node_settings(*, name: str, url: str, email: str, loopback: bool, folder: Path) -> list[Setting]:
    """Lines of a node's settings file."""
    return [
        *_common(ServiceName.NODE, url=url, loopback=loopback, folder=folder),
        Setting(
            "PASSEUR_NODE_STRUCTURE_NAME", name, "The structure, as people know it; it signs every badge."
        ),
        Setting("PASSEUR_NODE_ADMIN_EMAIL", email, "The first passeur; they invite the others."),
        Setting(
            "PASSEUR_NODE_MAIL_URL",
            "print:",
            "Prints sign-in links in the log. To send them: smtp://user:password@host:587?from=address",
        ),
    ]


def wallet_settings(*, url: str, loopback: bool, folder: Path) -> list[Setting]:
    """Lines of a wallet's settings file."""
    return _common(ServiceName.WALLET, url=url, loopback=loopback, folder=folder)


def verifier_settings(*, name: str, url: str, loopback: bool, folder: Path) -> list[Setting]:
    """Lines of a verifier's settings file."""
    return [
        *_common(ServiceName.VERIFIER, url=url, loopback=loopback, folder=folder),
        Setting("PASSEUR_VERIFIER_VERIFIER_NAME", name, "Who asks, as the learner reads it."),
    ]


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
    env_file: Path, lines: Iterable[Setting], services: tuple[ServiceName, ...], *, email: str | None = None
) -> None:
    """Write the file, start each service once, and say what came of it."""
    os.umask(0o077)  # the databases that the first start makes are their owner's alone, too
    _write(env_file, lines)
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


def _common(service: ServiceName, *, url: str, loopback: bool, folder: Path) -> list[Setting]:
    prefix = service.prefix
    parts = urlsplit(url)
    if parts.scheme != "https" and not (loopback and is_loopback_name(parts.hostname or "")):
        raise typer.BadParameter("the address must be https (or plain http on this machine, with --loopback)")
    database = f"sqlite:///{(folder / f'{service}.db').resolve()}"
    lines = [
        Setting(
            f"{prefix}BASE_URL",
            url.rstrip("/"),
            f"The {service}: its public address. Its DID follows from it: do not change it.",
        ),
        Setting(f"{prefix}DATABASE_URL", database, "Or postgresql://user@host/database"),
        Setting(
            f"{prefix}SECRET",
            secrets.token_urlsafe(32),
            "Seals the keys at rest. Lost, they are lost: keep a copy apart.",
        ),
    ]
    if loopback:
        lines.append(Setting(f"{prefix}ALLOW_INSECURE_LOOPBACK", "true", "Development only."))
    return lines


def _write(env_file: Path, lines: Iterable[Setting]) -> None:
    """A new file, readable by its owner alone; never over an old one, whose secret opens the keys."""
    content = "".join(f"# {line.comment}\n{line.name}={_quoted(line.value)}\n" for line in lines)
    try:
        descriptor = os.open(env_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as err:
        raise typer.BadParameter(
            f"{env_file} exists already; it holds a secret, so it is not overwritten"
        ) from err
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)


def _quoted(value: str) -> str:
    """A value as the file's format quotes it."""
    if "${" in value or not value.isprintable():
        # the format would put an environment variable in its place, and knows no escape for it
        raise typer.BadParameter("a settings file holds no ${ and no line break")
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
