"""What is to be done about handovers: goods stand at the door until somebody answers."""

from __future__ import annotations

from sqlalchemy import Connection

from suyuan.access.model import Scope
from suyuan.handovers.queries import Wanted, listed
from suyuan.kernel.clock import Clock
from suyuan.portal.handover_view import names_of
from suyuan.portal.session import Person
from suyuan.portal.todo import Todo, Urgency
from suyuan.portal.words import words

_LINES = 5


def incoming(conn: Connection, _clock: Clock, person: Person) -> list[Todo]:
    """Goods that wait for the party's answer, and what comes back to it."""
    if person.caller.party is None or not person.caller.has(Scope.HANDOVER):
        return []
    found = listed(conn, person.caller, Wanted("in", is_open=True, limit=_LINES))
    names = names_of(conn, found)
    named = words(person.language).name
    return [
        Todo(
            Urgency.NOW,
            "handovers.todo.back" if each.returns else "handovers.todo.answer",
            f"/supplier/handovers/{each.id}",
            {"party": named(names.get(each.sender))},
        )
        for each in found
    ]
