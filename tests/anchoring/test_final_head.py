"""The block that a bundle speaks of: final, known by hash and time, nothing of ours left out before it."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, update

from anchoring_harness import Crash, entry
from suyuan.anchoring import queries
from suyuan.anchoring.model import Sending
from suyuan.anchoring.tables import checkpoints, transactions


def head(harness):
    with harness.database.reading() as conn:
        return queries.final_head(conn)


def newest_final(harness):
    return harness.chain.block(harness.chain.finalized())


def test_before_the_first_contact_there_is_none(harness):
    assert head(harness) is None


def test_it_goes_on_with_the_chain_though_nothing_of_ours_is_recorded(harness):
    harness.register()
    harness.settle()
    harness.chain.mine(10)
    harness.loop.pass_once()
    assert head(harness) == newest_final(harness)
    before = head(harness)
    harness.chain.mine(3)
    harness.loop.pass_once()
    assert head(harness).number == before.number + 3


def test_it_stays_before_what_has_still_to_become_final(harness):
    harness.register()
    harness.settle()
    harness.chain.mine(10)
    harness.loop.pass_once()
    with harness.database.transaction() as conn:
        first = conn.execute(transactions.select().order_by(transactions.c.block)).first()
        conn.execute(update(transactions).where(transactions.c.id == first.id).values(state=Sending.MINED))
    found = head(harness)
    assert found is None or found.number < first.block


def test_a_crash_before_the_checkpoint_loses_no_final_entry(harness):
    harness.register()
    harness.settle()
    harness.submit(1, [entry("lot")], "s1")
    harness.crash_at = "final"
    with pytest.raises(Crash):
        harness.settle()
    with harness.database.reading() as conn:
        (recorded,) = queries.entries_of_lot(conn, entry("lot").lot_id)
    assert recorded.state == "final"
    assert head(harness).number >= recorded.block


def test_no_checkpoint_is_written_while_a_used_nonce_is_unread(harness):
    harness.register()
    harness.settle()
    harness.submit(1, [entry("lot")], "s1")
    for _ in range(3):
        harness.loop.pass_once()
    before = head(harness)
    receipt, harness.chain.receipt = harness.chain.receipt, lambda _: None
    harness.chain.mine(10)
    harness.loop.pass_once()
    assert head(harness) == before
    harness.chain.receipt = receipt
    harness.settle()
    assert head(harness).number > before.number


def test_a_checkpoint_of_an_earlier_version_gets_its_time(harness):
    harness.register()
    harness.settle()
    harness.chain.mine(10)
    harness.loop.pass_once()
    with harness.database.transaction() as conn:
        conn.execute(update(checkpoints).values(time=None))
    older = head(harness)
    assert older.number < newest_final(harness).number  # the last transaction's own
    harness.loop.pass_once()
    assert head(harness) == newest_final(harness)


def test_without_checkpoints_the_last_final_transaction_tells(harness):
    harness.register()
    harness.settle()
    with harness.database.transaction() as conn:
        conn.execute(delete(checkpoints))
        last = conn.execute(transactions.select().order_by(transactions.c.block.desc())).first()
    found = head(harness)
    assert (found.number, found.hash, found.timestamp) == (last.block, last.block_hash, last.block_time)
