"""What workers say of themselves. The gateway shows it and asks no chain; nothing is decided by it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from suyuan.anchoring.tables import heartbeats
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Conflict

#: A worker that said nothing for this long is forgotten.
FORGOTTEN_AFTER = timedelta(days=1)
#: One that said nothing for this long has stopped.
STOPPED_AFTER = timedelta(seconds=30)


class WorkerRunning(Conflict):
    """What was asked for must not happen beside a running worker."""

    code = "worker.running"


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """`facts`: relayer (address), balance (wei, decimal text), head, finalized, and `trouble` when the chain
    could not be asked.
    """

    worker: str
    at: datetime
    facts: Mapping[str, Any]


def beat(conn: Connection, clock: Clock, worker: str, facts: Mapping[str, Any]) -> None:
    """Write this worker's newest word in place of its last one."""
    now = clock.now()
    row = {"at": now, "facts": canonical_json(dict(facts)).decode()}
    if not conn.execute(update(heartbeats).where(heartbeats.c.worker == worker).values(row)).rowcount:
        conn.execute(insert(heartbeats).values(worker=worker, **row))
        conn.execute(delete(heartbeats).where(heartbeats.c.at < now - FORGOTTEN_AFTER))


def newest(conn: Connection) -> Heartbeat | None:
    """The last word of any worker."""
    query = select(heartbeats).order_by(heartbeats.c.at.desc()).limit(1)
    found = conn.execute(query).one_or_none()
    return Heartbeat(found.worker, found.at, json.loads(found.facts)) if found else None


def expect_silence(conn: Connection, clock: Clock) -> None:
    """Raise WorkerRunning while a worker is at work."""
    beat = newest(conn)
    if beat is not None and clock.now() - beat.at < STOPPED_AFTER:
        raise WorkerRunning(
            f"A worker spoke less than {STOPPED_AFTER.seconds} s ago. Stop gateways and workers, wait as "
            "long, and run this again."
        )
