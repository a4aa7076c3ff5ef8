from __future__ import annotations

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, delete, select, text, update
from sqlalchemy.exc import IntegrityError

from suyuan.database.append_only import append_only


def history(database, columns=None):
    table = append_only(
        Table(
            "history",
            MetaData(),
            Column("id", Integer, primary_key=True),
            Column("what", Text),
            Column("mark", Text),
        ),
        columns,
    )
    with database.transaction() as conn:
        table.create(conn)
        conn.execute(table.insert().values(id=1, what="as it was", mark="old"))
    return table


def test_rows_can_be_added(database):
    table = history(database)
    with database.transaction() as conn:
        conn.execute(table.insert().values(id=2, what="next"))
        assert len(conn.execute(select(table)).all()) == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda t: update(t).values(what="nicer"),
        lambda t: update(t).where(t.c.id == 1).values(mark="new"),
        delete,
        lambda t: delete(t).where(t.c.id == 1),
    ],
)
def test_rows_can_be_neither_changed_nor_removed(database, change):
    table = history(database)
    with pytest.raises(IntegrityError, match="append-only: history"), database.transaction() as conn:
        conn.execute(change(table))
    with database.reading() as conn:
        assert conn.execute(select(table)).all() == [(1, "as it was", "old")]


def test_only_named_columns_are_kept_when_they_are_named(database):
    table = history(database, ["what"])
    with database.transaction() as conn:
        conn.execute(update(table).values(mark="new"))
    with pytest.raises(IntegrityError, match="append-only"), database.transaction() as conn:
        conn.execute(update(table).values(what="nicer"))
    with pytest.raises(IntegrityError, match="append-only"), database.transaction() as conn:
        conn.execute(delete(table))


def test_the_whole_table_cannot_be_emptied_at_once(database):
    table = history(database)
    emptied = f"DELETE FROM {table.name}" if database.is_sqlite else f"TRUNCATE {table.name}"
    with pytest.raises(IntegrityError, match="append-only"), database.transaction() as conn:
        conn.execute(text(emptied))


def test_a_column_that_does_not_exist_cannot_be_protected():
    with pytest.raises(ValueError, match="has no column"):
        append_only(Table("t", MetaData(), Column("id", Integer)), ["name"])
