"""`Database`: how a transaction begins and ends on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pysqlite3
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from suyuan.database.errors import DatabaseUnavailable

#: Seconds that a writer waits for another before the caller is told to come again.
WAIT_SECONDS = 30

#: SQLite errors that say "not now" rather than "wrong".
_SQLITE_LATER = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN")

#: PostgreSQL classes: connection, rollback (deadlock, serialisation), resources, operator, system, lock.
_SQLSTATE_LATER = ("08", "40", "53", "55", "57", "58")


class Database:
    """One database, named by an SQLAlchemy URL: `sqlite:///path/to/file` or `postgresql+psycopg://...`.

    `transaction()` may write and is durable once it has returned; `reading()` sees one snapshot and cannot
    write. On SQLite a process has one writing connection, and writers queue for it; other processes are
    waited for by SQLite itself.
    """

    def __init__(self, url: str | URL) -> None:
        self.url = make_url(url)
        if self.url.get_backend_name() == "sqlite":
            self._writer, self._instant, self._reader = _sqlite_engines(self.url)
        elif self.url.get_backend_name() == "postgresql":
            self._writer, self._reader = _postgresql_engines(self.url)
            self._instant = self._writer
        else:
            raise ValueError(f"a database of kind {self.url.get_backend_name()} is not supported")

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A writing transaction: committed durably when the block ends, undone when it raises.

        Raises DatabaseUnavailable when the database cannot take it now; then nothing is stored. One
        exception: when the connection breaks during the commit itself it may be stored; for that verbs are
        idempotent.
        """
        with _saying_when_unavailable(), self._writer.begin() as conn:
            yield conn

    @contextmanager
    def at_once(self) -> Iterator[Connection]:
        """On SQLite a writing transaction that waits for nobody: DatabaseUnavailable before the block when
        another writer is under way. For one caller at a time; elsewhere the same as `transaction()`.
        """
        with _saying_when_unavailable(), self._instant.begin() as conn:
            yield conn

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A snapshot: all statements see the same state, and none can write. Raises DatabaseUnavailable."""
        with _saying_when_unavailable(), self._reader.begin() as conn:
            yield conn

    def close(self) -> None:
        """Close every pooled connection; SQLite then folds its log back into the file."""
        self._reader.dispose()
        self._instant.dispose()
        self._writer.dispose()


@contextmanager
def _saying_when_unavailable() -> Iterator[None]:
    try:
        yield
    except PoolTimeout as error:
        raise DatabaseUnavailable("The database is busy; please send it again.") from error
    except DBAPIError as error:
        if _comes_back(error):
            raise DatabaseUnavailable("The database does not answer now; nothing was stored.") from error
        raise


def _comes_back(error: DBAPIError) -> bool:
    if error.connection_invalidated:
        return True
    origin: Any = error.orig
    name = getattr(origin, "sqlite_errorname", None)
    if name is not None:
        return str(name).startswith(_SQLITE_LATER)
    state = getattr(origin, "sqlstate", None)
    if state is None:
        return isinstance(error, OperationalError)
    return str(state).startswith(_SQLSTATE_LATER)


def _sqlite_engines(url: URL) -> tuple[Engine, Engine, Engine]:
    """Three engines on one file: to write, to write without waiting, to read.

    The writer's pool of one connection is the queue of writers in this process.

    pysqlite3 instead of Python's own sqlite3 because it carries an SQLite without the WAL-reset bug (ADR 5).
    """
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        raise ValueError("SQLite needs a file: sqlite:///path")
    Path(url.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    url = url.set(drivername="sqlite+pysqlite")
    arguments = {"timeout": WAIT_SECONDS, "check_same_thread": False}
    common = {"module": pysqlite3, "hide_parameters": True}  # see _postgresql_engines
    writer = create_engine(
        url, connect_args=arguments, pool_size=1, max_overflow=0, pool_timeout=WAIT_SECONDS, **common
    )
    reader = create_engine(
        url, connect_args=arguments, pool_size=8, max_overflow=56, pool_timeout=WAIT_SECONDS, **common
    )
    instant = create_engine(
        url,
        connect_args=arguments | {"timeout": 0},
        pool_size=1,
        max_overflow=0,
        pool_timeout=0,
        **common,
    )
    for each in (writer, instant):
        _sqlite_setup(each, "BEGIN IMMEDIATE", ())
    _sqlite_setup(reader, "BEGIN", ("query_only=ON",))
    return writer, instant, reader


def _sqlite_setup(engine: Engine, begin: str, pragmas: tuple[str, ...]) -> None:
    """The driver would begin by itself, and only before the first write: a read before it would be stale
    (reliability research, finding 2: 639 of 1,000 updates lost). So it begins nothing, and we say how.
    """
    common = (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "wal_autocheckpoint=10000",
        "trusted_schema=OFF",
    )

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (*common, *pragmas):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def start(conn: Connection) -> None:
        conn.exec_driver_sql(begin)


def _postgresql_engines(url: URL) -> tuple[Engine, Engine]:
    """One pool, two ways to begin: READ COMMITTED to write, a read-only REPEATABLE READ snapshot to read."""
    options = f"-c lock_timeout={WAIT_SECONDS}s -c idle_in_transaction_session_timeout=300s -c timezone=UTC"
    writer = create_engine(
        url.set(drivername="postgresql+psycopg"),
        connect_args={"options": options, "connect_timeout": 10, "application_name": "suyuan"},
        pool_size=8,
        max_overflow=24,
        pool_timeout=WAIT_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,  # what an error writes into the log may be somebody's name or secret
        isolation_level="READ COMMITTED",
    )
    reader = writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return writer, reader
