"""What pages and interfaces ask the journal; nothing here changes anything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from suyuan.access.model import Caller
from suyuan.anchoring.model import Operation
from suyuan.anchoring.queries import entries_of_lot, operations_of
from suyuan.journal import repository
from suyuan.journal import tables as t
from suyuan.journal.errors import EventUnknown, SubmissionUnknown
from suyuan.journal.model import JournalEvent, StoredSubmission
from suyuan.kernel.disclosure import Disclosure


@dataclass(frozen=True, slots=True)
class SubmissionState:
    """A submission and how far it has come on its way to the chain."""

    submission: StoredSubmission
    operation: Operation | None


def submission(conn: Connection, identifier: str, caller: Caller) -> SubmissionState:
    """One submission. Raises SubmissionUnknown as well where the caller may not see it."""
    found = repository.submissions_where(conn, t.submissions.c.id == identifier)
    if not found or not caller.sees(found[0].party):
        raise SubmissionUnknown(f"There is no submission {identifier[:80]} of yours.")
    return SubmissionState(found[0], operations_of(conn, [identifier]).get(identifier))


def submissions_of_capture(conn: Connection, capture: str, caller: Caller) -> list[SubmissionState]:
    """The submissions that one call gave rise to, those the caller may see."""
    found = repository.submissions_where(conn, t.submissions.c.capture == capture)
    seen = [each for each in found if caller.sees(each.party)]
    operations = operations_of(conn, [each.id for each in seen])
    return [SubmissionState(each, operations.get(each.id)) for each in seen]


def submissions_after(
    conn: Connection, parties: Iterable[int] | None, after: int, limit: int
) -> list[SubmissionState]:
    """Submissions by position, the newest first: those below position `after` (0: from the newest), of these
    parties (None: all).
    """
    c = t.submissions.c
    wanted = select(c.position).order_by(c.position.desc()).limit(limit)
    if parties is not None:
        wanted = wanted.where(c.party.in_(list(parties)))
    if after:
        wanted = wanted.where(c.position < after)
    positions = conn.execute(wanted).scalars().all()
    found = repository.submissions_where(conn, c.position.in_(positions))[::-1]
    operations = operations_of(conn, [each.id for each in found])
    return [SubmissionState(each, operations.get(each.id)) for each in found]


def events_of_lot(conn: Connection, lot_id: bytes) -> list[JournalEvent]:
    """Every event with an entry about the lot, oldest first; those set aside by the ledger too."""
    hashes = [entry.event_hash for entry in entries_of_lot(conn, lot_id)]
    found = repository.events_by_hash(conn, hashes)
    return sorted(found, key=lambda each: each.occurred_at)


def events_of_submission(conn: Connection, identifier: str) -> list[JournalEvent]:
    """The events of a submission by time."""
    position = select(t.submissions.c.position).where(t.submissions.c.id == identifier).scalar_subquery()
    return repository.events_where(conn, t.events.c.submission == position)


def event_by_hash(conn: Connection, event_hash: bytes) -> JournalEvent:
    """The event with this hash; the first one where two parties told the very same. Raises EventUnknown."""
    found = repository.events_by_hash(conn, [event_hash])
    if not found:
        raise EventUnknown(f"There is no event 0x{event_hash.hex()}.")
    return found[0]


def events_by_hash(conn: Connection, hashes: Iterable[bytes]) -> dict[bytes, JournalEvent]:
    """Those that are stored, by hash."""
    return {each.event_hash: each for each in reversed(repository.events_by_hash(conn, hashes))}


def event_by_id(conn: Connection, event_id: str, parties: Iterable[int] | None) -> JournalEvent:
    """The event with this eventID, told by one of `parties` (None: by anybody). Raises EventUnknown."""
    conditions = [t.events.c.event_id == event_id]
    if parties is not None:
        conditions.append(t.events.c.party.in_(list(parties)))
    found = repository.events_where(conn, *conditions, limit=1)
    if not found:
        raise EventUnknown(f"There is no event {event_id[:200]}.")
    return found[0]


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What EPCIS events are asked for; None is no condition. Times as EPCIS has them: from (>=) and before
    (<).
    """

    parties: tuple[int, ...] | None = None
    types: tuple[str, ...] | None = None
    steps: tuple[str, ...] | None = None
    since: datetime | None = None
    before: datetime | None = None


def find_events(
    conn: Connection, wanted: EventFilter, after: tuple[datetime, int] | None, limit: int
) -> list[tuple[int, JournalEvent]]:
    """Events by time with their row numbers, those after (time, row number)."""
    c = t.events.c
    conditions: list[ColumnElement[bool]] = [each for each in _conditions(wanted) if each is not None]
    if after is not None:
        moment, number = after
        conditions.append(or_(c.occurred_at > moment, and_(c.occurred_at == moment, c.id > number)))
    statement = select(c.id).where(*conditions).order_by(c.occurred_at, c.id).limit(limit)
    ids = list(conn.execute(statement).scalars())
    found = repository.events_where(conn, c.id.in_(ids))
    return list(zip(ids, found, strict=True))


def _conditions(wanted: EventFilter) -> list[ColumnElement[bool] | None]:
    c = t.events.c
    return [
        None if wanted.parties is None else c.party.in_(wanted.parties),
        None if wanted.types is None else c.type.in_(wanted.types),
        None if wanted.steps is None else c.biz_step.in_(wanted.steps),
        None if wanted.since is None else c.occurred_at >= wanted.since,
        None if wanted.before is None else c.occurred_at < wanted.before,
    ]


def capture_of(conn: Connection, identifier: str, caller: Caller) -> tuple[datetime, list[SubmissionState]]:
    """When a call was taken in and its submissions. Raises SubmissionUnknown where it is not the caller's."""
    c = t.captures.c
    row = conn.execute(select(c.caller, c.received_at).where(c.id == identifier)).one_or_none()
    found = submissions_of_capture(conn, identifier, caller)
    if row is None or not (found or row.caller == caller.token):
        raise SubmissionUnknown(f"There is no capture {identifier[:80]} of yours.")
    return row.received_at, found


def disclosures_of(conn: Connection, event_hash: bytes) -> list[Disclosure]:
    """What an event's public form conceals and was not erased; for its own party and those it is shown to."""
    d = t.disclosures.c
    rows = conn.execute(
        select(d.encoded)
        .join(t.events, t.events.c.id == d.event)
        .where(t.events.c.event_hash == event_hash, d.encoded.isnot(None))
    )
    return [Disclosure.read(row.encoded) for row in rows]
