"""One relayer at a time per key. The lease gives calm; safety is in unique(epoch, sender, nonce)."""

from __future__ import annotations

import os
import socket
from datetime import timedelta

from sqlalchemy import Connection, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from suyuan.anchoring.errors import LeaseLost
from suyuan.anchoring.tables import leases
from suyuan.kernel.clock import Clock


def acquire(conn: Connection, clock: Clock, key: str, owner: str, seconds: float) -> bool:
    """Take the lease when it is free, run out, or ours already; whether we have it now."""
    now = clock.now()
    until = now + timedelta(seconds=seconds)
    free = or_(leases.c.owner == owner, leases.c.until < now)
    taken = conn.execute(update(leases).where(leases.c.key == key, free).values(owner=owner, until=until))
    if taken.rowcount:
        return True
    holder = conn.execute(select(leases.c.owner).where(leases.c.key == key)).scalar()
    if holder is not None:
        if not is_gone(holder):
            return False
        theirs = (leases.c.key == key) & (leases.c.owner == holder)
        change = update(leases).where(theirs).values(owner=owner, until=until)
        return bool(conn.execute(change).rowcount)
    try:
        with conn.begin_nested():
            conn.execute(insert(leases).values(key=key, owner=owner, until=until))
    except IntegrityError:
        return False
    return True


def renew(conn: Connection, clock: Clock, key: str, owner: str, seconds: float) -> None:
    """Prolong our lease and lock its row to the end of the transaction. Raises LeaseLost."""
    until = clock.now() + timedelta(seconds=seconds)
    ours = (leases.c.key == key) & (leases.c.owner == owner)
    if not conn.execute(update(leases).where(ours).values(until=until)).rowcount:
        raise LeaseLost(key)


def owner_name() -> str:
    """A name for this process that others on this machine can check for life."""
    return f"{socket.gethostname()}:{os.getpid()}:{os.urandom(4).hex()}"


def is_gone(owner: str) -> bool:
    """Whether the owner was a process of this machine that is no more; its lease need not run out then. Wrong
    about machines that share a name it would cost calm, not safety.
    """
    host, _, rest = owner.partition(":")
    number = rest.partition(":")[0]
    if host != socket.gethostname() or not number.isdecimal() or int(number) == os.getpid():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def release(conn: Connection, key: str, owner: str, clock: Clock) -> None:
    """Let the next relayer begin at once; for an orderly stop."""
    ours = (leases.c.key == key) & (leases.c.owner == owner)
    conn.execute(update(leases).where(ours).values(until=clock.now() - timedelta(seconds=1)))
