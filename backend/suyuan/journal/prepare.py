"""Submissions that the party signs itself: shown whole, signed outside, and taken in only with the signature.

Between the two calls nothing is queued and no lot is held. What was shown can be made again from the document
and a seed for the salts; whether it is still what would be recorded is judged anew, under the locks.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import secrets
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, Row, delete, select, update

from suyuan.access import trail
from suyuan.access.model import Caller
from suyuan.anchoring.ports import Identity
from suyuan.anchoring.sequences import hold_sequences, in_parts, next_sequence
from suyuan.database.locks import hold
from suyuan.journal import repository
from suyuan.journal.capturing import capture
from suyuan.journal.errors import PreparedExpired, PreparedRefused, PreparedUnknown, SubmissionChanged
from suyuan.journal.intake import take_in
from suyuan.journal.model import CapturedEvent, Limits, Share, SubmissionAccepted
from suyuan.journal.planned import Planned, plan_events
from suyuan.journal.receipts import ReceiptSigner
from suyuan.journal.request import Request
from suyuan.journal.storing import store, summary
from suyuan.journal.submit import answered_before
from suyuan.journal.tables import captures, prepared
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Fault
from suyuan.kernel.hashing import sha256, to_hex
from suyuan.kernel.ids import new_id
from suyuan.kernel.ledger import LedgerEntry
from suyuan.parties.errors import SignatureRefused
from suyuan.parties.handed import hand_in, own_keys
from suyuan.parties.signing import Part, expect_as_many, part_to_sign

#: How long what was prepared can be signed.
OPEN_FOR = timedelta(minutes=30)
#: Prepared submissions of one party that are kept; beyond that the oldest go.
MOST_OPEN = 50

#: What was read once is read again, whatever the limits are now.
_NO_LIMITS = Limits(sys.maxsize, sys.maxsize)
_SALT = 16


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is to be signed: each of `parts` by itself. `events` are the very texts that the hashes stand for,
    with what they conceal; `submission` is what a dry run says of it.
    """

    id: str
    party: int
    parts: list[Part]
    events: list[CapturedEvent]
    submission: dict[str, Any]
    expires: datetime

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "party": self.party,
            "expires": self.expires.isoformat(),
            "parts": [part.as_json() for part in self.parts],
            "events": [
                {
                    "eventHash": to_hex(each.event_hash),
                    "eventID": each.event_id,
                    "public": each.public,
                    "disclosures": [
                        {"pointer": pointer, "encoded": hidden.encoded} for pointer, hidden in each.hidden
                    ],
                }
                for each in self.events
            ],
            "submission": self.submission,
        }


@dataclass(frozen=True, slots=True)
class ReadToSign:
    """A document's events, with the seed that makes the same hashes again."""

    seed: bytes
    captured: list[CapturedEvent]


def read_to_sign(body: bytes, limits: Limits, clock: Clock) -> ReadToSign:
    """The part of `prepare_document` that asks no database. Raises like `read_document`."""
    seed = secrets.token_bytes(32)
    return ReadToSign(seed, capture(*take_in(body, limits, clock.now()), salts_of(seed)))


def prepare_document(
    conn: Connection, clock: Clock, request: Request, limits: Limits, identity: Identity
) -> Prepared:
    """Check and plan a document of one party like a dry run, and keep it to be signed within OPEN_FOR.

    Raises what `submit_document` raises, and PreparedRefused for documents of several parties, or of a party
    without a key of its own.
    """
    return prepare_events(conn, clock, request, read_to_sign(request.body, limits, clock), identity)


def prepare_events(
    conn: Connection, clock: Clock, request: Request, read: ReadToSign, identity: Identity
) -> Prepared:
    """The same for what `read_to_sign` gave."""
    share = _only_share(plan_events(conn, clock, request, read.captured))
    party = share.party.number
    if not own_keys(conn, party):
        message = f"party {party} has no key of its own that could sign now"
        fix = "submit it as it is, or register a key and wait until it is final on the chain"
        raise PreparedRefused([Fault("", "submission.no-own-key", message, fix)])
    parts = _parts(identity, share, next_sequence(conn, party))
    now = clock.now()
    forget_expired(conn, clock)
    _make_room(conn, party)
    found = Prepared(new_id(clock), party, parts, share.events, summary(share), now + OPEN_FOR)
    conn.execute(
        prepared.insert().values(
            id=found.id,
            party=party,
            as_party=request.as_party,
            body=request.body,
            seed=read.seed,
            digests=_digests(parts),
            created_at=now,
            expires_at=found.expires,
        )
    )
    return found


def capture_prepared(conn: Connection, clock: Clock, identifier: str, caller: Caller) -> list[CapturedEvent]:
    """Work that needs no lock, to be done before `submit_prepared`; empty when it was used already.

    Raises PreparedUnknown, PreparedExpired.
    """
    row = _open(conn, clock, identifier, caller)
    return [] if row.used_at is not None else _captured(row, clock)


def submit_prepared(  # noqa: PLR0913, PLR0917 - what was shown, what came back, and who vouches
    conn: Connection,
    clock: Clock,
    identifier: str,
    signatures: Sequence[bytes],
    caller: Caller,
    identity: Identity,
    signer: ReceiptSigner,
    captured: Sequence[CapturedEvent] | None = None,
) -> SubmissionAccepted:
    """Take a prepared document in, with one signature for each part in order; a second call gets the answer
    of the first.

    Raises PreparedUnknown, PreparedExpired; SubmissionChanged when something else would be recorded now than
    was signed; SignatureRefused; and what `submit_document` raises. Then nothing is stored.
    """
    hold(conn, "journal", "prepared", identifier)
    row = _open(conn, clock, identifier, caller)
    if row.used_at is not None:
        answer = repository.answer_of_capture(conn, row.capture)
        return SubmissionAccepted(orjson.loads(answer or b"{}"), row.capture, is_new=False)
    request = Request(caller, row.body, row.as_party)
    accepted = answered_before(conn, request)
    if accepted is None:
        planned = plan_events(conn, clock, request, captured or _captured(row, clock))
        share = _only_share(planned)
        first = _hand_in_all(conn, clock, row, share, signatures, identity) if share.events else None
        accepted = store(conn, clock, request, planned, signer, first_sequence=first)
    its = prepared.c.id == identifier
    used = {"used_at": clock.now(), "capture": accepted.capture, "body": None, "seed": None}
    conn.execute(update(prepared).where(its).values(used))
    facts = {"party": row.party, "prepared": identifier, "signatures": len(signatures)}
    trail.note(conn, clock, caller, "submission.signed", str(accepted.answer["id"]), facts)
    return accepted


def document_prepared(conn: Connection, identifier: str, caller: Caller) -> bytes:
    """SHA-256 of the document that was prepared under this id, used or not. Raises PreparedUnknown."""
    query = select(prepared.c.party, prepared.c.body, captures.c.document)
    query = query.outerjoin(captures, captures.c.id == prepared.c.capture)
    row = conn.execute(query.where(prepared.c.id == identifier)).one_or_none()
    if row is None or not caller.acts_for(row.party):
        raise PreparedUnknown(f"Nothing of yours was prepared as {identifier[:80]!r}, or it is too old.")
    return sha256(row.body) if row.document is None else bytes(row.document)


def forget_expired(conn: Connection, clock: Clock) -> int:
    """Forget what nobody signed in time; returns how many."""
    over = prepared.c.used_at.is_(None) & (prepared.c.expires_at <= clock.now())
    return int(conn.execute(delete(prepared).where(over)).rowcount)


def salts_of(seed: bytes) -> Callable[[], bytes]:
    """The same salts in the same order, for one document: HMAC-SHA-256 of a counter under the seed."""
    numbers = itertools.count()
    return lambda: hmac.digest(seed, next(numbers).to_bytes(8, "big"), hashlib.sha256)[:_SALT]


def _make_room(conn: Connection, party: int) -> None:
    its = (prepared.c.party == party) & prepared.c.used_at.is_(None)
    newest = select(prepared.c.id).where(its).order_by(prepared.c.created_at.desc(), prepared.c.id.desc())
    old = conn.execute(newest.offset(MOST_OPEN - 1)).scalars().all()
    conn.execute(delete(prepared).where(prepared.c.id.in_(old)))


def _open(conn: Connection, clock: Clock, identifier: str, caller: Caller) -> Row[Any]:
    row = conn.execute(select(prepared).where(prepared.c.id == identifier)).one_or_none()
    if row is None or not caller.acts_for(row.party):
        raise PreparedUnknown(f"Nothing of yours was prepared as {identifier[:80]!r}, or it is too old.")
    if row.used_at is None and row.expires_at <= clock.now():
        raise PreparedExpired("It was not signed in time. Prepare it again.")
    return row


def _captured(row: Row[Any], clock: Clock) -> list[CapturedEvent]:
    return capture(*take_in(row.body, _NO_LIMITS, clock.now()), salts_of(row.seed))


def _only_share(planned: Planned) -> Share:
    if len(planned.shares) != 1:
        message = f"the document holds events of {len(planned.shares)} parties"
        fix = "each party signs its own: one document for each"
        raise PreparedRefused([Fault("", "submission.several-parties", message, fix)])
    return planned.shares[0]


def _parts(identity: Identity, share: Share, first: int) -> list[Part]:
    """Nothing is signed for a party that has told all of it before."""
    chunks: list[Sequence[LedgerEntry]] = in_parts(share.entries) if share.events else []
    return [
        part_to_sign(identity, share.party.number, sequence, chunk)
        for sequence, chunk in enumerate(chunks, first)
    ]


def _digests(parts: Sequence[Part]) -> str:
    return canonical_json([to_hex(part.digest) for part in parts]).decode()


def _hand_in_all(  # noqa: PLR0913, PLR0917 - as above
    conn: Connection,
    clock: Clock,
    row: Row[Any],
    share: Share,
    signatures: Sequence[bytes],
    identity: Identity,
) -> int:
    """Keep the signatures over what would be recorded now; returns the first number."""
    first = hold_sequences(conn, row.party)
    parts = _parts(identity, share, first)
    try:
        expect_as_many(parts, signatures)
        for part, signature in zip(parts, signatures, strict=True):
            hand_in(conn, clock, row.party, part.digest, signature)
    except SignatureRefused as refused:
        if _digests(parts) == row.digests:
            raise
        message = "Something was recorded in between, so that other entries would be recorded: sign anew."
        raise SubmissionChanged(message, [part.as_json() for part in parts]) from refused
    return first
