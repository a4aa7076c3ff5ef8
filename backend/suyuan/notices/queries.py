"""What readers ask: everything after a place, or the newest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Row, func, select

from suyuan.notices.model import Notice
from suyuan.notices.tables import notices


def after(
    conn: Connection, party: int | None, position: int, limit: int, topics: Sequence[str] = ()
) -> list[Notice]:
    """Notices behind this position in order, of one party (None: of all), of these topics (none: all).

    A reader that goes on after the last position it got misses none, on both databases.
    """
    c = notices.c
    wanted = select(notices).where(c.position > position).order_by(c.position).limit(limit)
    if party is not None:
        wanted = wanted.where(c.party == party)
    if topics:
        wanted = wanted.where(c.topic.in_(topics))
    return [_notice(row) for row in conn.execute(wanted)]


def latest(conn: Connection, party: int, limit: int, before: int | None = None) -> list[Notice]:
    """A party's newest notices, those without a position too; `before`: only ids below this one."""
    c = notices.c
    wanted = select(notices).where(c.party == party).order_by(c.id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(c.id < before)
    return [_notice(row) for row in conn.execute(wanted)]


def head(conn: Connection) -> int:
    """The newest position; 0 before the first. Where a reader begins that wants only what is to come."""
    return int(conn.execute(select(func.coalesce(func.max(notices.c.position), 0))).scalar_one())


def is_waiting(conn: Connection) -> bool:
    """Whether a notice has no position yet; for a look before the writing transaction."""
    return (
        conn.execute(select(notices.c.id).where(notices.c.position.is_(None)).limit(1)).scalar() is not None
    )


def _notice(row: Row[Any]) -> Notice:
    return Notice(row.id, row.position, row.party, row.topic, row.subject, row.at, orjson.loads(row.facts))
