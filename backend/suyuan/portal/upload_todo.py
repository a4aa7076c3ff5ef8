"""What is to be done about drafts: columns to confirm, rows to mend, sheets to sign."""

from __future__ import annotations

from sqlalchemy import Connection

from suyuan.access.model import Scope
from suyuan.kernel.clock import Clock
from suyuan.portal.session import Person
from suyuan.portal.todo import Todo, Urgency
from suyuan.uploads.model import State
from suyuan.uploads.queries import drafts_of

_LINES = 5
#: For whom which state is something to do, and the word for it.
_DUE = (
    ((Scope.DRAFT, Scope.SUBMIT), State.NEEDS_MAPPING, "uploads.todo.mapping"),
    ((Scope.DRAFT, Scope.SUBMIT), State.NEEDS_FIXES, "uploads.todo.fix"),
    ((Scope.SUBMIT,), State.VALID, "uploads.todo.sign"),
    ((Scope.SUBMIT,), State.SIGNING, "uploads.todo.sign"),
)


def drafts(conn: Connection, _clock: Clock, person: Person) -> list[Todo]:
    """The newest drafts that wait for this person."""
    if person.caller.party is None:
        return []
    return [
        Todo(
            Urgency.WAITING,
            word,
            f"/supplier/drafts/{each.id}",
            {"name": each.file_name, "n": each.good if word.endswith("sign") else each.faulty},
        )
        for scopes, state, word in _DUE
        if person.caller.scopes.intersection(scopes)
        for each in drafts_of(conn, person.caller, (state,), limit=_LINES)
    ]
