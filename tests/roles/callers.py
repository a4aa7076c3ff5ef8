"""Everybody who calls in the role walk: nobody, systems with tokens, people in each seat, applicants."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

from sqlalchemy import update

from roles.planted import WORDS
from suyuan.access import accounts, sessions, tokens
from suyuan.access.model import SCOPES_OF, Scope, Seat
from suyuan.access.tables import sessions as table
from suyuan.api.cookies import cookie_name

EVERYTHING = frozenset("".join(WORDS))
_OF_PARTY = {
    "submit": Scope.SUBMIT,
    "read": Scope.READ,
    "drafts": Scope.DRAFT,
    "handovers": Scope.HANDOVER,
    "admin": Scope.PARTY_ADMIN,
}
_OF_PLATFORM = {
    "registrar": Scope.REGISTRAR,
    "auditor": Scope.AUDIT,
    "qc": Scope.QC,
    "director": Scope.DIRECTOR,
}
#: What a system of a party may have.
ALL_OF_PARTY = frozenset(_OF_PARTY.values())


@dataclass(frozen=True)
class Caller:
    """`sees`: sides whose words may be in what he is told. `side` is his own; "" for the platform's."""

    name: str
    side: str = ""
    sees: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    seats: frozenset[Seat] = frozenset()
    is_person: bool = False
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def is_known(self) -> bool:
        return bool(self.headers) and self.name not in {"expired session", "closed account"}


def everybody(world) -> list[Caller]:
    """All callers, with what their requests carry."""
    found = [Caller("nobody")]
    with world.gateway.database.transaction() as conn:
        systems = [(f"A's {name} token", "A", {scope}) for name, scope in _OF_PARTY.items()]
        systems += [(f"{side}'s token", side, ALL_OF_PARTY) for side in "BCD"]
        systems += [(f"{name} token", "", {scope}) for name, scope in _OF_PLATFORM.items()]
        found += [_system(conn, world, *each) for each in systems]
        for side, seats in (("A", _SEATS), ("B", _SEATS), ("C", ("admin",)), ("D", ("signer", "admin"))):
            found += [_person(conn, world, f"{side}'s {seat}", side, {Seat(seat)}) for seat in seats]
        found += [_person(conn, world, seat, "", {Seat(seat)}) for seat in ("registrar", "qc", "director")]
        for side in "XY":
            account = world.things[f"{side}.account"]
            found.append(_session(conn, world, f"applicant {side}", side, account, scopes=frozenset()))
        found += _shut_out(conn, world)
    return found


_SEATS = ("entry", "signer", "admin", "auditor")


def _system(conn, world, name, side, scopes):
    secret = tokens.issue(conn, world.gateway.clock, name, world.numbers.get(side), scopes)
    tokens.note_use(conn, world.gateway.clock, tokens.authenticate(conn, world.gateway.clock, secret))
    return Caller(name, side, _sees(side), frozenset(scopes), headers={"Authorization": f"Bearer {secret}"})


def _sees(side):
    """A platform's caller sees all; others their own side."""
    return frozenset(side) if side else EVERYTHING


def _person(conn, world, name, side, seats):
    login = f"{name.replace(' ', '.').replace(chr(39), '')}@walk.example.com"
    account = accounts.add(conn, world.gateway.clock, login, name, world.numbers.get(side), seats)
    scopes = frozenset().union(*(SCOPES_OF[seat] for seat in seats))
    return replace(_session(conn, world, name, side, account, scopes=scopes), seats=frozenset(seats))


def _session(conn, world, name, side, account, *, scopes):
    secret = sessions.open_session(conn, world.gateway.clock, account)
    csrf = sessions.find(conn, world.gateway.clock, secret).csrf
    headers = {"Cookie": f"{cookie_name(world.gateway)}={secret}", "X-CSRF-Token": csrf}
    return Caller(name, side, _sees(side), scopes, is_person=True, headers=headers)


def _shut_out(conn, world):
    """Two who were A's admins: one whose account is closed, one whose session has ended."""
    closed = _person(conn, world, "closed account", "A", {Seat.SIGNER})
    ended = _person(conn, world, "expired session", "A", {Seat.ADMIN, Seat.SIGNER})
    listed = {each.name: each.id for each in accounts.list_accounts(conn, limit=500)}
    accounts.disable(conn, world.gateway.clock, listed["closed account"])
    long_ago = world.gateway.clock.now() - timedelta(days=60)
    _put_back(conn, listed["expired session"], long_ago)
    return [replace(each, sees=frozenset(), scopes=frozenset()) for each in (closed, ended)]


def _put_back(conn, account, moment):
    times = {"seen_at": moment, "ends_at": moment + timedelta(days=1)}
    conn.execute(update(table).where(table.c.account == account).values(times))
