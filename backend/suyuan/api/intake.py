"""Documents on their way into the journal: read by themselves, then written together with others' that
wait.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from fastapi import Request
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool

from suyuan.access import tokens
from suyuan.access.model import Scope
from suyuan.api.gateway import Gateway, parts_of
from suyuan.database.line import Line
from suyuan.journal.model import CapturedEvent, Limits, SubmissionAccepted
from suyuan.journal.onboarding import onboard_document
from suyuan.journal.submit import Request as Submission
from suyuan.journal.submit import answered_before, read_document, submit_document, submit_events
from suyuan.kernel.errors import Forbidden, SuyuanError

#: Bodies up to this size are read where they arrive: handing them to a thread would take longer.
SMALL = 8_192


def limits_of(parts: Gateway) -> Limits:
    """What one submission may be at most, from the settings."""
    settings = parts.settings
    return Limits(settings.max_body_bytes, settings.max_events, settings.clock_skew_seconds)


async def take(http: Request, request: Submission, *, onboard: bool = False) -> SubmissionAccepted:
    """All of a document or nothing, durable when this returns; a dry run stores nothing."""
    parts = parts_of(http)
    if request.dry_run or onboard:
        return await run_in_threadpool(_take_alone, parts, request, onboard=onboard)
    line: Line = http.app.state.line
    is_long = len(request.body) > SMALL
    try:
        if not is_long and _has_ids(request.body):
            captured = read_document(request.body, limits_of(parts), parts.clock)
        else:
            captured = await run_in_threadpool(read_document, request.body, limits_of(parts), parts.clock)
    except SuyuanError as error:
        return await run_in_threadpool(_answer_or, error, parts, request)
    return await line.write(_work(parts, request, captured), is_long=is_long)


def _has_ids(body: bytes) -> bool:
    """Whether every event seems to bring its id; making ids takes long, and one document at a time."""
    return body.count(b'"eventID"') >= body.count(b'"eventTime"')


def _work(
    parts: Gateway, request: Submission, captured: list[CapturedEvent]
) -> Callable[[Connection], SubmissionAccepted]:
    def write(conn: Connection) -> SubmissionAccepted:
        tokens.confirm(conn, parts.clock, request.caller)
        found = answered_before(conn, request)
        return found or submit_events(conn, parts.clock, request, captured, parts.receipt_signer)

    return write


def _answer_or(error: SuyuanError, parts: Gateway, request: Submission) -> SubmissionAccepted:
    """What was taken in once stays taken in, also where the rules for new documents became stricter."""
    with parts.database.reading() as conn:
        tokens.confirm(conn, parts.clock, request.caller)
        found = answered_before(conn, request)
    if found is None:
        raise error
    return found


def _take_alone(parts: Gateway, request: Submission, *, onboard: bool) -> SubmissionAccepted:
    limits = limits_of(parts)
    if not onboard:
        with parts.database.reading() as conn:
            tokens.confirm(conn, parts.clock, request.caller)
            return submit_document(conn, parts.clock, request, limits, parts.receipt_signer)
    if not request.caller.has(Scope.REGISTRAR):
        raise Forbidden("Only the registrar may have parties registered with a document.", code="token.scope")
    accepted = None
    with suppress(_UndoneError), parts.database.transaction() as conn:
        tokens.confirm(conn, parts.clock, request.caller)
        onboard_document(conn, parts.clock, parts.keyring, request.body, limits)
        accepted = submit_document(conn, parts.clock, request, limits, parts.receipt_signer)
        if request.dry_run:
            raise _UndoneError
    assert accepted is not None  # noqa: S101 - else an error has passed through
    return accepted


class _UndoneError(Exception):
    """Takes back what a dry run has written."""
