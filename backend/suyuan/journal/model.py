"""Submissions and events as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from suyuan.journal.event import TraceEvent
from suyuan.kernel.disclosure import Disclosure
from suyuan.kernel.ledger import LedgerEntry
from suyuan.parties.model import Party


@dataclass(frozen=True, slots=True)
class Limits:
    """What one submission may be at most: bytes, events; and how far ahead (seconds) a clock may run."""

    max_bytes: int = 20_000_000
    max_events: int = 5_000
    clock_skew: int = 300


@dataclass(frozen=True, slots=True)
class Notice:
    """Recorded all the same, but worth a look. `pointer` is a JSON Pointer into the document."""

    pointer: str
    code: str
    message: str

    def as_dict(self) -> dict[str, str]:
        return {"pointer": self.pointer, "code": self.code, "message": self.message}


@dataclass(frozen=True, slots=True)
class CapturedEvent:
    """An event with its id, ready to be stored.

    `public` is the canonical text that `event_hash` is taken over; `original` the canonical text of the
    event as it was told, where the public form conceals something. `content_hash` leaves out what is
    confidential.
    """

    event: TraceEvent
    event_id: str
    key: bytes
    content_hash: bytes
    event_hash: bytes
    public: str
    original: str | None
    hidden: tuple[tuple[str, Disclosure], ...]


@dataclass(slots=True)
class Share:
    """One party's part of a document: its new events in the order in which they are recorded, and what
    came of them. `repeated`: submissions that hold events told again here.
    """

    party: Party
    events: list[CapturedEvent]
    entries: list[LedgerEntry] = field(default_factory=list)
    bare: list[CapturedEvent] = field(default_factory=list)
    warnings: list[Notice] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SubmissionAccepted:
    """What the submitter gets. `answer` is JSON; `is_new` is false when the same call had been answered
    before.
    """

    answer: Mapping[str, Any]
    capture: str | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class JournalEvent:
    """An event as stored. `public` and `original` are canonical JSON; `original` is None where the public
    form tells everything (or the rest was erased). Times are aware UTC.
    """

    event_hash: bytes
    event_id: str
    type: str
    action: str | None
    biz_step: str | None
    disposition: str | None
    occurred_at: datetime
    party: int
    read_point: str | None
    biz_location: str | None
    corrects: bool
    submission: str
    received_at: datetime
    public: str
    original: str | None
    place: int


@dataclass(frozen=True, slots=True)
class StoredSubmission:
    """A submission as stored; how far it has come is anchoring's to say (`reference` is its id)."""

    id: str
    position: int
    capture: str
    party: int
    document_hash: bytes
    received_at: datetime
    events: int
    entries: int
    entries_hash: bytes
    warnings: list[dict[str, str]]
    receipt: dict[str, Any]
