"""How many applications one place may begin: what people do by hand fits, what programs do does not."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from sqlalchemy import Connection, func, insert, select

from suyuan.database import hold
from suyuan.kernel.clock import Clock
from suyuan.qualification.errors import TooManyApplications
from suyuan.qualification.model import day_of
from suyuan.qualification.tables import arrivals

#: In an hour from one place, and from all places together.
FROM_ONE = 5
FROM_ALL = 200
_HOUR = timedelta(hours=1)


def arrive(conn: Connection, clock: Clock, place: str) -> None:
    """Count one beginning from this network address. Raises TooManyApplications beyond the limit.

    The address itself is not kept: its hash with the day, for two days.
    """
    hold(conn, "qualification", "arrivals")
    hashed = hashlib.sha256(f"{day_of(clock.now())} {place}".encode()).digest()
    recent = select(func.count()).select_from(arrivals).where(arrivals.c.at > clock.now() - _HOUR)
    if int(conn.execute(recent.where(arrivals.c.place == hashed)).scalar_one()) >= FROM_ONE:
        raise TooManyApplications(
            "Several applications were begun from your network; come back in an hour.", 3600
        )
    if int(conn.execute(recent).scalar_one()) >= FROM_ALL:
        raise TooManyApplications("Very many applications are coming in; come back in an hour.", 3600)
    conn.execute(insert(arrivals).values(place=hashed, at=clock.now()))
