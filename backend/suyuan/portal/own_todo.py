"""What is to be done about submissions and lots."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from suyuan.access.model import Scope
from suyuan.anchoring.reach import Reach
from suyuan.journal.submission_list import Wanted, find_submissions
from suyuan.kernel.clock import Clock
from suyuan.portal.session import Person
from suyuan.portal.submission_view import short
from suyuan.portal.todo import Todo, Urgency

#: A rejection is shown for so long; afterwards it stands in the list of submissions.
RECENT = timedelta(days=14)
_LINES = 5


def rejected(conn: Connection, clock: Clock, person: Person) -> list[Todo]:
    """Submissions that the ledger sent back: each has to be told anew, put right."""
    if not person.caller.has(Scope.DRAFT) or person.caller.party is None:
        return []
    wanted = Wanted(Reach.REJECTED, since=clock.now() - RECENT)
    found = find_submissions(conn, person.caller.party, wanted, 0, _LINES)
    return [
        Todo(
            Urgency.NOW,
            "submissions.todo.rejected",
            f"/supplier/submissions/{each.submission.id}",
            {"n": each.submission.events, "id": short(each.submission.id)},
        )
        for each in found
    ]
