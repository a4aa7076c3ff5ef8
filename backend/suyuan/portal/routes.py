"""All pages of the portal, in the order in which addresses are looked up."""

from __future__ import annotations

from fastapi import APIRouter, Request

from suyuan.kernel.errors import NotFound
from suyuan.portal import (
    apply,
    cases,
    company_desk,
    entering,
    exports,
    handover_acts,
    handovers,
    holds,
    home,
    inspections,
    keys,
    live_routes,
    lots,
    own_account,
    papers,
    party_desk,
    people,
    static_files,
    submissions,
    trails,
    uploads,
    webhooks,
)
from suyuan.portal.frame import portal_router
from suyuan.portal.session import OptionalPerson

_rest = portal_router()


@_rest.get("/supplier/{rest:path}")
@_rest.get("/admin/{rest:path}")
def nothing_here(request: Request, _person: OptionalPerson) -> None:
    """Every other address of the portal. Raises NotFound."""
    raise NotFound(f"There is nothing at {request.url.path}.", code="page.unknown")


#: Each room's `router`; the last takes what no page has.
ROUTERS: tuple[APIRouter, ...] = (
    static_files.router,
    home.router,
    keys.router,
    entering.router,
    own_account.router,
    people.router,
    live_routes.router,
    submissions.router,
    uploads.router,
    lots.router,
    handover_acts.router,
    handovers.router,
    apply.router,
    papers.router,
    cases.router,
    party_desk.router,
    inspections.router,
    exports.router,
    webhooks.router,
    holds.router,
    trails.router,
    company_desk.router,
    _rest,
)
