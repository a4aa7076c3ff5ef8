"""All rules over one handover, and what they let happen."""

from __future__ import annotations

from collections.abc import Iterable

from suyuan.handovers.rules.goods import ha1, ha9, ha13, ha15
from suyuan.handovers.rules.model import SEVERITY, Facts, Finding, LineFacts, Verdict
from suyuan.handovers.rules.surroundings import ha3, ha4, ha8, ha10, ha11, ha12, ha14
from suyuan.handovers.rules.temperature import ha2, ha5, ha6, ha7

#: Goods with temperature limits that nobody measured come in only by a choice with a reason.
_NEEDED = frozenset({"HA5", "HA6"})


def judge_line(facts: LineFacts) -> list[Finding]:
    """Every rule about one line, in their order."""
    return [
        *ha1(facts),
        *ha2(facts),
        *ha3(facts),
        *ha4(facts),
        *ha5(facts),
        *ha6(facts),
        *ha7(facts),
        *ha8(facts.line, facts.receiver),
        *ha9(facts),
        *ha10(facts),
        *ha11(facts),
        *ha12(facts),
        *ha13(facts),
    ]


def judge(facts: Facts) -> list[Finding]:
    """Every rule about the handover. Lines of which nothing is accepted are held to HA13 only: what goes
    back need not be good.
    """
    found: list[Finding] = []
    for line in facts.lines:
        taken = line.sums is None or line.sums.accepted > 0
        found += judge_line(line) if taken else [*ha8(line.line, line.receiver), *ha13(line)]
    found += [each for told in facts.refusals for each in ha15(told)]
    return [*found, *ha14(facts.order)]


def blocks(findings: Iterable[Finding]) -> list[Finding]:
    """Those that let nothing happen."""
    return [each for each in findings if each.verdict is Verdict.BLOCK]


def choices(findings: Iterable[Finding], limited: frozenset[int]) -> list[Finding]:
    """Those that need an explicit choice with a reason. `limited`: lines whose goods have limits."""
    return [
        each
        for each in findings
        if each.verdict in (Verdict.HOLD, Verdict.CONDITIONAL)
        or (each.verdict is Verdict.UNMEASURED and each.rule in _NEEDED and each.line in limited)
    ]


def worst(findings: Iterable[Finding]) -> Verdict:
    """The word over a list; nothing judged is not measured."""
    return max((each.verdict for each in findings), key=SEVERITY.__getitem__, default=Verdict.UNMEASURED)
