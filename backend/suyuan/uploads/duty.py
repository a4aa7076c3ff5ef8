"""The clerk's side: drafts taken in hand one at a time, each by one clerk.

The claim gives calm; safety is in the writes, each of which asks whether the draft is still the claimant's
and still as he found it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, or_, select, update

from suyuan.anchoring.lease import is_gone, owner_name
from suyuan.database import Database
from suyuan.database.claims import claim
from suyuan.journal.model import Limits
from suyuan.journal.receipts import ReceiptSigner
from suyuan.kernel.clock import Clock
from suyuan.uploads import repository
from suyuan.uploads import tables as t
from suyuan.uploads.model import Draft, State

#: A clerk that wrote nothing for this long has lost the draft to others.
HELD_FOR = timedelta(seconds=60)


class Overtaken(Exception):
    """The draft is no longer this clerk's to work on; nothing of the transaction stays."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What a clerk's work on drafts needs; `name` is the process's among all clerks."""

    database: Database
    clock: Clock
    limits: Limits
    signer: ReceiptSigner
    name: str = field(default_factory=owner_name)

    def take(self, *states: State) -> Draft | None:
        """The draft in one of the states that waits longest, now ours; None when there is none."""
        c, now = t.drafts.c, self.clock.now()
        free = or_(c.clerk.is_(None), c.until < now, c.clerk == self.name)
        mine = {"clerk": self.name, "until": now + HELD_FOR}
        with self.database.reading() as conn:
            if not _is_waiting(conn, states):
                return None
        with self.database.transaction() as conn:
            _free_from_the_dead(conn, self.clock)
            waiting = c.state.in_(states) & free
            taken = claim(conn, t.drafts, waiting, mine, order=[c.work_at.asc(), c.id])
        return repository.draft_of(taken[0]) if taken else None

    def write(self, conn: Connection, draft: Draft, values: Mapping[str, Any]) -> None:
        """Change the draft as long as it is ours and as we found it. Raises Overtaken."""
        now = self.clock.now()
        row = {"until": now + HELD_FOR, "work_at": now, **values}
        if not repository.update_draft(conn, draft.id, row, *self.conditions(draft)):
            raise Overtaken

    def conditions(self, draft: Draft) -> tuple[Any, ...]:
        """What must be so for our writes."""
        c = t.drafts.c
        return c.clerk == self.name, c.version == draft.version, c.state == draft.state

    def begin(self, conn: Connection, draft: Draft, state: State, total: int) -> None:
        """Enter the state that the work is called, with its progress at nothing."""
        now = self.clock.now()
        self.write(
            conn, draft, {"state": state, "done": 0, "total": total, "work_since": now, "updated_at": now}
        )

    def end(self, conn: Connection, draft: Draft, state: State, values: Mapping[str, Any]) -> None:
        """Leave the draft in `state` to whoever is next."""
        free = {"clerk": None, "until": None, "updated_at": self.clock.now()}
        self.write(conn, draft, {**values, "state": state, **free})


def _is_waiting(conn: Connection, states: tuple[State, ...]) -> bool:
    found = select(t.drafts.c.id).where(t.drafts.c.state.in_(states)).limit(1)
    return conn.execute(found).first() is not None


def _free_from_the_dead(conn: Connection, clock: Clock) -> None:
    """A draft need not wait for the end of a claim whose process on this machine is no more."""
    c = t.drafts.c
    claims = select(c.clerk).where(c.clerk.is_not(None), c.until >= clock.now()).distinct()
    gone = [name for name in conn.execute(claims).scalars() if is_gone(name)]
    if gone:
        conn.execute(update(t.drafts).where(c.clerk.in_(gone)).values(clerk=None, until=None))
