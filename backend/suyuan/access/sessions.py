"""Sessions of people: a cookie with 256 random bits, of which we keep the SHA-256.

The secret changes at sign-in, with each new proof, with other seats, and every hour. For requests that are on
their way during the hourly change, the former one holds for a minute more; after that, whoever shows it ends
the session, since two hold it.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update

from suyuan.access.errors import SessionEnded, SessionReplayed
from suyuan.access.model import Caller, Session, scopes_of, seats_from
from suyuan.access.tables import accounts, sessions
from suyuan.kernel.clock import Clock

#: How long the secret stays the same, and how long its former one is still taken.
ROTATE_AFTER = timedelta(hours=1)
GRACE = timedelta(minutes=1)
#: How exactly it is known when a session was last used.
SEEN_GRAIN = timedelta(minutes=1)
#: Ended sessions are kept this long, for the list on the person's page.
KEPT = timedelta(days=90)

_LONG_AGO = datetime.fromtimestamp(0).astimezone()


@dataclass(frozen=True, slots=True)
class Ends:
    """When sessions end: after so long without a request, for the platform's staff and for others, and after
    so long in any case.
    """

    staff_idle: timedelta = timedelta(minutes=30)
    idle: timedelta = timedelta(hours=12)
    absolute: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class SessionSeen:
    """A session as its owner's page lists it."""

    id: str
    method: str
    agent: str
    created_at: datetime
    seen_at: datetime
    ended_at: datetime | None


def open_session(  # noqa: PLR0913, PLR0917 - what a sign-in knows
    conn: Connection,
    clock: Clock,
    account: str,
    ends: Ends | None = None,
    method: str = "password",
    agent: str = "",
) -> str:
    """Open a session for a person who has just proved who he is; returns the secret for his cookie.

    Raises SessionEnded when the account is disabled.
    """
    ends = ends or Ends()
    row = conn.execute(select(accounts).where(accounts.c.id == account)).one_or_none()
    if row is None or row.disabled_at is not None:
        raise SessionEnded("This account is closed.")
    is_staff = row.party is None and row.seats != ""
    secret, now = secrets.token_urlsafe(32), clock.now()
    conn.execute(
        insert(sessions).values(
            id=secrets.token_hex(8),
            account=account,
            secret_hash=_hashed(secret),
            csrf=secrets.token_urlsafe(32),
            method=method,
            agent="".join(each for each in agent if each.isprintable())[:200],
            created_at=now,
            seen_at=now,
            rotated_at=now,
            fresh_at=now,
            idle_seconds=int((ends.staff_idle if is_staff else ends.idle).total_seconds()),
            ends_at=now + ends.absolute,
        )
    )
    return secret


def find(conn: Connection, clock: Clock, secret: str) -> Session | None:
    """The session of this cookie, or None when there is none any more. Only reads; see `touch`.

    Raises SessionReplayed for a secret that was changed for another long ago; the caller then ends it.
    """
    shown = _hashed(secret)
    either = or_(sessions.c.secret_hash == shown, sessions.c.former_hash == shown)
    row = conn.execute(_ROWS.where(either)).mappings().one_or_none()
    if row is None or not _is_open(clock, row):
        return None
    is_former = row["secret_hash"] != shown
    if is_former and row["former_until"] <= clock.now():
        raise SessionReplayed(row["id"])
    return Session(
        id=row["id"],
        caller=_caller(row),
        csrf=row["csrf"],
        name=row["name"],
        language=row["language"],
        seen_at=row["seen_at"],
        is_rotation_due=not is_former and clock.now() - row["rotated_at"] >= ROTATE_AFTER,
    )


def is_touch_due(clock: Clock, session: Session) -> bool:
    """Whether `touch` would write: a minute has passed, or the secret is to be changed."""
    return session.is_rotation_due or clock.now() - session.seen_at >= SEEN_GRAIN


def touch(conn: Connection, clock: Clock, session: Session, secret: str) -> str | None:
    """Keep that the session is in use; returns the new secret when it was time for one."""
    now = clock.now()
    still = (sessions.c.id == session.id) & sessions.c.ended_at.is_(None)
    conn.execute(update(sessions).where(still, sessions.c.seen_at < now).values(seen_at=now))
    if not session.is_rotation_due:
        return None
    return _rotate(conn, clock, session.id, secret, now + GRACE)


def prove_again(conn: Connection, clock: Clock, session: Session, secret: str) -> str | None:
    """Keep that the person has just proved who he is. Returns the new secret; the former one ends with it, so
    that nobody with a copy shares the proof. None when another request was quicker.
    """
    changed = _rotate(conn, clock, session.id, secret, clock.now())
    if changed is not None:
        conn.execute(update(sessions).where(sessions.c.id == session.id).values(fresh_at=clock.now()))
    return changed


def rotate_soon(conn: Connection, clock: Clock, account: str) -> None:  # noqa: ARG001 - as every verb
    """Have each session of the account change its secret with its next request."""
    its = (sessions.c.account == account) & sessions.c.ended_at.is_(None)
    conn.execute(update(sessions).where(its).values(rotated_at=_LONG_AGO))


def close(conn: Connection, clock: Clock, session: str, why: str = "signed-out") -> None:
    """End one session, from now on; doing it twice changes nothing."""
    _end(conn, clock, sessions.c.id == session, why)


def end_all(conn: Connection, clock: Clock, account: str, why: str, but: str | None = None) -> None:
    """End every session of a person, save perhaps the one he is at."""
    _end(conn, clock, (sessions.c.account == account) & (sessions.c.id != (but or "")), why)


def list_sessions(conn: Connection, clock: Clock, account: str) -> list[SessionSeen]:
    """The person's open sessions, the newest first."""
    query = _ROWS.where(sessions.c.account == account).order_by(sessions.c.created_at.desc())
    rows = conn.execute(query).mappings()
    names = SessionSeen.__dataclass_fields__
    return [SessionSeen(**{name: row[name] for name in names}) for row in rows if _is_open(clock, row)]


def sweep(conn: Connection, clock: Clock) -> None:
    """Drop sessions that ended long ago."""
    conn.execute(delete(sessions).where(sessions.c.ends_at < clock.now() - KEPT))


def confirm(conn: Connection, clock: Clock, caller: Caller) -> None:
    """Hold a person who was known a moment ago against his session and account as they are now. Raises
    SessionEnded, also when he may do less than before.
    """
    row = conn.execute(_ROWS.where(sessions.c.id == caller.session)).mappings().one_or_none()
    if row is None or not _is_open(clock, row):
        raise SessionEnded("This session has ended. Sign in again.")
    now = _caller(row)
    if now.party != caller.party or not caller.scopes <= now.scopes:
        raise SessionEnded("Your seats were changed meanwhile. Send it again.")


_ROWS = select(
    sessions, accounts.c.name, accounts.c.language, accounts.c.party, accounts.c.seats, accounts.c.disabled_at
).join(accounts)


def _is_open(clock: Clock, row: Any) -> bool:
    now = clock.now()
    idle = timedelta(seconds=row["idle_seconds"])
    is_over = row["ended_at"] is not None or row["disabled_at"] is not None
    return not is_over and now < row["ends_at"] and now < row["seen_at"] + idle


def _caller(row: Any) -> Caller:
    seats = seats_from(row["seats"])
    return Caller(
        token=row["account"],
        name=row["name"],
        party=row["party"],
        scopes=scopes_of(seats),
        account=row["account"],
        seats=seats,
        fresh_at=row["fresh_at"],
        session=row["id"],
    )


def _rotate(conn: Connection, clock: Clock, session: str, former: str, until: datetime) -> str | None:
    """None when the secret is not the present one any more."""
    secret = secrets.token_urlsafe(32)
    present = (sessions.c.id == session) & (sessions.c.secret_hash == _hashed(former))
    values = {
        "secret_hash": _hashed(secret),
        "former_hash": _hashed(former),
        "former_until": until,
        "rotated_at": clock.now(),
    }
    done = conn.execute(update(sessions).where(present, sessions.c.ended_at.is_(None)).values(values))
    return secret if done.rowcount == 1 else None


def _end(conn: Connection, clock: Clock, which: Any, why: str) -> None:
    values = {"ended_at": clock.now(), "ended_why": why, "agent": ""}
    conn.execute(update(sessions).where(which, sessions.c.ended_at.is_(None)).values(values))


def _hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
