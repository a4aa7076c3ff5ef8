"""Writing down what was planned: durable before it is acknowledged, with a receipt, and queued."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from suyuan.anchoring.leaves import add_leaf
from suyuan.anchoring.outbox import enqueue_submission
from suyuan.journal import repository
from suyuan.journal.model import Share, SubmissionAccepted
from suyuan.journal.planned import Planned
from suyuan.journal.receipts import ReceiptSigner
from suyuan.journal.request import Request
from suyuan.journal.tables import submissions
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.clock import Clock, to_millis
from suyuan.kernel.hashing import sha256
from suyuan.kernel.ids import new_id
from suyuan.kernel.typed_data import Receipt, entries_hash


def store(  # noqa: PLR0913 - the end of the line needs all of it
    conn: Connection,
    clock: Clock,
    request: Request,
    planned: Planned,
    signer: ReceiptSigner,
    *,
    first_sequence: int | None = None,
) -> SubmissionAccepted:
    """Write and queue what was planned; `first_sequence`: the only party has signed it already, from this
    number on. Raises SequenceTaken.
    """
    now = clock.now()
    capture_id = new_id(clock)
    document_hash = sha256(request.body)
    repository.insert_document(conn, document_hash, request.body, now)
    planned.lots.write(now)
    row = {
        "capture": capture_id,
        "caller": request.caller.token,
        "document": document_hash,
        "received_at": now,
    }
    answers = [
        _store_share(conn, clock, share, row, signer, first_sequence)
        if share.events
        else _told_before(conn, share)
        for share in planned.shares
    ]
    first = answers[0] if answers else {"id": None, "receipt": None}
    answer = {"id": first["id"], "receipt": first["receipt"], "capture": capture_id, "submissions": answers}
    stored = {
        "id": capture_id,
        "caller": request.caller.token,
        "request_hash": request.hash,
        "key_hash": request.key_hash,
        "document": document_hash,
        "answer": canonical_json(answer).decode(),
        "received_at": now,
    }
    repository.insert_capture(conn, stored)
    return SubmissionAccepted(answer, capture_id, is_new=True)


def _store_share(  # noqa: PLR0913, PLR0917 - as above
    conn: Connection,
    clock: Clock,
    share: Share,
    common: dict[str, Any],
    signer: ReceiptSigner,
    first_sequence: int | None,
) -> dict[str, Any]:
    identifier = new_id(clock)
    entries = entries_hash(share.entries)
    position = repository.next_position(conn)
    row = {
        **common,
        "position": position,
        "id": identifier,
        "party": share.party.number,
        "events": len(share.events),
        "entries": len(share.entries),
        "entries_hash": entries,
        "warnings": canonical_json([each.as_dict() for each in share.warnings]).decode(),
    }
    repository.insert_submission(conn, row)
    received = to_millis(common["received_at"])
    receipt = signer.sign(
        Receipt(identifier, share.party.number, common["document"], entries, received, position)
    )
    repository.insert_receipt(conn, identifier, receipt)
    repository.insert_events(conn, position, share.party.number, share.events)
    for each in share.bare:
        add_leaf(conn, clock, "event", each.public.encode())
    enqueue_submission(
        conn, clock, share.party.number, share.entries, identifier, first_sequence=first_sequence
    )
    return {"id": identifier, "receipt": receipt, **summary(share)}


def _told_before(conn: Connection, share: Share) -> dict[str, Any]:
    """All events of the party are in an earlier submission: that one is the answer."""
    found = repository.submissions_where(conn, submissions.c.position == min(share.repeated))[0]
    return {"id": found.id, "receipt": found.receipt, **summary(share)}


def summary(share: Share) -> dict[str, Any]:
    """A party's part of a document as its submitter is told of it."""
    return {
        "party": share.party.number,
        "events": len(share.events),
        "entries": len(share.entries),
        "repeated": len(share.repeated),
        "warnings": [each.as_dict() for each in share.warnings],
    }
