"""The first pages: of the site, of a supplier, of the platform's desk."""

from __future__ import annotations

from contextlib import suppress

from fastapi import Request, Response

from suyuan.api.gateway import GatewayPart
from suyuan.journal.submission_list import Wanted, find_submissions
from suyuan.kernel.identity import NotAnIdentifier, from_argument, identify, page_path
from suyuan.lots.registry import find_lot
from suyuan.notices.queries import latest
from suyuan.portal import address
from suyuan.portal.frame import page, portal_router, redirect
from suyuan.portal.live_routes import live_href
from suyuan.portal.providers import piles, todos
from suyuan.portal.session import Member, OptionalPerson, Registrar

router = portal_router()

#: How many of the newest notices stand on the first page.
NEWS = 8


@router.get("/")
def front(request: Request, person: OptionalPerson) -> Response:
    """What this is, and where to enter a code."""
    return page(request, person, "home/front.html", code="", is_wrong=False)


@router.get("/find")
def find(request: Request, parts: GatewayPart, person: OptionalPerson) -> Response:
    """From a code that somebody typed to its passport; a code that is none is said to be so."""
    code = address.text(request, "code", most=2000)
    href = ""
    with suppress(NotAnIdentifier), parts.database.reading() as conn:
        meant = from_argument(code)
        lot = find_lot(conn, meant) if isinstance(meant, bytes) else None
        obj = identify(lot.uri) if lot else (None if isinstance(meant, bytes) else meant)
        href = page_path(obj) if obj else ""
    if href:
        return redirect(href)
    return page(request, person, "home/front.html", 422 if code else 200, code=code, is_wrong=bool(code))


@router.get("/supplier")
def supplier_home(request: Request, parts: GatewayPart, person: Member) -> Response:
    """What is to be done with the next step of each, and what happened lately."""
    with parts.database.reading() as conn:
        lines = todos(conn, parts.clock, person)
        news = latest(conn, person.number, NEWS)
        live = live_href(conn)
        is_new = not find_submissions(conn, person.number, Wanted(), 0, 1)
    return page(request, person, "home/supplier.html", lines=lines, news=news, is_new=is_new, live=live)


@router.get("/admin")
def desk(request: Request, parts: GatewayPart, person: Registrar) -> Response:
    """The registrar's queues."""
    with parts.database.reading() as conn:
        found = piles(conn, parts.clock, person)
    return page(request, person, "home/desk.html", piles=found)
