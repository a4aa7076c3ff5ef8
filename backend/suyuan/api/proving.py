"""How somebody proves who he is, for the programs' routes and the pages alike.

Hashing a password takes a tenth of a second, so no transaction is held meanwhile: one before counts the
attempt, one after keeps the outcome.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fastapi import Request
from sqlalchemy import Connection

from suyuan.access import (
    begun,
    delays,
    devices,
    invitations,
    passkeys,
    passwords,
    sessions,
    sign_in,
    totp,
    trail,
)
from suyuan.access.begun import Kind
from suyuan.access.errors import BegunWrong, SessionEnded, SignInWrong
from suyuan.access.model import Caller, Session
from suyuan.access.passkeys import Site
from suyuan.access.sessions import Ends
from suyuan.api import cookies
from suyuan.api.gateway import Gateway

_WRONG = "Login or password is wrong."


@dataclass(frozen=True, slots=True)
class Opened:
    """Who is signed in now; None while the second factor is still asked for."""

    session: Session | None


def address_of(request: Request) -> str:
    """Where the request comes from, for delays only; it is kept nowhere as it is."""
    return request.client.host if request.client else ""


def site_of(parts: Gateway) -> Site:
    return Site.of(parts.settings.public_url)


def by_password(request: Request, parts: Gateway, login: str, password: str) -> Opened:
    """Sign in, or come to the second step. Raises SignInWrong, SlowDown, HashingBusy, CsrfWrong."""
    cookies.check_origin(request, parts)
    with parts.database.transaction() as conn:
        note = cookies.known_of(request, parts)
        made = sign_in.attempt(conn, parts.clock, parts.keyring, login, address_of(request), note)
    if not passwords.fits(made.encoded, password) or made.encoded is None or made.account is None:
        raise SignInWrong(_WRONG)
    renewed = passwords.hashed(password) if passwords.is_outdated(made.encoded) else None
    with parts.database.transaction() as conn:
        second = sign_in.succeed(conn, parts.clock, made, renewed)
        if second is not None:
            cookies.begin_cookie(request, second)
            return Opened(None)
        return Opened(enter(conn, request, parts, made.account, "password"))


def by_code(request: Request, parts: Gateway, code: str) -> Session:
    """The second step: a code of the app, or a recovery code. Raises SignInWrong, SlowDown, BegunWrong."""
    cookies.check_origin(request, parts)
    secret = cookies.begun_of(request, parts)
    with parts.database.reading() as conn:
        account = begun.look(conn, parts.clock, Kind.SECOND_FACTOR, secret).account
    if account is None:
        raise BegunWrong("Begin again.")
    check_code(parts, account, code)
    with parts.database.transaction() as conn:
        begun.take(conn, parts.clock, Kind.SECOND_FACTOR, secret)
        cookies.begin_cookie(request, "")
        return enter(conn, request, parts, account, "password")


def check_code(parts: Gateway, account: str, code: str) -> None:
    """Use up a code of the app or a recovery code. Raises SignInWrong, SlowDown."""
    counter = delays.of_account(account, "code")
    with parts.database.transaction() as conn:
        delays.count(conn, parts.clock, [counter])
    with parts.database.transaction() as conn:
        is_right = totp.check(conn, parts.clock, parts.keyring, account, code)
        if not is_right and totp.use_recovery_code(conn, parts.clock, account, code):
            trail.note(conn, parts.clock, _person(account), "account.recovery-code-used", account, {})
            is_right = True
        if is_right:
            delays.forgive(conn, counter)
    if not is_right:
        raise SignInWrong("This code does not fit, or was used already.")


def check_password(parts: Gateway, account: str, password: str) -> None:
    """Whether this person's password is right. Raises SignInWrong, SlowDown, HashingBusy."""
    counter = delays.of_account(account, "password")
    with parts.database.transaction() as conn:
        delays.count(conn, parts.clock, [counter])
        encoded = sign_in.password_of(conn, account)
    if not passwords.fits(encoded, password):
        raise SignInWrong("The password is wrong.")
    with parts.database.transaction() as conn:
        delays.forgive(conn, counter)


def begin_passkey(request: Request, parts: Gateway, account: str | None) -> dict[str, Any]:
    """Options for the browser's passkey function: to sign in, or to prove oneself as `account`."""
    cookies.check_origin(request, parts)
    with parts.database.transaction() as conn:
        if account is None:
            challenge = passkeys.begin_sign_in(conn, parts.clock, site_of(parts))
        else:
            challenge = passkeys.begin_proof(conn, parts.clock, site_of(parts), account)
    cookies.begin_cookie(request, challenge.secret)
    return challenge.options


def check_passkey(request: Request, parts: Gateway, answer: dict[str, Any], account: str | None) -> str:
    """Whose passkey has answered. Its challenge is used up in any case. Raises SignInWrong, BegunWrong."""
    cookies.check_origin(request, parts)
    secret, wrong = cookies.begun_of(request, parts), None
    cookies.begin_cookie(request, "")
    with parts.database.transaction() as conn:
        try:
            found = passkeys.finish(conn, parts.clock, site_of(parts), secret, answer, account)
        except SignInWrong as error:
            wrong = error
    if wrong is not None:
        raise wrong
    return found


def by_passkey(request: Request, parts: Gateway, answer: dict[str, Any]) -> Session:
    """Sign in with a passkey, which stands for both factors. Raises SignInWrong, BegunWrong."""
    account = check_passkey(request, parts, answer, None)
    with parts.database.transaction() as conn:
        return enter(conn, request, parts, account, "passkey")


def join(request: Request, parts: Gateway, code: str, encoded: str) -> Session | None:
    """Use a one-time link: the password's hash is set and the person signed in, or, where a second factor
    stands, asked for it (then None). Raises InvitationWrong.
    """
    with parts.database.transaction() as conn:
        account = invitations.accept(conn, parts.clock, code, encoded)
        trail.note(conn, parts.clock, _person(account), "account.password-set", account, {"by": "link"})
        if totp.is_on(conn, account):
            second = begun.begin(conn, parts.clock, Kind.SECOND_FACTOR, account, {})
            cookies.begin_cookie(request, second)
            return None
        return enter(conn, request, parts, account, "password")


def enter(conn: Connection, request: Request, parts: Gateway, account: str, method: str) -> Session:
    """Open a session for who has proved himself; the one that this browser had before ends. Raises
    SignInWrong for a closed account.
    """
    before = request.cookies.get(cookies.cookie_name(parts))
    try:
        former = sessions.find(conn, parts.clock, before) if before else None
    except SessionEnded:
        former = None
    if former is not None:
        sessions.close(conn, parts.clock, former.id, "replaced")
    try:
        agent = request.headers.get("user-agent", "")
        secret = sessions.open_session(conn, parts.clock, account, ends_of(parts), method, agent)
    except SessionEnded:
        raise SignInWrong(_WRONG) from None
    found = sessions.find(conn, parts.clock, secret)
    assert found is not None  # noqa: S101 - opened a moment ago in this transaction
    trail.note(conn, parts.clock, found.caller, "session.opened", found.id, {"method": method})
    cookies.set_cookie(request, secret)
    cookies.know(request, devices.remember(parts.clock, parts.keyring, account))
    request.state.session = found
    return found


def proved(request: Request, parts: Gateway, session: Session, method: str) -> None:
    """Keep that the person of this session has just proved who he is; its secret changes."""
    secret = request.cookies.get(cookies.cookie_name(parts), "")
    with parts.database.transaction() as conn:
        changed = sessions.prove_again(conn, parts.clock, session, secret)
        if changed is None:
            raise BegunWrong("The session has just changed. Do it once more.")
        trail.note(conn, parts.clock, session.caller, "session.proved", session.id, {"method": method})
    cookies.set_cookie(request, changed)


def leave(request: Request, parts: Gateway, session: Session) -> None:
    """Sign out."""
    with parts.database.transaction() as conn:
        sessions.close(conn, parts.clock, session.id)
        trail.note(conn, parts.clock, session.caller, "session.closed", session.id, {})
    cookies.end_cookie(request)


def ends_of(parts: Gateway) -> Ends:
    """When sessions end, by the settings."""
    settings = parts.settings
    return Ends(
        timedelta(minutes=settings.session_staff_idle_minutes),
        timedelta(minutes=settings.session_idle_minutes),
        timedelta(hours=settings.session_max_hours),
    )


def _person(account: str) -> Caller:
    """A line's caller where there is no session yet."""
    return Caller(account, "", None, frozenset(), account=account)
