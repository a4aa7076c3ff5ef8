"""What the sender does while nobody has answered: send the goods on their way, or take the offer back."""

from __future__ import annotations

from sqlalchemy import Connection

from suyuan.handovers import repository
from suyuan.handovers import tables as t
from suyuan.handovers.desk import (
    Desk,
    as_sender,
    done_before,
    happened,
    locked,
    noted,
    submit,
    write_act,
)
from suyuan.handovers.documents import document, seen, statement, with_handover
from suyuan.handovers.errors import HandoverRefused, OutOfOrder
from suyuan.handovers.measure import still_open
from suyuan.handovers.model import Act, Handover, State
from suyuan.handovers.schemas import Depart, Withdraw
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Fault
from suyuan.notices.tell import tell


def depart(conn: Connection, clock: Clock, desk: Desk, handover_id: str, form: Depart) -> Handover:
    """The goods have left. Raises HandoverUnknown, NotYourPart, OutOfOrder."""
    before = done_before(conn, desk, Act.DEPART, handover_id, form)
    if before is not None:
        return before
    found = still_open(locked(conn, desk, handover_id))
    as_sender(desk, found)
    if found.departed_at is not None:
        raise OutOfOrder(f"The goods of handover {found.id} have left already.")
    at = happened(clock, form, desk.limits)
    if at < found.offered_at:
        message = f"{at.isoformat()} is before the offer"
        raise HandoverRefused([Fault("/at", "HA14.before_offer", message, "mend the time")])
    event = seen(desk.draws.uuid(), at, "departing", found.lines)
    told = statement(found.id, Act.DEPART)
    submission = submit(conn, clock, desk, document([with_handover(event, told)], at))
    write_act(conn, clock, desk, Act.DEPART, found, form, at, submission)
    noted(conn, clock, desk, "departed", found.id, {})
    return again(conn, found)


def withdraw(conn: Connection, clock: Clock, desk: Desk, handover_id: str, form: Withdraw) -> Handover:
    """Take an offer back that nobody has answered. The ledger knows no such thing: there the offer stands
    until the lot is offered anew (docs/decisions/0011).

    Raises HandoverUnknown, NotYourPart, OutOfOrder.
    """
    before = done_before(conn, desk, Act.WITHDRAW, handover_id, form)
    if before is not None:
        return before
    found = still_open(locked(conn, desk, handover_id))
    as_sender(desk, found)
    at = happened(clock, form, desk.limits)
    event = seen(desk.draws.uuid(), at, "void_shipping", found.lines)
    told = statement(found.id, Act.WITHDRAW)
    submission = submit(conn, clock, desk, document([with_handover(event, told)], at))
    act = write_act(conn, clock, desk, Act.WITHDRAW, found, form, at, submission)
    row = {"handover": found.number, "act": act.number, "state": str(State.WITHDRAWN)}
    repository.insert_outcome(conn, row, ())
    tell(conn, clock, found.receiver, "handover.withdrawn", found.id, {"from": found.sender})
    noted(conn, clock, desk, "withdrawn", found.id, {})
    return again(conn, found)


def again(conn: Connection, found: Handover) -> Handover:
    """The handover as it stands now."""
    return repository.handovers_where(conn, t.handovers.c.number == found.number)[0]
