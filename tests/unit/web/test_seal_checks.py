"""A service does not start under another secret than the one that its database was sealed under."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from sqlmodel import select

from did.errors import SealError
from tests.unit.web.gallery import gallery_settings
from web.database import Database, service_registry
from web.seal_checks import SealCheckColumns, check_secret

NOW = datetime(2026, 11, 24, tzinfo=UTC)
OTHER = "another-secret-of-at-least-32-characters"
Base = service_registry()


class SealCheck(SealCheckColumns, Base, table=True):
    __tablename__ = "seal_checks"


@pytest.fixture
def database(database_url):
    database = Database(database_url)
    Base.metadata.create_all(database._writing)
    yield database
    database.dispose()


def start(database, **changed):
    check_secret(database, SealCheck, settings=gallery_settings(**changed), now=NOW)


@pytest.mark.attack("I5")
def test_every_start_after_the_first_needs_the_same_secret(database):
    start(database)
    with pytest.raises(SealError):
        start(database, secret=OTHER)
    start(database)


def test_processes_that_start_at_once_agree_on_one_value_and_refuse_another_secret(database):
    outcomes = []

    def begin(changed):
        try:
            start(database, **changed)
        except SealError:
            outcomes.append(("refused", bool(changed)))
        else:
            outcomes.append(("started", bool(changed)))

    threads = [threading.Thread(target=begin, args=({"secret": OTHER} if n % 2 else {},)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # whichever secret came first is the one: all with it start, all with the other do not
    assert len(outcomes) == 6
    assert len({other for outcome, other in outcomes if outcome == "started"}) == 1
    assert [outcome for outcome, _ in outcomes].count("started") == 3
    with database.session() as session:
        assert len(session.exec(select(SealCheck)).all()) == 1
