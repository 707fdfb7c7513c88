"""`make test` finds or makes what it needs, and says what mends what it cannot have."""

from __future__ import annotations

import socket
from pathlib import Path

import psycopg
import pytest

from tests import machine
from tests.machine import MissingPartError


def nothing_listens() -> str:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        return f"postgresql://postgres@127.0.0.1:{holder.getsockname()[1]}/postgres"


def never(package: str) -> bool:
    return False


def test_a_named_server_is_used(postgres_url):
    with machine.require_postgres(named=postgres_url) as postgres:
        assert postgres.url == postgres_url
        assert machine.POSTGRES_VARIABLE in postgres.said


def test_a_named_server_that_does_not_answer_is_an_error_and_nothing_else_is_tried(postgres_url):
    with (
        pytest.raises(MissingPartError, match=f"unset {machine.POSTGRES_VARIABLE}"),
        machine.require_postgres(named=nothing_listens(), local_servers=[postgres_url]),
    ):
        pass


def test_a_local_server_that_answers_is_used(postgres_url):
    with machine.require_postgres(named=None, local_servers=[nothing_listens(), postgres_url]) as postgres:
        assert postgres.url == postgres_url
        assert "the local server" in postgres.said


def test_without_a_server_a_private_cluster_runs_and_leaves_nothing():
    with machine.require_postgres(named=None, local_servers=[nothing_listens()]) as postgres:
        folder = Path(postgres.url.partition("host=")[2])
        assert folder.is_dir()
        assert "a private cluster" in postgres.said
        with psycopg.connect(postgres.url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE one_of_ours")
            listening = connection.execute("SHOW listen_addresses").fetchone()
        assert listening == ("",), "it is reached by its socket alone"
    assert not folder.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(postgres.url, connect_timeout=2)


def test_the_newest_installed_version_is_taken(tmp_path):
    for version in ("9", "15", "14"):
        binary = tmp_path / version / "bin" / "initdb"
        binary.parent.mkdir(parents=True)
        binary.touch()
    assert machine.postgres_binaries(homes=tmp_path, path="", install=never).parts[-2:] == ("15", "bin")


def test_missing_postgresql_is_named_with_the_command_that_mends_it(tmp_path):
    with pytest.raises(MissingPartError, match=r"sudo apt-get install postgresql$"):
        machine.postgres_binaries(homes=tmp_path, path="", install=never)


def test_what_can_be_installed_is_installed(tmp_path):
    asked = []

    def install(package: str) -> bool:
        asked.append(package)
        (tmp_path / "15" / "bin").mkdir(parents=True)
        (tmp_path / "15" / "bin" / "initdb").touch()
        return True

    assert machine.postgres_binaries(homes=tmp_path, path="", install=install) == tmp_path / "15" / "bin"
    assert machine.postgres_binaries(homes=tmp_path, path="", install=install) == tmp_path / "15" / "bin"
    assert asked == ["postgresql"], "and only once"


def test_missing_chromium_is_named_with_the_command_that_mends_it(tmp_path):
    with pytest.raises(MissingPartError, match=r"sudo apt-get install chromium$"):
        machine.require_chromium(candidates=[str(tmp_path / "chromium")], install=never)


def test_an_installed_chromium_is_found(chromium):
    path, said = machine.require_chromium(candidates=["/nowhere/chromium", chromium])
    assert path == chromium
    assert said
