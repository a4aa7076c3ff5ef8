"""Whether a party may bring new lots into being: its qualification, suspension and roles."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, update

from suyuan.anchoring.outbox import enqueue_set_qualification, enqueue_set_roles, enqueue_set_suspended
from suyuan.database import hold
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Fault
from suyuan.kernel.ledger import Role
from suyuan.parties.errors import QualificationRefused
from suyuan.parties.model import Party, until_seconds
from suyuan.parties.queries import the_party
from suyuan.parties.rules import qualification_faults
from suyuan.parties.tables import parties


def set_qualification(conn: Connection, clock: Clock, party: int, until: datetime | None) -> Party:
    """Renew, shorten or (None) unbind the qualification; ends it now only by `suspend`.

    Raises PartyUnknown, QualificationRefused.
    """
    faults = qualification_faults(until, clock.now())
    if faults:
        raise QualificationRefused(faults)
    hold(conn, "parties", "standing", party)
    if the_party(conn, party).qualified_until != until:
        conn.execute(update(parties).where(parties.c.number == party).values(qualified_until=until))
        enqueue_set_qualification(conn, clock, party, until_seconds(until))
    return the_party(conn, party)


def suspend(conn: Connection, clock: Clock, party: int) -> Party:
    """Keep the party from opening lots, at once here, and on the chain when the queue comes to it."""
    return _set_suspended(conn, clock, party, suspended=True)


def reinstate(conn: Connection, clock: Clock, party: int) -> Party:
    """Undo `suspend`."""
    return _set_suspended(conn, clock, party, suspended=False)


def set_roles(conn: Connection, clock: Clock, party: int, roles: Role) -> Party:
    """Raises PartyUnknown, QualificationRefused without any role."""
    if not roles:
        fault = Fault("/roles", "party.no-role", "The party has no role.", "Give at least one role.")
        raise QualificationRefused([fault])
    hold(conn, "parties", "standing", party)
    if the_party(conn, party).roles != roles:
        conn.execute(update(parties).where(parties.c.number == party).values(roles=int(roles)))
        enqueue_set_roles(conn, clock, party, int(roles))
    return the_party(conn, party)


def _set_suspended(conn: Connection, clock: Clock, party: int, *, suspended: bool) -> Party:
    hold(conn, "parties", "standing", party)
    if the_party(conn, party).suspended != suspended:
        conn.execute(update(parties).where(parties.c.number == party).values(suspended=suspended))
        enqueue_set_suspended(conn, clock, party, suspended)
    return the_party(conn, party)
