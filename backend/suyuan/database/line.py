"""Writers in line: what several callers want written at the same moment goes into one transaction.

A commit waits for the disk, and on SQLite writers are alone anyway. So each takes its turn under a savepoint
of its own, one commit makes all of it durable, and only then is anybody answered. PostgreSQL commits side by
side by itself: there each has a transaction of its own, on a few threads.

On SQLite the turns run in the event loop itself. A thread beside it gives the interpreter lock away with
every statement and gets it back late: measured with 64 connections, that took twice as long. Long turns,
and turns for which another writer must be waited, go to a thread all the same.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from suyuan.database.engine import Database
from suyuan.database.errors import DatabaseUnavailable
from suyuan.database.prepared import Prepared

#: What one transaction in the event loop takes at most: turns, and seconds that nobody else is served.
MOST = 64
HOLD_SECONDS = 0.03

#: Threads on PostgreSQL, each with a connection; more of them mostly wait for the interpreter.
SIDE_BY_SIDE = 4

_SAVEPOINT = Prepared(text("SAVEPOINT turn"))
_RELEASE = Prepared(text("RELEASE SAVEPOINT turn"))
_UNDO = Prepared(text("ROLLBACK TO SAVEPOINT turn"))

_Answer = TypeVar("_Answer")


@dataclass(slots=True)
class _Turn:
    work: Callable[[Connection], Any]
    is_long: bool
    answer: asyncio.Future[Any]
    result: Any = None
    error: Exception | None = None


class Line:
    """The line of writers of one event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[_Turn] = deque()
        self._is_moving = False
        count = 1 if database.is_sqlite else SIDE_BY_SIDE
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="line")

    async def write(self, work: Callable[[Connection], _Answer], *, is_long: bool = False) -> _Answer:
        """What `work` gives on a writing connection, once it is durable. `is_long`: it takes more than a
        few milliseconds. Raises what it raises, or DatabaseUnavailable; then nothing of it is stored.
        """
        loop = asyncio.get_running_loop()
        if not self._database.is_sqlite:
            return await loop.run_in_executor(self._threads, self._alone, work)
        turn = _Turn(work, is_long, loop.create_future())
        self._waiting.append(turn)
        if not self._is_moving:
            self._is_moving = True
            loop.call_soon(self._move, loop)
        answer: _Answer = await turn.answer
        return answer

    def _alone(self, work: Callable[[Connection], _Answer]) -> _Answer:
        with self._database.transaction() as conn:
            return work(conn)

    def _move(self, loop: asyncio.AbstractEventLoop) -> None:
        """One transaction with those who wait now."""
        batch = _Batch(self._waiting)
        if not batch.is_long and batch.run_at_once(self._database):
            self._go_on(loop, batch)
            return
        done = loop.run_in_executor(self._threads, batch.run, self._database)
        done.add_done_callback(lambda _: self._go_on(loop, batch))

    def _go_on(self, loop: asyncio.AbstractEventLoop, batch: _Batch) -> None:
        batch.answer()
        self._waiting.extendleft(reversed(batch.turns[batch.taken :]))
        self._is_moving = bool(self._waiting)
        if self._waiting:
            loop.call_soon(self._move, loop)


@dataclass(slots=True)
class _Batch:
    """Turns of one transaction; of `turns` the first `taken` had theirs. A long turn goes alone."""

    waiting: deque[_Turn]
    turns: list[_Turn] = field(default_factory=list)
    taken: int = 0
    is_long: bool = False
    _has_begun: bool = False

    def __post_init__(self) -> None:
        while self.waiting and len(self.turns) < MOST and not (self.turns and self.waiting[0].is_long):
            self.turns.append(self.waiting.popleft())
            if self.turns[-1].is_long:
                self.is_long = True
                break

    def run_at_once(self, database: Database) -> bool:
        """False when another writer would have to be waited for; then nothing was done."""
        try:
            with database.at_once() as conn:
                self._take_turns(conn)
        except DatabaseUnavailable as error:
            if not self._has_begun:
                return False
            self._fail(error)
        except Exception as error:  # noqa: BLE001 - whoever waits gets it
            self._fail(error)
        return True

    def run(self, database: Database) -> None:
        """The same, waiting for other writers; for a thread."""
        try:
            with database.transaction() as conn:
                self._take_turns(conn)
        except Exception as error:  # noqa: BLE001 - whoever waits gets it
            self.taken = self.taken if self._has_begun else len(self.turns)
            self._fail(error)

    def answer(self) -> None:
        """Tell everybody who had a turn; in the event loop."""
        for turn in self.turns[: self.taken]:
            if turn.answer.cancelled():
                continue
            if turn.error is not None:
                turn.answer.set_exception(turn.error)
            else:
                turn.answer.set_result(turn.result)

    def _fail(self, error: Exception) -> None:
        for turn in self.turns[: self.taken]:
            turn.error = turn.error or error

    def _take_turns(self, conn: Connection) -> None:
        self._has_begun = True
        until = time.monotonic() + HOLD_SECONDS
        for turn in self.turns:
            self.taken += 1
            if not turn.answer.cancelled():
                _take(conn, turn)
            if time.monotonic() >= until:
                return


def _take(conn: Connection, turn: _Turn) -> None:
    _SAVEPOINT.run(conn, {})
    try:
        turn.result = turn.work(conn)
    except OperationalError:
        raise  # the database itself is in trouble: nobody's turn counts
    except Exception as error:  # noqa: BLE001 - it is for who asked
        # Where SQLite has ended the transaction by itself this raises too, and nobody's turn counts.
        _UNDO.run(conn, {})
        turn.error = error
    _RELEASE.run(conn, {})
