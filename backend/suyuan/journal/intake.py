"""From bytes to events that obey the schema and our own rules; every fault found is reported at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from suyuan.journal.context import mda_members, prefixes
from suyuan.journal.document import Document, open_document
from suyuan.journal.errors import DocumentRefused
from suyuan.journal.event import TraceEvent, read_event
from suyuan.journal.model import Limits
from suyuan.journal.validation import MAX_FAULTS, schema_faults
from suyuan.kernel.canonical import parse_json
from suyuan.kernel.errors import Fault, TooLarge
from suyuan.kernel.identity import NotAnIdentifier
from suyuan.kernel.json_faults import escape_pointer

#: Things that one event may name; a recorded event is one entry for each.
MAX_THINGS = 5_000
#: Distinct inputs times outputs of one transformation: each pair is an edge of the genealogy.
MAX_EDGES = 20_000

#: How JSON text must write the character, so that one look finds most texts free of it.
_ESCAPED_NUL = b"\\u0000"

_LISTS = (
    "epcList",
    "quantityList",
    "childEPCs",
    "childQuantityList",
    "inputEPCList",
    "inputQuantityList",
    "outputEPCList",
    "outputQuantityList",
)


def take_in(body: bytes, limits: Limits, now: datetime) -> tuple[Document, list[TraceEvent]]:
    """The document and its events, in document order.

    Raises TooLarge, MalformedJson, and DocumentRefused with every fault.
    """
    if len(body) > limits.max_bytes:
        raise TooLarge(
            f"{len(body)} bytes are more than the {limits.max_bytes} of one request.", code="body.too-large"
        )
    value = parse_json(body)
    if _ESCAPED_NUL in body:
        refuse_nul(value)
    document = open_document(value, limits.max_events)
    faults = schema_faults(document.raw)
    broken = {fault.pointer for fault in faults}
    events = []
    latest = now + timedelta(seconds=limits.clock_skew)
    for place, raw in enumerate(document.events):
        pointer = document.pointer(place)
        if any(each == pointer or each.startswith(f"{pointer}/") for each in broken) or not isinstance(
            raw, dict
        ):
            continue
        found = event_faults(raw, pointer, document, latest)
        if not found:
            try:
                events.append(read_event(raw, place, pointer, _known(raw, document)))
            except NotAnIdentifier as error:
                found = [
                    Fault(
                        pointer, error.code, error.message, "give an absolute URI of at most 2,048 characters"
                    )
                ]
            except ValueError as error:
                found = [Fault(f"{pointer}/eventTime", "event.time", str(error), "give a moment that exists")]
        faults += found
        faults += [] if found else things_faults(events[-1])
        if len(faults) >= MAX_FAULTS:
            break
    if faults:
        raise DocumentRefused(faults[:MAX_FAULTS])
    return document, events


def refuse_nul(value: object) -> None:
    """Raises DocumentRefused with every text that holds the character U+0000: PostgreSQL keeps no such text.

    A name that holds it is shown at its object.
    """
    found: list[str] = []
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        pointer, each = waiting.pop()
        if isinstance(each, str) and "\0" in each:
            found.append(pointer)
        elif isinstance(each, dict):
            found += [pointer] if any("\0" in name for name in each) else []
            waiting += [(f"{pointer}/{escape_pointer(name)}", child) for name, child in each.items()]
        elif isinstance(each, list):
            waiting += [(f"{pointer}/{place}", child) for place, child in enumerate(each)]
    if found:
        message, fix = "the text holds the character U+0000", "leave the character out"
        faults = [Fault(pointer, "text.nul", message, fix) for pointer in sorted(set(found))]
        raise DocumentRefused(faults[:MAX_FAULTS])


def _known(event: Mapping[str, Any], document: Document) -> Mapping[str, str]:
    return prefixes(event["@context"], document.known) if "@context" in event else document.known


def event_faults(event: Mapping[str, Any], pointer: str, document: Document, latest: datetime) -> list[Fault]:
    """What our own rules say of an event that the schema accepts."""
    faults = _time_faults(event, pointer, latest)
    for member in _LISTS:
        for place, element in enumerate(event.get(member) or ()):
            quantity = element.get("quantity") if isinstance(element, dict) else None
            if quantity is not None and quantity < 0:
                where = f"{pointer}/{member}/{place}/quantity"
                faults.append(
                    Fault(where, "event.quantity", f"{quantity} is less than nothing", "give the amount")
                )
    for member in mda_members(event, _known(event, document), "informationProvider"):
        if not isinstance(event[member], str):
            fix = "give the URI of the party that tells of the event"
            faults.append(Fault(f"{pointer}/{member}", "event.provider", "this names no party", fix))
    return faults


def _time_faults(event: Mapping[str, Any], pointer: str, latest: datetime) -> list[Fault]:
    where = f"{pointer}/eventTime"
    try:
        moment = datetime.fromisoformat(event["eventTime"].upper())
        if moment.timestamp() < 0:
            return [Fault(where, "event.too_old", "times before 1970 cannot be recorded", "mend the year")]
    except (ValueError, OverflowError):
        message = f"{event['eventTime'][:40]} is no moment that exists"
        return [Fault(where, "event.time", message, 'give e.g. "2026-05-01T08:30:00+08:00"')]
    if moment > latest:
        message = f"{event['eventTime'][:40]} lies in the future"
        return [
            Fault(where, "event.in_future", message, "send it once it has happened; mend clock or offset")
        ]
    return []


def things_faults(event: TraceEvent) -> list[Fault]:
    """Whether the event names more than can be recorded in one."""
    count = len(event.all_things())
    if count > MAX_THINGS:
        message = f"{count} things are more than the {MAX_THINGS} of one event"
        return [Fault(event.pointer, "event.too_many_things", message, "tell it in several events")]
    if not event.inputs:
        return []
    inputs = {thing.lot_id for thing in event.inputs}
    outputs = {thing.lot_id for thing in event.outputs}
    if len(inputs) * len(outputs) > MAX_EDGES:
        message = f"{len(inputs)} inputs for {len(outputs)} outputs are more than can be followed"
        return [Fault(event.pointer, "event.too_wide", message, "tell it in several transformations")]
    return []
