"""Exports as texts that are read while they are made: never more in memory than a page, and no connection
held while the reader is slow.
"""

from __future__ import annotations

from collections.abc import Iterator

import orjson
from sqlalchemy import Connection

from suyuan.database import Database
from suyuan.exports import cells
from suyuan.exports.model import Wanted
from suyuan.exports.scope import events_page, hashes_wanted
from suyuan.exports.sheets import sheet_of
from suyuan.journal.model import JournalEvent
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.clock import Clock

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"


def csv_of(database: Database, name: str, wanted: Wanted, *, bom: bool = True) -> Iterator[str]:
    """A table as CSV. Raises ExportUnknown before the first piece."""
    sheet = sheet_of(name)

    def pieces() -> Iterator[str]:
        yield (cells.BOM if bom else "") + cells.line(sheet.columns)
        place: object = None
        while True:
            with database.reading() as conn:
                rows, place = sheet.page(conn, wanted, place)
            yield "".join(cells.line(row) for row in rows)
            if place is None:
                return

    return pieces()


def epcis_of(database: Database, clock: Clock, wanted: Wanted) -> Iterator[str]:
    """The party's events as an EPCISDocument. Submitted again, every event is recognised as told before.

    Left out are events of which something confidential was erased: what remains of them is digests, and no
    event any more that could be told.
    """
    head = {
        "@context": [CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": clock.now().isoformat(timespec="seconds"),
    }
    with database.reading() as conn:
        only = hashes_wanted(conn, wanted)
    yield canonical_json(head).decode()[:-1] + ',"epcisBody":{"eventList":['
    place: object = None
    comma = ""
    while True:
        with database.reading() as conn:
            told, place = _told(conn, wanted, place, only)
        for event in told:
            yield comma + event
            comma = ","
        if place is None:
            break
    yield "]}}"


def _told(
    conn: Connection, wanted: Wanted, place: object, only: set[bytes] | None
) -> tuple[list[str], object]:
    found, behind = events_page(conn, wanted, place, only)
    return [text for text in map(_as_told, found) if text], behind


def _as_told(event: JournalEvent) -> str:
    if event.original is not None:
        return event.original
    public = orjson.loads(event.public)
    return "" if public.get("_sd_alg") else event.public
