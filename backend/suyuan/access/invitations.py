"""One-time links: to join with an account that somebody else made, or to come in again when a proof is lost.

No mail is sent: the link is shown once to who makes it, and he hands it over. A newer one closes the older.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, insert, select, update

from suyuan.access import accounts, factors, sessions, sign_in
from suyuan.access.errors import InvitationWrong
from suyuan.access.model import Account
from suyuan.access.tables import invitations
from suyuan.kernel.clock import Clock

LASTS = timedelta(days=7)


class Purpose(StrEnum):
    JOIN = "join"
    RESET = "reset"  # another password
    RECOVER = "recover"  # the same, and no second factor or passkey holds any more


@dataclass(frozen=True, slots=True)
class Invitation:
    account: Account
    purpose: Purpose
    expires_at: datetime


def invite(conn: Connection, clock: Clock, account: str, made_by: str, purpose: Purpose | None = None) -> str:
    """A code for the link; it cannot be shown again. Without `purpose`: to join for who has no password yet,
    else to reset. Raises AccountUnknown, InvitationWrong for a closed account.
    """
    found = accounts.the_account(conn, account)
    if found.disabled_at is not None:
        raise InvitationWrong("This account is closed.")
    code, now = secrets.token_urlsafe(32), clock.now()
    _close(conn, clock, account)
    conn.execute(
        insert(invitations).values(
            hash=_hashed(code),
            account=account,
            purpose=purpose or (Purpose.RESET if found.has_password else Purpose.JOIN),
            made_by=made_by,
            created_at=now,
            expires_at=now + LASTS,
        )
    )
    return code


def find(conn: Connection, clock: Clock, code: str) -> Invitation:
    """Whom this code invites. Raises InvitationWrong."""
    row = conn.execute(select(invitations).where(invitations.c.hash == _hashed(code))).one_or_none()
    if row is None or row.closed_at is not None or row.expires_at <= clock.now():
        raise InvitationWrong("This link is too old, was used, or was replaced by a newer one.")
    account = accounts.the_account(conn, row.account)
    if account.disabled_at is not None:
        raise InvitationWrong("This link is too old, was used, or was replaced by a newer one.")
    return Invitation(account, Purpose(row.purpose), row.expires_at)


def accept(conn: Connection, clock: Clock, code: str, encoded: str) -> str:
    """Set the password (its hash) with a code that serves this once; ends all sessions. Returns the account.

    Raises InvitationWrong.
    """
    found = find(conn, clock, code)
    still = (invitations.c.hash == _hashed(code)) & invitations.c.closed_at.is_(None)
    if conn.execute(update(invitations).where(still).values(closed_at=clock.now())).rowcount != 1:
        raise InvitationWrong("This link was used at this very moment.")
    account = found.account.id
    if found.purpose is Purpose.RECOVER:
        factors.clear(conn, account)
    sign_in.set_password(conn, clock, account, encoded)
    sessions.end_all(conn, clock, account, "password")
    return account


def close_all(conn: Connection, clock: Clock, account: str) -> None:
    """No link of this account serves any more."""
    _close(conn, clock, account)


def _close(conn: Connection, clock: Clock, account: str) -> None:
    still = (invitations.c.account == account) & invitations.c.closed_at.is_(None)
    conn.execute(update(invitations).where(still).values(closed_at=clock.now()))


def _hashed(code: str) -> bytes:
    return hashlib.sha256(code.encode("utf-8", "replace")).digest()
