"""Who may give whom a place: an admin in his party, the registrar among the staff and for parties' admins.

The registrar makes a party's first admin, and helps one in again who has lost his proofs; signers and clerks
are the admin's own affair, so that the platform puts nobody into a party's other seats.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from suyuan.access import accounts, invitations, trail
from suyuan.access.errors import AccountUnknown
from suyuan.access.invitations import Purpose
from suyuan.access.model import Account, Caller, Scope, Seat
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Forbidden


def managed(conn: Connection, caller: Caller, account: str) -> Account:
    """An account that the caller may see and change. Raises AccountUnknown, whether or not there is one."""
    found = accounts.the_account(conn, account)
    is_own = found.party is not None and found.party == caller.party and caller.has(Scope.PARTY_ADMIN)
    is_registrars = caller.party is None and caller.has(Scope.REGISTRAR)
    if not is_own and not is_registrars:
        raise AccountUnknown(f"There is no account {account!r}.")
    return found


def invite_person(  # noqa: PLR0913, PLR0917 - what an invitation says
    conn: Connection,
    clock: Clock,
    caller: Caller,
    login: str,
    name: str,
    party: int | None,
    seats: Iterable[Seat],
    language: str = "zh",
) -> tuple[str, str]:
    """Make an account and a one-time link for it; returns the account's id and the link's code.

    Raises AccountRefused, Forbidden. Whether the party exists is for the caller to know.
    """
    wanted = frozenset(seats)
    _may_give(caller, party, wanted)
    account = accounts.add(conn, clock, login, name, party, wanted, language)
    code = invitations.invite(conn, clock, account, caller.token)
    facts = {"party": party, "seats": sorted(wanted)}
    trail.note(conn, clock, caller, "account.invited", account, facts)
    return account, code


def give_seats(
    conn: Connection, clock: Clock, caller: Caller, account: str, seats: Iterable[Seat]
) -> Account:
    """Other seats for a person. Raises AccountUnknown, AccountRefused, Forbidden."""
    found, wanted = managed(conn, caller, account), frozenset(seats)
    _may_give(caller, found.party, wanted)
    accounts.take_seats(conn, clock, account, found.party, wanted)
    facts = {"before": sorted(found.seats), "seats": sorted(wanted)}
    trail.note(conn, clock, caller, "account.seated", account, facts)
    return accounts.the_account(conn, account)


def new_link(conn: Connection, clock: Clock, caller: Caller, account: str, *, recover: bool = False) -> str:
    """A one-time link for who cannot come in; returns its code. `recover` also clears second factors and
    passkeys when it is used. Raises AccountUnknown, Forbidden, InvitationWrong.
    """
    found = managed(conn, caller, account)
    _expect_own_or_admin(caller, found, "makes this link")
    if caller.party is not None and caller.account is None:
        raise Forbidden("Links of a party are made by a person, not by a token.", code="session.person")
    code = invitations.invite(conn, clock, account, caller.token, Purpose.RECOVER if recover else None)
    trail.note(conn, clock, caller, "account.link-made", account, {"recover": recover})
    return code


def shut_out(conn: Connection, clock: Clock, caller: Caller, account: str) -> None:
    """Close an account, its sessions and links, from now on. Raises AccountUnknown, AccountRefused."""
    managed(conn, caller, account)
    accounts.disable(conn, clock, account)
    invitations.close_all(conn, clock, account)
    trail.note(conn, clock, caller, "account.disabled", account, {})


def let_in(conn: Connection, clock: Clock, caller: Caller, account: str) -> None:
    """Open a closed account again; its password holds as before. Raises AccountUnknown, Forbidden."""
    _expect_own_or_admin(caller, managed(conn, caller, account), "opens this account again")
    accounts.enable(conn, account)
    trail.note(conn, clock, caller, "account.enabled", account, {})


def forget_person(conn: Connection, clock: Clock, caller: Caller, account: str) -> None:
    """Close an account and erase who it was. Raises like `shut_out`."""
    managed(conn, caller, account)
    accounts.forget(conn, clock, account)
    invitations.close_all(conn, clock, account)
    trail.note(conn, clock, caller, "account.forgotten", account, {})


def _expect_own_or_admin(caller: Caller, found: Account, what: str) -> None:
    """The registrar helps a party's admin only. Raises Forbidden."""
    if found.party is not None and found.party != caller.party and Seat.ADMIN not in found.seats:
        raise Forbidden(f"The party's own admin {what}.", code="account.not-yours")


def _may_give(caller: Caller, party: int | None, seats: frozenset[Seat]) -> None:
    if caller.party is not None and caller.account is None:
        raise Forbidden("Seats of a party are given by a person, not by a token.", code="session.person")
    if party is not None and caller.party == party and caller.has(Scope.PARTY_ADMIN):
        return
    if caller.party is None and caller.has(Scope.REGISTRAR) and (party is None or seats == {Seat.ADMIN}):
        return
    raise Forbidden("The party's own admin gives this seat.", code="account.not-yours")
