"""Prepared statements behave as if SQLAlchemy had run them itself."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import Boolean, Column, Integer, LargeBinary, MetaData, Table, Text, bindparam, insert, select
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from suyuan.database import Database, Quantity, UtcMillis
from suyuan.database.numbers import reserve
from suyuan.database.prepared import CHUNK, Prepared

THINGS = Table(
    "things",
    MetaData(),
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("key", LargeBinary, nullable=False, unique=True),
    Column("at", UtcMillis),
    Column("much", Quantity),
    Column("good", Boolean),
    Column("word", Text),
)
ADD = Prepared(insert(THINGS), THINGS.c)
BY_KEY = Prepared(
    select(THINGS).where(THINGS.c.key.in_(bindparam("keys", expanding=True)), THINGS.c.word == "kept"),
    expanding="keys",
)
SINCE = Prepared(select(THINGS.c.number).where(THINGS.c.at >= bindparam("since")).order_by(THINGS.c.number))
NOON = datetime(2026, 11, 23, 12, 0, 0, 125000, tzinfo=UTC)


def row(number: int, **members: object) -> dict[str, object]:
    key = number.to_bytes(4, "big")
    plain = {"number": number, "key": key, "at": NOON, "much": Decimal("12.50"), "good": True, "word": "kept"}
    return plain | members


@pytest.fixture
def things(database: Database) -> Database:
    with database.transaction() as conn:
        THINGS.create(conn)
    return database


def test_values_come_back_as_their_columns_say(things: Database) -> None:
    with things.transaction() as conn:
        assert ADD.run(conn, row(1)) == 1
        ADD.run_many(conn, [row(2, at=None, much=None, good=None), row(3, word="other")])
        found = {
            each[0]: tuple(each)
            for each in BY_KEY.rows(conn, {"keys": [b"\0\0\0\1", b"\0\0\0\2", b"\0\0\0\3"]})
        }
    assert found == {
        1: (1, b"\0\0\0\1", NOON, Decimal("12.50"), True, "kept"),
        2: (2, b"\0\0\0\2", None, None, None, "kept"),
    }


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, CHUNK, CHUNK + 1])
def test_lists_of_any_length_find_each_row_once(things: Database, count: int) -> None:
    with things.transaction() as conn:
        ADD.run_many(conn, [row(number) for number in range(count)])
        keys = [number.to_bytes(4, "big") for number in range(count)]
        assert sorted(each[0] for each in BY_KEY.rows(conn, {"keys": keys})) == list(range(count))


def test_parameters_are_converted_like_columns(things: Database) -> None:
    with things.transaction() as conn:
        ADD.run(conn, row(1))
        assert [tuple(each) for each in SINCE.rows(conn, {"since": NOON})] == [(1,)]
        later = NOON.replace(microsecond=126000)
        assert SINCE.rows(conn, {"since": later}) == []


def test_errors_are_those_of_sqlalchemy(things: Database) -> None:
    with pytest.raises(IntegrityError), things.transaction() as conn:
        ADD.run_many(conn, [row(1), row(1)])
    lost = Prepared(select(Table("nowhere", MetaData(), Column("at", Integer))))
    with pytest.raises((ProgrammingError, OperationalError)), things.transaction() as conn:
        lost.rows(conn, {})
    with things.transaction() as conn:
        assert ADD.run(conn, row(1)) == 1


def test_reserved_numbers_rise_and_are_free(things: Database) -> None:
    column = THINGS.c.number
    with things.transaction() as conn:
        first = list(reserve(conn, column, 3))
        ADD.run_many(conn, [row(number) for number in first])
        then = list(reserve(conn, column, 2))
    assert sorted({*first, *then}) == [*first, *then]
