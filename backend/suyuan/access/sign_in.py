"""Signing in with a login and a password, in two transactions with the costly hashing between them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from suyuan.access import begun, delays, devices, totp
from suyuan.access.accounts import account_of_login
from suyuan.access.begun import Kind
from suyuan.access.errors import AccountRefused, SignInWrong
from suyuan.access.logins import normalised
from suyuan.access.ports import Sealer
from suyuan.access.tables import accounts, logins
from suyuan.kernel.clock import Clock


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody says who he is. `account` and `encoded` are None for a login that nobody has."""

    counters: tuple[delays.Counter, delays.Counter]
    account: str | None
    encoded: str | None


def attempt(  # noqa: PLR0913, PLR0917 - who, from where, and what his browser shows
    conn: Connection, clock: Clock, sealer: Sealer, login: str, address: str, note: str = ""
) -> Attempt:
    """Count the attempt and find whose password must fit. `note`: what the browser was given when its person
    signed in before. Raises SlowDown, for logins that nobody has too.
    """
    try:
        known = normalised(login)
    except AccountRefused:
        known = ""
    account = account_of_login(conn, known) if known else None
    is_known = account is not None and devices.is_known(clock, sealer, account, note)
    by_name = delays.of_device(note) if is_known else delays.of_login(known or login)
    counters = (by_name, delays.of_address(address))
    delays.count(conn, clock, counters)
    query = select(accounts.c.password).where(accounts.c.id == account, accounts.c.disabled_at.is_(None))
    return Attempt(counters, account, conn.execute(query).scalar())


def succeed(conn: Connection, clock: Clock, made: Attempt, renewed: str | None = None) -> str | None:
    """The password was right: forgive the failures, and keep the `renewed` hash. Returns a secret for the
    second step when the account has one, else None. Raises SignInWrong when the password was changed
    meanwhile.
    """
    still = (accounts.c.id == made.account) & (accounts.c.password == made.encoded)
    row = conn.execute(select(accounts.c.disabled_at).where(still)).one_or_none()
    if made.account is None or row is None or row.disabled_at is not None:
        raise SignInWrong("Login or password is wrong.")
    delays.forgive(conn, made.counters[0])
    delays.take_back(conn, clock, made.counters[1])
    if renewed is not None:
        conn.execute(update(accounts).where(still).values(password=renewed))
    if totp.is_on(conn, made.account):
        return begun.begin(conn, clock, Kind.SECOND_FACTOR, made.account, {})
    return None


def logins_of(conn: Connection, account: str) -> list[str]:
    """The person's own logins, in normal form."""
    return list(conn.execute(select(logins.c.login).where(logins.c.account == account)).scalars())


def set_password(conn: Connection, clock: Clock, account: str, encoded: str) -> None:
    """Keep another password's hash; the caller has checked and hashed it."""
    values = {"password": encoded, "password_at": clock.now()}
    conn.execute(update(accounts).where(accounts.c.id == account).values(values))


def password_of(conn: Connection, account: str) -> str | None:
    """The encoded hash, to verify outside of a transaction."""
    return conn.execute(select(accounts.c.password).where(accounts.c.id == account)).scalar()
