from __future__ import annotations

import subprocess
import sys
import threading

import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table, select, text, update
from sqlalchemy.exc import DBAPIError

from suyuan.database import Database, hold
from suyuan.database.self_test import examine, lost_updates

TALLY = Table("tally", MetaData(), Column("id", BigInteger, primary_key=True), Column("n", BigInteger))
WRITERS = 4
ROUNDS = 25


def prepare(database: Database) -> None:
    with database.transaction() as conn:
        TALLY.create(conn)
        conn.execute(TALLY.insert().values(id=1, n=0))


def count_up(url: str, rounds: int = ROUNDS) -> None:
    database = Database(url)
    for _ in range(rounds):
        with database.transaction() as conn:
            hold(conn, "tally")
            n = conn.execute(select(TALLY.c.n)).scalar_one()
            conn.execute(update(TALLY).values(n=n + 1))
    database.close()


def fail_after_creating(conn):
    TALLY.create(conn)
    conn.execute(text("SELECT nonsense FROM tally"))


def fail_after_changing(conn):
    conn.execute(update(TALLY).values(n=7))
    raise ZeroDivisionError


def total(database: Database) -> int:
    with database.reading() as conn:
        return conn.execute(select(TALLY.c.n)).scalar_one()


def test_four_threads_that_read_and_write_lose_no_update(database, database_url):
    prepare(database)
    threads = [threading.Thread(target=count_up, args=(database_url,)) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert total(database) == WRITERS * ROUNDS


def test_four_processes_that_read_and_write_lose_no_update(database, database_url):
    prepare(database)
    script = f"import runpy; runpy.run_path({__file__!r})['count_up']({database_url!r})"
    processes = [subprocess.Popen([sys.executable, "-c", script]) for _ in range(WRITERS)]
    assert [process.wait() for process in processes] == [0] * WRITERS
    assert total(database) == WRITERS * ROUNDS


def test_the_probe_at_start_finds_nothing_on_a_database_of_ours(database):
    examine(database)
    assert lost_updates(database) == 0


def test_what_raises_is_undone_and_what_ends_is_kept(database):
    prepare(database)
    with pytest.raises(ZeroDivisionError), database.transaction() as conn:
        fail_after_changing(conn)
    assert total(database) == 0
    with database.transaction() as conn:
        conn.execute(update(TALLY).values(n=8))
    assert total(database) == 8


def test_an_error_repeats_no_value_that_may_be_somebodys_secret(database):
    with pytest.raises(DBAPIError) as caught, database.transaction() as conn:
        conn.execute(text("SELECT n FROM nothing WHERE n = :secret"), {"secret": "13800138000"})
    assert "13800138000" not in str(caught.value)


def test_reading_cannot_write(database):
    prepare(database)
    with pytest.raises(DBAPIError), database.reading() as conn:
        conn.execute(update(TALLY).values(n=7))
    assert total(database) == 0


def test_reading_sees_one_state_while_others_write(database):
    prepare(database)
    with database.reading() as conn:
        before = conn.execute(select(TALLY.c.n)).scalar_one()
        with database.transaction() as other:
            other.execute(update(TALLY).values(n=5))
        assert conn.execute(select(TALLY.c.n)).scalar_one() == before
    assert total(database) == 5


def test_tables_made_in_a_transaction_that_fails_do_not_exist(database):
    with pytest.raises(DBAPIError), database.transaction() as conn:
        fail_after_creating(conn)
    with pytest.raises(DBAPIError), database.reading() as conn:
        conn.execute(text("SELECT n FROM tally"))


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://localhost/x"])
def test_databases_that_cannot_keep_records_are_refused(url):
    with pytest.raises(ValueError, match=r"SQLite needs a file|not supported"):
        Database(url)
