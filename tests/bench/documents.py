"""EPCIS documents of the benchmark; every event is of another lot unless a lot is named."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime

PARTY = "urn:example:party:bench"
CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
NOW = datetime.now(UTC).isoformat(timespec="milliseconds")


def document(events: int, *, lots: list[str] | None = None) -> bytes:
    """New lots, or one observation of each of `lots`."""
    told = [
        {
            "type": "ObjectEvent",
            "eventID": f"urn:uuid:{uuid.uuid4()}",
            "eventTime": NOW,
            "eventTimeZoneOffset": "+00:00",
            "action": "OBSERVE" if lots else "ADD",
            "bizStep": "storing" if lots else "commissioning",
            "quantityList": [
                {
                    "epcClass": lots[number] if lots else f"urn:example:lot:{uuid.uuid4()}",
                    "quantity": 12.5,
                    "uom": "KGM",
                }
            ],
        }
        for number in range(events)
    ]
    return json.dumps(
        {
            "@context": [CONTEXT],
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": NOW,
            "epcisBody": {"eventList": told},
        }
    ).encode()


def lots_of(content: bytes) -> list[str]:
    events = json.loads(content)["epcisBody"]["eventList"]
    return [event["quantityList"][0]["epcClass"] for event in events]
