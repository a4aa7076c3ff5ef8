"""What the clerk does with drafts, one step at a time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from suyuan.uploads import repository
from suyuan.uploads import tables as t
from suyuan.uploads.duty import Desk, Overtaken
from suyuan.uploads.model import Draft, State
from suyuan.uploads.preparing import prepare
from suyuan.uploads.reading import check
from suyuan.uploads.submitting import begin, submit_some

log = logging.getLogger("suyuan.uploads")

#: How long a draft waits whose work failed in a way that nobody foresaw.
PUT_OFF = timedelta(seconds=30)

_WORK: dict[State, Callable[[Desk, Draft], None]] = {
    State.UPLOADED: check,
    State.CHECKING: check,
    State.PREPARING: prepare,
    State.SIGNED: begin,
    State.SUBMITTING: submit_some,
}


def check_next(desk: Desk) -> bool:
    """Judge the next draft's rows, or make its documents. True when there was one."""
    return _next(desk, State.UPLOADED, State.CHECKING, State.PREPARING)


def submit_next(desk: Desk) -> bool:
    """Submit some documents of the next signed draft. True when there was one."""
    return _next(desk, State.SIGNED, State.SUBMITTING)


def _next(desk: Desk, *states: State) -> bool:
    draft = desk.take(*states)
    if draft is None:
        return False
    try:
        _WORK[draft.state](desk, draft)
    except Overtaken:
        log.info("upload was changed meanwhile", extra={"upload": draft.id})
    except Exception:
        _put_off(desk, draft)
        raise
    return True


def _put_off(desk: Desk, draft: Draft) -> None:
    """Let others have their turn before this one is tried again."""
    later = {"clerk": "later", "until": desk.clock.now() + PUT_OFF}
    with desk.database.transaction() as conn:
        repository.update_draft(conn, draft.id, later, t.drafts.c.clerk == desk.name)
