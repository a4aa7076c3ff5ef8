"""Warnings before a paper runs out, and when it has: each once for each version of a paper.

Nothing is blocked here. A party's qualification ends by itself at the time that stands on the chain, and the
gateway compares the same time with its clock.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, delete, insert, select

from suyuan.database import hold
from suyuan.kernel.clock import Clock
from suyuan.notices import tell
from suyuan.parties.model import role_names
from suyuan.parties.queries import the_party
from suyuan.qualification.model import Document, DocumentState, needed_kinds
from suyuan.qualification.repository import load_documents
from suyuan.qualification.tables import arrivals, documents, warnings

#: Days before the end at which a party is warned; 0 is the end itself.
DAYS = (60, 30, 7, 0)
_KEEP_ARRIVALS = timedelta(days=2)


def expire(conn: Connection, clock: Clock) -> int:
    """Tell every warning that is due and was not told; returns how many. A duty of the clerk, in one
    transaction; several at once tell each once.
    """
    hold(conn, "qualification", "expiry")
    conn.execute(delete(arrivals).where(arrivals.c.at < clock.now() - _KEEP_ARRIVALS))
    soon = documents.c.valid_until <= clock.now() + timedelta(days=max(DAYS))
    its = (documents.c.state == str(DocumentState.APPROVED)) & documents.c.party.is_not(None)
    return sum(_warn(conn, clock, each) for each in load_documents(conn, its, soon))


def days_due(document: Document, clock: Clock) -> list[int]:
    """The warnings that are due by now, the earliest first."""
    end = document.ends_at
    return [days for days in DAYS if end is not None and clock.now() >= end - timedelta(days=days)]


def _warn(conn: Connection, clock: Clock, document: Document) -> bool:
    due = days_due(document, clock)
    told = set(conn.execute(select(warnings.c.days).where(warnings.c.document == document.id)).scalars())
    new = [days for days in due if days not in told]
    for days in new:
        conn.execute(insert(warnings).values(document=document.id, days=days, told_at=clock.now()))
    if not new or min(new) != min(due):
        return False
    # Of several that are due at once, as after a long standstill, only the most urgent is told.
    party = document.party or 0
    facts = {
        "kind": str(document.kind),
        "number": document.facts.number,
        "days": min(new),
        "until": document.facts.valid_until.isoformat() if document.facts.valid_until else None,
    }
    roles = tuple(role_names(the_party(conn, party).roles))
    is_needed = any(document.kind in kinds for kinds in needed_kinds(roles))
    topic = "qualification.expiring" if is_needed else "document.expiring"
    tell(conn, clock, party, topic, document.id, facts)
    return True
