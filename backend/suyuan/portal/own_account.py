"""The page of one's own account: password, codes, passkeys, where one is signed in."""

from __future__ import annotations

import base64
from typing import Annotated

from fastapi import Path, Request, Response

from suyuan.access import accounts, passkeys, sessions, sign_in, totp
from suyuan.access.model import Session
from suyuan.api import account as acts
from suyuan.api.gateway import Gateway, GatewayPart
from suyuan.kernel.errors import SuyuanError
from suyuan.passport.qr import qr_svg
from suyuan.portal.entering import FreshPerson, is_fresh, prove_first
from suyuan.portal.frame import page, portal_router, redirect
from suyuan.portal.session import FormPart, Person, PersonPart
from suyuan.portal.told import status_of, told

router = portal_router(prefix="/account")

SessionId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]


@router.get("")
def show(request: Request, parts: GatewayPart, person: PersonPart) -> Response:
    """Everything that proves this person, and where he is signed in."""
    return _account(request, parts, person)


def _account(
    request: Request,
    parts: Gateway,
    person: Person,
    error: SuyuanError | None = None,
    *,
    differs: bool = False,
) -> Response:
    account = person.caller.token
    with parts.database.reading() as conn:
        context = {
            "account": accounts.the_account(conn, account),
            "codes_on": totp.is_on(conn, account),
            "codes_left": totp.codes_left(conn, account),
            "passkeys": passkeys.list_passkeys(conn, account),
            "sessions": sessions.list_sessions(conn, parts.clock, account),
            "has_password": sign_in.password_of(conn, account) is not None,
        }
    errors = told(request, person, error, {"/password": "password", "/code": "code"}) if error else []
    return page(
        request,
        person,
        "account/account.html",
        422 if differs else status_of(error) if error else 200,
        errors=errors,
        differs=differs,
        fresh=is_fresh(parts, person),
        prove=prove_first("/account"),
        **context,
    )


@router.post("/password")
def set_password(request: Request, parts: GatewayPart, person: FreshPerson, form: FormPart) -> Response:
    """Another password; other sessions end."""
    if form.raw("password") != form.raw("again"):
        return _account(request, parts, person, differs=True)
    try:
        acts.set_password(request, parts, _session(request), form.raw("password"))
    except SuyuanError as error:
        return _account(request, parts, person, error)
    return redirect("/account", said="account.password")


@router.post("/sessions/{session}/end")
def end_session(
    request: Request, parts: GatewayPart, person: PersonPart, form: FormPart, session: SessionId
) -> Response:
    """End one of one's own sessions."""
    assert person  # noqa: S101 - named so that nobody posts who is not signed in
    assert form  # noqa: S101 - its token was checked
    acts.end_own_session(parts, _session(request), session)
    return redirect("/account", said="account.ended")


@router.post("/codes")
def begin_codes(request: Request, parts: GatewayPart, person: FreshPerson, form: FormPart) -> Response:
    """A new secret for the app, as a QR code."""
    assert form  # noqa: S101 - its token was checked
    with parts.database.transaction() as conn:
        login = acts.login_of(conn, _session(request))
        totp.begin(conn, parts.clock, parts.keyring, person.caller.token, login)
    return _codes(request, parts, person)


def _codes(request: Request, parts: Gateway, person: Person, error: SuyuanError | None = None) -> Response:
    with parts.database.reading() as conn:
        secret = totp.waiting_secret(conn, parts.keyring, person.caller.token)
        login = acts.login_of(conn, _session(request))
    if secret is None:
        return redirect("/account")
    picture = qr_svg.__wrapped__(totp.address_of(secret, login))  # not kept: it shows the secret
    return page(
        request,
        person,
        "account/codes.html",
        status_of(error) if error else 200,
        errors=told(request, person, error, {"/code": "code"}) if error else [],
        picture=f"data:image/svg+xml;base64,{base64.b64encode(picture).decode('ascii')}",
        secret=base64.b32encode(secret).decode("ascii").rstrip("="),
    )


@router.post("/codes/confirm")
def confirm_codes(request: Request, parts: GatewayPart, person: FreshPerson, form: FormPart) -> Response:
    """The first code; recovery codes are shown this once."""
    try:
        made = acts.switch_codes_on(parts, _session(request), form.get("code"))
    except SuyuanError as error:
        return _codes(request, parts, person, error)
    return page(request, person, "account/recovery.html", codes=made)


@router.post("/codes/off")
def end_codes(request: Request, parts: GatewayPart, person: FreshPerson, form: FormPart) -> Response:
    """Ask for no codes any more."""
    assert person  # noqa: S101 - named so that nobody posts without a fresh proof
    assert form  # noqa: S101 - its token was checked
    acts.switch_codes_off(parts, _session(request))
    return redirect("/account", said="account.codesOff")


@router.post("/passkeys/remove")
def remove_passkey(request: Request, parts: GatewayPart, person: FreshPerson, form: FormPart) -> Response:
    """A passkey holds no more."""
    assert person  # noqa: S101 - named so that nobody posts without a fresh proof
    acts.drop_passkey(parts, _session(request), form.get("passkey"))
    return redirect("/account", said="account.passkeyRemoved")


def _session(request: Request) -> Session:
    found = request.state.session
    assert isinstance(found, Session)  # noqa: S101 - the person was found by it
    return found
