"""Taking a document in: all of it or nothing, durable before it is acknowledged, and the same answer again
for the same call.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from suyuan.access.model import Caller
from suyuan.anchoring.leaves import add_leaf
from suyuan.anchoring.outbox import enqueue_submission
from suyuan.database.locks import hold
from suyuan.journal import repository
from suyuan.journal.capturing import capture
from suyuan.journal.directory import look_up
from suyuan.journal.errors import DocumentRefused, EventConflict, KeyReused, NotForThisParty
from suyuan.journal.figures import as_seen, is_of_amounts
from suyuan.journal.intake import take_in
from suyuan.journal.model import CapturedEvent, Limits, Notice, Share, SubmissionAccepted
from suyuan.journal.planning import Planner
from suyuan.journal.receipts import ReceiptSigner
from suyuan.journal.shares import split
from suyuan.journal.tables import submissions
from suyuan.journal.targets import names_of
from suyuan.journal.validation import MAX_FAULTS
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.clock import Clock, to_millis
from suyuan.kernel.errors import Fault
from suyuan.kernel.hashing import sha256
from suyuan.kernel.ids import new_id
from suyuan.kernel.typed_data import Receipt, entries_hash
from suyuan.lots.model import Contradiction
from suyuan.lots.working_set import WorkingSet
from suyuan.parties.queries import party_of_argument

#: Warnings kept with one submission; a document with more of them has one cause for most.
MAX_WARNINGS = 200


@dataclass(frozen=True, slots=True)
class Request:
    """One call. `as_party`: number or URI of the party that tells of events which do not say who does."""

    caller: Caller
    body: bytes
    as_party: str | None = None
    idempotency_key: str | None = None
    dry_run: bool = False

    @property
    def hash(self) -> bytes:
        """Tells the same call from another."""
        return sha256(sha256(self.body) + (self.as_party or "").encode())

    @property
    def key_hash(self) -> bytes | None:
        return sha256(self.idempotency_key.encode()) if self.idempotency_key else None


def read_document(body: bytes, limits: Limits, clock: Clock) -> list[CapturedEvent]:
    """The events of a document, checked by themselves and ready to be planned; asks no database.

    Raises TooLarge, MalformedJson, DocumentRefused.
    """
    return capture(*take_in(body, limits, clock.now()))


def submit_document(
    conn: Connection, clock: Clock, request: Request, limits: Limits, signer: ReceiptSigner
) -> SubmissionAccepted:
    """Check, plan, store and queue a document. Never asks the chain.

    Raises TooLarge, MalformedJson, DocumentRefused (every fault with its pointer), EventConflict, KeyReused,
    NotForThisParty, PartyUnknown. With `dry_run` nothing is stored; the answer has no ids and no receipts.
    """
    earlier = None if request.dry_run else answered_before(conn, request)
    if earlier is not None:
        return earlier
    return submit_events(conn, clock, request, read_document(request.body, limits, clock), signer)


def submit_events(
    conn: Connection, clock: Clock, request: Request, captured: Sequence[CapturedEvent], signer: ReceiptSigner
) -> SubmissionAccepted:
    """The same for events that `read_document` gave, after `answered_before` found nothing."""
    default = _default_party(conn, request)
    directory = look_up(conn, [each.event for each in captured], [default] if default else [])
    shares = split(captured, directory, request.caller, default)
    lots = _open_lots(conn, captured, [share.party.number for share in shares])
    _drop_repeated(conn, shares)
    planner = Planner(lots, directory, clock)
    for share in shares:
        planner.plan(share)
    if planner.faults:
        raise DocumentRefused(planner.faults[:MAX_FAULTS])
    _warn_of(conn, lots, shares)
    if request.dry_run:
        answers = [_summary(share) for share in shares]
        return SubmissionAccepted({"id": None, "receipt": None, "submissions": answers}, None, is_new=False)
    return _store(conn, clock, request, shares, lots, signer)


def answered_before(conn: Connection, request: Request) -> SubmissionAccepted | None:
    """The answer that the same call got, after waiting for one that is under way."""
    token = request.caller.token
    hold(conn, "journal", token, request.hash)
    found = repository.stored_answer(conn, token, request.hash)
    if found is None and request.key_hash is not None:
        hold(conn, "journal", token, request.key_hash)
        if repository.answer_under_key(conn, token, request.key_hash) is not None:
            fix = "take a new Idempotency-Key for a new request"
            message = "this Idempotency-Key was used for another request"
            raise KeyReused([Fault("", "idempotency.key_reused", message, fix)])
    if found is None:
        return None
    identifier, answer = found
    return SubmissionAccepted(orjson.loads(answer), identifier, is_new=False)


def _default_party(conn: Connection, request: Request) -> int | None:
    """Who tells of events that do not say so."""
    caller = request.caller
    if request.as_party is None:
        return caller.party
    number = party_of_argument(conn, request.as_party).number
    if not caller.acts_for(number):
        raise NotForThisParty(f"You may not speak for party {number}.")
    return number


def _open_lots(conn: Connection, captured: Sequence[CapturedEvent], parties: Sequence[int]) -> WorkingSet:
    """Lock and load what the events are about; their ids are locked too, so that nobody tells them
    meanwhile.
    """
    named: dict[bytes, tuple[str, bool]] = {}
    for each in captured:
        for thing in names_of(each.event):
            named[thing.lot_id] = (thing.obj.uri, thing.obj.wellformed)
    return WorkingSet.open(conn, named, parties, _times(captured), [each.key for each in captured])


def _times(captured: Sequence[CapturedEvent]) -> tuple[datetime, datetime]:
    times = [each.event.time for each in captured] or [datetime.fromtimestamp(0).astimezone()]
    return min(times), max(times)


def _drop_repeated(conn: Connection, shares: Sequence[Share]) -> None:
    """Leave out events that their party has told before. Raises EventConflict for another content under
    one id.
    """
    faults: list[Fault] = []
    for share in shares:
        known = repository.known_events(conn, share.party.number, [each.key for each in share.events])
        fresh: dict[bytes, CapturedEvent] = {}
        for each in share.events:
            before = known.get(each.key)
            twin = fresh.get(each.key)
            if before is None and twin is None:
                fresh[each.key] = each
                continue
            if not _same(each, before or twin):
                faults.append(_conflict(each))
                continue
            if before is not None:
                share.repeated.append(before.submission)
            message = f"{each.event_id} was told before with the same content; it is recorded once"
            share.warnings.append(Notice(each.event.pointer, "event.repeated", message))
        share.events = list(fresh.values())
    if faults:
        raise EventConflict(faults[:MAX_FAULTS])


def _same(each: CapturedEvent, other: repository.Known | CapturedEvent | None) -> bool:
    """Same content; what is confidential counts as long as it was not erased."""
    if other is None or each.content_hash != other.content_hash:
        return False
    if each.original is None or other.original is None:
        return True
    told, before = orjson.loads(each.original), orjson.loads(other.original)
    return {**told, "@context": None} == {**before, "@context": None}


def _conflict(each: CapturedEvent) -> Fault:
    message = f"{each.event_id} was told before with another content"
    fix = "give the event its own eventID; correct an earlier record with an errorDeclaration"
    return Fault(f"{each.event.pointer}/eventID", "event.conflict", message, fix)


def _warn_of(conn: Connection, lots: WorkingSet, shares: Sequence[Share]) -> None:
    """Tell the submitter what his events contradict. Warnings are kept for ever: they say figures only where
    everybody may see the amounts.
    """
    by_hash = {each.event_hash: (share, each.event) for share in shares for each in share.events}
    hides = any(
        is_of_amounts(pointer) for share in shares for each in share.events for pointer, _ in each.hidden
    )
    for each in lots.contradictions:
        told = by_hash.get(each.event_hash)
        found = as_seen(conn, each, None) if told is not None else None
        if told is not None and found is not None:
            share, event = told
            found = replace(found, facts={}) if hides else found
            share.warnings.append(Notice(event.pointer, found.code, _in_words(lots, found)))
    for share in shares:
        listed = list(dict.fromkeys(share.warnings))
        share.warnings = listed[:MAX_WARNINGS]


def _in_words(lots: WorkingSet, found: Contradiction) -> str:
    facts = ", ".join(f"{name} {value}" for name, value in sorted(found.facts.items()))
    return f"{lots.uri(found.lot_id)}: shown as a contradiction" + (f" ({facts})" if facts else "")


def _store(  # noqa: PLR0913, PLR0917 - the end of the line needs all of it
    conn: Connection,
    clock: Clock,
    request: Request,
    shares: Sequence[Share],
    lots: WorkingSet,
    signer: ReceiptSigner,
) -> SubmissionAccepted:
    now = clock.now()
    capture_id = new_id(clock)
    document_hash = sha256(request.body)
    repository.insert_document(conn, document_hash, request.body, now)
    lots.write(now)
    row = {
        "capture": capture_id,
        "caller": request.caller.token,
        "document": document_hash,
        "received_at": now,
    }
    answers = [
        _store_share(conn, clock, share, row, signer) if share.events else _told_before(conn, share)
        for share in shares
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


def _store_share(
    conn: Connection, clock: Clock, share: Share, common: dict[str, Any], signer: ReceiptSigner
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
    enqueue_submission(conn, clock, share.party.number, share.entries, identifier)
    return {"id": identifier, "receipt": receipt, **_summary(share)}


def _told_before(conn: Connection, share: Share) -> dict[str, Any]:
    """All events of the party are in an earlier submission: that one is the answer."""
    found = repository.submissions_where(conn, submissions.c.position == min(share.repeated))[0]
    return {"id": found.id, "receipt": found.receipt, **_summary(share)}


def _summary(share: Share) -> dict[str, Any]:
    return {
        "party": share.party.number,
        "events": len(share.events),
        "entries": len(share.entries),
        "repeated": len(share.repeated),
        "warnings": [each.as_dict() for each in share.warnings],
    }
