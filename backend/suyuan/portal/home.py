"""The first pages: of the site, of a supplier, of the platform's desk."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request, Response

from suyuan.access.model import Scope
from suyuan.api.gateway import GatewayPart
from suyuan.portal.frame import page, portal_router
from suyuan.portal.session import OptionalPerson, Person, seated
from suyuan.portal.todo import todos

router = portal_router()

#: Whoever belongs to a party may look; what he may do is asked where it is done.
Member = Annotated[Person, Depends(seated(Scope.READ, Scope.SUBMIT, Scope.DRAFT, Scope.PARTY_ADMIN))]
Registrar = Annotated[Person, Depends(seated(Scope.REGISTRAR))]


@router.get("/")
def front(request: Request, person: OptionalPerson) -> Response:
    """What this is, and where to enter a code."""
    return page(request, person, "home/front.html")


@router.get("/supplier")
def supplier_home(request: Request, parts: GatewayPart, person: Member) -> Response:
    """What is to be done, and the next step of each."""
    with parts.database.reading() as conn:
        lines = todos(conn, parts.clock, person)
    return page(request, person, "home/supplier.html", lines=lines)


@router.get("/admin")
def desk(request: Request, parts: GatewayPart, person: Registrar) -> Response:
    """The registrar's queues."""
    with parts.database.reading() as conn:
        lines = todos(conn, parts.clock, person)
    return page(request, person, "home/desk.html", lines=lines)
