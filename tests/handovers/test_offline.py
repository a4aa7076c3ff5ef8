"""Acts that arrive late, twice and out of order, by the right party and by others."""

from __future__ import annotations

from uuid import uuid4

import pytest

from handover_world import PHOTO
from suyuan.handovers.errors import ActKeyReused, HandoverRefused, HandoverUnknown, RulesBlock
from suyuan.handovers.model import State
from suyuan.handovers.offline import waiting_of


def waiting(world, name):
    with world.database.reading() as conn:
        return waiting_of(conn, world.numbers[name])


@pytest.fixture
def named():
    return str(uuid4())


def test_an_answer_before_its_offer_waits_and_counts_when_the_offer_comes(world, named):
    world.make("farm", "A")
    at = world.clock.now().isoformat()
    assert world.accept("carrier", named, offline=True, actId="n-1", at=at) is None
    assert world.accept("carrier", named, offline=True, actId="n-1", at=at) is None
    assert [each["state"] for each in waiting(world, "carrier")] == ["waiting"]
    world.later(hours=2)
    found = world.offer("farm", "carrier", world.line("A"), id=named, at=at)
    assert found.state is State.ACCEPTED
    assert found.outcome.claimed_at.isoformat() == at
    assert world.holder("A") == "carrier"
    assert [each["state"] for each in waiting(world, "carrier")] == ["done"]


def test_a_strangers_waiting_answer_never_counts(world, named):
    world.make("farm", "A")
    world.accept("store", named, offline=True, actId="n-1")
    found = world.offer("farm", "carrier", world.line("A"), id=named)
    assert found.state is State.OFFERED
    assert world.holder("A") == "farm"
    assert [each["state"] for each in waiting(world, "store")] == ["waiting"]


def test_a_waiting_answer_that_is_none_is_refused_whole_and_the_offer_stands(world, named):
    world.make("farm", "A")
    line = {"line": 1, "accepted": "50", "refused": "10", "reason": "wet", "evidence": [PHOTO]}
    world.accept("carrier", named, line, offline=True, actId="n-1")
    before = world.world.stored()
    found = world.offer("farm", "carrier", world.line("A"), id=named)
    assert found.state is State.OFFERED
    [kept] = waiting(world, "carrier")
    assert (kept["state"], kept["result"]["errors"][0]["code"]) == ("refused", "HA13.sums_differ")
    after = world.world.stored()
    assert after["journal_submissions"] == before["journal_submissions"] + 1  # the offer's alone


def test_answered_before_it_was_offered_by_its_own_clock_it_is_refused(world, named):
    world.make("farm", "A")
    early = world.clock.now().isoformat()
    world.later(hours=1)
    found = world.offer("farm", "carrier", world.line("A"))
    with pytest.raises(RulesBlock) as raised:
        world.accept("carrier", found.id, at=early)
    assert [each.code for each in raised.value.faults] == ["HA14.before_offer"]


def test_answered_before_the_goods_had_left_it_is_refused(world):
    world.make("farm", "A")
    found = world.offer("farm", "carrier", world.line("A"))
    world.later(hours=1)
    early = world.clock.now().isoformat()
    world.later(hours=1)
    world.depart("farm", found.id)
    with pytest.raises(RulesBlock) as raised:
        world.accept("carrier", found.id, at=early)
    assert [each.code for each in raised.value.faults] == ["HA14.before_departure"]
    assert world.accept("carrier", found.id).state is State.ACCEPTED


def test_an_act_that_is_still_to_come_is_refused(world):
    world.make("farm", "A")
    found = world.offer("farm", "carrier", world.line("A"))
    with pytest.raises(HandoverRefused) as raised:
        world.accept("carrier", found.id, at="2026-11-24T08:00:00Z")
    assert raised.value.faults[0].code == "handover.in_future"


def test_without_offline_what_does_not_exist_does_not_exist(world, named):
    with pytest.raises(HandoverUnknown):
        world.accept("carrier", named, actId="n-1")
    assert waiting(world, "carrier") == []


def test_an_offline_answer_needs_its_number_and_keeps_it(world, named):
    with pytest.raises(HandoverRefused):
        world.accept("carrier", named, offline=True)
    world.accept("carrier", named, offline=True, actId="n-1")
    with pytest.raises(ActKeyReused):
        world.refuse("carrier", named, offline=True, actId="n-1")


def test_the_same_offer_again_is_the_same_handover(world, named):
    world.make("farm", "A")
    first = world.offer("farm", "carrier", world.line("A"), id=named, actId="o-1")
    assert world.offer("farm", "carrier", world.line("A"), id=named, actId="o-1").id == first.id
    with pytest.raises(ActKeyReused):
        world.offer("farm", "store", world.line("A"), id=named, actId="o-1")


@pytest.mark.parametrize("named", ["x" * 300, "7" * 36, "a\x00b", "{0}{0}".format("0b8f3a1e-")])
def test_an_answer_to_what_can_be_no_handover_does_not_wait(world, named):
    with pytest.raises(HandoverUnknown):
        world.accept("carrier", named, offline=True, actId="q-1")
