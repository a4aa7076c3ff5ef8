"""Random sequences of everything that parties do, on both databases: figures close, one party holds each lot,
nothing is accepted before it was offered, and the ledger's model agrees with the room.
"""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handover_world import PHOTO
from suyuan.anchoring.queries import entries_of_lot
from suyuan.handovers import repository
from suyuan.handovers import tables as t
from suyuan.handovers.model import State
from suyuan.kernel.errors import SuyuanError
from suyuan.kernel.ledger import Kind
from suyuan.lots.queries import contradictions_of

PARTIES = ("farm", "carrier", "warehouse", "store", "mill")
_names = count()

MOVES = st.lists(
    st.tuples(
        st.sampled_from(
            ["offer", "offer", "accept", "part", "part", "refuse", "withdraw", "measure", "depart", "dispute"]
        ),
        st.sampled_from(("right", "right", "right", *PARTIES)),
        st.sampled_from(PARTIES),
        st.integers(0, 3),
        st.integers(0, 100),
    ),
    min_size=8,
    max_size=20,
)


class Play:
    """One sequence on lots of its own."""

    def __init__(self, world) -> None:
        self.world = world
        self.lots = [world.make("farm", f"M{next(_names)}") for _ in range(2)]
        self.amounts = dict.fromkeys(self.lots, Decimal(100))
        self.handovers: list[str] = []

    def move(self, what, who, other, which, share) -> None:
        world = self.world
        world.later(minutes=10)
        if what == "offer":
            lot = self.lots[which % len(self.lots)]
            who = world.holder(lot) if who == "right" else who
            sent = str(self.amounts[lot])
            self.handovers.append(world.offer(who, other, world.line(lot, sent)).id)
            return
        if not self.handovers:
            return
        named = self.handovers[-1 - which % len(self.handovers)]
        if who == "right":
            found = self.stored(named)
            names = {number: name for name, number in world.numbers.items()}
            by_sender = what in {"withdraw", "depart", "dispute"}
            who = names[found.sender if by_sender else found.receiver]
        acts = {
            "accept": lambda: world.accept(who, named),
            "part": lambda: self._part(who, named, share),
            "refuse": lambda: world.refuse(who, named),
            "withdraw": lambda: world.withdraw(who, named),
            "depart": lambda: world.depart(who, named),
            "measure": lambda: world.measure(who, named, {"line": 1, "packs": share}),
            "dispute": lambda: world.answer(who, named, agrees=False, note="数量不符"),
        }
        acts[what]()

    def stored(self, named):
        with self.world.database.reading() as conn:
            return repository.handovers_where(conn, t.handovers.c.id == named)[0]

    def _part(self, who, named, share) -> None:
        [line] = self.world.show(named, who)["lines"]
        sent = Decimal(line["quantity"])
        refused = sent * share // 100
        answer = {"line": 1, "accepted": str(sent - refused), "refused": str(refused)}
        found = self.world.accept(who, named, answer | {"reason": "wet", "evidence": [PHOTO]})
        [result] = found.outcome.results
        if result.return_lot:
            self.amounts[line["lot"]] = result.accepted
            self.lots.append(result.return_lot)
            self.amounts[result.return_lot] = result.refused
            self.handovers.append(self.world.show(named, who)["returnedBy"])


def check(play: Play) -> None:
    world = play.world
    with world.database.reading() as conn:
        found = repository.handovers_where(conn)
        for each in [one for one in found if one.id in play.handovers]:
            if each.outcome is None or each.state is State.WITHDRAWN:
                continue
            for line, result in zip(each.lines, each.outcome.results, strict=True):
                assert result.accepted + result.refused + result.missing == line.quantity
        for lot in play.lots:
            known = world.world.lot(lot)
            assert contradictions_of(conn, known.lot_id) == []
            entries = entries_of_lot(conn, known.lot_id)
            offered_to = 0
            for entry in entries:
                if entry.kind is Kind.OFFERED:
                    offered_to = entry.counterparty
                elif entry.kind in (Kind.ACCEPTED, Kind.REFUSED):
                    assert entry.party == offered_to
                    offered_to = 0
            accepted = [e for e in entries if e.kind is Kind.ACCEPTED]
            holder = accepted[-1].party if accepted else entries[0].party
            assert known.state.custodian == holder
            closed = [
                e
                for e in found
                if e.state in (State.ACCEPTED, State.IN_PART)
                for x in e.lines
                if x.uri == lot
            ]
            assert len(accepted) == sum(
                1
                for e in closed
                for line, result in zip(e.lines, e.outcome.results, strict=True)
                if line.uri == lot and result.accepted
            )


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(moves=MOVES)
def test_whatever_parties_do_the_record_and_the_handovers_agree(world, moves):
    play = Play(world)
    for move in [("offer", "right", "carrier", 0, 0), *moves]:
        with suppress(SuyuanError):
            play.move(*move)
    check(play)
