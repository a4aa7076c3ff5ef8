"""From what the sides sent to the plain values that rules look at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection

from suyuan.handovers import repository
from suyuan.handovers import tables as t
from suyuan.handovers.errors import HandoverRefused, RulesBlock
from suyuan.handovers.model import Act, Handover, Line, LineResult
from suyuan.handovers.numbers import centi
from suyuan.handovers.ports import TripRecords
from suyuan.handovers.profiles import profile_of
from suyuan.handovers.rules.judge import blocks
from suyuan.handovers.rules.model import (
    Facts,
    Finding,
    Instrument,
    LineFacts,
    Measured,
    Order,
    Reading,
    Refusal,
    Sums,
)
from suyuan.handovers.rules.surroundings import ha8
from suyuan.handovers.schemas import Measurement, PackReading
from suyuan.kernel.errors import Fault

#: Acts in which a side tells what it measured.
_MEASURING = (Act.OFFER, Act.MEASURE, Act.ACCEPT, Act.REFUSE)


@dataclass(frozen=True, slots=True)
class Told:
    """The newest of one side's measurements by line, with their notes."""

    measured: Mapping[int, Measured]
    notes: Mapping[int, str]


def read_measurement(told: Measurement, at: datetime) -> Measured:
    """A measurement as rules see it."""
    instrument = told.instrument
    place = told.place
    return Measured(
        at=at,
        surface=_readings(told.surface),
        between=_readings(told.between),
        core=_readings(told.core),
        instrument=None
        if instrument is None
        else Instrument(instrument.id, instrument.calibrated_until, centi(instrument.uncertainty)),
        packs=told.packs,
        seal=told.seal,
        scanned=told.scanned,
        exposure_minutes=told.exposure_minutes,
        precool=None if told.precool is None else centi(told.precool),
        precool_minutes=told.precool_minutes,
        dry=told.dry,
        clean=told.clean,
        thaw_signs=told.thaw_signs,
        ice=told.ice,
        vehicle_clean=told.vehicle_clean,
        forbidden_co_load=told.forbidden_co_load,
        place=None if place is None else (_e7(place.lat), _e7(place.lon)),
        sensor_closed=told.sensor_closed,
        sensor_opened=told.sensor_opened,
        logger_file=told.logger_file,
        photos=told.photos,
    )


def _readings(told: Iterable[PackReading]) -> tuple[Reading, ...]:
    return tuple(Reading(each.place, centi(each.celsius), each.refused) for each in told)


def _e7(degrees: str) -> int:
    return int(Decimal(degrees).scaleb(7))


def told_by(
    conn: Connection, found: Handover, party: int, fresh: Sequence[Measurement], at: datetime
) -> Told:
    """What a side measured: stored before, and `fresh` in this act; the newest of each line counts."""
    measured: dict[int, Measured] = {}
    notes: dict[int, str] = {}
    stored = repository.acts_where(
        conn, t.acts.c.handover == found.number, t.acts.c.party == party, t.acts.c.act.in_(_MEASURING)
    )
    said = [
        (Measurement.model_validate(each), act.claimed_at)
        for act in stored
        for each in act.body.get("measurements", ())
    ]
    for each, moment in [*said, *((one, at) for one in fresh)]:
        measured[each.line] = read_measurement(each, moment)
        if each.note:
            notes[each.line] = each.note
    return Told(measured, notes)


def check_measurements(lines: Sequence[Line], fresh: Sequence[Measurement], at: datetime) -> list[Finding]:
    """What can be said of measurements by themselves. Raises HandoverRefused for lines that do not exist or
    are named twice, RulesBlock for instruments whose reading is none (HA8).
    """
    faults = []
    seen: set[int] = set()
    for place, each in enumerate(fresh):
        if each.line > len(lines) or each.line in seen:
            message = f"line {each.line} does not exist or is named twice"
            pointer = f"/measurements/{place}/line"
            faults.append(Fault(pointer, "handover.line", message, f"give lines 1 to {len(lines)} once each"))
        seen.add(each.line)
    if faults:
        raise HandoverRefused(faults)
    found = [one for each in fresh for one in ha8(each.line, read_measurement(each, at))]
    if blocks(found):
        raise RulesBlock(blocks(found))
    return found


def order_of(found: Handover, at: datetime, now: datetime) -> Order:
    return Order(found.offered_at, at, now, found.departed_at)


def line_facts(  # noqa: PLR0913, PLR0917 - what a line is judged by
    conn: Connection,
    trips: TripRecords,
    line: Line,
    sender: Told,
    receiver: Told,
    at: datetime,
    seal: str | None,
    sums: Sums | None = None,
) -> LineFacts:
    """Everything that is known of one line."""
    return LineFacts(
        line=line.line,
        profile=profile_of(line.profile),
        packs_sent=line.packs,
        seal_sent=line.seal or seal,
        sender=sender.measured.get(line.line),
        receiver=receiver.measured.get(line.line),
        sums=sums,
        trip=trips.of(conn, line.lot_id, at),
        today=at.date(),
    )


def facts_of(  # noqa: PLR0913, PLR0917 - as above
    conn: Connection,
    trips: TripRecords,
    found: Handover,
    sender: Told,
    receiver: Told,
    order: Order,
    results: Sequence[LineResult] = (),
) -> Facts:
    """A whole handover to be judged; without `results` it is only being measured."""
    by_line = {each.line: each for each in results}
    lines = []
    for line in found.lines:
        result = by_line.get(line.line)
        sums = result and Sums(line.quantity, result.accepted, result.refused, result.missing)
        lines.append(
            line_facts(conn, trips, line, sender, receiver, order.answered, found.seal, sums or None)
        )
    refusals = tuple(
        Refusal(each.line, each.reason, evidence_for(each, receiver))
        for each in results
        if each.refused or not each.accepted
    )
    return Facts(order, tuple(lines), refusals)


def evidence_for(result: LineResult, receiver: Told) -> int:
    """How much there is to show for a refusal: photos, files, readings. Nothing can be shown of what never
    came.
    """
    measured = receiver.measured.get(result.line)
    shown = len(result.evidence)
    if measured is not None:
        shown += len(measured.photos) + measured.has_temperature + (measured.packs is not None)
    return shown if result.refused else max(shown, 1)
