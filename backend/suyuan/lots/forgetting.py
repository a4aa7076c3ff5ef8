"""Forgetting amounts that must be erased: the amounts as stored here and every figure made of them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, delete, select, update

from suyuan.lots import repository
from suyuan.lots import tables as t


def forget_amounts(
    conn: Connection, lots: Iterable[bytes], event_hash: bytes, process: tuple[int, str] | None
) -> None:
    """Forget the sums of these lots, what the event put into containers, the amounts of the transformation
    told in parts (party, transformationID), and the figures of contradictions found by either. What was
    found stays found.
    """
    for part in repository.chunks(lots):
        numbers = select(t.lot.c.number).where(t.lot.c.lot_id.in_(part))
        conn.execute(delete(t.total).where(t.total.c.lot.in_(numbers)))
    content, parts, found = t.content.c, t.process_part.c, t.contradiction.c
    conn.execute(update(t.content).where(content.event_hash == event_hash).values(quantity=None, uom=None))
    told = found.event_hash == event_hash
    if process is not None:
        party, name = process
        own = (parts.party == party) & (parts.process == name)
        conn.execute(update(t.process_part).where(own).values(quantity=None, uom=None))
        told |= found.process == f"{party}/{name}"
    conn.execute(update(t.contradiction).where(told).values(facts="{}"))
