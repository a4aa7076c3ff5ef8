"""The finality guard (rule R9): what we call final must still be there, every pass.

Without it, a reorganisation deeper than the policy foresaw leaves transactions that are shown as final
and are
gone, with their nonces free again: everything behind them is stuck for ever.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, select, update

from suyuan.anchoring import reopen
from suyuan.anchoring.finalize import newest_checkpoint
from suyuan.anchoring.model import Sending
from suyuan.anchoring.tables import checkpoints, epochs, transactions
from suyuan.anchoring.way import View, Way, log

LATCH = "finality_violation"
_PAGE = 64


class NodeBehind(Exception):
    """The node has not seen what we saw final; perhaps it only lags, so nothing is concluded yet."""


def check(way: Way, view: View) -> int:
    """Reopen final transactions that are gone; returns how many. Raises NodeBehind, LeaseLost,
    ChainUnavailable.
    """
    with way.database.reading() as conn:
        point = newest_checkpoint(conn, way.epoch)
        mine = (transactions.c.epoch == way.epoch) & (transactions.c.sender == way.relayer.address)
        final = mine & (transactions.c.state == Sending.FINAL)
        newest = conn.execute(select(func.max(transactions.c.nonce)).where(final)).scalar()
    if point is not None:
        block = view.block(way.chain, point[0])
        if block is None and not _patience_over(way, view, point[0]):
            raise NodeBehind(f"head {view.head.number} is below the final block {point[0]}")
        if block is None or block.hash != point[1]:
            return _reopen(way, view, newest)
    if newest is not None and view.nonce <= newest:
        return _reopen(way, view, newest)
    _calm(way)
    return 0


def _patience_over(way: Way, view: View, number: int) -> bool:
    """A node behind us is believed only after a while: another one behind the same address may be ahead."""
    now = way.clock.now()
    with way.database.reading() as conn:
        row = conn.execute(select(epochs).where(epochs.c.epoch == way.epoch)).one()
    if row.latch is None:
        reason = f"the node's head {view.head.number} is below block {number}, which was final"
        with way.writing() as conn:
            values = {"latch": "node_behind", "latch_reason": reason, "latched_at": now, "latch_nonce": None}
            conn.execute(update(epochs).where(epochs.c.epoch == way.epoch).values(values))
        log.error("node behind", extra={"head": view.head.number, "final": number})
        return way.policy.lag_seconds <= 0
    return bool(now - row.latched_at >= timedelta(seconds=way.policy.lag_seconds))


def _calm(way: Way) -> None:
    with way.database.reading() as conn:
        latch = conn.execute(select(epochs.c.latch).where(epochs.c.epoch == way.epoch)).scalar()
    if latch == "node_behind":
        with way.writing() as conn:
            unset = {"latch": None, "latch_reason": None, "latched_at": None}
            conn.execute(update(epochs).where(epochs.c.epoch == way.epoch).values(unset))


def _reopen(way: Way, view: View, newest: int | None) -> int:
    gone = _gone(way, view)
    if not gone and newest is not None and view.nonce <= newest:
        raise NodeBehind(f"the node has all our blocks, but says that nonce {view.nonce} is free")
    common = _last_common(way, view)
    now = way.clock.now()
    reason = f"{len(gone)} final transactions are no longer on the chain at head {view.head.number}"
    log.critical("finality violated", extra={"transactions": gone, "head": view.head.number})
    with way.writing() as conn:
        reopen.reopen(conn, way, gone)
        beyond = (checkpoints.c.epoch == way.epoch) & (checkpoints.c.number > common)
        conn.execute(delete(checkpoints).where(beyond))
        values = {"latch": LATCH, "latch_reason": reason, "latched_at": now, "latch_nonce": newest}
        conn.execute(update(epochs).where(epochs.c.epoch == way.epoch).values(values))
    way.hook("reopened")
    return len(gone)


def _gone(way: Way, view: View) -> list[int]:
    """Final and mined transactions whose blocks are not canonical, newest first until one page is all
    there.
    """
    gone: list[int] = []
    query = (
        select(transactions.c.id, transactions.c.block, transactions.c.block_hash)
        .where(transactions.c.epoch == way.epoch)
        .where(transactions.c.state.in_((Sending.FINAL, Sending.MINED)))
        .order_by(transactions.c.block.desc(), transactions.c.id.desc())
    )
    start = 0
    while True:
        with way.database.reading() as conn:
            page = conn.execute(query.limit(_PAGE).offset(start)).all()
        lost = [row.id for row in page if not _there(way, view, row.block, row.block_hash)]
        gone += lost
        if not lost or len(page) < _PAGE:
            return gone
        start += _PAGE


def _there(way: Way, view: View, number: int, digest: bytes) -> bool:
    block = view.block(way.chain, number)
    return block is not None and block.hash == digest


def _last_common(way: Way, view: View) -> int:
    query = select(checkpoints).where(checkpoints.c.epoch == way.epoch).order_by(checkpoints.c.number.desc())
    with way.database.reading() as conn:
        points = conn.execute(query).all()
    return next((row.number for row in points if _there(way, view, row.number, row.hash)), -1)
