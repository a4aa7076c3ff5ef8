"""When a lot was handed on, by its entries."""

from __future__ import annotations

from sqlalchemy import Connection

from suyuan.anchoring.model import State
from suyuan.anchoring.queries import entries_of_lot
from suyuan.kernel.ledger import Kind


def handed_on(conn: Connection, lot_id: bytes, party: int) -> int | None:
    """When another last took the lot over from the party, in Unix seconds; None when that never was.
    Entries set aside do not count.
    """
    left, holder = None, 0
    for it in entries_of_lot(conn, lot_id):
        if it.state is State.REJECTED:
            continue
        if holder == 0 or it.kind is Kind.ACCEPTED:
            if holder == party != it.party:
                left = it.occurred_at
            holder = it.party
    return left
