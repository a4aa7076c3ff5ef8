"""How somebody who is not known yet begins to apply; for the programs' route and the page alike."""

from __future__ import annotations

from fastapi import Request

from suyuan.access import accounts, passwords, sign_in
from suyuan.access.model import Caller, Session
from suyuan.api import cookies, proving
from suyuan.api.gateway import Gateway
from suyuan.qualification import apply, arriving
from suyuan.qualification.model import Application


def begin(
    request: Request, parts: Gateway, login: str, password: str, name: str, language: str
) -> tuple[Session, Application]:
    """Make an account with a password and a draft of an application, and sign in.

    Raises CsrfWrong, TooManyApplications, PasswordRefused, AccountRefused.
    """
    cookies.check_origin(request, parts)
    with parts.database.transaction() as conn:  # counts though nothing may come of it
        arriving.arrive(conn, parts.clock, proving.address_of(request))
    passwords.check(password, [login])
    encoded = passwords.hashed(password)
    with parts.database.transaction() as conn:
        account = accounts.add(conn, parts.clock, login, name, None, (), language)
        sign_in.set_password(conn, parts.clock, account, encoded)
        found = apply.open_application(conn, parts.clock, person_of(account, name), account)
        return proving.enter(conn, request, parts, account, "password"), found


def enter_for(parts: Gateway, registrar: Caller, login: str, name: str, language: str) -> Application:
    """A registrar begins an application for somebody, whose account opens by an invitation later."""
    with parts.database.transaction() as conn:
        account = accounts.add(conn, parts.clock, login, name, None, (), language)
        return apply.open_application(conn, parts.clock, registrar, account)


def person_of(account: str, name: str) -> Caller:
    """A person who belongs to no party yet."""
    return Caller(account, name, None, frozenset(), account=account)
