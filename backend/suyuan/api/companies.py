"""Routes of companies' sign-ins: the registrar sets them up; people come and go by `/sign-in/company/…`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from pydantic import Field

from suyuan.access import begun, companies, trail
from suyuan.access.begun import Kind
from suyuan.access.errors import BegunWrong
from suyuan.access.model import Caller, Scope, Session
from suyuan.adapters import openid
from suyuan.api import cookies, proving
from suyuan.api.forms import Form, Time
from suyuan.api.gateway import Gateway, GatewayPart, fresh, require
from suyuan.parties.queries import the_party

router = APIRouter(prefix="/api/v1/companies", tags=["people"])

_registrar = require(Scope.REGISTRAR)
Registrar = Annotated[Caller, Depends(_registrar)]
FreshRegistrar = Annotated[Caller, Depends(fresh(of=_registrar))]
Text = Annotated[str, Field(min_length=1, max_length=500)]


class CompanyIn(Form):
    name: Text
    party: Annotated[int, Field(ge=1, le=2**32 - 1)] | None = Field(
        None, description="Whose people come this way; none for the platform's staff"
    )
    issuer: Text = Field(examples=["https://login.example.com"])
    client_id: Text
    client_secret: Text


class CompanyOut(Form):
    id: str
    name: str
    party: int | None
    issuer: str
    client_id: str
    created_at: Time
    disabled_at: Time | None


class CompaniesOut(Form):
    companies: list[CompanyOut]


@router.post("", status_code=201)
def add(body: CompanyIn, parts: GatewayPart, caller: FreshRegistrar) -> CompanyOut:
    """Let the people of a party, or the staff, sign in at their company's OpenID Connect provider."""
    with parts.database.transaction() as conn:
        if body.party is not None:
            the_party(conn, body.party)
        company = companies.add(
            conn,
            parts.clock,
            parts.keyring,
            body.name,
            body.party,
            body.issuer,
            body.client_id,
            body.client_secret,
        )
        trail.note(conn, parts.clock, caller, "company.added", company, {"party": body.party})
        return CompanyOut.model_validate(companies.the_company(conn, company))


@router.get("")
def list_companies(parts: GatewayPart, _caller: Registrar) -> CompaniesOut:
    """All of them; secrets are not shown."""
    with parts.database.reading() as conn:
        found = companies.list_companies(conn, open_only=False)
    return CompaniesOut(companies=[CompanyOut.model_validate(each) for each in found])


@router.delete("/{company}", status_code=204)
def disable(
    company: Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")], parts: GatewayPart, caller: FreshRegistrar
) -> None:
    """Nobody comes this way any more; sessions that are open go on to their end."""
    with parts.database.transaction() as conn:
        companies.disable(conn, parts.clock, company)
        trail.note(conn, parts.clock, caller, "company.disabled", company, {})


def way_back(parts: Gateway) -> str:
    """The address that providers return to; it is registered with them."""
    return f"{parts.settings.public_url}/sign-in/company"


def depart(request: Request, parts: Gateway, company_id: str, way_on: str) -> str:
    """Begin a visit at the company's provider; where to send the browser. Raises CompanyUnknown,
    ProviderSilent. `way_on` is the page of ours for afterwards.
    """
    with parts.database.reading() as conn:
        company = companies.the_company(conn, company_id)
        secret = companies.secret_of(conn, parts.keyring, company_id)
    found = openid.depart(company, secret, way_back(parts))
    with parts.database.transaction() as conn:
        facts = {**found.facts, "next": way_on}
        cookies.begin_cookie(request, begun.begin(conn, parts.clock, Kind.COMPANY, None, facts))
    return found.href


def arrive(request: Request, parts: Gateway, state: str, code: str) -> tuple[Session, str]:
    """Who came back from his company, signed in, and the page for afterwards. Raises BegunWrong, SignInWrong,
    ProviderSilent, CompanyUnknown.
    """
    secret = cookies.begun_of(request, parts)
    cookies.begin_cookie(request, "")
    with parts.database.transaction() as conn:
        visit = begun.take(conn, parts.clock, Kind.COMPANY, secret).facts
    if not secret or state != visit["state"]:
        raise BegunWrong("This answer is not to what was begun in this browser. Begin again.")
    with parts.database.reading() as conn:
        company = companies.the_company(conn, visit["company"])
        client_secret = companies.secret_of(conn, parts.keyring, company.id)
    claims = openid.arrive(parts.clock, company, client_secret, way_back(parts), visit, code)
    with parts.database.transaction() as conn:
        account = companies.account_of(conn, parts.clock, company, claims)
        return proving.enter(conn, request, parts, account, "company"), visit["next"]
