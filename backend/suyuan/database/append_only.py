"""Tables that only grow: triggers on both databases refuse UPDATE and DELETE, whoever asks.

A wall against our own mistakes and against an operator's hand on the live system; somebody who may drop
triggers can pass it, and is then found by `suyuan audit`, because the chain keeps the hashes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Table, event, text

_PG_FUNCTION = """
CREATE OR REPLACE FUNCTION suyuan_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'append-only: %', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""

_KEY = "append_only"


def append_only(table: Table, columns: Sequence[str] | None = None) -> Table:
    """Forbid DELETE, and UPDATE of `columns` (all of them when None), from the moment the table is created.

    Breaking the rule raises sqlalchemy.exc.IntegrityError. Returns the table.
    """
    names = [column.name for column in table.columns] if columns is None else list(columns)
    unknown = set(names) - {column.name for column in table.columns}
    if unknown:
        raise ValueError(f"{table.name} has no column {sorted(unknown)}")
    table.info[_KEY] = tuple(names)
    event.listen(table, "after_create", _after_create)
    return table


def protected_columns(table: Table) -> tuple[str, ...]:
    """The columns that append_only() keeps from changing; empty when the table is an ordinary one."""
    found: tuple[str, ...] = table.info.get(_KEY, ())
    return found


def forbid_changes(conn: Connection, table: str, columns: Iterable[str]) -> None:
    """Put the triggers on an existing table; what a migration calls."""
    listed = ", ".join(f'"{name}"' for name in columns)
    statements = _postgresql(table, listed) if conn.dialect.name == "postgresql" else _sqlite(table, listed)
    for statement in statements:
        conn.execute(text(statement))


def _after_create(table: Table, conn: Connection, **_: Any) -> None:
    forbid_changes(conn, table.name, protected_columns(table))


def _sqlite(table: str, columns: str) -> list[str]:
    refusal = f"BEGIN SELECT RAISE(ABORT, 'append-only: {table}'); END"
    return [
        f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE OF {columns} ON "{table}" {refusal}',
        f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" {refusal}',
    ]


def _postgresql(table: str, columns: str) -> list[str]:
    run = "EXECUTE FUNCTION suyuan_append_only()"
    return [
        _PG_FUNCTION,
        f'CREATE TRIGGER "{table}_no_update" BEFORE UPDATE OF {columns} ON "{table}" FOR EACH ROW {run}',
        f'CREATE TRIGGER "{table}_no_delete" BEFORE DELETE ON "{table}" FOR EACH ROW {run}',
        f'CREATE TRIGGER "{table}_no_truncate" BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT {run}',
    ]
