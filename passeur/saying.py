"""What the command line says to whoever runs a service: one line each, and how to type the next command."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.text import Text

from web.settings import is_loopback_name

if TYPE_CHECKING:
    from collections.abc import Sequence

WRONG_USE = 2
_DEFAULT_HOST = "127.0.0.1"
_PORT_OF_HTTP = 80
console = Console(highlight=False, markup=False, soft_wrap=True)
_complaints = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def refuse(sentence: str, *, exit_code: int = 1) -> NoReturn:
    """Say in one red line why nothing was done, and end the command."""
    _complaints.print(Text(" ".join(sentence.split()), "red"))
    raise typer.Exit(exit_code)


def command_line(*arguments: str) -> str:
    """A command as this very program was called, ready to be pasted into a shell."""
    return shlex.join([*_program(sys.argv[0]), *arguments])


def _program(called_as: str) -> Sequence[str]:
    path = Path(called_as)
    if path.name == "__main__.py":
        return sys.executable, "-m", "passeur"
    if path.name != "passeur" or called_as == shutil.which("passeur"):
        return ("passeur",)
    return (called_as,)


def listening_options(url: str) -> list[str]:
    """Options of `serve` to listen at a loopback address; none where a web server stands in front."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "http" or not is_loopback_name(host):
        return []
    port = parts.port if parts.port is not None else _PORT_OF_HTTP
    other_host = [] if host in {"localhost", _DEFAULT_HOST} else ["--host", host]
    return [*other_host, "--port", str(port)]
