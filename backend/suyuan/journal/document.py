"""The envelope: an EPCISDocument or EPCISQueryDocument, or one bare event."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from suyuan.journal.context import prefixes
from suyuan.journal.event import EVENT_TYPES
from suyuan.kernel.errors import Fault, Refused

_VERSION = re.compile(r"2\.0(\.\d+)?")
_KINDS = ("EPCISDocument", "EPCISQueryDocument", *EVENT_TYPES)


@dataclass(frozen=True, slots=True)
class Document:
    """What was sent. `stem` is the JSON Pointer of the list of events (of the event itself for a bare
    one).
    """

    raw: Mapping[str, Any]
    context: Any
    known: Mapping[str, str]
    events: Sequence[Any]
    stem: str

    def pointer(self, place: int) -> str:
        """JSON Pointer of the event with this index."""
        return f"{self.stem}/{place}" if self.stem else ""


def open_document(value: object, max_events: int) -> Document:
    """Find the events. Raises Refused when it is no EPCIS 2.0 document at all or has too many events; the
    rest of its form is the schema's business.
    """
    if not isinstance(value, dict):
        raise _refused(
            "", "document.form", "this is no EPCIS document", 'send an object with "type": "EPCISDocument"'
        )
    kind = value.get("type")
    if kind not in _KINDS:
        raise _refused("/type", "document.type", "this is no EPCIS 2.0 document", 'give "EPCISDocument"')
    version = value.get("schemaVersion")
    if version is not None and not (isinstance(version, str) and _VERSION.fullmatch(version)):
        fix = 'send EPCIS 2.0 in JSON and give "2.0"'
        raise _refused("/schemaVersion", "document.version", f"EPCIS {version!s:.20} is not taken in", fix)
    events, stem = _find_events(value, str(kind))
    if len(events) > max_events:
        message = f"{len(events)} events are more than the {max_events} of one submission"
        raise _refused(stem, "document.too_many_events", message, "send it in several documents")
    if not events and stem and "epcisBody" in value:
        raise _refused(stem, "document.no_events", "there are no events in it", "send at least one event")
    context = value.get("@context")
    return Document(value, context, prefixes(context), events, stem)


def _find_events(value: Mapping[str, Any], kind: str) -> tuple[Sequence[Any], str]:
    if kind in EVENT_TYPES:
        return [value], ""
    path: tuple[str, ...] = ("epcisBody", "eventList")
    if kind == "EPCISQueryDocument":
        path = ("epcisBody", "queryResults", "resultsBody", "eventList")
    found: Any = value
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, list) else [], "/" + "/".join(path)


def _refused(pointer: str, code: str, message: str, fix: str) -> Refused:
    return Refused([Fault(pointer, code, message, fix)], code=code)
