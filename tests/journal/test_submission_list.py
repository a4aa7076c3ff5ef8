from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from journal_world import amount, made
from suyuan.anchoring.reach import Reach
from suyuan.anchoring.tables import operations
from suyuan.journal.submission_list import Wanted, find_submissions


@pytest.fixture
def told(world):
    """Three submissions of the farm, an hour apart; the last has two parts on the way."""
    found = []
    for goods in (["a"], ["b"], [f"c{n}" for n in range(200)]):
        found.append(world.send("farm", *(made(amount(name, 1)) for name in goods))["id"])
        world.clock.advance(timedelta(hours=1))
    return found


def listed(world, wanted, below=0, limit=10, party="farm"):
    with world.database.reading() as conn:
        found = find_submissions(conn, world.numbers[party], wanted, below, limit)
    return [each.submission.id for each in found]


def put(world, submission, state, part=None):
    its = operations.c.reference == submission
    if part is not None:
        its &= operations.c.part == part
    with world.database.transaction() as conn:
        assert conn.execute(update(operations).where(its).values(state=state)).rowcount


def test_the_newest_comes_first_and_nothing_of_another_party(world, told):
    assert listed(world, Wanted()) == told[::-1]
    assert listed(world, Wanted(), limit=1) == told[2:]
    assert listed(world, Wanted(), party="mill") == []


def test_it_is_final_when_all_its_parts_are_and_rejected_when_one_is(world, told):
    one, two, three = told
    put(world, one, "final")
    put(world, three, "final", part=0)
    assert listed(world, Wanted(Reach.FINAL)) == [one]
    assert listed(world, Wanted(Reach.UNDER_WAY)) == [three, two]
    put(world, three, "final")
    assert listed(world, Wanted(Reach.FINAL)) == [three, one]
    put(world, three, "rejected", part=1)
    put(world, two, "rejected")
    assert listed(world, Wanted(Reach.REJECTED)) == [three, two]
    assert listed(world, Wanted(Reach.UNDER_WAY)) == []


def test_a_day_begins_with_its_first_moment_and_ends_before_the_next(world, told):
    start = world.clock.now() - timedelta(hours=2)
    assert listed(world, Wanted(since=start)) == told[:0:-1]
    assert listed(world, Wanted(before=start)) == told[:1]
    assert listed(world, Wanted(since=start, before=start + timedelta(hours=1))) == told[1:2]


def test_the_list_goes_on_below_a_position(world, told):
    with world.database.reading() as conn:
        (newest,) = find_submissions(conn, world.numbers["farm"], Wanted(), 0, 1)
    assert listed(world, Wanted(), below=newest.submission.position) == told[1::-1]
