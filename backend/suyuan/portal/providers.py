"""Which rooms say what is to be done."""

from __future__ import annotations

from sqlalchemy import Connection

from suyuan.kernel.clock import Clock
from suyuan.portal import handover_todo, key_todo, own_todo, papers, upload_todo
from suyuan.portal.session import Person
from suyuan.portal.todo import Pile, Piler, Provider, Todo

#: Lines of the supplier's first page; each room appends its own.
PROVIDERS: tuple[Provider, ...] = (
    handover_todo.incoming,
    key_todo.signatures,
    key_todo.recoveries,
    own_todo.held_back,
    own_todo.rejected,
    papers.expiring,
    upload_todo.drafts,
)

#: Piles on the registrar's desk; each room appends its own.
PILERS: tuple[Piler, ...] = (key_todo.approvals, papers.waiting)


def todos(conn: Connection, clock: Clock, person: Person) -> list[Todo]:
    """All lines for a person, the urgent first, in the order of the rooms."""
    found = [line for provider in PROVIDERS for line in provider(conn, clock, person)]
    return sorted(found, key=lambda line: line.urgency)


def piles(conn: Connection, clock: Clock, person: Person) -> list[Pile]:
    """All piles of the desk, in the order of the rooms."""
    return [pile for piler in PILERS for pile in piler(conn, clock, person)]
