"""Offering goods to another party."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection

from suyuan.catalogue.queries import product_of
from suyuan.database.locks import hold
from suyuan.handovers import repository
from suyuan.handovers import tables as t
from suyuan.handovers.desk import Desk, done_before, happened, noted, submit, write_act
from suyuan.handovers.documents import (
    Ends,
    counts_by_itself,
    document,
    offered,
    statement,
    with_handover,
    with_temperatures,
)
from suyuan.handovers.errors import HandoverRefused, OutOfOrder
from suyuan.handovers.evidence import share
from suyuan.handovers.facts import check_measurements, read_measurement
from suyuan.handovers.model import NO_PROFILE, Act, Handover, Line
from suyuan.handovers.nested import inside_others
from suyuan.handovers.profiles import fitting, profiles
from suyuan.handovers.schemas import Offer, OfferLine
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Fault
from suyuan.kernel.hashing import to_hex
from suyuan.kernel.identity import NotAnIdentifier, TraceObject, from_argument, identify, lot_id
from suyuan.kernel.ledger import TRADE
from suyuan.lots.registry import lots_of
from suyuan.notices.tell import tell
from suyuan.parties.errors import PartyUnknown
from suyuan.parties.model import Party
from suyuan.parties.queries import party_of_argument, the_party

_NO_GOODS = frozenset({"class", "location", "party", "document"})


def offer(conn: Connection, clock: Clock, desk: Desk, form: Offer) -> Handover:
    """Offer goods that the party holds. The same act again gives the same handover.

    Raises HandoverRefused with every fault, OutOfOrder, ActKeyReused, and what the journal raises.
    """
    sender = the_party(conn, desk.party)
    handover_id = str(form.id) if form.id else desk.draws.uuid()
    before = done_before(conn, desk, Act.OFFER, str(form.id or ""), form)
    if before is not None:
        return before
    hold(conn, "handovers", handover_id)
    if repository.handovers_where(conn, t.handovers.c.id == handover_id):
        raise OutOfOrder(f"The id {handover_id} is taken; give the handover another.")
    at = happened(clock, form, desk.limits)
    receiver, lines = _read(conn, sender, form)
    _check_free(conn, sender, lines)
    nested = inside_others(conn, lines, at)
    if nested:
        message = f"{nested[0].uri} lies in what another line names, and goes with it"
        fix = "leave the line out, or let it be unpacked first"
        raise HandoverRefused([Fault(f"/lines/{nested[0].line - 1}", "handover.nested", message, fix)])
    findings = check_measurements(lines, form.measurements, at)
    measured = [read_measurement(each, at) for each in form.measurements]
    event = with_temperatures(offered(desk.draws.uuid(), at, Ends(sender, receiver), lines), measured)
    body = document([with_handover(event, statement(handover_id, Act.OFFER))], at)
    submission = submit(conn, clock, desk, body)
    number = insert(conn, clock, form, handover_id, (sender.number, receiver.number), lines, at)
    act = write_act(conn, clock, desk, Act.OFFER, (number, handover_id), form, at, submission)
    by_line = {each.line: one for each, one in zip(form.measurements, measured, strict=True)}
    repository.insert_checks(conn, act.number, [(one, by_line[one.line or 0], None) for one in findings])
    share(conn, clock, sender.number, receiver.number, act.body)
    facts = {"from": sender.number, "lines": len(lines)}
    tell(conn, clock, receiver.number, "handover.offered", handover_id, facts)
    noted(conn, clock, desk, "offered", handover_id, {"to": receiver.number, "lines": len(lines)})
    return repository.handovers_where(conn, t.handovers.c.number == number)[0]


def insert(  # noqa: PLR0913, PLR0917 - what one row is made of
    conn: Connection,
    clock: Clock,
    form: Offer | None,
    handover_id: str,
    ends: tuple[int, int],
    lines: Sequence[Line],
    at: datetime,
    returns: str | None = None,
) -> int:
    """Store an offer; returns its number."""
    row = {
        "id": handover_id,
        "sender": ends[0],
        "receiver": ends[1],
        "returns": returns,
        "reference": form.reference if form else None,
        "seal": form.seal if form else None,
        "note": form.note if form else None,
        "offered_at": at,
        "received_at": clock.now(),
    }
    return repository.insert_handover(conn, row, lines)


def _read(conn: Connection, sender: Party, form: Offer) -> tuple[Party, list[Line]]:
    """Receiver and lines as they are meant. Raises HandoverRefused."""
    faults: list[Fault] = []
    receiver = sender
    try:
        receiver = party_of_argument(conn, form.receiver)
    except PartyUnknown as error:
        faults.append(Fault("/receiver", "handover.receiver", error.message, "give its number or URI"))
    else:
        faults += _ends_faults(sender, receiver)
    lines = []
    for place, each in enumerate(form.lines):
        line, wrong = _line(conn, each, place)
        faults += wrong
        lines += [line] if line else []
    twice = {each.lot_id for each in lines if [one.lot_id for one in lines].count(each.lot_id) > 1}
    if twice:
        message = "a lot is named in several lines"
        faults.append(Fault("/lines", "handover.lot_twice", message, "give each lot one line"))
    if faults:
        raise HandoverRefused(faults)
    return receiver, lines


def _ends_faults(sender: Party, receiver: Party) -> list[Fault]:
    if receiver.number == sender.number:
        message = "sender and receiver are the same"
        return [Fault("/receiver", "handover.to_itself", message, "name another party")]
    if not receiver.roles & TRADE or not sender.roles & TRADE:
        message = "laboratories and inspectors take no custody"
        return [Fault("/receiver", "handover.no_trade", message, "name a party of the trade")]
    return []


def _line(conn: Connection, told: OfferLine, place: int) -> tuple[Line | None, list[Fault]]:
    pointer = f"/lines/{place}"
    try:
        found = from_argument(told.lot)
    except NotAnIdentifier as error:
        fix = "give a Digital Link, a URN or GTIN/LOT"
        return None, [Fault(f"{pointer}/lot", error.code, error.message, fix)]
    if isinstance(found, bytes):
        lot = lots_of(conn, [found]).get(found)
        obj = identify(lot.uri) if lot else None
    else:
        obj = found
    if obj is None or obj.level in _NO_GOODS:
        message = f"{told.lot[:80]} names no goods"
        return None, [Fault(f"{pointer}/lot", "handover.no_goods", message, "name lots, items or pallets")]
    faults = _amount_faults(obj, told, pointer)
    if told.profile not in (None, NO_PROFILE) and told.profile not in profiles():
        fix = f"one of {', '.join(profiles())}, or {NO_PROFILE}"
        message = f"{told.profile} is no temperature profile"
        faults.append(Fault(f"{pointer}/profile", "handover.profile", message, fix))
    profile = told.profile or _fitting(conn, obj)
    quantity = Decimal(told.quantity)
    line = Line(place + 1, lot_id(obj.uri), obj.uri, quantity, told.uom, told.packs, told.seal, profile)
    return line, faults


def _amount_faults(obj: TraceObject, told: OfferLine, pointer: str) -> list[Fault]:
    quantity = Decimal(told.quantity)
    single = counts_by_itself(obj.uri)
    if single and (quantity != 1 or told.uom):
        message, fix = "an item or a pallet counts as 1", "give quantity 1 without a unit"
        return [Fault(f"{pointer}/quantity", "handover.one_thing", message, fix)]
    if not quantity or (not told.uom and quantity != quantity.to_integral_value()):
        message = f"{told.quantity} is no amount of {told.uom or 'pieces'}"
        return [Fault(f"{pointer}/quantity", "handover.quantity", message, "give what is sent")]
    return []


def _fitting(conn: Connection, obj: TraceObject) -> str | None:
    """The profile that the product's own words choose."""
    product = product_of(conn, obj)
    if product is None:
        return None
    found = fitting([*product.names.values(), product.storage, product.specification])
    return found.code if found else None


def _check_free(conn: Connection, sender: Party, lines: Sequence[Line]) -> None:
    """Raises HandoverRefused for lots that the sender does not hold, OutOfOrder for those that are in another
    open handover.
    """
    for each in sorted(line.lot_id for line in lines):
        hold(conn, "handovers", "lot", each)
    known = lots_of(conn, [line.lot_id for line in lines])
    faults = []
    for place, line in enumerate(lines):
        lot = known.get(line.lot_id)
        single = counts_by_itself(line.uri)
        if lot is None:
            message, fix = f"nothing is recorded about {line.uri}", "record it first"
            faults.append(Fault(f"/lines/{place}/lot", "lot.unknown", message, fix))
        elif lot.state.custodian != sender.number and not (single and not lot.state.custodian):
            message = f"{line.uri} is not in your custody"
            fix = "accept it first, or let its holder offer it"
            faults.append(Fault(f"/lines/{place}/lot", "handover.not_held", message, fix))
    if faults:
        raise HandoverRefused(faults)
    under_way = repository.open_with(conn, [line.lot_id for line in lines])
    if under_way:
        named, lot_hash = under_way[0]
        raise OutOfOrder(
            f"Lot {to_hex(lot_hash)} is already offered in handover {named}; withdraw that first.",
            code="handover.already_offered",
        )
