"""Writers in line share a commit, and nothing else."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, insert, select
from sqlalchemy.exc import OperationalError

from suyuan.database import Database
from suyuan.database.errors import DatabaseUnavailable
from suyuan.database.line import MOST, Line

NOTES = Table("notes", MetaData(), Column("number", Integer, primary_key=True, autoincrement=False))


class NotWantedError(Exception):
    """What a turn may raise."""


@pytest.fixture
def notes(database: Database) -> Database:
    with database.transaction() as conn:
        NOTES.create(conn)
    return database


def stored(database: Database) -> set[int]:
    with database.reading() as conn:
        return set(conn.execute(select(NOTES.c.number)).scalars())


def note(number: int, error: Exception | None = None):
    def work(conn):
        conn.execute(insert(NOTES), {"number": number})
        if error is not None:
            raise error
        return number

    return work


def together(*works, long=False):
    """Join the line with all of them in the same moment; their answers or errors."""

    async def run(database):
        line = Line(database)
        turns = [line.write(work, is_long=long) for work in works]
        return await asyncio.gather(*turns, return_exceptions=True)

    return run


def test_whoever_is_answered_is_stored(notes):
    async def run():
        line = Line(notes)

        async def one(number):
            assert await line.write(note(number)) == number
            assert number in await asyncio.to_thread(stored, notes)

        await asyncio.gather(*(one(number) for number in range(20)))

    asyncio.run(run())


@pytest.mark.parametrize("long", [False, True])
def test_more_than_fit_into_one_transaction_are_all_stored(notes, long):
    count = MOST + 20 if not long else 10
    answers = asyncio.run(together(*map(note, range(count)), long=long)(notes))
    assert answers == list(range(count))
    assert stored(notes) == set(range(count))


def test_writers_of_one_moment_share_a_commit_on_sqlite(sqlite_database):
    with sqlite_database.transaction() as conn:
        NOTES.create(conn)

    def seen_by_me(conn):
        return len(conn.execute(select(NOTES.c.number)).all())

    answers = asyncio.run(together(note(1), note(2), seen_by_me)(sqlite_database))
    assert answers == [1, 2, 2]


def test_a_turn_that_fails_takes_back_its_own_writes_only(notes):
    answers = asyncio.run(together(note(1), note(2, NotWantedError()), note(3))(notes))
    assert [answers[0], type(answers[1]), answers[2]] == [1, NotWantedError, 3]
    assert stored(notes) == {1, 3}


def test_when_the_database_is_in_trouble_nobody_is_told_that_he_is_stored(sqlite_database):
    with sqlite_database.transaction() as conn:
        NOTES.create(conn)
    full = OperationalError("INSERT", {}, Exception("disk full"))
    answers = asyncio.run(together(note(1), note(2, full), note(3))(sqlite_database))
    assert [type(each) for each in answers[:2]] == [DatabaseUnavailable, DatabaseUnavailable]
    assert answers[2] == 3
    assert stored(sqlite_database) == {3}


def test_while_another_writer_is_waited_for_the_loop_goes_on(sqlite_database):
    with sqlite_database.transaction() as conn:
        NOTES.create(conn)
    other = Database(sqlite_database.url)
    begun, end = threading.Event(), threading.Event()

    def hold():
        with other.transaction():
            begun.set()
            end.wait(20)

    async def run():
        turn = asyncio.create_task(Line(sqlite_database).write(note(1)))
        started = time.monotonic()
        await asyncio.sleep(0.3)
        assert time.monotonic() - started < 2
        assert not turn.done()
        end.set()
        return await turn

    holder = threading.Thread(target=hold)
    holder.start()
    begun.wait(20)
    assert asyncio.run(run()) == 1
    holder.join()
    other.close()
    assert stored(sqlite_database) == {1}


def test_who_goes_away_before_his_turn_has_none(sqlite_database):
    with sqlite_database.transaction() as conn:
        NOTES.create(conn)

    async def run():
        line = Line(sqlite_database)
        gone = asyncio.create_task(line.write(note(1)))
        stays = asyncio.create_task(line.write(note(2)))
        asyncio.get_running_loop().call_soon(gone.cancel)
        with pytest.raises(asyncio.CancelledError):
            await gone
        return await stays

    assert asyncio.run(run()) == 2
    assert 2 in stored(sqlite_database)
