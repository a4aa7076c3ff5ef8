"""The clerk: duties beside each other, each step whole or not at all."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import pytest
from sqlalchemy import Column, Integer, String, Table, insert, select, update

from suyuan.anchoring import heartbeats
from suyuan.clerk import AFTER_FAILURE, Clerk, Duty, Record, in_one_transaction, take_step
from suyuan.database import Database
from suyuan.database.claims import claim
from suyuan.database.errors import DatabaseUnavailable
from suyuan.database.metadata import metadata
from suyuan.kernel.clock import Clock, SystemClock

work = Table(
    "test_clerk_work",
    metadata.__class__(),
    Column("id", Integer, primary_key=True),
    Column("state", String(8), nullable=False),
    Column("clerk", String(80)),
)


@dataclass
class Parts:
    """What duties use of a system."""

    database: Database
    clock: Clock


@pytest.fixture
def parts(database):
    with database.transaction() as conn:
        work.create(conn)
    return Parts(database, SystemClock())


def test_a_duty_that_fails_stops_no_other(parts, caplog):
    stop, done = threading.Event(), threading.Event()

    def failing(_system):
        raise ZeroDivisionError("one fault")

    def working(_system):
        if caplog.text.count("duty failed"):
            done.set()
        return False

    duties = (Duty("failing", 0.01, failing), Duty("working", 0.01, working))
    clerk = Clerk(parts, duties)
    thread = threading.Thread(target=clerk.work, args=(stop,))
    thread.start()
    assert done.wait(20)
    stop.set()
    thread.join()
    assert clerk.records["failing"].trouble == "ZeroDivisionError: one fault"
    assert clerk.records["working"].steps


def test_a_clerk_says_how_its_duties_fare_and_is_no_worker(parts):
    stop = threading.Event()

    def step(_system):
        with parts.database.reading() as conn:
            if heartbeats.newest_of_clerks(conn):
                stop.set()
        return False

    Clerk(parts, (Duty("looking", 0.01, step),)).work(stop)
    with parts.database.reading() as conn:
        assert heartbeats.newest_of_clerks(conn).facts["duties"]["looking"]["failures"] == 0
        assert heartbeats.newest(conn) is None


def test_more_at_hand_is_done_at_once_and_a_failure_is_waited_out(parts):
    answers = iter([True, False, DatabaseUnavailable("not now"), True])

    def step(_system):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    duty, record = Duty("one", 3, step), Record()
    assert take_step(parts, duty, record) == 0
    assert take_step(parts, duty, record) == 3
    assert take_step(parts, duty, record) == AFTER_FAILURE
    assert record == Record(2, 1, "not now")
    assert take_step(parts, duty, record) == 0
    assert record == Record(3, 0, None)


def test_a_step_in_one_transaction_is_undone_whole_when_it_fails(parts):
    def verb(conn, _clock):
        conn.execute(insert(work).values(id=1, state="new"))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        in_one_transaction(verb)(parts)
    with parts.database.reading() as conn:
        assert conn.execute(select(work)).all() == []


def test_several_clerks_never_claim_the_same_row(parts):
    with parts.database.transaction() as conn:
        conn.execute(insert(work), [{"id": number, "state": "new"} for number in range(1, 61)])
    taken: dict[str, list[int]] = {"a": [], "b": [], "c": []}

    def clerk(name):
        while True:
            with parts.database.transaction() as conn:
                rows = claim(
                    conn,
                    work,
                    work.c.state == "new",
                    {"state": "taken", "clerk": name},
                    order=[work.c.id],
                    limit=4,
                )
            if not rows:
                return
            assert {row.clerk for row in rows} == {name}
            taken[name] += [row.id for row in rows]

    threads = [threading.Thread(target=clerk, args=(name,)) for name in taken]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(number for each in taken.values() for number in each) == list(range(1, 61))


@pytest.mark.postgres
def test_a_row_that_another_is_claiming_is_passed_over(parts):
    if parts.database.is_sqlite:
        pytest.skip("writers of SQLite are alone")
    with parts.database.transaction() as conn:
        conn.execute(insert(work), [{"id": number, "state": "new"} for number in (1, 2)])
    with parts.database.transaction() as first:
        assert [row.id for row in claim(first, work, work.c.state == "new", {"state": "taken"})] == [1]
        with parts.database.transaction() as second:
            assert [row.id for row in claim(second, work, work.c.state == "new", {"state": "taken"})] == [2]
    with parts.database.transaction() as conn:
        assert conn.execute(update(work).where(work.c.state == "new").values(state="x")).rowcount == 0
