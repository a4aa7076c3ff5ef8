"""Taking a document in: all of it or nothing, durable before it is acknowledged, and the same answer again
for the same call.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from sqlalchemy import Connection

from suyuan.database.locks import hold
from suyuan.journal import repository
from suyuan.journal.capturing import capture
from suyuan.journal.errors import KeyReused, SignatureNeeded
from suyuan.journal.intake import take_in
from suyuan.journal.model import CapturedEvent, Limits, Share, SubmissionAccepted
from suyuan.journal.planned import plan_events
from suyuan.journal.receipts import ReceiptSigner
from suyuan.journal.request import Request
from suyuan.journal.storing import store, summary
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Fault
from suyuan.parties.handed import sign_themselves

__all__ = ["Request", "answered_before", "read_document", "submit_document", "submit_events"]


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
    NotForThisParty, PartyUnknown, SignatureNeeded. With `dry_run` nothing is stored; the answer has no ids
    and no receipts.
    """
    earlier = None if request.dry_run else answered_before(conn, request)
    if earlier is not None:
        return earlier
    return submit_events(conn, clock, request, read_document(request.body, limits, clock), signer)


def submit_events(
    conn: Connection, clock: Clock, request: Request, captured: Sequence[CapturedEvent], signer: ReceiptSigner
) -> SubmissionAccepted:
    """The same for events that `read_document` gave, after `answered_before` found nothing."""
    planned = plan_events(conn, clock, request, captured)
    if request.dry_run:
        answers = [summary(share) for share in planned.shares]
        return SubmissionAccepted({"id": None, "receipt": None, "submissions": answers}, None, is_new=False)
    _expect_custody(conn, planned.shares)
    return store(conn, clock, request, planned, signer)


def _expect_custody(conn: Connection, shares: Sequence[Share]) -> None:
    """Nothing is queued, and no lot moves, for a party that signs itself and has not: whoever asks for it."""
    themselves = sign_themselves(conn, [share.party.number for share in shares if share.events])
    fix = "prepare it, sign it and hand in the signature: suyuan sign, the portal, or ?prepare=true"
    faults = [
        Fault(
            share.events[0].event.pointer,
            SignatureNeeded.code,
            f"party {share.party.number} signs itself, and this was not signed",
            fix,
        )
        for share in shares
        if share.events and share.party.number in themselves
    ]
    if faults:
        raise SignatureNeeded(faults)


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
