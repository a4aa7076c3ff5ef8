"""Whatever happens: every acknowledged operation is on the chain once, in its party's order."""

from __future__ import annotations

import os
from datetime import timedelta

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete

from anchoring_harness import Crash, Harness, entry
from fakes.fake_chain import FakeContracts, key
from suyuan.anchoring import leaves, outbox, tables
from suyuan.anchoring.model import State
from suyuan.anchoring.ports import EntryRecorded
from suyuan.database import Database
from suyuan.kernel.ledger import Kind

POINTS = (
    "sealed",
    "numbered",
    "prepared",
    "sent",
    "before confirm",
    "reopened",
    "voided",
    "before final",
    "final",
    "redeployed",
)
PARTIES = 3
#: A failing history is explained by its own steps; shrinking one takes minutes and is asked for by hand.
PHASES = tuple(Phase) if "HYPOTHESIS_SHRINK" in os.environ else (Phase.explicit, Phase.reuse, Phase.generate)
_TABLES = ("leaves", "anchors", "entries", "operations", "attempts", "transactions")


def emptied(database: Database) -> Database:
    with database.transaction() as conn:
        for name in (*_TABLES, "checkpoints", "leases", "epochs"):
            conn.execute(delete(getattr(tables, name)))
    return database


class Machine(RuleBasedStateMachine):
    def __init__(self, database: Database) -> None:
        super().__init__()
        self.harness = Harness(emptied(database), depth=2)
        self.acknowledged: dict[str, tuple[int, bytes]] = {}
        self.poison: set[str] = set()
        self.offers: list[tuple[int, int, str]] = []
        self.leaves: list[bytes] = []
        self.ledgers = 1
        self.count = 0

    @initialize()
    def begin(self) -> None:
        self.harness.redeploy = self._redeploy
        self.harness.new_loop()
        self.harness.register(PARTIES)

    def _redeploy(self) -> tuple[object, object]:
        ledger = f"0xledger-{self.ledgers}"
        self.harness.chain.deploy(ledger)
        self.harness.contracts = FakeContracts(ledger)  # what a restarted worker reads from the deployment
        return self.harness.chain, self.harness.contracts

    def _submit(self, party: int, item: object) -> str:
        self.count += 1
        reference = f"s{self.count}"
        self.harness.submit(party, [item], reference)
        self.acknowledged[reference] = (party, item.event_hash)
        return reference

    # -- what gateways do

    @rule(party=st.integers(1, PARTIES))
    def produce(self, party: int) -> None:
        self._submit(party, entry(f"lot {self.count}"))

    @rule(party=st.integers(1, PARTIES))
    def poison_it(self, party: int) -> None:
        self.poison.add(self._submit(party, entry(f"no lot {self.count}", Kind.SOLD)))

    @rule(giver=st.integers(1, PARTIES), taker=st.integers(1, PARTIES))
    def hand_over(self, giver: int, taker: int) -> None:
        if giver != taker:
            lot = f"handed {self.count}"
            self._submit(giver, entry(lot, Kind.PRODUCED, "p"))
            self._submit(giver, entry(lot, Kind.OFFERED, "o", taker))
            self._submit(taker, entry(lot, Kind.ACCEPTED, "a", giver))

    @rule(party=st.integers(1, PARTIES))
    def change_key(self, party: int) -> None:
        harness = self.harness
        old, new = harness.signers.key_of(party), key(party, self.count)
        if old == new:
            return
        with harness.database.transaction() as conn:
            outbox.enqueue_add_key(conn, harness.clock, party, new)

    @rule()
    def leaf(self) -> None:
        self.count += 1
        with self.harness.database.transaction() as conn:
            data = b"leaf %d" % self.count
            self.leaves.append(leaves.add_leaf(conn, self.harness.clock, "product", data))

    # -- what workers and nodes do

    @rule(seconds=st.integers(0, 8))
    def work(self, seconds: int) -> None:
        self.harness.clock.advance(timedelta(seconds=seconds))
        try:
            self.harness.loop.pass_once()
        except Crash:
            self.harness.new_loop()

    @rule(count=st.integers(1, 4), limit=st.sampled_from([1, 100]))
    def mine(self, count: int, limit: int) -> None:
        self.harness.chain.mine(count, limit=limit)

    @rule()
    def go_on_calmly(self) -> None:
        self.work(3)
        self.mine(1, 100)
        self.work(3)

    # -- what goes wrong

    @rule(point=st.sampled_from(POINTS))
    def crash_soon(self, point: str) -> None:
        self.harness.crash_at = point

    @rule(owner=st.sampled_from(["one", "two"]))
    def other_worker(self, owner: str) -> None:
        self.harness.new_loop(owner)

    @rule(depth=st.integers(1, 12))
    def reorganise(self, depth: int) -> None:
        self.harness.chain.reorganise(depth)

    @rule(depth=st.integers(1, 12))
    def restore_older_state(self, depth: int) -> None:
        self.harness.chain.roll_back(depth)

    @rule()
    def lose_pool(self) -> None:
        self.harness.chain.forget_pool()

    @rule(down=st.booleans(), lose=st.booleans(), lag=st.sampled_from([0, 0, 1, 5]))
    def node_trouble(self, down: bool, lose: bool, lag: int) -> None:
        self.harness.chain.down = down
        self.harness.chain.lose_replies = lose
        self.harness.chain.lag = lag

    @precondition(lambda self: self.ledgers < 4)
    @rule(moved=st.booleans())
    def lose_chain(self, moved: bool) -> None:
        self.ledgers += moved
        self.harness.chain.reset(deployed=False)

    # -- what must hold

    def teardown(self) -> None:
        harness = self.harness
        chain = harness.chain
        chain.down, chain.lose_replies, chain.lag = False, False, 0
        harness.crash_at = None
        harness.new_loop("healer")
        harness.clock.advance(timedelta(seconds=60))
        for _ in range(5):  # a chain that was lost is noticed before anybody may call the state settled
            harness.step()
        harness.settle(300)
        chain.mine(3)
        harness.loop.pass_once()
        self._check_chain()
        self._check_leaves()

    def _check_chain(self) -> None:
        on_chain: dict[int, list[EntryRecorded]] = {}
        for log in self.harness.chain.logs():
            if isinstance(log, EntryRecorded):
                on_chain.setdefault(log.party, []).append(log)
        wanted: dict[int, list[bytes]] = {}
        for reference, (party, event) in self.acknowledged.items():
            shown = self.harness.operation(reference)
            if reference in self.poison:
                assert shown.state is State.REJECTED, reference
                continue
            assert shown.state is State.FINAL, (reference, shown)
            assert self.harness.chain.receipt(shown.transaction) is not None, "shown final, and is not"
            wanted.setdefault(party, []).append(event)
        for party in range(1, PARTIES + 1):
            logs = on_chain.get(party, [])
            assert [log.event_hash for log in logs] == wanted.get(party, [])
            assert [log.sequence for log in logs] == sorted({log.sequence for log in logs})

    def _check_leaves(self) -> None:
        with self.harness.database.reading() as conn:
            roots = set(self.harness.chain.world.roots)
            for leaf in self.leaves:
                proof = leaves.proof_of(conn, leaf)
                assert proof is not None
                assert proof.state is State.FINAL
                assert proof.root in roots
            assert len(roots) == len(self.harness.chain.world.roots)


def test_any_history_ends_with_everything_recorded_once(database: Database) -> None:
    histories = int(os.environ.get("SUYUAN_HISTORIES", "25"))
    quick = settings(settings.default, max_examples=histories, stateful_step_count=30, phases=PHASES)
    run_state_machine_as_test(lambda: Machine(database), settings=quick)
