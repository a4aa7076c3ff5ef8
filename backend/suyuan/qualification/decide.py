"""The registrar's part: ask again, refuse, approve. Never his own entry, and each once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

from sqlalchemy import Connection, update

from suyuan.access import accounts, trail, ways
from suyuan.access.model import Caller, Seat
from suyuan.files import store
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Fault
from suyuan.notices import tell
from suyuan.parties.custody import Keyring
from suyuan.parties.model import Licence, NewParty, NewSite, Party, roles_of
from suyuan.parties.register import register_party
from suyuan.qualification import queries
from suyuan.qualification.apply import end, held
from suyuan.qualification.errors import ApplicationRefused, ChecksFail, OwnApplication
from suyuan.qualification.forms import questions_text
from suyuan.qualification.identifiers import party_uri, site_uri
from suyuan.qualification.judge import judge
from suyuan.qualification.judging import Verdict
from suyuan.qualification.model import Application, Document, DocumentState, Kind, Question, State
from suyuan.qualification.standing import earliest_end, needed_documents
from suyuan.qualification.tables import applications, documents

_LICENCES = frozenset({Kind.PRODUCTION_LICENCE, Kind.TRADE_LICENCE})
MOST_QUESTIONS = 50


def ask(
    conn: Connection, clock: Clock, caller: Caller, identifier: str, questions: tuple[Question, ...]
) -> Application:
    """Send it back with questions, each about a field. Raises WrongState, ApplicationRefused."""
    found = held(conn, caller, identifier, State.ASKED)
    _other_eyes(conn, caller, found)
    if not 1 <= len(questions) <= MOST_QUESTIONS or not all(_is_text(each.text) for each in questions):
        message = f"There are not 1 to {MOST_QUESTIONS} questions of at most 1000 characters."
        raise ApplicationRefused(
            [Fault("/questions", "application.questions", message, "Say what is wanted.")]
        )
    values = {"state": str(State.ASKED), "questions": questions_text(questions)}
    conn.execute(update(applications).where(applications.c.id == identifier).values(values))
    trail.note(
        conn, clock, caller, "application.asked", identifier, {"fields": [q.pointer for q in questions]}
    )
    return queries.application_of(conn, identifier, caller)


def refuse(conn: Connection, clock: Clock, caller: Caller, identifier: str, reason: str) -> Application:
    """Refuse it for good, with the reason that the applicant reads."""
    found = held(conn, caller, identifier, State.REFUSED)
    _other_eyes(conn, caller, found)
    if not _is_text(reason):
        raise ApplicationRefused(
            [Fault("/reason", "reason.missing", "There is no reason, or one that is too long.", "Say why.")]
        )
    end(conn, clock, caller, found, State.REFUSED, reason.strip())
    trail.note(conn, clock, caller, "application.refused", identifier, {"reason": reason.strip()})
    return queries.application_of(conn, identifier, caller)


def approve(conn: Connection, clock: Clock, keyring: Keyring, caller: Caller, identifier: str) -> Party:
    """Make the firm a party, qualified until the first of its needed papers ends; whoever applied becomes its
    administrator and signer.

    Raises WrongState (also for the second of two who decide at once), OwnApplication, ChecksFail, and what
    `register_party` raises.
    """
    found = held(conn, caller, identifier, State.APPROVED)
    _other_eyes(conn, caller, found)
    failed = [check for check in judge(conn, clock, found) if check.verdict is Verdict.FAIL]
    if failed:
        raise ChecksFail(f"{failed[0].message} ({len(failed)} checks fail.)")
    papers = queries.papers_of(conn, identifier)
    party = register_party(conn, clock, keyring, _new_party(found, papers))
    _hand_over(conn, clock, caller, found, party.number, papers)
    accounts.take_seats(conn, clock, found.account, party.number, (Seat.ADMIN, Seat.SIGNER))
    until = party.qualified_until
    facts = {"qualifiedUntil": until.isoformat() if until else None, "state": str(State.APPROVED)}
    tell(conn, clock, party.number, "qualification.changed", identifier, facts)
    trail.note(conn, clock, caller, "application.approved", identifier, {"party": party.number})
    return party


def _hand_over(  # noqa: PLR0913, PLR0917 - what goes to whom
    conn: Connection,
    clock: Clock,
    caller: Caller,
    found: Application,
    party: int,
    papers: list[Document],
) -> None:
    """Application and papers become the party's."""
    decided = {"decided_at": clock.now(), "decided_by": caller.token, "party": party}
    values = {**decided, "state": str(State.APPROVED)}
    conn.execute(update(applications).where(applications.c.id == found.id).values(values))
    for paper in papers:
        its = documents.c.id == paper.id
        conn.execute(update(documents).where(its).values({**decided, "state": str(DocumentState.APPROVED)}))
        known = store.find(conn, paper.file, [store.account_holder(found.account)])
        store.give(conn, clock, known, store.party_holder(party))


def _new_party(found: Application, papers: list[Document]) -> NewParty:
    form = found.form
    accepted = [_approved(each) for each in papers]
    needed = needed_documents(form.roles, accepted) or []  # `judge` has found all of them
    return NewParty(
        names=dict(form.names),
        identifiers=(party_uri(form),),
        roles=roles_of(form.roles),
        qualified_until=earliest_end(needed),
        credit_code=form.credit_code,
        licences=tuple(_licence(each) for each in papers if each.kind in _LICENCES),
        sites=tuple(
            NewSite(
                site_uri(form.credit_code, site, place),
                site.names,
                site.address,
                site.latitude,
                site.longitude,
            )
            for place, site in enumerate(form.sites)
        ),
        key_address=form.key_address,
    )


def _approved(paper: Document) -> Document:
    return replace(paper, state=DocumentState.APPROVED)


def _licence(paper: Document) -> Licence:
    day = paper.facts.valid_until
    return Licence(paper.facts.number, datetime.combine(day, time(), UTC) if day else None)


def _other_eyes(conn: Connection, caller: Caller, found: Application) -> None:
    own = {ways.behind(conn, each) for each in (found.account, found.entered_by, found.submitted_by) if each}
    if ways.behind(conn, caller.token) in own:
        raise OwnApplication("Whoever entered an application does not decide on it; another registrar does.")


def _is_text(text: str) -> bool:
    return 1 <= len(text.strip()) <= 1_000
