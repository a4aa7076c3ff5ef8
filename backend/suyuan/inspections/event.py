"""From a record to the EPCIS event that tells it, byte for byte the same however the record came in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from suyuan.inspections.members import written
from suyuan.inspections.model import Examination, RecordKind, Verdict

#: What the prefix stands for in documents that our programs write.
CONTEXT: list[Any] = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"suyuan": "https://suyuan.example/ns/", "cbvmda": "urn:epcglobal:cbv:mda:"},
]

_DISPOSITION = {Verdict.PASS: "conformant", Verdict.FAIL: "non_conformant"}


@dataclass(frozen=True, slots=True)
class Occasion:
    """When, where and on what: the lot's URI with the amount that was looked at, the site's URI, who tells.

    `offset` is EPCIS' eventTimeZoneOffset (`+08:00`). An empty text or None is not told.
    """

    lot: str
    time: datetime
    offset: str = "+08:00"
    quantity: Decimal | None = None
    uom: str = ""
    site: str = ""
    provider: str = ""


def event_of(record: Examination, occasion: Occasion, event_id: str | None = None) -> dict[str, Any]:
    """An ObjectEvent as docs/formats/inspection.md has it. Names of people are confidential."""
    event: dict[str, Any] = {
        "type": "ObjectEvent",
        "eventTime": occasion.time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "eventTimeZoneOffset": occasion.offset,
        "action": "OBSERVE",
        "bizStep": "inspecting",
        "quantityList": [_amount(occasion)],
        record.kind.member: written(record),
    }
    if event_id:
        event["eventID"] = event_id
    if record.verdict in _DISPOSITION:
        event["disposition"] = _DISPOSITION[record.verdict]
    if occasion.site:
        event["readPoint"] = event["bizLocation"] = {"id": occasion.site}
    if occasion.provider:
        event["cbvmda:informationProvider"] = occasion.provider
    if record.kind is RecordKind.TEST:
        number = f"urn:suyuan:report:{quote(record.number, safe='')}"
        event["bizTransactionList"] = [{"type": "testres", "bizTransaction": number}]
    hidden = _people(record)
    if hidden:
        event["suyuan:confidential"] = hidden
    return event


def _amount(occasion: Occasion) -> dict[str, Any]:
    """EPCIS has numbers here; a whole one stays whole."""
    if occasion.quantity is None:
        return {"epcClass": occasion.lot}
    whole = occasion.quantity == occasion.quantity.to_integral_value()
    number = int(occasion.quantity) if whole else float(occasion.quantity)
    found: dict[str, Any] = {"epcClass": occasion.lot, "quantity": number}
    return found | ({"uom": occasion.uom} if occasion.uom else {})


def _people(record: Examination) -> list[str]:
    member = f"/{record.kind.member}"
    found = [f"{member}/inspector"] if record.inspector else []
    return found + ([f"{member}/sample/sampler"] if record.sample and record.sample.sampler else [])
