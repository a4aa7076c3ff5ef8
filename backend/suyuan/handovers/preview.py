"""What an answer would come to, before anybody signs it; stores nothing and holds no lock."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from suyuan.handovers.amounts import divided, refused_whole
from suyuan.handovers.desk import Desk
from suyuan.handovers.errors import ChoiceNeeded, HandoverRefused, RulesBlock
from suyuan.handovers.facts import check_measurements
from suyuan.handovers.judging import check, judged
from suyuan.handovers.model import Handover, LineResult
from suyuan.handovers.rules.model import Finding
from suyuan.handovers.schemas import Accept, Measurement, Refuse
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Fault


@dataclass(frozen=True, slots=True)
class Preview:
    """`findings` are what all rules say; `against` those of them that stand in the way; `faults` what else
    is wrong. `needs_choice`: only a choice with a reason is missing.
    """

    results: tuple[LineResult, ...] = ()
    findings: tuple[Finding, ...] = ()
    against: tuple[Finding, ...] = ()
    faults: tuple[Fault, ...] = ()
    needs_choice: bool = False

    @property
    def stands(self) -> bool:
        return not self.against and not self.faults


def preview(conn: Connection, clock: Clock, desk: Desk, found: Handover, form: Accept | Refuse) -> Preview:
    """Every rule over the answer as it is now, with all that would refuse it."""
    now = clock.now()
    at = form.at or now
    try:
        check_measurements(found.lines, form.measurements, at)
        results = tuple(
            divided(found, form.lines)
            if isinstance(form, Accept)
            else refused_whole(found, form.reason, form.evidence)
        )
    except RulesBlock as error:
        return Preview(against=error.findings, findings=error.findings)
    except HandoverRefused as error:
        return Preview(findings=rules_now(conn, clock, desk, found, form.measurements), faults=error.faults)
    said = judged(conn, desk.trips, found, form.measurements, at, now, results)
    try:
        check(said, results, found, form.choice if isinstance(form, Accept) else None)
    except RulesBlock as error:
        needs = isinstance(error, ChoiceNeeded)
        return Preview(results, said.findings, error.findings, needs_choice=needs)
    return Preview(results, said.findings)


def rules_now(
    conn: Connection, clock: Clock, desk: Desk, found: Handover, fresh: tuple[Measurement, ...] = ()
) -> tuple[Finding, ...]:
    """What the rules say of the goods so far, whatever the answer will be."""
    now = clock.now()
    return judged(conn, desk.trips, found, fresh, now, now).findings
