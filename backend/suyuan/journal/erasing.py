"""Erasing: what a person or a contract asks to be forgotten. Hashes, public forms and proofs stay as they
are.
"""

from __future__ import annotations

from sqlalchemy import Connection, update

from suyuan.journal import tables as t


def erase_disclosures(conn: Connection, event_hash: bytes) -> int:
    """Forget the confidential members of an event with their salts, its original text, and the bytes of the
    documents that it came in; returns how many members were forgotten.
    """
    events = t.events.select().where(t.events.c.event_hash == event_hash)
    rows = conn.execute(events).all()
    ids = [row.id for row in rows]
    positions = {row.submission for row in rows}
    documents = t.submissions.select().where(t.submissions.c.position.in_(positions))
    digests = {row.document for row in conn.execute(documents)}
    conn.execute(update(t.documents).where(t.documents.c.hash.in_(digests)).values(body=None))
    conn.execute(update(t.events).where(t.events.c.id.in_(ids)).values(original=None))
    its = t.disclosures.c.event.in_(ids) & t.disclosures.c.encoded.isnot(None)
    return int(conn.execute(update(t.disclosures).where(its).values(encoded=None)).rowcount)
