from __future__ import annotations

from contextlib import suppress

import pytest
from sqlalchemy import text

from anchoring_harness import Harness, entry
from suyuan.anchoring import leaves
from suyuan.anchoring.audit import audit_chain
from suyuan.kernel.ledger import Kind


@pytest.fixture
def recorded(harness: Harness) -> Harness:
    harness.register(2)
    harness.submit(1, [entry("a"), entry("b")], "one")
    harness.submit(1, [entry("a", Kind.OFFERED, "o", 2)], "two")
    harness.submit(2, [entry("a", Kind.ACCEPTED, "x", 1)], "three")
    harness.submit(2, [entry("none", Kind.SOLD)], "poison")
    with harness.database.transaction() as conn:
        for number in range(3):
            leaves.add_leaf(conn, harness.clock, "product", b"%d" % number)
    harness.step()
    harness.settle()
    return harness


def found(harness: Harness) -> list[str]:
    with harness.database.reading() as conn:
        return [difference.where for difference in audit_chain(conn, harness.chain)]


def test_books_that_are_right_differ_nowhere(recorded: Harness) -> None:
    assert found(recorded) == []


CHANGES = (
    ("UPDATE anchoring_entries SET event_hash = lot_id WHERE {entry}", "anchoring_entries"),
    ("UPDATE anchoring_entries SET lot_id = event_hash WHERE {entry}", "anchoring_entries"),
    ("UPDATE anchoring_entries SET occurred_at = occurred_at + 1 WHERE {entry}", "anchoring_entries"),
    ("UPDATE anchoring_entries SET kind = 13 WHERE {entry}", "anchoring_entries"),
    ("UPDATE anchoring_entries SET kind = 99 WHERE {entry}", "anchoring_"),
    ("UPDATE anchoring_entries SET lot_index = 7 WHERE {entry}", "anchoring_entries"),
    ("DELETE FROM anchoring_entries WHERE {entry}", "anchoring_operations"),
    ("UPDATE anchoring_operations SET signature = {other} WHERE reference = 'one'", "anchoring_operations"),
    ("UPDATE anchoring_operations SET sequence = 99 WHERE reference = 'two'", "anchoring_operations"),
    ("UPDATE anchoring_operations SET party = 1, sequence = 50 WHERE reference = 'three'", "anchoring_oper"),
    ("UPDATE anchoring_operations SET state = 'rejected' WHERE reference = 'two'", "anchoring_operations"),
    (
        "UPDATE anchoring_operations SET state = 'final', sequence = 77 WHERE reference = 'poison'",
        "anchoring_operations",
    ),
    ("UPDATE anchoring_operations SET transaction_id = NULL WHERE reference = 'two'", "anchoring_operations"),
    (
        "UPDATE anchoring_transactions SET block = block + 1 WHERE purpose = 'anchor'",
        "anchoring_transactions",
    ),
    ("UPDATE anchoring_transactions SET block_time = 5 WHERE purpose = 'anchor'", "anchoring_transactions"),
    ("UPDATE anchoring_attempts SET raw = hash", "anchoring_attempts"),
    ("UPDATE anchoring_attempts SET hash = raw", "anchoring_attempts"),
    ("UPDATE anchoring_anchors SET root = {other}", "anchoring_anchors"),
    ("UPDATE anchoring_anchors SET number = 5", "anchoring_anchors"),
    ("UPDATE anchoring_leaves SET data = {other} WHERE position = 1", "anchoring_leaves"),
    ("UPDATE anchoring_leaves SET hash = {other} WHERE position = 1", "anchoring_leaves"),
    ("UPDATE anchoring_checkpoints SET hash = {other}", "anchoring_checkpoints"),
    ("UPDATE anchoring_checkpoints SET time = time + 1", "anchoring_checkpoints"),
    ("UPDATE anchoring_epochs SET chain_id = 8", "anchoring_epochs"),
)


class Undone(Exception):
    pass


def test_a_row_changed_by_hand_is_named(recorded: Harness) -> None:
    other = "x'00112233'" if recorded.database.is_sqlite else r"'\x00112233'::bytea"
    missed = []
    for change, where in CHANGES:
        with suppress(Undone), recorded.database.transaction() as conn:
            conn.execute(text(change.format(entry="position = 1", other=other)))
            names = [difference.where for difference in audit_chain(conn, recorded.chain)]
            if not any(name.startswith(where) for name in names):
                missed.append((change, names))
            raise Undone
    assert missed == []


def test_an_operation_that_the_chain_lost_is_named(recorded: Harness) -> None:
    recorded.chain.reorganise(50)
    names = found(recorded)
    assert any(name.startswith("anchoring_transactions") for name in names)
    assert "parties" in names
