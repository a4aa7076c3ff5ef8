"""Handovers as their pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from suyuan.handovers import queries
from suyuan.handovers.model import OPEN, Act, Check, Done, Handover, Line, LineResult, State
from suyuan.handovers.numbers import amount_text
from suyuan.handovers.profiles import profile_of
from suyuan.handovers.rules.model import SEVERITY, Finding, Verdict
from suyuan.handovers.rules.temperature import limit_text
from suyuan.parties.queries import parties_by_number
from suyuan.portal.goods import Goods, goods_by_id

#: State -> tone of its badge.
TONES = {
    State.OFFERED: "wait",
    State.DEPARTED: "wait",
    State.ACCEPTED: "ok",
    State.IN_PART: "warn",
    State.REFUSED: "bad",
    State.WITHDRAWN: "off",
}

VERDICT_TONES = {
    Verdict.PASS: "ok",
    Verdict.UNMEASURED: "off",
    Verdict.WARN: "warn",
    Verdict.CONDITIONAL: "warn",
    Verdict.HOLD: "warn",
    Verdict.BLOCK: "bad",
}

#: UN/CEFACT units that people choose from; '' counts pieces.
UNITS = ("KGM", "", "TNE", "GRM", "LTR")

Names = Mapping[int, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class LineView:
    """A line with its goods; `limit` None where the goods have no temperature limits."""

    line: Line
    goods: Goods | None
    quantity: str
    limit: str | None
    profile: Mapping[str, str] | None
    result: LineResult | None


@dataclass(frozen=True, slots=True)
class View:
    """One handover for one of its sides."""

    handover: Handover
    names: Names
    lines: Sequence[LineView]
    acts: Sequence[Done]
    findings: Sequence[Finding]
    returned_by: str | None
    overtaken: Sequence[str]
    own: int

    @property
    def is_receiver(self) -> bool:
        return self.own == self.handover.receiver

    @property
    def is_open(self) -> bool:
        return self.handover.state in OPEN

    @property
    def other(self) -> int:
        return self.handover.sender if self.is_receiver else self.handover.receiver

    @property
    def disputes(self) -> list[Done]:
        return [each for each in self.acts if each.act is Act.ANSWER]


def view_of(conn: Connection, found: Handover, own: int) -> View:
    """A handover with its goods, its newest checks and what came of it."""
    goods = goods_by_id(conn, [each.lot_id for each in found.lines])
    acts = queries.acts_of(conn, found)
    results = {each.line: each for each in found.outcome.results} if found.outcome else {}
    lines = [line_view(each, goods.get(each.lot_id), results.get(each.line)) for each in found.lines]
    checks = newest(queries.checks_of(conn, acts))
    findings = ordered(each.finding for each in checks)
    back, moved = queries.returned_by(conn, found), queries.overtaken(conn, found)
    return View(found, names_of(conn, [found]), lines, acts, findings, back, moved, own)


def newest(checks: Sequence[Check]) -> list[Check]:
    """Those of the last act that judged anything."""
    last = max((each.act for each in checks), default=0)
    return [each for each in checks if each.act == last]


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """The worst first, then by rule and line."""
    return sorted(findings, key=lambda it: (-SEVERITY[it.verdict], int(it.rule[2:]), it.line or 0))


def names_of(conn: Connection, found: Iterable[Handover]) -> Names:
    numbers = {number for each in found for number in (each.sender, each.receiver)}
    return {number: party.names for number, party in parties_by_number(conn, numbers).items()}


def line_view(line: Line, goods: Goods | None, result: LineResult | None) -> LineView:
    profile = profile_of(line.profile)
    return LineView(
        line,
        goods,
        amount_text(line.quantity),
        limit_text(profile) if profile else None,
        profile.names if profile else None,
        result,
    )
