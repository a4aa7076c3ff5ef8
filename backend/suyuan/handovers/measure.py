"""Either side tells what it measured; rules are judged and stored, and nothing is decided by it."""

from __future__ import annotations

from sqlalchemy import Connection

from suyuan.handovers import repository
from suyuan.handovers.desk import Desk, done_before, happened, locked, noted, submit, write_act
from suyuan.handovers.documents import document, seen, statement, with_handover, with_temperatures
from suyuan.handovers.errors import OutOfOrder
from suyuan.handovers.evidence import share
from suyuan.handovers.facts import check_measurements, read_measurement, told_by
from suyuan.handovers.judging import Judged, judged
from suyuan.handovers.model import OPEN, Act, Handover
from suyuan.handovers.schemas import Measure
from suyuan.kernel.clock import Clock


def measure(conn: Connection, clock: Clock, desk: Desk, handover_id: str, form: Measure) -> Handover:
    """Store what one side measured. The same act again changes nothing.

    Raises HandoverUnknown, OutOfOrder once answered, HandoverRefused, RulesBlock for instruments whose
    reading is none.
    """
    before = done_before(conn, desk, Act.MEASURE, handover_id, form)
    if before is not None:
        return before
    found = still_open(locked(conn, desk, handover_id))
    at = happened(clock, form, desk.limits)
    own = check_measurements(found.lines, form.measurements, at)
    measured = [read_measurement(each, at) for each in form.measurements]
    lines = [found.line(each.line) for each in form.measurements]
    said = Judged(tuple(own), told_by(conn, found, desk.party, form.measurements, at))
    if desk.party == found.receiver:
        said = judged(conn, desk.trips, found, form.measurements, at, clock.now())
    step = "sensor_reporting" if any(each.has_temperature for each in measured) else "inspecting"
    event = with_temperatures(seen(desk.draws.uuid(), at, step, lines), measured)
    told = statement(found.id, Act.MEASURE, findings=said.findings)
    submission = submit(conn, clock, desk, document([with_handover(event, told)], at))
    act = write_act(conn, clock, desk, Act.MEASURE, found, form, at, submission)
    repository.insert_checks(conn, act.number, said.rows)
    other = found.sender if desk.party == found.receiver else found.receiver
    share(conn, clock, desk.party, other, act.body)
    noted(conn, clock, desk, "measured", found.id, {"lines": len(lines)})
    return found


def still_open(found: Handover) -> Handover:
    """Raises OutOfOrder for what was answered or taken back."""
    if found.state not in OPEN:
        raise OutOfOrder(f"Handover {found.id} is over: {found.state}.")
    return found
