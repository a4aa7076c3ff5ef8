"""Documents on their way into the journal: read by themselves, then written together with others' that
wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from functools import partial
from typing import TypeVar

from fastapi import Request
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from suyuan.access import callers
from suyuan.access.model import Scope
from suyuan.api.gateway import Gateway, check_fresh, parts_of
from suyuan.database.line import Line
from suyuan.journal.capturing import capture, makes_id
from suyuan.journal.event import Thing
from suyuan.journal.intake import take_in
from suyuan.journal.model import CapturedEvent, Limits, SubmissionAccepted
from suyuan.journal.onboarding import onboard_document
from suyuan.journal.submit import Request as Submission
from suyuan.journal.submit import answered_before, read_document, submit_document, submit_events
from suyuan.kernel.errors import Forbidden, SuyuanError

#: Bodies up to this size are read where they arrive: handing them to a thread would take longer.
SMALL = 8_192
#: Events that are written where they arrive, as long as nothing in them is a container.
FEW = 8
#: What an event names without naming what lies in it.
_WITHOUT_CONTENTS = frozenset({"class", "lot"})
#: Threads that read large documents and make ids.
READERS = 4

_Answer = TypeVar("_Answer")


def limits_of(parts: Gateway) -> Limits:
    """What one submission may be at most, from the settings."""
    settings = parts.settings
    return Limits(settings.max_body_bytes, settings.max_events, settings.clock_skew_seconds)


async def take(http: Request, request: Submission, *, onboard: bool = False) -> SubmissionAccepted:
    """All of a document or nothing, durable when this returns; a dry run stores nothing.

    What is submitted is signed: a person proves shortly before that it is he. Raises ProofStale.
    """
    parts = parts_of(http)
    if not request.dry_run:
        check_fresh(parts, request.caller)
    if request.dry_run or onboard:
        return await _beside(http, partial(_take_alone, parts, request, onboard=onboard))
    line: Line = http.app.state.line
    try:
        captured = await _read(http, parts, request.body)
    except SuyuanError as error:
        return await run_in_threadpool(_answer_or, error, parts, request)
    is_long = len(request.body) > SMALL or reaches_far(captured)
    return await line.write(_work(parts, request, captured), is_long=is_long)


async def _read(http: Request, parts: Gateway, body: bytes) -> list[CapturedEvent]:
    limits = limits_of(parts)
    if len(body) > SMALL:
        return await _beside(http, partial(read_document, body, limits, parts.clock))
    document, events = take_in(body, limits, parts.clock.now())
    if any(makes_id(event) for event in events):
        return await _beside(http, partial(capture, document, events))
    return capture(document, events)


async def _beside(http: Request, work: Callable[[], _Answer]) -> _Answer:
    """On the readers' threads: large documents keep small ones waiting there, but no page."""
    readers: Executor = http.app.state.readers
    return await asyncio.get_running_loop().run_in_executor(readers, work)


def reaches_far(captured: Sequence[CapturedEvent]) -> bool:
    """Whether few bytes may stand for much: an event on a container is one on everything in it."""
    if len(captured) > FEW:
        return True
    return any(
        each.event.parent is not None or any(_may_hold(thing) for thing in each.event.all_things())
        for each in captured
    )


def _may_hold(thing: Thing) -> bool:
    """A URI of no known form among the quantities is taken for a lot, among the single things for a box."""
    if thing.obj.level == "other":
        return "uantityList/" not in thing.pointer
    return thing.obj.level not in _WITHOUT_CONTENTS


def _work(
    parts: Gateway, request: Submission, captured: list[CapturedEvent]
) -> Callable[[Connection], SubmissionAccepted]:
    def write(conn: Connection) -> SubmissionAccepted:
        callers.confirm(conn, parts.clock, request.caller)
        found = answered_before(conn, request)
        return found or submit_events(conn, parts.clock, request, captured, parts.receipt_signer)

    return write


def _answer_or(error: SuyuanError, parts: Gateway, request: Submission) -> SubmissionAccepted:
    """What was taken in once stays taken in, also where the rules for new documents became stricter."""
    with parts.database.reading() as conn:
        callers.confirm(conn, parts.clock, request.caller)
        found = answered_before(conn, request)
    if found is None:
        raise error
    return found


def _take_alone(parts: Gateway, request: Submission, *, onboard: bool) -> SubmissionAccepted:
    limits = limits_of(parts)
    if not onboard:
        with parts.database.reading() as conn:
            callers.confirm(conn, parts.clock, request.caller)
            return submit_document(conn, parts.clock, request, limits, parts.receipt_signer)
    if not request.caller.has(Scope.REGISTRAR):
        raise Forbidden("Only the registrar may have parties registered with a document.", code="token.scope")
    accepted = None
    with suppress(_UndoneError), parts.database.transaction() as conn:
        callers.confirm(conn, parts.clock, request.caller)
        onboard_document(conn, parts.clock, parts.keyring, request.body, limits)
        accepted = submit_document(conn, parts.clock, request, limits, parts.receipt_signer)
        if request.dry_run:
            raise _UndoneError
    assert accepted is not None  # noqa: S101 - else an error has passed through
    return accepted


class _UndoneError(Exception):
    """Takes back what a dry run has written."""
