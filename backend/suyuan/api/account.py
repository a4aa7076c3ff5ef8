"""Routes of one's own account: password, codes, passkeys, sessions. Changing a proof needs a fresh one."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import Field

from suyuan.access import accounts, passkeys, passwords, sessions, sign_in, totp, trail
from suyuan.access.errors import AccountUnknown
from suyuan.access.model import Session
from suyuan.api import cookies, proving
from suyuan.api.forms import Form, Time
from suyuan.api.gateway import Gateway, GatewayPart, check_fresh
from suyuan.api.session import Code, NewPasswordIn, SessionPart

router = APIRouter(prefix="/api/v1/account", tags=["account"])


def fresh_session(session: SessionPart, parts: GatewayPart) -> Session:
    """The session of a person who has just proved who he is. Raises ProofStale (403)."""
    check_fresh(parts, session.caller)
    return session


FreshSession = Annotated[Session, Depends(fresh_session)]


class SeenSession(Form):
    id: str
    method: str
    agent: str
    created_at: Time
    seen_at: Time
    is_this: bool


class SeenSessions(Form):
    sessions: list[SeenSession]


class AppOut(Form):
    address: str = Field(description="otpauth: address for the authenticator app; shown this once")


class CodeIn(Form):
    code: Code


class RecoveryCodes(Form):
    recovery_codes: list[str] = Field(description="Each serves once; shown this once")


class PasskeyIn(Form):
    name: Annotated[str, Field(min_length=1, max_length=60)]
    answer: dict[str, Any] = Field(description="What navigator.credentials.create() gave, as JSON")


class PasskeyOut(Form):
    id: str
    name: str
    created_at: Time
    used_at: Time | None
    doubted_at: Time | None = Field(description="Its counter went back: there may be a copy of it")
    backed_up: bool


class PasskeysOut(Form):
    passkeys: list[PasskeyOut]


@router.post("/password", status_code=204)
def change_password(body: NewPasswordIn, session: FreshSession, request: Request, parts: GatewayPart) -> None:
    """Set another password; every other session of this person ends."""
    set_password(request, parts, session, body.password)


def set_password(request: Request, parts: Gateway, session: Session, password: str) -> None:
    """The same for pages. Raises PasswordRefused, HashingBusy."""
    account = session.caller.token
    with parts.database.reading() as conn:
        logins = sign_in.logins_of(conn, account)
    passwords.check(password, logins)
    encoded = passwords.hashed(password)
    secret = request.cookies.get(cookies.cookie_name(parts), "")
    with parts.database.transaction() as conn:
        sign_in.set_password(conn, parts.clock, account, encoded)
        sessions.end_all(conn, parts.clock, account, "password", but=session.id)
        changed = sessions.prove_again(conn, parts.clock, session, secret)
        trail.note(conn, parts.clock, session.caller, "account.password-set", account, {"by": "person"})
    if changed is not None:
        cookies.set_cookie(request, changed)


@router.get("/sessions")
def list_sessions(session: SessionPart, parts: GatewayPart) -> SeenSessions:
    """Where this person is signed in."""
    with parts.database.reading() as conn:
        found = sessions.list_sessions(conn, parts.clock, session.caller.token)
    return SeenSessions(
        sessions=[
            SeenSession(
                id=each.id,
                method=each.method,
                agent=each.agent,
                created_at=each.created_at,
                seen_at=each.seen_at,
                is_this=each.id == session.id,
            )
            for each in found
        ]
    )


@router.delete("/sessions/{session_id}", status_code=204)
def end_session(
    session_id: Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")], session: SessionPart, parts: GatewayPart
) -> None:
    """End one of one's own sessions."""
    end_own_session(parts, session, session_id)


def end_own_session(parts: Gateway, session: Session, session_id: str) -> None:
    """The same for pages. Raises AccountUnknown for a session of somebody else."""
    with parts.database.transaction() as conn:
        own = sessions.list_sessions(conn, parts.clock, session.caller.token)
        if session_id not in {each.id for each in own}:
            raise AccountUnknown("You have no such session.", code="session.unknown")
        sessions.close(conn, parts.clock, session_id, "elsewhere")
        trail.note(conn, parts.clock, session.caller, "session.closed", session_id, {"by": session.id})


@router.post("/totp", status_code=201)
def begin_codes(session: FreshSession, parts: GatewayPart, response: Response) -> AppOut:
    """Make a secret for an authenticator app; it is in use once a first code is confirmed."""
    response.headers["Cache-Control"] = "no-store"
    with parts.database.transaction() as conn:
        login = login_of(conn, session)
        address = totp.begin(conn, parts.clock, parts.keyring, session.caller.token, login)
    return AppOut(address=address)


@router.post("/totp/confirmation")
def confirm_codes(
    body: CodeIn, session: FreshSession, parts: GatewayPart, response: Response
) -> RecoveryCodes:
    """Take the codes into use with a first one. From then on signing in with a password asks for one."""
    response.headers["Cache-Control"] = "no-store"
    return RecoveryCodes(recovery_codes=switch_codes_on(parts, session, body.code))


def switch_codes_on(parts: Gateway, session: Session, code: str) -> list[str]:
    """The same for pages. Raises ProofRefused."""
    with parts.database.transaction() as conn:
        made = totp.confirm(conn, parts.clock, parts.keyring, session.caller.token, code)
        trail.note(conn, parts.clock, session.caller, "account.codes-on", session.caller.token, {})
    return made


@router.delete("/totp", status_code=204)
def end_codes(session: FreshSession, parts: GatewayPart) -> None:
    """Ask for no codes any more."""
    switch_codes_off(parts, session)


def switch_codes_off(parts: Gateway, session: Session) -> None:
    """The same for pages."""
    with parts.database.transaction() as conn:
        totp.switch_off(conn, session.caller.token)
        trail.note(conn, parts.clock, session.caller, "account.codes-off", session.caller.token, {})


@router.post("/passkeys/options")
def passkey_options(session: FreshSession, request: Request, parts: GatewayPart) -> dict[str, Any]:
    """What navigator.credentials.create() takes; good for five minutes."""
    with parts.database.transaction() as conn:
        site, login = proving.site_of(parts), login_of(conn, session)
        made = passkeys.begin_new(conn, parts.clock, site, session.caller.token, login)
    cookies.begin_cookie(request, made.secret)
    return made.options


@router.post("/passkeys", status_code=201)
def add_passkey(body: PasskeyIn, session: FreshSession, request: Request, parts: GatewayPart) -> PasskeysOut:
    """Register a passkey."""
    secret, account = cookies.begun_of(request, parts), session.caller.token
    cookies.begin_cookie(request, "")
    with parts.database.transaction() as conn:
        site = proving.site_of(parts)
        made = passkeys.finish_new(conn, parts.clock, site, account, secret, body.answer, body.name)
        trail.note(
            conn, parts.clock, session.caller, "account.passkey-added", account, {"passkey": made[:64]}
        )
    return list_passkeys(session, parts)


@router.get("/passkeys")
def list_passkeys(session: SessionPart, parts: GatewayPart) -> PasskeysOut:
    """One's own passkeys."""
    with parts.database.reading() as conn:
        found = passkeys.list_passkeys(conn, session.caller.token)
    return PasskeysOut(passkeys=[PasskeyOut.model_validate(each) for each in found])


@router.delete("/passkeys/{passkey}", status_code=204)
def remove_passkey(
    passkey: Annotated[str, Path(max_length=1400)], session: FreshSession, parts: GatewayPart
) -> None:
    """A passkey holds no more."""
    drop_passkey(parts, session, passkey)


def drop_passkey(parts: Gateway, session: Session, passkey: str) -> None:
    """The same for pages. Raises AccountUnknown for a passkey of somebody else."""
    account = session.caller.token
    with parts.database.transaction() as conn:
        if not passkeys.remove(conn, account, passkey):
            raise AccountUnknown("You have no such passkey.", code="passkey.unknown")
        facts = {"passkey": passkey[:64]}
        trail.note(conn, parts.clock, session.caller, "account.passkey-removed", account, facts)


def login_of(conn: Any, session: Session) -> str:
    """The name under which apps and devices list the account."""
    found = accounts.the_account(conn, session.caller.token).logins
    return found[0] if found else session.caller.token
