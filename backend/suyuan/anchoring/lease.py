"""One relayer at a time per key. The lease gives calm; safety is in unique(epoch, sender, nonce)."""

from __future__ import annotations

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
    if conn.execute(select(leases.c.key).where(leases.c.key == key)).scalar() is not None:
        return False
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


def release(conn: Connection, key: str, owner: str, clock: Clock) -> None:
    """Let the next relayer begin at once; for an orderly stop."""
    ours = (leases.c.key == key) & (leases.c.owner == owner)
    conn.execute(update(leases).where(ours).values(until=clock.now() - timedelta(seconds=1)))
