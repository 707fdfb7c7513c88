"""What the tests need of the machine: PostgreSQL, Chromium, node. Found, or installed, or named with its cure.

Nothing is skipped in silence: `require_*` either answers or raises `MissingPartError`, whose text holds the one
command that mends it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Install = Callable[[str], bool]

POSTGRES_VARIABLE = "PASSEUR_TEST_POSTGRES_URL"
LOCAL_SERVERS = (
    "postgresql://postgres@127.0.0.1:5432/postgres",
    "postgresql:///postgres?host=/var/run/postgresql",
)
CHROMIUM = ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome")


class MissingPartError(RuntimeError):
    """A part of the machine that the tests need and cannot have; the text says what mends it."""


@dataclass(frozen=True)
class Postgres:
    """A server on which the tests may create databases."""

    url: str
    said: str


@contextmanager
def require_postgres(
    *,
    named: str | None = os.environ.get(POSTGRES_VARIABLE),
    local_servers: Sequence[str] = LOCAL_SERVERS,
    find_binaries: Callable[[], Path] | None = None,
) -> Iterator[Postgres]:
    """PostgreSQL by the variable, else a local server, else a private throw-away cluster.

    Args:
        named: URL of a server, as the variable has it.
        local_servers: URLs that are tried when none is named.
        find_binaries: gives the folder of initdb and pg_ctl; by default `postgres_binaries`.

    Raises:
        MissingPartError: what mends it.
    """
    if named:
        version = _server_version(named)
        if version is None:
            raise MissingPartError(
                f"{POSTGRES_VARIABLE} is set, but no server answers there that may create databases. "
                f"This mends it:  unset {POSTGRES_VARIABLE}"
            )
        yield Postgres(named, f"PostgreSQL {version} (from {POSTGRES_VARIABLE})")
        return
    for url in local_servers:
        version = _server_version(url)
        if version is not None:
            yield Postgres(url, f"PostgreSQL {version} (the local server)")
            return
    with private_cluster((find_binaries or postgres_binaries)()) as url:
        yield Postgres(url, f"PostgreSQL {_server_version(url)} (a private cluster, thrown away at the end)")


def _server_version(url: str) -> str | None:
    try:
        with psycopg.connect(url, connect_timeout=3, autocommit=True) as connection:
            row = connection.execute(
                "SELECT current_setting('server_version'), rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user",
            ).fetchone()
    except psycopg.Error:
        return None
    return row[0].split()[0] if row and row[1] else None


def postgres_binaries(
    *, homes: Path = Path("/usr/lib/postgresql"), path: str | None = None, install: Install | None = None
) -> Path:
    """The folder of initdb and pg_ctl: installed, else from Debian's package when this is root.

    Args:
        homes: where Debian keeps a folder for each version.
        path: searched next; the environment's PATH by default.
        install: installs a Debian package, and says whether it could.

    Raises:
        MissingPartError: what mends it.
    """
    found = _installed_binaries(homes, path)
    if found is None and (install or install_package)("postgresql"):
        found = _installed_binaries(homes, path)
    if found is None:
        raise MissingPartError("The tests need PostgreSQL. This mends it:  sudo apt-get install postgresql")
    return found


def _installed_binaries(homes: Path, path: str | None) -> Path | None:
    by_version = sorted(homes.glob("*/bin/initdb"), key=lambda found: int(found.parts[-3]), reverse=True)
    on_path = shutil.which("initdb", path=path)
    found = [*by_version, *([Path(on_path).resolve()] if on_path else [])]
    return found[0].parent if found else None


@contextmanager
def private_cluster(binaries: Path) -> Iterator[str]:
    """A cluster in a new folder, reached by its socket alone; stopped and deleted at the end."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="passeur-pg-")))
        user = _cluster_user(folder)
        data = folder / "data"
        _run_as(
            user,
            [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"],
        )
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=200"
        _run_as(user, [binaries / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start"])
        stack.callback(_run_as, user, [binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"])
        yield f"postgresql://postgres@/postgres?host={folder}"


def _cluster_user(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root: root lends the cluster to the package's user, or to nobody."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = "postgres" if "postgres" in names else "nobody"
    shutil.chown(folder, user)
    folder.chmod(0o755)
    return user


def _run_as(user: str | None, command: list[object]) -> None:
    # stdout to a file: pg_ctl's child would keep a pipe open for as long as the server lives
    with tempfile.TemporaryFile() as output:
        result = subprocess.run(
            [str(part) for part in command],
            user=user,
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            cwd="/",
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            check=False,
        )
        if result.returncode:
            output.seek(0)
            raise MissingPartError(f"{command[0]} failed:\n{output.read().decode(errors='replace')[-2000:]}")


def require_chromium(
    *, candidates: Sequence[str] = CHROMIUM, install: Install | None = None
) -> tuple[str, str]:
    """Path and version of a Chromium: installed, else from Debian's package when this is root.

    Raises:
        MissingPartError: what mends it.
    """
    path = _first_there(candidates)
    if path is None and (install or install_package)("chromium"):
        path = _first_there(candidates)
    if path is None:
        raise MissingPartError("The tests need Chromium. This mends it:  sudo apt-get install chromium")
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return path, said


def _first_there(candidates: Sequence[str]) -> str | None:
    return next((found for each in candidates if (found := shutil.which(each))), None)


def node_version() -> str | None:
    """The version of node, for the tests that run other people's implementations; None without it."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm):
        return None
    return subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()


def install_package(package: str) -> bool:
    """Install one Debian package when this is root on Debian; whether that was possible."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    sys.stdout.write(f"tests: installing Debian's {package}\n")
    sys.stdout.flush()
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", package]):
        for _ in range(3):
            if (
                subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False).returncode
                == 0
            ):
                break
            time.sleep(2)
        else:
            return False
    return True
