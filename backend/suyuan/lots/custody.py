"""Custody as the chain has it, replayed; for the rare case that the chain refused what we had foreseen."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from suyuan.kernel.ledger import LedgerEntry, LedgerRefusal, LotState, Role, record_entry
from suyuan.lots import repository

_EVERYBODY = Role(127)


def replay(entries: Iterable[tuple[int, LedgerEntry]]) -> LotState:
    """The state of one lot after its entries, given as (party, entry) in recording order. Roles and
    qualification were checked when they were recorded; an entry that no longer fits is left out, as the
    chain would.
    """
    state = LotState()
    for party, entry in entries:
        try:
            state, _ = record_entry(state, party, _EVERYBODY, entry, may_open=True)
        except LedgerRefusal:
            continue
    return state


def reproject(conn: Connection, lot_id: bytes, entries: Iterable[tuple[int, LedgerEntry]]) -> LotState:
    """Set a lot's foreseen state to what its `entries` (without those set aside) give; returns it.

    Call it in the transaction that sets a submission aside. Unknown lots are left alone.
    """
    repository.claim(conn, [lot_id])
    state = replay(entries)
    lot = repository.lots_by_id(conn, [lot_id]).get(lot_id)
    if lot is not None and lot.state != state:
        repository.update_lots(conn, [(lot.number, state, lot.maker)])
    return state
