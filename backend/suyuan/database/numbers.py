"""Row numbers taken before the rows are written, so that many rows go in at once and know their numbers."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Column, Connection, func, select, text

from suyuan.database.prepared import Prepared

_FROM_SEQUENCE = Prepared(
    text("SELECT nextval(pg_get_serial_sequence(:table, :column)) FROM generate_series(1, :count)")
)
_highest: dict[Column[int], Prepared] = {}


def reserve(conn: Connection, column: Column[int], count: int) -> Sequence[int]:
    """`count` numbers, rising, for a table's own number column whose rows are never deleted.

    On PostgreSQL they come from the column's sequence; on SQLite the writing transaction is alone, and the
    next number is free.
    """
    if conn.dialect.name == "postgresql":
        names = {"table": column.table.name, "column": column.name, "count": count}
        return sorted(number for (number,) in _FROM_SEQUENCE.rows(conn, names))
    if column not in _highest:
        _highest[column] = Prepared(select(func.coalesce(func.max(column), 0)))
    ((last,),) = _highest[column].rows(conn, {})
    return range(last + 1, last + 1 + count)
