"""Asks a database, before we start on it, whether it would keep what it acknowledges."""

from __future__ import annotations

import secrets
import threading

from sqlalchemy import Connection, text

from suyuan.database.engine import Database
from suyuan.database.errors import DatabaseUnfit
from suyuan.database.locks import hold

#: First SQLite releases without the WAL-reset bug (two connections that write and checkpoint lose pages).
_FIXED_SQLITE = (3, 51, 3)
_BACKPORTS = {(3, 50): 7, (3, 44): 6}

_WRITERS = 4
_ROUNDS = 5


def examine(database: Database) -> None:
    """Raise DatabaseUnfit with every fault found: settings that break durability, or updates that get lost.

    Writes only into a scratch table of its own, which it removes.
    """
    with database.reading() as conn:
        faults = sqlite_faults(conn) if database.is_sqlite else postgresql_faults(conn)
    lost = lost_updates(database)
    if lost:
        faults.append(f"{lost} of {_WRITERS * _ROUNDS} simultaneous updates were lost")
    if faults:
        raise DatabaseUnfit("This database is not fit to keep records: " + "; ".join(faults) + ".")


def sqlite_faults(conn: Connection) -> list[str]:
    """What is wrong with this SQLite connection's settings; empty when nothing is."""
    version = str(conn.exec_driver_sql("SELECT sqlite_version()").scalar_one())
    found = [] if wal_reset_fixed(version) else [f"SQLite {version} has the WAL-reset bug"]
    wanted = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"}
    for pragma, value in wanted.items():
        actual = str(conn.exec_driver_sql(f"PRAGMA {pragma}").scalar_one())
        if actual != value:
            found.append(f"PRAGMA {pragma} is {actual} instead of {value}")
    return found


def wal_reset_fixed(version: str) -> bool:
    """Whether this SQLite release ("3.53.4") is without the WAL-reset bug."""
    numbers = tuple(int(part) for part in version.split("."))
    backport = _BACKPORTS.get((numbers[0], numbers[1]))
    return numbers >= _FIXED_SQLITE or (backport is not None and numbers[2] >= backport)


def postgresql_faults(conn: Connection) -> list[str]:
    """What is wrong with this server's settings; empty when nothing is."""
    durable = ("fsync", "synchronous_commit", "full_page_writes")
    found = [
        f"{name} is off" for name in durable if conn.exec_driver_sql(f"SHOW {name}").scalar_one() == "off"
    ]
    if conn.exec_driver_sql("SHOW server_encoding").scalar_one() != "UTF8":
        found.append("its encoding is not UTF8")
    if int(str(conn.exec_driver_sql("SHOW server_version_num").scalar_one())) < 140000:
        found.append("PostgreSQL is older than 14")
    return found


def lost_updates(database: Database) -> int:
    """How many of many simultaneous "read, add one, write" under `hold` are lost; 0 when all is well."""
    table = f"self_test_{secrets.token_hex(6)}"  # several gateways may start together
    with database.transaction() as conn:
        conn.execute(text(f"CREATE TABLE {table} (n INTEGER NOT NULL)"))
        conn.execute(text(f"INSERT INTO {table} VALUES (0)"))
    threads = [threading.Thread(target=_count_up, args=(database, table)) for _ in range(_WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.transaction() as conn:
        total = int(conn.execute(text(f"SELECT n FROM {table}")).scalar_one())
        conn.execute(text(f"DROP TABLE {table}"))
    return _WRITERS * _ROUNDS - total


def _count_up(database: Database, table: str) -> None:
    for _ in range(_ROUNDS):
        with database.transaction() as conn:
            hold(conn, table)
            n = int(conn.execute(text(f"SELECT n FROM {table}")).scalar_one())
            conn.execute(text(f"UPDATE {table} SET n = :n"), {"n": n + 1})
