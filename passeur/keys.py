"""`passeur node keys`: what keys there are, new ones, and one that was stolen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.table import Table

from passeur.saying import refuse
from passeur.services import ServiceName, load_app
from web.i18n import Catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from issuer_node.identifiers import KeptKey
    from issuer_node.node import Node
    from passeur.verifying import Language

    Say = Callable[..., str]


def list_keys(env_file: Path | None, *, as_json: bool, language: Language) -> None:
    """Print every key: what it is for, since when, what became of it; and the node's two names."""
    identity = _node(env_file).live.refresh()
    if as_json:
        keys = [_to_json(key) for key in identity.all_keys]
        names = {"did": identity.did, "didWebvh": identity.did_webvh}
        typer.echo(json.dumps(names | {"keys": keys}, ensure_ascii=False, indent=2))
        return
    say = _say(language)
    table = Table(*(say(f"keys.{column}") for column in ("key", "use", "since", "state")))
    for key in identity.all_keys:
        ended = key.revoked_at or key.rotated_at or key.created_at
        state = say(f"keys.is.{key.state}", date=_day(ended))
        table.add_row(key.name, say(f"keys.for.{key.key_type}"), _day(key.created_at), state)
    console = Console(highlight=False, markup=False, soft_wrap=True)
    console.print(table)
    console.print(f"{say('keys.did')}: {identity.did}\n{say('keys.did_webvh')}: {identity.did_webvh}")


def rotate(env_file: Path | None, *, yes: bool, language: Language) -> None:
    """Make new keys, once it was said what that means and confirmed."""
    from issuer_node.identifiers.changing import rotate_keys

    say, node = _say(language), _node(env_file)
    _confirm(say, "rotate", yes=yes)
    _change(say, lambda: rotate_keys(node, by=None))
    typer.echo(say("keys.rotate.done"))


def revoke(env_file: Path | None, names: Sequence[str], *, yes: bool, language: Language) -> None:
    """Declare keys stolen, once it was said what that means and confirmed."""
    from issuer_node.identifiers.changing import revoke_keys

    say, node, listed = _say(language), _node(env_file), ", ".join(names)
    _confirm(say, "revoke", yes=yes, names=listed)
    _change(say, lambda: revoke_keys(node, names, by=None))
    typer.echo(say("keys.revoke.done", names=listed))


def _node(env_file: Path | None) -> Node:
    node: Node = load_app(ServiceName.NODE, env_file).state.node
    return node


def _say(language: Language) -> Say:
    catalogue = Catalogue.load("passeur")
    return lambda key, **values: catalogue.text(language, key, **values)


def _confirm(say: Say, deed: str, *, yes: bool, **values: str) -> None:
    typer.echo(say(f"keys.{deed}.what", **values))
    if not yes and not typer.confirm(say(f"keys.{deed}.ask"), default=False):
        typer.echo(say("keys.kept"))
        raise typer.Exit(1)


def _change(say: Say, deed: Callable[[], None]) -> None:
    from issuer_node.errors import ConflictError, NotFoundError

    try:
        deed()
    except (ConflictError, NotFoundError) as err:
        refuse(say(f"keys.error.{err.code}"))


def _day(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d}"


def _to_json(key: KeptKey) -> dict[str, Any]:
    moments = {
        "createdAt": key.created_at,
        "rotatedAt": key.rotated_at,
        "revokedAt": key.revoked_at,
    }
    dates = {name: moment.isoformat() for name, moment in moments.items() if moment is not None}
    return {
        "name": key.name,
        "type": str(key.key_type),
        "publicKeyMultibase": key.public_key.to_multikey(),
        "state": str(key.state),
        **dates,
    }
