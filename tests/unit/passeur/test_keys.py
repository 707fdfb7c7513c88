"""`passeur node keys`: what there is, new keys, and a stolen one; nothing changes without a yes."""

from __future__ import annotations

import json
import os

import pytest
from typer.testing import CliRunner

from passeur.cli import app


@pytest.fixture(autouse=True)
def umask():
    """`init` narrows the process's umask; the tests around keep theirs."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def env_file(tmp_path):
    path = tmp_path / "node.env"
    options = [
        "--name",
        "Structure (exemple)",
        "--url",
        "http://localhost:18098",
        "--email",
        "a@structure.example",
    ]
    made = CliRunner().invoke(app, ["node", "init", *options, "--env-file", str(path), "--loopback"])
    assert made.exit_code == 0, made.output
    return path


def keys(env_file, *arguments, answer=None):
    told = ["node", "keys", *arguments, "--env-file", str(env_file)]
    return CliRunner().invoke(app, told, input=answer)


def states(env_file) -> dict[str, str]:
    listed = json.loads(keys(env_file, "list", "--json").output)
    assert listed["did"] == "did:web:localhost%3A18098"
    assert listed["didWebvh"].endswith(":localhost%3A18098")
    return {each["name"]: each["state"] for each in listed["keys"]}


def test_keys_are_listed_in_both_languages(env_file):
    assert "en service" in keys(env_file, "list", "--language", "fr").output
    english = keys(env_file, "list", "--language", "en").output
    assert "in use" in english
    assert "key-2" in english


def test_rotating_asks_first(env_file):
    kept = keys(env_file, "rotate", answer="n\n")
    assert kept.exit_code == 1
    assert states(env_file) == {"key-1": "in_use", "key-2": "in_use"}
    assert keys(env_file, "rotate", answer="y\n").exit_code == 0
    assert states(env_file) == {"key-1": "rotated", "key-2": "rotated", "key-3": "in_use", "key-4": "in_use"}


def test_several_keys_are_declared_stolen_at_once(env_file):
    done = keys(env_file, "revoke", "key-1", "key-2", "--yes", "--language", "en")
    assert done.exit_code == 0, done.output
    assert states(env_file) == {"key-1": "revoked", "key-2": "revoked", "key-3": "in_use", "key-4": "in_use"}


@pytest.mark.parametrize(("name", "sentence"), [("key-9", "no key of that name"), ("key-1", "already")])
def test_what_cannot_be_revoked_is_said_in_a_line(env_file, name, sentence):
    assert keys(env_file, "revoke", "key-1", "--yes").exit_code == 0
    refused = keys(env_file, "revoke", name, "--yes", "--language", "en")
    assert refused.exit_code == 1
    assert sentence in refused.output
    assert "Traceback" not in refused.output
