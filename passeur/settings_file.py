"""A new settings file: its lines, checked as the services will read them before anything is written."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError
from sqlalchemy import make_url

from did.errors import InvalidDidError
from did.methods.web import did_web
from passeur.saying import WRONG_USE, refuse
from passeur.services import ServiceName, settings_class
from web.i18n import Catalogue

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

# the option that was typed for a setting; a refusal that is about the whole is about the address
_OPTION_OF: Final = {
    "base_url": "--url",
    "structure_name": "--name",
    "verifier_name": "--name",
    "admin_email": "--email",
}
_AS_JSON: Final = frozenset({"known_issuers"})


@dataclass(frozen=True)
class Setting:
    """One line of a settings file, with the comment above it."""

    name: str
    value: str
    comment: str


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


def known_node(*, name: str, url: str) -> Setting:
    """The line by which a verifier knows the node at `url`, whose structure runs both."""
    try:
        did = did_web(url)
    except InvalidDidError as err:
        refuse(f"--url: {err}", exit_code=WRONG_USE)
    reason = Catalogue.load("passeur").text("fr", "init.own_node")
    return Setting(
        "PASSEUR_VERIFIER_KNOWN_ISSUERS",
        json.dumps([{"did": did, "name": name, "reason": reason}], ensure_ascii=False),
        "Structures that are no strangers, as JSON: add those that you know.",
    )


def _common(service: ServiceName, *, url: str, loopback: bool, folder: Path) -> list[Setting]:
    prefix = service.prefix
    database = f"sqlite:///{(folder / f'{service}.db').resolve()}"
    lines = [
        Setting(
            f"{prefix}BASE_URL",
            url,
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


def check(env_file: Path, lines: Sequence[Setting], services: Iterable[ServiceName]) -> str:
    """Check everything that could go wrong, and give the file's content. Nothing is written.

    Args:
        env_file: where the file is to be.
        lines: of the file.
        services: the services that are to be made from it.
    """
    if env_file.exists():
        refuse(f"{env_file} exists already; it holds a secret, so it is not overwritten", exit_code=WRONG_USE)
    if not env_file.parent.is_dir():
        refuse(f"--env-file: there is no folder {env_file.parent}; make it first", exit_code=WRONG_USE)
    for service in services:
        _check_service(service, lines)
    return "".join(f"# {line.comment}\n{line.name}={_quoted(line)}\n" for line in lines)


def _check_service(service: ServiceName, lines: Sequence[Setting]) -> None:
    values: dict[str, Any] = {}
    for line in lines:
        if line.name.startswith(service.prefix):
            field = line.name.removeprefix(service.prefix).lower()
            values[field] = json.loads(line.value) if field in _AS_JSON else line.value
    try:
        settings = settings_class(service)(_env_file=None, **values)
        did_web(settings.base_url)
    except ValidationError as err:
        _refuse_option(err)
    except InvalidDidError as err:
        refuse(f"--url: {err}", exit_code=WRONG_USE)
    database = make_url(settings.database_url)
    if database.database is not None and os.path.lexists(database.database):
        refuse(
            f"{database.database} exists already, and a new secret would not open its keys: move it away, or "
            "let --env-file name another folder",
            exit_code=WRONG_USE,
        )


def _refuse_option(err: ValidationError) -> None:
    first = err.errors(include_input=False, include_url=False, include_context=False)[0]
    field = str(first["loc"][0]) if first["loc"] else "base_url"
    words = first["msg"].removeprefix("Value error, ").replace("allow_insecure_loopback", "--loopback")
    refuse(f"{_OPTION_OF.get(field, field)}: {words.replace('base_url', 'it')}", exit_code=WRONG_USE)


def write(env_file: Path, content: str) -> None:
    """Make the file, readable by its owner alone; never over an old one, whose secret opens the keys."""
    try:
        descriptor = os.open(env_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as err:
        refuse(f"--env-file: {env_file} cannot be written: {err.strerror}", exit_code=WRONG_USE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)


def _quoted(line: Setting) -> str:
    """A value as the file's format quotes it."""
    if "${" in line.value or not line.value.isprintable():
        # the format would put an environment variable in its place, and knows no escape for it
        field = line.name.split("_", 2)[-1].lower()
        refuse(
            f"{_OPTION_OF.get(field, line.name)}: a settings file holds no ${{ and no line break",
            exit_code=WRONG_USE,
        )
    escaped = line.value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
