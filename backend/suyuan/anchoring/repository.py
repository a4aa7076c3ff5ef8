"""Rows of the queue as values; private to this room."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Insert, func, select, union_all, update

from suyuan.anchoring.model import OperationKind, Sending, State
from suyuan.anchoring.tables import entries, operations, transactions
from suyuan.kernel.ledger import Kind, LedgerEntry


@dataclass(frozen=True, slots=True)
class Queued:
    """An operation as the steps handle it; `entries` is empty unless it is a submission."""

    id: int
    kind: OperationKind
    party: int
    payload: dict[str, Any]
    state: State
    place: int | None
    sequence: int | None
    signature: bytes | None
    fills: int | None
    transaction_id: int | None
    tries: int
    entries: tuple[LedgerEntry, ...]


_COLUMNS = (
    operations.c.id,
    operations.c.kind,
    operations.c.party,
    operations.c.payload,
    operations.c.state,
    operations.c.place,
    operations.c.sequence,
    operations.c.signature,
    operations.c.fills,
    operations.c.transaction_id,
    operations.c.tries,
)


def load(conn: Connection, *conditions: Any, limit: int | None = None, by_id: bool = False) -> list[Queued]:
    """Operations that meet the conditions, in the order of the way (or of arrival), with their entries."""
    order = (operations.c.id,) if by_id else (operations.c.place, operations.c.id)
    query = select(*_COLUMNS).where(*conditions).order_by(*order)
    rows = conn.execute(query.limit(limit) if limit else query).all()
    found = entries_of(conn, [row.id for row in rows if row.kind == OperationKind.SUBMISSION])
    return [_queued(row, found.get(row.id, ())) for row in rows]


def _queued(row: Any, its_entries: Sequence[LedgerEntry]) -> Queued:
    return Queued(
        id=row.id,
        kind=OperationKind(row.kind),
        party=row.party,
        payload=json.loads(row.payload) if row.payload else {},
        state=State(row.state),
        place=row.place,
        sequence=row.sequence,
        signature=row.signature,
        fills=row.fills,
        transaction_id=row.transaction_id,
        tries=row.tries,
        entries=tuple(its_entries),
    )


def entries_of(conn: Connection, ids: Sequence[int]) -> dict[int, list[LedgerEntry]]:
    """The entries of operations, each list in its signed order."""
    found: dict[int, list[LedgerEntry]] = {}
    for chunk in chunks(ids, 500):
        query = (
            select(entries)
            .where(entries.c.operation_id.in_(chunk))
            .order_by(entries.c.operation_id, entries.c.position)
        )
        for row in conn.execute(query):
            entry = LedgerEntry(row.lot_id, row.event_hash, row.occurred_at, row.counterparty, Kind(row.kind))
            found.setdefault(row.operation_id, []).append(entry)
    return found


def chunks(items: Sequence[Any], size: int) -> Iterable[Sequence[Any]]:
    """Databases bound the number of parameters of one statement."""
    return (items[start : start + size] for start in range(0, len(items), size))


def new_id(conn: Connection, statement: Insert) -> int:
    """Insert one row; its id."""
    key = conn.execute(statement).inserted_primary_key
    if key is None:
        raise AssertionError("the insert gave no id")
    return int(key[0])


def set_state(conn: Connection, ids: Sequence[int], state: State, now: datetime, **values: Any) -> None:
    """Move operations to a state; `values` are further columns."""
    for chunk in chunks(ids, 500):
        change = update(operations).where(operations.c.id.in_(chunk))
        conn.execute(change.values(state=state, updated_at=now, **values))


def clear_recorded(conn: Connection, ids: Sequence[int]) -> None:
    """Forget what a block that is no longer canonical had added to the entries."""
    for chunk in chunks(ids, 500):
        change = update(entries).where(entries.c.operation_id.in_(chunk))
        conn.execute(change.values(lot_index=None, in_custody=None, log_index=None))


def last_place(conn: Connection) -> int:
    """The highest place given so far, one look into the index per state."""
    tops = [select(func.max(operations.c.place).label("top")).where(operations.c.state == s) for s in State]
    every = union_all(*tops).subquery()
    return int(conn.execute(select(func.max(every.c.top))).scalar() or 0)


def in_flight(conn: Connection, epoch: int) -> int:
    """Transactions that are stored and not seen in a canonical block."""
    waiting = (transactions.c.epoch == epoch) & (transactions.c.state == Sending.PREPARED)
    return int(conn.execute(select(func.count()).select_from(transactions).where(waiting)).scalar() or 0)
