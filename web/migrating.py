"""Alembic, driven from code: upgrade at start, the comparison with the models, and new revisions.

A service's `migrations/env.py` is three lines:

    from web.migrating import run_env
    from wallet.models import METADATA
    run_env(METADATA)

and `python -m web.migrating wallet "words of the change"` writes the next revision from its models.
"""

from __future__ import annotations

import hashlib
import importlib
import re
import sys
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa
from alembic import command, context
from alembic.autogenerate import compare_metadata, produce_migrations, render_python_code
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from alembic.autogenerate.api import AutogenContext
    from alembic.operations.ops import UpgradeOps
    from sqlalchemy import Connection, MetaData

_REVISION = '''"""{message}

Revision ID: {revision}
Revises: {parent}
"""

{imports}

revision = {revision!r}
down_revision = {parent!r}
branch_labels = None
depends_on = None


def upgrade() -> None:
    {upgrade}


def downgrade() -> None:
    {downgrade}
'''


def run_env(metadata: MetaData) -> None:
    """The body of a service's `migrations/env.py`: on a given or configured connection, or offline as SQL.

    Args:
        metadata: the service's tables.
    """
    if context.is_offline_mode():
        url = context.config.get_main_option("sqlalchemy.url")
        context.configure(url=url, literal_binds=True, **_options(metadata))
        with context.begin_transaction():
            context.run_migrations()
        return
    connection = context.config.attributes.get("connection")
    if connection is not None:
        _run_online(connection, metadata)
        return
    from web.database import Database  # noqa: PLC0415 - database stands on this module

    url = context.config.get_main_option("sqlalchemy.url")
    if not url:
        raise RuntimeError("no connection and no sqlalchemy.url: use Database.upgrade or alembic -x")
    database = Database(url)
    with database._migration_connection() as opened:  # noqa: SLF001 - the same floor
        _run_online(opened, metadata)
        opened.commit()
    database.dispose()


def _run_online(connection: Connection, metadata: MetaData) -> None:
    context.configure(connection=connection, **_options(metadata))
    with context.begin_transaction():
        context.run_migrations()


def _options(metadata: MetaData) -> dict[str, Any]:
    return {
        "target_metadata": metadata,
        "render_as_batch": True,  # SQLite alters a table by rebuilding it
        "compare_type": True,
        "transactional_ddl": True,  # true of both engines here: an interrupted migration leaves nothing
        "render_item": _render_item,
    }


def upgrade(connection: Connection, folder: Path) -> None:
    """Run every missing migration of a folder in one transaction, one process at a time.

    Args:
        connection: a connection of `database.migration_engine`.
        folder: the service's `migrations`.
    """
    with connection.begin(), _one_at_a_time(connection, folder):
        config = _config(folder)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if connection.dialect.name == "sqlite":
            _check_foreign_keys(connection)


@contextmanager
def _one_at_a_time(connection: Connection, folder: Path) -> Iterator[None]:
    """On SQLite the transaction itself (BEGIN IMMEDIATE) is the lock; PostgreSQL has one for the purpose."""
    if connection.dialect.name == "postgresql":
        digest = hashlib.sha256(f"migrate {folder.parent.name}".encode()).digest()
        lock = int.from_bytes(digest[:8], "big", signed=True)
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
    yield


def _check_foreign_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise RuntimeError(f"migration would leave a broken reference in table {broken[0]}")


def differences(connection: Connection, metadata: MetaData, folder: Path) -> list[str]:
    """One line per difference between the models and an upgraded database, or the newest revision."""
    head = ScriptDirectory.from_config(_config(folder)).get_current_head()
    migration = MigrationContext.configure(connection, opts=_comparing(metadata))
    current = migration.get_current_revision()
    found = [] if current == head else [f"database is at revision {current}, the newest is {head}"]
    return found + [_describe(difference) for difference in compare_metadata(migration, metadata)]


def _comparing(metadata: MetaData) -> dict[str, Any]:
    return {"compare_type": True, "target_metadata": metadata}


def _describe(difference: Any) -> str:
    if isinstance(difference, list):  # several changes of one column
        return "; ".join(_describe(one) for one in difference)
    return " ".join(str(part) for part in difference if part is not None)


def _config(folder: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Our column types and SQLModel's, written so that a migration needs neither."""
    if kind != "type":
        return False
    match type(item).__name__:
        case "UtcDateTime":
            return "sa.DateTime(timezone=True)"
        case "AutoString":
            return f"sa.String(length={item.length})" if item.length else "sa.String()"
        case _:
            return False


def make_revision(package: str, message: str) -> Path | None:
    """Write the next revision of a service from the difference between its models and its migrations.

    Args:
        package: service with `models.METADATA`.
        message: words of the change, for the docstring and the file name.

    Returns:
        the file written, or None when nothing differs.
    """
    from web.database import Database, migration_engine, migrations_folder  # noqa: PLC0415

    metadata: MetaData = importlib.import_module(f"{package}.models").METADATA
    folder = migrations_folder(package)
    (folder / "versions").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        database = Database(f"sqlite:///{scratch}/revision.db")
        database.upgrade(package)
        with migration_engine(database.url).connect() as connection:
            migration = MigrationContext.configure(connection, opts=_options(metadata))
            operations = produce_migrations(migration, metadata)
            return _write_revision(folder, message, operations, migration)


def _write_revision(folder: Path, message: str, operations: Any, migration: MigrationContext) -> Path | None:
    upgrades: UpgradeOps = operations.upgrade_ops
    if upgrades.is_empty():
        return None
    parent = ScriptDirectory.from_config(_config(folder)).get_current_head()
    revision = f"{int(parent or '0') + 1:04d}"
    options: dict[str, Any] = {
        "render_as_batch": True,
        "render_item": _render_item,
        "migration_context": migration,
    }
    up = render_python_code(upgrades, **options)
    down = render_python_code(operations.downgrade_ops, **options)
    imports = [
        line for line in ("import sqlalchemy as sa", "from alembic import op") if _used(line, up + down)
    ]
    slug = re.sub(r"[^a-z0-9]+", "_", message.lower()).strip("_")
    path = folder / "versions" / f"{revision}_{slug}.py"
    text = _REVISION.format(
        message=message,
        revision=revision,
        parent=parent,
        imports="\n".join(imports),
        upgrade=_without_notes(up),
        downgrade=_without_notes(down),
    )
    path.write_text(text, encoding="utf-8")
    return path


def _used(line: str, code: str) -> bool:
    return f"{line.rsplit(maxsplit=1)[-1]}." in code


def _without_notes(code: str) -> str:
    return "\n".join(line for line in code.splitlines() if not line.lstrip().startswith("# ###")).strip()


if __name__ == "__main__":
    written = make_revision(sys.argv[1], " ".join(sys.argv[2:]) or "change")
    sys.stdout.write(f"{written or 'models and migrations agree: nothing to write'}\n")
