"""A new key for a party that has lost its own: one person asks, another approves, and a waiting time passes
in which everybody who signs for the party hears of it and may stop it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from suyuan.access import trail, ways
from suyuan.access.model import Caller, Scope
from suyuan.database import hold
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Fault, Forbidden
from suyuan.kernel.ids import new_id
from suyuan.notices.tell import tell
from suyuan.parties.errors import (
    KeyRefused,
    KeyTaken,
    RecoveryEnded,
    RecoveryUnderWay,
    RecoveryUnknown,
    SecondPersonNeeded,
)
from suyuan.parties.handed import sign_themselves
from suyuan.parties.proofs import use_challenge
from suyuan.parties.queries import keys_of
from suyuan.parties.succession import CUSTODIAL, succeed
from suyuan.parties.tables import recoveries

MAX_REASON = 500


@dataclass(frozen=True, slots=True)
class Recovery:
    """`outcome` is None while it is open: then it waits for its approval, or (`ready_at`) for its time."""

    id: str
    party: int
    address: str
    reason: str
    asked_by: str
    asked_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    ready_at: datetime | None
    ended_at: datetime | None
    outcome: str | None


def ask_recovery(  # noqa: PLR0913, PLR0917 - who, what, why, and the proof
    conn: Connection,
    clock: Clock,
    caller: Caller,
    party: int,
    challenge: str,
    signature: bytes,
    reason: str,
) -> Recovery:
    """Ask for a new key in the place of all that the party has. Raises Forbidden, RecoveryUnderWay,
    ChallengeUnknown, KeyNotProven, KeyRefused.
    """
    account = _admin(caller, party)
    reason = reason.strip()
    if not 1 <= len(reason) <= MAX_REASON or not all(each.isprintable() or each == "\n" for each in reason):
        fix = "say what became of the key"
        message = f"the reason has 1 to {MAX_REASON} characters"
        raise KeyRefused([Fault("/reason", "key.reason", message, fix)])
    hold(conn, "parties", "keys", party)
    if any(each.outcome is None for each in recoveries_of(conn, party)):
        raise RecoveryUnderWay(f"Party {party} has asked for a new key already.")
    proof = use_challenge(conn, clock, party, challenge, signature)
    identifier = new_id(clock)
    row = {"id": identifier, "party": party, "address": proof.address, "reason": reason}
    conn.execute(recoveries.insert().values(**row, asked_by=account, asked_at=clock.now()))
    return _said(conn, clock, caller, the_recovery(conn, identifier), "key.recovery.asked")


def approve_recovery(
    conn: Connection, clock: Clock, caller: Caller, identifier: str, wait: timedelta
) -> Recovery:
    """The second person's yes; the new key is registered when `wait` has passed.

    Raises RecoveryUnknown, RecoveryEnded, SecondPersonNeeded, Forbidden.
    """
    found = _open_one(conn, caller, identifier)
    account = _second(conn, clock, caller, found)
    if found.approved_by is not None:
        raise RecoveryEnded("This was approved already.")
    now = clock.now()
    approved = {"approved_by": account, "approved_at": now, "ready_at": now + wait}
    conn.execute(update(recoveries).where(recoveries.c.id == identifier).values(approved))
    return _said(conn, clock, caller, the_recovery(conn, identifier), "key.recovery.approved")


def cancel_recovery(conn: Connection, clock: Clock, caller: Caller, identifier: str) -> Recovery:
    """Stop it, while it waits: anybody who signs for the party, its admins, or the platform."""
    found = _open_one(conn, caller, identifier)
    of_party = caller.party == found.party and caller.scopes & {Scope.SUBMIT, Scope.PARTY_ADMIN}
    if not of_party and not _is_platform(caller):
        raise Forbidden("Your seat does not allow this.", code="seat.missing")
    _end(conn, clock, identifier, "cancelled")
    return _said(conn, clock, caller, the_recovery(conn, identifier), "key.recovery.cancelled")


def is_due(conn: Connection) -> bool:
    """Whether `finish_recoveries` has something to wait for."""
    return conn.execute(select(recoveries.c.id).where(*_waiting()).limit(1)).first() is not None


def finish_recoveries(conn: Connection, clock: Clock) -> int:
    """Register the keys whose time has come; returns how many. For the clerk."""
    ready = conn.execute(select(recoveries).where(*_waiting(), recoveries.c.ready_at <= clock.now())).all()
    for row in ready:
        hold(conn, "parties", "keys", row.party)
        if the_recovery(conn, row.id).outcome is not None:
            continue  # another clerk came first, or it was stopped
        own = [
            key.address for key in keys_of(conn, row.party) if not key.custodial and key.revoked_at is None
        ]
        replaces = " ".join(own) if sign_themselves(conn, [row.party]) else CUSTODIAL
        try:
            succeed(conn, clock, row.party, row.address, replaces, row.asked_by)
        except KeyTaken:
            _end(conn, clock, row.id, "failed")
        else:
            _end(conn, clock, row.id, "done")
    return len(ready)


def recoveries_of(conn: Connection, party: int) -> list[Recovery]:
    """The newest first."""
    query = select(recoveries).where(recoveries.c.party == party).order_by(recoveries.c.asked_at.desc())
    return [_recovery(row._mapping) for row in conn.execute(query)]  # noqa: SLF001 - SQLAlchemy's public name


def open_recoveries(conn: Connection) -> list[Recovery]:
    """Those of all parties that nobody has ended, the oldest first; for the platform's desk."""
    query = select(recoveries).where(recoveries.c.ended_at.is_(None)).order_by(recoveries.c.asked_at)
    return [_recovery(row._mapping) for row in conn.execute(query)]  # noqa: SLF001 - as above


def the_recovery(conn: Connection, identifier: str) -> Recovery:
    """Raises RecoveryUnknown."""
    row = conn.execute(select(recoveries).where(recoveries.c.id == identifier)).one_or_none()
    if row is None:
        raise RecoveryUnknown(f"There is no recovery {identifier[:80]!r}.")
    return _recovery(row._mapping)  # noqa: SLF001 - as above


def _recovery(row: Mapping[Any, Any]) -> Recovery:
    return Recovery(**dict(row))


def _waiting() -> tuple[Any, ...]:
    return (recoveries.c.ready_at.is_not(None), recoveries.c.ended_at.is_(None))


def _open_one(conn: Connection, caller: Caller, identifier: str) -> Recovery:
    found = the_recovery(conn, identifier)
    if caller.party != found.party and not _is_platform(caller):
        raise RecoveryUnknown(f"There is no recovery {identifier[:80]!r}.")
    hold(conn, "parties", "keys", found.party)
    found = the_recovery(conn, identifier)
    if found.outcome is not None:
        raise RecoveryEnded(f"This has ended: {found.outcome}.")
    return found


def _end(conn: Connection, clock: Clock, identifier: str, outcome: str) -> None:
    its = (recoveries.c.id == identifier) & recoveries.c.ended_at.is_(None)
    conn.execute(update(recoveries).where(its).values(ended_at=clock.now(), outcome=outcome))


def _admin(caller: Caller, party: int) -> str:
    if caller.account is None or caller.party != party or not caller.has(Scope.PARTY_ADMIN):
        raise Forbidden("An administrator of the party asks for this, in person.", code="seat.missing")
    return caller.account


def _second(conn: Connection, clock: Clock, caller: Caller, found: Recovery) -> str:
    is_admin = caller.party == found.party and caller.has(Scope.PARTY_ADMIN)
    if caller.account is None or not (is_admin or _is_platform(caller)):
        message = "Another administrator of the party, or the platform, approves this in person."
        raise Forbidden(message, code="seat.missing")
    if caller.account == found.asked_by:
        raise SecondPersonNeeded("Who asks for a new key does not approve it: a second person does.")
    if _is_one_hand(conn, clock, caller.account, found, is_admin=is_admin):
        message = "Who has let the other one in of late does not approve with him: somebody else does."
        raise SecondPersonNeeded(message)
    return caller.account


def _is_one_hand(conn: Connection, clock: Clock, account: str, found: Recovery, *, is_admin: bool) -> bool:
    """Whether the second person may be the first one again: either let the other in, or the platform's own
    opened himself, or had opened by whom he came from, a way into the party.
    """
    let_in = ways.who_let_in(conn, clock, account)
    if is_admin:
        return found.asked_by in let_in or account in ways.who_let_in(conn, clock, found.asked_by)
    return not ways.who_opened(conn, clock, found.party).isdisjoint({account, *let_in})


def _is_platform(caller: Caller) -> bool:
    return caller.party is None and bool(caller.scopes & {Scope.REGISTRAR, Scope.DIRECTOR})


def _said(conn: Connection, clock: Clock, caller: Caller, found: Recovery, action: str) -> Recovery:
    facts = {"party": found.party, "address": found.address}
    tell(conn, clock, found.party, action, found.id, {"address": found.address})
    trail.note(conn, clock, caller, action, found.id, facts)
    return found
