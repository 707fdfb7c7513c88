"""The README tells the truth about the targets, the commands and the files that it names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from passeur.cli import app

ROOT = Path(__file__).parent.parent.parent
PAPERS = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/credential-lifecycle.md")


@pytest.mark.parametrize("paper", PAPERS)
def test_every_link_leads_to_a_file(paper):
    text = (ROOT / paper).read_text(encoding="utf-8")
    linked = [path for path in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in path]
    assert [path for path in linked if not ((ROOT / paper).parent / path).exists()] == []


@pytest.mark.parametrize("paper", PAPERS)
def test_every_make_target_exists(paper):
    named = set(re.findall(r"(?:`|^)make ([a-z]+)", (ROOT / paper).read_text(encoding="utf-8"), re.MULTILINE))
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= targets


@pytest.mark.parametrize(
    "command",
    ["init", "serve", "verify", "demo", "node init", "wallet init", "verifier init", "node signin-link"],
)
def test_every_command_exists(command):
    assert CliRunner().invoke(app, [*command.split(), "--help"]).exit_code == 0
