"""Reading and writing the tables of lots: a few statements per submission, however many lots it touches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import (
    BindParameter,
    Connection,
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

from suyuan.database.numbers import reserve
from suyuan.database.prepared import Prepared
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


class ContentRow(NamedTuple):
    """What went into a container or came out, by lot numbers."""

    container: int
    child: int | None
    added: bool
    at: datetime
    quantity: Decimal | None
    uom: str | None
    event_hash: bytes


_Value = TypeVar("_Value")

_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_LOTS_BY_ID = Prepared(select(t.lot).where(t.lot.c.lot_id.in_(_IDS)), expanding="ids")
_LOTS_BY_NUMBER = Prepared(select(t.lot).where(t.lot.c.number.in_(_IDS)), expanding="ids")
_TOUCHES = Prepared(
    select(t.touch.c.lot).where(t.touch.c.lot.in_(_IDS), t.touch.c.party == bindparam("party")),
    expanding="ids",
)
_CHILDREN = Prepared(
    select(t.edge.c.parent, t.edge.c.child).where(t.edge.c.parent.in_(_IDS)), expanding="ids"
)
_INSERT_LOTS = Prepared(insert(t.lot), t.lot.c)
_STATE = ("custodian", "offered_to", "entries", "head", "maker")
_UPDATE_LOTS = Prepared(
    update(t.lot)
    .where(t.lot.c.number == bindparam("at"))
    .values({name: bindparam(f"new_{name}") for name in _STATE})
)
_INSERT_CHANGES = Prepared(insert(t.content), [each for each in t.content.c if each is not t.content.c.id])


def insert_new(table: Table) -> Prepared:
    """Inserts rows, leaving out those whose key is already there."""

    def statement(dialect: str) -> Any:
        kind = postgresql if dialect == "postgresql" else sqlite
        return kind.insert(table).on_conflict_do_nothing()

    return Prepared(statement, [each for each in table.c if each.name != "id"])


_INSERT_EDGES = insert_new(t.edge)
_INSERT_TOUCHES = insert_new(t.touch)
_INSERT_CONTRADICTIONS = insert_new(t.contradiction)


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
        select(c.container, c.child, c.added, c.at, c.quantity, c.uom, c.event_hash)
        .join(emptied, emptied.c.container == c.container, isouter=True)
        .where(known, or_(emptied.c.at.is_(None), c.at >= emptied.c.at))
        .order_by(c.id)
    )


_CHANGES = Prepared(_changes_statement(), expanding="ids")


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


def _lot(row: Sequence[Any]) -> Lot:
    number, lot_id, uri, wellformed, custodian, offered_to, entries, head, maker, first_seen = row
    return Lot(
        number, lot_id, uri, wellformed, LotState(custodian, offered_to, entries, head), maker, first_seen
    )


def lots_by_id(conn: Connection, ids: Iterable[bytes]) -> dict[bytes, Lot]:
    """Known lots among `ids`, by id."""
    return {lot.lot_id: lot for lot in map(_lot, _LOTS_BY_ID.rows(conn, {"ids": ids}))}


def lots_by_number(conn: Connection, numbers: Iterable[int]) -> dict[int, Lot]:
    return {lot.number: lot for lot in map(_lot, _LOTS_BY_NUMBER.rows(conn, {"ids": numbers}))}


def insert_lots(conn: Connection, rows: Sequence[dict[str, Any]]) -> dict[bytes, int]:
    """Insert new lots; their numbers by id."""
    if not rows:
        return {}
    numbers = reserve(conn, t.lot.c.number, len(rows))
    numbered = [{**row, "number": number} for row, number in zip(rows, numbers, strict=True)]
    _INSERT_LOTS.run_many(conn, numbered)
    return {row["lot_id"]: row["number"] for row in numbered}


def update_lots(conn: Connection, lots: Sequence[tuple[int, LotState, int]]) -> None:
    """Write states and makers of known lots, given as (number, state, maker)."""
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
    _UPDATE_LOTS.run_many(conn, rows)


def touches(conn: Connection, numbers: Iterable[int], parties: Iterable[int]) -> set[tuple[int, int]]:
    """(lot number, party) of those parties that ever wrote about those lots."""
    listed = list(numbers)
    return {
        (number, party)
        for party in parties
        for (number,) in _TOUCHES.rows(conn, {"ids": listed, "party": party})
    }


def container_changes(
    conn: Connection, containers: Iterable[int], earliest: datetime, latest: datetime
) -> list[ContentRow]:
    """Rows of `content` that matter for the times between `earliest` and `latest`, oldest record first:
    nothing from before the last time at which a container was emptied, or a reused crate would cost more
    every day.
    """
    values = {"ids": containers, "earliest": earliest, "latest": latest}
    return [ContentRow(*row) for row in _CHANGES.rows(conn, values)]


def children_of(conn: Connection, numbers: Iterable[int]) -> list[tuple[int, int]]:
    """(parent, child) for each edge out of these lots."""
    return [(parent, child) for parent, child in _CHILDREN.rows(conn, {"ids": numbers})]


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
    _INSERT_EDGES.run_many(conn, rows)


def insert_touches(
    conn: Connection, pairs: Iterable[tuple[bytes, int]], numbers: Mapping[bytes, int]
) -> None:
    rows = [{"lot": numbers[lot_id], "party": party} for lot_id, party in sorted(pairs)]
    _INSERT_TOUCHES.run_many(conn, rows)


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
    _INSERT_CHANGES.run_many(conn, rows)


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
    _INSERT_CONTRADICTIONS.run_many(conn, rows)


def settle_processes(conn: Connection, processes: Iterable[str]) -> None:
    """Withdraw what was found of transformations of which more is known now."""
    for part in chunks(processes):
        conn.execute(delete(t.contradiction).where(t.contradiction.c.process.in_(part)))


def amount_of(row: ContentRow) -> Amount | None:
    """The amount in a row of `content`."""
    return None if row.quantity is None else Amount(row.quantity, row.uom or "")
