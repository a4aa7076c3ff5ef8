"""A supplier's submissions: the list, each one's receipt, and how far it has come."""

from __future__ import annotations

from enum import StrEnum

import orjson
from fastapi import Request, Response

from suyuan.anchoring.reach import Reach
from suyuan.api.gateway import GatewayPart
from suyuan.journal import queries
from suyuan.journal.submission_list import Wanted, find_submissions
from suyuan.portal import address
from suyuan.portal.frame import HEADERS, page, portal_router
from suyuan.portal.live_routes import live_href
from suyuan.portal.session import Member
from suyuan.portal.submission_view import ENTRIES_PER_PAGE, STEPS, lines_of, short, way_of

router = portal_router(prefix="/supplier/submissions")

PER_PAGE = 50


class Shown(StrEnum):
    """Choices of the list's filter, as addresses name them."""

    UNDER_WAY = Reach.UNDER_WAY.value
    FINAL = Reach.FINAL.value
    REJECTED = Reach.REJECTED.value


@router.get("")
def submissions(request: Request, parts: GatewayPart, person: Member) -> Response:
    """The party's submissions, the newest first."""
    shown = address.choice(request, "state", Shown)
    since, until = address.day(request, "since"), address.day(request, "until")
    reach = Reach(shown.value) if shown else None
    wanted = Wanted(reach, address.start_of(since), address.end_of(until))
    before = address.number(request, "before")
    with parts.database.reading() as conn:
        found = find_submissions(conn, person.number, wanted, before, PER_PAGE + 1)
        rows = [(each.submission, way_of(each)) for each in found[:PER_PAGE]]
        live = live_href(conn, [(stored.id, way.state) for stored, way in rows if not way.has_ended])
    has_more = len(found) > PER_PAGE
    return page(
        request,
        person,
        "submissions/list.html",
        rows=rows,
        short=short,
        shown=shown or "",
        since=since.isoformat() if since else "",
        until=until.isoformat() if until else "",
        is_filtered=bool(shown or since or until),
        live=live,
        first=address.here_with(request, before=None) if before else "",
        next=address.here_with(request, before=rows[-1][0].position) if has_more else "",
    )


@router.get("/{identifier}")
def submission(identifier: str, request: Request, parts: GatewayPart, person: Member) -> Response:
    """One submission. Raises SubmissionUnknown as well where it is another party's."""
    first = address.number(request, "from", most=1_000_000)
    with parts.database.reading() as conn:
        found = queries.submission(conn, identifier, person.caller)
        lines = lines_of(conn, identifier, first)
        way = way_of(found)
        live = "ended" if way.has_ended else live_href(conn, [(identifier, way.state)])
    total = found.submission.entries
    after = first + ENTRIES_PER_PAGE
    return page(
        request,
        person,
        "submissions/one.html",
        stored=found.submission,
        short=short,
        receipt=found.submission.receipt,
        way=way,
        live=live,
        steps=STEPS,
        lines=lines,
        place=first,
        here=address.here_with(request),
        first=address.here_with(request, **{"from": None}) if first else "",
        next=address.here_with(request, **{"from": after}) if after < total else "",
    )


@router.get("/{identifier}/receipt.json")
def receipt(identifier: str, parts: GatewayPart, person: Member) -> Response:
    """The signed receipt as a file to keep. Raises SubmissionUnknown."""
    with parts.database.reading() as conn:
        found = queries.submission(conn, identifier, person.caller).submission
    headers = HEADERS | {"Content-Disposition": f'attachment; filename="suyuan-receipt-{found.id}.json"'}
    return Response(
        orjson.dumps(found.receipt, option=orjson.OPT_INDENT_2),
        headers=headers,
        media_type="application/json",
    )
