"""`/supplier/live`: what the pages of one person listen to."""

from __future__ import annotations

from typing import Annotated

from fastapi import Header, Query, Request
from sse_starlette import EventSourceResponse

from suyuan.anchoring.queries import operations_of
from suyuan.api.gateway import Gateway, GatewayPart
from suyuan.journal import queries
from suyuan.notices import queries as notices
from suyuan.portal.frame import portal_router
from suyuan.portal.live import AT_ONCE, Feed, Listener, missed
from suyuan.portal.session import Member

router = portal_router()

#: Submissions that one page may follow, and seconds between two signs of life.
MOST_FOLLOWED = 50
HEARTBEAT = 20


@router.get("/supplier/live")
def live(
    request: Request,
    parts: GatewayPart,
    person: Member,
    submission: Annotated[list[str] | None, Query(max_length=MOST_FOLLOWED)] = None,
    last_event_id: Annotated[str, Header()] = "",
) -> EventSourceResponse:
    """News of the person's party, from now on or from the last that this browser got, and of submissions.

    Raises SubmissionUnknown for one that is not the party's, TooManyListeners.
    """
    feed = feed_of(request.app.state, parts)
    feed.check_room(person.caller)
    with parts.database.reading() as conn:
        for each in submission or []:
            queries.submission(conn, each, person.caller)
        states = {name: str(found.state) for name, found in operations_of(conn, submission or []).items()}
        head = notices.head(conn)
    listener = Listener(person.caller, person.number, head, dict.fromkeys(submission or [], "") | states)
    if last_event_id.isascii() and last_event_id.isdecimal() and len(last_event_id) < 19:
        listener.position = min(int(last_event_id), head)
    if listener.position < head - AT_ONCE:
        listener.position = head
        listener.give(missed(head))
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return EventSourceResponse(feed.listen(listener), ping=HEARTBEAT, headers=headers)


def feed_of(state: object, parts: Gateway) -> Feed:
    """The application's own; made when first asked for."""
    found = getattr(state, "portal_feed", None)
    if found is None:
        found = Feed(parts.database, parts.clock)
        state.portal_feed = found  # type: ignore[attr-defined]
    assert isinstance(found, Feed)  # noqa: S101 - nobody else sets it
    return found
