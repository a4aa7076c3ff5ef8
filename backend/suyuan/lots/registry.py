"""Finding lots."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from suyuan.lots import repository
from suyuan.lots.errors import LotUnknown
from suyuan.lots.model import Lot


def find_lot(conn: Connection, lot_id: bytes) -> Lot | None:
    """The lot with this id, or None when nothing is recorded about it."""
    return repository.lots_by_id(conn, [lot_id]).get(lot_id)


def lot_of(conn: Connection, lot_id: bytes) -> Lot:
    """The lot with this id. Raises LotUnknown."""
    found = find_lot(conn, lot_id)
    if found is None:
        raise LotUnknown(f"Nothing is recorded about lot 0x{lot_id.hex()}.")
    return found


def lots_of(conn: Connection, ids: Iterable[bytes]) -> dict[bytes, Lot]:
    """Known lots by id."""
    return repository.lots_by_id(conn, ids)
