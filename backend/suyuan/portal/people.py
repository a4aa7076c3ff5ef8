"""Pages of people and systems: for a party's admin at /supplier, for the registrar at /admin."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import Depends, Path, Request, Response
from pydantic import ValidationError

from suyuan.access import accounts, people, tokens
from suyuan.access.model import PLATFORM_SEATS, Account, Scope, Seat
from suyuan.api import tokens as token_acts
from suyuan.api.gateway import Gateway, GatewayPart
from suyuan.api.people import link_of
from suyuan.kernel.errors import Fault, Forbidden, Refused, SuyuanError
from suyuan.parties.queries import the_party
from suyuan.portal.entering import is_fresh, prove_first
from suyuan.portal.formats import BEIJING
from suyuan.portal.frame import page, portal_router, redirect
from suyuan.portal.session import Elsewhere, Form, FormPart, Person, PersonPart, seated
from suyuan.portal.told import status_of, told

router = portal_router()

AccountId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]
PartyAdmin = Annotated[Person, Depends(seated(Scope.PARTY_ADMIN))]
Registrar = Annotated[Person, Depends(seated(Scope.REGISTRAR))]
Desk = Literal["supplier", "admin"]

#: In the order of the page.
SEATS = (Seat.ENTRY, Seat.SIGNER, Seat.ADMIN, Seat.AUDITOR)
STAFF = (Seat.REGISTRAR, Seat.QC, Seat.DIRECTOR)
TOKEN_SCOPES = (Scope.READ, Scope.DRAFT, Scope.SUBMIT, Scope.HANDOVER)
_CONTROLS = {"/login": "login", "/name": "name", "/seats": "seats", "/party": "party"}


@router.get("/supplier/people")
def of_party(request: Request, parts: GatewayPart, person: PartyAdmin) -> Response:
    """The people of one's own party."""
    return _list(request, parts, person)


@router.get("/admin/people")
def of_platform(request: Request, parts: GatewayPart, person: Registrar) -> Response:
    """The staff, and whoever else has an account."""
    return _list(request, parts, person)


def _list(
    request: Request,
    parts: Gateway,
    person: Person,
    error: SuyuanError | None = None,
    form: Form | None = None,
    link: str = "",
    linked: Account | None = None,
) -> Response:
    with parts.database.reading() as conn:
        found = accounts.list_accounts(conn, party=person.caller.party, limit=500)
        made = tokens.list_tokens(conn, party=person.caller.party, limit=500) if person.party else []
    found.sort(key=lambda each: (each.disabled_at is not None, each.name, each.id))
    answer = page(
        request,
        person,
        "people/people.html",
        status_of(error) if error else 200,
        errors=told(request, person, error, _CONTROLS) if error else [],
        people=found,
        tokens=[each for each in made if each.revoked_at is None],
        base=base_of(person),
        seats=SEATS if person.party else STAFF,
        scopes=TOKEN_SCOPES,
        given=form,
        link=link,
        linked=linked,
        fresh=is_fresh(parts, person),
        prove=prove_first(f"{base_of(person)}/people"),
    )
    if link:
        answer.headers["Cache-Control"] = "no-store"
    return answer


def base_of(person: Person) -> str:
    return "/supplier" if person.party else "/admin"


def managing(desk: Desk, parts: GatewayPart, found: PersonPart) -> Person:
    """The person as the admin of this list, with a fresh proof. Raises Forbidden, Elsewhere."""
    is_here = base_of(found) == f"/{desk}"
    if not is_here or not found.caller.has(Scope.PARTY_ADMIN if found.party else Scope.REGISTRAR):
        raise Forbidden("Your seat does not allow this.", code="seat.missing")
    if not is_fresh(parts, found):
        raise Elsewhere(prove_first(f"/{desk}/people"))
    return found


Manager = Annotated[Person, Depends(managing)]


@router.post("/{desk}/people/invite")
def invite(request: Request, parts: GatewayPart, person: Manager, form: FormPart) -> Response:
    """Make an account and show its one-time link."""
    try:
        account, code = _invite(parts, person, form)
    except SuyuanError as error:
        return _list(request, parts, person, error, form)
    return _list(request, parts, person, link=link_of(parts, code), linked=account)


@router.get("/{desk}/people/{account}")
def one(request: Request, parts: GatewayPart, person: Manager, account: AccountId) -> Response:
    """One person."""
    return _one(request, parts, person, account)


@router.post("/{desk}/people/{account}/seats")
def give_seats(
    request: Request, parts: GatewayPart, person: Manager, form: FormPart, account: AccountId
) -> Response:
    """Other seats."""
    try:
        with parts.database.transaction() as conn:
            people.give_seats(conn, parts.clock, person.caller, account, _seats(form))
    except SuyuanError as error:
        return _one(request, parts, person, account, error)
    return redirect(f"{base_of(person)}/people", said="people.seated")


@router.post("/{desk}/people/{account}/link")
def make_link(
    request: Request, parts: GatewayPart, person: Manager, form: FormPart, account: AccountId
) -> Response:
    """A one-time link for who cannot come in."""
    try:
        with parts.database.transaction() as conn:
            recover = form.get("recover") == "1"
            code = people.new_link(conn, parts.clock, person.caller, account, recover=recover)
            linked = accounts.the_account(conn, account)
    except SuyuanError as error:
        return _one(request, parts, person, account, error)
    return _list(request, parts, person, link=link_of(parts, code), linked=linked)


@router.post("/{desk}/people/{account}/{act}")
def change(
    request: Request,
    parts: GatewayPart,
    person: Manager,
    form: FormPart,
    account: AccountId,
    act: Literal["close", "open", "forget"],
) -> Response:
    """Close an account, open it again, or erase who it was."""
    assert form  # noqa: S101 - its token was checked
    verbs = {"close": people.shut_out, "open": people.let_in, "forget": people.forget_person}
    try:
        with parts.database.transaction() as conn:
            verbs[act](conn, parts.clock, person.caller, account)
    except SuyuanError as error:
        return _one(request, parts, person, account, error)
    return redirect(f"{base_of(person)}/people", said=_SAID[act])


_SAID = {"close": "people.closed", "open": "people.opened", "forget": "people.forgotten"}


def _invite(parts: Gateway, person: Person, form: Form) -> tuple[Account, str]:
    number = form.get("party")
    party = person.caller.party
    if party is None and number:
        if not number.isascii() or not number.isdecimal() or len(number) > 9:
            message = "This is no number of a party."
            raise Refused([Fault("/party", "account.party-number", message, "See the list of parties.")])
        party = int(number)
    wanted = _seats(form)
    if party is not None and person.caller.party is None:
        wanted = [Seat.ADMIN]
    with parts.database.transaction() as conn:
        if party is not None:
            the_party(conn, party)
        account, code = people.invite_person(
            conn, parts.clock, person.caller, form.get("login"), form.get("name"), party, wanted
        )
        return accounts.the_account(conn, account), code


def _seats(form: Form) -> list[Seat]:
    given = set(form.all("seats"))
    return [seat for seat in Seat if seat in given]


def _one(
    request: Request, parts: Gateway, person: Person, account: str, error: SuyuanError | None = None
) -> Response:
    with parts.database.reading() as conn:
        found = people.managed(conn, person.caller, account)
    is_own_place = found.party == person.caller.party
    return page(
        request,
        person,
        "people/one.html",
        status_of(error) if error else 200,
        errors=told(request, person, error, _CONTROLS) if error else [],
        shown=found,
        base=base_of(person),
        seats=(STAFF if found.party is None else SEATS) if is_own_place else (),
        is_staff=bool(found.seats & PLATFORM_SEATS),
    )


@router.post("/supplier/systems")
def make_token(request: Request, parts: GatewayPart, person: PartyAdmin, form: FormPart) -> Response:
    """A token for one of the party's systems; it is shown this once."""
    if not is_fresh(parts, person):
        raise Elsewhere(prove_first("/supplier/people"))
    try:
        secret, made = token_acts.issue_for(parts, person.caller, _token(form))
    except SuyuanError as error:
        return _list(request, parts, person, error, form)
    return page(request, person, "people/token.html", secret=secret, made=made)


def _token(form: Form) -> token_acts.TokenIn:
    try:
        day = datetime.fromisoformat(f"{form.get('until')}T00:00:00").replace(tzinfo=BEIJING)
        ends = day + timedelta(days=1)
        given = set(form.all("scopes"))
        scopes = [scope for scope in TOKEN_SCOPES if scope in given]
        return token_acts.TokenIn(name=form.get("system"), scopes=scopes, expires_at=ends)
    except (ValueError, OverflowError, ValidationError):
        message = "The day of its end is missing or is no day."
        fault = Fault("/expiresAt", "token.expiry", message, "Give a day within two years.")
        raise Refused([fault]) from None


@router.post("/supplier/systems/{token}/revoke")
def revoke_token(
    request: Request, parts: GatewayPart, person: PartyAdmin, form: FormPart, token: AccountId
) -> Response:
    """Take a token back, from now on."""
    assert request  # noqa: S101 - the person's
    assert form  # noqa: S101 - its token was checked
    token_acts.take_back(parts, person.caller, token)
    return redirect("/supplier/people", said="people.tokenRevoked")
