"""Every instant of a lot belongs to exactly one custodian, whatever the parties say of their clocks."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from suyuan.anchoring.model import State
from suyuan.handovers.custody import custodian_at, custody_of, stretches
from suyuan.kernel.ledger import Kind, LedgerEntry, LedgerRefusal, LotState, Role, record_entry


@dataclass
class Told:
    party: int
    kind: Kind
    occurred_at: int
    counterparty: int = 0
    event_hash: bytes = bytes(32)
    state: State = State.FINAL


ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            [Kind.OFFERED, Kind.ACCEPTED, Kind.REFUSED, Kind.RECEIVED, Kind.OBSERVED, Kind.DISPOSED]
        ),
        st.integers(1, 4),
        st.integers(1, 4),
        st.integers(0, 50),
        st.booleans(),
    ),
    max_size=30,
)


def history(acts) -> tuple[list[Told], LotState]:
    """Entries that the ledger's model takes, and what it says of the lot in the end."""
    state, entries = LotState(), []
    for kind, party, other, at, stands in [(Kind.PRODUCED, 1, 0, 25, True), *acts]:
        offered = kind in (Kind.ACCEPTED, Kind.REFUSED)
        counterparty = state.custodian if offered else other
        entry = LedgerEntry(bytes(32), bytes(32), at, counterparty, kind)
        if not stands:
            entries.append(Told(party, kind, at, counterparty, state=State.REJECTED))
            continue
        try:
            state, _ = record_entry(state, party, Role(127), entry, may_open=True)
        except LedgerRefusal:
            continue
        entries.append(Told(party, kind, at, counterparty))
    return entries, state


@given(ACTS)
def test_there_is_no_hole_and_no_overlap_and_the_last_has_it_now(acts):
    entries, state = history(acts)
    line = stretches(entries)
    assert line[-1].party == state.custodian
    assert line[-1].until is None
    assert line[0].since == 25
    for one, following in pairwise(line):
        assert one.until == following.since
        assert one.since <= one.until
    for moment in range(25, 60):
        holders = [x for x in line if x.since <= moment and (x.until is None or moment < x.until)]
        assert len(holders) == 1
        assert custodian_at(line, moment) == holders[0].party
    assert custodian_at(line, 24) is None


def test_a_lots_line_follows_its_handovers(world):
    world.make("farm", "A")
    first = world.offer("farm", "carrier", world.line("A"))
    world.later(hours=3)
    world.accept("carrier", first.id)
    second = world.offer("carrier", "warehouse", world.line("A"))
    world.later(hours=2)
    world.refuse("warehouse", second.id)
    with world.database.reading() as conn:
        line = custody_of(conn, world.world.lot("A").lot_id)
    names = {number: name for name, number in world.numbers.items()}
    assert line[0].until - line[0].since == (world.clock.now().timestamp() - 7200) - line[0].since
    assert [names[each.party] for each in line] == ["farm", "carrier"]


def test_who_had_it_for_no_second_is_named_all_the_same():
    entries = [
        Told(1, Kind.PRODUCED, 10),
        Told(1, Kind.OFFERED, 20, 2),
        Told(2, Kind.ACCEPTED, 20, 1),
        Told(2, Kind.OFFERED, 20, 3),
        Told(3, Kind.ACCEPTED, 20, 2),
    ]
    line = stretches(entries)
    assert [(each.party, each.since, each.until) for each in line] == [
        (1, 10, 20),
        (2, 20, 20),
        (3, 20, None),
    ]
    assert custodian_at(line, 20) == 3
