"""Routes of the session: sign in, prove oneself again, sign out. Pages use the same functions."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from suyuan.access import invitations, passwords
from suyuan.access.errors import PasswordRefused
from suyuan.access.model import Scope, Seat, Session
from suyuan.api import cookies, proving
from suyuan.api.forms import Form, Time
from suyuan.api.gateway import CallerPart, Gateway, GatewayPart, parts_of
from suyuan.kernel.errors import Fault, Forbidden

router = APIRouter(prefix="/api/v1", tags=["session"])

Password = Annotated[str, Field(max_length=4 * passwords.LONGEST)]
Code = Annotated[str, Field(min_length=1, max_length=64)]


class SignInIn(Form):
    login: Annotated[
        str, Field(min_length=1, max_length=254, description="E-mail address or telephone number")
    ]
    password: Password


class CodeIn(Form):
    code: Code


class PasskeyIn(Form):
    answer: dict[str, Any] = Field(description="What navigator.credentials.get() gave, as JSON")


class ProofIn(Form):
    """One of the three; a code counts only for who has no password at hand but an app."""

    password: Password | None = None
    code: Code | None = None
    passkey: dict[str, Any] | None = None


class SessionOut(Form):
    state: Literal["open", "code"] = Field(description="`code`: the second factor is still asked for")
    account: str | None = None
    name: str | None = None
    language: str | None = None
    party: int | None = None
    seats: tuple[Seat, ...] = ()
    scopes: tuple[Scope, ...] = ()
    csrf: str | None = Field(None, description="For the header X-CSRF-Token of whatever changes something")
    fresh_at: Time | None = Field(None, description="When the person last proved who he is")


class InvitationOut(Form):
    name: str
    login: str
    purpose: str
    expires_at: Time


class NewPasswordIn(Form):
    password: Password


def session_of(request: Request, parts: GatewayPart, caller: CallerPart) -> Session:
    """The person's session. Raises SessionEnded, Unauthenticated (401), CsrfWrong; Forbidden for a system."""
    found = cookies.session_of(request, parts) if caller.account is not None else None
    if found is None:
        raise Forbidden("This is for people who are signed in, not for tokens.", code="session.person")
    return found


SessionPart = Annotated[Session, Depends(session_of)]


@router.post("/session", status_code=201)
def sign_in(body: SignInIn, request: Request, parts: GatewayPart) -> SessionOut:
    """Sign in with login and password. The answer sets the cookie of the session, or asks for a code."""
    return _shown(proving.by_password(request, parts, body.login, body.password).session)


@router.post("/session/code", status_code=201)
def second_step(body: CodeIn, request: Request, parts: GatewayPart) -> SessionOut:
    """The second step: a code of the authenticator app, or a recovery code."""
    return _shown(proving.by_code(request, parts, body.code))


@router.post("/session/passkey/options")
def passkey_options(request: Request, response: Response) -> dict[str, Any]:
    """What navigator.credentials.get() takes, to sign in with a passkey; good for five minutes."""
    response.headers["Cache-Control"] = "no-store"
    return proving.begin_passkey(request, parts_of(request), None)


@router.post("/session/passkey", status_code=201)
def sign_in_by_passkey(body: PasskeyIn, request: Request, parts: GatewayPart) -> SessionOut:
    """Sign in with a passkey."""
    return _shown(proving.by_passkey(request, parts, body.answer))


@router.get("/session")
def show(session: SessionPart, response: Response) -> SessionOut:
    """Who is signed in here."""
    response.headers["Cache-Control"] = "no-store"
    return _shown(session)


@router.delete("/session", status_code=204)
def sign_out(session: SessionPart, request: Request, parts: GatewayPart) -> None:
    """End this session."""
    proving.leave(request, parts, session)


@router.post("/session/prove/options")
def proof_options(session: SessionPart, request: Request, parts: GatewayPart) -> dict[str, Any]:
    """What navigator.credentials.get() takes, to prove oneself with one of one's own passkeys."""
    return proving.begin_passkey(request, parts, session.caller.token)


@router.post("/session/prove", status_code=204)
def prove(body: ProofIn, session: SessionPart, request: Request, parts: GatewayPart) -> None:
    """Prove once more who one is; acts that sign ask for a proof of the last ten minutes."""
    prove_with(request, parts, session, body.password, body.code, body.passkey)


def prove_with(
    request: Request,
    parts: Gateway,
    session: Session,
    password: str | None,
    code: str | None,
    passkey: dict[str, Any] | None,
) -> None:
    """Exactly one proof, held against the person of this session. Raises SignInWrong, SlowDown, BegunWrong,
    PasswordRefused.
    """
    account = session.caller.token
    if passkey is not None and password is None and code is None:
        proving.check_passkey(request, parts, passkey, account)
        method = "passkey"
    elif password is not None and code is None and passkey is None:
        proving.check_password(parts, account, password)
        method = "password"
    elif code is not None and password is None and passkey is None:
        proving.check_code(parts, account, code)
        method = "code"
    else:
        message = "Give one proof: a password, a code, or a passkey's answer."
        raise PasswordRefused([Fault("", "session.proof", message, "Leave the others out.")])
    proving.proved(request, parts, session, method)


@router.get("/invitations/{code}")
def show_invitation(code: str, parts: GatewayPart, response: Response) -> InvitationOut:
    """Whom a one-time link invites."""
    response.headers["Cache-Control"] = "no-store"
    with parts.database.reading() as conn:
        found = invitations.find(conn, parts.clock, code)
    account = found.account
    return InvitationOut(
        name=account.name,
        login=account.logins[0] if account.logins else "",
        purpose=found.purpose,
        expires_at=found.expires_at,
    )


@router.post("/invitations/{code}", status_code=201)
def accept_invitation(code: str, body: NewPasswordIn, request: Request, parts: GatewayPart) -> SessionOut:
    """Set the password with a one-time link, and sign in."""
    return _shown(accept(request, parts, code, body.password))


def accept(request: Request, parts: Gateway, code: str, password: str) -> Session | None:
    """The same for pages; None when the second factor is still asked for. Raises InvitationWrong,
    PasswordRefused.
    """
    cookies.check_origin(request, parts)
    with parts.database.reading() as conn:
        found = invitations.find(conn, parts.clock, code)
    passwords.check(password, found.account.logins)
    encoded = passwords.hashed(password)
    return proving.join(request, parts, code, encoded)


def _shown(session: Session | None) -> SessionOut:
    if session is None:
        return SessionOut(state="code")
    caller = session.caller
    return SessionOut(
        state="open",
        account=caller.account,
        name=session.name,
        language=session.language,
        party=caller.party,
        seats=tuple(sorted(caller.seats)),
        scopes=tuple(Scope(each) for each in sorted(caller.scopes)),
        csrf=session.csrf,
        fresh_at=caller.fresh_at,
    )
