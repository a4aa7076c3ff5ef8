"""Finding a draft for who asks, and opening it to a change: whose it is, and which version he has seen."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from suyuan.access.model import Caller
from suyuan.kernel.clock import Clock
from suyuan.uploads import repository
from suyuan.uploads import tables as t
from suyuan.uploads.errors import DraftChanged, DraftLocked, DraftState, DraftUnknown
from suyuan.uploads.model import EDITABLE, LOCKED_FOR, Draft, State


def find(conn: Connection, caller: Caller, identifier: str) -> Draft:
    """The draft, if the caller may see it. Raises DraftUnknown, also for another party's."""
    row = conn.execute(select(t.drafts).where(t.drafts.c.id == identifier)).one_or_none()
    draft = None if row is None else repository.draft_of(row)
    if draft is None or not caller.sees(draft.party):
        raise DraftUnknown("There is no such upload.")
    return draft


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for a change, of which draft, and which version of it he has seen. `take_over`: also while
    another is at work on it.
    """

    caller: Caller
    draft: str
    version: int
    take_over: bool = False


def open_for_change(
    conn: Connection, clock: Clock, asked: Asked, states: Collection[State] = EDITABLE
) -> Draft:
    """Lock the draft for a change.

    Raises DraftUnknown, DraftState; DraftChanged with what others did since; DraftLocked while another is at
    work, unless the caller takes it over.
    """
    draft = repository.lock_draft(conn, asked.draft)
    if not asked.caller.acts_for(draft.party):
        raise DraftUnknown("There is no such upload.")
    if draft.version != asked.version:
        raise DraftChanged(draft.version, repository.changes_of(conn, draft.id, asked.version))
    if draft.state not in states:
        raise DraftState(f"A draft that is {draft.state} cannot be changed like this.")
    if holder_of(clock, draft, asked.caller) and not asked.take_over:
        raise DraftLocked(f"{draft.owner_name} is at work on this draft; take it over if you must.")
    return draft


def change(  # noqa: PLR0913, PLR0917 - who did what to what
    conn: Connection, clock: Clock, asked: Asked, draft: Draft, what: dict[str, Any], values: dict[str, Any]
) -> Draft:
    """Write a person's change: the next version, and the draft his for a while."""
    caller, now = asked.caller, clock.now()
    repository.note_change(conn, clock, draft, (caller.token, caller.name), what)
    owned = {"owner": caller.token, "owner_name": caller.name, "owned_at": now}
    row = {"version": draft.version + 1, "updated_at": now, **owned, **free_values(), **values}
    repository.update_draft(conn, draft.id, row)
    return repository.lock_draft(conn, draft.id)


def holder_of(clock: Clock, draft: Draft, caller: Caller) -> str | None:
    """The name of the other person who has the draft to himself now."""
    held = draft.owner != caller.token and clock.now() - draft.owned_at < LOCKED_FOR
    return draft.owner_name if held and draft.state in EDITABLE else None


def free_values() -> dict[str, Any]:
    """What takes the draft out of a clerk's hands, and begins its progress anew."""
    return {"clerk": None, "until": None, "done": 0, "total": 0, "work_since": None, "work_at": None}


#: What a correction takes back: documents and manifest were of other rows.
UNPREPARED: dict[str, Any] = {
    "choice": None,
    "samples": None,
    "summary": None,
    "root": None,
    "documents": 0,
    "trouble": None,
}
