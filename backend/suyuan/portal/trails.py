"""Pages of the audit trail: who did what, when, and whether a public chain holds it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection

from suyuan.access import accounts, tokens, trail
from suyuan.access.model import Scope, Seat
from suyuan.anchoring.model import State
from suyuan.api.gateway import Gateway, GatewayPart
from suyuan.exports import cells
from suyuan.kernel.errors import Forbidden
from suyuan.kernel.hashing import to_hex
from suyuan.portal import address
from suyuan.portal.frame import page, portal_router
from suyuan.portal.session import Person, PersonPart, seated

router = portal_router()

PER_PAGE = 50
_AT_ONCE = 500
COLUMNS = (
    "number",
    "at",
    "kind",
    "caller",
    "party",
    "action",
    "subject",
    "facts",
    "previous",
    "hash",
    "head",
    "anchor",
)


def overseeing(found: PersonPart) -> Person:
    """A party's admin or auditor. Raises Forbidden."""
    may = found.caller.has(Scope.PARTY_ADMIN) or Seat.AUDITOR in found.caller.seats
    if found.caller.party is None or not may:
        raise Forbidden("Your seat does not allow this.", code="seat.missing")
    return found


Overseer = Annotated[Person, Depends(overseeing)]
Staff = Annotated[Person, Depends(seated(Scope.REGISTRAR, Scope.AUDIT))]


@router.get("/supplier/trail")
def of_party(request: Request, parts: GatewayPart, person: Overseer) -> Response:
    """What the party's own people and systems did."""
    return _list(request, parts, person)


@router.get("/admin/trail")
def of_all(request: Request, parts: GatewayPart, person: Staff) -> Response:
    """What anybody did."""
    return _list(request, parts, person)


@router.get("/supplier/trail/file")
def file_of_party(parts: GatewayPart, person: Overseer) -> Response:
    """The same as CSV, whole."""
    return _file(parts, person)


@router.get("/admin/trail/file")
def file_of_all(parts: GatewayPart, person: Staff) -> Response:
    """The same as CSV, whole."""
    return _file(parts, person)


def _list(request: Request, parts: Gateway, person: Person) -> Response:
    party, before = person.caller.party, address.number(request, "before")
    with parts.database.reading() as conn:
        found = trail.lines(conn, party=party, before=before or None, limit=PER_PAGE + 1)
        rows = found[:PER_PAGE]
        heads = trail.heads_over(conn, [each["number"] for each in rows])
        names = _names(conn, party)
    return page(
        request,
        person,
        "trails/list.html",
        rows=[{**each, "digest": to_hex(each["hash"])} for each in rows],
        heads=heads,
        final=State.FINAL,
        names=names,
        base="/supplier" if party else "/admin",
        first=address.here_with(request, before=None) if before else "",
        next=address.here_with(request, before=rows[-1]["number"]) if len(found) > PER_PAGE else "",
    )


def _names(conn: Connection, party: int | None) -> dict[str, str]:
    """Of accounts and systems, by the id that stands in the trail."""
    people = {each.id: each.name for each in accounts.list_accounts(conn, party=party, limit=1_000)}
    return people | {each.id: each.name for each in tokens.list_tokens(conn, party=party, limit=1_000)}


def _file(parts: Gateway, person: Person) -> Response:
    headers = {"Content-Disposition": 'attachment; filename="trail.csv"', "Cache-Control": "no-store"}
    pieces = _pieces(parts, person.caller.party)
    return StreamingResponse(pieces, media_type="text/csv; charset=utf-8", headers=headers)


def _pieces(parts: Gateway, party: int | None) -> Iterator[str]:
    """The newest line first; never more in memory than a few hundred lines."""
    yield cells.BOM + cells.line(COLUMNS)
    before: int | None = None
    while True:
        with parts.database.reading() as conn:
            rows = trail.lines(conn, party=party, before=before, limit=_AT_ONCE)
            heads = trail.heads_over(conn, [each["number"] for each in rows])
        for row in rows:
            head = heads.get(row["number"])
            more = {
                "previous": to_hex(row["previous"]),
                "hash": to_hex(row["hash"]),
                "head": head.number if head else None,
                "anchor": head.state if head else None,
            }
            yield cells.line([{**row, **more}[name] for name in COLUMNS])
        if len(rows) < _AT_ONCE:
            return
        before = rows[-1]["number"]
