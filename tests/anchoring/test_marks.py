"""Pages that are kept are told apart by marks."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import insert, update

from suyuan.anchoring.marks import mark_of_lot
from suyuan.anchoring.tables import checkpoints, epochs

LOT = b"l" * 32
EPOCH = {
    "epoch": 1, "chain_id": 31337, "genesis_hash": b"g" * 32, "contracts": "{}",
    "opened_at": datetime(2026, 11, 23, tzinfo=UTC),
}  # fmt: skip


def test_a_block_replaced_at_the_same_height_is_another_mark(database):
    with database.transaction() as conn:
        conn.execute(insert(epochs).values(**EPOCH))
        for number, hash_ in ((7, b"a" * 32), (8, b"b" * 32)):
            conn.execute(insert(checkpoints).values(epoch=1, number=number, hash=hash_, time=1_795_000_000))
        before = mark_of_lot(conn, LOT)
        assert mark_of_lot(conn, LOT) == before
        conn.execute(update(checkpoints).where(checkpoints.c.number == 8).values(hash=b"c" * 32))
        assert mark_of_lot(conn, LOT) != before
