"""`/admin/parties`: who takes part, for the registrar to open."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response

from suyuan.api.gateway import GatewayPart
from suyuan.parties.model import role_names
from suyuan.parties.queries import list_parties
from suyuan.portal.frame import page, portal_router
from suyuan.portal.session import Registrar

router = portal_router()

#: Parties on one page.
_ROWS = 50


@router.get("/admin/parties")
def show(
    request: Request,
    parts: GatewayPart,
    person: Registrar,
    after: Annotated[int, Query(ge=0, le=2**32 - 1)] = 0,
) -> Response:
    """Every party by number, those after `after`, with its standing."""
    with parts.database.reading() as conn:
        found = list_parties(conn, after=after, limit=_ROWS + 1)
    now = parts.clock.now()
    rows = [(each, role_names(each.roles), each.may_open(now)) for each in found[:_ROWS]]
    following = rows[-1][0].number if len(found) > _ROWS else None
    return page(request, person, "qualification/parties.html", rows=rows, following=following, after=after)
