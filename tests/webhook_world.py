"""Endpoints of parties, and a world outside that does what a test says."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime

from fakes.sealer import FakeSealer
from suyuan.database import Database
from suyuan.kernel.clock import FixedClock
from suyuan.notices import tell
from suyuan.notices.tell import give_positions
from suyuan.webhooks import queries, register, spread
from suyuan.webhooks.addresses import Allowed, Target
from suyuan.webhooks.model import Outcome, Policy
from suyuan.webhooks.ports import Answer
from suyuan.webhooks.sending import Courier, serve

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
PUBLIC = "93.184.215.14"
OK = Answer(Outcome.DELIVERED, 200, b"ok")
DOWN = Answer(Outcome.UNREACHABLE)


@dataclass
class Sent:
    target: Target
    address: str
    headers: dict
    body: bytes


@dataclass
class Outside:
    """Names, and what each host answers: the next of its answers, or OK."""

    names: dict = field(default_factory=dict)
    answers: dict = field(default_factory=dict)
    sent: list = field(default_factory=list)

    def resolve(self, host, port):
        return self.names.get(host, [PUBLIC])

    def post(self, target, address, headers, body, *, seconds, most):
        self.sent.append(Sent(target, address, dict(headers), body))
        waiting = self.answers.get(target.host)
        if isinstance(waiting, Answer):
            return waiting
        return waiting.popleft() if waiting else OK

    def will(self, host, *answers):
        self.answers[host] = deque(answers)


@dataclass
class World:
    database: Database
    clock: FixedClock = field(default_factory=lambda: FixedClock(START))
    outside: Outside = field(default_factory=Outside)
    sealer: FakeSealer = field(default_factory=FakeSealer)
    allowed: Allowed = field(default_factory=Allowed)
    policy: Policy = field(default_factory=Policy)
    points: list = field(default_factory=list)
    hook: object = None

    def courier(self):
        return Courier(
            self.database,
            self.clock,
            self.sealer,
            self.outside,
            self.outside,
            self.allowed,
            self.policy,
            chance=lambda: 0.5,
            hook=self.hook or self.points.append,
        )

    def add(self, url="https://erp.example.com/in", party=1, topics=()):
        wanted = register.Wanted("ERP", url, topics)
        with self.database.transaction() as conn:
            return register.add_endpoint(conn, self.clock, self.sealer, self.allowed, party, wanted)

    def tell(self, *subjects, party=1, topic="submission.final"):
        with self.database.transaction() as conn:
            for subject in subjects:
                tell(conn, self.clock, party, topic, subject, {"state": "final"})
        self.spread()

    def spread(self):
        with self.database.transaction() as conn:
            give_positions(conn, self.clock)
            spread.spread(conn, self.clock)

    def serve(self):
        """Send until nothing is due; how many turns it took."""
        turns = 0
        while serve(self.courier()):
            turns += 1
            assert turns < 1_000
        return turns

    def log(self, endpoint=None, party=1):
        """The oldest first."""
        with self.database.reading() as conn:
            return queries.deliveries_of(conn, party, endpoint, 1_000)[::-1]

    def states(self, endpoint=None):
        return [str(each.state) for each in self.log(endpoint)]

    def attempts(self, delivery, party=1):
        with self.database.reading() as conn:
            return queries.delivery(conn, party, delivery)[1]

    def endpoint(self, identifier, party=1):
        with self.database.reading() as conn:
            return queries.endpoint(conn, party, identifier)
