"""Named locks that last until the transaction ends."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, text

_TAKE = text("SELECT pg_advisory_xact_lock(:key)")


def hold(conn: Connection, *names: str | int | bytes) -> None:
    """Wait until nobody else holds the lock of these names, then hold it to the end of the transaction.

    On PostgreSQL an advisory lock (DatabaseUnavailable after the engine's lock_timeout); on SQLite nothing is
    needed, because a writing transaction is alone from its first statement. Verbs that hold several take them
    in one order everywhere (the order of the floors, then sorted names), or they could wait for each other.
    """
    if conn.dialect.name != "postgresql":
        return
    conn.execute(_TAKE, {"key": _key(names)})


def _key(names: tuple[str | int | bytes, ...]) -> int:
    digest = hashlib.blake2b(digest_size=8)
    for name in names:
        part = name if isinstance(name, bytes) else str(name).encode()
        digest.update(len(part).to_bytes(4, "big") + part)
    return int.from_bytes(digest.digest(), "big", signed=True)
