"""Writes docs/settings.md from the settings classes; with --check only tells whether it is current."""

from __future__ import annotations

import json
import sys
import typing
from pathlib import Path

from issuer_node.settings import NodeSettings
from verifier.settings import VerifierSettings
from wallet.settings import WalletSettings
from web.settings import ServiceSettings

if typing.TYPE_CHECKING:
    from pydantic.fields import FieldInfo

PAGE = Path(__file__).parent.parent / "docs" / "settings.md"
SERVICES = (
    ("The node", NodeSettings),
    ("The wallet", WalletSettings),
    ("The verifier", VerifierSettings),
)
HEAD = """# Settings

Made by `make settings` from the settings classes; do not edit by hand.

Each service reads its settings from environment variables, or from the file that `--env-file` names (one
`NAME=value` a line, as `passeur init` writes it). A variable of the environment wins over the file. Lists
are written as JSON. A setting without a default must be given.
"""


def page() -> str:
    """The whole page."""
    prefixes = " or ".join(f"`{settings.model_config['env_prefix']}`" for _, settings in SERVICES)
    common = f"## Every service\n\nWith the service's own prefix, {prefixes}, before the name.\n"
    parts = [HEAD, common, table(ServiceSettings, ServiceSettings.model_fields, prefix="")]
    for title, settings in SERVICES:
        own = {
            name: field
            for name, field in settings.model_fields.items()
            if name not in ServiceSettings.model_fields
        }
        parts += [f"## {title}\n", table(settings, own, prefix=str(settings.model_config["env_prefix"]))]
    return "\n".join(parts)


def table(settings: type[ServiceSettings], fields: dict[str, FieldInfo], *, prefix: str) -> str:
    """One line for each setting.

    Raises:
        ValueError: a setting has no description.
    """
    lines = ["| setting | default | |", "| --- | --- | --- |"]
    for name, field in fields.items():
        if not field.description:
            raise ValueError(f"{settings.__name__}.{name} has no description")
        description = " ".join(field.description.split()).replace("|", "\\|")
        limits = _limits(field)
        lines.append(f"| `{prefix}{name.upper()}` | {_default(field)} | {description}{limits} |")
    return "\n".join(lines) + "\n"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**must be given**"
    value = field.get_default(call_default_factory=True)
    if value is None:
        return "none"
    written = (
        value if isinstance(value, str) else str(value) if isinstance(value, Path) else json.dumps(value)
    )
    return f"`{written}`"


def _limits(field: FieldInfo) -> str:
    """What values are admitted, as far as the field says so."""
    if typing.get_origin(field.annotation) is typing.Literal:
        return " One of " + ", ".join(f"`{value}`" for value in typing.get_args(field.annotation)) + "."
    bounds = {
        name: getattr(rule, name) for rule in field.metadata for name in ("ge", "le") if hasattr(rule, name)
    }
    return f" From {bounds['ge']} to {bounds['le']}." if bounds.keys() == {"ge", "le"} else ""


def main(arguments: list[str]) -> int:
    """Write the page, or compare it; 1 when it is not current."""
    current = page()
    if "--check" not in arguments:
        PAGE.write_text(current, encoding="utf-8")
        return 0
    same = PAGE.is_file() and PAGE.read_text(encoding="utf-8") == current
    print("settings: docs/settings.md is current" if same else "settings: run `make settings`")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
