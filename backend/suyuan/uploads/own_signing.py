"""A party that keeps its own key signs each document itself; we prepare, and take in what was signed."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from suyuan.access.model import Caller
from suyuan.anchoring.ports import Identity
from suyuan.journal.model import Limits
from suyuan.journal.prepare import Prepared, document_prepared, prepare_document, submit_prepared
from suyuan.journal.receipts import ReceiptSigner
from suyuan.journal.request import Request
from suyuan.kernel.clock import Clock
from suyuan.uploads import repository
from suyuan.uploads import tables as t
from suyuan.uploads.errors import DraftState, NotWhatWasShown
from suyuan.uploads.model import Draft, State
from suyuan.uploads.signing import expect_signer
from suyuan.uploads.submitting import entered, signer_of


@dataclass(frozen=True, slots=True)
class Ledger:
    """What a signature is for, and who signs our receipts."""

    identity: Identity
    receipts: ReceiptSigner
    limits: Limits


def prepare_next(
    conn: Connection, clock: Clock, caller: Caller, identifier: str, ledger: Ledger
) -> tuple[int, Prepared]:
    """The number of the next document and what is to be signed of it. Raises DraftUnknown, DraftState,
    Forbidden, and what `prepare_document` raises.
    """
    draft = _signing(conn, clock, caller, identifier)
    number = draft.submitted
    return number, prepare_document(
        conn, clock, _request(conn, draft, number), ledger.limits, ledger.identity
    )


def hand_in_next(  # noqa: PLR0913, PLR0917 - what was shown, and what came back
    conn: Connection,
    clock: Clock,
    caller: Caller,
    identifier: str,
    prepared: str,
    signatures: Sequence[bytes],
    ledger: Ledger,
) -> Draft:
    """Take the next document in with its signatures; the same call again changes nothing.

    Raises as `prepare_next` and `submit_prepared`; NotWhatWasShown for signatures over anything else.
    """
    draft = repository.lock_draft(conn, identifier)
    expect_signer(conn, clock, caller, draft)
    number, hashes = draft.submitted, repository.document_hashes(conn, draft.id)
    signed = document_prepared(conn, prepared, caller)
    if signed in hashes[:number]:
        return draft
    _expect_signing(draft)
    if signed != hashes[number]:
        raise NotWhatWasShown("What was signed is not the next document of this upload; prepare that one.")
    accepted = submit_prepared(
        conn, clock, prepared, signatures, signer_of(draft), ledger.identity, ledger.receipts
    )
    (stored,) = repository.documents_where(conn, draft.id, t.documents.c.number == number)
    entered(conn, draft, stored, dict(accepted.answer))
    is_last = number + 1 == draft.documents
    values: dict[str, Any] = {
        "submitted": number + 1,
        "done": t.drafts.c.done + stored.rows,
        "updated_at": clock.now(),
        "state": State.SUBMITTED if is_last else State.SIGNING,
    }
    repository.update_draft(conn, draft.id, values)
    return repository.lock_draft(conn, draft.id)


def _signing(conn: Connection, clock: Clock, caller: Caller, identifier: str) -> Draft:
    draft = repository.lock_draft(conn, identifier)
    expect_signer(conn, clock, caller, draft)
    _expect_signing(draft)
    return draft


def _expect_signing(draft: Draft) -> None:
    if draft.state is not State.SIGNING:
        raise DraftState(f"A draft that is {draft.state} waits for no signature of documents.")


def _request(conn: Connection, draft: Draft, number: int) -> Request:
    (stored,) = repository.documents_where(conn, draft.id, t.documents.c.number == number)
    assert stored.body is not None  # noqa: S101 - it is not in yet
    return Request(signer_of(draft), zlib.decompress(stored.body))
