"""Giving events their ids and hashes, and hiding what is confidential."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from suyuan.journal.document import Document
from suyuan.journal.errors import DocumentRefused
from suyuan.journal.event import TraceEvent
from suyuan.journal.event_id import event_ids
from suyuan.journal.model import CapturedEvent
from suyuan.journal.validation import MAX_FAULTS
from suyuan.kernel.canonical import canonical_json, is_plain
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
    look = _may_use_reserved_names([event.raw for event in events])
    shown = [_shown(event, hidden, faults, look) for event, hidden in zip(events, pointers, strict=True)]
    if faults:
        raise DocumentRefused(faults)
    ids = _ids(document, shown)
    frame = _Frame.of(document, events)
    whole = zip(events, pointers, shown, ids, strict=True)
    captured = [
        _as_it_is(frame, event, name)
        if _is_open(event.raw)
        else _captured(document, event, hidden, plain, name, salts)
        for event, hidden, plain, name in whole
    ]
    faults = [_too_large(each) for each in captured if _is_too_large(each.public)]
    if faults:
        raise DocumentRefused(faults[:MAX_FAULTS])
    return captured


def _is_too_large(public: str) -> bool:
    return 4 * len(public) > MAX_PUBLIC and len(public.encode()) > MAX_PUBLIC


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


def _shown(event: TraceEvent, hidden: Sequence[str], faults: list[Fault], look: bool) -> Mapping[str, Any]:  # noqa: FBT001 - a finding
    """The event without what is confidential: what its id and its equality with others are taken from.
    `look`: one of the document's events may use names reserved for digests.
    """
    if CONFIDENTIAL not in event.raw and not (look and _may_use_reserved_names(event.raw)):
        return event.raw
    try:
        public, _ = conceal(dict(event.raw), hidden, lambda: bytes(16))
    except Refused as refused:
        faults += _moved(event, refused.faults)
        return {}
    return _without_digests(public) if hidden else public


def _may_use_reserved_names(raw: object) -> bool:
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


def _ids(document: Document, shown: Sequence[Mapping[str, Any]]) -> list[str]:
    """Given ids, and CBV hashes for the rest. The hash leaves the confidential out: it is public, and a
    price could be guessed from it.
    """
    nameless = [plain for plain in shown if "eventID" not in plain]
    made = iter(event_ids(nameless, document.context) if nameless else ())
    return [plain["eventID"] if "eventID" in plain else next(made) for plain in shown]


@dataclass(frozen=True, slots=True)
class _Frame:
    """What the events of a document share: the beginning of their public texts, and whether one look found
    all of them plain.
    """

    beginning: bytes
    plain: bool

    @classmethod
    def of(cls, document: Document, events: Sequence[TraceEvent]) -> _Frame:
        context = canonical_json(document.context)
        return cls(b'{"@context":' + context + b",", is_plain([event.raw for event in events]))


def _is_open(raw: Mapping[str, Any]) -> bool:
    """Whether the public form is the event as it was told behind the document's context: nothing is hidden,
    nothing left out, and every name sorts behind `@context`.
    """
    return CONFIDENTIAL not in raw and "recordTime" not in raw and min(raw) > "@context"


def _as_it_is(frame: _Frame, event: TraceEvent, event_id: str) -> CapturedEvent:
    """What `_captured` gives for an event that is open, with one writing of it for both its texts."""
    raw = event.raw if "eventID" in event.raw else {**event.raw, "eventID": event_id}
    content = canonical_json(raw, plain=frame.plain)
    public = frame.beginning + content[1:]
    mark = b"error\x00" if event.declares_error else b"event\x00"
    return CapturedEvent(
        event=event,
        event_id=event_id,
        key=sha256(mark + event_id.encode()),
        content_hash=sha256(content),
        event_hash=leaf_hash(public),
        public=public.decode(),
        original=None,
        hidden=(),
    )


def _captured(  # noqa: PLR0913, PLR0917 - what one event is made of
    document: Document,
    event: TraceEvent,
    hidden: Sequence[str],
    plain: Mapping[str, Any],
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
