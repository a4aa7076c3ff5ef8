"""Going back: what a reorganisation took is `submitted` again and the same bytes are sent again."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from suyuan.anchoring import repository
from suyuan.anchoring.model import Sending, State
from suyuan.anchoring.tables import anchors, attempts, operations, transactions
from suyuan.anchoring.way import Way

_NOT_MINED = {
    "state": Sending.PREPARED,
    "hash": None,
    "block": None,
    "block_hash": None,
    "block_time": None,
    "succeeded": None,
    "doubted_at": None,
}


def reopen(conn: Connection, way: Way, ids: Sequence[int]) -> None:
    """Mined or final transactions become prepared; their operations `submitted`, and their bytes are due
    at once.
    """
    for chunk in repository.chunks(ids, 500):
        conn.execute(update(transactions).where(transactions.c.id.in_(chunk)).values(_NOT_MINED))
        conn.execute(update(attempts).where(attempts.c.transaction_id.in_(chunk)).values(last_sent=None))
        lost = _carried(conn, chunk, (State.MINED, State.FINAL))
        repository.clear_recorded(conn, lost)
        _forget_numbers(conn, lost)
        repository.set_state(conn, lost, State.SUBMITTED, way.clock.now())


def void(conn: Connection, way: Way, transaction: int) -> None:
    """Another transaction is final at this nonce; the operations are `signed` again and get a new
    transaction.
    """
    its = transactions.c.id == transaction
    conn.execute(update(transactions).where(its).values(_NOT_MINED | {"state": Sending.VOID}))
    carried = _carried(conn, [transaction], (State.SUBMITTED, State.MINED, State.FINAL))
    repository.clear_recorded(conn, carried)
    repository.set_state(conn, carried, State.SIGNED, way.clock.now(), transaction_id=None)


def _carried(conn: Connection, ids: Sequence[int], states: Sequence[State]) -> list[int]:
    query = select(operations.c.id).where(
        operations.c.transaction_id.in_(ids), operations.c.state.in_(states)
    )
    return list(conn.execute(query).scalars())


def _forget_numbers(conn: Connection, ids: Sequence[int]) -> None:
    for chunk in repository.chunks(ids, 500):
        conn.execute(update(anchors).where(anchors.c.operation_id.in_(chunk)).values(number=None))
