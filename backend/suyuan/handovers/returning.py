"""The refused part of a lot: its own lot, its own handover back, and the events that say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from suyuan.handovers import repository
from suyuan.handovers.desk import Desk, write_act
from suyuan.handovers.documents import (
    Ends,
    Event,
    accepted,
    offered,
    parted,
    statement,
    turned_down,
    with_handover,
    with_temperatures,
)
from suyuan.handovers.judging import Judged
from suyuan.handovers.model import NO_PROFILE, Act, Handover, Line, LineResult
from suyuan.handovers.numbers import amount_text
from suyuan.handovers.schemas import Offer, OfferLine
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Malformed
from suyuan.kernel.identity import identify, lot_id, of_lot
from suyuan.notices.tell import tell
from suyuan.parties.queries import the_party

_LETTERS = 12


@dataclass(frozen=True, slots=True)
class GoingBack:
    """The handover that brings refused parts back, and the URI of each one's new lot by line."""

    id: str
    lots: Mapping[int, str]


def going_back(desk: Desk, found: Handover, results: Sequence[LineResult]) -> GoingBack:
    """Names for what is refused of lots that are accepted otherwise. Nobody can guess them beforehand, so
    nobody can be there first.
    """
    parts = [each for each in results if each.accepted and each.refused]
    identifier = desk.draws.uuid()
    return GoingBack(
        identifier,
        {each.line: _name(found.line(each.line).uri, desk.draws.letters(_LETTERS)) for each in parts},
    )


def _name(uri: str, letters: str) -> str:
    """A lot number of its own under the same GTIN, so that its product is known; else a name of ours."""
    obj = identify(uri)
    if obj.scheme == "gs1" and obj.gtin and obj.level == "lot":
        try:
            return of_lot(obj.gtin, f"RET-{letters}").uri
        except Malformed:
            pass
    return f"urn:suyuan:lot:RET-{letters}"


def lines_back(found: Handover, results: Sequence[LineResult]) -> list[Line]:
    """What goes back, as lines of the new handover."""
    parts = [each for each in results if each.return_lot]
    return [
        Line(
            number,
            lot_id(each.return_lot or ""),
            each.return_lot or "",
            each.refused,
            found.line(each.line).uom,
            None,
            None,
            NO_PROFILE,
        )
        for number, each in enumerate(parts, 1)
    ]


def events_of(  # noqa: PLR0913, PLR0917 - what the answer is made of
    conn: Connection,
    desk: Desk,
    found: Handover,
    at: datetime,
    results: Sequence[LineResult],
    said: Judged,
    back: GoingBack,
) -> list[Event]:
    """What the receiver signs: taking in, turning down, parting, offering back; in this order."""
    ends = Ends(the_party(conn, found.sender), the_party(conn, found.receiver))
    taken = [each for each in results if each.accepted]
    left = [each for each in results if not each.accepted]
    events: list[Event] = []
    if taken:
        goods = [(found.line(each.line), each.accepted + each.refused) for each in taken]
        event = accepted(desk.draws.uuid(), at, ends, goods)
        measured = [m for line, m in said.receiver.measured.items() if line in {x.line for x in taken}]
        told = statement(found.id, Act.ACCEPT, found, taken, said.findings)
        events.append(with_handover(with_temperatures(event, measured), told))
    if left:
        lines = [found.line(each.line) for each in left]
        event = turned_down(desk.draws.uuid(), at, ends, lines)
        told = statement(found.id, Act.REFUSE, found, left, said.findings)
        events.append(with_handover(event, told))
    events += [
        parted(desk.draws.uuid(), at, found.line(each.line), each) for each in results if each.return_lot
    ]
    if back.lots:
        there = Ends(ends.receiver, ends.sender)
        lines = lines_back(found, results)
        event = offered(desk.draws.uuid(), at, there, lines, disposition="returned")
        events.append(with_handover(event, statement(back.id, Act.OFFER) | {"returns": found.id}))
    return events


def write_return(  # noqa: PLR0913, PLR0917 - as above
    conn: Connection,
    clock: Clock,
    desk: Desk,
    found: Handover,
    results: Sequence[LineResult],
    back: GoingBack,
    at: datetime,
    submission: str,
) -> None:
    """The handover that brings it back waits for the sender's own acceptance."""
    lines = lines_back(found, results)
    row = {
        "id": back.id,
        "sender": found.receiver,
        "receiver": found.sender,
        "returns": found.id,
        "offered_at": at,
        "received_at": clock.now(),
    }
    number = repository.insert_handover(conn, row, lines)
    form = Offer(
        receiver=str(found.sender),
        lines=tuple(
            OfferLine(lot=x.uri, quantity=amount_text(x.quantity), uom=x.uom, profile=NO_PROFILE)
            for x in lines
        ),
    )
    write_act(conn, clock, desk, Act.OFFER, (number, back.id), form, at, submission)
    tell(
        conn, clock, found.sender, "handover.offered", back.id, {"from": found.receiver, "returns": found.id}
    )
