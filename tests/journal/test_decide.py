from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.journal.decide import SENTENCES, Situation, decide
from suyuan.journal.kinds import Intent
from suyuan.kernel.ledger import OPENING, TRADE, Kind, LedgerEntry, LotState, Role, record_entry

ME, OTHER, THIRD = 1, 2, 3
KNOWN = LotState(custodian=OTHER, count=1)
MINE = LotState(custodian=ME, count=1)
OFFERED_TO_ME = LotState(custodian=OTHER, offered_to=ME, count=2)


def about(state=LotState(), roles=TRADE, **more):  # noqa: B008 - a frozen value
    plain = {"party": ME, "roles": roles, "may_open": True, "state": state, "maker": 0, "touched": False}
    return Situation(**(plain | more))


def kinds(intent, situation):
    return [kind.name for kind, _ in decide(intent, situation).entries]


def situations():
    parties = st.integers(0, 3)
    states = st.one_of(
        st.just(LotState()),
        st.builds(LotState, custodian=st.integers(1, 3), offered_to=parties, count=st.integers(1, 9)),
    )
    return st.builds(
        Situation,
        party=st.just(ME),
        roles=st.integers(1, 127).map(Role),
        may_open=st.booleans(),
        state=states,
        maker=parties,
        touched=st.booleans(),
        goods=st.booleans(),
        receiver=parties,
        sender=parties.filter(lambda number: number != ME),
    )


@given(situation=situations(), intent=st.sampled_from(Intent))
def test_what_is_decided_is_never_refused_by_the_ledger(situation, intent):
    decision = decide(intent, situation)
    assert bool(decision.entries) != bool(decision.fault)
    state = situation.state
    for kind, counterparty in decision.entries:
        entry = LedgerEntry(bytes(32), bytes(32), 1, counterparty, kind)
        state, _ = record_entry(state, ME, situation.roles, entry, may_open=situation.may_open)
    assert {*decision.warnings, *([decision.fault] if decision.fault else [])} <= SENTENCES.keys()


@given(situation=situations(), intent=st.sampled_from(Intent))
def test_custody_moves_only_by_acceptance(situation, intent):
    kinds_written = [kind for kind, _ in decide(intent, situation).entries]
    if Kind.ACCEPTED in kinds_written:
        assert situation.state.offered_to == ME
    if situation.state.count and {Kind.OFFERED, Kind.SOLD, Kind.DISPOSED} & set(kinds_written):
        assert situation.state.custodian == ME


@given(situation=situations(), intent=st.sampled_from(Intent))
def test_only_what_nobody_recorded_is_introduced_and_only_once(situation, intent):
    written = [kind for kind, _ in decide(intent, situation).entries]
    assert written.count(Kind.INTRODUCED) <= (1 if situation.is_new else 0)
    if situation.is_new and written:
        assert written[0] in OPENING


@pytest.mark.parametrize(
    ("intent", "situation", "expected"),
    [
        (Intent.PRODUCE, about(roles=Role.PRODUCER), ["PRODUCED"]),
        (Intent.PRODUCE, about(roles=Role.PROCESSOR), ["PROCESSED"]),
        (Intent.PRODUCE, about(roles=Role.CARRIER), ["INTRODUCED"]),
        (Intent.PRODUCE, about(KNOWN, Role.CARRIER), ["OBSERVED"]),
        (Intent.PRODUCE, about(KNOWN, Role.PRODUCER), ["PRODUCED"]),
        (Intent.PROCESS, about(roles=Role.PRODUCER), ["PROCESSED"]),
        (Intent.CONSUME, about(KNOWN, Role.PROCESSOR), ["CONSUMED"]),
        (Intent.CONSUME, about(roles=Role.WAREHOUSE), ["INTRODUCED", "OBSERVED"]),
        (Intent.OFFER, about(MINE, receiver=OTHER), ["OFFERED"]),
        (Intent.OFFER, about(receiver=OTHER), ["INTRODUCED", "OFFERED"]),
        (Intent.OFFER, about(MINE), ["OBSERVED"]),
        (Intent.OFFER, about(KNOWN, receiver=THIRD, touched=True), ["OBSERVED"]),
        (Intent.TAKE, about(OFFERED_TO_ME), ["ACCEPTED"]),
        (Intent.TAKE, about(KNOWN), ["RECEIVED"]),
        (Intent.TAKE, about(), ["INTRODUCED", "RECEIVED"]),
        (Intent.TURN_DOWN, about(OFFERED_TO_ME), ["REFUSED"]),
        (Intent.TURN_DOWN, about(KNOWN), ["RECEIVED"]),
        (Intent.SELL, about(MINE), ["SOLD"]),
        (Intent.DISPOSE, about(MINE), ["DISPOSED"]),
        (Intent.TEST, about(KNOWN, Role.LABORATORY), ["TESTED"]),
        (Intent.TEST, about(KNOWN, Role.INSPECTOR), ["INSPECTED"]),
        (Intent.TEST, about(KNOWN), ["OBSERVED"]),
        (Intent.INSPECT, about(KNOWN, Role.INSPECTOR), ["INSPECTED"]),
        (Intent.INSPECT, about(OFFERED_TO_ME), ["INSPECTED"]),
        (Intent.INSPECT, about(MINE), ["INSPECTED"]),
        (Intent.INSPECT, about(KNOWN, Role.LABORATORY), ["TESTED"]),
        (Intent.INSPECT, about(KNOWN), ["OBSERVED"]),
        (Intent.MEASURE, about(KNOWN, Role.CARRIER), ["COLD_CHAIN"]),
        (Intent.MEASURE, about(KNOWN, Role.LABORATORY), ["OBSERVED"]),
        (Intent.PACK, about(KNOWN), ["PACKED"]),
        (Intent.CORRECT, about(KNOWN, Role.LABORATORY), ["CORRECTED"]),
        (Intent.OBSERVE, about(), ["INTRODUCED", "OBSERVED"]),
    ],
)
def test_each_meaning_has_its_kind(intent, situation, expected):
    assert kinds(intent, situation) == expected


@pytest.mark.parametrize(
    ("intent", "situation", "fault"),
    [
        (Intent.PRODUCE, about(KNOWN, Role.PRODUCER, maker=OTHER), "journal.already_made"),
        (Intent.PROCESS, about(KNOWN, Role.PROCESSOR, maker=OTHER), "journal.already_made"),
        (Intent.OFFER, about(KNOWN, receiver=THIRD), "journal.lot_not_yours"),
        (Intent.SELL, about(KNOWN), "journal.lot_not_yours"),
        (Intent.DISPOSE, about(KNOWN), "journal.lot_not_yours"),
        (Intent.TEST, about(roles=Role.LABORATORY), "journal.lot_unknown"),
        (Intent.PRODUCE, about(may_open=False), "journal.party_not_qualified"),
        (Intent.OBSERVE, about(may_open=False), "journal.party_not_qualified"),
    ],
)
def test_what_would_lie_is_refused(intent, situation, fault):
    assert decide(intent, situation).fault == fault


def test_no_goods_are_neither_made_nor_moved():
    for intent in (Intent.PRODUCE, Intent.PROCESS, Intent.OFFER, Intent.TAKE, Intent.SELL, Intent.DISPOSE):
        state = LotState(custodian=OTHER, count=1)
        assert kinds(intent, about(state, maker=OTHER, goods=False, receiver=OTHER)) == ["OBSERVED"]
