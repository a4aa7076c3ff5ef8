"""What is foreseen of custody is what the ledger's model says of the queued entries."""

from __future__ import annotations

import itertools
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from journal_world import ROLES, amount, event, identifier, lot, made, packed, seen, shipped, transformed
from suyuan.anchoring.queries import entries_of_lot
from suyuan.journal.errors import DocumentRefused
from suyuan.kernel.ledger import LotState, record_entry
from suyuan.lots.custody import replay, reproject
from suyuan.lots.tables import lot as lots

PALLET = "urn:example:pallet:"


def foreseen_and_replayed(world, lot_id):
    """(what the room foresees, what the model gives for the queued entries with every role checked)."""
    names = {number: name for name, number in world.numbers.items()}
    with world.database.reading() as conn:
        row = conn.execute(select(lots).where(lots.c.lot_id == lot_id)).one()
        entries = entries_of_lot(conn, lot_id)
    state = LotState()
    for each in entries:
        state, _ = record_entry(state, each.party, ROLES[names[each.party]], each.entry, may_open=True)
    return LotState(row.custodian, row.offered_to, row.entries, row.head), state


_runs = itertools.count()
goods = st.sampled_from(["a", "b", "c"])
steps = st.sampled_from(
    [
        "shipping",
        "receiving",
        "accepting",
        "retail_selling",
        "destroying",
        "inspecting",
        "sampling",
        "storing",
        "sensor_reporting",
        "packing",
        "consigning",
        "holding",
    ]
)
parties = st.sampled_from(sorted(ROLES))


@st.composite
def stories(draw):
    """(party, event) of a few lots, containers and all sorts of steps."""
    run = next(_runs)  # names of their own: all examples of a test share one database
    told = []
    for number in range(draw(st.integers(1, 8))):
        name = f"{run}-{draw(goods)}"
        day = draw(st.integers(1, 20))
        more = {"day": day, "eventID": f"urn:x:{run}:{number}"}
        pallet = f"{PALLET}{run}-{draw(st.integers(0, 1))}"
        what = draw(st.integers(0, 6))
        if what == 0:
            one = made(amount(name, 5), **more)
        elif what == 1:
            one = transformed([amount(name, 1)], [amount(f"{run}-{draw(goods)}{number}", 1)], **more)
        elif what == 2:
            one = packed(pallet, amount(name, 1), **more)
        elif what == 3:
            one = packed(pallet, **(more | {"action": "DELETE", "bizStep": "unpacking"}))
        elif what == 4:
            one = shipped(draw(parties), amount(name, 1), **more)
        elif what == 5:
            one = event(bizStep=draw(steps), epcList=[pallet], **more)
        else:
            one = seen(draw(steps), amount(name, 1), **more)
        told.append((draw(parties), one))
    return told


def refusals(world, party, one):
    """Codes of what is refused of an event; empty when it is taken."""
    try:
        world.send(party, one)
    except DocumentRefused as refused:
        return {fault.code for fault in refused.faults}
    return set()


@settings(max_examples=12)
@given(stories())
def test_whatever_is_told_the_foreseen_custody_is_the_ledgers(world, told):
    for party, one in told:
        assert refusals(world, party, one) <= {
            "journal.already_made",
            "journal.lot_not_yours",
            "journal.lot_unknown",
            "journal.genealogy_cycle",
        }
    with world.database.reading() as conn:
        ids = conn.execute(select(lots.c.lot_id)).scalars().all()
    for lot_id in ids:
        foreseen, replayed = foreseen_and_replayed(world, lot_id)
        assert foreseen == replayed


@settings(max_examples=8)
@given(stories())
def test_a_whole_story_in_one_document_ends_in_the_same_custody_as_the_ledgers(world, told):
    events = [{**one, "cbvmda:informationProvider": f"urn:example:party:{party}"} for party, one in told]
    try:
        world.send("", *events)
    except DocumentRefused:
        return
    with world.database.reading() as conn:
        ids = conn.execute(select(lots.c.lot_id)).scalars().all()
    for lot_id in ids:
        foreseen, replayed = foreseen_and_replayed(world, lot_id)
        assert foreseen == replayed


def test_a_party_that_is_no_longer_qualified_opens_nothing_but_may_go_on(world):
    with world.database.transaction() as conn:
        world.register(conn, "late", ROLES["farm"], until=world.clock.now().replace(day=24))
    world.send("late", made(amount("rice", 1)))
    world.clock.set(world.clock.now().replace(day=25))
    with pytest.raises(DocumentRefused) as caught:
        world.send("late", made(amount("corn", 1)))
    assert [fault.code for fault in caught.value.faults] == ["journal.party_not_qualified"]
    world.send("late", seen("storing", amount("rice")))
    assert world.kinds("rice") == [("late", "PRODUCED"), ("late", "OBSERVED")]


def test_custody_can_be_set_to_what_the_ledger_took(world):
    world.send("farm", made(amount("rice", 1)), shipped("mill", amount("rice", 1), day=2))
    lot_id = identifier(lot("rice"))
    with world.database.transaction() as conn:
        (first, _) = [(each.party, each.entry) for each in entries_of_lot(conn, lot_id)]
        state = reproject(conn, lot_id, [first])
    assert state == replay([first]) == world.lot("rice").state
    assert (state.offered_to, state.count) == (0, 1)


def test_writers_of_the_same_lots_wait_for_each_other(world):
    """Many at once about the same few lots, in all orders: nothing is lost, and nobody waits in a ring."""
    names = [f"lot{number}" for number in range(6)]
    world.send("farm", *[made(amount(name, 1)) for name in names])
    failures = []

    def write(number):
        order = names[number % 6 :] + names[: number % 6]
        try:
            for turn in range(2):
                told = [seen("storing", *[amount(name) for name in order], eventID=f"urn:x:{number}:{turn}")]
                world.send("farm", *told, made(amount(f"new{number}-{turn}", 1)))
        except Exception as failure:  # noqa: BLE001 - told by the main thread
            failures.append(failure)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failures == []
    for name in names:
        foreseen, replayed = foreseen_and_replayed(world, identifier(lot(name)))
        assert foreseen == replayed
        assert foreseen.count == 9
