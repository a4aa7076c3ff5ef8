"""The rules over a stored handover: what would be said now, and what an answer must be held against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from suyuan.handovers.errors import ChoiceNeeded, RulesBlock
from suyuan.handovers.facts import Told, facts_of, order_of, told_by
from suyuan.handovers.model import Handover, LineResult
from suyuan.handovers.ports import TripRecords
from suyuan.handovers.profiles import profile_of
from suyuan.handovers.rules.judge import blocks, choices, judge
from suyuan.handovers.rules.model import Finding, Measured
from suyuan.handovers.schemas import Choice, Measurement


@dataclass(frozen=True, slots=True)
class Judged:
    """Findings, and the measurements that they rest on."""

    findings: tuple[Finding, ...]
    receiver: Told

    @property
    def rows(self) -> list[tuple[Finding, Measured | None, str | None]]:
        """Each finding with the receiver's measurement of its line and its note."""
        return [
            (each, self.receiver.measured.get(each.line or 0), self.receiver.notes.get(each.line or 0))
            for each in self.findings
        ]


def judged(  # noqa: PLR0913, PLR0917 - what rules look at
    conn: Connection,
    trips: TripRecords,
    found: Handover,
    fresh: Sequence[Measurement],
    at: datetime,
    now: datetime,
    results: Sequence[LineResult] = (),
) -> Judged:
    """What the rules say of the handover, with the receiver's `fresh` measurements. Goods that come back from
    a refusal are held to no temperatures: their lines have no profile.
    """
    sender = told_by(conn, found, found.sender, (), at)
    receiver = told_by(conn, found, found.receiver, fresh, at)
    facts = facts_of(conn, trips, found, sender, receiver, order_of(found, at, now), results)
    return Judged(tuple(judge(facts)), receiver)


def check(said: Judged, results: Sequence[LineResult], found: Handover, choice: Choice | None) -> None:
    """Raises RulesBlock where a rule lets nothing in, ChoiceNeeded where goods are doubtful and nobody has
    taken it on himself with a reason.
    """
    if blocks(said.findings):
        raise RulesBlock(blocks(said.findings))
    taken = {each.line for each in results if each.accepted}
    limited = {each.line for each in found.lines if profile_of(each.profile) and each.line in taken}
    needed = choices(said.findings, frozenset(limited) if found.returns is None else frozenset())
    if needed and choice is None:
        raise ChoiceNeeded(needed)
