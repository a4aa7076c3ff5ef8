"""Reading and writing the journal's tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, bindparam, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from suyuan.database.numbers import reserve
from suyuan.database.prepared import Prepared
from suyuan.journal import tables as t
from suyuan.journal.model import CapturedEvent, JournalEvent, StoredSubmission
from suyuan.kernel.canonical import canonical_json

CHUNK = 500

_captures = t.captures.c
_STORED = select(_captures.id, _captures.answer).where(_captures.caller == bindparam("caller"))
_ANSWERED = Prepared(_STORED.where(_captures.request_hash == bindparam("request")))
_UNDER_KEY = Prepared(_STORED.where(_captures.key_hash == bindparam("key")))
_INSERT_SUBMISSION = Prepared(insert(t.submissions), t.submissions.c)
_INSERT_RECEIPT = Prepared(insert(t.receipts), t.receipts.c)
_INSERT_CAPTURE = Prepared(insert(t.captures), t.captures.c)
_INSERT_EVENTS = Prepared(insert(t.events), [each for each in t.events.c if each is not t.events.c.id])
_KNOWN_EVENTS = Prepared(
    select(t.events.c.event_key, t.events.c.submission, t.events.c.content_hash, t.events.c.original).where(
        t.events.c.party == bindparam("party"), t.events.c.event_key.in_(bindparam("keys", expanding=True))
    ),
    expanding="keys",
)


def _keep_document(dialect: str) -> Any:
    kind = postgresql if dialect == "postgresql" else sqlite
    return kind.insert(t.documents).on_conflict_do_nothing()


_KEEP_DOCUMENT = Prepared(_keep_document, t.documents.c)


@dataclass(frozen=True, slots=True)
class Known:
    """An event that a party has told before: its submission's position, and what tells equal content."""

    submission: int
    content_hash: bytes
    original: str | None


def stored_answer(conn: Connection, caller: str, request_hash: bytes) -> tuple[str, str] | None:
    """Id and answer of the capture of the same request by the same caller."""
    return _one(_ANSWERED.rows(conn, {"caller": caller, "request": request_hash}))


def answer_under_key(conn: Connection, caller: str, key_hash: bytes) -> tuple[str, str] | None:
    """Id and answer of the capture that used this Idempotency-Key."""
    return _one(_UNDER_KEY.rows(conn, {"caller": caller, "key": key_hash}))


def answer_of_capture(conn: Connection, capture: str) -> str | None:
    """What the call that made this capture was answered."""
    return conn.execute(select(_captures.answer).where(_captures.id == capture)).scalar()


def _one(rows: Sequence[Sequence[Any]]) -> tuple[str, str] | None:
    return (rows[0][0], rows[0][1]) if rows else None


def known_events(conn: Connection, party: int, keys: Sequence[bytes]) -> dict[bytes, Known]:
    """Those of the keys under which the party has told an event."""
    rows = _KNOWN_EVENTS.rows(conn, {"party": party, "keys": keys})
    return {key: Known(submission, content, original) for key, submission, content, original in rows}


def insert_document(conn: Connection, digest: bytes, body: bytes, now: datetime) -> None:
    """Keep the bytes, once."""
    _KEEP_DOCUMENT.run(conn, {"hash": digest, "body": body, "received_at": now})


def next_position(conn: Connection) -> int:
    """The place of the next submission among all."""
    (position,) = reserve(conn, t.submissions.c.position, 1)
    return position


def insert_submission(conn: Connection, row: Mapping[str, Any]) -> None:
    _INSERT_SUBMISSION.run(conn, row)


def insert_receipt(conn: Connection, submission: str, receipt: Mapping[str, Any]) -> None:
    _INSERT_RECEIPT.run(conn, {"submission": submission, "receipt": canonical_json(dict(receipt)).decode()})


def insert_capture(conn: Connection, row: Mapping[str, Any]) -> None:
    _INSERT_CAPTURE.run(conn, row)


def insert_events(conn: Connection, submission: int, party: int, captured: Sequence[CapturedEvent]) -> None:
    """Keep the events, and what their public forms conceal."""
    _INSERT_EVENTS.run_many(conn, [_event_row(submission, party, each) for each in captured])
    hiding = [each for each in captured if each.hidden]
    if not hiding:
        return
    c = t.events.c
    keys = [each.key for each in hiding]
    found = conn.execute(select(c.id, c.event_key).where(c.submission == submission, c.event_key.in_(keys)))
    ids = {row.event_key: row.id for row in found}
    rows = [
        {"event": ids[each.key], "digest": hidden.digest, "pointer": pointer, "encoded": hidden.encoded}
        for each in hiding
        for pointer, hidden in each.hidden
    ]
    conn.execute(insert(t.disclosures), rows)


def _event_row(submission: int, party: int, captured: CapturedEvent) -> dict[str, Any]:
    """Columns that others may see repeat the public form, never what it conceals."""
    event = captured.event
    shown = orjson.loads(captured.public) if captured.hidden else event.raw
    return {
        "submission": submission,
        "party": party,
        "event_hash": captured.event_hash,
        "event_id": captured.event_id,
        "event_key": captured.key,
        "content_hash": captured.content_hash,
        "place": event.place,
        "type": event.type,
        "action": shown.get("action"),
        "biz_step": shown.get("bizStep"),
        "disposition": shown.get("disposition"),
        "occurred_at": event.time,
        "read_point": shown.get("readPoint", {}).get("id"),
        "biz_location": shown.get("bizLocation", {}).get("id"),
        "corrects": event.declares_error,
        "public": captured.public,
        "original": captured.original,
    }


def submissions_where(conn: Connection, *conditions: Any) -> list[StoredSubmission]:
    """Submissions with their receipts, by position."""
    statement = (
        select(t.submissions, t.receipts.c.receipt)
        .join(t.receipts, t.receipts.c.submission == t.submissions.c.id)
        .where(*conditions)
        .order_by(t.submissions.c.position)
    )
    return [
        StoredSubmission(
            id=row.id,
            position=row.position,
            capture=row.capture,
            party=row.party,
            document_hash=row.document,
            received_at=row.received_at,
            events=row.events,
            entries=row.entries,
            entries_hash=row.entries_hash,
            warnings=orjson.loads(row.warnings),
            receipt=orjson.loads(row.receipt),
        )
        for row in conn.execute(statement)
    ]


def events_where(conn: Connection, *conditions: Any, limit: int | None = None) -> list[JournalEvent]:
    """Events by time, then by the order in which they were told."""
    c = t.events.c
    statement = (
        select(t.events, t.submissions.c.id.label("submission_id"), t.submissions.c.received_at)
        .join(t.submissions, t.submissions.c.position == c.submission)
        .where(*conditions)
        .order_by(c.occurred_at, c.id)
        .limit(limit)
    )
    return [_event(row) for row in conn.execute(statement)]


def _event(row: Row[Any]) -> JournalEvent:
    return JournalEvent(
        event_hash=row.event_hash,
        event_id=row.event_id,
        type=row.type,
        action=row.action,
        biz_step=row.biz_step,
        disposition=row.disposition,
        occurred_at=row.occurred_at,
        party=row.party,
        read_point=row.read_point,
        biz_location=row.biz_location,
        corrects=row.corrects,
        submission=row.submission_id,
        received_at=row.received_at,
        public=row.public,
        original=row.original,
        place=row.place,
    )


def events_by_hash(conn: Connection, hashes: Iterable[bytes]) -> list[JournalEvent]:
    """Stored events with these hashes; two parties may have told the very same event."""
    listed = list(dict.fromkeys(hashes))
    found: list[JournalEvent] = []
    for start in range(0, len(listed), CHUNK):
        found += events_where(conn, t.events.c.event_hash.in_(listed[start : start + CHUNK]))
    return found
