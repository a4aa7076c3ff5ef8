"""What a page shows of one event, read from its public form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from itertools import islice
from typing import Any

from suyuan.kernel.identity import NotAnIdentifier, identify
from suyuan.kernel.ledger import Kind
from suyuan.passport.model import Step

_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")
#: Shown with one step; the journey has them all.
_MOST_DISPUTES = 5
_QUANTITIES = (
    "quantityList", "childQuantityList", "inputQuantityList", "outputQuantityList",
)  # fmt: skip


def happened(event: Mapping[str, Any], seconds: int) -> datetime:
    """The event's time in its own offset; from what was signed when the event does not tell it."""
    try:
        moment = datetime.fromisoformat(str(event.get("eventTime")).upper())
    except ValueError:
        moment = datetime.fromtimestamp(seconds, UTC)
    found = _OFFSET.fullmatch(str(event.get("eventTimeZoneOffset")))
    if not found or moment.tzinfo is None:
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    span = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return moment.astimezone(timezone(-span if found[1] == "-" else span))


def amounts(event: Mapping[str, Any], uri: str) -> tuple[tuple[str, str], ...]:
    """(quantity, unit) wherever the event states an amount of the object with this canonical URI."""
    found: list[tuple[str, str]] = []
    for member in _QUANTITIES:
        stated = [each for each in event.get(member) or () if isinstance(each, dict) and "quantity" in each]
        found += [
            (_plain(each["quantity"]), str(each.get("uom", "")))
            for each in stated
            if _is(each.get("epcClass"), uri)
        ]
    return tuple(dict.fromkeys(found))


def _is(text: object, uri: str) -> bool:
    try:
        return isinstance(text, str) and identify(text).uri == uri
    except NotAnIdentifier:
        return False


def _plain(quantity: object) -> str:
    return f"{quantity:.15g}" if isinstance(quantity, float) else str(quantity)


def place_uri(event: Mapping[str, Any]) -> str:
    """Where it happened: the read point, else the business location; empty when neither is told."""
    for member in ("readPoint", "bizLocation"):
        place = event.get(member)
        if isinstance(place, dict) and isinstance(place.get("id"), str):
            return str(place["id"])
    return ""


def hidden(event: Mapping[str, Any]) -> int:
    """How many members stand as digests only."""
    return sum(len(each["_sd"]) for each in _objects(event) if isinstance(each.get("_sd"), list))


def temperature(event: Mapping[str, Any]) -> tuple[float, float] | None:
    """The least and the greatest temperature that sensors report in it, in degrees Celsius; None for none."""
    told = [
        _celsius(float(report[member]), str(report.get("uom", "CEL")))
        for report in _reports(event)
        for member in ("value", "minValue", "maxValue", "meanValue")
        if isinstance(report.get(member), int | float)
    ]
    return (min(told), max(told)) if told else None


def alarm(event: Mapping[str, Any]) -> bool:
    """Whether a sensor reports that a temperature was out of bounds."""
    return any(str(report.get("exception", "")).endswith("ALARM_CONDITION") for report in _reports(event))


def _reports(event: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = _objects(event.get("sensorElementList"))
    return [each for each in found if _last(str(each.get("type", ""))) == "Temperature"]


def _last(term: str) -> str:
    return term.rsplit(":", 1)[-1].rsplit("/", 1)[-1]


def _celsius(value: float, unit: str) -> float:
    """Units of UN/CEFACT Recommendation 20."""
    if unit == "FAH":
        return (value - 32) * 5 / 9
    return value - 273.15 if unit == "KEL" else value


def declared(event: Mapping[str, Any]) -> str:
    """The reason of an error declaration as a bare word; empty when the event declares no error."""
    declaration = event.get("errorDeclaration")
    if declaration is None:
        return ""
    reason = declaration.get("reason") if isinstance(declaration, dict) else None
    return str(reason or "unspecified").rsplit("-", 1)[-1].rsplit(":", 1)[-1]


def _objects(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
        for value in tree.values():
            yield from _objects(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _objects(value)


def corrections(steps: Sequence[Step]) -> dict[int, int]:
    """Place of each step that its own party declares to be in error -> place of that declaration.

    An EPCIS error declaration repeats the event with its eventID, which is public: anybody can name it, and
    only who signed the record can take it back.
    """
    declaring = _declaring(steps)
    return {
        place: declaring[step.event_id][step.party.number]
        for place, step in enumerate(steps)
        if not _declares(step) and step.party.number in declaring.get(step.event_id, {})
    }


def disputes(steps: Sequence[Step]) -> dict[int, tuple[int, ...]]:
    """Place of each step that other parties declare to be in error -> places of their declarations, the
    newest of each party, a few of them.
    """
    declaring = _declaring(steps)
    found = {}
    for place, step in enumerate(steps):
        if _declares(step) or step.event_id not in declaring:
            continue
        others = (at for party, at in declaring[step.event_id].items() if party != step.party.number)
        if shown := tuple(islice(others, _MOST_DISPUTES)):
            found[place] = shown
    return found


def _declaring(steps: Sequence[Step]) -> dict[str, dict[int, int]]:
    """By eventID: the party that declares an error of that event -> place of its newest declaration."""
    found: dict[str, dict[int, int]] = {}
    for place, step in enumerate(steps):
        if step.event_id and _declares(step):
            found.setdefault(step.event_id, {})[step.party.number] = place
    return found


def _declares(step: Step) -> bool:
    return step.kind is Kind.CORRECTED or bool(step.declared)
