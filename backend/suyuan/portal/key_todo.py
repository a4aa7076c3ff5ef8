"""What is to be done about signatures and keys."""

from __future__ import annotations

from sqlalchemy import Connection

from suyuan.access.model import Scope
from suyuan.anchoring.queries import known_chain
from suyuan.kernel.clock import Clock
from suyuan.parties.recovery import open_recoveries, recoveries_of
from suyuan.parties.waiting import waiting_signatures
from suyuan.portal.session import Person
from suyuan.portal.todo import Pile, Todo, Urgency


def signatures(conn: Connection, _clock: Clock, person: Person) -> list[Todo]:
    """What stands in the queue until the party signs it itself."""
    chain, party = known_chain(conn), person.caller.party
    if chain is None or party is None or not person.caller.has(Scope.SUBMIT):
        return []
    waiting = len(waiting_signatures(conn, chain, party))
    return [Todo(Urgency.NOW, "keys.waiting", "/supplier/signatures", {"n": waiting})] if waiting else []


def recoveries(conn: Connection, _clock: Clock, person: Person) -> list[Todo]:
    """A new key after a loss, which whoever signs for the party shall hear of."""
    if person.caller.party is None or not person.caller.scopes & {Scope.SUBMIT, Scope.PARTY_ADMIN}:
        return []
    found = [each for each in recoveries_of(conn, person.caller.party) if each.outcome is None]
    return [Todo(Urgency.NOW, "keys.recovering", "/supplier/keys") for _ in found]


def approvals(conn: Connection, _clock: Clock, person: Person) -> list[Pile]:
    """The desk's pile of keys that wait for a second person."""
    if not person.caller.scopes & {Scope.REGISTRAR, Scope.DIRECTOR}:
        return []
    waiting = [each for each in open_recoveries(conn) if each.approved_by is None]
    return [Pile("keys.pile", len(waiting), "/admin/keys")]
