"""What every test stands on: a database on either engine, a closed network, the machine's parts."""

from __future__ import annotations

import ipaddress
import os
import secrets
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from tests import machine

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

_EITHER_ENGINE = [
    pytest.param("sqlite", id="sqlite"),
    pytest.param("postgres", id="postgres", marks=pytest.mark.postgres),
]


def _loopback_only(event: str, arguments: tuple[Any, ...]) -> None:
    """No test leaves the machine: a connection to anything but loopback is an error where it is made."""
    if event != "socket.connect":
        return
    address = arguments[1]
    if isinstance(address, tuple) and not ipaddress.ip_address(address[0]).is_loopback:
        raise RuntimeError(f"a test tried to connect to {address[0]}")


sys.addaudithook(_loopback_only)


def pytest_report_header() -> str:
    return os.environ.get(
        "PASSEUR_TEST_SAID", "tests use: what is found as it is needed (make test says it in one line)"
    )


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say whether an independent implementation was there to compare with: a run without one looks the same otherwise."""
    counts = {
        outcome: sum(
            each.nodeid.startswith("tests/interop/") for each in terminalreporter.stats.get(outcome, [])
        )
        for outcome in ("passed", "failed", "error", "skipped")
    }
    if any(counts.values()):
        ran = counts["passed"] + counts["failed"]
        said = (
            f"ran {ran} tests beside other implementations"
            if ran
            else "NOT run beside another implementation"
        )
        terminalreporter.write_line(
            f"interop: {said}, {counts['failed'] + counts['error']} failed, {counts['skipped']} skipped"
        )


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server on which databases may be created."""
    with machine.require_postgres() as postgres:
        yield postgres.url


@contextmanager
def _new_postgres_database(server: str) -> Iterator[str]:
    name = f"passeur_test_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    parts = urlsplit(server)
    try:
        # urlunsplit drops the empty host of a socket URL; its two slashes are put back
        yield urlunsplit(parts._replace(path=f"/{name}")).replace("postgresql:/p", "postgresql:///p")
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=_EITHER_ENGINE)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of an empty database: the test runs once on SQLite, once on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    with _new_postgres_database(request.getfixturevalue("postgres_url")) as url:
        yield url


@pytest.fixture
def new_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """A maker of empty databases, for journeys that need one per service: `new_database_url("postgres")`."""
    open_databases = []

    def make(engine: str) -> str:
        if engine == "sqlite":
            return f"sqlite:///{tmp_path / secrets.token_hex(4)}.db"
        database = _new_postgres_database(request.getfixturevalue("postgres_url"))
        open_databases.append(database)
        return database.__enter__()

    yield make
    for database in open_databases:
        database.__exit__(None, None, None)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium."""
    return os.environ.get("PASSEUR_TEST_CHROMIUM") or machine.require_chromium()[0]


@pytest.fixture(scope="session")
def chrome(chromium: str) -> Iterator[Browser]:
    """A real Chromium, one for every test of this process: a second driver beside it would not start."""
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        yield browser
        browser.close()
