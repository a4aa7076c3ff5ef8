"""`mined` becomes `final`, and only now is a refusal believed: before, the block that refused may still
vanish.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from suyuan.anchoring import repository, settle
from suyuan.anchoring.model import Sending, State
from suyuan.anchoring.ports import Block
from suyuan.anchoring.tables import checkpoints, epochs, operations, transactions
from suyuan.anchoring.way import View, Way, log

_KEPT = 16


def finalize(way: Way, view: View) -> int:
    """Finalise in nonce order up to the chain's final block; returns how many transactions ended."""
    ended = 0
    for row in _ripe(way, view.finalized):
        block = way.chain.block(row.block)
        if block is None or block.hash != row.block_hash:
            break  # the next pass reopens it
        receipt = None if row.hash is None else way.chain.receipt(row.hash)
        if receipt is None or receipt.block.hash != row.block_hash:
            break
        decisions = settle.decide(way, row.id, receipt)
        way.hook("before final")
        with way.writing() as conn:
            _finish(conn, way, row.id)
            settle.apply(conn, way, decisions)
        ended += 1
        way.hook("final")
    _remember(way, view)
    return ended


def _ripe(way: Way, finalized: int) -> list[Any]:
    """Mined transactions in final blocks, up to the first nonce that is not there yet."""
    query = (
        select(transactions)
        .where(transactions.c.epoch == way.epoch, transactions.c.state == Sending.MINED)
        .where(transactions.c.block <= finalized)
        .order_by(transactions.c.block, transactions.c.nonce)
        .limit(way.policy.pass_rows)
    )
    earlier = select(transactions.c.nonce).where(
        transactions.c.epoch == way.epoch,
        transactions.c.state == Sending.PREPARED,
        transactions.c.sender == way.relayer.address,
    )
    with way.database.reading() as conn:
        barrier = conn.execute(earlier.order_by(transactions.c.nonce).limit(1)).scalar()
        rows = conn.execute(query).all()
    return [row for row in rows if barrier is None or row.sender == "foreign" or row.nonce < barrier]


def _finish(conn: Connection, way: Way, transaction: int) -> None:
    conn.execute(update(transactions).where(transactions.c.id == transaction).values(state=Sending.FINAL))
    carried = (operations.c.transaction_id == transaction) & (operations.c.state == State.MINED)
    done = list(conn.execute(select(operations.c.id).where(carried)).scalars())
    repository.set_state(conn, done, State.FINAL, way.clock.now())
    log.info("final", extra={"transaction": transaction, "operations": done})


def _remember(way: Way, view: View) -> None:
    """Keep the newest final head, and let the latch go when all that had been reopened is final again.

    A head is kept only when nothing of ours is unread or unfinished up to there: bundles say of it that they
    are complete.
    """
    block: Block | None = view.block(way.chain, view.finalized) if view.finalized >= 0 else None
    with way.database.reading() as conn:
        known = newest_checkpoint(conn, way.epoch)
        latch = conn.execute(select(epochs).where(epochs.c.epoch == way.epoch)).one()
        open_ = select(transactions.c.id).where(
            transactions.c.epoch == way.epoch,
            transactions.c.state.in_((Sending.PREPARED, Sending.MINED)),
            transactions.c.nonce <= (latch.latch_nonce if latch.latch_nonce is not None else -1),
        )
        healed = latch.latch is not None and conn.execute(open_.limit(1)).scalar() is None
        moved = block is not None and _is_news(known, block) and not _unfinished(conn, way, view)
    if not moved and not healed:
        return
    with way.writing() as conn:
        if block is not None and moved:
            same = (checkpoints.c.epoch == way.epoch) & (checkpoints.c.number == block.number)
            conn.execute(delete(checkpoints).where(same))
            row = {"epoch": way.epoch, "number": block.number, "hash": block.hash, "time": block.timestamp}
            conn.execute(insert(checkpoints).values(row))
            _forget_old(conn, way.epoch)
        if healed:
            unset = {"latch": None, "latch_reason": None, "latched_at": None, "latch_nonce": None}
            conn.execute(update(epochs).where(epochs.c.epoch == way.epoch).values(unset))
            log.warning("healed", extra={"latch": latch.latch})


def _is_news(known: tuple[int, bytes, int | None] | None, block: Block) -> bool:
    """A later head, or the time of one that an earlier version wrote without it."""
    return (
        known is None
        or known[0] < block.number
        or (known[:2] == (block.number, block.hash) and known[2] is None)
    )


def _unfinished(conn: Connection, way: Way, view: View) -> bool:
    """Whether a nonce that the chain has used is unread, or a transaction in a final block not yet final."""
    unread = (
        (transactions.c.state == Sending.PREPARED)
        & (transactions.c.sender == way.relayer.address)
        & (transactions.c.nonce < view.nonce)
    )
    mined = (transactions.c.state == Sending.MINED) & (transactions.c.block <= view.finalized)
    query = select(transactions.c.id).where(transactions.c.epoch == way.epoch, unread | mined)
    return conn.execute(query.limit(1)).scalar() is not None


def newest_checkpoint(conn: Connection, epoch: int) -> tuple[int, bytes, int | None] | None:
    """Number, hash, and time in Unix seconds (None: not known)."""
    query = (
        select(checkpoints.c.number, checkpoints.c.hash, checkpoints.c.time)
        .where(checkpoints.c.epoch == epoch)
        .order_by(checkpoints.c.number.desc())
    )
    row = conn.execute(query.limit(1)).one_or_none()
    return None if row is None else (row.number, row.hash, row.time)


def _forget_old(conn: Connection, epoch: int) -> None:
    its = checkpoints.c.epoch == epoch
    kept = (
        select(checkpoints.c.number).where(its).order_by(checkpoints.c.number.desc()).offset(_KEPT).limit(1)
    )
    limit = conn.execute(kept).scalar()
    if limit is not None:
        conn.execute(delete(checkpoints).where(its, checkpoints.c.number <= limit))
