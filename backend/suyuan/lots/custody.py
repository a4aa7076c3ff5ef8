"""Custody as the chain has it, replayed; for the rare case that the chain refused what we had foreseen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from suyuan.anchoring.model import State
from suyuan.anchoring.queries import entries_of_lot
from suyuan.kernel.ledger import Kind, LedgerEntry, LedgerRefusal, LotState, Role, record_entry
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

    Unknown lots are left alone.
    """
    repository.claim(conn, [lot_id])
    told = list(entries)
    state = replay(told)
    maker = _maker(told)
    lot = repository.lots_by_id(conn, [lot_id]).get(lot_id)
    if lot is not None and (lot.state, lot.maker) != (state, maker):
        repository.update_lots(conn, [(lot.number, state, maker)])
    return state


def put_back(conn: Connection, lots: Sequence[bytes]) -> None:
    """Foresee anew what becomes of lots, of whose entries some were set aside or taken up again; for the
    transaction that does so.
    """
    repository.claim(conn, lots)
    for lot_id in lots:
        reproject(conn, lot_id, _standing(conn, lot_id))


def maker_of(conn: Connection, lot_id: bytes) -> int:
    """Who made the lot by its entries, without those set aside; 0 when nobody says so."""
    return _maker(_standing(conn, lot_id))


def _maker(entries: Iterable[tuple[int, LedgerEntry]]) -> int:
    return next((party for party, entry in entries if entry.kind in (Kind.PRODUCED, Kind.PROCESSED)), 0)


def _standing(conn: Connection, lot_id: bytes) -> list[tuple[int, LedgerEntry]]:
    recorded = entries_of_lot(conn, lot_id)
    return [(it.party, it.entry) for it in recorded if it.state is not State.REJECTED]
