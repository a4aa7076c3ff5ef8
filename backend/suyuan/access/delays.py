"""Failures make the next attempt wait: by login and by address, twice as long each time, never for good.

A failure is counted before the proof is looked at, and taken back when it was right. So many guesses at once
count as many; and whoever has to wait learns nothing about his guess.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from suyuan.access.errors import SlowDown
from suyuan.access.tables import delays
from suyuan.database.locks import hold
from suyuan.kernel.clock import Clock

#: Rows are dropped so long after their last failure.
FORGOTTEN = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Counter:
    """What failures are counted for. The first `free` cost nothing; then the wait is 1 s, 2 s, 4 s, up to
    `longest`. One failure is forgotten in each `leak`.
    """

    key: bytes
    free: int
    longest: timedelta
    leak: timedelta


def of_login(login: str) -> Counter:
    """By the name as it was typed or normalised, whether anybody has it or not. It waits a minute at most;
    who attacks it without end keeps its owner out of browsers that are new to him (`of_device`).
    """
    return Counter(_key("login", login[:1000]), 5, timedelta(minutes=1), timedelta(minutes=15))


def of_device(note: str) -> Counter:
    """By a browser in which the login's owner has signed in before: guesses elsewhere do not slow it."""
    return Counter(_key("device", note), 5, timedelta(minutes=1), timedelta(minutes=15))


def of_account(account: str, what: str) -> Counter:
    """For codes and proofs of a person who is known already: only who got that far can slow him."""
    return Counter(_key(what, account), 5, timedelta(minutes=15), timedelta(minutes=15))


def of_address(address: str) -> Counter:
    """By network: one IPv4 address, the first 64 bits of an IPv6 one. Many may share it, so more is free."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        network = address
    else:
        size = 32 if parsed.version == 4 else 64
        network = str(ipaddress.ip_network((parsed, size), strict=False))
    return Counter(_key("address", network), 30, timedelta(minutes=15), timedelta(minutes=1))


def count(conn: Connection, clock: Clock, counters: Sequence[Counter]) -> None:
    """Count a failure in advance for each. Raises SlowDown, and then counts nothing, while one must wait."""
    ordered = sorted(counters, key=lambda each: each.key)
    for each in ordered:
        hold(conn, "access.delays", each.key)
    now, keys = clock.now(), [each.key for each in ordered]
    rows = {row.key: row for row in conn.execute(select(delays).where(delays.c.key.in_(keys)))}
    wait = max((row.until - now for row in rows.values()), default=timedelta())
    if wait > timedelta():
        raise SlowDown("Too many failures. Wait, and then try again.", -(-wait // timedelta(seconds=1)))
    for each in ordered:
        _count(conn, now, each, rows.get(each.key))


def _count(conn: Connection, now: datetime, counter: Counter, row: Any) -> None:
    leaked = (now - row.last_at) // counter.leak if row else 0
    left = max(row.failures - leaked, 0) if row else 0
    since = row.last_at + leaked * counter.leak if left else now
    values = {"failures": left + 1, "until": now + _wait(counter, left + 1), "last_at": since}
    if row is None:
        conn.execute(insert(delays).values(key=counter.key, **values))
    else:
        conn.execute(update(delays).where(delays.c.key == counter.key).values(values))


def forgive(conn: Connection, counter: Counter) -> None:
    """Forget the failures: the proof was right."""
    conn.execute(delete(delays).where(delays.c.key == counter.key))


def take_back(conn: Connection, clock: Clock, counter: Counter) -> None:
    """Take back the one failure that was counted in advance; earlier ones stay, whoever made them."""
    mine = (delays.c.key == counter.key) & (delays.c.failures > 0)
    conn.execute(update(delays).where(mine).values(failures=delays.c.failures - 1, until=clock.now()))


def sweep(conn: Connection, clock: Clock) -> None:
    """Drop what is forgotten."""
    conn.execute(delete(delays).where(delays.c.last_at < clock.now() - FORGOTTEN))


def _wait(counter: Counter, failures: int) -> timedelta:
    over = failures - counter.free
    return min(timedelta(seconds=2 ** min(over - 1, 20)), counter.longest) if over > 0 else timedelta()


def _key(what: str, of: str) -> bytes:
    return hashlib.sha256(f"{what}\x00{of}".encode("utf-8", "replace")).digest()
