"""The three services by name: their settings, and their applications made from them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import typer
from pydantic import ValidationError
from sqlalchemy import make_url

from did.errors import SealError
from passeur.saying import command_line, console, refuse
from web.settings import ServiceSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import FastAPI

    from issuer_node.settings import NodeSettings

_Settings = TypeVar("_Settings", bound=ServiceSettings)
_FILE_OF_ALL = "passeur.env"


class ServiceName(StrEnum):
    """The three services, by the word of their environment prefix."""

    NODE = "node"
    WALLET = "wallet"
    VERIFIER = "verifier"

    @property
    def prefix(self) -> str:
        """Of the environment variables: `PASSEUR_NODE_` and so on."""
        return f"PASSEUR_{self.upper()}_"


def settings_class(service: ServiceName) -> type[ServiceSettings]:
    """The class of a service's settings."""
    from issuer_node.settings import NodeSettings
    from verifier.settings import VerifierSettings
    from wallet.settings import WalletSettings

    classes: dict[ServiceName, type[ServiceSettings]] = {
        ServiceName.NODE: NodeSettings,
        ServiceName.WALLET: WalletSettings,
        ServiceName.VERIFIER: VerifierSettings,
    }
    return classes[service]


def load_app(service: ServiceName, env_file: Path | None) -> FastAPI:
    """The service's application from its settings: its database migrated, its keys made the first time.

    A secret that does not open the keys ends the command with a line that names the setting.
    """
    match service:
        case ServiceName.NODE:
            from issuer_node.main import create_app as create_node

            node = load_node_settings(env_file)
            return _open(lambda: create_node(node), service, node)
        case ServiceName.WALLET:
            from wallet.main import create_app as create_wallet
            from wallet.settings import WalletSettings

            wallet = _read(WalletSettings, service, env_file)
            return _open(lambda: create_wallet(wallet), service, wallet)
        case ServiceName.VERIFIER:
            from verifier.main import create_app as create_verifier
            from verifier.settings import VerifierSettings

            verifier = _read(VerifierSettings, service, env_file)
            return _open(lambda: create_verifier(verifier), service, verifier)


def load_node_settings(env_file: Path | None) -> NodeSettings:
    """The node's settings, from a file or the environment; says which one is missing or wrong."""
    from issuer_node.settings import NodeSettings

    return _read(NodeSettings, ServiceName.NODE, env_file)


def _open(make: Callable[[], FastAPI], service: ServiceName, settings: ServiceSettings) -> FastAPI:
    try:
        return make()
    except SealError:
        database = make_url(settings.database_url).render_as_string(hide_password=True)
        refuse(
            f"setting {service.prefix}SECRET does not open the keys in {database}: give the secret that they "
            "were made with (the copy that you kept), or the database that belongs to this one"
        )


def _read(kind: type[_Settings], service: ServiceName, env_file: Path | None) -> _Settings:
    try:
        return kind(_env_file=env_file)
    except ValidationError as err:
        for error in err.errors(include_input=False, include_url=False):
            name = f"{service.prefix}{'_'.join(str(part) for part in error['loc']).upper()}"
            console.print(f"setting {name}: {error['msg']}")
        _say_where_settings_are(service, env_file)
        raise typer.Exit(1) from err


def _say_where_settings_are(service: ServiceName, env_file: Path | None) -> None:
    here = [name for name in (_FILE_OF_ALL, f"{service}.env") if Path(name).is_file()]
    if env_file is None and here:
        console.print(f"There is a settings file here: add --env-file {here[0]}")
        return
    init = command_line(service, "init")
    console.print(f"`{init}` writes a complete settings file; docs/settings.md lists all.")
