"""A database that is busy, gone or killed: nothing half stored, nothing acknowledged lost."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from sqlalchemy import text

from postgres_cluster import PostgresCluster, PostgresMissing
from suyuan.database import Database, hold
from suyuan.database.errors import DatabaseUnavailable
from suyuan.kernel.errors import ErrorKind


def stored(database):
    with database.reading() as conn:
        return [n for (n,) in conn.execute(text("SELECT n FROM numbers ORDER BY n"))]


def prepare(database):
    with database.transaction() as conn:
        conn.execute(text("CREATE TABLE numbers (n INTEGER PRIMARY KEY)"))


def write(database, n):
    with database.transaction() as conn:
        hold(conn, "numbers")
        conn.execute(text("INSERT INTO numbers VALUES (:n)"), {"n": n})


def write_and_tell(url, start):
    """Runs in a process of its own: says each number only once it is stored."""
    database = Database(url)
    for n in range(start, start + 100_000):
        write(database, n)
        print(n, flush=True)


def test_who_waits_too_long_is_told_to_come_again(database, database_url, monkeypatch):
    prepare(database)
    monkeypatch.setattr("suyuan.database.engine.WAIT_SECONDS", 0.2)
    impatient = Database(database_url)
    with database.transaction() as conn:
        hold(conn, "numbers")
        conn.execute(text("INSERT INTO numbers VALUES (1)"))
        with pytest.raises(DatabaseUnavailable) as caught:
            write(impatient, 2)
    assert caught.value.kind is ErrorKind.UNAVAILABLE
    write(impatient, 3)
    impatient.close()
    assert stored(database) == [1, 3]


def test_on_sqlite_the_writers_of_one_process_queue_up(sqlite_database, monkeypatch):
    prepare(sqlite_database)
    monkeypatch.setattr("suyuan.database.engine.WAIT_SECONDS", 0.2)
    small = Database(sqlite_database.url)
    with small.transaction(), pytest.raises(DatabaseUnavailable):
        write(small, 1)
    small.close()


def test_our_own_mistakes_are_not_called_unavailable(database):
    with pytest.raises(Exception, match="nonsense") as caught, database.reading() as conn:
        conn.execute(text("SELECT * FROM nonsense"))
    assert not isinstance(caught.value, DatabaseUnavailable)


@pytest.mark.chaos
def test_what_a_killed_process_had_acknowledged_is_there(database, database_url):
    prepare(database)
    for round_ in range(3):
        call = f"['write_and_tell']({database_url!r}, {round_ * 100_000})"
        script = f"import runpy; runpy.run_path({__file__!r}){call}"
        told = ["env", f"PYTHONPATH={':'.join(sys.path)}", sys.executable, "-c", script]
        writer = subprocess.Popen(told, stdout=subprocess.PIPE, text=True)
        seen = [int(writer.stdout.readline()) for _ in range(30)]
        writer.kill()
        seen += [int(line) for line in writer.stdout if line.endswith("\n")]
        writer.wait()
        writer.stdout.close()
        there = [n for n in stored(database) if n >= round_ * 100_000]
        assert there[: len(seen)] == seen
        assert len(there) <= len(seen) + 1, "at most the one that was stored and not yet told"


@pytest.mark.chaos
@pytest.mark.postgres
def test_a_killed_server_comes_back_with_everything_acknowledged():
    try:
        cluster = PostgresCluster(durable=True)
    except PostgresMissing as reason:
        pytest.skip(str(reason))
    try:
        cluster.start()
        database = Database(cluster.url("postgres"))
        prepare(database)
        for n in range(50):
            write(database, n)
        cluster.kill()
        with pytest.raises(DatabaseUnavailable):
            write(database, 1000)
        time.sleep(0.5)  # its children notice that the postmaster is gone
        cluster.start()
        write(database, 50)
        assert stored(database) == list(range(51))
        database.close()
    finally:
        cluster.stop()
