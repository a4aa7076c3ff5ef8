"""Pages to come in by and to leave: sign-in, second step, the company's sign-in, one-time links, proofs."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Query, Request, Response

from suyuan.access import companies, invitations, passkeys
from suyuan.access.model import Caller, Session
from suyuan.api import companies as visits
from suyuan.api import proving
from suyuan.api.gateway import Gateway, GatewayPart
from suyuan.api.session import accept, prove_with
from suyuan.kernel.errors import SuyuanError, TooMany
from suyuan.portal import nav
from suyuan.portal.frame import page, portal_router, redirect
from suyuan.portal.session import (
    Elsewhere,
    FormPart,
    OpenForm,
    OptionalPerson,
    Person,
    PersonPart,
    is_own_path,
    person,
    way_back,
)
from suyuan.portal.told import status_of, told

router = portal_router()

PROVE = "/prove"
Next = Annotated[str, Query(alias="next", max_length=2000)]


def fresh_person(request: Request, parts: GatewayPart, found: Annotated[Person, Depends(person)]) -> Person:
    """A dependency: a person who has just proved who he is; else he is sent to do so. Raises Elsewhere."""
    if not is_fresh(parts, found):
        raise Elsewhere(prove_first(way_back(request)))
    return found


def is_fresh(parts: Gateway, found: Person) -> bool:
    """Whether the person's proof is young enough for what signs, or gives rights to sign."""
    return found.caller.is_fresh(parts.clock.now())


def prove_first(back: str) -> str:
    """The address of the page that asks for a proof and then leads `back`."""
    return f"{PROVE}?next={quote(back, safe='/')}"


FreshPerson = Annotated[Person, Depends(fresh_person)]


@router.get("/sign-in")
def sign_in_page(request: Request, parts: GatewayPart, found: OptionalPerson, way_on: Next = "/") -> Response:
    """Who is signed in already goes on."""
    if found is not None:
        return redirect(_onward(way_on, found.caller))
    return _sign_in(request, parts, way_on)


@router.post("/sign-in")
def sign_in(request: Request, parts: GatewayPart, form: OpenForm) -> Response:
    """Login and password."""
    way_on = form.get("next", "/")
    try:
        found = proving.by_password(request, parts, form.get("login"), form.raw("password")).session
    except SuyuanError as error:
        return _sign_in(request, parts, way_on, error, form.get("login"))
    return _in(request, found, way_on)


def _sign_in(
    request: Request, parts: Gateway, way_on: str, error: SuyuanError | None = None, login: str = ""
) -> Response:
    with parts.database.reading() as conn:
        known = companies.list_companies(conn)
    found = page(
        request,
        None,
        "entering/sign_in.html",
        status_of(error) if error else 200,
        errors=told(request, None, error) if error else [],
        companies=known,
        login=login,
        way_on=way_on if is_own_path(way_on) else "/",
    )
    return _with_wait(found, error)


@router.get("/sign-in/code")
def code_page(request: Request, way_on: Next = "/") -> Response:
    """The second step."""
    return page(request, None, "entering/code.html", errors=[], way_on=way_on if is_own_path(way_on) else "/")


@router.post("/sign-in/code")
def code(request: Request, parts: GatewayPart, form: OpenForm) -> Response:
    """A code of the app, or a recovery code."""
    way_on = form.get("next", "/")
    try:
        found = proving.by_code(request, parts, form.get("code"))
    except SuyuanError as error:
        errors = told(request, None, error)
        way_on = way_on if is_own_path(way_on) else "/"
        again = page(request, None, "entering/code.html", status_of(error), errors=errors, way_on=way_on)
        return _with_wait(again, error)
    return _in(request, found, way_on)


@router.get("/sign-in/company")
def back_from_company(
    request: Request,
    parts: GatewayPart,
    state: Annotated[str, Query(max_length=500)] = "",
    code: Annotated[str, Query(max_length=5000)] = "",
) -> Response:
    """Where the company's provider sends the browser back to."""
    try:
        found, way_on = visits.arrive(request, parts, state, code)
    except SuyuanError as error:
        return _sign_in(request, parts, "/", error)
    return _in(request, found, way_on)


@router.get("/sign-in/company/{company}")
def to_company(request: Request, parts: GatewayPart, company: str, way_on: Next = "/") -> Response:
    """To the provider of the person's company."""
    try:
        href = visits.depart(request, parts, company, way_on if is_own_path(way_on) else "/")
    except SuyuanError as error:
        return _sign_in(request, parts, way_on, error)
    return Response(status_code=303, headers={"Location": href, "Cache-Control": "no-store"})


@router.post("/sign-out")
def sign_out(request: Request, parts: GatewayPart, found: PersonPart, form: FormPart) -> Response:
    """End this session."""
    assert found  # noqa: S101 - named so that nobody posts who is not signed in
    assert form  # noqa: S101 - its token was checked
    proving.leave(request, parts, request.state.session)
    return redirect("/sign-in", said="entering.left")


@router.get(PROVE)
def prove_page(request: Request, parts: GatewayPart, found: PersonPart, way_on: Next = "/") -> Response:
    """Once more: is it you?"""
    return _prove(request, parts, found, way_on)


@router.post(PROVE)
def prove(request: Request, parts: GatewayPart, found: PersonPart, form: FormPart) -> Response:
    """A password, or a code where one is given."""
    way_on = form.get("next", "/")
    password, shown = form.raw("password"), form.get("code")
    try:
        session: Session = request.state.session
        prove_with(request, parts, session, None if shown else password, shown or None, None)
    except SuyuanError as error:
        return _prove(request, parts, found, way_on, error)
    return redirect(_onward(way_on, found.caller))


def _prove(
    request: Request, parts: Gateway, found: Person, way_on: str, error: SuyuanError | None = None
) -> Response:
    with parts.database.reading() as conn:
        keys = passkeys.list_passkeys(conn, found.caller.token)
    again = page(
        request,
        found,
        "entering/prove.html",
        status_of(error) if error else 200,
        errors=told(request, found, error, {"": ""}) if error else [],
        has_passkey=bool(keys),
        way_on=way_on if is_own_path(way_on) else "/",
    )
    return _with_wait(again, error)


@router.get("/invitation/{code}")
def invitation_page(request: Request, parts: GatewayPart, code: str) -> Response:
    """A one-time link: who it is for, and a password."""
    return _invitation(request, parts, code)


@router.post("/invitation/{code}")
def take_invitation(request: Request, parts: GatewayPart, code: str, form: OpenForm) -> Response:
    """Set the password, and come in."""
    if form.raw("password") != form.raw("again"):
        return _invitation(request, parts, code, differs=True)
    try:
        found = accept(request, parts, code, form.raw("password"))
    except SuyuanError as error:
        return _invitation(request, parts, code, error)
    return _in(request, found, "/")


def _invitation(
    request: Request, parts: Gateway, code: str, error: SuyuanError | None = None, *, differs: bool = False
) -> Response:
    with parts.database.reading() as conn:
        found = invitations.find(conn, parts.clock, code)
    errors = told(request, None, error, {"/password": "password"}) if error else []
    status = 422 if differs else status_of(error) if error else 200
    return page(
        request,
        None,
        "entering/invitation.html",
        status,
        errors=errors,
        differs=differs,
        invited=found,
        login=found.account.logins[0] if found.account.logins else "",
    )


def _in(request: Request, found: Session | None, way_on: str) -> Response:
    """On to the page that was wanted; first to the second step where one is asked for."""
    assert request  # noqa: S101 - its state carries the cookies
    if found is None:
        return redirect("/sign-in/code", next=way_on if is_own_path(way_on) else "/")
    return redirect(_onward(way_on, found.caller))


def _onward(way_on: str, caller: Caller) -> str:
    return way_on if is_own_path(way_on) and way_on != "/" else nav.home_of(caller)


def _with_wait(found: Response, error: SuyuanError | None) -> Response:
    if isinstance(error, TooMany):
        found.headers["Retry-After"] = str(error.retry_after)
    return found
