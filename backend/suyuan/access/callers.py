"""Callers of both sorts, systems and people, held against what is known of them now."""

from __future__ import annotations

from sqlalchemy import Connection

from suyuan.access import sessions, tokens
from suyuan.access.model import Caller
from suyuan.kernel.clock import Clock


def confirm(conn: Connection, clock: Clock, caller: Caller) -> None:
    """Hold a caller who was known a moment ago against his token, or his session and account, as they are
    now. Raises TokenExpired, TokenRevoked, SessionEnded.
    """
    if caller.account is None:
        tokens.confirm(conn, clock, caller)
    else:
        sessions.confirm(conn, clock, caller)
