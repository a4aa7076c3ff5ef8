"""HA3, HA4, HA8, HA10, HA11, HA12, HA14: the way, the instrument, the vehicle, the place, the order."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt

from suyuan.handovers.numbers import celsius
from suyuan.handovers.rules.model import Finding, LineFacts, Measured, Order, Verdict

#: Permille of the way that readings must cover; readings may be two intervals old.
COVERAGE, INTERVALS = 950, 2
#: Hundredths of a degree that a hand-held instrument may be uncertain.
UNCERTAINTY = 50
#: Metres between the signers, and how far their clocks may differ.
NEAR = 500
SKEW = timedelta(minutes=5)
#: WGS 84, mean radius in metres.
_EARTH = 6_371_009


def ha3(facts: LineFacts) -> list[Finding]:
    """The record of the way has no holes, or the logger was read on the spot."""
    if facts.trip is None:
        return [Finding("HA3", Verdict.UNMEASURED, "no_trip_record", line=facts.line)]
    trip = facts.trip
    value, limit = f"{trip.coverage / 10:g} %", f"≥ {COVERAGE // 10} %"
    is_whole = trip.coverage >= COVERAGE and trip.last_age <= INTERVALS * trip.interval
    if is_whole:
        return [Finding("HA3", Verdict.PASS, "trip_complete", value, limit, facts.line)]
    if facts.receiver and facts.receiver.logger_file:
        return [Finding("HA3", Verdict.WARN, "trip_from_logger", value, limit, facts.line)]
    return [Finding("HA3", Verdict.BLOCK, "trip_incomplete", value, limit, facts.line)]


def ha4(facts: LineFacts) -> list[Finding]:
    """No open excursion, and some of the time budget left."""
    if facts.trip is None:
        return [Finding("HA4", Verdict.UNMEASURED, "no_trip_record", line=facts.line)]
    if facts.trip.open_excursions:
        shown = str(facts.trip.open_excursions)
        return [Finding("HA4", Verdict.HOLD, "excursion_open", shown, "0", facts.line)]
    if facts.trip.budget_left <= 0:
        shown = f"{facts.trip.budget_left // 60} min"
        return [Finding("HA4", Verdict.HOLD, "budget_used", shown, "> 0 min", facts.line)]
    return [Finding("HA4", Verdict.PASS, "no_excursion", line=facts.line)]


def ha8(line: int, measured: Measured | None) -> list[Finding]:
    """The instrument was calibrated on the day and is exact enough; else its reading is none."""
    if measured is None or not measured.has_temperature:
        return [Finding("HA8", Verdict.UNMEASURED, "not_measured", line=line)]
    instrument = measured.instrument
    if instrument is None:
        return [Finding("HA8", Verdict.BLOCK, "instrument_unnamed", line=line)]
    day = measured.at.date().isoformat()
    until = instrument.calibrated_until.isoformat()
    if instrument.calibrated_until < measured.at.date():
        return [Finding("HA8", Verdict.BLOCK, "calibration_over", until, f"≥ {day}", line)]
    value, limit = f"{celsius(instrument.uncertainty)} K", f"≤ {celsius(UNCERTAINTY)} K"
    if instrument.uncertainty > UNCERTAINTY:
        return [Finding("HA8", Verdict.BLOCK, "too_uncertain", value, limit, line)]
    return [Finding("HA8", Verdict.PASS, "instrument_good", value, limit, line)]


def ha10(facts: LineFacts) -> list[Finding]:
    """Vehicle and dock are clean, and nothing lies beside the goods that spoils them."""
    told = facts.receiver
    if told is None or (told.vehicle_clean is None and told.forbidden_co_load is None):
        return [Finding("HA10", Verdict.UNMEASURED, "vehicle_unseen", line=facts.line)]
    if told.forbidden_co_load:
        return [Finding("HA10", Verdict.BLOCK, "co_load", line=facts.line)]
    if told.vehicle_clean is False:
        return [Finding("HA10", Verdict.WARN, "vehicle_dirty", line=facts.line)]
    return [Finding("HA10", Verdict.PASS, "vehicle_good", line=facts.line)]


def ha11(facts: LineFacts) -> list[Finding]:
    """Both signers stood at the same place."""
    ours = facts.receiver.place if facts.receiver else None
    theirs = facts.sender.place if facts.sender else None
    if ours is None or theirs is None:
        return [Finding("HA11", Verdict.UNMEASURED, "place_unknown", line=facts.line)]
    metres = distance(ours, theirs)
    verdict, says = (Verdict.WARN, "places_apart") if metres > NEAR else (Verdict.PASS, "places_near")
    return [Finding("HA11", verdict, says, f"{metres} m", f"≤ {NEAR} m", facts.line)]


def distance(one: tuple[int, int], other: tuple[int, int]) -> int:
    """Metres between two places in 1e-7 degrees, by the haversine; never hashed."""
    (lat1, lon1), (lat2, lon2) = ((radians(a / 1e7), radians(b / 1e7)) for a, b in (one, other))
    half = sin((lat2 - lat1) / 2) ** 2 + cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return round(2 * _EARTH * asin(min(1.0, sqrt(half))))


def ha12(facts: LineFacts) -> list[Finding]:
    """The sensor's old assignment ends in the very millisecond in which the new one begins."""
    told = facts.receiver
    closed, opened = (told.sensor_closed, told.sensor_opened) if told else (None, None)
    if closed is None and opened is None:
        return [Finding("HA12", Verdict.UNMEASURED, "sensor_not_handed", line=facts.line)]
    value, limit = _stamp(opened), _stamp(closed)
    if closed != opened:
        says = "sensor_overlap" if closed and opened and opened < closed else "sensor_hole"
        return [Finding("HA12", Verdict.BLOCK, says, value, limit, facts.line)]
    return [Finding("HA12", Verdict.PASS, "sensor_seamless", value, limit, facts.line)]


def _stamp(moment: datetime | None) -> str:
    return "–" if moment is None else moment.isoformat(timespec="milliseconds")


def ha14(order: Order) -> list[Finding]:
    """Nobody accepts before the goods were released and have left; clocks may differ by five minutes."""
    answered = order.answered.isoformat(timespec="seconds")
    if order.answered > order.received + SKEW:
        limit = order.received.isoformat(timespec="seconds")
        return [Finding("HA14", Verdict.BLOCK, "in_future", answered, f"≤ {limit}")]
    for moment, says in ((order.offered, "before_offer"), (order.departed, "before_departure")):
        if moment is not None and order.answered < moment - SKEW:
            limit = moment.isoformat(timespec="seconds")
            return [Finding("HA14", Verdict.BLOCK, says, answered, f"≥ {limit}")]
    return [Finding("HA14", Verdict.PASS, "in_order", answered)]
