"""What can be seen of the way: states, places on chain, and figures."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from suyuan.anchoring import identify
from suyuan.anchoring.errors import OperationUnknown
from suyuan.anchoring.model import (
    ENDED,
    ORDER,
    PENDING,
    Backlog,
    Operation,
    OperationKind,
    RecordedEntry,
    Sending,
    State,
)
from suyuan.anchoring.ports import Block, Identity
from suyuan.anchoring.repository import chunks
from suyuan.anchoring.tables import checkpoints, entries, leaves, operations, transactions
from suyuan.kernel.ledger import Kind, LedgerEntry


def operation_of(conn: Connection, reference: str) -> Operation:
    """The operation of this reference; of several parts the least advanced one, or a rejected one. Raises
    OperationUnknown.
    """
    found = operations_of(conn, [reference])
    if reference not in found:
        raise OperationUnknown(reference)
    return found[reference]


def operations_of(conn: Connection, references: Iterable[str]) -> dict[str, Operation]:
    """The same for many at once; unknown references are left out."""
    found: dict[str, list[Row[Any]]] = {}
    for chunk in chunks(list(references), 500):
        for row in conn.execute(_operations().where(operations.c.reference.in_(chunk))):
            found.setdefault(row.reference, []).append(row)
    return {reference: _operation(rows) for reference, rows in found.items()}


def _operations() -> Select[Any]:
    columns = (
        transactions.c.hash,
        transactions.c.block,
        transactions.c.block_hash,
        transactions.c.block_time,
    )
    return select(operations, *columns).outerjoin(
        transactions, transactions.c.id == operations.c.transaction_id
    )


def _operation(rows: Sequence[Row[Any]]) -> Operation:
    row = min(rows, key=lambda it: (it.state != State.REJECTED, ORDER[State(it.state)], it.part))
    return Operation(
        id=row.id,
        kind=OperationKind(row.kind),
        party=row.party,
        reference=row.reference,
        state=State(row.state),
        sequence=row.sequence,
        transaction=row.hash,
        block=row.block,
        block_hash=row.block_hash,
        block_time=_moment(row.block_time),
        reason=row.reason,
        created_at=row.created_at,
        updated_at=max(it.updated_at for it in rows),
        parts=len(rows),
    )


def _moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def entries_of_lot(conn: Connection, lot_id: bytes) -> list[RecordedEntry]:
    """Every entry of the lot in the order of the way (those without a place last), rejected ones included."""
    query = (
        select(
            entries,
            operations.c.party,
            operations.c.sequence,
            operations.c.state,
            operations.c.signature,
            operations.c.reason,
            operations.c.reference,
            transactions.c.hash,
            transactions.c.block,
            transactions.c.block_hash,
            transactions.c.block_time,
        )
        .join(operations, operations.c.id == entries.c.operation_id)
        .outerjoin(transactions, transactions.c.id == operations.c.transaction_id)
        .where(entries.c.lot_id == lot_id)
        .order_by(operations.c.place.is_(None), operations.c.place, operations.c.id, entries.c.position)
    )
    return [_recorded(row) for row in conn.execute(query)]


def events_about(conn: Connection, lots: Iterable[bytes]) -> set[bytes]:
    """Hashes of all events with an entry about one of the lots, rejected ones included."""
    listed = list(lots)
    found: set[bytes] = set()
    for start in range(0, len(listed), 500):
        part = listed[start : start + 500]
        found.update(conn.execute(select(entries.c.event_hash).where(entries.c.lot_id.in_(part))).scalars())
    return found


def _recorded(row: Row[Any]) -> RecordedEntry:
    return RecordedEntry(
        operation=row.operation_id,
        position=row.position,
        party=row.party,
        sequence=row.sequence,
        lot_id=row.lot_id,
        kind=Kind(row.kind),
        event_hash=row.event_hash,
        occurred_at=row.occurred_at,
        counterparty=row.counterparty,
        state=State(row.state),
        signature=row.signature,
        reason=row.reason,
        reference=row.reference,
        index=row.lot_index,
        in_custody=row.in_custody,
        log_index=row.log_index,
        transaction=row.hash,
        block=row.block,
        block_hash=row.block_hash,
        block_time=_moment(row.block_time),
    )


def submission_entries(conn: Connection, party: int, sequence: int) -> list[RecordedEntry]:
    """All entries that stand under one signature, in their signed order; what a bundle shows around one
    entry.
    """
    its = (operations.c.party == party) & (operations.c.sequence == sequence)
    live = its & (operations.c.state != State.REJECTED)
    query = (
        select(
            entries,
            operations.c.party,
            operations.c.sequence,
            operations.c.state,
            operations.c.signature,
            operations.c.reason,
            operations.c.reference,
            transactions.c.hash,
            transactions.c.block,
            transactions.c.block_hash,
            transactions.c.block_time,
        )
        .join(operations, operations.c.id == entries.c.operation_id)
        .outerjoin(transactions, transactions.c.id == operations.c.transaction_id)
        .where(live)
        .order_by(entries.c.position)
    )
    return [_recorded(row) for row in conn.execute(query)]


def entries_of_reference(conn: Connection, reference: str) -> list[LedgerEntry]:
    """What was queued under a reference, all parts, in order, whatever became of it."""
    query = (
        select(entries)
        .join(operations, operations.c.id == entries.c.operation_id)
        .where(operations.c.reference == reference)
        .order_by(operations.c.part, entries.c.position)
    )
    return [
        LedgerEntry(row.lot_id, row.event_hash, row.occurred_at, row.counterparty, Kind(row.kind))
        for row in conn.execute(query)
    ]


def payload_of_reference(conn: Connection, reference: str) -> dict[str, Any] | None:
    """What an operation that is no submission carries; None when it is unknown."""
    found = conn.execute(select(operations.c.payload).where(operations.c.reference == reference)).scalar()
    payload: dict[str, Any] | None = None if found is None else json.loads(found)
    return payload


def is_before_its_place(conn: Connection, reference: str) -> bool:
    """Whether the operation is queued and has no place on the way yet: what is placed now comes before it."""
    its = (operations.c.reference == reference) & operations.c.place.is_(None)
    return conn.execute(select(operations.c.id).where(its).limit(1)).scalar() is not None


def known_chain(conn: Connection) -> Identity | None:
    """The chain that the open epoch belongs to; None before the first contact."""
    row = identify.open_epoch(conn)
    return None if row is None else identify.identity_of(row)


def final_head(conn: Connection) -> Block | None:
    """The newest block of the open epoch that is final and up to which our books are; None before the first.

    The newest checkpoint, or the newest final transaction when no checkpoint was written since. Blocks from
    the first on in which something of ours has still to become final are left out.
    """
    row = identify.open_epoch(conn)
    if row is None:
        return None
    its = transactions.c.epoch == row.epoch
    waiting = select(func.min(transactions.c.block)).where(its, transactions.c.state == Sending.MINED)
    end = conn.execute(waiting).scalar()
    points = select(checkpoints.c.number, checkpoints.c.hash, checkpoints.c.time).where(
        checkpoints.c.epoch == row.epoch, checkpoints.c.time.is_not(None)
    )
    ended = select(
        transactions.c.block.label("number"), transactions.c.block_hash, transactions.c.block_time
    ).where(its, transactions.c.state == Sending.FINAL, transactions.c.block.is_not(None))
    if end is not None:
        points, ended = points.where(checkpoints.c.number < end), ended.where(transactions.c.block < end)
    newest = [
        conn.execute(query.order_by(column.desc()).limit(1)).one_or_none()
        for query, column in ((points, checkpoints.c.number), (ended, transactions.c.block))
    ]
    return max((Block(*found) for found in newest if found), key=lambda block: block.number, default=None)


def latch(conn: Connection) -> tuple[str, str, datetime] | None:
    """What is wrong with the chain: a word, a sentence, since when; None when nothing is."""
    row = identify.open_epoch(conn)
    return None if row is None or row.latch is None else (row.latch, row.latch_reason or "", row.latched_at)


def backlog(conn: Connection) -> Backlog:
    """Figures for metrics; the work is relative to what is pending, except for the count of final ones."""
    counted = conn.execute(select(operations.c.state, func.count()).group_by(operations.c.state))
    states = dict.fromkeys(State, 0) | {State(state): count for state, count in counted}
    oldest = select(func.min(operations.c.created_at)).where(operations.c.state.in_(PENDING))
    unsealed = select(func.count()).select_from(leaves).where(leaves.c.anchor_id.is_(None))
    row = identify.open_epoch(conn)
    epoch = -1 if row is None else row.epoch
    return Backlog(
        states=states,
        oldest=conn.execute(oldest).scalar(),
        in_flight=_sending(conn, epoch, Sending.PREPARED),
        mined_not_final=_sending(conn, epoch, Sending.MINED),
        next_nonce=_top(conn, epoch, None),
        final_nonce=_top(conn, epoch, Sending.FINAL),
        unsealed_leaves=int(conn.execute(unsealed).scalar() or 0),
        latch=None if row is None else row.latch,
        epoch=None if row is None else row.epoch,
    )


def _sending(conn: Connection, epoch: int, state: Sending) -> int:
    its = (transactions.c.epoch == epoch) & (transactions.c.state == state)
    return int(conn.execute(select(func.count()).select_from(transactions).where(its)).scalar() or 0)


def _top(conn: Connection, epoch: int, state: Sending | None) -> int | None:
    its = (transactions.c.epoch == epoch) & (transactions.c.sender != "foreign")
    if state is not None:
        its &= transactions.c.state == state
    top = conn.execute(select(func.max(transactions.c.nonce)).where(its)).scalar()
    return None if top is None else int(top) + (1 if state is None else 0)


def entry_count(conn: Connection) -> int:
    """All entries ever queued, whatever their state; reads an index from end to end."""
    return int(conn.execute(select(func.count()).select_from(entries)).scalar_one())


def settled(conn: Connection) -> bool:
    """Whether nothing is under way: every operation is final or rejected, every leaf sealed."""
    pending = select(operations.c.id).where(operations.c.state.not_in(ENDED)).limit(1)
    unsealed = select(leaves.c.id).where(leaves.c.anchor_id.is_(None)).limit(1)
    return conn.execute(pending).scalar() is None and conn.execute(unsealed).scalar() is None
