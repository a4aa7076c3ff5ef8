"""The journal against itself: every hash from what it is taken over, every column from the event it repeats.

What is on the chain is compared by `anchoring.audit`; together they reach from each stored event to its
entry. What was erased is not a difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, exists, select

from suyuan.anchoring.audit_state import Difference, readable
from suyuan.anchoring.leaves import is_leaf
from suyuan.anchoring.queries import entries_of_reference
from suyuan.journal import tables as t
from suyuan.journal.event import read_time
from suyuan.kernel.clock import to_millis
from suyuan.kernel.disclosure import CONFIDENTIAL, Disclosure, reveal
from suyuan.kernel.errors import SuyuanError
from suyuan.kernel.hashing import from_hex, leaf_hash, sha256, to_hex
from suyuan.kernel.typed_data import Receipt, entries_hash, receipt_digest, recover


def audit_journal(conn: Connection) -> Iterator[Difference]:
    """Every difference, named by its row."""
    yield from _documents(conn)
    query = select(t.submissions, t.receipts.c.receipt).outerjoin(
        t.receipts, t.receipts.c.submission == t.submissions.c.id
    )
    for row in conn.execute(query.order_by(t.submissions.c.position)).all():
        yield from _receipt(row)
        yield from _submission(conn, row)
    yield from _strays(conn)


def _documents(conn: Connection) -> Iterator[Difference]:
    for row in conn.execute(select(t.documents.c.hash, t.documents.c.body)):
        if row.body is not None and sha256(row.body) != row.hash:
            yield Difference(f"journal_documents {to_hex(row.hash)}", "body has another hash")


def _receipt(row: Any) -> Iterator[Difference]:
    receipt = readable(row.receipt) or {}
    promised = {
        "submission": row.id,
        "party": row.party,
        "position": row.position,
        "documentHash": to_hex(row.document),
        "entriesHash": to_hex(row.entries_hash),
        "receivedAt": to_millis(row.received_at),
    }
    for member, value in promised.items():
        if receipt.get(member) != value:
            yield Difference(f"journal_receipts {row.id}", f"{member} is not the submission's")
            return
    if not _is_signed(row, receipt):
        yield Difference(f"journal_receipts {row.id}", "signature is not that of its signer")


def _is_signed(row: Any, receipt: dict[str, Any]) -> bool:
    told = Receipt(
        row.id, row.party, row.document, row.entries_hash, to_millis(row.received_at), row.position
    )
    try:
        digest = receipt_digest(int(receipt["chainId"]), str(receipt["ledger"]), told)
        return bool(recover(digest, from_hex(receipt["signature"], 65)) == receipt["signer"])
    except (KeyError, TypeError, ValueError, SuyuanError):
        return False


def _submission(conn: Connection, row: Any) -> Iterator[Difference]:
    name = f"journal_submissions {row.position}"
    entries = entries_of_reference(conn, row.id)
    if len(entries) != row.entries or entries_hash(entries) != row.entries_hash:
        yield Difference(name, "its entries are not those that were acknowledged")
    told = conn.execute(select(t.events).where(t.events.c.submission == row.position)).all()
    if len(told) != row.events:
        yield Difference(name, f"should have {row.events} events, and has {len(told)}")
    recorded = {entry.event_hash for entry in entries}
    for event in told:
        where = f"journal_events {event.id}"
        if leaf_hash(event.public.encode()) != event.event_hash:
            yield Difference(where, "event_hash is not the hash of the event")
        elif event.event_hash not in recorded and not is_leaf(conn, event.event_hash):
            yield Difference(where, "neither an entry nor a leaf stands for it")
        elif event.party != row.party:
            yield Difference(where, "party is not the submission's")
        else:
            yield from _event(conn, where, event)


def _event(conn: Connection, where: str, row: Any) -> Iterator[Difference]:
    """The columns, which repeat the public form, and the original of an event whose public form is the one on
    the chain.
    """
    hidden = conn.execute(select(t.disclosures).where(t.disclosures.c.event == row.id)).all()
    for each in hidden:
        if each.encoded is not None and _digest_of(each.encoded) != each.digest:
            yield Difference(f"journal_disclosures {row.id} {each.digest}", "encoded has another digest")
            return
    erased = any(each.encoded is None for each in hidden)
    if hidden and not erased and not _agrees(row, [each.encoded for each in hidden]):
        yield Difference(where, "original is not what the public form conceals")
    event = readable(row.public)
    if not isinstance(event, dict):
        return
    told = {
        "type": event["type"],
        "action": event.get("action"),
        "event_id": event["eventID"],
        "biz_step": event.get("bizStep"),
        "disposition": event.get("disposition"),
        "read_point": event.get("readPoint", {}).get("id"),
        "biz_location": event.get("bizLocation", {}).get("id"),
        "occurred_at": read_time(event["eventTime"]),
    }
    whole = readable(row.original or row.public)
    if not erased and isinstance(whole, dict):
        told["corrects"] = "errorDeclaration" in whole
    for column, value in told.items():
        ours = getattr(row, column)
        same = to_millis(ours) == to_millis(value) if column == "occurred_at" else ours == value
        if not same:
            yield Difference(where, f"{column} is not the event's")


def _digest_of(encoded: str) -> str:
    """The digest of a disclosure, or nothing when it is none."""
    try:
        return Disclosure.read(encoded).digest
    except (SuyuanError, UnicodeError):
        return ""


def _agrees(row: Any, given: Sequence[str]) -> bool:
    """Whether what was concealed, put back, gives the event as it was told."""
    if row.original is None:
        return False
    try:
        shown = reveal(orjson.loads(row.public), given)
    except SuyuanError:
        return False
    whole = readable(row.original) or {}
    return {**shown, CONFIDENTIAL: None} == {**whole, CONFIDENTIAL: None}


def _strays(conn: Connection) -> Iterator[Difference]:
    """Rows that belong to nothing."""
    known = exists().where(t.submissions.c.position == t.events.c.submission)
    for row in conn.execute(select(t.events.c.id).where(~known)):
        yield Difference(f"journal_events {row.id}", "belongs to no submission")
    known = exists().where(t.events.c.id == t.disclosures.c.event)
    for row in conn.execute(select(t.disclosures.c.event, t.disclosures.c.digest).where(~known)):
        yield Difference(f"journal_disclosures {row.event} {row.digest}", "belongs to no event")
