"""The EPCIS document of an act: what the party signs. Notes and people's names stand in no event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import orjson

from suyuan.handovers.model import Act, Handover, Line, LineResult
from suyuan.handovers.numbers import amount_text, json_number
from suyuan.handovers.rules.model import VERSION, Finding, Measured
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.hashing import sha256, to_hex
from suyuan.kernel.identity import identify
from suyuan.parties.model import Party

CONTEXT = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"suyuan": "https://suyuan.example/ns/"},
]

#: Named by a list of amounts; everything else is named by itself.
_BY_AMOUNT = frozenset({"lot", "class", "other"})

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ends:
    """Who hands over to whom."""

    sender: Party
    receiver: Party

    @property
    def members(self) -> Event:
        return {
            "sourceList": [{"type": "possessing_party", "source": self.sender.uri}],
            "destinationList": [{"type": "possessing_party", "destination": self.receiver.uri}],
        }


def counts_by_itself(uri: str) -> bool:
    """Whether it is one thing (an item, a pallet) rather than an amount of a lot."""
    return identify(uri).level not in _BY_AMOUNT


def document(events: Sequence[Event], created: datetime) -> bytes:
    whole = {
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": _moment(created),
        "epcisBody": {"eventList": list(events)},
    }
    return orjson.dumps(whole)


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")


def _event(identifier: str, at: datetime, step: str, **members: Any) -> Event:
    return {
        "type": "ObjectEvent",
        "eventID": f"urn:uuid:{identifier}",
        "action": "OBSERVE",
        "eventTime": _moment(at),
        "eventTimeZoneOffset": "+08:00",
        "bizStep": step,
        **members,
    }


def goods(lines: Iterable[tuple[Line, Decimal]]) -> Event:
    """The things of an event, each with its amount."""
    listed = list(lines)
    named = [line.uri for line, _ in listed if counts_by_itself(line.uri)]
    amounts = [_amount(line.uri, count, line.uom) for line, count in listed if not counts_by_itself(line.uri)]
    return ({"epcList": named} if named else {}) | ({"quantityList": amounts} if amounts else {})


def _amount(uri: str, count: Decimal, uom: str) -> Event:
    return {"epcClass": uri, "quantity": json_number(count)} | ({"uom": uom} if uom else {})


def offered(
    identifier: str, at: datetime, ends: Ends, lines: Sequence[Line], disposition: str = "in_transit"
) -> Event:
    """`disposition` is `returned` for what goes back."""
    told = goods((each, each.quantity) for each in lines)
    return _event(identifier, at, "shipping", disposition=disposition, **told, **ends.members)


def accepted(identifier: str, at: datetime, ends: Ends, taken: Sequence[tuple[Line, Decimal]]) -> Event:
    """What came into the receiver's hands: accepted, and refused for now."""
    return _event(identifier, at, "accepting", disposition="in_progress", **goods(taken), **ends.members)


def turned_down(identifier: str, at: datetime, ends: Ends, lines: Sequence[Line]) -> Event:
    """Custody stays where it was: with the sender."""
    told = goods((each, each.quantity) for each in lines)
    return _event(identifier, at, "receiving", disposition="returned", **told, **ends.members)


def parted(identifier: str, at: datetime, line: Line, result: LineResult) -> Event:
    """The refused part leaves the lot and becomes one of its own."""
    assert result.return_lot is not None  # noqa: S101 - the caller has named it
    event = _event(identifier, at, "repackaging", disposition="non_conformant")
    del event["action"]
    return event | {
        "type": "TransformationEvent",
        "inputQuantityList": [_amount(line.uri, result.refused, line.uom)],
        "outputQuantityList": [_amount(result.return_lot, result.refused, line.uom)],
        "suyuan:reason": result.reason or "other",
    }


def seen(identifier: str, at: datetime, step: str, lines: Sequence[Line]) -> Event:
    """Something that moves nothing: departure, withdrawal, inspection, an answer."""
    return _event(identifier, at, step, **goods((each, each.quantity) for each in lines))


def with_temperatures(event: Event, measured: Iterable[Measured]) -> Event:
    """The event with the readings as EPCIS has them: those of packs that go on."""
    elements = [_sensor(each) for each in measured if each.has_temperature]
    shown = [each for each in elements if each["sensorReport"]]
    return event | {"sensorElementList": shown} if shown else event


def _sensor(measured: Measured) -> Event:
    readings = [*measured.surface, *measured.between, *measured.core]
    reports = [
        {"type": "Temperature", "value": json_number(Decimal(each.centi).scaleb(-2)), "uom": "CEL"}
        for each in readings
        if not each.refused
    ]
    metadata: Event = {"time": _moment(measured.at)}
    return {"sensorMetadata": metadata, "sensorReport": reports}


def with_handover(event: Event, told: Event) -> Event:
    """The event with what it says of the handover; no empty members."""
    kept = {name: value for name, value in told.items() if value not in (None, [], "")}
    return event | {"suyuan:handover": kept}


def statement(
    handover_id: str,
    act: Act,
    handover: Handover | None = None,
    results: Iterable[LineResult] = (),
    findings: Sequence[Finding] = (),
) -> Event:
    """What an event says of its handover: the figures of each line, and a hash over the rules' answers."""
    lines = [
        {
            "lot": handover.line(each.line).uri,
            "sent": amount_text(handover.line(each.line).quantity),
            "accepted": amount_text(each.accepted),
            "refused": amount_text(each.refused),
            "missing": amount_text(each.missing),
            "uom": handover.line(each.line).uom or "EA",
        }
        | ({"reason": each.reason} if each.reason else {})
        | ({"evidence": list(each.evidence)} if each.evidence else {})
        for each in results
        if handover is not None
    ]
    rules = {"rules": VERSION, "checks": checks_hash(findings)} if findings else {}
    return {"id": handover_id, "act": str(act), "lines": lines, **rules}


def checks_hash(findings: Iterable[Finding]) -> str:
    """SHA-256 of the canonical JSON of the rules' answers, as they are stored."""
    listed = [
        {
            "rule": each.rule,
            "verdict": str(each.verdict),
            "says": each.says,
            "value": each.value,
            "limit": each.limit,
            "line": each.line or 0,
        }
        for each in findings
    ]
    return to_hex(sha256(canonical_json(listed)))
