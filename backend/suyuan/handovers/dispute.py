"""The sender's word on the receiver's figures. Both stay; nothing is overwritten."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Connection

from suyuan.handovers.desk import Desk, as_sender, done_before, happened, locked, noted, submit, write_act
from suyuan.handovers.documents import document, seen, statement, with_handover
from suyuan.handovers.errors import HandoverRefused, OutOfOrder
from suyuan.handovers.leave import again
from suyuan.handovers.model import Act, Handover, LineResult, State
from suyuan.handovers.schemas import Answer
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Fault
from suyuan.notices.tell import tell


def answer(conn: Connection, clock: Clock, desk: Desk, handover_id: str, form: Answer) -> Handover:
    """Agree, or dispute with own figures; the last word of the sender counts for the state.

    Raises HandoverUnknown, NotYourPart, OutOfOrder before an answer, HandoverRefused.
    """
    before = done_before(conn, desk, Act.ANSWER, handover_id, form)
    if before is not None:
        return before
    found = locked(conn, desk, handover_id)
    as_sender(desk, found)
    if found.outcome is None or found.state is State.WITHDRAWN:
        raise OutOfOrder(f"Handover {found.id} has no answer yet that could be disputed.")
    figures = _figures(found, form)
    at = happened(clock, form, desk.limits)
    lines = [found.line(each.line) for each in figures] or list(found.lines)
    told = statement(found.id, Act.ANSWER, found, figures) | {"agrees": form.agrees}
    event = seen(desk.draws.uuid(), at, "other", lines)
    submission = submit(conn, clock, desk, document([with_handover(event, told)], at))
    write_act(conn, clock, desk, Act.ANSWER, found, form, at, submission)
    said = "agreed" if form.agrees else "disputed"
    tell(conn, clock, found.receiver, f"handover.{said}", found.id, {"from": found.sender})
    noted(conn, clock, desk, said, found.id, {"lines": len(figures)})
    return again(conn, found)


def _figures(found: Handover, form: Answer) -> list[LineResult]:
    """The sender's own figures, which must add up as well. Raises HandoverRefused."""
    faults: list[Fault] = []
    if not form.agrees and not form.lines and not form.note:
        fix = "give your own figures, or a note"
        faults.append(Fault("/lines", "handover.dispute_empty", "nothing is said against the answer", fix))
    results: dict[int, LineResult] = {}
    for place, each in enumerate(form.lines):
        if each.line > len(found.lines) or each.line in results or form.agrees:
            message = f"line {each.line} does not exist, is named twice, or is agreed to"
            faults.append(Fault(f"/lines/{place}/line", "handover.line", message, "name disputed lines"))
            continue
        accepted, refused, missing = Decimal(each.accepted), Decimal(each.refused), Decimal(each.missing)
        results[each.line] = LineResult(each.line, accepted, refused, missing, None)
        sent = found.line(each.line).quantity
        if accepted + refused + missing != sent:
            message = f"{accepted + refused + missing} is not the {sent} that was sent"
            faults.append(Fault(f"/lines/{place}", "HA13.sums_differ", message, "make the three add up"))
    if faults:
        raise HandoverRefused(faults)
    return list(results.values())
