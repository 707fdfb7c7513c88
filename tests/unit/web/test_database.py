"""Transactions, column types and migrations, on both engines."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, StatementError
from sqlmodel import Field, select

from tests.event_loop import run as run_to_end
from web import migrating
from web.database import Database, UtcDateTime, new_id, service_registry
from web.statements import Statement

ROOT = Path(__file__).parents[3]
Base = service_registry()


class Thing(Base, table=True):
    __tablename__ = "thing"

    id: str = Field(primary_key=True)
    count: int = 0
    at: datetime | None = Field(default=None, sa_type=UtcDateTime)


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    Base.metadata.create_all(database._writing)
    yield database
    database.dispose()


def test_a_transaction_is_kept_whole_or_not_at_all(database):
    with database.write() as session:
        session.add(Thing(id="kept"))
    with pytest.raises(RuntimeError, match="half way"), database.write() as session:  # noqa: PT012
        session.add(Thing(id="lost"))
        session.flush()
        raise RuntimeError("half way")
    with database.session() as session:
        assert [thing.id for thing in session.exec(select(Thing))] == ["kept"]


def test_a_reading_transaction_cannot_write(database):
    with pytest.raises(DBAPIError), database.session() as session:  # noqa: PT012
        session.add(Thing(id="never"))
        session.flush()
    with database.write() as session:
        assert session.exec(select(Thing)).all() == []


def test_an_intent_is_kept_before_the_act_fails(database):
    with pytest.raises(RuntimeError, match="act"), database.write() as session:  # noqa: PT012
        session.add(Thing(id="intent"))
        session.commit()
        session.add(Thing(id="act"))
        raise RuntimeError("act")
    with database.session() as session:
        assert session.get(Thing, "intent") is not None
        assert session.get(Thing, "act") is None


@pytest.mark.attack("J4")
def test_of_thirty_two_at_once_exactly_one_claims(database):
    with database.write() as session:
        session.add(Thing(id="code"))
    claimed = []
    start = threading.Barrier(32)

    def claim() -> None:
        start.wait()
        with database.write() as session:
            claiming = sa.update(Thing).where(Thing.id == "code", Thing.count == 0).values(count=1)
            claimed.append(session.execute(claiming).rowcount)

    threads = [threading.Thread(target=claim) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == [0] * 31 + [1]


def at_once(number: int, act) -> None:
    """Run an act in so many threads that start together, with the thread's number."""
    start = threading.Barrier(number)

    def run(each: int) -> None:
        start.wait()
        act(each)

    threads = [threading.Thread(target=run, args=[each]) for each in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


ADD = Statement(sa.insert(Thing), columns=("id", "count"))
FIND = Statement(sa.select(Thing.id, Thing.at).where(Thing.id == sa.bindparam("which")))


def thing_ids(database) -> set[str]:
    with database.session() as session:
        return {thing.id for thing in session.exec(select(Thing))}


def add(transaction, number: int) -> int:
    return transaction.change(ADD, {"id": str(number), "count": number})


def test_a_deed_is_committed_when_it_has_its_result(database):
    seen = {}

    def deed(number):
        given = database.apply(lambda transaction: (add(transaction, number), number))
        seen[given[1]] = given[0] == 1 and str(number) in thing_ids(database)

    at_once(16, deed)
    assert seen == dict.fromkeys(range(16), True)


def test_a_deed_that_fails_takes_no_other_with_it(database):
    outcomes = {}

    def deed(transaction, number):
        add(transaction, number)
        if number % 4 == 0:
            raise RuntimeError(number)
        if number % 4 == 1:
            add(transaction, number)
        return number

    def run(number):
        try:
            outcomes[number] = database.apply(lambda transaction: deed(transaction, number))
        except (RuntimeError, IntegrityError) as err:
            outcomes[number] = type(err)

    at_once(16, run)
    expected = {0: RuntimeError, 1: IntegrityError}
    assert outcomes == {number: expected.get(number % 4, number) for number in range(16)}
    assert thing_ids(database) == {str(number) for number in range(16) if number % 4 in {2, 3}}


@pytest.mark.attack("J4")
def test_of_thirty_two_deeds_at_once_exactly_one_claims(database):
    database.apply(lambda transaction: add(transaction, 0))
    claiming = Statement(
        sa.update(Thing).where(Thing.id == sa.bindparam("which"), Thing.count == 0).values(count=1)
    )
    claimed = []

    def claim(_):
        claimed.append(database.apply(lambda transaction: transaction.change(claiming, {"which": "0"})))

    at_once(32, claim)
    assert sorted(claimed) == [0] * 31 + [1]


def test_deeds_that_wait_share_a_commit(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'shared.db'}")
    Base.metadata.create_all(database._writing)
    said: list[str] = []
    database.dispose()
    sa.event.listen(
        database._writing, "connect", lambda connection, _: connection.set_trace_callback(said.append)
    )
    first_is_in, may_go_on = threading.Event(), threading.Event()

    def deed(number):
        def act(transaction):
            if number == 0:
                first_is_in.set()
                may_go_on.wait(10)
            add(transaction, number)

        database.apply(act)

    threads = [threading.Thread(target=deed, args=[number]) for number in range(9)]
    threads[0].start()
    assert first_is_in.wait(10)
    for thread in threads[1:]:
        thread.start()
    while len(database._queue) < 8:
        pass
    may_go_on.set()
    for thread in threads:
        thread.join()
    assert len(thing_ids(database)) == 9
    assert said.count("COMMIT") == 2
    database.dispose()


def commit_together(database, deeds) -> list:
    """Commit deeds from one event loop; gives what they gave, or the exceptions that they raised."""

    async def run() -> list:
        return await asyncio.gather(*(database.commit(deed) for deed in deeds), return_exceptions=True)

    return run_to_end(run())


def test_in_an_event_loop_a_deed_is_committed_when_it_has_its_result(database):
    async def run(number: int) -> bool:
        await database.commit(lambda transaction: add(transaction, number))
        found = await database.look(lambda transaction: transaction.first(FIND, {"which": str(number)}))
        return found == (str(number), None)

    async def run_all() -> list[bool]:
        return await asyncio.gather(*map(run, range(16)))

    # in one loop after another: the thread that writes belongs to none
    assert run_to_end(run_all()) == [True] * 16
    assert thing_ids(database) == set(map(str, range(16)))
    assert commit_together(database, [lambda transaction: add(transaction, 16)]) == [1]


def test_in_an_event_loop_a_deed_that_fails_takes_no_other_with_it(database):
    def deed(number: int):
        def act(transaction) -> int:
            add(transaction, number)
            if number == 1:
                raise RuntimeError(number)
            if number == 2:
                add(transaction, number)
            return number

        return act

    outcomes = commit_together(database, [deed(number) for number in range(4)])
    assert [each if isinstance(each, int) else type(each) for each in outcomes] == [
        0,
        RuntimeError,
        IntegrityError,
        3,
    ]
    assert thing_ids(database) == {"0", "3"}


def test_deeds_of_requests_that_came_together_share_a_commit_and_a_thread_may_write_too(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'shared.db'}")
    Base.metadata.create_all(database._writing)
    said: list[str] = []
    database.dispose()
    sa.event.listen(
        database._writing, "connect", lambda connection, _: connection.set_trace_callback(said.append)
    )
    assert (
        commit_together(database, [lambda transaction, n=number: add(transaction, n) for number in range(8)])
        == [1] * 8
    )
    assert said.count("COMMIT") == 1
    assert database.apply(lambda transaction: add(transaction, 8)) == 1
    # what waits to be written when it is closed is written
    database.dispose()
    assert len(thing_ids(database)) == 9
    database.dispose()


def test_who_waits_no_more_leaves_the_deed_done_and_the_others_served(database):
    async def run() -> int:
        given_up = asyncio.ensure_future(database.commit(lambda transaction: add(transaction, 0)))
        await asyncio.sleep(0)
        given_up.cancel()
        return await database.commit(lambda transaction: add(transaction, 1))

    assert run_to_end(run()) == 1
    assert "1" in thing_ids(database)


def test_a_database_that_does_not_answer_fails_every_deed_once(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'missing' / 'x.db'}")
    tried, failed = [], []

    def run(number):
        try:
            database.apply(lambda _: tried.append(number))
        except OperationalError:
            failed.append(number)

    at_once(4, run)
    assert sorted(failed) == [0, 1, 2, 3]
    assert tried == []
    outcomes = commit_together(database, [lambda _: tried.append(0)] * 3)
    assert [type(each) for each in outcomes] == [OperationalError] * 3
    assert tried == []


def test_a_compiled_statement_means_what_it_means_elsewhere(database):
    paris = datetime(2026, 10, 14, 16, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    add_dated = Statement(sa.insert(Thing), columns=("id", "count", "at"))
    database.apply(lambda transaction: transaction.change(add_dated, {"id": "a", "count": 0, "at": paris}))
    database.apply(lambda transaction: transaction.change(add_dated, {"id": "b", "count": 0, "at": None}))
    with database.session() as session:
        assert session.get(Thing, "a").at == paris
    with database.reading() as transaction:
        assert transaction.first(FIND, {"which": "a"}) == ("a", paris.astimezone(UTC))
        assert transaction.first(FIND, {"which": "b"}) == ("b", None)
        assert transaction.first(FIND, {"which": "c"}) is None
    naive = paris.replace(tzinfo=None)
    with pytest.raises(ValueError, match="naive"):
        database.apply(
            lambda transaction: transaction.change(add_dated, {"id": "c", "count": 0, "at": naive})
        )
    with pytest.raises(ValueError, match="hangs on its values"):
        Statement(sa.select(Thing.id).where(Thing.id.in_(["a"]))).for_dialect(database.engine.dialect)


def test_reading_with_compiled_statements_cannot_write_either(database):
    with database.reading() as transaction, pytest.raises(DBAPIError):
        add(transaction, 1)
    # and the connection that could not write is as good as new
    assert database.apply(lambda transaction: add(transaction, 1)) == 1
    with database.reading() as transaction:
        assert transaction.first(FIND, {"which": "1"}) == ("1", None)
    with pytest.raises(IntegrityError) as caught:
        database.apply(lambda transaction: add(transaction, 1))
    assert caught.value.params is None
    assert thing_ids(database) == {"1"}


def test_what_a_failed_deed_did_is_undone(database):
    def act(transaction):
        add(transaction, 1)
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        database.apply(act)
    assert thing_ids(database) == set()


def test_instants_are_aware_and_utc(database):
    paris = datetime(2026, 10, 14, 16, 30, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    with database.write() as session:
        session.add(Thing(id="a", at=paris))
        session.add(Thing(id="b"))
    with database.session() as session:
        read = session.get(Thing, "a")
        assert read is not None
        assert read.at == paris
        assert read.at is not None
        assert read.at.tzinfo is UTC
        assert session.exec(select(Thing).where(Thing.at > paris - timedelta(seconds=1))).one().id == "a"
        assert session.get(Thing, "b").at is None


def test_a_naive_datetime_names_no_instant(database):
    with pytest.raises(StatementError, match="naive"), database.write() as session:  # noqa: PT012
        session.add(Thing(id="a", at=datetime(2026, 1, 1)))  # noqa: DTZ001 - that is what is tested
        session.flush()


def test_alive_and_not():
    assert not Database("postgresql://nobody@127.0.0.1:9/none").is_alive()
    assert not Database("sqlite:////nonexistent/folder/x.db").is_alive()


def test_alive(database):
    assert database.is_alive()


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:"])
def test_other_databases_are_refused(url):
    with pytest.raises(ValueError, match="database"):
        Database(url)


def test_identifiers_are_long_and_each_new():
    assert len({new_id() for _ in range(100)}) == 100
    assert len(new_id()) == 22


# --- migrations

MODELS = """
from sqlmodel import Field
from web.database import service_registry
Base = service_registry()
METADATA = Base.metadata
class Boat(Base, table=True):
    __tablename__ = "boat"
    id: str = Field(primary_key=True)
{column}
"""
ENV = "from web.migrating import run_env\nfrom {name}.models import METADATA\nrun_env(METADATA)\n"


@pytest.fixture
def service(tmp_path, monkeypatch, request):
    """A package with one table and its first migration: gives its name."""
    name = f"fleet_{abs(hash(request.node.nodeid)) % 10**8}"
    folder = tmp_path / name
    (folder / "migrations").mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "models.py").write_text(MODELS.format(column=""))
    (folder / "migrations" / "env.py").write_text(ENV.format(name=name))
    monkeypatch.syspath_prepend(str(tmp_path))
    written = migrating.make_revision(name, "First tables!")
    assert written is not None
    assert written.name == "0001_first_tables.py"
    yield name
    for module in [module for module in sys.modules if module.split(".")[0] == name]:
        del sys.modules[module]


def metadata_of(name: str) -> sa.MetaData:
    return sys.modules[f"{name}.models"].METADATA


def test_models_and_migrations_agree(service, database_url):
    database = Database(database_url)
    assert database.check_models_match(metadata_of(service), service)[0].startswith(
        "database is at revision None"
    )
    database.upgrade(service)
    database.upgrade(service)
    assert database.check_models_match(metadata_of(service), service) == []
    assert migrating.make_revision(service, "nothing") is None
    database.dispose()


def test_a_difference_is_found(service, database_url):
    database = Database(database_url)
    database.upgrade(service)
    sa.Table("oar", metadata_of(service), sa.Column("id", sa.Integer, primary_key=True))
    metadata_of(service).tables["boat"].append_column(sa.Column("name", sa.String(40)))
    found = database.check_models_match(metadata_of(service), service)
    assert len(found) == 2
    assert any("oar" in line for line in found)
    assert any("name" in line for line in found)
    database.dispose()


def test_an_interrupted_migration_leaves_nothing(service, database_url, tmp_path):
    versions = tmp_path / service / "migrations" / "versions"
    (versions / "0002_broken.py").write_text(
        'import sqlalchemy as sa\nfrom alembic import op\nrevision = "0002"\ndown_revision = "0001"\n\n\n'
        'def upgrade():\n    op.create_table("half", sa.Column("id", sa.Integer))\n    raise RuntimeError("cut")\n'
    )
    database = Database(database_url)
    with pytest.raises(RuntimeError, match="cut"):
        database.upgrade(service)
    assert sa.inspect(database.engine).get_table_names() == []
    (versions / "0002_broken.py").unlink()
    database.upgrade(service)
    assert "boat" in sa.inspect(database.engine).get_table_names()
    database.dispose()


def test_processes_that_start_at_once_wait_for_each_other(service, database_url, tmp_path):
    program = f"from web.database import Database; Database({database_url!r}).upgrade({service!r})"
    environment = {"PYTHONPATH": f"{ROOT}:{tmp_path}", "PATH": ""}
    started = [
        subprocess.Popen([sys.executable, "-c", program], env=environment, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    assert [(process.communicate(timeout=60)[1][-500:], process.returncode) for process in started] == [
        (b"", 0)
    ] * 3
    database = Database(database_url)
    with database.session() as session:
        assert session.connection().exec_driver_sql("SELECT version_num FROM alembic_version").all() == [
            ("0001",)
        ]
    database.dispose()
