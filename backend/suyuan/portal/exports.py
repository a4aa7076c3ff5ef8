"""A party's own data to take away: tables for people, an EPCIS document for systems."""

from __future__ import annotations

from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from suyuan.api.gateway import GatewayPart
from suyuan.exports.errors import FilterRefused
from suyuan.exports.filters import wanted_of
from suyuan.exports.sheets import SHEETS
from suyuan.exports.streams import csv_of, epcis_of
from suyuan.portal import address
from suyuan.portal.faults import by_field
from suyuan.portal.frame import page, portal_router
from suyuan.portal.session import Member

router = portal_router(prefix="/supplier/exports")

EPCIS = "epcis"


@router.get("")
def exports(request: Request, person: Member) -> Response:
    """What can be taken away, and how it is narrowed down."""
    return _form(request, person, {}, {})


@router.get("/file")
def file(request: Request, parts: GatewayPart, person: Member) -> Response:
    """The file itself; the form again where a filter cannot be read."""
    what = address.text(request, "what", 40)
    given: dict[str, str | None] = {
        name: address.text(request, name, 2048) for name in ("from", "to", "lot", "product")
    }
    try:
        wanted = wanted_of(person.number, given)
    except FilterRefused as refused:
        shown = {name: value or "" for name, value in given.items()}
        return _form(request, person, shown | {"what": what}, by_field(request, person, refused.faults), 422)
    if what == EPCIS:
        pieces, kind, name = (
            epcis_of(parts.database, parts.clock, wanted),
            "application/ld+json",
            "events.jsonld",
        )
    else:
        pieces, kind, name = csv_of(parts.database, what, wanted), "text/csv; charset=utf-8", f"{what}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(pieces, media_type=kind, headers=headers)


def _form(
    request: Request, person: Member, given: dict[str, str], errors: dict[str, str], status: int = 200
) -> Response:
    return page(
        request, person, "exports/exports.html", status, given=given, errors=errors, tables=list(SHEETS)
    )
