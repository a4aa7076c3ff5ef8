"""Accounts of people: who there is, in which seats, and who may not come in any more."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from suyuan.access import sessions
from suyuan.access.errors import AccountRefused, AccountUnknown
from suyuan.access.logins import normalised
from suyuan.access.model import PLATFORM_SEATS, Account, Seat, seats_from
from suyuan.access.tables import accounts, company_people, logins, passkeys, recovery_codes, totp
from suyuan.database.locks import hold
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Fault

LANGUAGES = ("zh", "en")

#: Where the demo's people have their addresses; nobody's real ones are there (RFC 2606).
DEMO_DOMAIN = "demo.suyuan.example"


def add(  # noqa: PLR0913, PLR0917 - six plain facts make an account
    conn: Connection,
    clock: Clock,
    login: str,
    name: str,
    party: int | None,
    seats: Iterable[Seat],
    language: str = "zh",
) -> str:
    """Make an account that nobody can open yet, and return its id. No party and no seat: an applicant.

    Raises AccountRefused with every fault; whether the party exists is for the caller to know.
    """
    wanted = frozenset(seats)
    faults = _faults(name, party, wanted, language)
    known = _normalised_or(login, faults)
    if not faults and account_of_login(conn, known) is not None:
        faults.append(_taken())
    if faults:
        raise AccountRefused(faults)
    account = secrets.token_hex(8)
    conn.execute(
        insert(accounts).values(
            id=account,
            name=name.strip(),
            language=language,
            party=party,
            seats=" ".join(sorted(wanted)),
            created_at=clock.now(),
        )
    )
    add_login(conn, account, known)
    return account


def add_login(conn: Connection, account: str, login: str) -> None:
    """Another name for the same person. Raises AccountRefused when it is somebody's already."""
    try:
        with conn.begin_nested():
            conn.execute(insert(logins).values(login=normalised(login), account=account))
    except IntegrityError:
        raise AccountRefused([_taken()]) from None


def account_of_login(conn: Connection, login: str) -> str | None:
    """Whose login this is, in its normal form."""
    return conn.execute(select(logins.c.account).where(logins.c.login == login)).scalar()


def are_of_demo(conn: Connection) -> bool:
    """Whether somebody of the demo may still come in."""
    open_ones = select(logins.c.login).join(accounts, accounts.c.id == logins.c.account)
    theirs = logins.c.login.endswith(f"@{DEMO_DOMAIN}") & accounts.c.disabled_at.is_(None)
    return conn.execute(open_ones.where(theirs).limit(1)).first() is not None


def the_account(conn: Connection, account: str) -> Account:
    """Raises AccountUnknown."""
    found = _load(conn, accounts.c.id == account)
    if not found:
        raise AccountUnknown(f"There is no account {account!r}.")
    return found[0]


def list_accounts(
    conn: Connection, *, party: int | None = None, staff: bool = False, after: str = "", limit: int = 100
) -> list[Account]:
    """By id: the people of one party, or the platform's (`staff`), or everybody."""
    which = accounts.c.id > after
    if party is not None:
        which &= accounts.c.party == party
    elif staff:
        which &= accounts.c.party.is_(None) & (accounts.c.seats != "")
    return _load(conn, which, limit)


def take_seats(
    conn: Connection, clock: Clock, account: str, party: int | None, seats: Iterable[Seat]
) -> None:
    """Give a person other seats, or an applicant his first party. His sessions change their secret with the
    next request. Nobody moves from one party to another. Raises AccountUnknown, AccountRefused: also when
    nobody would be left who may give seats.
    """
    wanted = frozenset(seats)
    before = the_account(conn, account)
    faults = _faults(before.name, party, wanted, before.language)
    if before.seats and before.party != party:
        message = "A person stays with his party."
        faults.append(
            Fault("/party", "account.party", message, "Make an account of its own for the other one.")
        )
    if faults:
        raise AccountRefused(faults)
    _keep_one(conn, before, wanted)
    values = {"party": party, "seats": " ".join(sorted(wanted))}
    conn.execute(update(accounts).where(accounts.c.id == account).values(values))
    sessions.rotate_soon(conn, clock, account)


def disable(conn: Connection, clock: Clock, account: str) -> None:
    """Nobody comes in with this account from now on, also not by an open session. Raises AccountUnknown,
    AccountRefused when nobody would be left who may give seats.
    """
    _keep_one(conn, the_account(conn, account), frozenset())
    still = accounts.c.disabled_at.is_(None)
    conn.execute(update(accounts).where(accounts.c.id == account, still).values(disabled_at=clock.now()))
    sessions.end_all(conn, clock, account, "disabled")


def enable(conn: Connection, account: str) -> None:
    """Let him in again. Raises AccountUnknown."""
    the_account(conn, account)
    conn.execute(update(accounts).where(accounts.c.id == account).values(disabled_at=None))


def forget(conn: Connection, clock: Clock, account: str) -> None:
    """Erase who the person was: name, logins and everything he could prove himself with. What he did stays in
    the audit trail under the account's id. Raises like `disable`.
    """
    disable(conn, clock, account)
    for table in (logins, totp, recovery_codes, passkeys, company_people):
        conn.execute(delete(table).where(table.c.account == account))
    nobody = {"name": "", "password": None, "password_at": None}
    conn.execute(update(accounts).where(accounts.c.id == account).values(nobody))


def _keep_one(conn: Connection, before: Account, wanted: frozenset[Seat]) -> None:
    """The last who gives seats, in a party its admin, on the platform the registrar, stays in his."""
    giver = Seat.REGISTRAR if before.party is None else Seat.ADMIN
    if giver not in before.seats or giver in wanted or before.disabled_at is not None:
        return
    hold(conn, "access.seats", before.party or 0)
    its = accounts.c.party.is_(None) if before.party is None else accounts.c.party == before.party
    others = _load(conn, its & accounts.c.disabled_at.is_(None) & (accounts.c.id != before.id), 10_000)
    by_company = set(conn.execute(select(company_people.c.account)).scalars())
    if not any(giver in o.seats and (o.has_password or o.id in by_company) for o in others):
        message = f"This is the last account with the seat {giver}."
        fix = "Give that seat to somebody else first, and wait until he has signed in."
        raise AccountRefused([Fault("/seats", "account.last-admin", message, fix)])


def _load(conn: Connection, which: Any, limit: int = 1) -> list[Account]:
    rows = conn.execute(select(accounts).where(which).order_by(accounts.c.id).limit(limit)).all()
    names: dict[str, list[str]] = {row.id: [] for row in rows}
    query = select(logins).where(logins.c.account.in_(names)).order_by(logins.c.login)
    for row in conn.execute(query):
        names[row.account].append(row.login)
    return [
        Account(
            id=row.id,
            name=row.name,
            language=row.language,
            party=row.party,
            seats=seats_from(row.seats),
            logins=tuple(names[row.id]),
            has_password=row.password is not None,
            created_at=row.created_at,
            disabled_at=row.disabled_at,
        )
        for row in rows
    ]


def _normalised_or(login: str, faults: list[Fault]) -> str:
    try:
        return normalised(login)
    except AccountRefused as error:
        faults += error.faults
        return ""


def _taken() -> Fault:
    return Fault("/login", "account.login-taken", "This login is somebody's already.", "Use another one.")


def _faults(name: str, party: int | None, seats: frozenset[Seat], language: str) -> list[Fault]:
    found = []
    if not 1 <= len(name.strip()) <= 100 or not name.isprintable():
        message = "The name has 1 to 100 characters on one line."
        found.append(Fault("/name", "account.name", message, "Say who it is."))
    if language not in LANGUAGES:
        found.append(Fault("/language", "account.language", "The pages speak zh and en.", "Choose one."))
    wrong = sorted(seats & PLATFORM_SEATS if party is not None else seats - PLATFORM_SEATS)
    if wrong:
        whose = "the platform" if party is not None else "a party"
        message = f"{wrong[0]} is a seat of {whose}."
        found.append(Fault("/seats", "account.seat", message, "Choose seats of the account's own place."))
    if party is not None and not seats:
        found.append(Fault("/seats", "account.seats", "A person of a party has a seat.", "Choose one."))
    return found
