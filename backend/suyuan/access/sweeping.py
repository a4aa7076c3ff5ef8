"""What is over for good is dropped: sessions of long ago, what was begun and left, forgotten failures."""

from __future__ import annotations

from sqlalchemy import Connection

from suyuan.access import begun, delays, sessions
from suyuan.kernel.clock import Clock


def sweep(conn: Connection, clock: Clock) -> None:
    """One pass; the clerk's."""
    sessions.sweep(conn, clock)
    begun.sweep(conn, clock)
    delays.sweep(conn, clock)
