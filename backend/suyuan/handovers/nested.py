"""Lines that lie in each other: one box cannot be accepted while what is in it is refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from suyuan.handovers.documents import counts_by_itself
from suyuan.handovers.model import Line
from suyuan.lots.containers import MAX_NESTING
from suyuan.lots.queries import contents_of


def inside_others(conn: Connection, lines: Sequence[Line], at: datetime) -> list[Line]:
    """The lines that lie, at whatever depth, in a container of another line at that time."""
    if len(lines) == 1:
        return []
    named = {each.lot_id for each in lines}
    found: set[bytes] = set()
    for line in lines:
        if counts_by_itself(line.uri):
            found |= named & _inside(conn, line.lot_id, at)
    return [each for each in lines if each.lot_id in found]


def _inside(conn: Connection, container: bytes, at: datetime) -> set[bytes]:
    seen: set[bytes] = set()
    layer = [container]
    for _ in range(MAX_NESTING):
        below = {lot.lot_id for each in layer for lot in contents_of(conn, each, at)}
        layer = sorted(below - seen - {container})
        seen.update(layer)
        if not layer:
            break
    return seen
