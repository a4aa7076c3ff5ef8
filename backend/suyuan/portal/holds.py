"""Holds that failed inspections and tests propose: the list of quality staff."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import Depends, Request, Response

from suyuan.access.model import Scope
from suyuan.api.gateway import GatewayPart
from suyuan.api.lot_forms import names_of_parties
from suyuan.inspections import queries
from suyuan.kernel.errors import Refused
from suyuan.portal import address
from suyuan.portal.faults import by_field
from suyuan.portal.frame import page, portal_router, redirect
from suyuan.portal.session import FormPart, Person, seated

router = portal_router(prefix="/admin/hold-proposals")

Quality = Annotated[Person, Depends(seated(Scope.QC))]
PER_PAGE = 50


class State(StrEnum):
    OPEN = "open"
    TAKEN = "taken"
    DECLINED = "declined"


@router.get("")
def proposals(request: Request, parts: GatewayPart, person: Quality) -> Response:
    """The newest first; the open ones unless another state is chosen."""
    return _list(request, parts, person, {})


def _list(
    request: Request, parts: GatewayPart, person: Person, errors: dict[str, str], status: int = 200
) -> Response:
    state, before = address.choice(request, "state", State) or State.OPEN, address.number(request, "before")
    with parts.database.reading() as conn:
        found = queries.proposals_in(conn, state, PER_PAGE + 1, before)
        corrected = queries.corrections_of(conn, found)
        names = names_of_parties(conn, {int(each.evidence["party"]) for each in found})
    rows = found[:PER_PAGE]
    return page(
        request,
        person,
        "holds/list.html",
        status,
        rows=rows,
        corrected=corrected,
        names=names,
        state=state,
        states=list(State),
        errors=errors,
        tones={"open": "warn", "taken": "bad", "declined": "off"},
        first=address.here_with(request, before=None) if before else "",
        next=address.here_with(request, before=rows[-1].id) if len(found) > PER_PAGE else "",
    )


@router.post("/{number}")
def decline(number: int, request: Request, parts: GatewayPart, person: Quality, form: FormPart) -> Response:
    """Say why the lot is not held. Raises ProposalUnknown, ProposalDecided."""
    try:
        with parts.database.transaction() as conn:
            queries.decline(conn, parts.clock, person.caller, number, form.get(f"reason-{number}"))
    except Refused as refused:
        text = by_field(request, person, refused.faults).get("reason", "")
        return _list(request, parts, person, {f"reason-{number}": text}, 422)
    return redirect("/admin/hold-proposals", "holds.declined")
