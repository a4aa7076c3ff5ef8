"""Taking rows in hand so that nobody else takes them meanwhile, for those who do slow work on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, select, update


def claim(  # noqa: PLR0913 - what a claim is made of
    conn: Connection,
    table: Table,
    condition: ColumnElement[bool],
    values: Mapping[str, Any],
    *,
    order: Sequence[ColumnElement[Any]] = (),
    limit: int = 1,
) -> list[Row[Any]]:
    """Write `values` (who works on it, until when) into at most `limit` rows that meet `condition`, and
    return them as they are now.

    No two callers get the same row while `values` make it miss the condition: on PostgreSQL rows that another
    is claiming are passed over (FOR UPDATE SKIP LOCKED), on SQLite a writing transaction is alone. The table
    has a primary key of one column. Commit before the slow work begins.
    """
    (key,) = table.primary_key.columns
    free = select(key).where(condition).order_by(*order).limit(limit)
    if conn.dialect.name == "postgresql":
        free = free.with_for_update(skip_locked=True)
    keys = conn.execute(free).scalars().all()
    if not keys:
        return []
    taken = update(table).where(key.in_(keys)).values(dict(values)).returning(*table.columns)
    return list(conn.execute(taken))
