"""Which refused operation is to blame, and which only stood behind it.

The ledger skips a submission that it refuses, and then refuses the party's later numbers as well, and
what other
parties built on it. Only the first cause is set aside; the others travel again, behind its filler.
Transactions
are settled in nonce order, so everything before an operation is decided when its turn comes.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select, update

from suyuan.anchoring import adopt, repository, setaside
from suyuan.anchoring.evidence import refusals
from suyuan.anchoring.model import PENDING, OperationKind, State
from suyuan.anchoring.ports import Receipt
from suyuan.anchoring.repository import Queued
from suyuan.anchoring.tables import entries, operations
from suyuan.anchoring.way import Way, log


@dataclass(frozen=True, slots=True)
class Decision:
    """About one operation that its transaction did not record."""

    operation: Queued
    reason: str
    reverted: bool = False
    foreign: Receipt | None = None  # recorded by a transaction that is not in our books


def decide(way: Way, transaction: int, receipt: Receipt) -> list[Decision]:
    """Look at what the transaction left open, and ask the chain what a decision needs. Raises
    ChainUnavailable.
    """
    left = (operations.c.transaction_id == transaction) & (operations.c.state == State.SUBMITTED)
    with way.database.reading() as conn:
        rest = repository.load(conn, left)
    if not receipt.succeeded:
        return [Decision(operation, "reverted on chain", reverted=True) for operation in rest]
    refused = refusals(receipt)
    found = []
    for operation in rest:
        number = (operation.party, operation.sequence or 0)
        reason = refused.get(number, "left no log")
        taken = way.chain.next_sequence(operation.party) > number[1]
        foreign = adopt.find(way, operation) if taken else None
        found.append(Decision(operation, reason, foreign=foreign))
    return found


def apply(conn: Connection, way: Way, decisions: list[Decision]) -> None:
    """In the order of the way: an operation is to blame when nothing that it needs is still open."""
    again, now = [], way.clock.now()
    for decision in decisions:
        operation = decision.operation
        if decision.foreign is not None:
            adopt.adopt(conn, way, operation, decision.foreign)
        elif decision.reverted or operation.kind is not OperationKind.SUBMISSION:
            again.append(operation.id)
            its = operations.c.id == operation.id
            conn.execute(update(operations).where(its).values(tries=operations.c.tries + 1))
        elif _is_next(conn, operation) and not _waits(conn, operation):
            setaside.reject(conn, way, operation, decision.reason)
        else:
            again.append(operation.id)
    if again:
        repository.set_state(conn, again, State.SIGNED, now, transaction_id=None, reason=None)
        log.info("travels again", extra={"operations": again})


def _is_next(conn: Connection, operation: Queued) -> bool:
    ended = (operations.c.party == operation.party) & (operations.c.state == State.FINAL)
    query = select(func.max(operations.c.sequence)).where(ended, operations.c.sequence.is_not(None))
    return int(conn.execute(query).scalar() or 0) + 1 == operation.sequence


def _waits(conn: Connection, operation: Queued) -> bool:
    """Whether something earlier that it may depend on is undecided: of the same lots, or of the parties
    it names.
    """
    earlier = operations.c.state.in_(PENDING) & (
        (operations.c.place < operation.place)
        | ((operations.c.place == operation.place) & (operations.c.id < operation.id))
    )
    named = {operation.party, *(entry.counterparty for entry in operation.entries)}
    about = earlier & operations.c.party.in_(named) & (operations.c.kind != OperationKind.SUBMISSION)
    if conn.execute(select(operations.c.id).where(about).limit(1)).scalar() is not None:
        return True
    lots = sorted({entry.lot_id for entry in operation.entries})
    for chunk in repository.chunks(lots, 500):
        query = (
            select(operations.c.id)
            .join(entries, entries.c.operation_id == operations.c.id)
            .where(earlier, entries.c.lot_id.in_(chunk))
        )
        if conn.execute(query.limit(1)).scalar() is not None:
            return True
    return False
