"""A new epoch on a new or emptied chain: everything is recorded again, in its order, under the same
numbers.
"""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from suyuan.anchoring import identify
from suyuan.anchoring.model import OperationKind, State
from suyuan.anchoring.ports import Identity
from suyuan.anchoring.tables import anchors, entries, epochs, operations
from suyuan.anchoring.way import log
from suyuan.kernel.clock import Clock


def rebind(conn: Connection, clock: Clock, identity: Identity, reason: str) -> int:
    """Close the open epoch and open the next for `identity`; returns its number.

    Signatures stay when the ledger has the same chain id and address (they are over both), else custodial
    parties sign again, and others are asked again. Rejected operations stay rejected; their numbers are
    filled
    again by the same empty submissions. Bytes of the old epoch are never sent again.
    """
    row = identify.open_epoch(conn)
    epoch = 0
    resign = True
    if row is not None:
        before = identify.identity_of(row)
        resign = _ledger(before) != _ledger(identity)
        epoch = row.epoch
        conn.execute(update(epochs).where(epochs.c.epoch == epoch).values(closed_at=clock.now()))
    conn.execute(update(entries).values(lot_index=None, in_custody=None, log_index=None))
    conn.execute(update(anchors).values(number=None, previous_root=None))
    _again(conn, clock, resign=resign)
    if resign:
        _keys_first(conn)
    log.critical("rebound", extra={"epoch": epoch + 1, "reason": reason, "signatures_again": resign})
    return identify.begin(conn, clock, identity, epoch + 1, reason)


def _ledger(identity: Identity) -> tuple[int, str | None]:
    return identity.chain_id, identity.contracts.get("TraceLedger")


def _again(conn: Connection, clock: Clock, *, resign: bool) -> None:
    travels = operations.c.place.is_not(None) & (operations.c.state != State.REJECTED)
    values = {"transaction_id": None, "tries": 0, "reason": None, "updated_at": clock.now()}
    submission = operations.c.kind == OperationKind.SUBMISSION
    unsigned = submission & (operations.c.signature.is_(None))
    signed = travels & (operations.c.state != State.RECEIVED)
    if resign:
        conn.execute(update(operations).where(travels, submission).values(values | {"signature": None}))
        conn.execute(update(operations).where(travels, submission).values(state=State.RECEIVED))
        conn.execute(update(operations).where(signed, ~submission).values(values | {"state": State.SIGNED}))
    else:
        conn.execute(update(operations).where(signed, ~unsigned).values(values | {"state": State.SIGNED}))


def _keys_first(conn: Connection) -> None:
    """Parties sign again with today's keys, so each party's keys must be known before its first
    submission.
    """
    registered = operations.alias("registered")
    place = (
        select(registered.c.place)
        .where(registered.c.kind == OperationKind.REGISTER, registered.c.party == operations.c.party)
        .where(registered.c.state != State.REJECTED)
        .scalar_subquery()
    )
    added = (operations.c.kind == OperationKind.ADD_KEY) & operations.c.place.is_not(None)
    conn.execute(update(operations).where(added).values(place=place))
