"""`/supplier/live`: what the pages of one person listen to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Header, Query, Request
from sqlalchemy import Connection
from sse_starlette import EventSourceResponse

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
    """News of the person's party since the page was made (`since`, a position; after a break Last-Event-ID),
    and of submissions, each given as "id.state" with the state that the page shows.

    Raises SubmissionUnknown for one that is not the party's, TooManyListeners.
    """
    feed = feed_of(request.app.state, parts)
    feed.check_room(person.caller)
    shown = dict(each.partition(".")[::2] for each in submission or [])
    with parts.database.reading() as conn:
        for each in shown:
            queries.submission(conn, each, person.caller)
        head = notices.head(conn)
    listener = Listener(person.caller, person.number, head, shown)
    since = last_event_id or request.query_params.get("since", "")
    if since.isascii() and since.isdecimal() and len(since) < 19:
        listener.position = min(int(since), head)
    if listener.position < head - AT_ONCE:
        listener.position = head
        listener.give(missed(head))
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return EventSourceResponse(feed.listen(listener), ping=HEARTBEAT, headers=headers)


def live_href(conn: Connection, ways: Iterable[tuple[str, str]] = ()) -> str:
    """Where a page listens that is made now, and shows these submissions (id, state)."""
    pairs = [("since", str(notices.head(conn)))]
    pairs += [("submission", f"{name}.{state}") for name, state in list(ways)[:MOST_FOLLOWED]]
    return f"/supplier/live?{urlencode(pairs)}"


def feed_of(state: object, parts: Gateway) -> Feed:
    """The application's own; made when first asked for."""
    found = getattr(state, "portal_feed", None)
    if found is None:
        found = Feed(parts.database, parts.clock)
        state.portal_feed = found  # type: ignore[attr-defined]
    assert isinstance(found, Feed)  # noqa: S101 - nobody else sets it
    return found
