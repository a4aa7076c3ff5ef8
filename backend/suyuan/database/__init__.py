"""Sessions, column types, migrations: one way to reach SQLite and PostgreSQL. Knows no room.

The rule of transactions: a door opens `Database.transaction()` once for a request or a job and hands the
connection to verbs; verbs never commit. Read-modify-write is safe on both databases when the verb holds
what it reads: `locks.hold(conn, name)`, or `.with_for_update()` on the select, or one atomic UPDATE. SQLite
needs neither, since a transaction there is the only writer; write them all the same.
"""

from suyuan.database.append_only import append_only
from suyuan.database.engine import Database
from suyuan.database.locks import hold
from suyuan.database.metadata import metadata
from suyuan.database.schema import check, upgrade
from suyuan.database.types import Quantity, UtcMillis

__all__ = ["Database", "Quantity", "UtcMillis", "append_only", "check", "hold", "metadata", "upgrade"]
