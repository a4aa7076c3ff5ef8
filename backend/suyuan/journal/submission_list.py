"""A party's submissions, looked through by how far they have come and by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from suyuan.anchoring.queries import operations_of
from suyuan.anchoring.reach import Reach, has_come
from suyuan.journal import repository
from suyuan.journal import tables as t
from suyuan.journal.queries import SubmissionState


@dataclass(frozen=True, slots=True)
class Wanted:
    """None is no condition. `since` and `before` are when it was received: from (>=) and before (<)."""

    reach: Reach | None = None
    since: datetime | None = None
    before: datetime | None = None


def find_submissions(
    conn: Connection, party: int, wanted: Wanted, below: int, limit: int
) -> list[SubmissionState]:
    """The newest first, those with a position below `below` (0: from the newest)."""
    c = t.submissions.c
    query = select(c.position).where(c.party == party).order_by(c.position.desc()).limit(limit)
    if below:
        query = query.where(c.position < below)
    if wanted.reach is not None:
        query = query.where(has_come(c.id, wanted.reach))
    if wanted.since is not None:
        query = query.where(c.received_at >= wanted.since)
    if wanted.before is not None:
        query = query.where(c.received_at < wanted.before)
    positions = list(conn.execute(query).scalars())
    found = repository.submissions_where(conn, c.position.in_(positions))[::-1]
    operations = operations_of(conn, [each.id for each in found])
    return [SubmissionState(each, operations.get(each.id)) for each in found]
