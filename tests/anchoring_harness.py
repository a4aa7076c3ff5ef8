"""A chain, its keys and a relayer around the fixture `database`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from fakes.fake_chain import FakeChain, FakeContracts, FakeRelayer, FakeSigners, key
from suyuan.anchoring import outbox, queries
from suyuan.anchoring.model import Operation, Policy, Progress, Safeguards, State
from suyuan.anchoring.ports import Chain, Contracts
from suyuan.anchoring.relay import RelayLoop
from suyuan.database import Database
from suyuan.kernel.clock import FixedClock
from suyuan.kernel.ledger import Kind, LedgerEntry, Role

START = datetime(2026, 11, 1, tzinfo=UTC)
EVERYTHING = Role.PRODUCER | Role.PROCESSOR | Role.CARRIER | Role.WAREHOUSE | Role.RETAILER


def digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def entry(lot: str, kind: Kind = Kind.PRODUCED, event: str = "e", counterparty: int = 0) -> LedgerEntry:
    return LedgerEntry(digest(lot), digest(f"{lot} {event}"), 1_790_000_000, counterparty, kind)


class Crash(BaseException):
    """The process is gone; nothing that catches Exception may stop it."""


class Harness:
    """A gateway's side (enqueue, look) and a worker's side (passes) over one database and one chain."""

    def __init__(self, database: Database, *, depth: int = 2, policy: Policy | None = None) -> None:
        self.database = database
        self.clock = FixedClock(START)
        self.chain = FakeChain(depth=depth)
        self.contracts = FakeContracts()
        self.signers = FakeSigners()
        self.relayer = FakeRelayer()
        self.policy = policy or Policy(lag_seconds=5, seal_seconds=1, resend_seconds=2, bump_seconds=30)
        self.safeguards = Safeguards()
        self.redeploy: Callable[[], tuple[Chain, Contracts]] | None = None
        self.crash_at: str | None = None
        self.registered = 0
        self.loop = self.new_loop()

    def new_loop(self, owner: str = "one") -> RelayLoop:
        """What a restart leaves: nothing but the database."""
        self.loop = RelayLoop(
            self.database,
            self.chain,
            self.contracts,
            self.relayer,
            self.signers,
            self.clock,
            self.policy,
            redeploy=self.redeploy,
            safeguards=self.safeguards,
            hook=self._hook,
            owner=owner,
        )
        return self.loop

    def _hook(self, point: str) -> None:
        if point == self.crash_at:
            self.crash_at = None
            raise Crash(point)

    def register(self, count: int = 1, roles: Role = EVERYTHING) -> None:
        for _ in range(count):
            self.registered += 1
            number = self.registered
            with self.database.transaction() as conn:
                outbox.enqueue_register_party(
                    conn, self.clock, number, digest(f"profile {number}"), roles, 2**40 - 1, key(number)
                )

    def submit(self, party: int, entries: Sequence[LedgerEntry], reference: str) -> int:
        with self.database.transaction() as conn:
            return outbox.enqueue_submission(conn, self.clock, party, entries, reference)

    def step(self, *, mine: int = 1) -> Progress:
        """A pass, blocks, and three seconds."""
        progress = self.loop.pass_once()
        self.chain.mine(mine)
        self.clock.advance(timedelta(seconds=3))
        return progress

    def settle(self, steps: int = 60) -> None:
        """Pass and mine until nothing is under way."""
        for _ in range(steps):
            self.step()
            with self.database.reading() as conn:
                if queries.settled(conn):
                    return
        raise AssertionError(f"not settled: {self.states()}")

    def states(self) -> dict[State, int]:
        with self.database.reading() as conn:
            return {state: count for state, count in queries.backlog(conn).states.items() if count}

    def operation(self, reference: str) -> Operation:
        with self.database.reading() as conn:
            return queries.operation_of(conn, reference)
