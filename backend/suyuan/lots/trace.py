"""Traces through the genealogy. Cost follows the size of the answer, not the number of edges there are."""

from __future__ import annotations

from sqlalchemy import CTE, Connection, select

from suyuan.lots import repository
from suyuan.lots import tables as t
from suyuan.lots.errors import LotUnknown
from suyuan.lots.model import Edge, Lot, TraceDirection, TraceGraph

#: Lots in one answer unless the caller asks for fewer or more.
MAX_LOTS = 5000


def trace(conn: Connection, lot_id: bytes, direction: TraceDirection, limit: int = MAX_LOTS) -> TraceGraph:
    """What a lot was made from (BACK) or went into (FORWARD), through any number of steps.

    At most `limit` lots, the asked one first and included. Raises LotUnknown.
    """
    direction = TraceDirection(direction)
    start = repository.lots_by_id(conn, [lot_id]).get(lot_id)
    if start is None:
        raise LotUnknown(f"Nothing is recorded about lot 0x{lot_id.hex()}.")
    reach = _reach(start.number, direction)
    rows = conn.execute(select(reach.c.number).limit(limit + 1)).scalars().all()
    numbers = rows[:limit]
    lots = repository.lots_by_number(conn, numbers)
    edges = _edges_between(conn, lots, direction)
    ordered = tuple(lots[number] for number in numbers)
    return TraceGraph(ordered, tuple(edges), truncated=len(rows) > limit)


def _reach(start: int, direction: TraceDirection) -> CTE:
    """Numbers of all lots reached. UNION drops those already found, so the walk ends even on a ring;
    without depth or path in it, which would double its cost and find a lot once per way to it.
    """
    here, there = (t.edge.c.child, t.edge.c.parent)
    if direction is TraceDirection.FORWARD:
        here, there = there, here
    reach = select(t.lot.c.number).where(t.lot.c.number == start).cte("reach", recursive=True)
    return reach.union(select(there).join(reach, here == reach.c.number))


def _edges_between(conn: Connection, lots: dict[int, Lot], direction: TraceDirection) -> list[Edge]:
    anchored = t.edge.c.child if direction is TraceDirection.BACK else t.edge.c.parent
    found = []
    for part in repository.chunks(lots):
        statement = select(t.edge).where(anchored.in_(part)).order_by(t.edge.c.occurred_at)
        for row in conn.execute(statement):
            if row.child in lots and row.parent in lots:
                child, parent = lots[row.child].lot_id, lots[row.parent].lot_id
                found.append(Edge(child, parent, row.event_hash, row.occurred_at, row.party))
    return found
