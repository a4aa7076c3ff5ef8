"""Random submissions are recorded by the contract and by kernel.ledger; both must say the same of everything.

An example is one bundle: several parties with different roles and standings write any kind on a few lots,
mostly badly. Its entries are judged by the model first; then the bundle is sent, and the refusals by name,
the custody flags and the lots as they stand afterwards are compared.
"""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts_world import World, lot
from suyuan.kernel.hashing import sha256
from suyuan.kernel.ledger import (
    Kind,
    LedgerEntry,
    LedgerRefusal,
    LotState,
    Role,
    record_entry,
)

TRADER, MAKER = Role.CARRIER, Role.PRODUCER | Role.PROCESSOR
#: Roles and whether the party may open lots; party numbers follow this order from 1.
PARTIES = [
    (Role.PRODUCER, True),
    (MAKER | Role.RETAILER, True),
    (TRADER, True),
    (Role.LABORATORY, True),
    (Role.INSPECTOR, True),
    (Role.WAREHOUSE | Role.INSPECTOR, False),
    (MAKER, False),
    (Role(127), True),
    (Role(0), True),
]
LOTS = 3
HELD = LOTS - 1  # the last lot of an example is held
CUSTODY = [Kind.OFFERED, Kind.ACCEPTED, Kind.REFUSED, Kind.SOLD, Kind.DISPOSED]


@dataclass
class Side:
    """The model's side: lots by id, the next sequence of each party, and what it foresees."""

    held: bytes
    lots: dict[bytes, LotState] = field(default_factory=dict)

    def submit(self, party: int, entries: list[LedgerEntry]) -> list[bool] | str:
        """Custody flags of a submission that is recorded, or the name of its refusal."""
        roles, may_open = PARTIES[party - 1]
        lots, flags = dict(self.lots), []
        for each in entries:
            before = lots.get(each.lot_id, LotState())
            try:
                lots[each.lot_id], flag = record_entry(
                    before, party, roles, each, may_open=may_open, held=each.lot_id == self.held
                )
            except LedgerRefusal as refused:
                return refused.reason
            flags.append(flag)
        self.lots = lots
        return flags


class Both:
    """The chain with the parties on it; examples take fresh lots, so that one chain serves them all."""

    def __init__(self) -> None:
        self.world = World()
        self.status = self.world.deploy("test/LotStatus")
        self.world.ledger.send("bindLotStatus", self.status.address)
        for roles, may_open in PARTIES:
            self.world.register(roles=int(roles), qualified_until=2**39 if may_open else 1)
        self.sequences = dict.fromkeys(range(1, len(PARTIES) + 1), 1)
        self.examples = 0

    def play(self, plan: list[tuple[int, list[tuple[Kind, int, int, int]]]]) -> None:
        self.examples += 1
        lots = [lot(("model", self.examples, number)) for number in range(LOTS)]
        self.status.send("hold", lots[HELD], True)
        side, foreseen, bundle = Side(lots[HELD]), [], []
        for place, (party, moves) in enumerate(plan):
            entries = [
                LedgerEntry(lots[number], sha256(f"{place} {n}".encode()), when, counterparty, kind)
                for n, (kind, number, counterparty, when) in enumerate(moves)
            ]
            bundle.append(self.world.sign(party, self.sequences[party], entries))
            foreseen.append(side.submit(party, entries))
            self.sequences[party] += not isinstance(foreseen[-1], str)
        mined = self.world.record_many(*bundle)
        self.compare(mined, foreseen, side, lots, plan)

    def compare(self, mined, foreseen, side, lots, plan) -> None:
        refusals = [each.name.removeprefix("TraceLedger_") for each in self.world.reason(mined)]
        assert refusals == [each for each in foreseen if isinstance(each, str)]
        facts = [log.values["facts"] for log in mined.logs if log.name == "EntryRecorded"]
        flags = [flag for each in foreseen if not isinstance(each, str) for flag in each]
        assert [bool(fact >> 8 & 0xFF) for fact in facts] == flags
        for lot_id in lots:
            assert LotState(*self.world.ledger.call("lot", lot_id)) == side.lots.get(lot_id, LotState())
        for party in {party for party, _ in plan}:
            assert self.world.ledger.call("nextSequence", party) == self.sequences[party]


@pytest.fixture(scope="module")
def both():
    return Both()


parties = st.integers(1, len(PARTIES))
kinds = st.one_of(st.sampled_from(list(Kind)), st.sampled_from(CUSTODY), st.sampled_from(CUSTODY))
steps = st.tuples(
    kinds,
    st.integers(0, LOTS - 1),
    st.one_of(st.integers(0, len(PARTIES)), st.just(2**32 - 1)),
    st.integers(0, 2**40 - 1),
)
opening = st.tuples(st.sampled_from([1, 2, 8]), st.just([(Kind.PRODUCED, n, 0, 0) for n in range(LOTS)]))
plans = st.tuples(
    st.lists(opening, max_size=1),
    st.lists(st.tuples(parties, st.lists(steps, max_size=4)), min_size=1, max_size=12),
).map(lambda both_: both_[0] + both_[1])


@given(plan=plans)
def test_the_contract_and_the_model_agree_on_random_bundles(both, plan):
    both.play(plan)


@st.composite
def handovers(draw):
    """Offers and answers that mostly fit, so that custody truly wanders."""
    plan = [(2, [(Kind.PRODUCED, 0, 0, 0)])]
    holder = 2
    for _ in range(draw(st.integers(1, 8))):
        receiver = draw(st.sampled_from([1, 2, 3, 6, 7, 8]))
        answer = draw(st.sampled_from([Kind.ACCEPTED, Kind.ACCEPTED, Kind.REFUSED]))
        plan.append((holder, [(Kind.OFFERED, 0, receiver, 1)]))
        if draw(st.integers(0, 4)) == 0:
            plan.append((draw(parties), [draw(steps)]))
        plan.append((receiver, [(answer, 0, holder, 2)]))
        holder = receiver if answer is Kind.ACCEPTED and receiver != holder else holder
    return plan


@given(plan=handovers())
def test_the_contract_and_the_model_agree_while_custody_wanders(both, plan):
    both.play(plan)
