"""One sync engine per service, on SQLite or PostgreSQL: transactions, column types, identifiers."""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections import deque
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import DateTime, Engine, MetaData, TypeDecorator, create_engine, event, make_url
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import registry
from sqlalchemy.pool import NullPool, QueuePool
from sqlmodel import Session, SQLModel
from starlette.concurrency import run_in_threadpool

from web import migrating
from web.packages import package_folder
from web.statements import Transaction, named_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sqlalchemy import URL, Connection, Dialect
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

BUSY_MILLISECONDS = 5_000
MIGRATION_BUSY_MILLISECONDS = 60_000

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def service_registry() -> type[SQLModel]:
    """A SQLModel base with its own registry and metadata: one per service, so that their tables never mix.

    Returns:
        the class that the service's tables derive from: `class Award(Base, table=True)`; its
        `Base.metadata` is the service's METADATA, with named constraints.
    """
    tables = registry(metadata=MetaData(naming_convention=NAMING_CONVENTION))

    class Base(SQLModel, registry=tables):
        """Base of one service's tables."""

    return Base


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware datetimes in, aware UTC datetimes out, on either database.

    Use as `Field(sa_type=UtcDateTime)`. A naive datetime is refused: it names no instant.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; SQLite keeps no zone, so there it is left out."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime names no instant; give an aware one")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware, UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


T = TypeVar("T")


class _Deed(Generic[T]):
    """Something to be done in a transaction, and what came of it.

    Args:
        act: does it.
        awaited: is told of its end, in the event loop where it is waited for.
    """

    def __init__(
        self, act: Callable[[Transaction], T], *, awaited: asyncio.Future[None] | None = None
    ) -> None:
        self._act = act
        self.awaited = awaited
        self._result: T
        self.error: Exception | None = None
        self.is_done = False

    def run(self, transaction: Transaction) -> None:
        self.error = None
        try:
            self._result = self._act(transaction)
        except Exception as err:
            self.error = err
            raise _DeedFailedError from err

    def outcome(self) -> T:
        if self.error is not None:
            raise self.error
        return self._result


class _DeedFailedError(Exception):
    """A deed raised; unlike a database that does not answer, which fails every deed."""


def _run(begin: Callable[[], AbstractContextManager[Transaction]], deeds: list[_Deed[Any]]) -> None:
    """Run deeds in one transaction; when one of them fails, each again in its own."""
    try:
        with begin() as transaction:
            for deed in deeds:
                deed.run(transaction)
            transaction.commit()
    except _DeedFailedError:
        if len(deeds) > 1:
            for deed in deeds:
                _run(begin, [deed])
    except Exception as err:  # noqa: BLE001 - raised where each deed came from
        for deed in deeds:
            deed.error = err
    for deed in deeds:
        deed.is_done = True


def _tell(deeds: list[_Deed[Any]]) -> None:
    """Wake those who wait in event loops: each loop once. One that was closed waits no more."""
    ends: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for deed in deeds:
        if deed.awaited is not None:
            ends.setdefault(deed.awaited.get_loop(), []).append(deed.awaited)
    for loop, awaited in ends.items():
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_end, awaited)


def _end(awaited: list[asyncio.Future[None]]) -> None:
    for each in awaited:
        if not each.done():
            each.set_result(None)


def new_id() -> str:
    """A fresh identifier: 128 random bits, URL-safe, 22 characters."""
    return secrets.token_urlsafe(16)


class Database:
    """The database of one service.

    Two kinds of transaction, and nothing else:
    - `session()` reads: one consistent view; writing in it is an error on both engines;
    - `write()` reads and writes: commits when the block ends, rolls back when it raises. On SQLite it holds
      the write lock from its first statement (BEGIN IMMEDIATE): SELECT then UPDATE is atomic. On PostgreSQL
      it is READ COMMITTED: what only one may do is a conditional UPDATE whose `rowcount` decides, or
      `select(...).with_for_update()`; written so, it holds on both.

    `reading()` and `apply()` are the same two on the driver's own connection: statements that were compiled
    once, rows as tuples, a tenth of the time. `look()` and `commit()` are these in an event loop. For the few
    paths that are measured.

    Keep all short, and never fetch over the network inside one.

    Args:
        url: `sqlite:////path/file.db` or `postgresql://user@host/name`.
    """

    def __init__(self, url: str) -> None:
        self.url = _driver_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            # a pool for each kind: a connection is told once, not in every transaction, what it may do
            self._reading = _sqlite_engine(self.url, begin="BEGIN", read_only=True)
            self._writing = _sqlite_engine(self.url, begin="BEGIN IMMEDIATE")
        else:
            self._writing = _postgresql_engine(self.url)
            self._reading = self._writing.execution_options(postgresql_readonly=True)
        self.engine = self._reading
        # SQLite has one writer at a time; threads of one process queue here, in order, rather than
        # poll for the file's lock
        self._writer = threading.Lock() if self.is_sqlite else None
        self._queue: deque[_Deed[Any]] = deque()
        # one turn for each deed of an event loop; False ends the thread that takes them
        self._turns: SimpleQueue[bool] = SimpleQueue()
        self._taking_turns: threading.Thread | None = None
        self._starting = threading.Lock()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A read-only transaction; ends without a trace."""
        with Session(self._reading, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that commits at the end of the block, or rolls back when the block raises.

        `session.commit()` inside the block is allowed (to record an intent before an act); a new
        transaction of the same kind follows.
        """
        with self._turn_to_write(), Session(self._writing, expire_on_commit=False) as session:
            yield session
            session.commit()

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """As `session()`, for statements that were compiled once."""
        with self._transaction(self._reading, "BEGIN", read_only=True) as transaction:
            yield transaction

    @contextmanager
    def _writing_transaction(self) -> Iterator[Transaction]:
        with self._transaction(self._writing, "BEGIN IMMEDIATE", read_only=False) as transaction:
            yield transaction

    @contextmanager
    def _transaction(self, engine: Engine, begin: str, *, read_only: bool) -> Iterator[Transaction]:
        """A transaction on a connection of the pool, which rolls back what was not committed."""
        dialect: Any = engine.dialect
        try:
            connection = engine.raw_connection()
        except dialect.loaded_dbapi.Error as err:
            raise named_error("CONNECT", err, dialect) from err
        try:
            if read_only and not self.is_sqlite:
                # said with the BEGIN that the driver sends with the first statement: no way there and back
                dialect.set_readonly(connection.dbapi_connection, value=True)
            transaction = Transaction(connection, dialect)
            if self.is_sqlite:
                transaction.say(begin)
            yield transaction
        finally:
            if read_only and not self.is_sqlite and connection.is_valid:
                connection.rollback()
                dialect.set_readonly(connection.dbapi_connection, value=False)
            connection.close()

    def apply(self, deed: Callable[[Transaction], T]) -> T:
        """Run a deed in a transaction; gives what it gives, once that is committed.

        On SQLite, deeds of threads that wait for their turn share one commit: it is the wait for the disk,
        one at a time, that bounds how much can be acknowledged in a second. When one of them fails, all are
        undone, and each is run again by itself: a deed does nothing but look at the database and change it.

        Raises:
            Exception: what the deed raised; it then changed nothing.
        """
        if self._writer is None:
            with self._writing_transaction() as transaction:
                result = deed(transaction)
                transaction.commit()
                return result
        mine = _Deed(deed)
        self._queue.append(mine)
        # no time limit: whoever has the turn is bound by the database's own, and then runs the whole queue
        with self._writer:
            # whoever had the turn before us may have done it
            if not mine.is_done:
                self._run_queue()
        return mine.outcome()

    async def commit(self, deed: Callable[[Transaction], T]) -> T:
        """As `apply`, in an event loop: whoever waits for the disk holds no thread, and lets others work.

        Deeds of both kinds share their commits.

        Raises:
            Exception: what the deed raised; it then changed nothing.
        """
        if self._writer is None:
            return await run_in_threadpool(self.apply, deed)
        loop = asyncio.get_running_loop()
        awaited: asyncio.Future[None] = loop.create_future()
        mine = _Deed(deed, awaited=awaited)
        self._queue.append(mine)
        self._start_taking_turns()
        # once the requests that came in together have had their say: they share the commit
        loop.call_soon(self._turns.put, True)  # noqa: FBT003 - a turn
        await awaited
        return mine.outcome()

    async def look(self, look: Callable[[Transaction], T]) -> T:
        """Look at the database in an event loop. A file is read at once: in WAL mode nobody who writes keeps
        a reader waiting.
        """

        def act() -> T:
            with self.reading() as transaction:
                return look(transaction)

        return act() if self.is_sqlite else await run_in_threadpool(act)

    def _run_queue(self) -> None:
        """Run what waits; for who has the turn."""
        deeds = [self._queue.popleft() for _ in range(len(self._queue))]
        if deeds:
            _run(self._writing_transaction, deeds)
            _tell(deeds)

    def _start_taking_turns(self) -> None:
        with self._starting:
            if self._taking_turns is None:
                self._taking_turns = threading.Thread(target=self._take_turns, name="writer", daemon=True)
                self._taking_turns.start()

    def _take_turns(self) -> None:
        assert self._writer is not None
        while self._turns.get():
            with self._writer:
                self._run_queue()

    @contextmanager
    def _turn_to_write(self) -> Iterator[None]:
        if self._writer is None:
            yield
            return
        if not self._writer.acquire(timeout=BUSY_MILLISECONDS / 1000):
            raise OperationalError(
                "BEGIN IMMEDIATE", None, TimeoutError("another thread holds the write lock")
            )
        try:
            yield
        finally:
            self._writer.release()

    def upgrade(self, package: str) -> None:
        """Bring the tables to the newest migration of `<package>/migrations`, all or nothing.

        Processes that start at once wait for each other.

        Args:
            package: importable name of the service, such as "wallet".
        """
        with self._migration_connection() as connection:
            migrating.upgrade(connection, migrations_folder(package))

    def check_models_match(self, metadata: MetaData, package: str) -> list[str]:
        """Differences between the models and the database as the migrations of `package` left it.

        Returns:
            one line per difference; empty when they agree.
        """
        with self._migration_connection() as connection:
            return migrating.differences(connection, metadata, migrations_folder(package))

    def is_alive(self) -> bool:
        """Whether a trivial question is answered."""
        try:
            with self.engine.connect() as connection:
                return bool(connection.exec_driver_sql("SELECT 1").scalar())
        except (OperationalError, InterfaceError, PoolTimeoutError):
            return False

    def dispose(self) -> None:
        """Close every pooled connection; what waits to be written is written first."""
        with self._starting:
            if self._taking_turns is not None:
                self._turns.put(False)  # noqa: FBT003 - no more turns
                self._taking_turns.join()
                self._taking_turns = None
        self._reading.dispose()
        self._writing.dispose()

    @contextmanager
    def _migration_connection(self) -> Iterator[Connection]:
        engine = migration_engine(self.url)
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()


def migrations_folder(package: str) -> Path:
    """The folder `migrations` inside an importable package, without importing the package."""
    return package_folder(package) / "migrations"


def migration_engine(url: URL) -> Engine:
    """An engine for one migration: its own connection; on SQLite no foreign keys: tables are rebuilt."""
    if url.get_backend_name() == "sqlite":
        return _sqlite_engine(url, begin="BEGIN IMMEDIATE", migrating=True)
    return create_engine(url, poolclass=NullPool)


def _driver_url(url: str) -> URL:
    """The URL with our driver named: psycopg 3 for PostgreSQL."""
    parsed = make_url(url)
    if parsed.drivername in {"postgresql", "postgres"}:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise ValueError("an in-memory SQLite database cannot be shared by threads; give a file")
    if parsed.drivername not in {"sqlite", "sqlite+pysqlite", "postgresql+psycopg"}:
        raise ValueError(f"the database is SQLite or PostgreSQL, not {parsed.drivername}")
    return parsed


def _postgresql_engine(url: URL) -> Engine:
    return create_engine(url, pool_size=20, max_overflow=20, pool_timeout=5, pool_pre_ping=True)


def _sqlite_engine(url: URL, *, begin: str, read_only: bool = False, migrating: bool = False) -> Engine:
    pool: dict[str, Any] = (
        {"poolclass": NullPool}
        if migrating
        else {"poolclass": QueuePool, "pool_size": 20, "max_overflow": 20, "pool_timeout": 5}
    )
    engine = create_engine(url, connect_args={"check_same_thread": False}, **pool)
    busy = MIGRATION_BUSY_MILLISECONDS if migrating else BUSY_MILLISECONDS

    @event.listens_for(engine, "connect")
    def _prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        # the driver's own transaction control starts one only at the first INSERT/UPDATE/DELETE, after the
        # SELECT that decided it; it is switched off and BEGIN is said below
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {busy}")
        if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute(f"PRAGMA foreign_keys = {'OFF' if migrating else 'ON'}")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA trusted_schema = OFF")
        if read_only:
            cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
