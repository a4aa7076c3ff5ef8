"""The registrar's page of companies whose people sign in at their own provider (OpenID Connect)."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Request, Response
from pydantic import ValidationError

from suyuan.access import companies
from suyuan.api import companies as acts
from suyuan.api.gateway import Gateway, GatewayPart
from suyuan.api.lot_forms import names_of_parties
from suyuan.kernel.errors import Fault, Refused, SuyuanError
from suyuan.portal.entering import is_fresh, prove_first
from suyuan.portal.frame import page, portal_router, redirect
from suyuan.portal.session import Elsewhere, Form, FormPart, Person, Registrar
from suyuan.portal.told import status_of, told

router = portal_router(prefix="/admin/companies")

CompanyId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]
_HERE = "/admin/companies"
_CONTROLS = {
    "/name": "name",
    "/party": "party",
    "/issuer": "issuer",
    "/client_id": "client-id",
    "/clientId": "client-id",
    "/client_secret": "client-secret",
    "/clientSecret": "client-secret",
}


@router.get("")
def show(request: Request, parts: GatewayPart, person: Registrar) -> Response:
    """Whose people come by which provider."""
    return _list(request, parts, person)


@router.post("")
def add(request: Request, parts: GatewayPart, person: Registrar, form: FormPart) -> Response:
    """Let the people of a party, or the staff, come by their provider."""
    _prove(parts, person)
    try:
        acts.add(_given(form), parts, person.caller)
    except SuyuanError as error:
        return _list(request, parts, person, error, form)
    return redirect(_HERE, "companies.added")


@router.post("/{company}/disable")
def disable(parts: GatewayPart, person: Registrar, form: FormPart, company: CompanyId) -> Response:
    """Nobody comes this way any more. Raises CompanyUnknown."""
    assert form  # noqa: S101 - its token was checked
    _prove(parts, person)
    acts.disable(company, parts, person.caller)
    return redirect(_HERE, "companies.disabled")


def _prove(parts: Gateway, person: Person) -> None:
    if not is_fresh(parts, person):
        raise Elsewhere(prove_first(_HERE))


def _given(form: Form) -> acts.CompanyIn:
    party = form.get("party")
    if party and not (party.isascii() and party.isdecimal() and 0 < int(party) < 2**32):
        message = "The number of the party is no number."
        raise Refused([Fault("/party", "account.party-number", message, "Look it up in the list.")])
    try:
        return acts.CompanyIn(
            name=form.get("name"),
            party=int(party) if party else None,
            issuer=form.get("issuer"),
            client_id=form.get("client-id"),
            client_secret=form.raw("client-secret"),
        )
    except ValidationError as error:
        raise Refused(
            [
                Fault(f"/{each['loc'][0]}", "company.field", "This is missing or too long.", "Fill it in.")
                for each in error.errors()
            ]
        ) from None


def _list(
    request: Request,
    parts: Gateway,
    person: Person,
    error: SuyuanError | None = None,
    form: Form | None = None,
) -> Response:
    with parts.database.reading() as conn:
        found = companies.list_companies(conn, open_only=False)
        names = names_of_parties(conn, {each.party for each in found if each.party is not None})
    return page(
        request,
        person,
        "companies/list.html",
        status_of(error) if error else 200,
        errors=told(request, person, error, _CONTROLS) if error else [],
        rows=found,
        names=names,
        given=form,
        way_back=acts.way_back(parts),
        fresh=is_fresh(parts, person),
        prove=prove_first(_HERE),
    )
