"""What workers and clerks say of themselves. The gateway shows it and asks no chain; nothing is decided by
it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, insert, select, true, update

from suyuan.anchoring.tables import heartbeats
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Conflict

#: A worker that said nothing for this long is forgotten.
FORGOTTEN_AFTER = timedelta(days=1)
#: One that said nothing for this long has stopped.
STOPPED_AFTER = timedelta(seconds=30)
#: How the names of clerks begin; every other name is a worker's.
_CLERK = "clerk "


class WorkerRunning(Conflict):
    """What was asked for must not happen beside a running worker."""

    code = "worker.running"


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """`facts` of a worker: relayer (address), balance (wei, decimal text), head, finalized, and `trouble`
    when the chain could not be asked. Those of a clerk: `duties` by name, with steps, failures, trouble.
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


def clerk_name(process: str) -> str:
    """The name under which a clerk speaks; `process` tells it from other clerks."""
    return f"{_CLERK}{process}"


def newest(conn: Connection) -> Heartbeat | None:
    """The last word of any worker."""
    return _newest(conn, ~heartbeats.c.worker.startswith(_CLERK))


def newest_of_clerks(conn: Connection) -> Heartbeat | None:
    """The last word of any clerk."""
    return _newest(conn, heartbeats.c.worker.startswith(_CLERK))


def _newest(conn: Connection, condition: ColumnElement[bool]) -> Heartbeat | None:
    query = select(heartbeats).where(condition).order_by(heartbeats.c.at.desc()).limit(1)
    found = conn.execute(query).one_or_none()
    return Heartbeat(found.worker, found.at, json.loads(found.facts)) if found else None


def expect_silence(conn: Connection, clock: Clock) -> None:
    """Raise WorkerRunning while a worker or a clerk is at work."""
    beat = _newest(conn, true())
    if beat is not None and clock.now() - beat.at < STOPPED_AFTER:
        raise WorkerRunning(
            f"A worker or clerk spoke less than {STOPPED_AFTER.seconds} s ago. Stop gateways, workers and "
            "clerks, wait as long, and run this again."
        )
