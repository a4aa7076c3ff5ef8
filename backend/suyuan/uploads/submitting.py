"""A signed draft enters the journal, document by document.

Each document, the draft's count of what is in, and the marks of its rows are one transaction; so a clerk that
is killed between any two instructions has submitted a document wholly or not at all, and the next one goes on
behind it. The key of each call is a second lock on the same door.
"""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from suyuan.access.model import Caller, Scope
from suyuan.database.prepared import Prepared
from suyuan.journal.request import Request
from suyuan.journal.submit import answered_before, read_document, submit_events
from suyuan.kernel.errors import Refused, SuyuanError
from suyuan.kernel.hashing import sha256
from suyuan.sheets.judged import RowResult
from suyuan.uploads import codec, repository
from suyuan.uploads import tables as t
from suyuan.uploads.duty import Desk
from suyuan.uploads.foreseeing import Foreseen, mark_refused
from suyuan.uploads.model import Draft, State
from suyuan.uploads.preparing import manifest_root
from suyuan.uploads.remainder import keep_the_rest
from suyuan.uploads.repository import StoredDocument

#: Documents of one step of the clerk, so that other drafts get their turn and a stop is heard.
AT_A_TIME = 20


def _insert_entered(dialect: str) -> Any:
    return (postgresql if dialect == "postgresql" else sqlite).insert(t.entered).on_conflict_do_nothing()


_INSERT_ENTERED = Prepared(_insert_entered, t.entered.c)


class Tampered(SuyuanError):
    """What lies in the database is not what was signed."""

    code = "upload.tampered"


def begin(desk: Desk, draft: Draft) -> None:
    """From signed to submitting, if what lies here is what was signed. Raises Tampered."""
    with desk.database.transaction() as conn:
        if manifest_root(repository.document_hashes(conn, draft.id)) != draft.root:
            raise Tampered(f"The documents of upload {draft.id} are not those that were signed.")
        desk.begin(conn, draft, State.SUBMITTING, (draft.summary or {}).get("rows", 0))


def submit_some(desk: Desk, draft: Draft) -> None:
    """Submit the next documents. Raises Overtaken; a refusal of the journal goes into the draft."""
    for number in range(draft.submitted, min(draft.submitted + AT_A_TIME, draft.documents)):
        try:
            _submit(desk, draft, number)
        except Refused as refused:
            _refused(desk, draft, number, refused)
            return
        draft = replace(draft, submitted=number + 1)
    if draft.submitted == draft.documents:
        with desk.database.transaction() as conn:
            desk.end(conn, draft, State.SUBMITTED, {})


def _submit(desk: Desk, draft: Draft, number: int) -> None:
    with desk.database.reading() as conn:
        (stored,) = repository.documents_where(conn, draft.id, t.documents.c.number == number)
    if stored.body is None:
        return
    body = zlib.decompress(stored.body)
    if sha256(body) != stored.hash:
        raise Tampered(f"Document {number} of upload {draft.id} is not what was signed.")
    request = request_of(draft, number, body)
    captured = read_document(body, desk.limits, desk.clock)
    with desk.database.transaction() as conn:
        answered = answered_before(conn, request)
        accepted = answered or submit_events(conn, desk.clock, request, captured, desk.signer)
        entered(conn, draft, stored, dict(accepted.answer))
        desk.write(conn, draft, {"submitted": number + 1, "done": t.drafts.c.done + stored.rows})


def entered(conn: Connection, draft: Draft, stored: StoredDocument, answer: dict[str, Any]) -> None:
    """A document is in: keep the answer, and know its rows when they come again."""
    repository.close_document(conn, draft.id, stored.number, answer)
    nobody = bytes(codec.KEY_BYTES)
    rows = [
        {"party": draft.party, "key": key, "digest": digest, "draft": draft.id}
        for key, digest in sorted(codec.marks(stored.marks))
        if key != nobody
    ]
    _INSERT_ENTERED.run_many(conn, rows)


def request_of(draft: Draft, number: int, body: bytes) -> Request:
    """The call that a document is: as the signer, for the party, once."""
    return Request(signer_of(draft), body, idempotency_key=f"upload:{draft.id}:{number}")


def signer_of(draft: Draft) -> Caller:
    """Who signed, speaking for the party."""
    assert draft.signer is not None  # noqa: S101 - it was signed
    return Caller(draft.signer, draft.signer_name or "", draft.party, frozenset({Scope.SUBMIT}))


def _refused(desk: Desk, draft: Draft, number: int, refused: Refused) -> None:
    """What the journal no longer takes (somebody recorded something in between) and what stands behind it
    become a draft of their own, with the reasons at the rows; what is in stays in.
    """
    found = Foreseen()
    with desk.database.transaction() as conn:
        waiting = repository.documents_where(conn, draft.id, t.documents.c.number >= number)
        events = [codec.unpack_places(each.places) for each in waiting]
        places = {place for document in events for event in document for place in event}
        found.add(refused, events[0])

        def stays_out(result: RowResult) -> bool:
            return (result.sheet, result.row) in places

        rest = keep_the_rest(conn, desk.clock, draft, stays_out)
        totals = mark_refused(conn, rest, found.faults)
        repository.update_draft(conn, rest, {"totals": dict(totals)})
        trouble = {"code": refused.code, "message": refused.message, "document": number, "rows": len(places)}
        desk.end(conn, draft, State.SUBMITTED, {"trouble": trouble, "remainder": rest})
