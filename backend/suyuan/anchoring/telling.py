"""Telling parties that their submissions have come to an end.

A duty beside the relayer, not a step of it: what ended is found by its state, some time later, and the
relayer waits for nothing. An index holds just the operations whose end was not told, so that a pass costs
what there is to tell. A reorganisation that takes a final block back and brings it again is told once.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, exists, select, update

from suyuan.anchoring.model import PENDING, Operation, State
from suyuan.anchoring.queries import operations_of
from suyuan.anchoring.tables import UNTOLD, operations
from suyuan.database.locks import hold
from suyuan.kernel.clock import Clock
from suyuan.kernel.hashing import to_hex
from suyuan.notices import tell

_PAGE = 200


def is_due(conn: Connection) -> bool:
    """Whether there is an end to tell; for a look before the writing transaction."""
    return conn.execute(_untold().limit(1)).scalar() is not None


def tell_ends(conn: Connection, clock: Clock, limit: int = _PAGE) -> bool:
    """Write `submission.final` or `submission.rejected` for submissions all of whose parts have ended; True
    when there may be more of them. Each is told once, whoever else does this duty at the same time.
    """
    hold(conn, "anchoring.telling")
    rows = conn.execute(_untold().limit(limit)).scalars().all()
    references = list(dict.fromkeys(rows))
    if not references:
        return False
    found = operations_of(conn, references)
    for reference in references:
        ended = found[reference]
        rejected = ended.state is State.REJECTED
        topic = "submission.rejected" if rejected else "submission.final"
        tell(conn, clock, ended.party, topic, reference, _facts(ended))
    its = operations.c.reference.in_(references)
    conn.execute(update(operations).where(its).values(told=operations.c.state))
    return len(rows) == limit


def _untold() -> Select[Any]:
    other = operations.alias("other")
    under_way = exists().where(other.c.reference == operations.c.reference, other.c.state.in_(PENDING))
    return select(operations.c.reference).where(UNTOLD, ~under_way).order_by(operations.c.id)


def _facts(ended: Operation) -> dict[str, object]:
    return {
        "state": str(ended.state),
        "sequence": ended.sequence,
        "transaction": to_hex(ended.transaction) if ended.transaction else None,
        "block": ended.block,
        "blockTime": ended.block_time.isoformat() if ended.block_time else None,
        "reason": ended.reason,
    }
