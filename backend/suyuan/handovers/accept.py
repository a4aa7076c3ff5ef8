"""The receiver's answer: everything, a part, or nothing. One answer counts for each handover.

Custody on the chain is per lot. So of a lot that is accepted in part the whole goes over, the refused part
becomes a lot of its own and is offered back in the same breath; the sender takes it by his own acceptance
(docs/decisions/0011).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from suyuan.handovers import repository
from suyuan.handovers.amounts import agree, divided, refused_whole, state_of
from suyuan.handovers.desk import (
    Desk,
    as_receiver,
    done_before,
    happened,
    locked,
    noted,
    submit,
    write_act,
)
from suyuan.handovers.documents import counts_by_itself, document
from suyuan.handovers.errors import AlreadyAnswered, HandoverRefused, OutOfOrder
from suyuan.handovers.evidence import share
from suyuan.handovers.facts import check_measurements
from suyuan.handovers.judging import Judged, check, judged
from suyuan.handovers.leave import again
from suyuan.handovers.model import OPEN, Act, Handover, LineResult, State
from suyuan.handovers.nested import inside_others
from suyuan.handovers.returning import GoingBack, events_of, going_back, write_return
from suyuan.handovers.schemas import Accept, Choice, Refuse
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Fault
from suyuan.lots.registry import lots_of
from suyuan.notices.tell import tell


def accept(conn: Connection, clock: Clock, desk: Desk, handover_id: str, form: Accept) -> Handover:
    """Accept, in whole or in part. The same answer again, from whichever device, changes nothing.

    Raises HandoverUnknown, NotYourPart, AlreadyAnswered, OutOfOrder, HandoverRefused (sums, units),
    RulesBlock, ChoiceNeeded.
    """
    before = done_before(conn, desk, Act.ACCEPT, handover_id, form)
    if before is not None:
        return before
    found = locked(conn, desk, handover_id)
    as_receiver(desk, found)
    results = divided(found, form.lines)
    return _answered(conn, clock, desk, found, form, results, form.choice)


def refuse(conn: Connection, clock: Clock, desk: Desk, handover_id: str, form: Refuse) -> Handover:
    """Turn everything down; custody stays with the sender, and the record says so. Raises like `accept`."""
    before = done_before(conn, desk, Act.REFUSE, handover_id, form)
    if before is not None:
        return before
    found = locked(conn, desk, handover_id)
    as_receiver(desk, found)
    results = refused_whole(found, form.reason, form.evidence)
    return _answered(conn, clock, desk, found, form, results, None)


def _answered(  # noqa: PLR0913, PLR0917 - both answers go one way
    conn: Connection,
    clock: Clock,
    desk: Desk,
    found: Handover,
    form: Accept | Refuse,
    results: Sequence[LineResult],
    choice: Choice | None,
) -> Handover:
    if found.outcome is not None:
        return _answered_already(found, results)
    at = happened(clock, form, desk.limits)
    check_measurements(found.lines, form.measurements, at)
    said = judged(conn, desk.trips, found, form.measurements, at, clock.now(), results)
    _check_readings(said, results)
    check(said, results, found, choice)
    _check_custody(conn, found, at)
    back = going_back(desk, found, results)
    named = [replace(each, return_lot=back.lots.get(each.line)) for each in results]
    body = document(events_of(conn, desk, found, at, named, said, back), at)
    submission = submit(conn, clock, desk, body)
    act_name = Act.ACCEPT if isinstance(form, Accept) else Act.REFUSE
    act = write_act(conn, clock, desk, act_name, found, form, at, submission)
    repository.insert_checks(conn, act.number, said.rows)
    row = {
        "handover": found.number,
        "act": act.number,
        "state": str(state_of(results)),
        "choice": choice.how if choice else None,
        "choice_reason": choice.reason if choice else None,
    }
    repository.insert_outcome(conn, row, named)
    share(conn, clock, desk.party, found.sender, act.body)
    _tell(conn, clock, desk, found, named, back, at, submission)
    return again(conn, found)


def _answered_already(found: Handover, results: Sequence[LineResult]) -> Handover:
    """The same answer from another device is the answer; another one is a conflict that says what stands."""
    outcome = found.outcome
    assert outcome is not None  # noqa: S101 - the caller has looked
    if outcome.state is not State.WITHDRAWN and agree(outcome.results, results):
        return found
    who = "its sender" if outcome.state is State.WITHDRAWN else "you"
    raise AlreadyAnswered(
        f"Handover {found.id} was already {outcome.state.replace('_', ' ')} by {who} "
        f"at {outcome.claimed_at.isoformat(timespec='seconds')} (act {outcome.act}); that stands."
    )


def _check_readings(said: Judged, results: Sequence[LineResult]) -> None:
    """Raises HandoverRefused where packs are marked as refused while nothing is."""
    refused = {each.line for each in results if each.refused}
    faults = []
    for line, measured in said.receiver.measured.items():
        readings = (*measured.surface, *measured.between, *measured.core)
        if line not in refused and any(each.refused for each in readings):
            message = f"line {line}: a measured pack is marked as refused, and nothing is refused"
            fix = "say how much is refused, or take the mark away"
            faults.append(Fault(f"/lines/{line - 1}", "handover.refused_pack", message, fix))
    if faults:
        raise HandoverRefused(faults)


def _check_custody(conn: Connection, found: Handover, at: datetime) -> None:
    """Raises OutOfOrder where other records have moved a lot since it was offered, or packed it into another
    line's container.
    """
    assert found.state in OPEN  # noqa: S101 - outcomes were looked at
    known = lots_of(conn, [each.lot_id for each in found.lines if not counts_by_itself(each.uri)])
    for lot in known.values():
        if (lot.state.custodian, lot.state.offered_to) != (found.sender, found.receiver):
            raise OutOfOrder(
                f"{lot.uri} was moved by another record since it was offered; look at its history.",
                code="handover.overtaken",
            )
    for line in inside_others(conn, found.lines, at):
        message = f"{line.uri} was packed into what another line names; it is to be offered anew."
        raise OutOfOrder(message, code="handover.overtaken")


def _tell(  # noqa: PLR0913, PLR0917 - what both sides hear of it
    conn: Connection,
    clock: Clock,
    desk: Desk,
    found: Handover,
    results: Sequence[LineResult],
    back: GoingBack,
    at: datetime,
    submission: str,
) -> None:
    state = state_of(results)
    if back.lots:
        write_return(conn, clock, desk, found, results, back, at, submission)
    topic = "handover.refused" if state is State.REFUSED else "handover.accepted"
    facts = {"by": found.receiver, "state": str(state)} | ({"returns": back.id} if back.lots else {})
    tell(conn, clock, found.sender, topic, found.id, facts)
    noted(conn, clock, desk, str(state), found.id, facts)
