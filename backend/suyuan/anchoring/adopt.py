"""A submission that somebody else's transaction recorded: anyone may relay what a party has signed.

Happens when signed bytes leaked from a mempool, and after the database was restored from a backup that is
older than the chain. The party's number is used, and only one submission was ever signed for it.
"""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from suyuan.anchoring import evidence, repository
from suyuan.anchoring.model import Sending
from suyuan.anchoring.ports import Receipt
from suyuan.anchoring.repository import Queued
from suyuan.anchoring.tables import transactions
from suyuan.anchoring.way import Way, log

FOREIGN = "foreign"


def find(way: Way, operation: Queued) -> Receipt | None:
    """The receipt that records exactly this submission, or None. Raises ChainUnavailable."""
    digest = way.chain.submission_transaction(operation.party, operation.sequence or 0)
    receipt = None if digest is None else way.chain.receipt(digest)
    if receipt is None:
        return None
    group = evidence.recorded(receipt).get((operation.party, operation.sequence or 0), [])
    return receipt if evidence.matches(operation, group) else None


def adopt(conn: Connection, way: Way, operation: Queued, receipt: Receipt) -> None:
    """Enter the other transaction into our books as mined; it becomes final like ours."""
    same = (
        (transactions.c.epoch == way.epoch)
        & (transactions.c.sender == FOREIGN)
        & (transactions.c.hash == receipt.transaction_hash)
    )
    known = conn.execute(select(transactions.c.id).where(same)).scalar()
    if known is None:
        row = {
            "epoch": way.epoch,
            "sender": FOREIGN,
            "nonce": operation.id,
            "purpose": operation.kind,
            "state": Sending.MINED,
            "gas": 0,
            "created_at": way.clock.now(),
        }
        known = repository.new_id(conn, insert(transactions).values(row))
    evidence.apply(conn, way, known, receipt)
    log.warning("recorded by others", extra={"operation": operation.id, "transaction": known})
