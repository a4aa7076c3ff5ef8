"""What an event is about: its things, and what lies in them when they are containers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from suyuan.journal.errors import DocumentRefused
from suyuan.journal.event import Thing, TraceEvent, thing_of
from suyuan.journal.kinds import Intent, intent_of
from suyuan.kernel.disclosure import confidential_pointers
from suyuan.kernel.errors import Fault
from suyuan.lots.model import Change, Part, Transformation
from suyuan.lots.working_set import WorkingSet

#: Entries of one document: an event that names 5,000 new things, each introduced by its record.
MAX_ENTRIES = 10_000


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to write an entry about; `pointer` is where the event names it, or the container it lies
    in.
    """

    lot_id: bytes
    intent: Intent
    goods: bool
    pointer: str


def targets_of(event: TraceEvent, lots: WorkingSet, room: int = MAX_ENTRIES) -> list[Target]:
    """What to write entries about, in order, each thing once for each intent; empty when the event names
    nothing. Raises DocumentRefused when they are more than `room`.
    """
    intent = intent_of(event)
    if event.type == "TransformationEvent":
        consume, process = (intent, intent) if intent is Intent.CORRECT else (Intent.CONSUME, Intent.PROCESS)
        found = _reached(event, event.inputs, consume, lots, room) + [
            _direct(each, process) for each in event.outputs
        ]
    elif intent is Intent.PRODUCE:
        found = [_direct(each, intent) for each in event.things]
    else:
        found = _reached(event, _named(event), intent, lots, room)
    return list({(each.lot_id, each.intent): each for each in reversed(found)}.values())[::-1]


def _named(event: TraceEvent) -> list[Thing]:
    """Things, or children, or the container, or at least the place where it happened, unless that is
    confidential.
    """
    parent = [event.parent] if event.parent else []
    if event.type == "AssociationEvent":
        return [*parent, *event.children]
    if event.type in ("ObjectEvent", "TransactionEvent", "AggregationEvent"):
        named = list(event.things or event.children or parent)
    else:
        named = [*event.all_things()]
    if named:
        return named
    hidden = {pointer.split("/")[1] for pointer in confidential_pointers(event.raw) if pointer[:1] == "/"}
    places = {"readPoint": event.read_point, "bizLocation": event.biz_location}
    told = [(member, uri) for member, uri in places.items() if uri and member not in hidden]
    if told:
        member, uri = told[0]
        return [thing_of(uri, f"{event.pointer}/{member}/id")]
    return []


def too_many(thing: str, pointer: str) -> DocumentRefused:
    """The refusal of a document that would write more than MAX_ENTRIES; `thing` is where that shows."""
    message = f"{thing}: this and what lies in it would be more than {MAX_ENTRIES} entries of one document"
    return DocumentRefused(
        [Fault(pointer, "document.too_many_entries", message, "tell it in several documents")]
    )


def _reached(
    event: TraceEvent, things: Iterable[Thing], intent: Intent, lots: WorkingSet, room: int
) -> list[Target]:
    found: list[Target] = []
    once: set[bytes] = set()
    for thing in things:
        if thing.lot_id in once:
            continue
        once.add(thing.lot_id)
        inside = lots.reached(thing.lot_id, event.time, room)
        if len(found) + len(inside) > room:
            raise too_many(thing.obj.uri, thing.pointer)
        for lot_id in inside:
            goods = thing.is_goods if lot_id == thing.lot_id else thing_of(lots.uri(lot_id), "").is_goods
            found.append(Target(lot_id, intent, goods, thing.pointer))
    return found


def _direct(thing: Thing, intent: Intent) -> Target:
    return Target(thing.lot_id, intent, thing.is_goods, thing.pointer)


def changes_of(event: TraceEvent, event_hash: bytes) -> list[Change]:
    """What goes into and out of containers by this event."""
    if event.type != "AggregationEvent" or event.parent is None or event.action not in ("ADD", "DELETE"):
        return []
    container, added = event.parent.lot_id, event.action == "ADD"
    if not added and not event.children:
        return [Change(container, None, added=False, at=event.time, event_hash=event_hash)]
    return [
        Change(container, child.lot_id, added, event.time, event_hash, child.amount)
        for child in event.children
        if child.lot_id != container
    ]


def transformation_of(
    event: TraceEvent, event_hash: bytes, party: int, lots: WorkingSet
) -> tuple[Transformation, frozenset[bytes]]:
    """Inputs and outputs, those in containers as what lies in them; and ids of what are no goods."""
    inputs: list[Part] = []
    for thing in event.inputs:
        inside = lots.reached(thing.lot_id, event.time)
        whole = inside == [thing.lot_id]
        inputs += [Part(lot_id, thing.amount if whole else None) for lot_id in inside]
    outputs = [Part(thing.lot_id, thing.amount) for thing in event.outputs]
    told = Transformation(party, event.process, event_hash, event.time, tuple(inputs), tuple(outputs))
    parts = {part.lot_id for part in (*inputs, *outputs)}
    no_goods = frozenset(each for each in parts if not thing_of(lots.uri(each), "").is_goods)
    return told, no_goods


def names_of(event: TraceEvent) -> list[Thing]:
    """Everything that must be loaded to plan the event."""
    return [*event.all_things(), *_named(event)]
