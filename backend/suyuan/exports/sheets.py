"""The tables that are exported. Each column is named as it is in our JSON; the order never changes, new ones
come last.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import orjson
from sqlalchemy import Connection

from suyuan.access.model import Caller, Scope
from suyuan.exports.errors import ExportUnknown
from suyuan.exports.model import PAGE, Page, Row, Sheet, Wanted
from suyuan.exports.scope import events_page, hashes_wanted, names
from suyuan.handovers import queries as handovers
from suyuan.handovers.model import Handover
from suyuan.journal.model import JournalEvent
from suyuan.journal.queries import submissions_after
from suyuan.kernel.hashing import to_hex
from suyuan.lots.holdings import Holding, lots_of_party
from suyuan.lots.model import Lot
from suyuan.qualification.queries import documents_of

_LISTS = (
    ("epcList", ""),
    ("quantityList", "epcClass"),
    ("childEPCs", ""),
    ("childQuantityList", "epcClass"),
    ("inputEPCList", ""),
    ("inputQuantityList", "epcClass"),
    ("outputEPCList", ""),
    ("outputQuantityList", "epcClass"),
)


def _submissions(conn: Connection, wanted: Wanted, after: object) -> tuple[list[Row], object]:
    place = after if isinstance(after, int) else 0
    found = submissions_after(conn, [wanted.party], place, PAGE)
    rows: list[Row] = []
    for each in found:
        stored, way = each.submission, each.operation
        if not wanted.covers(stored.received_at):
            continue
        rows.append(
            (
                stored.id,
                stored.received_at,
                str(way.state) if way else "received",
                stored.events,
                stored.entries,
                way.sequence if way else None,
                to_hex(way.transaction) if way and way.transaction else None,
                way.block if way else None,
                way.block_time if way else None,
                way.reason if way else None,
                to_hex(stored.document_hash),
            )
        )
    is_over = len(found) < PAGE or (
        wanted.since is not None and found[-1].submission.received_at < wanted.since
    )
    return rows, None if is_over else found[-1].submission.position


def _events() -> Page:
    """With the hashes that the lot or product leaves looked up once for a whole export."""
    known: dict[str, set[bytes] | None] = {}

    def page(conn: Connection, wanted: Wanted, after: object) -> tuple[list[Row], object]:
        if "only" not in known:
            known["only"] = hashes_wanted(conn, wanted)
        found, place = events_page(conn, wanted, after, known["only"])
        return [row for event in found for row in _rows_of(event)], place

    return page


def _rows_of(event: JournalEvent) -> list[Row]:
    """One for each thing that the event names, so that amounts have columns of their own."""
    told = orjson.loads(event.original or event.public)
    things = [
        (member, each if not key else each.get(key), {} if not key else each)
        for member, key in _LISTS
        for each in told.get(member) or ()
    ]
    parent = told.get("parentID")
    things = [*([("parentID", parent, {})] if parent else []), *things] or [("", None, {})]
    return [
        (
            event.event_id,
            event.submission,
            event.occurred_at,
            event.received_at,
            event.type,
            told.get("action"),
            told.get("bizStep"),
            told.get("disposition"),
            told.get("readPoint", {}).get("id"),
            told.get("bizLocation", {}).get("id"),
            member,
            uri,
            None if thing.get("quantity") is None else str(thing["quantity"]),
            thing.get("uom"),
            event.corrects,
            to_hex(event.event_hash),
        )
        for member, uri, thing in things
    ]


def _lots(conn: Connection, wanted: Wanted, after: object) -> tuple[list[Row], object]:
    place = after if isinstance(after, int) else 0
    found = lots_of_party(conn, wanted.party, Holding.ALL, place, PAGE)
    rows = [
        _lot(each, wanted.party)
        for each in found
        if names(each.uri, wanted) and wanted.covers(each.first_seen)
    ]
    return rows, None if len(found) < PAGE else found[-1].number


def _lot(lot: Lot, party: int) -> Row:
    return (
        lot.uri,
        to_hex(lot.lot_id),
        lot.first_seen,
        lot.maker == party,
        lot.state.custodian == party,
        lot.state.offered_to == party,
        lot.state.count,
    )


def _handovers(conn: Connection, wanted: Wanted, after: object) -> tuple[list[Row], object]:
    place = after if isinstance(after, int) else 0
    caller = Caller("export", "export", wanted.party, frozenset({Scope.READ}))
    found = handovers.listed(conn, caller, handovers.Wanted(after=place, limit=PAGE))
    rows = [row for each in found if wanted.covers(each.received_at) for row in _lines(each, wanted)]
    return rows, None if len(found) < PAGE else found[-1].number


def _lines(found: Handover, wanted: Wanted) -> list[Row]:
    results = {each.line: each for each in found.outcome.results} if found.outcome else {}
    rows: list[Row] = []
    for line in found.lines:
        if not names(line.uri, wanted):
            continue
        result = results.get(line.line)
        rows.append(
            (
                found.id,
                "out" if found.sender == wanted.party else "in",
                found.sender,
                found.receiver,
                str(found.state),
                found.reference,
                found.offered_at,
                found.outcome.claimed_at if found.outcome else None,
                line.line,
                line.uri,
                line.quantity,
                line.uom,
                result.accepted if result else None,
                result.refused if result else None,
                result.missing if result else None,
                result.reason if result else None,
                found.is_disputed,
            )
        )
    return rows


def _documents(conn: Connection, wanted: Wanted, _after: object) -> tuple[list[Row], object]:
    rows: list[Row] = [
        (
            each.id,
            str(each.kind),
            each.facts.number,
            str(each.state),
            each.version,
            each.facts.valid_from.isoformat() if each.facts.valid_from else None,
            each.facts.valid_until.isoformat() if each.facts.valid_until else None,
            each.file_name,
            to_hex(each.file),
            each.created_at,
        )
        for each in documents_of(conn, wanted.party)
        if wanted.covers(each.created_at)
    ]
    return rows, None


def _columns(words: str) -> tuple[str, ...]:
    return tuple(words.split())


SHEETS: Mapping[str, Callable[[], Sheet]] = {
    "submissions": lambda: Sheet(
        _columns(
            "id receivedAt state events entries sequence transaction block blockTime reason documentHash"
        ),
        _submissions,
    ),
    "events": lambda: Sheet(
        _columns(
            "eventID submission eventTime receivedAt type action bizStep disposition readPoint bizLocation "
            "member uri quantity uom declaresError eventHash"
        ),
        _events(),
    ),
    "lots": lambda: Sheet(_columns("uri lotId firstSeen madeByUs heldByUs offeredToUs entries"), _lots),
    "handovers": lambda: Sheet(
        _columns(
            "id direction sender receiver state reference offeredAt answeredAt line uri quantity uom "
            "accepted refused missing reason disputed"
        ),
        _handovers,
    ),
    "documents": lambda: Sheet(
        _columns("id kind number state version validFrom validUntil fileName fileHash createdAt"), _documents
    ),
}


def sheet_of(name: str) -> Sheet:
    """Raises ExportUnknown."""
    if name not in SHEETS:
        raise ExportUnknown(f"There is no export {name[:40]!r}; there are {', '.join(SHEETS)}.")
    return SHEETS[name]()
