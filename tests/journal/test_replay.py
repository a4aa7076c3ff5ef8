"""What was derived, held against the events read again: honest data differs in nothing, whatever happened."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import delete, update

from journal_world import amount, event, identifier, lot, made, packed, party, seen, shipped, transformed
from suyuan.anchoring.model import State
from suyuan.anchoring.queries import entries_of_lot
from suyuan.anchoring.tables import operations
from suyuan.journal import queries
from suyuan.journal.erasing import erase_disclosures
from suyuan.journal.replay import audit_derived
from suyuan.kernel.ledger import Kind
from suyuan.lots import tables as t
from suyuan.lots.custody import put_back

PALLET = "urn:epc:id:sscc:0614141.1234567890"
TO_STORE = {"destinationList": [{"type": "owning_party", "destination": party("store")}]}
OUT = {"type": "AggregationEvent", "action": "DELETE", "bizStep": "unpacking"}
PARTS = {"transformationID": "urn:example:one"}


def found(world):
    with world.database.reading() as conn:
        return [each.where for each in audit_derived(conn)]


@pytest.fixture
def told(world):
    world.send("farm", made(amount("rice", 10.5)), packed(PALLET, amount("rice", 1), day=2))
    world.send("mill", made(amount("corn", 1)), packed(PALLET, amount("corn", 1), day=3))
    world.send("farm", event(bizStep="shipping", epcList=[PALLET], day=5, **TO_STORE))
    world.send("store", event(bizStep="receiving", epcList=[PALLET], day=6))
    world.send("mill", transformed([amount("corn", 123.0)], [amount("flour", 200.0)], day=4, **PARTS))
    world.send("mill", transformed([amount("corn", 3)], [amount("bran", 200)], day=5, **PARTS))
    world.send("mill", shipped("store", amount("flour", 2), day=7))
    world.send("store", seen("receiving", amount("flour", 2), day=8))
    return world


def test_what_nobody_touched_differs_in_nothing(told):
    assert found(told) == []


def test_what_was_erased_is_no_difference(told):
    hidden = {"suyuan:confidential": ["/inputQuantityList/0/quantity"]}
    told.send("mill", transformed([amount("corn", 7)], [amount("cake", 200)], day=6, **PARTS, **hidden))
    assert found(told) == []
    with told.database.transaction() as conn:
        for each in queries.events_of_lot(conn, identifier(lot("cake"))):
            erase_disclosures(conn, each.event_hash)
    assert found(told) == []


@pytest.mark.parametrize("table", [t.edge, t.content, t.total, t.process_part, t.contradiction])
def test_rows_that_are_gone_are_named(told, table):
    with told.database.transaction() as conn:
        count = conn.execute(delete(table)).rowcount
    named = found(told)
    assert len(named) == count > 0
    assert all(each.startswith(f"{table.name} ") for each in named)


def test_an_amount_in_a_container_changed_by_hand_is_named(told):
    with told.database.transaction() as conn:
        conn.execute(update(t.content).values(quantity=Decimal(77)))
    assert {each.split()[0] for each in found(told)} == {"lots_contents"}


def test_what_the_chain_set_aside_is_no_difference(told):
    with told.database.transaction() as conn:
        recorded = entries_of_lot(conn, identifier(lot("rice")))
        taken = next(each for each in recorded if each.entry.kind is Kind.ACCEPTED)
        its = operations.c.reference == taken.reference
        conn.execute(update(operations).where(its).values(state=State.REJECTED))
        put_back(conn, [identifier(lot("rice"))])
    told.send("farm", event(**OUT, parentID=PALLET, day=7))
    told.send("farm", transformed([amount("rice", 1)], [amount("paper", 1)], day=8))
    assert found(told) == []
