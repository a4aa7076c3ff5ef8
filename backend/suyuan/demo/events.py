"""EPCIS 2.0 events and documents, as a supplier's system would write them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from suyuan.demo.people import Actor, Site

CONTEXT = [
    "https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
    {"suyuan": "https://suyuan.example/ns/"},
]
CHINA = timezone(timedelta(hours=8))

Event = dict[str, Any]
Amount = tuple[str, float, str]  # lot URI, quantity, unit (UN/ECE Rec. 20)


@dataclass(frozen=True, slots=True)
class Days:
    """Counts days back from `today`, so that the demo is always fresh and, for one day, always the same."""

    today: datetime

    @classmethod
    def before(cls, now: datetime) -> Days:
        local = now.astimezone(CHINA)
        return cls(local.replace(hour=0, minute=0, second=0, microsecond=0))

    def ago(self, days: int, clock: str) -> datetime:
        """`clock` is HH:MM in China."""
        hour, _, minute = clock.partition(":")
        return self.today - timedelta(days=days) + timedelta(hours=int(hour), minutes=int(minute))

    def stamp(self, days: int) -> str:
        """The date as it stands in lot numbers: YYMMDD."""
        return (self.today - timedelta(days=days)).strftime("%y%m%d")


@dataclass(slots=True)
class Document:
    """What one party sends in one go."""

    party: Actor
    events: list[Event] = field(default_factory=list)

    def as_epcis(self, created: datetime) -> dict[str, Any]:
        return {
            "@context": CONTEXT,
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": created.isoformat(timespec="seconds"),
            "epcisBody": {"eventList": self.events},
        }


def documents(story: Iterable[tuple[Actor, Event]]) -> list[Document]:
    """Consecutive events of one party become one document; the order of the story is kept."""
    found: list[Document] = []
    for party, event in story:
        if not found or found[-1].party is not party:
            found.append(Document(party))
        found[-1].events.append(event)
    return found


def _event(kind: str, when: datetime, step: str, site: Site, **members: Any) -> Event:
    return {
        "type": kind,
        "eventTime": when.isoformat(timespec="milliseconds"),
        "eventTimeZoneOffset": "+08:00",
        "bizStep": step,
        "readPoint": {"id": site.uri},
        "bizLocation": {"id": site.uri},
        **members,
    }


def _quantities(amounts: Sequence[Amount]) -> list[dict[str, Any]]:
    return [{"epcClass": lot, "quantity": quantity, "uom": unit} for lot, quantity, unit in amounts]


def produced(when: datetime, site: Site, amount: Amount, **members: Any) -> Event:
    """A lot begins: harvest or catch."""
    return _event(
        "ObjectEvent",
        when,
        "commissioning",
        site,
        action="ADD",
        disposition="active",
        quantityList=_quantities([amount]),
        **members,
    )


def observed(when: datetime, step: str, site: Site, amounts: Sequence[Amount], **members: Any) -> Event:
    """Something seen or done that leaves the lots as they are."""
    return _event(
        "ObjectEvent", when, step, site, action="OBSERVE", quantityList=_quantities(amounts), **members
    )


def transformed(
    when: datetime, site: Site, inputs: Sequence[Amount], outputs: Sequence[Amount], **members: Any
) -> Event:
    """Inputs become outputs: sorting, milling, shelling; merges and splits."""
    return _event(
        "TransformationEvent",
        when,
        "commissioning",
        site,
        disposition="active",
        inputQuantityList=_quantities(inputs),
        outputQuantityList=_quantities(outputs),
        **members,
    )


def packed(when: datetime, site: Site, pallet: str, amounts: Sequence[Amount], **members: Any) -> Event:
    """Lots are put on a pallet."""
    content = {"parentID": pallet, "childQuantityList": _quantities(amounts)}
    return _event("AggregationEvent", when, "packing", site, action="ADD", **content, **members)


def unpacked(when: datetime, site: Site, pallet: str, amounts: Sequence[Amount], **members: Any) -> Event:
    """Lots are taken from a pallet."""
    content = {"parentID": pallet, "childQuantityList": _quantities(amounts)}
    return _event("AggregationEvent", when, "unpacking", site, action="DELETE", **content, **members)


def _between(giver: Actor, taker: Actor) -> dict[str, Any]:
    return {
        "sourceList": [{"type": "possessing_party", "source": giver.uri}],
        "destinationList": [{"type": "possessing_party", "destination": taker.uri}],
    }


def _what(goods: str | Sequence[Amount]) -> dict[str, Any]:
    """A pallet by its SSCC, or lots by quantity."""
    return {"epcList": [goods]} if isinstance(goods, str) else {"quantityList": _quantities(goods)}


def offered(
    when: datetime, giver: Actor, taker: Actor, goods: str | Sequence[Amount], **members: Any
) -> Event:
    """The giver's half of a handover."""
    handover = _between(giver, taker)
    return _event(
        "ObjectEvent",
        when,
        "shipping",
        giver.site,
        action="OBSERVE",
        disposition="in_transit",
        **_what(goods),
        **handover,
        **members,
    )


def accepted(
    when: datetime, giver: Actor, taker: Actor, goods: str | Sequence[Amount], **members: Any
) -> Event:
    """The taker's half of a handover, with what he measured."""
    handover = _between(giver, taker)
    return _event(
        "ObjectEvent",
        when,
        "accepting",
        taker.site,
        action="OBSERVE",
        disposition="in_progress",
        **_what(goods),
        **handover,
        **members,
    )


def refused(when: datetime, giver: Actor, taker: Actor, goods: Sequence[Amount], *, reason: str) -> Event:
    """The taker sends it back, and says why."""
    found = accepted(when, giver, taker, goods, **{"suyuan:reason": reason})
    return {**found, "bizStep": "receiving", "disposition": "returned"}


def received(when: datetime, giver: Actor, taker: Actor, goods: str | Sequence[Amount]) -> Event:
    """What came in at the door, whether or not anybody had offered it."""
    return {**accepted(when, giver, taker, goods), "bizStep": "receiving"}


def temperatures(start: datetime, step: timedelta, device: str, values: Sequence[float]) -> dict[str, Any]:
    """A series of readings in degrees Celsius, one element for each reading."""
    return {
        "sensorElementList": [
            {
                "sensorMetadata": {
                    "time": (start + step * number).isoformat(timespec="milliseconds"),
                    "deviceID": device,
                },
                "sensorReport": [{"type": "Temperature", "value": value, "uom": "CEL"}],
            }
            for number, value in enumerate(values)
        ]
    }
