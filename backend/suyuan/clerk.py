"""`suyuan clerk`: slow duties beside the relayer, each in a thread of its own with a pause between its steps.

A clerk may be killed between any two instructions, and several may run at once. So a step does one bounded
piece of work, and its effect and the note that it is done are committed in one transaction; what a step takes
in hand it claims by state (`database.claims`). Then a kill loses and doubles nothing: the next clerk finds
the state from before, or the state from after.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from sqlalchemy import Connection

from suyuan import bootstrap
from suyuan.access import sweeping, trail
from suyuan.anchoring import heartbeats, telling
from suyuan.anchoring.lease import owner_name
from suyuan.bootstrap import System
from suyuan.config.logs import log_to_stderr
from suyuan.config.settings import Settings
from suyuan.couriers import send_webhooks
from suyuan.database.errors import DatabaseUnavailable
from suyuan.inspections import record as inspected
from suyuan.journal.model import Limits
from suyuan.journal.prepare import forget_expired
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import SuyuanError
from suyuan.notices import queries as notices
from suyuan.notices.tell import give_positions
from suyuan.parties import recovery, succession
from suyuan.qualification import expiry
from suyuan.uploads.duty import Desk
from suyuan.uploads.steps import check_next, submit_next
from suyuan.webhooks import queries as webhook_logs
from suyuan.webhooks import spread

log = logging.getLogger("suyuan.clerk")

BEAT_SECONDS = 5.0
#: Endpoints that are sent to side by side: a slow one holds up one of these.
WEBHOOK_THREADS = 4
#: After a step that failed, the pause is at least this long (seconds).
AFTER_FAILURE = 5.0

#: This process among all clerks, for claims that outlive a step.
PROCESS = owner_name()

Step = Callable[[System], bool]


@dataclass(frozen=True, slots=True)
class Duty:
    """`step` does one bounded piece of work in transactions of its own; True when more is at hand, and then
    the next step follows at once, else after `pause` seconds.
    """

    name: str
    pause: float
    step: Step


def in_one_transaction(verb: Callable[[Connection, Clock], object]) -> Step:
    """A step that calls a room's verb once. Its answer counts as "more at hand" only when it is True."""

    def step(system: System) -> bool:
        with system.database.transaction() as conn:
            return verb(conn, system.clock) is True

    return step


def when_due(due: Callable[[Connection], bool], verb: Callable[[Connection, Clock], object]) -> Step:
    """The same after a look that takes no writer's place: for duties with a short pause."""
    write = in_one_transaction(verb)

    def step(system: System) -> bool:
        with system.database.reading() as conn:
            is_due = due(conn)
        return is_due and write(system)

    return step


def _at_the_desk(work: Callable[[Desk], bool]) -> Step:
    """A step on drafts of uploads."""

    def step(system: System) -> bool:
        settings = system.settings
        limits = Limits(settings.max_body_bytes, settings.max_events, settings.clock_skew_seconds)
        signer = bootstrap.receipt_signer(system.keys.receipt, system.identity)
        return work(Desk(system.database, system.clock, limits, signer, PROCESS))

    return step


#: Rooms add their duties here, one line each.
DUTIES: tuple[Duty, ...] = (
    Duty("heads of the audit trail", 15.0, when_due(trail.is_head_waiting, trail.anchor_head)),
    Duty("sessions of long ago", 600.0, in_one_transaction(sweeping.sweep)),
    Duty("ends of submissions", 1.0, when_due(telling.is_due, telling.tell_ends)),
    Duty("uploads: rows", 0.5, _at_the_desk(check_next)),
    Duty("uploads: submissions", 0.5, _at_the_desk(submit_next)),
    Duty("papers that run out", 300.0, in_one_transaction(expiry.expire)),
    Duty("keys that follow others", 2.0, when_due(succession.is_due, succession.finish_successions)),
    Duty("keys after a loss", 5.0, when_due(recovery.is_due, recovery.finish_recoveries)),
    Duty("submissions nobody signed", 300.0, in_one_transaction(forget_expired)),
    Duty("positions of notices", 0.5, when_due(notices.is_waiting, give_positions)),
    Duty("inspections told elsewhere", 1.0, when_due(inspected.is_due, inspected.gather)),
    Duty("notices for webhooks", 0.5, when_due(spread.is_due, spread.spread)),
    *(Duty(f"webhooks {n}", 1.0, send_webhooks) for n in range(1, WEBHOOK_THREADS + 1)),
    Duty("old logs of webhooks", 600.0, in_one_transaction(webhook_logs.forget_old)),
)


@dataclass(slots=True)
class Record:
    """How a duty fares: steps done, failures in a row, the last failure's sentence (None: it went well)."""

    steps: int = 0
    failures: int = 0
    trouble: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {"steps": self.steps, "failures": self.failures, "trouble": self.trouble}


@dataclass(slots=True)
class Clerk:
    """One process's duties."""

    system: System
    duties: Iterable[Duty] = DUTIES
    records: dict[str, Record] = field(default_factory=dict)

    def work(self, stop: threading.Event) -> None:
        """Return when `stop` is set and every step under way has ended."""
        name = heartbeats.clerk_name(f"{socket.gethostname()}:{os.getpid()}")
        threads = []
        for duty in self.duties:
            record = self.records.setdefault(duty.name, Record())
            arguments = (duty, record, stop)
            threads.append(threading.Thread(target=self._attend, args=arguments, name=duty.name))
        for thread in threads:
            thread.start()
        log.info("clerk started", extra={"clerk": name, "duties": [*self.records]})
        while not stop.is_set():
            self._beat(name)
            stop.wait(BEAT_SECONDS)
        for thread in threads:
            thread.join()
        log.info("clerk stopped", extra={"clerk": name})

    def _attend(self, duty: Duty, record: Record, stop: threading.Event) -> None:
        while not stop.is_set():
            pause = take_step(self.system, duty, record)
            if pause:
                stop.wait(pause)

    def _beat(self, name: str) -> None:
        facts = {"duties": {each: record.as_json() for each, record in sorted(self.records.items())}}
        try:
            with self.system.database.transaction() as conn:
                heartbeats.beat(conn, self.system.clock, name, facts)
        except SuyuanError as error:
            log.warning("heartbeat not written", extra={"reason": error.message})
        except Exception:  # a heart that stops would call the clerk dead while it works
            log.exception("heartbeat failed")


def take_step(system: System, duty: Duty, record: Record) -> float:
    """Do one step and note how it went; the seconds to wait before the next. Raises nothing: whatever one
    duty meets, the others go on.
    """
    try:
        is_more = duty.step(system)
    except DatabaseUnavailable as error:
        log.warning("duty put off", extra={"duty": duty.name, "reason": error.message})
        trouble = error.message
    except Exception as error:
        log.exception("duty failed", extra={"duty": duty.name})
        trouble = f"{type(error).__name__}: {error}"[:500]
    else:
        record.steps += 1
        record.failures, record.trouble = 0, None
        return 0 if is_more else duty.pause
    record.failures += 1
    record.trouble = trouble
    return max(duty.pause, AFTER_FAILURE)


def collect_seldom() -> None:
    """Look for garbage in rings seldom: a sheet makes millions of small values, hardly any in a ring, and
    looking through them took a fifth of the clerk's time.
    """
    gc.freeze()
    gc.set_threshold(200_000, 50, 50)


def run(settings: Settings) -> None:
    """Work until SIGTERM or Ctrl-C. Raises SuyuanError when settings, keys or chain are wrong."""
    log_to_stderr()
    stop = threading.Event()

    def asked(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, asked)
    system = bootstrap.open_system(settings)
    collect_seldom()
    try:
        bootstrap.check_database(settings)
        bootstrap.check_chain(system)
        Clerk(system).work(stop)
    finally:
        system.database.close()
