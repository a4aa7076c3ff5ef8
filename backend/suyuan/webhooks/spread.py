"""From notices to deliveries: one for each endpoint that wants it, each notice once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from suyuan.database.locks import hold
from suyuan.kernel.clock import Clock
from suyuan.notices import queries as notices
from suyuan.webhooks import tables as t
from suyuan.webhooks.model import EndpointState
from suyuan.webhooks.register import about, new_delivery

_PAGE = 200


def is_due(conn: Connection) -> bool:
    """Whether there are notices that were not looked at yet."""
    return notices.head(conn) > (_position(conn) or 0)


def spread(conn: Connection, clock: Clock, limit: int = _PAGE) -> bool:
    """Queue deliveries for the next notices; True when there may be more. One at a time does this, and where
    he stands is stored with what he queued.
    """
    hold(conn, "webhooks.spread")
    position = _position(conn)
    if position is None:
        conn.execute(insert(t.spread).values(id=1, position=0))
    found = notices.after(conn, None, position or 0, limit)
    if not found:
        return False
    wanting = _endpoints(conn, {each.party for each in found})
    for notice in found:
        for endpoint, topics, created in wanting.get(notice.party, ()):
            if _wants(topics, notice.topic) and notice.at >= created:
                facts = about(clock, notice.topic, notice.party, notice.subject, notice.facts, notice.at)
                new_delivery(conn, clock, endpoint, notice.position, facts)
    conn.execute(update(t.spread).where(t.spread.c.id == 1).values(position=found[-1].position))
    return len(found) == limit


def _position(conn: Connection) -> int | None:
    return conn.execute(select(t.spread.c.position).where(t.spread.c.id == 1)).scalar()


def _endpoints(conn: Connection, parties: Iterable[int]) -> dict[int, list[tuple[str, list[str], datetime]]]:
    c = t.endpoints.c
    query = select(c.id, c.party, c.topics, c.created_at)
    active = query.where(c.party.in_(list(parties)), c.state == EndpointState.ACTIVE)
    found: dict[int, list[tuple[str, list[str], datetime]]] = {}
    for row in conn.execute(active):
        found.setdefault(row.party, []).append((row.id, row.topics.split(), row.created_at))
    return found


def _wants(topics: list[str], topic: str) -> bool:
    """None named means all; `handover.*` means every topic of handovers."""
    if not topics:
        return True
    return topic in topics or f"{topic.partition('.')[0]}.*" in topics
