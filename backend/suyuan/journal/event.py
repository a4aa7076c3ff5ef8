"""An EPCIS event read for what entries need of it. The event itself is never changed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from suyuan.journal.context import mda_members
from suyuan.kernel.identity import TraceObject, identify, lot_id
from suyuan.lots.model import Amount

EVENT_TYPES = (
    "ObjectEvent",
    "AggregationEvent",
    "TransactionEvent",
    "TransformationEvent",
    "AssociationEvent",
)

#: What no goods are: an entry can tell of them, but nobody makes, holds or hands them over.
_NO_GOODS = frozenset({"class", "location", "party", "document"})

_TERM = re.compile(
    r"(?:https://ref\.gs1\.org/cbv/(?:BizStep|Disp|BTT|SDT)-"
    r"|urn:epcglobal:cbv:(?:bizstep|disp|btt|sdt):|cbv:(?:BizStep|Disp|BTT|SDT)-)(.+)"
)
#: Terms of this length are worth remembering.
_USUAL = 100
_GDST_STEP = re.compile(r"urn:gdst:bizstep:(.+)", re.IGNORECASE)
_OWN_STEP = re.compile(r"urn:suyuan:bizstep:(.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that an event names: a lot, an item, a container, with its amount where one is stated."""

    obj: TraceObject
    lot_id: bytes
    amount: Amount | None
    pointer: str

    @property
    def is_goods(self) -> bool:
        return self.obj.level not in _NO_GOODS


@dataclass(frozen=True, slots=True)
class TraceEvent:
    """An event's meaning. `place` is its index in the document, `pointer` its JSON Pointer there.

    `step` and `disposition` are short: `shipping`, `gdst:hatching`, or the URI as it was given.
    """

    raw: Mapping[str, Any]
    place: int
    pointer: str
    type: str
    action: str | None
    step: str | None
    disposition: str | None
    time: datetime
    things: tuple[Thing, ...]
    parent: Thing | None
    children: tuple[Thing, ...]
    inputs: tuple[Thing, ...]
    outputs: tuple[Thing, ...]
    process: str | None
    provider: str | None
    sources: Mapping[str, str]
    destinations: Mapping[str, str]
    read_point: str | None
    biz_location: str | None
    transactions: frozenset[str]
    has_sensors: bool
    declares_error: bool

    def all_things(self) -> tuple[Thing, ...]:
        """Everything named, with repetitions."""
        parent = (self.parent,) if self.parent else ()
        return self.things + parent + self.children + self.inputs + self.outputs


def read_time(text: str) -> datetime:
    """RFC 3339 text as UTC, finer parts than microseconds cut off. Raises ValueError for no such time."""
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"no such time: {text}") from error


def short_term(value: object) -> str | None:
    """A CBV term without its namespace, a GDST step as gdst:name in lower case, anything else as it is."""
    if not isinstance(value, str):
        return None
    return _remembered(value) if len(value) <= _USUAL else _shortened(value)


@lru_cache(maxsize=1024)
def _remembered(value: str) -> str:
    return _shortened(value)


def _shortened(value: str) -> str:
    found = _TERM.fullmatch(value)
    if found:
        return found[1]
    gdst = _GDST_STEP.fullmatch(value)
    if gdst:
        return f"gdst:{gdst[1].lower()}"
    own = _OWN_STEP.fullmatch(value)
    return f"suyuan:{own[1].lower()}" if own else value


def read_event(event: Mapping[str, Any], place: int, pointer: str, known: Mapping[str, str]) -> TraceEvent:
    """Read an event that the schema accepts. Raises NotAnIdentifier for a URI that is none, and ValueError
    for a time that does not exist.
    """
    providers = mda_members(event, known, "informationProvider")
    provider = event[providers[0]] if providers else None
    return TraceEvent(
        raw=event,
        place=place,
        pointer=pointer,
        type=event["type"],
        action=event.get("action"),
        step=short_term(event.get("bizStep")),
        disposition=short_term(event.get("disposition")),
        time=read_time(event["eventTime"]),
        things=_things(event, "epcList", "quantityList", pointer),
        parent=thing_of(event["parentID"], f"{pointer}/parentID") if "parentID" in event else None,
        children=_things(event, "childEPCs", "childQuantityList", pointer),
        inputs=_things(event, "inputEPCList", "inputQuantityList", pointer),
        outputs=_things(event, "outputEPCList", "outputQuantityList", pointer),
        process=event.get("transformationID"),
        provider=provider if isinstance(provider, str) else None,
        sources=_by_type(event.get("sourceList", ()), "source"),
        destinations=_by_type(event.get("destinationList", ()), "destination"),
        read_point=event.get("readPoint", {}).get("id"),
        biz_location=event.get("bizLocation", {}).get("id"),
        transactions=_transactions(event),
        has_sensors=bool(event.get("sensorElementList")),
        declares_error="errorDeclaration" in event,
    )


def _things(event: Mapping[str, Any], single: str, classes: str, pointer: str) -> tuple[Thing, ...]:
    """Items of the one list, then quantities of the other."""
    items, amounts = event.get(single), event.get(classes)
    if not items and not amounts:
        return ()
    return (
        *(thing_of(uri, f"{pointer}/{single}/{at}") for at, uri in enumerate(items or ())),
        *(
            thing_of(each["epcClass"], f"{pointer}/{classes}/{at}/epcClass", _amount(each))
            for at, each in enumerate(amounts or ())
        ),
    )


def thing_of(uri: str, pointer: str, amount: Amount | None = None) -> Thing:
    """The thing behind a URI. Raises NotAnIdentifier."""
    obj, identifier = _identified(uri)
    return Thing(obj, identifier, amount, pointer)


@lru_cache(maxsize=16384)
def _identified(uri: str) -> tuple[TraceObject, bytes]:
    obj = identify(uri)
    return obj, lot_id(obj.uri)


def _amount(element: Mapping[str, Any]) -> Amount | None:
    quantity = element.get("quantity")
    return None if quantity is None else Amount(decimal_of(quantity), element.get("uom", ""))


def decimal_of(number: float) -> Decimal:
    """The number as its shortest decimal text has it, never its binary expansion."""
    return Decimal(repr(number))


def _by_type(listed: Sequence[Mapping[str, Any]], member: str) -> dict[str, str]:
    return {str(short_term(each["type"])): each[member] for each in reversed(listed)}


def _transactions(event: Mapping[str, Any]) -> frozenset[str]:
    listed = event.get("bizTransactionList") or ()
    return frozenset(str(short_term(each["type"])) for each in listed if "type" in each)
