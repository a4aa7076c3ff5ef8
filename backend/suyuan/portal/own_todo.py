"""What is to be done about submissions and lots."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from suyuan.access.model import Scope
from suyuan.anchoring.reach import Reach
from suyuan.inspections.queries import proposal_of
from suyuan.journal.submission_list import Wanted, find_submissions
from suyuan.kernel.clock import Clock
from suyuan.kernel.hashing import to_hex
from suyuan.kernel.identity import identify
from suyuan.notices.queries import latest
from suyuan.portal.goods import code_of
from suyuan.portal.session import Person
from suyuan.portal.submission_view import short
from suyuan.portal.todo import Todo, Urgency

#: A rejection is shown for so long; afterwards it stands in the list of submissions.
RECENT = timedelta(days=14)
_LINES = 5
#: Among so many of the newest notices, proposals of holds are looked for.
_LOOKED = 200


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


def held_back(conn: Connection, _clock: Clock, person: Person) -> list[Todo]:
    """Lots of the party that failed a test or an inspection, until quality staff has decided."""
    if person.caller.party is None:
        return []
    told = [each for each in latest(conn, person.caller.party, _LOOKED) if each.topic == "hold.proposed"]
    found = [proposal_of(conn, int(each.subject)) for each in told]
    return [
        Todo(
            Urgency.NOW,
            "lots.todo.held",
            f"/supplier/lots/{to_hex(each.lot_id)}",
            {"code": code_of(identify(each.uri))},
        )
        for each in found
        if each.state == "open"
    ][:_LINES]
