"""Reading and writing the tables of lots: a few statements per submission, however many lots it touches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import (
    BindParameter,
    Connection,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from suyuan.database.types import UtcMillis
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.ledger import LotState
from suyuan.lots import tables as t
from suyuan.lots.model import Amount, Change, Contradiction, Edge, Lot

#: Values in one IN list; both databases take more, but plan long lists slowly.
CHUNK = 1000

#: Locks are taken on this many slices of all ids, so that a submission of 5,000 lots holds no 5,000 locks.
_SLICES = 1024
_LOCK_CLASS = 0x53590001
_CLAIM = text(
    "SELECT pg_advisory_xact_lock(CAST(:class AS int), slice) FROM unnest(CAST(:slices AS int[])) AS slice"
)

_Value = TypeVar("_Value")

# Statements are built once: on a small submission, building them anew cost more than running them.
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_LOTS_BY_ID = select(t.lot).where(t.lot.c.lot_id.in_(_IDS))
_LOTS_BY_NUMBER = select(t.lot).where(t.lot.c.number.in_(_IDS))
_TOUCHES = select(t.touch).where(
    t.touch.c.lot.in_(_IDS), t.touch.c.party.in_(bindparam("parties", expanding=True))
)
_CHILDREN = select(t.edge.c.parent, t.edge.c.child).where(t.edge.c.parent.in_(_IDS))
_INSERT_LOTS = insert(t.lot).returning(t.lot.c.number, t.lot.c.lot_id)
_STATE = ("custodian", "offered_to", "entries", "head", "maker")
_UPDATE_LOTS = (
    update(t.lot)
    .where(t.lot.c.number == bindparam("at"))
    .values({name: bindparam(f"new_{name}") for name in _STATE})
)


def _changes_statement() -> Select[Any]:
    c = t.content.c
    emptied = (
        select(c.container, func.max(c.at).label("at"))
        .where(c.container.in_(_IDS), c.child.is_(None), c.at <= bindparam("earliest", type_=UtcMillis))
        .group_by(c.container)
        .subquery()
    )
    known = and_(c.container.in_(_IDS), c.at <= bindparam("latest", type_=UtcMillis))
    return (
        select(t.content)
        .join(emptied, emptied.c.container == c.container, isouter=True)
        .where(known, or_(emptied.c.at.is_(None), c.at >= emptied.c.at))
        .order_by(c.id)
    )


_CHANGES = _changes_statement()


def claim(conn: Connection, ids: Iterable[bytes]) -> None:
    """Nobody else writes about these ids until the transaction ends. One statement, in one order for all,
    so that writers wait in line and never for each other in a ring. SQLite's writers are alone anyway.
    """
    slices = sorted({int.from_bytes(each[:4], "big") % _SLICES for each in ids})
    if slices and conn.dialect.name == "postgresql":
        conn.execute(_CLAIM, {"class": _LOCK_CLASS, "slices": slices})


def chunks(values: Iterable[_Value]) -> Iterator[Sequence[_Value]]:
    listed = list(values)
    for start in range(0, len(listed), CHUNK):
        yield listed[start : start + CHUNK]


def insert_new(conn: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, leaving out those whose key is already there."""
    if not rows:
        return
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    conn.execute(dialect.insert(table).on_conflict_do_nothing(), list(rows))


def _lot(row: Row[Any]) -> Lot:
    state = LotState(row.custodian, row.offered_to, row.entries, row.head)
    return Lot(row.number, row.lot_id, row.uri, row.wellformed, state, row.maker, row.first_seen)


def lots_by_id(conn: Connection, ids: Iterable[bytes]) -> dict[bytes, Lot]:
    """Known lots among `ids`, by id."""
    found = {}
    for part in chunks(ids):
        for row in conn.execute(_LOTS_BY_ID, {"ids": part}):
            found[row.lot_id] = _lot(row)
    return found


def lots_by_number(conn: Connection, numbers: Iterable[int]) -> dict[int, Lot]:
    found = {}
    for part in chunks(numbers):
        for row in conn.execute(_LOTS_BY_NUMBER, {"ids": part}):
            found[row.number] = _lot(row)
    return found


def insert_lots(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> dict[bytes, int]:
    """Insert new lots; their numbers by id."""
    if not rows:
        return {}
    answer = conn.execute(_INSERT_LOTS, list(rows))
    return {row.lot_id: row.number for row in answer}


def update_lots(conn: Connection, lots: Sequence[tuple[int, LotState, int]]) -> None:
    """Write states and makers of known lots, given as (number, state, maker)."""
    if not lots:
        return
    rows = [
        {
            "at": number,
            "new_custodian": state.custodian,
            "new_offered_to": state.offered_to,
            "new_entries": state.count,
            "new_head": state.head,
            "new_maker": maker,
        }
        for number, state, maker in lots
    ]
    conn.execute(_UPDATE_LOTS, rows)


def touches(conn: Connection, numbers: Iterable[int], parties: Iterable[int]) -> set[tuple[int, int]]:
    """(lot number, party) of those parties that ever wrote about those lots."""
    wanted = list(parties)
    found: set[tuple[int, int]] = set()
    for part in chunks(numbers):
        rows = conn.execute(_TOUCHES, {"ids": part, "parties": wanted})
        found.update((row.lot, row.party) for row in rows)
    return found


def container_changes(
    conn: Connection, containers: Iterable[int], earliest: datetime, latest: datetime
) -> list[Row[Any]]:
    """Rows of `content` that matter for the times between `earliest` and `latest`, oldest record first:
    nothing from before the last time at which a container was emptied, or a reused crate would cost more
    every day.
    """
    found: list[Row[Any]] = []
    for part in chunks(containers):
        rows = conn.execute(_CHANGES, {"ids": part, "earliest": earliest, "latest": latest})
        found.extend(rows)
    return found


def children_of(conn: Connection, numbers: Iterable[int]) -> list[tuple[int, int]]:
    """(parent, child) for each edge out of these lots."""
    found: list[tuple[int, int]] = []
    for part in chunks(numbers):
        rows = conn.execute(_CHILDREN, {"ids": part})
        found.extend((row.parent, row.child) for row in rows)
    return found


def insert_edges(conn: Connection, edges: Iterable[Edge], numbers: Mapping[bytes, int]) -> None:
    rows = [
        {
            "child": numbers[edge.child],
            "parent": numbers[edge.parent],
            "event_hash": edge.event_hash,
            "occurred_at": edge.occurred_at,
            "party": edge.party,
        }
        for edge in edges
    ]
    insert_new(conn, t.edge, rows)


def insert_touches(
    conn: Connection, pairs: Iterable[tuple[bytes, int]], numbers: Mapping[bytes, int]
) -> None:
    insert_new(conn, t.touch, [{"lot": numbers[lot_id], "party": party} for lot_id, party in sorted(pairs)])


def insert_changes(conn: Connection, changes: Iterable[Change], numbers: Mapping[bytes, int]) -> None:
    rows = [
        {
            "container": numbers[change.container],
            "child": None if change.child is None else numbers[change.child],
            "added": change.added,
            "at": change.at,
            "quantity": change.amount.quantity if change.amount else None,
            "uom": change.amount.uom if change.amount else None,
            "event_hash": change.event_hash,
        }
        for change in changes
    ]
    if rows:
        conn.execute(insert(t.content), rows)


def insert_contradictions(
    conn: Connection, found: Iterable[Contradiction], numbers: Mapping[bytes, int], now: datetime
) -> None:
    rows = [
        {
            "lot": numbers[each.lot_id],
            "code": each.code,
            "event_hash": each.event_hash,
            "facts": canonical_json(each.facts).decode(),
            "found_at": now,
            "process": each.process,
        }
        for each in found
    ]
    insert_new(conn, t.contradiction, rows)


def settle_processes(conn: Connection, processes: Iterable[str]) -> None:
    """Withdraw what was found of transformations of which more is known now."""
    for part in chunks(processes):
        conn.execute(delete(t.contradiction).where(t.contradiction.c.process.in_(part)))


def amount_of(row: Row[Any]) -> Amount | None:
    """The amount in a row of `content`."""
    return None if row.quantity is None else Amount(row.quantity, row.uom or "")
