"""Erasing: what a person or a contract asks to be forgotten. Hashes, public forms and proofs stay as they
are.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Row, select, update

from suyuan.journal import tables as t
from suyuan.journal.capturing import capture
from suyuan.journal.event import read_event
from suyuan.journal.figures import is_of_amounts
from suyuan.journal.intake import take_in
from suyuan.journal.model import Limits
from suyuan.kernel.errors import SuyuanError
from suyuan.lots.forgetting import forget_amounts

#: What was taken in once is read again, whatever the limits are now.
_NO_LIMITS = Limits(sys.maxsize, sys.maxsize)
_LATE = datetime(9000, 1, 1, tzinfo=UTC)


def erase_disclosures(conn: Connection, event_hash: bytes) -> int:
    """Forget the confidential members of an event with their salts, its original text, figures made of its
    amounts, and the bytes of every document that told it; returns how many members were forgotten.
    """
    rows = conn.execute(t.events.select().where(t.events.c.event_hash == event_hash)).all()
    ids = [row.id for row in rows]
    for row in rows:
        _forget_figures(conn, row)
        told = _documents_telling(conn, row)
        conn.execute(update(t.documents).where(t.documents.c.hash.in_(told)).values(body=None))
    conn.execute(update(t.events).where(t.events.c.id.in_(ids)).values(original=None))
    its = t.disclosures.c.event.in_(ids) & t.disclosures.c.encoded.isnot(None)
    return int(conn.execute(update(t.disclosures).where(its).values(encoded=None)).rowcount)


def _forget_figures(conn: Connection, row: Row[Any]) -> None:
    pointers = conn.execute(select(t.disclosures.c.pointer).where(t.disclosures.c.event == row.id)).scalars()
    if row.original is None or not any(is_of_amounts(pointer) for pointer in pointers):
        return
    event = read_event(orjson.loads(row.original), row.place, "", {})
    lots = {thing.lot_id for thing in event.all_things() if thing.amount is not None}
    process = None if event.process is None else (row.party, event.process)
    forget_amounts(conn, lots, row.event_hash, process)


def _documents_telling(conn: Connection, row: Row[Any]) -> set[bytes]:
    """The document that the event came in, and those that told it again in other bytes."""
    query = select(t.submissions.c.document, t.submissions.c.received_at)
    first = conn.execute(query.where(t.submissions.c.position == row.submission)).one()
    c = t.captures.c
    again = select(c.document).where(c.received_at >= first.received_at, c.answer.like('%"event.repeated"%'))
    found = {first.document}
    for digest in conn.execute(again.distinct()).scalars().all():
        body = conn.execute(select(t.documents.c.body).where(t.documents.c.hash == digest)).scalar_one()
        if body is not None and _tells(body, row.event_key):
            found.add(digest)
    return found


def _tells(body: bytes, event_key: bytes) -> bool:
    """Whether a document tells the event; one that can no longer be read may."""
    try:
        told = capture(*take_in(body, _NO_LIMITS, _LATE))
    except SuyuanError:
        return True
    return any(each.key == event_key for each in told)
