"""Statements for the busiest path: built and compiled once, then handed straight to the driver.

SQLAlchemy compiles, keys and wraps a statement each time it runs; for the dozen small statements of one
submission that cost ten times what the database did. Here a Core statement stays the only source of the SQL
and of the columns' types, and everything about it is worked out once per database kind (and once per
length of an IN list, rounded up to a power of two).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, ClauseElement, Column, Connection, Dialect, LargeBinary
from sqlalchemy.exc import DBAPIError

#: Values in one IN list; both databases take more, but plan long lists slowly.
CHUNK = 1024

#: Python's bytes and bools are what both drivers take.
_AS_THEY_ARE = (LargeBinary, Boolean)

_Processor = Callable[[Any], Any]
_Steps = tuple[tuple[int, _Processor], ...]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """SQL for one database kind, with its parameters (by position on SQLite, else by name) and what converts
    them and the results.
    """

    sql: str
    parameters: tuple[tuple[str, _Processor | None], ...]
    constants: Mapping[str, Any]
    results: _Steps
    positional: bool

    def bound(self, values: Mapping[str, Any]) -> Any:
        if self.constants:
            values = {**self.constants, **values}
        if self.positional:
            return [process(values[name]) if process else values[name] for name, process in self.parameters]
        return {name: process(values[name]) if process else values[name] for name, process in self.parameters}

    def read(self, row: Sequence[Any]) -> Sequence[Any]:
        cells = list(row)
        for place, process in self.results:
            cells[place] = process(cells[place])
        return cells


class Prepared:
    """A Core statement. Inserts need their `columns`; `expanding` names the one IN list, if there is one.

    Values are given by column or parameter name, all of them. Rows come back as sequences in the order of
    the statement's columns. Errors are SQLAlchemy's, as if it had run the statement itself.
    """

    def __init__(
        self, statement: Any, columns: Iterable[Column[Any]] = (), *, expanding: str | None = None
    ) -> None:
        self._statement = statement
        self._columns = [column.name for column in columns]
        self._expanding = expanding
        self._compiled: dict[tuple[str, int], _Compiled] = {}

    def rows(self, conn: Connection, values: Mapping[str, Any]) -> list[Sequence[Any]]:
        """Run once; all rows."""
        if self._expanding is None:
            return self._fetch(conn, self._at(conn, 0), values)
        listed = list(values[self._expanding])
        found: list[Sequence[Any]] = []
        for start in range(0, len(listed), CHUNK):
            part = listed[start : start + CHUNK]
            size = 1 << (len(part) - 1).bit_length()
            part += part[-1:] * (size - len(part))
            each = {f"{self._expanding}_{at}": value for at, value in enumerate(part, 1)}
            found += self._fetch(conn, self._at(conn, size), {**values, **each})
        return found

    def run(self, conn: Connection, values: Mapping[str, Any]) -> int:
        """Run once, for its effect; the number of rows it changed."""
        compiled = self._at(conn, 0)
        with _Driver(conn, compiled) as cursor:
            cursor.execute(compiled.sql, compiled.bound(values))
            return int(cursor.rowcount)

    def run_many(self, conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run for each of the rows."""
        if not rows:
            return
        compiled = self._at(conn, 0)
        with _Driver(conn, compiled) as cursor:
            cursor.executemany(compiled.sql, [compiled.bound(row) for row in rows])

    def _fetch(self, conn: Connection, compiled: _Compiled, values: Mapping[str, Any]) -> list[Sequence[Any]]:
        with _Driver(conn, compiled) as cursor:
            cursor.execute(compiled.sql, compiled.bound(values))
            found: list[Sequence[Any]] = cursor.fetchall()
        return [compiled.read(row) for row in found] if compiled.results else found

    def _at(self, conn: Connection, size: int) -> _Compiled:
        key = (conn.dialect.name, size)
        found = self._compiled.get(key)
        if found is None:
            found = self._compiled[key] = self._compile(conn.dialect, size)
        return found

    def _compile(self, dialect: Dialect, size: int) -> _Compiled:
        statement = self._statement(dialect.name) if callable(self._statement) else self._statement
        plain = statement.compile(dialect=dialect, column_keys=self._columns or None)
        binds = dict(plain.binds)
        names = [name for name in binds if name != self._expanding]
        converts = {
            name: binds[name].type.dialect_impl(dialect).bind_processor(dialect)
            for name in names
            if not isinstance(binds[name].type, _AS_THEY_ARE)
        }
        if self._expanding is not None:
            filled = {**{name: bind.value for name, bind in binds.items()}, self._expanding: [None] * size}
            plain = statement.params(filled).compile(
                dialect=dialect, compile_kwargs={"render_postcompile": True}
            )
            names += [f"{self._expanding}_{at}" for at in range(1, size + 1)]
        return _Compiled(
            sql=str(plain),
            parameters=tuple((name, converts.get(name)) for name in plain.positiontup or names),
            constants={name: bind.value for name, bind in binds.items() if bind.value is not None},
            results=_results(statement, dialect),
            positional=dialect.positional,
        )


def _results(statement: ClauseElement, dialect: Dialect) -> _Steps:
    columns: Any = getattr(statement, "selected_columns", None) or getattr(statement, "exported_columns", ())
    steps = [
        (place, column.type.dialect_impl(dialect).result_processor(dialect, None))
        for place, column in enumerate(columns)
        if not isinstance(column.type, LargeBinary)
    ]
    return tuple((place, process) for place, process in steps if process)


class _Driver:
    """A cursor of the connection's driver; its errors become SQLAlchemy's."""

    __slots__ = ("_compiled", "_conn", "_cursor")

    def __init__(self, conn: Connection, compiled: _Compiled) -> None:
        self._conn = conn
        self._compiled = compiled

    def __enter__(self) -> Any:
        self._cursor = self._conn.connection.cursor()
        return self._cursor

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._cursor.close()
        dialect = self._conn.dialect
        driver: Any = dialect.dbapi
        if not isinstance(error, driver.Error):
            return
        wrapped: Any = DBAPIError.instance(
            self._compiled.sql, None, error, driver.Error, hide_parameters=True, dialect=dialect
        )
        if dialect.is_disconnect(error, self._conn.connection.dbapi_connection, self._cursor):
            wrapped.connection_invalidated = True
            self._conn.invalidate(error)
        raise wrapped from error
