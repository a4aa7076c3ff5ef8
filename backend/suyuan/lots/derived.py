"""What is derived from events (genealogy, contents, sums, contradictions), held against the same done anew.

Whoever knows the events replays them into `scratch`; `differences` compares it with what is stored, row by
row, and names each row by its key, since the numbers of rows are their own on each side.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Table, or_, select

from suyuan.anchoring.audit_state import Difference
from suyuan.anchoring.model import State
from suyuan.anchoring.queries import entries_of_lot
from suyuan.database import Database
from suyuan.kernel.ledger import LedgerEntry, Role
from suyuan.lots import tables as t
from suyuan.lots.working_set import WorkingSet

Ids = Mapping[int, bytes]


class _Shape(NamedTuple):
    """A derived table: what names a row (columns of lots first), what it says, and in which order equal
    names count.
    """

    table: Table
    lots: tuple[str, ...]
    key: tuple[str, ...]
    values: tuple[str, ...]
    order: str | None = None


_SHAPES = (
    _Shape(t.lot, ("number",), (), ("wellformed", "first_seen")),
    _Shape(t.edge, ("child", "parent"), (), ("event_hash", "occurred_at", "party")),
    _Shape(t.content, ("container", "child"), ("event_hash",), ("added", "at", "quantity", "uom"), "id"),
    _Shape(t.total, ("lot",), ("direction", "uom"), ("quantity", "event_hash")),
    _Shape(t.process_part, ("lot",), ("party", "process", "direction"), ("quantity", "uom"), "id"),
    _Shape(t.contradiction, ("lot",), ("code", "event_hash"), ("facts", "process", "found_at")),
)
_TABLES = [*(shape.table for shape in _SHAPES), t.touch]

_Rows = dict[tuple[Any, ...], tuple[Any, ...]]


class Replayed(WorkingSet):
    """Lots in `scratch`, where no entries are: who handed a lot on, and when, is remembered in `left`."""

    left: dict[tuple[bytes, int], int]

    def has_held(self, party: int, lot_id: bytes, at: datetime) -> bool:
        state = self.state(lot_id)
        if party in (state.custodian, state.offered_to):
            return True
        left = self.left.get((lot_id, party))
        return left is not None and int(at.timestamp()) <= left

    def record(self, party: int, roles: Role, entry: LedgerEntry, *, may_open: bool) -> bool:
        before = self.state(entry.lot_id).custodian
        in_custody = super().record(party, roles, entry, may_open=may_open)
        if before not in (0, self.state(entry.lot_id).custodian):
            self.left[entry.lot_id, before] = entry.occurred_at
        return in_custody


@contextmanager
def scratch() -> Iterator[Connection]:
    """The tables of lots, empty, in a database of their own that is gone afterwards."""
    with TemporaryDirectory(prefix="suyuan-audit-") as folder:
        database = Database(f"sqlite:///{Path(folder) / 'derived.db'}")
        try:
            with database.transaction() as conn:
                t.lot.metadata.create_all(conn, tables=_TABLES)
                yield conn
        finally:
            database.close()


def differences(conn: Connection, anew: Connection, untold: Iterable[bytes]) -> Iterator[Difference]:
    """Every stored row that is missing, too many, or says something else than `anew`. Rows about lots that
    are `untold` (events about them were erased in part) are left out, and contents that the chain set aside.
    """
    passed = {*untold, *_uncertain(conn)}
    here, there = _ids(conn), _ids(anew)
    numbers = {lot_id: number for number, lot_id in here.items()}
    for shape in _SHAPES:
        expected = _rows(anew, shape, there)
        for key, values in _rows(conn, shape, here).items():
            told = expected.pop(key, None)
            if passed.isdisjoint(key):
                yield from _row(_name(shape, key, numbers), shape, values, told)
        for key in expected:
            if passed.isdisjoint(key):
                yield Difference(_name(shape, key, numbers), "is missing: the events tell it")


def _uncertain(conn: Connection) -> set[bytes]:
    """Contents of which an entry was set aside, and their containers: whose they were when something was told
    of them depends on when the chain refused it, and nobody noted that.
    """
    found: set[bytes] = set()
    child, container = t.lot.alias(), t.lot.alias()
    pairs = (
        select(child.c.lot_id, container.c.lot_id)
        .select_from(t.content)
        .join(child, child.c.number == t.content.c.child)
        .join(container, container.c.number == t.content.c.container)
        .distinct()
    )
    for inside, outside in conn.execute(pairs).all():
        if any(it.state is State.REJECTED for it in entries_of_lot(conn, inside)):
            found |= {inside, outside}
    return found


def _row(
    name: str, shape: _Shape, values: tuple[Any, ...], told: tuple[Any, ...] | None
) -> Iterator[Difference]:
    if told is None:
        yield Difference(name, "no event tells it")
        return
    for column, ours, its in zip(shape.values, values, told, strict=True):
        if ours != its:
            yield Difference(name, f"{column} is not what the events tell")


def lots_of_events(conn: Connection, event_hash: bytes, process: tuple[int, str] | None) -> set[bytes]:
    """Lots that stored rows name on account of an event, or of its (party, transformationID)."""
    parts = t.process_part.c
    queries: list[tuple[tuple[Column[Any], ...], Any]] = [
        ((t.edge.c.child, t.edge.c.parent), t.edge.c.event_hash == event_hash),
        ((t.content.c.container, t.content.c.child), t.content.c.event_hash == event_hash),
        ((t.contradiction.c.lot,), t.contradiction.c.event_hash == event_hash),
        ((t.total.c.lot,), t.total.c.event_hash == event_hash),
    ]
    if process is not None:
        queries.append(((parts.lot,), (parts.party == process[0]) & (parts.process == process[1])))
    found: set[bytes] = set()
    for columns, condition in queries:
        named = or_(*(t.lot.c.number.in_(select(column).where(condition)) for column in columns))
        found.update(conn.execute(select(t.lot.c.lot_id).where(named)).scalars())
    return found


def _ids(conn: Connection) -> dict[int, bytes]:
    return {row.number: row.lot_id for row in conn.execute(select(t.lot.c.number, t.lot.c.lot_id))}


def _rows(conn: Connection, shape: _Shape, ids: Ids) -> _Rows:
    """Rows by name; the lots in it by their ids, and how often the same name came before."""
    query = select(shape.table)
    if shape.order:
        query = query.order_by(shape.table.c[shape.order])
    seen: Counter[tuple[Any, ...]] = Counter()
    found: _Rows = {}
    for row in conn.execute(query).mappings():
        lots = (None if row[each] is None else ids.get(row[each], row[each]) for each in shape.lots)
        key = (*lots, *(row[each] for each in shape.key))
        seen[key] += 1
        found[*key, seen[key]] = tuple(_READ.get(each, _as_is)(row[each]) for each in shape.values)
    return found


def _as_is(value: Any) -> Any:
    return value


def _facts(text: str) -> Any:
    """Facts with numbers as numbers: 5000.0 as it was sent is 5000 as it is kept."""
    try:
        return {name: _number(value) for name, value in json.loads(text).items()}
    except (ValueError, AttributeError, RecursionError):
        return text


def _number(value: Any) -> Any:
    try:
        return Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        return value


_READ: Mapping[str, Callable[[Any], Any]] = {"facts": _facts}


def _name(shape: _Shape, key: tuple[Any, ...], numbers: Mapping[bytes, int]) -> str:
    """The table and the row: lots by number, by id where we have no such lot."""
    lots = [numbers.get(each, each) for each in key[: len(shape.lots)]]
    rest = key[len(shape.lots) : -1]
    again = [f"#{key[-1]}"] if key[-1] > 1 else []
    words = (f"0x{each.hex()}" if isinstance(each, bytes) else str(each) for each in (*lots, *rest, *again))
    return f"{shape.table.name} {' '.join(words)}"
