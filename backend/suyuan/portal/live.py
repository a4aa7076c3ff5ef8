"""News as they come, by server-sent events: one look at the database a second for all who listen.

A listener hears its own party's notices, each with its position as the event's id, so that a browser which
comes back says by Last-Event-ID where it was; and changes of the submissions that its page shows. An event
says what has changed and no more: the page then asks for itself again, with all its rights.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from starlette.concurrency import run_in_threadpool

from suyuan.access import sessions
from suyuan.access.errors import SessionEnded
from suyuan.access.model import Caller
from suyuan.anchoring.queries import operations_of
from suyuan.database import Database
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import SuyuanError, TooLarge
from suyuan.notices import queries as notices
from suyuan.notices.model import Notice

log = logging.getLogger("suyuan.portal")

#: Seconds between two looks, and how often the listeners' sessions are asked after.
PACE = 1.0
SESSIONS_EVERY = timedelta(seconds=15)
PER_SESSION, PER_PROCESS = 6, 500
#: A listener that is this far behind is sent away; it comes back and says where it was.
MOST_WAITING = 200
#: Notices of one look. A browser that was away for longer is told only that there were some.
AT_ONCE = 500

Message = dict[str, str]


class TooManyListeners(TooLarge):
    """The session, or everybody together, listens too often already."""

    code = "live.too-many"


@dataclass(eq=False, slots=True)
class Listener:
    """One open page. `position`: the last notice it has; `states`: of submissions, as the page shows them."""

    caller: Caller
    party: int
    position: int
    states: dict[str, str]
    waiting: asyncio.Queue[Message | None] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))

    def give(self, message: Message | None) -> None:
        """Hand over a message; None ends it. One that does not keep up is ended."""
        if self.waiting.full():
            while not self.waiting.empty():
                self.waiting.get_nowait()
            message = None
        self.waiting.put_nowait(message)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one look found."""

    notices: list[Notice]
    states: dict[str, str]
    over: set[str]


class Feed:
    """Everybody who listens in this process. Looks only while somebody does."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._listeners: set[Listener] = set()
        self._task: asyncio.Task[None] | None = None
        self._asked_at = clock.now()

    def __len__(self) -> int:
        return len(self._listeners)

    async def listen(self, listener: Listener) -> AsyncIterator[Message]:
        """Messages until the session ends or whoever listens goes away. Raises TooManyListeners."""
        self._join(listener)
        try:
            while (message := await listener.waiting.get()) is not None:
                yield message
        finally:
            self._listeners.discard(listener)

    def check_room(self, caller: Caller) -> None:
        """Raises TooManyListeners."""
        own = Counter(each.caller.session for each in self._listeners)[caller.session]
        if own >= PER_SESSION or len(self._listeners) >= PER_PROCESS:
            raise TooManyListeners("Too many pages listen already; this one asks again by itself.")

    def _join(self, listener: Listener) -> None:
        self.check_room(listener.caller)
        self._listeners.add(listener)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._go_on())

    async def _go_on(self) -> None:
        while self._listeners:
            try:
                await self.turn()
            except SuyuanError as error:  # the database is away: the next look finds what came meanwhile
                log.warning("no news", extra={"reason": error.message})
            await asyncio.sleep(PACE)

    async def turn(self) -> None:
        """One look, and what it found handed to those whom it concerns."""
        listeners = list(self._listeners)
        if not listeners:
            return
        seen = await run_in_threadpool(self._look, listeners)
        for listener in listeners:
            for message in _news(listener, seen):
                listener.give(message)
            if listener.caller.session in seen.over:
                listener.give(None)

    def _look(self, listeners: list[Listener]) -> _Seen:
        watched = {each for listener in listeners for each in listener.states}
        with self._database.reading() as conn:
            found = notices.after(conn, None, min(each.position for each in listeners), AT_ONCE)
            states = {name: str(found.state) for name, found in operations_of(conn, watched).items()}
            over = self._over(conn, listeners)
        return _Seen(found, states, over)

    def _over(self, conn: Any, listeners: Iterable[Listener]) -> set[str]:
        """Sessions that have ended; asked after now and then."""
        now = self._clock.now()
        if now - self._asked_at < SESSIONS_EVERY:
            return set()
        self._asked_at = now
        over = set()
        for caller in {each.caller.session: each.caller for each in listeners}.values():
            try:
                sessions.confirm(conn, self._clock, caller)
            except SessionEnded:
                over.add(str(caller.session))
        return over


def _news(listener: Listener, seen: _Seen) -> list[Message]:
    """What of it this listener has not heard."""
    told = []
    for notice in seen.notices:
        position = notice.position or 0
        if position > listener.position:
            listener.position = position
            if notice.party == listener.party:
                facts = {"topic": notice.topic, "subject": notice.subject}
                told.append({"event": "notice", "id": str(position), "data": json.dumps(facts)})
    for name, state in seen.states.items():
        if listener.states.get(name, state) != state:
            listener.states[name] = state
            facts = {"submission": name, "state": state}
            told.append({"event": "submission", "data": json.dumps(facts)})
    return told


def missed(head: int) -> Message:
    """For a browser that was away for too long to be told everything: that there is news."""
    return {"event": "notice", "id": str(head), "data": json.dumps({"topic": "missed", "subject": ""})}
