"""Papers of a party after it was approved: new ones and renewals, decided on, shown on passports or not."""

from __future__ import annotations

from sqlalchemy import Connection, func, insert, select, update

from suyuan.access import trail, ways
from suyuan.access.model import Caller
from suyuan.database import hold
from suyuan.files import store
from suyuan.files.model import CheckedFile
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Fault
from suyuan.kernel.ids import new_id
from suyuan.notices import tell
from suyuan.parties.queries import the_party
from suyuan.qualification import queries
from suyuan.qualification.apply import document_row, next_position
from suyuan.qualification.duplicates import licence_owner
from suyuan.qualification.errors import DocumentRefused, DocumentUnknown, OwnApplication, WrongState
from suyuan.qualification.model import Document, DocumentState, Facts, Kind, day_of
from suyuan.qualification.papers import paper_faults, plain_facts
from suyuan.qualification.standing import move
from suyuan.qualification.tables import documents, showings

_NUMBERED = frozenset({Kind.PRODUCTION_LICENCE, Kind.TRADE_LICENCE, Kind.LABORATORY})


def hand_in(  # noqa: PLR0913, PLR0917 - a paper: kind, facts, file, and what it renews
    conn: Connection,
    clock: Clock,
    caller: Caller,
    party: int,
    kind: Kind,
    facts: Facts,
    file: CheckedFile,
    renews: str | None = None,
) -> Document:
    """Hand in a paper of the party; `renews` is the paper of which it is the next version. The old one stays
    in force until the registrar approves. Raises DocumentRefused with every fault, DocumentUnknown.
    """
    hold(conn, "qualification", "party", party)
    its_party = the_party(conn, party)
    facts = plain_facts(kind, facts)
    faults = paper_faults(kind, facts, day_of(clock.now()))
    if kind is Kind.BUSINESS_LICENCE and its_party.credit_code not in (None, facts.number):
        message = f"The business licence of the party is {its_party.credit_code}."
        faults.append(Fault("/number", "document.other-code", message, "Use the party's own licence."))
    if kind in _NUMBERED and licence_owner(conn, facts.number, party) is not None:
        message = f"{facts.number} is the licence of another party."
        faults.append(Fault("/number", "licence.taken", message, "Use the party's own licence."))
    if faults:
        raise DocumentRefused(faults)
    made = new_id(clock)
    series, version = _place(conn, caller, party, kind, renews, made)
    stored = store.keep(conn, clock, file)
    store.give(conn, clock, stored, store.party_holder(party))
    row = document_row(made, kind, facts, stored.hash, file.name)
    row |= {"party": party, "state": str(DocumentState.SUBMITTED), "series": series, "version": version}
    row["position"] = next_position(conn, documents.c.party == party)
    conn.execute(insert(documents).values(**row, created_at=clock.now(), created_by=caller.token))
    told = {"kind": str(kind), "state": str(DocumentState.SUBMITTED)}
    tell(conn, clock, party, "document.changed", made, told)
    trail.note(conn, clock, caller, "document.uploaded", made, {"party": party, "file": stored.hex})
    return queries.document_of(conn, made, caller)


def _place(  # noqa: PLR0913, PLR0917 - what is renewed, by whom
    conn: Connection, caller: Caller, party: int, kind: Kind, renews: str | None, made: str
) -> tuple[str, int]:
    if renews is None:
        return made, 1
    known = queries.document_of(conn, renews, caller)
    if known.party != party or known.kind is not kind:
        raise DocumentUnknown(f"There is no document {renews[:40]!r} of this kind.")
    last = select(func.max(documents.c.version)).where(documents.c.series == known.series)
    return known.series, int(conn.execute(last).scalar_one()) + 1


def approve(conn: Connection, clock: Clock, caller: Caller, document: str) -> Document:
    """Put a paper in force: the versions before it are replaced, and the party's qualification moves to what
    its papers say now. Raises WrongState, OwnApplication, DocumentRefused when it has run out meanwhile.
    """
    found = _waiting(conn, caller, document)
    assert found.party is not None  # noqa: S101 - `_waiting` gives papers of parties only
    faults = paper_faults(found.kind, found.facts, day_of(clock.now()))
    if faults:
        raise DocumentRefused(faults)
    before = (documents.c.series == found.series) & (documents.c.state == str(DocumentState.APPROVED))
    shown = conn.execute(select(documents.c.shown).where(before)).scalars().all()
    conn.execute(update(documents).where(before).values(state=str(DocumentState.REPLACED)))
    # The party has said once that this paper may be named; a renewal of it goes on being named.
    _decide(conn, clock, caller, found, DocumentState.APPROVED, shown=any(shown))
    if any(shown):
        _note_showing(conn, clock, caller, document, shown=True)
    move(conn, clock, found.party)
    return queries.document_of(conn, document, caller)


def refuse(conn: Connection, clock: Clock, caller: Caller, document: str, reason: str) -> Document:
    """Send a paper back for good, with the reason that the party reads; what it was to renew stays."""
    found = _waiting(conn, caller, document)
    if not 1 <= len(reason.strip()) <= 1_000:
        fault = Fault("/reason", "reason.missing", "There is no reason, or one that is too long.", "Say why.")
        raise DocumentRefused([fault])
    _decide(conn, clock, caller, found, DocumentState.REFUSED, reason=reason.strip())
    return queries.document_of(conn, document, caller)


def show(conn: Connection, clock: Clock, caller: Caller, document: str, *, shown: bool) -> Document:
    """Let the passport of the party's lots name this paper, its validity and its hash, or no longer."""
    found = queries.document_of(conn, document, caller)
    if found.party is None or found.state not in (DocumentState.APPROVED, DocumentState.REPLACED):
        raise WrongState("Only a paper that was approved can be shown.")
    if found.shown is not shown:
        conn.execute(update(documents).where(documents.c.id == document).values(shown=shown))
        _note_showing(conn, clock, caller, document, shown=shown)
        trail.note(conn, clock, caller, "document.shown", document, {"shown": shown})
    return queries.document_of(conn, document, caller)


def _note_showing(conn: Connection, clock: Clock, caller: Caller, document: str, *, shown: bool) -> None:
    row = {"document": document, "shown": shown, "by": caller.token, "at": clock.now()}
    conn.execute(insert(showings).values(row))


def _waiting(conn: Connection, caller: Caller, document: str) -> Document:
    found = queries.document_of(conn, document, caller)
    if found.party is None:
        raise WrongState("This paper belongs to an application, and is decided on with it.")
    hold(conn, "qualification", "party", found.party)
    found = queries.document_of(conn, document, caller)
    if found.state is not DocumentState.SUBMITTED:
        raise WrongState(f"The paper is {found.state}; it was decided on already.")
    if ways.behind(conn, found.created_by) == ways.behind(conn, caller.token):
        raise OwnApplication("Whoever handed a paper in does not decide on it; another registrar does.")
    return found


def _decide(  # noqa: PLR0913 - how it was decided
    conn: Connection,
    clock: Clock,
    caller: Caller,
    found: Document,
    state: DocumentState,
    *,
    reason: str | None = None,
    shown: bool = False,
) -> None:
    values = {"state": str(state), "reason": reason, "decided_at": clock.now(), "decided_by": caller.token}
    conn.execute(update(documents).where(documents.c.id == found.id).values({**values, "shown": shown}))
    facts = {"kind": str(found.kind), "state": str(state), **({"reason": reason} if reason else {})}
    tell(conn, clock, found.party or 0, "document.changed", found.id, facts)
    action = "document.approved" if state is DocumentState.APPROVED else "document.refused"
    trail.note(conn, clock, caller, action, found.id, {"party": found.party, "version": found.version})
