"""The command line: `passeur --help`. Each command is a few lines; what it does lives in its own module."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from passeur import configuring, keys, serving, verifying
from passeur.services import ServiceName
from passeur.verifying import Language

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,  # a traceback with local variables could print a secret
    help="Recognise what people can do, hold it, verify it: Open Badges 3.0 on open protocols.",
)
node = typer.Typer(no_args_is_help=True, help="A structure's **issuer node**.")
wallet = typer.Typer(no_args_is_help=True, help="The learner's **wallet**.")
verifier = typer.Typer(no_args_is_help=True, help="The employer's **verifier**.")
node_keys = typer.Typer(no_args_is_help=True, help="The **keys** that sign a node's badges.")
node.add_typer(node_keys, name="keys")
app.add_typer(node, name="node")
app.add_typer(wallet, name="wallet")
app.add_typer(verifier, name="verifier")

EnvFile = Annotated[
    Path | None,
    typer.Option(
        "--env-file",
        help="Settings file; without it, PASSEUR_... environment variables.",
        exists=True,
        dir_okay=False,
    ),
]
NewEnvFile = Annotated[
    Path, typer.Option("--env-file", help="The settings file to write (never overwritten).")
]
Url = Annotated[
    str, typer.Option("--url", help="Public address, for example https://badges.example.org", prompt=True)
]
Name = Annotated[str, typer.Option("--name", help="The structure's name, as people know it.", prompt=True)]
Email = Annotated[str, typer.Option("--email", help="E-mail address of the first passeur.", prompt=True)]
Loopback = Annotated[
    bool,
    typer.Option("--loopback", help="Development: plain http on this machine is allowed."),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]
SaidIn = Annotated[
    Language | None,
    typer.Option("--language", help="Without it, the language of LC_ALL, LC_MESSAGES or LANG."),
]
Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")]


def _said_in(language: Language | None) -> Language:
    return language or verifying.language_of(os.environ)


@node.command("init")
def node_init(
    name: Name, url: Url, email: Email, env_file: NewEnvFile = Path("node.env"), loopback: Loopback = False
) -> None:
    """Make a node: its settings file, database, keys and DID. Prints the first sign-in link."""
    configuring.init_node(env_file, name=name, url=url, email=email, loopback=loopback)


@node.command("serve")
def node_serve(env_file: EnvFile = None, host: Host = "127.0.0.1", port: Port = 8001) -> None:
    """Run the node."""
    serving.serve(ServiceName.NODE, env_file, host=host, port=port)


@node.command("signin-link")
def node_signin_link(
    email: Annotated[str, typer.Argument(help="A passeur of this node.")],
    env_file: EnvFile = None,
) -> None:
    """Print a one-time sign-in link for a passeur (for whoever runs the node; nothing is mailed)."""
    typer.echo(configuring.signin_link(env_file, email=email))


@node_keys.command("list")
def node_keys_list(
    env_file: EnvFile = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the keys as JSON.")] = False,
    language: SaidIn = None,
) -> None:
    """Show each key: what it is for, since when, and what became of it."""
    keys.list_keys(env_file, as_json=as_json, language=_said_in(language))


@node_keys.command("rotate")
def node_keys_rotate(env_file: EnvFile = None, yes: Yes = False, language: SaidIn = None) -> None:
    """Make new keys. What the keys of before signed stays valid; a running service needs no restart."""
    keys.rotate(env_file, yes=yes, language=_said_in(language))


@node_keys.command("revoke")
def node_keys_revoke(
    names: Annotated[list[str], typer.Argument(help="The stolen keys, as `list` names them.")],
    env_file: EnvFile = None,
    yes: Yes = False,
    language: SaidIn = None,
) -> None:
    """Declare keys stolen: **nothing** that they signed is valid any more. This cannot be undone."""
    keys.revoke(env_file, names, yes=yes, language=_said_in(language))


@wallet.command("init")
def wallet_init(url: Url, env_file: NewEnvFile = Path("wallet.env"), loopback: Loopback = False) -> None:
    """Make a wallet: its settings file and database."""
    configuring.init_wallet(env_file, url=url, loopback=loopback)


@wallet.command("serve")
def wallet_serve(env_file: EnvFile = None, host: Host = "127.0.0.1", port: Port = 8002) -> None:
    """Run the wallet."""
    serving.serve(ServiceName.WALLET, env_file, host=host, port=port)


@verifier.command("init")
def verifier_init(
    name: Name,
    url: Url,
    env_file: NewEnvFile = Path("verifier.env"),
    loopback: Loopback = False,
) -> None:
    """Make a verifier: its settings file, database, key and DID."""
    configuring.init_verifier(env_file, name=name, url=url, loopback=loopback)


@verifier.command("serve")
def verifier_serve(env_file: EnvFile = None, host: Host = "127.0.0.1", port: Port = 8003) -> None:
    """Run the verifier."""
    serving.serve(ServiceName.VERIFIER, env_file, host=host, port=port)


@app.command("init")
def init(
    name: Name, url: Url, email: Email, env_file: NewEnvFile = Path("passeur.env"), loopback: Loopback = False
) -> None:
    """Make a node, a wallet and a verifier that run as one process, for a small structure."""
    configuring.init_all(env_file, name=name, url=url, email=email, loopback=loopback)


@app.command("serve")
def serve(env_file: EnvFile = None, host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Run node, wallet and verifier in one process: the node at /, the others at /wallet and /verifier."""
    serving.serve_all(env_file, host=host, port=port)


@app.command("verify")
def verify(
    source: Annotated[
        str, typer.Argument(help="A file (JSON, PNG or SVG), an https address, or - for standard input.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    known_issuer: Annotated[
        list[str] | None,
        typer.Option("--known-issuer", help="A DID that you recognise; may be repeated."),
    ] = None,
    language: Annotated[
        Language | None,
        typer.Option(help="Of the printed report; without it, the language of LC_ALL, LC_MESSAGES or LANG."),
    ] = None,
    loopback: Loopback = False,
) -> None:
    """Verify a badge. Exits 0 when it is valid, 1 when it is not, 2 when it could not be checked."""
    sys.exit(
        verifying.run(
            source,
            as_json=as_json,
            known_issuers=known_issuer or [],
            language=language or verifying.language_of(os.environ),
            loopback=loopback,
        ),
    )


@app.command("demo")
def demo(
    once: Annotated[
        bool, typer.Option("--once", help="Play the story, stop everything, exit 0 or 1.")
    ] = False,
) -> None:
    """Two nodes, a wallet and two verifiers on this machine, and the drone story played over HTTP."""
    from passeur.demo import story

    sys.exit(story.run(once=once))


def main() -> None:
    """Entry point of the `passeur` command."""
    app()
