"""Our books against the chain: every row that says something about the chain is compared with the chain's own
logs and state, and every difference is named by its row. Nothing is repaired here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from suyuan.anchoring import audit_state, evidence, identify, repository
from suyuan.anchoring.audit_state import Difference
from suyuan.anchoring.model import OperationKind, Sending, State
from suyuan.anchoring.ports import AnchorRecorded, Chain, EntryRecorded, Receipt
from suyuan.anchoring.repository import Queued
from suyuan.anchoring.tables import anchors, attempts, entries, operations, transactions
from suyuan.kernel.hashing import from_hex, keccak256

_PAGE = 200


@dataclass(frozen=True, slots=True)
class _Carried:
    """One transaction with what we say of it and what the chain says."""

    row: Any
    receipt: Receipt
    raws: tuple[bytes, ...]

    @property
    def name(self) -> str:
        return f"anchoring_transactions {self.row.id}"


def audit_chain(conn: Connection, chain: Chain) -> list[Difference]:
    """Every difference, in the order of the tables; an empty list means that all was compared and is so.

    Raises ChainUnavailable when the chain cannot be asked; then nothing is known.
    """
    epoch = identify.open_epoch(conn)
    if epoch is None:
        return [Difference("anchoring_epochs", "no chain has been met yet")]
    found = list(audit_state.identity(conn, chain, epoch))
    found += _transactions(conn, chain, epoch.epoch)
    found += _stray_operations(conn, epoch.epoch)
    found += audit_state.leaves_and_roots(conn)
    found += audit_state.parties(conn, chain)
    found += audit_state.lots(conn, chain)
    return found


def _transactions(conn: Connection, chain: Chain, epoch: int) -> Iterator[Difference]:
    last = 0
    while True:
        page = conn.execute(
            select(transactions)
            .where(transactions.c.epoch == epoch, transactions.c.id > last)
            .order_by(transactions.c.id)
            .limit(_PAGE)
        ).all()
        for row in page:
            try:
                yield from _transaction(conn, chain, row)
            except (ValueError, KeyError, TypeError, OverflowError) as error:
                yield Difference(f"anchoring_transactions {row.id}", f"its rows cannot be read: {error}")
        if len(page) < _PAGE:
            return
        last = page[-1].id


def _transaction(conn: Connection, chain: Chain, row: Any) -> Iterator[Difference]:
    sent = conn.execute(select(attempts).where(attempts.c.transaction_id == row.id)).all()
    for attempt in sent:
        if keccak256(attempt.raw) != attempt.hash:
            yield Difference(f"anchoring_attempts {attempt.id}", "hash is not the hash of the raw bytes")
    if row.state not in (Sending.MINED, Sending.FINAL):
        return
    name = f"anchoring_transactions {row.id}"
    if row.sender != "foreign" and row.hash not in {attempt.hash for attempt in sent}:
        yield Difference(name, "its hash belongs to none of its attempts")
    receipt = chain.receipt(row.hash) if row.hash else None
    if receipt is None:
        yield Difference(name, f"is {row.state} here, and the chain does not have it")
        return
    carried = _Carried(row, receipt, tuple(attempt.raw for attempt in sent if attempt.hash == row.hash))
    yield from _facts(carried)
    yield from _operations(conn, carried)


def _facts(carried: _Carried) -> Iterator[Difference]:
    block = carried.receipt.block
    pairs = (
        ("block", block.number),
        ("block_hash", block.hash),
        ("block_time", block.timestamp),
        ("succeeded", carried.receipt.succeeded),
    )
    for column, there in pairs:
        if getattr(carried.row, column) != there:
            yield Difference(carried.name, f"{column} differs from the chain's")


def _operations(conn: Connection, carried: _Carried) -> Iterator[Difference]:
    logs = evidence.recorded(carried.receipt)
    its = operations.c.transaction_id == carried.row.id
    for operation in repository.load(conn, its):
        if operation.state not in (State.MINED, State.FINAL):
            its = (operation.party, operation.sequence) in logs
            if its or _took_effect(operation, carried.receipt):
                name = f"anchoring_operations {operation.id}"
                yield Difference(name, f"is {operation.state} here, and is recorded on the chain")
        elif operation.kind is OperationKind.SUBMISSION:
            group = logs.pop((operation.party, operation.sequence or 0), [])
            yield from _submission(conn, carried, operation, group)
        else:
            yield from _other(conn, carried, operation)
    for party, sequence in logs:
        known = (operations.c.party == party) & (operations.c.sequence == sequence)
        if conn.execute(select(operations.c.id).where(known).limit(1)).scalar() is None:
            where = f"party {party}, submission {sequence}"
            yield Difference(where, "is recorded on the chain by our transaction, and not known here")


def _submission(
    conn: Connection, carried: _Carried, operation: Queued, logs: list[EntryRecorded]
) -> Iterator[Difference]:
    name = f"anchoring_operations {operation.id}"
    if carried.raws and not any((operation.signature or b"\0") in raw for raw in carried.raws):
        yield Difference(name, "signature is not the one that was sent")
    if (operation.party, operation.sequence) in evidence.refusals(carried.receipt):
        yield Difference(name, f"is {operation.state} here, and was refused by the ledger")
        return
    rows = conn.execute(
        select(entries).where(entries.c.operation_id == operation.id).order_by(entries.c.position)
    ).all()
    if len(rows) != len(logs):
        yield Difference(name, f"has {len(rows)} entries here and {len(logs)} on the chain")
    for row, log in zip(rows, logs, strict=False):
        yield from _entry(row, log)


def _entry(row: Any, log: EntryRecorded) -> Iterator[Difference]:
    pairs = (
        ("lot_id", log.lot_id),
        ("event_hash", log.event_hash),
        ("occurred_at", log.occurred_at),
        ("counterparty", log.counterparty),
        ("kind", int(log.kind)),
        ("lot_index", log.index),
        ("in_custody", log.in_custody),
        ("log_index", log.log_index),
    )
    for column, there in pairs:
        if getattr(row, column) != there:
            where = f"anchoring_entries {row.operation_id}/{row.position}"
            yield Difference(where, f"{column} differs from the chain's")


def _other(conn: Connection, carried: _Carried, operation: Queued) -> Iterator[Difference]:
    name = f"anchoring_operations {operation.id}"
    for member, value in operation.payload.items():
        if carried.raws and not any(_word(value) in raw for raw in carried.raws):
            yield Difference(name, f"payload: {member} is not what was sent")
    if operation.kind is not OperationKind.ANCHOR:
        if not evidence.changed(operation, carried.receipt):
            yield Difference(name, "the chain has no log of it")
        return
    row = conn.execute(select(anchors).where(anchors.c.operation_id == operation.id)).one_or_none()
    log = next((it for it in carried.receipt.logs if isinstance(it, AnchorRecorded)), None)
    ours = None if row is None else (row.number, row.root, row.leaf_count)
    if log is None or ours != (log.number, log.root, log.leaf_count):
        yield Difference(f"anchoring_anchors {operation.id}", "differs from the chain's log")


def _took_effect(operation: Queued, receipt: Receipt) -> bool:
    """Whether the chain has a log of what is no submission."""
    if operation.kind is OperationKind.SUBMISSION:
        return False
    if operation.kind is OperationKind.ANCHOR:
        return any(isinstance(it, AnchorRecorded) for it in receipt.logs)
    return evidence.changed(operation, receipt)


def _word(value: object) -> bytes:
    """A payload's value as it stands in call data: 32 bytes, addresses and numbers to the right."""
    if isinstance(value, str):
        data = from_hex(value, (len(value) - 2) // 2)
        return data.rjust(32, b"\0")
    return int(value).to_bytes(32, "big") if isinstance(value, int) else b""


def _stray_operations(conn: Connection, epoch: int) -> Iterator[Difference]:
    """What claims to be on the chain without a transaction that is."""
    query = (
        select(operations.c.id, operations.c.state)
        .outerjoin(transactions, transactions.c.id == operations.c.transaction_id)
        .where(operations.c.state.in_((State.MINED, State.FINAL)))
        .where(
            transactions.c.id.is_(None)
            | (transactions.c.epoch != epoch)
            | transactions.c.state.not_in((Sending.MINED, Sending.FINAL))
        )
    )
    for row in conn.execute(query):
        yield Difference(f"anchoring_operations {row.id}", f"is {row.state} here without a mined transaction")
    counted = select(func.count()).select_from(entries).outerjoin(operations)
    orphans = conn.execute(counted.where(operations.c.id.is_(None))).scalar()
    if orphans:
        yield Difference("anchoring_entries", f"{orphans} entries belong to no operation")
