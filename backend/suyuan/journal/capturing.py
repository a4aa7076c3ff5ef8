"""Giving events their ids and hashes, and hiding what is confidential."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import orjson

from suyuan.journal.document import Document
from suyuan.journal.errors import DocumentRefused
from suyuan.journal.event import TraceEvent
from suyuan.journal.event_id import event_ids
from suyuan.journal.model import CapturedEvent
from suyuan.journal.validation import MAX_FAULTS
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.disclosure import CONFIDENTIAL, conceal, confidential_pointers, random_salt
from suyuan.kernel.errors import Fault, Refused
from suyuan.kernel.hashing import leaf_hash, sha256

Json = dict[str, Any]

#: Bytes of an event's public form in canonical JSON: every page and bundle of its lots carries it.
MAX_PUBLIC = 262_144

#: How a text with one of the names reserved for digests must look.
_RESERVED_MARKS = (b'"_sd', b'"..."')


def capture(
    document: Document, events: Sequence[TraceEvent], salts: Callable[[], bytes] = random_salt
) -> list[CapturedEvent]:
    """Events ready to be stored, in the same order.

    Raises DocumentRefused when something is marked as confidential that cannot be, or an event is too large.
    """
    faults: list[Fault] = []
    pointers = [_pointers(event, faults) for event in events]
    shown = [_shown(event, hidden, faults) for event, hidden in zip(events, pointers, strict=True)]
    if faults:
        raise DocumentRefused(faults)
    ids = _ids(document, shown)
    whole = zip(events, pointers, shown, ids, strict=True)
    captured = [
        _captured(document, event, hidden, plain, name, salts) for event, hidden, plain, name in whole
    ]
    faults = [_too_large(each) for each in captured if len(each.public.encode()) > MAX_PUBLIC]
    if faults:
        raise DocumentRefused(faults[:MAX_FAULTS])
    return captured


def _too_large(each: CapturedEvent) -> Fault:
    message = f"the event has more than {MAX_PUBLIC} bytes with its @context"
    return Fault(each.event.pointer, "event.too_large", message, "tell it in several events")


def makes_id(event: TraceEvent) -> bool:
    """Whether `capture` may have to make an id for the event, which takes long (see event_id)."""
    return "eventID" not in event.raw or CONFIDENTIAL in event.raw


def _pointers(event: TraceEvent, faults: list[Fault]) -> list[str]:
    try:
        return list(dict.fromkeys(confidential_pointers(event.raw)))
    except Refused as refused:
        faults += _moved(event, refused.faults)
        return []


def _shown(event: TraceEvent, hidden: Sequence[str], faults: list[Fault]) -> Json:
    """The event without what is confidential: what its id and its equality with others are taken from."""
    if CONFIDENTIAL not in event.raw and not _may_use_reserved_names(event.raw):
        return dict(event.raw)
    try:
        public, _ = conceal(dict(event.raw), hidden, lambda: bytes(16))
    except Refused as refused:
        faults += _moved(event, refused.faults)
        return {}
    return _without_digests(public) if hidden else public


def _may_use_reserved_names(raw: Mapping[str, Any]) -> bool:
    """A quick look that errs on the safe side: `conceal` says it exactly."""
    text = orjson.dumps(raw)
    return any(mark in text for mark in _RESERVED_MARKS)


def _moved(event: TraceEvent, found: Iterable[Fault]) -> list[Fault]:
    return [
        Fault(f"{event.pointer}/{each.pointer.removeprefix('/')}", each.code, each.message, each.fix)
        for each in found
    ]


def _without_digests(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _without_digests(each) for name, each in value.items() if name not in ("_sd", "_sd_alg")
        }
    return [_without_digests(each) for each in value] if isinstance(value, list) else value


def _ids(document: Document, shown: Sequence[Json]) -> list[str]:
    """Given ids, and CBV hashes for the rest. The hash leaves the confidential out: it is public, and a
    price could be guessed from it.
    """
    nameless = [plain for plain in shown if "eventID" not in plain]
    made = iter(event_ids(nameless, document.context) if nameless else ())
    return [plain["eventID"] if "eventID" in plain else next(made) for plain in shown]


def _captured(  # noqa: PLR0913, PLR0917 - what one event is made of
    document: Document,
    event: TraceEvent,
    hidden: Sequence[str],
    plain: Json,
    event_id: str,
    salts: Callable[[], bytes],
) -> CapturedEvent:
    told = {"@context": document.context, **event.raw, "eventID": event_id}
    public, disclosures = (
        conceal(told, hidden, salts) if hidden else ({**told, **plain, "eventID": event_id}, [])
    )
    public.pop(CONFIDENTIAL, None)
    text = canonical_json(public)
    content = {name: value for name, value in plain.items() if name not in ("@context", "recordTime")}
    mark = b"error\x00" if event.declares_error else b"event\x00"
    return CapturedEvent(
        event=event,
        event_id=event_id,
        key=sha256(mark + event_id.encode()),
        content_hash=sha256(canonical_json({**content, "eventID": event_id})),
        event_hash=leaf_hash(text),
        public=text.decode(),
        original=canonical_json(told).decode() if disclosures else None,
        hidden=tuple(zip(hidden, disclosures, strict=True)),
    )
