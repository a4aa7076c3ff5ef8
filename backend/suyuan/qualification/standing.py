"""How long a party is qualified by its papers, and keeping it from work for a reason."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from suyuan.access import trail
from suyuan.access.model import Caller
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Fault
from suyuan.notices import tell
from suyuan.parties import qualification
from suyuan.parties.errors import QualificationRefused
from suyuan.parties.model import Party, role_names
from suyuan.parties.queries import the_party
from suyuan.qualification import queries
from suyuan.qualification.model import Document, DocumentState, needed_kinds


def needed_documents(roles: tuple[str, ...], papers: Iterable[Document]) -> list[Document] | None:
    """Of the approved papers, for each need of these roles the one that is valid longest; None when one of
    the needs is not met.
    """
    approved = [each for each in papers if each.state is DocumentState.APPROVED]
    found = []
    for kinds in needed_kinds(roles):
        fitting = [each for each in approved if each.kind in kinds]
        if not fitting:
            return None
        found.append(max(fitting, key=_length))
    return found


def _length(document: Document) -> tuple[bool, float]:
    end = document.ends_at
    return (end is None, end.timestamp() if end else 0.0)


def earliest_end(papers: Iterable[Document]) -> datetime | None:
    """The first end of these papers; None when all are for good."""
    return min((each.ends_at for each in papers if each.ends_at is not None), default=None)


def move(conn: Connection, clock: Clock, party: int) -> Party:
    """Set the end of the party's qualification to what its papers say now, here and on the chain. A party
    without all its needed papers here, and an end that is over already, change nothing.
    """
    found = the_party(conn, party)
    needed = needed_documents(tuple(role_names(found.roles)), queries.documents_of(conn, party))
    until = earliest_end(needed) if needed is not None else None
    if needed is None or until == found.qualified_until or (until is not None and until <= clock.now()):
        return found
    changed = qualification.set_qualification(conn, clock, party, until)
    facts = {"qualifiedUntil": until.isoformat() if until else None}
    tell(conn, clock, party, "qualification.changed", f"party:{party}", facts)
    return changed


def suspend(conn: Connection, clock: Clock, caller: Caller, party: int, reason: str) -> Party:
    """Keep the party from opening lots from now on, and tell it why. Raises PartyUnknown,
    QualificationRefused without a reason.
    """
    return _set(conn, clock, caller, party, reason, suspended=True)


def reinstate(conn: Connection, clock: Clock, caller: Caller, party: int, reason: str) -> Party:
    """Undo `suspend`, with its reason too."""
    return _set(conn, clock, caller, party, reason, suspended=False)


def _set(  # noqa: PLR0913 - who, whom, why
    conn: Connection, clock: Clock, caller: Caller, party: int, reason: str, *, suspended: bool
) -> Party:
    if not 1 <= len(reason.strip()) <= 1_000:
        fault = Fault("/reason", "reason.missing", "There is no reason, or one that is too long.", "Say why.")
        raise QualificationRefused([fault])
    verb = qualification.suspend if suspended else qualification.reinstate
    was = the_party(conn, party).suspended
    found = verb(conn, clock, party)
    if was is not suspended:
        facts = {"suspended": suspended, "reason": reason.strip()}
        tell(conn, clock, party, "qualification.changed", f"party:{party}", facts)
        action = "party.suspended" if suspended else "party.reinstated"
        trail.note(conn, clock, caller, action, str(party), {"reason": reason.strip()})
    return found
