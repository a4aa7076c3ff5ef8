"""Routes of exports: a party's own data as CSV and as an EPCIS document, streamed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import StreamingResponse

from suyuan.access.model import Caller, Scope
from suyuan.api.gateway import GatewayPart, require
from suyuan.exports.errors import ExportUnknown, FilterRefused
from suyuan.exports.filters import wanted_of
from suyuan.exports.model import Wanted
from suyuan.exports.streams import csv_of, epcis_of
from suyuan.kernel.errors import Fault, Forbidden

router = APIRouter(prefix="/api/v1/exports", tags=["exports"])

Reader = Annotated[Caller, Depends(require(Scope.READ, Scope.REGISTRAR, Scope.AUDIT))]
What = Annotated[str, Path(max_length=40, description="submissions, events, lots, handovers or documents")]
Day = Annotated[str | None, Query(max_length=40, description="A day in China or a moment, both included")]
Name = Annotated[str | None, Query(max_length=2048, description="Digital Link, URN, GTIN/LOT or GTIN")]


def _wanted(
    caller: Reader,
    since: Annotated[str | None, Query(alias="from", max_length=40)] = None,
    to: Day = None,
    lot: Name = None,
    product: Name = None,
    party: Annotated[int | None, Query(ge=1, le=2**32 - 1, description="For the platform's own")] = None,
) -> Wanted:
    return wanted_of(_party(caller, party), {"from": since, "to": to, "lot": lot, "product": product})


def _party(caller: Caller, asked: int | None) -> int:
    """Whose data. Raises FilterRefused where the platform names no party, Forbidden for another's."""
    number = asked if asked is not None else caller.party
    if number is None:
        fix = "give the number of the party whose data is exported"
        raise FilterRefused([Fault("/party", "export.party", "there is no party", fix)])
    if not caller.sees(number):
        raise Forbidden(f"The data of party {number} is not yours.", code="party.not_yours")
    return number


Asked = Annotated[Wanted, Depends(_wanted)]


@router.get("/{what}.csv", response_class=StreamingResponse)
def export_csv(
    what: What,
    parts: GatewayPart,
    wanted: Asked,
    bom: Annotated[bool, Query(description="A byte order mark in front, for Excel")] = True,
) -> StreamingResponse:
    """A table of the party's own data (UTF-8, CRLF, commas); no cell is a formula."""
    pieces = csv_of(parts.database, what, wanted, bom=bom)
    return StreamingResponse(pieces, media_type="text/csv; charset=utf-8", headers=_named(f"{what}.csv"))


@router.get("/{what}.jsonld", response_class=StreamingResponse)
def export_epcis(what: What, parts: GatewayPart, wanted: Asked) -> StreamingResponse:
    """`events`: the party's own events as an EPCIS 2.0 document. Told again, none is recorded twice."""
    if what != "events":
        raise ExportUnknown(f"There is no EPCIS document of {what!r}; there is events.jsonld.")
    pieces = epcis_of(parts.database, parts.clock, wanted)
    return StreamingResponse(pieces, media_type="application/ld+json", headers=_named("events.jsonld"))


def _named(file: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{file}"', "Cache-Control": "no-store"}
