"""Telling, and giving positions that a reader can follow without missing one.

On PostgreSQL transactions that tell at the same time commit in any order, so a number taken while telling may
become visible after a higher one, and who reads "after the last I saw" misses it for ever. A lock from the
telling to the commit would keep the order, and tellers waiting for each other. So positions are given
afterwards, in one place at a time, to what is committed (`give_positions`). On SQLite the writer is alone,
and positions are given at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from suyuan.database.locks import hold
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.clock import Clock
from suyuan.notices.model import MAX_FACTS, MAX_SUBJECT, MAX_TOPIC, TOPIC_FORM
from suyuan.notices.tables import notices

_PAGE = 1_000


def tell(  # noqa: PLR0913, PLR0917 - who, what, about what: the plain facts of a notice
    conn: Connection, clock: Clock, party: int, topic: str, subject: str, facts: Mapping[str, Any]
) -> None:
    """Tell a party, in the caller's transaction. `topic` is a dotted word (`submission.final`), `subject` the
    id of what it is about, `facts` what canonical JSON can say, nothing secret, at most 16 KiB.

    Raises ValueError for anything else: what is told is written by ourselves.
    """
    body = canonical_json(dict(facts)).decode()
    if len(topic) > MAX_TOPIC or not TOPIC_FORM.fullmatch(topic):
        raise ValueError(f"not a topic: {topic[:80]!r}")
    if not 0 < len(subject) <= MAX_SUBJECT or len(body) > MAX_FACTS:
        raise ValueError(f"too long for a notice of {topic}: {len(subject)}, {len(body)}")
    position = _last(conn) + 1 if conn.dialect.name == "sqlite" else None
    row = {"party": party, "topic": topic, "subject": subject, "facts": body}
    conn.execute(insert(notices).values(row | {"position": position, "at": clock.now()}))


def give_positions(conn: Connection, _clock: Clock, limit: int = _PAGE) -> bool:
    """Give positions to notices that have none, the oldest first; True when there may be more of them. For
    the clerk, often: until then `queries.after` does not show them.
    """
    hold(conn, "notices")
    waiting = select(notices.c.id).where(notices.c.position.is_(None)).order_by(notices.c.id).limit(limit)
    ids = conn.execute(waiting).scalars().all()
    start = _last(conn) + 1 if ids else 0
    for position, identifier in enumerate(ids, start):
        conn.execute(update(notices).where(notices.c.id == identifier).values(position=position))
    return len(ids) == limit


def _last(conn: Connection) -> int:
    return int(conn.execute(select(func.coalesce(func.max(notices.c.position), 0))).scalar_one())
