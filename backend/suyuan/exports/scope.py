"""Which events belong to an export: those of the party in its span, about its lot or product."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from suyuan.anchoring.queries import events_about
from suyuan.exports.model import PAGE, Wanted
from suyuan.journal.model import JournalEvent
from suyuan.journal.queries import EventFilter, find_events
from suyuan.kernel.identity import identify, lot_id
from suyuan.lots.holdings import Holding, lots_of_party

_PRODUCT_PAGE = 1_000


def hashes_wanted(conn: Connection, wanted: Wanted) -> set[bytes] | None:
    """Hashes of the events about the lot or the product's lots; None when neither narrows it down."""
    if not wanted.lot and not wanted.product:
        return None
    return events_about(conn, [lot_id(wanted.lot)] if wanted.lot else list(_lots_of_product(conn, wanted)))


def _lots_of_product(conn: Connection, wanted: Wanted) -> Iterator[bytes]:
    place = 0
    while found := lots_of_party(conn, wanted.party, Holding.ALL, place, _PRODUCT_PAGE):
        yield from (each.lot_id for each in found if names(each.uri, wanted))
        place = found[-1].number


def names(uri: str, wanted: Wanted) -> bool:
    """Whether a lot's URI is the one, or of the product, that is asked for."""
    if wanted.lot and uri != wanted.lot:
        return False
    return not wanted.product or identify(uri).class_uri == wanted.product


def events_page(
    conn: Connection, wanted: Wanted, after: object, only: set[bytes] | None
) -> tuple[list[JournalEvent], object]:
    """The party's events by time, a page of them, and the place behind it (None: there are no more)."""
    asked = EventFilter(parties=(wanted.party,), since=wanted.since, before=wanted.before)
    place = after if isinstance(after, tuple) else None
    found = find_events(conn, asked, place, PAGE)
    shown = [event for _, event in found if only is None or event.event_hash in only]
    if len(found) < PAGE:
        return shown, None
    number, last = found[-1]
    return shown, (last.occurred_at, number)
