"""What pages and interfaces ask about lots; nothing here changes anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import orjson
from sqlalchemy import Connection, func, select

from suyuan.lots import containers, repository, totals
from suyuan.lots import tables as t
from suyuan.lots.model import Change, Contradiction, Direction, Lot
from suyuan.lots.scales import overdrawn


@dataclass(frozen=True, slots=True)
class Stay:
    """A lot's time in a container; `until` None: it was not told to have come out."""

    container: Lot
    child: Lot
    since: datetime
    until: datetime | None


def contradictions_of(conn: Connection, lot_id: bytes) -> list[Contradiction]:
    """What does not fit together about a lot, oldest first; empty when nothing is known of it.

    What was found once and cannot change is stored; sums are looked at as they stand now.
    """
    lot = repository.lots_by_id(conn, [lot_id]).get(lot_id)
    if lot is None:
        return []
    c = t.contradiction.c
    rows = conn.execute(select(t.contradiction).where(c.lot == lot.number).order_by(c.id))
    stated = totals.of_lots(conn, [lot.number]).get(lot.number, totals.NOTHING)
    return overdrawn(lot_id, stated) + [
        Contradiction(lot_id, row.code, row.event_hash, orjson.loads(row.facts), row.found_at, row.process)
        for row in rows
    ]


def lots_of_process(conn: Connection, key: str) -> list[bytes]:
    """Ids of the lots that went into a transformation with this `Transformation.key` and came out of it."""
    party, _, process = key.partition("/")
    c = t.process_part.c
    own = (c.party == int(party)) & (c.process == process)
    query = select(t.lot.c.lot_id).join(t.process_part, c.lot == t.lot.c.number).where(own).distinct()
    return list(conn.execute(query).scalars())


def balance_of(conn: Connection, lot_id: bytes) -> dict[tuple[Direction, str], Decimal]:
    """Sums of what was made, used and received, by direction and common unit ('' counts pieces)."""
    lot = repository.lots_by_id(conn, [lot_id]).get(lot_id)
    return totals.of_lots(conn, [lot.number]).get(lot.number, totals.NOTHING).sums if lot else {}


def stays_of(conn: Connection, lot_id: bytes, limit: int = 1000) -> list[Stay]:
    """The containers a lot lay in, by time of entry; of at most `limit` containers."""
    lot = repository.lots_by_id(conn, [lot_id]).get(lot_id)
    if lot is None:
        return []
    c = t.content.c
    inside = conn.execute(select(c.container).where(c.child == lot.number).distinct().limit(limit)).scalars()
    found = [stay for stay in _stays(conn, list(inside)) if stay.child.lot_id == lot_id]
    return sorted(found, key=lambda stay: stay.since)


def contents_of(conn: Connection, container_id: bytes, at: datetime) -> list[Lot]:
    """What lies directly in a container at a time."""
    lot = repository.lots_by_id(conn, [container_id]).get(container_id)
    if lot is None:
        return []
    rows = repository.container_changes(conn, [lot.number], at, at)
    lots = repository.lots_by_number(conn, {row.child for row in rows if row.child is not None})
    changes = [
        Change(
            container_id,
            None if row.child is None else lots[row.child].lot_id,
            row.added,
            row.at,
            row.event_hash,
        )
        for row in rows
    ]
    by_id = {each.lot_id: each for each in lots.values()}
    return [by_id[child] for child in containers.contents_at(changes, at)]


def _stays(conn: Connection, numbers: list[int]) -> list[Stay]:
    rows = [
        row
        for part in repository.chunks(numbers)
        for row in conn.execute(
            select(t.content).where(t.content.c.container.in_(part)).order_by(t.content.c.id)
        )
    ]
    children = {row.child for row in rows if row.child is not None}
    lots = repository.lots_by_number(conn, {*numbers, *children})
    by_id = {each.lot_id: each for each in lots.values()}
    found = []
    for number in numbers:
        own = lots[number]
        changes = [
            Change(
                own.lot_id,
                None if row.child is None else lots[row.child].lot_id,
                row.added,
                row.at,
                row.event_hash,
            )
            for row in rows
            if row.container == number
        ]
        found += [Stay(own, by_id[child], since, until) for child, since, until in containers.stays(changes)]
    return found


def counts(conn: Connection) -> tuple[int, int]:
    """(lots, contradictions) recorded, for metrics and front pages."""
    lots = conn.execute(select(func.count()).select_from(t.lot)).scalar_one()
    return lots, conn.execute(select(func.count()).select_from(t.contradiction)).scalar_one()
