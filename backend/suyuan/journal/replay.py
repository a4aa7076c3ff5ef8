"""What was derived from events, held against the same events read again from the first to the last.

Nothing is decided anew: which entries an event gave stands in the entries, which the audit holds against the
chain. What else follows (genealogy, contents, sums, contradictions) is planned again by the same code.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, cast

from sqlalchemy import Connection, select

from suyuan.anchoring.audit_state import Difference
from suyuan.anchoring.queries import entries_of_reference
from suyuan.journal import tables as t
from suyuan.journal.context import prefixes
from suyuan.journal.directory import look_up
from suyuan.journal.event import read_event
from suyuan.journal.model import CapturedEvent, Share
from suyuan.journal.planning import Planner
from suyuan.journal.targets import Target, names_of
from suyuan.kernel.canonical import parse_json
from suyuan.kernel.clock import FixedClock
from suyuan.kernel.disclosure import Disclosure
from suyuan.kernel.errors import SuyuanError
from suyuan.kernel.ledger import Kind, LedgerEntry, LedgerRefusal, Role
from suyuan.lots.derived import Replayed, differences, lots_of_events, scratch
from suyuan.parties.queries import the_party

_EVERYBODY = Role(127)

#: What reading a row that somebody changed by hand may raise.
_UNREADABLE = (SuyuanError, ValueError, KeyError, TypeError, AttributeError)


class _Again(Planner):
    """Plans events that were recorded: each thing's entries are those that stand there."""

    def follow(self, share: Share, entries: list[LedgerEntry]) -> None:
        self._recorded: dict[tuple[bytes, bytes], list[LedgerEntry]] = {}
        for entry in entries:
            self._recorded.setdefault((entry.event_hash, entry.lot_id), []).append(entry)
        self.plan(share)

    def _record(self, share: Share, captured: CapturedEvent, target: Target) -> Kind | None:
        told = self._recorded.pop((captured.event_hash, target.lot_id), [])
        for entry in told:
            # One that the chain set aside may have stood before it: then custody is not what it was.
            with suppress(LedgerRefusal):
                self._lots.record(share.party.number, _EVERYBODY, entry, may_open=True)
        return told[-1].kind if told else None


def audit_derived(conn: Connection) -> Iterator[Difference]:
    """Every difference, named by its row. Of lots about which an event was erased in part nothing is said."""
    untold: set[bytes] = set()
    left: dict[tuple[bytes, int], int] = {}
    with scratch() as anew:
        for row in conn.execute(select(t.submissions).order_by(t.submissions.c.position)).all():
            try:
                with anew.begin_nested():
                    _submission(conn, anew, row, untold, left)
            except _UNREADABLE:
                yield Difference(f"journal_submissions {row.position}", "its events cannot be read again")
        yield from differences(conn, anew, untold)


def _submission(
    conn: Connection, anew: Connection, row: Any, untold: set[bytes], left: dict[tuple[bytes, int], int]
) -> None:
    entries = entries_of_reference(conn, row.id)
    captured = _events(conn, row, entries, untold)
    if not captured:
        return
    things = [thing for each in captured for thing in names_of(each.event)]
    named = {thing.lot_id: (thing.obj.uri, thing.obj.wellformed) for thing in things}
    times = [each.event.time for each in captured]
    lots = cast("Replayed", Replayed.open(anew, named, [row.party], (min(times), max(times))))
    lots.left = left
    directory = look_up(conn, [each.event for each in captured])
    share = Share(the_party(conn, row.party), captured)
    _Again(lots, directory, FixedClock(row.received_at)).follow(share, entries)
    lots.write(row.received_at)


def _events(
    conn: Connection, row: Any, entries: list[LedgerEntry], untold: set[bytes]
) -> list[CapturedEvent]:
    """The submission's events in the order in which they were recorded."""
    its = select(t.events).where(t.events.c.submission == row.position).order_by(t.events.c.id)
    found = []
    for event in conn.execute(its).all():
        query = select(t.disclosures).where(t.disclosures.c.event == event.id)
        hidden = conn.execute(query).all() if '"_sd"' in event.public else []
        if all(each.encoded is not None for each in hidden):
            found.append(_captured(event, hidden))
            continue
        untold.update(entry.lot_id for entry in entries if entry.event_hash == event.event_hash)
        process: tuple[int, str] | None = None
        with suppress(*_UNREADABLE):  # what is left of it may lack what every event has
            known = _captured(event, [])
            untold.update(thing.lot_id for thing in known.event.all_things())
            process = (row.party, known.event.process) if known.event.process else None
            found.append(known)
        untold |= lots_of_events(conn, event.event_hash, process)
    return found


def _captured(row: Any, hidden: Any) -> CapturedEvent:
    """A stored event, as it was when it was planned."""
    raw: Any = parse_json((row.original or row.public).encode())
    return CapturedEvent(
        event=read_event(raw, row.place, "", prefixes(raw.get("@context"))),
        event_id=row.event_id,
        key=row.event_key,
        content_hash=row.content_hash,
        event_hash=row.event_hash,
        public=row.public,
        original=row.original,
        hidden=tuple((each.pointer, Disclosure.read(each.encoded)) for each in hidden),
    )
