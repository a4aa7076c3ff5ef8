"""What every act has in common: who acts, under which lock, once for each client's number, and with which
signature. An act's rows are stored where its submission is, or not at all.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from suyuan.access.model import Caller
from suyuan.access.trail import note
from suyuan.anchoring.ports import Identity
from suyuan.database.locks import hold
from suyuan.handovers import repository
from suyuan.handovers import tables as t
from suyuan.handovers.errors import (
    ActKeyReused,
    HandoverRefused,
    HandoverUnknown,
    NoParty,
    NotYourPart,
    OutOfOrder,
)
from suyuan.handovers.model import Act, Done, Handover
from suyuan.handovers.ports import NoTripRecords, TripRecords
from suyuan.handovers.schemas import SentAct
from suyuan.journal.model import Limits
from suyuan.journal.prepare import Prepared, prepare_document, submit_prepared
from suyuan.journal.receipts import ReceiptSigner
from suyuan.journal.submit import Request, submit_document
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Fault
from suyuan.kernel.hashing import sha256

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
#: Warnings of the journal that would leave goods where nobody expects them.
_ELSEWHERE = frozenset(
    {"entry.not_held", "entry.no_receiver", "entry.not_offered", "entry.no_goods", "container.foreign"}
)


class ReadyToSign(Exception):
    """The act stands and waits for the party's own signature; raised to leave everything as it was."""

    def __init__(self, prepared: Prepared, body: bytes) -> None:
        super().__init__(prepared.id)
        self.prepared = prepared
        self.body = body


@dataclass(frozen=True, slots=True)
class Signed:
    """What a party that keeps its own key hands in: signatures over what was prepared under this id, the
    hash of the document that was shown.
    """

    prepared: str
    signatures: tuple[bytes, ...]
    document: bytes


class Draws:
    """Random names of an act: events, lots, handovers. The same seed draws the same ones in the same order,
    so that an act can be shown, signed elsewhere and then done.
    """

    def __init__(self, seed: bytes | None = None) -> None:
        self.seed = seed or secrets.token_bytes(32)
        self._count = 0

    def _next(self) -> bytes:
        self._count += 1
        return hmac.digest(self.seed, self._count.to_bytes(8, "big"), hashlib.sha256)

    def uuid(self) -> str:
        """A UUID of version 4."""
        return str(UUID(bytes=self._next()[:16], version=4))

    def letters(self, count: int) -> str:
        """Digits and capitals that nobody mistakes for each other."""
        signs = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
        return "".join(signs[byte % 32] for byte in self._next()[:count])


@dataclass(frozen=True, slots=True)
class Desk:
    """Who acts and by what means. `identity`: the chain, where the party signs itself: without `signed` the
    act is then only prepared.
    """

    caller: Caller
    limits: Limits
    signer: ReceiptSigner
    trips: TripRecords = field(default_factory=NoTripRecords)
    draws: Draws = field(default_factory=Draws)
    identity: Identity | None = None
    signed: Signed | None = None

    @property
    def party(self) -> int:
        """Raises NoParty."""
        if self.caller.party is None:
            raise NoParty("Only the party itself offers and answers.")
        return self.caller.party


def submit(conn: Connection, clock: Clock, desk: Desk, body: bytes) -> str:
    """Submit an act's document as the party's own; returns the submission's id.

    Raises ReadyToSign where it is only prepared, OutOfOrder when the ledger would see it otherwise, and what
    the journal raises.
    """
    request = Request(desk.caller, body)
    if desk.identity is not None and desk.signed is None:
        raise ReadyToSign(prepare_document(conn, clock, request, desk.limits, desk.identity), body)
    if desk.signed is not None:
        assert desk.identity is not None  # noqa: S101 - the door gives both
        if sha256(body) != desk.signed.document:
            raise OutOfOrder("The handover has changed since it was shown; look at it and sign it anew.")
        signed = desk.signed
        accepted = submit_prepared(
            conn, clock, signed.prepared, signed.signatures, desk.caller, desk.identity, desk.signer
        )
    else:
        accepted = submit_document(conn, clock, request, desk.limits, desk.signer)
    told = accepted.answer["submissions"][0]
    wrong = [each for each in told["warnings"] if each["code"] in _ELSEWHERE]
    if wrong:
        faults = [Fault(each["pointer"], each["code"], each["message"], "") for each in wrong]
        raise HandoverRefused(faults)
    return str(told["id"])


def request_hash(act: Act, handover_id: str, form: SentAct) -> bytes:
    """Tells the same act from another under the same number."""
    told = form.model_dump(mode="json", by_alias=True, exclude={"act_id"})
    named = "" if act is Act.OFFER else handover_id
    return sha256(canonical_json([str(act), named, told]))


def done_before(conn: Connection, desk: Desk, act: Act, handover_id: str, form: SentAct) -> Handover | None:
    """The handover, when this very act was done already. Raises ActKeyReused."""
    if form.act_id is None:
        return None
    hold(conn, "handovers", "act", desk.party, form.act_id)
    known = repository.act_under(conn, desk.party, form.act_id)
    if known is None:
        return None
    number, digest = known
    if digest != request_hash(act, handover_id, form):
        message = "this number was used for another act"
        raise ActKeyReused([Fault("/actId", ActKeyReused.code, message, "take a new one for a new act")])
    return repository.handovers_where(conn, t.handovers.c.number == number)[0]


def is_id(text: str) -> bool:
    """Whether a handover can have this id."""
    return _ID.fullmatch(text) is not None


def locked(conn: Connection, desk: Desk, handover_id: str) -> Handover:
    """The handover, locked to the end of the transaction. Raises HandoverUnknown for everybody but its two
    sides.
    """
    if not is_id(handover_id):
        raise HandoverUnknown("A handover is named by its UUID.")
    hold(conn, "handovers", handover_id)
    found = repository.handovers_where(conn, t.handovers.c.id == handover_id)
    if not found or desk.party not in (found[0].sender, found[0].receiver):
        raise HandoverUnknown(f"There is no handover {handover_id[:80]} of yours.")
    return found[0]


def as_sender(desk: Desk, found: Handover) -> None:
    """Raises NotYourPart."""
    if desk.party != found.sender:
        raise NotYourPart("The sender of the goods does this.")


def as_receiver(desk: Desk, found: Handover) -> None:
    """Raises NotYourPart."""
    if desk.party != found.receiver:
        raise NotYourPart("The receiver of the goods does this.")


def happened(clock: Clock, form: SentAct, limits: Limits) -> datetime:
    """When the act happened by its party's word. Raises HandoverRefused for what is still to come."""
    now = clock.now()
    at = form.at or now
    if (at - now).total_seconds() > limits.clock_skew:
        fix = "mend the clock of the device"
        raise HandoverRefused([Fault("/at", "handover.in_future", f"{at.isoformat()} is still to come", fix)])
    return at


def write_act(  # noqa: PLR0913, PLR0917 - what one row is made of
    conn: Connection,
    clock: Clock,
    desk: Desk,
    act: Act,
    found: Handover | tuple[int, str],
    form: SentAct,
    at: datetime,
    submission: str | None,
) -> Done:
    """Store an act on a handover, or on the one with this number and id."""
    number, handover_id = (found.number, found.id) if isinstance(found, Handover) else found
    told = form.model_dump(mode="json", by_alias=True, exclude_none=True, exclude={"act_id", "at"})
    body = canonical_json(told).decode()
    row = {
        "handover": number,
        "party": desk.party,
        "act": str(act),
        "act_id": form.act_id,
        "request_hash": request_hash(act, handover_id, form),
        "claimed_at": at,
        "received_at": clock.now(),
        "caller": desk.caller.token,
        "submission": submission,
        "body": body,
    }
    made = repository.insert_act(conn, row)
    return repository.acts_where(conn, t.acts.c.number == made)[0]


def noted(  # noqa: PLR0913, PLR0917 - as above
    conn: Connection, clock: Clock, desk: Desk, action: str, handover_id: str, facts: Mapping[str, Any]
) -> None:
    """The line of the audit trail; last in every act."""
    note(conn, clock, desk.caller, f"handover.{action}", handover_id, facts)
