"""Good rows as EPCIS events. The same row gives the same event with the same id, whenever it comes again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from suyuan.inspections.event import CONTEXT
from suyuan.inspections.members import MAX_ITEMS
from suyuan.kernel.canonical import canonical_json
from suyuan.sheets.judged import RowResult, RowState
from suyuan.sheets.model import Context, RecordKind
from suyuan.sheets.writing import Event, Writer

#: Columns whose rows are one event.
_TOGETHER = {
    RecordKind.PROCESSING: ("document",),
    RecordKind.TEST: ("document", "product", "lot", "sample", "sampled", "site", "date"),
    RecordKind.INSPECTION: (
        "document",
        "stage",
        "product",
        "lot",
        "site",
        "date",
        "time",
        "quantity",
        "unit",
    ),
}


def event_of(kind: RecordKind, rows: Sequence[Mapping[str, str]], context: Context) -> Event:
    """The event of one row, or of the rows that are one event (a process, a test report), by their values."""
    return _named(kind, Writer(kind, context).write(rows), context)


def events_of(
    kind: RecordKind, results: Iterable[RowResult], context: Context
) -> Iterator[tuple[Event, list[RowResult]]]:
    """Each event with the rows it was made of; rows that are not OK are left out.

    Rows of a process or report that has a row in error are not OK themselves (`row.sibling`).
    """
    writer = Writer(kind, context)
    good = (result for result in results if result.state is RowState.OK)
    groups = _groups(kind, good) if kind in _TOGETHER else ([each] for each in good)
    for group in groups:
        yield _named(kind, writer.write([each.values for each in group]), context), group


def _groups(kind: RecordKind, results: Iterable[RowResult]) -> Iterator[list[RowResult]]:
    groups: dict[tuple[str, ...], list[RowResult]] = {}
    for result in results:
        key = tuple(result.values.get(name, "") for name in _TOGETHER[kind])
        groups.setdefault(key, []).append(result)
    for group in groups.values():
        most = len(group) if kind is RecordKind.PROCESSING else MAX_ITEMS
        for at in range(0, len(group), most):
            yield group[at : at + most]


def document(events: Sequence[Event], context: Context) -> dict[str, Any]:
    """An EPCISDocument; at most `journal.model.Limits.max_events` events go into one submission."""
    return {
        "@context": CONTEXT,
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": context.now.isoformat(timespec="milliseconds"),
        "epcisBody": {"eventList": list(events)},
    }


def _named(kind: RecordKind, members: Event, context: Context) -> Event:
    """With its id, a UUID of version 8: the first bits of SHA-256 over party, kind and the event itself."""
    told = canonical_json([context.party, kind.value, members])
    value = int.from_bytes(hashlib.sha256(told).digest()[:16], "big")
    value = value & ~(0xF << 76) | 0x8 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    text = f"{value:032x}"
    name = f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
    return {**members, "eventID": f"urn:uuid:{name}"}
