"""`submitted` becomes `mined` when our own logs stand in a canonical block (rule R8), and goes back when not.

A receipt that says success is no evidence: a reset chain answers success from an empty address. Evidence is
read from the logs, per operation, whichever of our transactions carried it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select, update

from suyuan.anchoring import evidence, reopen
from suyuan.anchoring.model import Sending
from suyuan.anchoring.ports import Receipt
from suyuan.anchoring.tables import attempts, transactions
from suyuan.anchoring.way import View, Way, log


@dataclass(frozen=True, slots=True)
class _Open:
    id: int
    nonce: int
    purpose: str
    doubted_at: int | None
    hashes: tuple[bytes, ...]


def confirm(way: Way, view: View) -> tuple[int, int]:
    """Look for receipts and re-check blocks; returns (newly mined, reopened). Raises LeaseLost,
    ChainUnavailable.
    """
    reopened = _recheck(way, view)
    mined = 0
    for transaction in _open(way, view):
        receipt = _receipt(way, transaction)
        if receipt is None:
            _doubt(way, view, transaction)
        elif _canonical(way, receipt) and evidence.complete(
            way, transaction.id, transaction.purpose, receipt
        ):
            way.hook("before confirm")
            with way.writing() as conn:
                evidence.apply(conn, way, transaction.id, receipt)
            mined += 1
    return mined, reopened


def _open(way: Way, view: View) -> list[_Open]:
    """Prepared transactions whose nonce the chain has used; with all hashes they were ever sent under."""
    waiting = (
        select(transactions)
        .where(
            transactions.c.epoch == way.epoch,
            transactions.c.state == Sending.PREPARED,
            (transactions.c.nonce < view.nonce) | (transactions.c.sender != way.relayer.address),
        )
        .order_by(transactions.c.nonce)
        .limit(way.policy.pass_rows)
    )
    with way.database.reading() as conn:
        rows = conn.execute(waiting).all()
        return [_with_hashes(row, list(conn.execute(_hashes(row.id)).scalars())) for row in rows]


def _hashes(transaction: int) -> Select[Any]:
    return (
        select(attempts.c.hash).where(attempts.c.transaction_id == transaction).order_by(attempts.c.id.desc())
    )


def _with_hashes(row: Any, hashes: list[bytes]) -> _Open:
    return _Open(row.id, row.nonce, row.purpose, row.doubted_at, tuple(hashes))


def _receipt(way: Way, transaction: _Open) -> Receipt | None:
    """Of any attempt: an older, cheaper one may be mined after a newer was sent."""
    for digest in transaction.hashes:
        receipt = way.chain.receipt(digest)
        if receipt is not None:
            return receipt
    return None


def _canonical(way: Way, receipt: Receipt) -> bool:
    block = way.chain.block(receipt.block.number)
    return block is not None and block.hash == receipt.block.hash


def _recheck(way: Way, view: View) -> int:
    """Every mined block that is not final yet must still be canonical."""
    query = select(transactions.c.id, transactions.c.block, transactions.c.block_hash).where(
        transactions.c.epoch == way.epoch, transactions.c.state == Sending.MINED
    )
    with way.database.reading() as conn:
        rows = conn.execute(query).all()
    lost = []
    for row in rows:
        block = view.block(way.chain, row.block)
        if block is None or block.hash != row.block_hash:
            lost.append(row.id)
    if lost:
        with way.writing() as conn:
            reopen.reopen(conn, way, lost)
        log.warning("reorganised", extra={"transactions": lost})
        way.hook("reopened")
    return len(lost)


def _doubt(way: Way, view: View, transaction: _Open) -> None:
    """The chain has used our nonce and has none of our hashes: another transaction took it. When that is
    final,
    ours is void and its operations travel again; before, it may only be a node that lags with its receipts.
    """
    if transaction.doubted_at is not None and view.finalized >= transaction.doubted_at:
        with way.writing() as conn:
            reopen.void(conn, way, transaction.id)
        log.error("nonce taken by another transaction", extra={"transaction": transaction.id})
        way.hook("voided")
    elif transaction.doubted_at is None:
        with way.writing() as conn:
            its = transactions.c.id == transaction.id
            conn.execute(update(transactions).where(its).values(doubted_at=view.head.number))
