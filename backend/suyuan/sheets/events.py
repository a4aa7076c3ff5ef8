"""Good rows as EPCIS events. The same row gives the same event with the same id, whenever it comes again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from suyuan.sheets.judged import RowResult
from suyuan.sheets.model import Context, RecordKind

Event = dict[str, Any]


def event_of(kind: RecordKind, rows: Sequence[Mapping[str, str]], context: Context) -> Event:
    """The event of one row, or of the rows that are one event (a process, a test report), by their values."""
    raise NotImplementedError


def events_of(
    kind: RecordKind, results: Iterable[RowResult], context: Context
) -> Iterator[tuple[Event, list[RowResult]]]:
    """Each event with the rows it was made of; rows that are not OK are left out."""
    raise NotImplementedError


def document(events: Sequence[Event], context: Context) -> dict[str, Any]:
    """An EPCISDocument; at most `journal.model.Limits.max_events` events go into one submission."""
    raise NotImplementedError
