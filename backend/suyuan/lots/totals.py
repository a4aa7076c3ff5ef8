"""What is stated of lots' amounts and of transformations told in parts, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from suyuan.database.prepared import Prepared
from suyuan.lots import tables as t
from suyuan.lots.model import Amount, Direction, Part, Transformation

Sums = dict[tuple[Direction, str], Decimal]


@dataclass(frozen=True, slots=True)
class Stated:
    """Sums of one lot, and the last event that stated some of each direction."""

    sums: Sums
    last: dict[Direction, bytes]


NOTHING = Stated({}, {})

_OF_LOTS = Prepared(
    select(t.total).where(t.total.c.lot.in_(bindparam("ids", expanding=True))), expanding="ids"
)


def _upsert(dialect: str) -> Any:
    statement = (postgresql if dialect == "postgresql" else sqlite).insert(t.total)
    new = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["lot", "direction", "uom"],
        set_={"quantity": new.quantity, "event_hash": new.event_hash},
    )


_WRITE = Prepared(_upsert, t.total.c)


def of_lots(conn: Connection, numbers: Iterable[int]) -> dict[int, Stated]:
    """What is stated of lots, by lot number; a lot of which nothing is stated is left out."""
    found: dict[int, Stated] = {}
    for lot, way, uom, quantity, event_hash in _OF_LOTS.rows(conn, {"ids": numbers}):
        stated = found.setdefault(lot, Stated({}, {}))
        direction = Direction(way)
        stated.sums[direction, uom] = quantity
        stated.last[direction] = event_hash
    return found


def write_lots(conn: Connection, changed: Mapping[int, Stated]) -> None:
    """Store new sums over the old ones."""
    rows = [
        {
            "lot": number,
            "direction": int(direction),
            "uom": uom,
            "quantity": quantity,
            "event_hash": stated.last[direction],
        }
        for number, stated in changed.items()
        for (direction, uom), quantity in stated.sums.items()
    ]
    _WRITE.run_many(conn, rows)


def parts_of_process(
    conn: Connection, party: int, process: str
) -> list[tuple[Direction, int, Amount | None]]:
    """(USED or MADE, lot number, amount) of what one party told of a transformation so far."""
    c = t.process_part.c
    rows = conn.execute(select(t.process_part).where(c.party == party, c.process == process).order_by(c.id))
    return [
        (
            Direction(row.direction),
            row.lot,
            None if row.quantity is None else Amount(row.quantity, row.uom or ""),
        )
        for row in rows
    ]


def write_parts(
    conn: Connection, transformations: Iterable[Transformation], numbers: Mapping[bytes, int]
) -> None:
    """Keep the parts of transformations that have a transformationID."""
    rows = [
        _part_row(told, direction, part, numbers)
        for told in transformations
        if told.process is not None
        for direction, side in ((Direction.USED, told.inputs), (Direction.MADE, told.outputs))
        for part in side
    ]
    if rows:
        conn.execute(insert(t.process_part), rows)


def _part_row(
    told: Transformation, direction: Direction, part: Part, numbers: Mapping[bytes, int]
) -> dict[str, object]:
    return {
        "party": told.party,
        "process": told.process,
        "lot": numbers[part.lot_id],
        "direction": int(direction),
        "quantity": part.amount.quantity if part.amount else None,
        "uom": part.amount.uom if part.amount else None,
    }
