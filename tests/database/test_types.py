from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, select, text
from sqlalchemy.exc import StatementError

from suyuan.database.types import Quantity, UtcMillis

SHELF = Table(
    "shelf",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("at", UtcMillis),
    Column("q", Quantity),
)


def stored(database, **values):
    with database.transaction() as conn:
        SHELF.create(conn, checkfirst=True)
        conn.execute(SHELF.insert().values(**values))
        return conn.execute(select(SHELF)).one(), conn.execute(text("SELECT at, q FROM shelf")).one()


def test_a_time_is_kept_as_utc_milliseconds(database):
    beijing = timezone(timedelta(hours=8))
    row, raw = stored(database, at=datetime(2026, 11, 23, 14, 0, 0, 123999, beijing))
    assert raw.at == 1795413600123
    assert row.at == datetime(2026, 11, 23, 6, 0, 0, 123000, UTC)
    assert row.at.tzinfo is UTC


def test_a_time_without_zone_is_refused(database):
    with pytest.raises(StatementError, match="without offset"):
        stored(database, at=datetime(2026, 11, 23))  # noqa: DTZ001 - the fault under test


@pytest.mark.parametrize(
    "value", ["12.50", "0", "-3", "1E+3", "0.000000000000000001", "99999999999999999999.9"]
)
def test_a_quantity_comes_back_as_it_went_in(database, value):
    row, raw = stored(database, q=Decimal(value))
    assert row.q == Decimal(value)
    assert "E" not in raw.q


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_is_no_quantity(database, value):
    with pytest.raises(StatementError, match="finite"):
        stored(database, q=Decimal(value))


def test_nothing_stays_nothing(database):
    row, _ = stored(database, at=None, q=None)
    assert (row.at, row.q) == (None, None)
