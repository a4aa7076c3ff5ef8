"""Marks for pages that are kept: equal marks mean that nothing of what was told about a lot has changed."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from suyuan.anchoring.model import Sending
from suyuan.anchoring.tables import checkpoints, entries, epochs, leaves, operations, transactions

#: What is told of everybody, and a pair (operation, state) for each entry of the lot.
Mark = tuple[tuple[object, ...], tuple[tuple[object, ...], ...]]


def mark_of_lot(conn: Connection, lot_id: bytes) -> Mark:
    """Changes with each new operation or leaf of anybody, with each final head of the chain, with each
    transaction that becomes final, with the latch, and with every state of an entry of this lot; so it
    changes too often rather than too seldom.
    """
    epoch = select(func.max(epochs.c.epoch)).scalar_subquery()
    its = transactions.c.epoch == epoch
    final, mined = (
        its & (transactions.c.state == Sending.FINAL),
        its & (transactions.c.state == Sending.MINED),
    )
    heads = (checkpoints.c.epoch == epoch) & checkpoints.c.time.is_not(None)
    final_head = select(checkpoints.c.hash).where(heads).order_by(checkpoints.c.number.desc()).limit(1)
    newest = select(
        select(func.max(operations.c.id)).scalar_subquery(),
        select(func.max(leaves.c.id)).scalar_subquery(),
        select(func.max(transactions.c.nonce)).where(final).scalar_subquery(),
        select(func.min(transactions.c.block)).where(mined).scalar_subquery(),
        final_head.scalar_subquery(),  # by its hash: a replaced block has the number of the one before it
        select(epochs.c.latch).where(epochs.c.epoch == epoch).scalar_subquery(),
        epoch,
    )
    own = (
        select(operations.c.id, operations.c.state)
        .join(entries, entries.c.operation_id == operations.c.id)
        .where(entries.c.lot_id == lot_id)
        .order_by(operations.c.id)
    )
    return tuple(conn.execute(newest).one()), tuple(tuple(row) for row in conn.execute(own))


def entries_in(mark: Mark) -> int:
    """How many entries the lot had when the mark was taken, refused ones included."""
    return len(mark[1])
