"""A firm's own part: open an application, fill it in, hand it in, withdraw it."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from suyuan.access import accounts, trail
from suyuan.access.model import Caller
from suyuan.database import hold
from suyuan.files import store
from suyuan.files.model import CheckedFile
from suyuan.kernel.clock import Clock
from suyuan.kernel.ids import new_id
from suyuan.parties.registration_numbers import credit_code
from suyuan.qualification import queries
from suyuan.qualification.errors import ApplicationRefused, DocumentRefused, DocumentUnknown, WrongState
from suyuan.qualification.forms import facts_text, form_text
from suyuan.qualification.judge import judge
from suyuan.qualification.judging import MOST_DOCUMENTS, Verdict
from suyuan.qualification.model import (
    NEXT,
    WRITABLE,
    Application,
    Contact,
    Document,
    DocumentState,
    Facts,
    Form,
    Kind,
    State,
    end_of,
)
from suyuan.qualification.papers import LONGEST, plain_facts
from suyuan.qualification.tables import applications, contacts, documents

#: Papers of one application together with those taken out again: their bytes and leaves stay.
MOST_HANDED_IN = 2 * MOST_DOCUMENTS


def open_application(conn: Connection, clock: Clock, caller: Caller, account: str) -> Application:
    """Begin an application that the person with this account fills in. `caller`: he himself, or a registrar
    who enters it for him. Raises WrongState when he belongs to a party, or has one under way.
    """
    hold(conn, "qualification", "account", account)
    person = accounts.the_account(conn, account)
    if person.party is not None or person.seats:
        raise WrongState("This account belongs to a party or to the platform; it cannot apply.")
    if any(NEXT[each.state] for each in queries.applications_by(conn, account)):
        raise WrongState("There is an application of this account under way already.")
    identifier = new_id(clock)
    conn.execute(
        insert(applications).values(
            id=identifier,
            account=account,
            entered_by=caller.token,
            state=str(State.DRAFT),
            revision=1,
            form=form_text(Form()),
            questions="[]",
            created_at=clock.now(),
        )
    )
    trail.note(conn, clock, caller, "application.opened", identifier, {"account": account})
    return queries.application_of(conn, identifier, caller)


def save(  # noqa: PLR0913, PLR0917 - the two halves of a form
    conn: Connection,
    clock: Clock,
    caller: Caller,
    identifier: str,
    form: Form,
    contact: Contact,
    revision: int | None = None,
) -> Application:
    """Keep what is filled in, complete or not. `revision`: the one that was read; another one since then is
    WrongState, so that nobody writes over what he has not seen.
    """
    found = writable(conn, caller, identifier)
    if revision is not None and revision != found.revision:
        raise WrongState("The application was changed meanwhile; read it again.")
    values = {"form": form_text(_plain(form)), "revision": found.revision + 1}
    conn.execute(update(applications).where(applications.c.id == identifier).values(values))
    conn.execute(delete(contacts).where(contacts.c.application == identifier))
    if contact != Contact():
        row = {"name": contact.name.strip(), "phone": contact.phone.strip(), "email": contact.email.strip()}
        conn.execute(insert(contacts).values(application=identifier, **row))
    trail.note(conn, clock, caller, "application.saved", identifier, {"revision": found.revision + 1})
    return queries.application_of(conn, identifier, caller)


def add_document(  # noqa: PLR0913, PLR0917 - a paper: kind, facts, file
    conn: Connection,
    clock: Clock,
    caller: Caller,
    identifier: str,
    kind: Kind,
    facts: Facts,
    file: CheckedFile,
) -> Document:
    """Add a paper to an application; what it says may be wrong until it is handed in."""
    found = writable(conn, caller, identifier)
    if len(queries.papers_of(conn, identifier)) >= MOST_DOCUMENTS:
        raise WrongState(f"The application has {MOST_DOCUMENTS} documents already.")
    if next_position(conn, documents.c.application == identifier) > MOST_HANDED_IN:
        raise WrongState("Too many documents were added and taken out again; apply anew.")
    facts = plain_facts(kind, facts)
    if len(facts.number) > LONGEST:
        raise DocumentRefused([], f"The number has more than {LONGEST} characters.")
    stored = store.keep(conn, clock, file)
    store.give(conn, clock, stored, store.account_holder(found.account))
    made = new_id(clock)
    row = document_row(made, kind, facts, stored.hash, file.name)
    row |= {"application": identifier, "state": str(DocumentState.DRAFT), "series": made, "version": 1}
    row["position"] = next_position(conn, documents.c.application == identifier)
    conn.execute(insert(documents).values(**row, created_at=clock.now(), created_by=caller.token))
    trail.note(
        conn, clock, caller, "document.uploaded", made, {"application": identifier, "file": stored.hex}
    )
    return queries.document_of(conn, made, caller)


def next_position(conn: Connection, its: ColumnElement[bool]) -> int:
    """The place of one more paper among these; the caller holds their lock."""
    return int(conn.execute(select(func.count()).select_from(documents).where(its)).scalar_one()) + 1


def document_row(identifier: str, kind: Kind, facts: Facts, file: bytes, name: str) -> dict[str, object]:
    """The members of a paper's row that say what it is."""
    return {
        "id": identifier,
        "kind": str(kind),
        "number": facts.number,
        "facts": facts_text(facts),
        "file": file,
        "file_name": name,
        "shown": False,
        "valid_until": end_of(facts.valid_until),
    }


def remove_document(conn: Connection, clock: Clock, caller: Caller, identifier: str, document: str) -> None:
    """Take a paper out of an application again. Raises DocumentUnknown, WrongState."""
    writable(conn, caller, identifier)
    its = (documents.c.id == document) & (documents.c.application == identifier)
    open_states = [str(DocumentState.DRAFT), str(DocumentState.SUBMITTED)]
    changed = conn.execute(
        update(documents)
        .where(its, documents.c.state.in_(open_states))
        .values(state=str(DocumentState.REMOVED), decided_at=clock.now())
    )
    if not changed.rowcount:
        raise DocumentUnknown(f"There is no document {document[:40]!r} in this application.")
    trail.note(conn, clock, caller, "document.removed", document, {"application": identifier})


def submit(conn: Connection, clock: Clock, caller: Caller, identifier: str) -> Application:
    """Hand the application in. Raises ApplicationRefused with every fault, each with its field."""
    found = writable(conn, caller, identifier)
    hold(conn, "qualification", "code", found.form.credit_code)
    faults = [check.fault for check in judge(conn, clock, found) if check.verdict is Verdict.FAIL]
    if faults:
        raise ApplicationRefused(faults)
    values = {
        "state": str(State.SUBMITTED),
        "credit_code": found.form.credit_code,
        "questions": "[]",
        "submitted_at": clock.now(),
        "submitted_by": caller.token,
    }
    try:
        with conn.begin_nested():
            conn.execute(update(applications).where(applications.c.id == identifier).values(values))
    except IntegrityError as error:  # the index is the last wall behind `judge`
        raise WrongState("There is an application of this firm already.") from error
    its = (documents.c.application == identifier) & (documents.c.state == str(DocumentState.DRAFT))
    conn.execute(update(documents).where(its).values(state=str(DocumentState.SUBMITTED)))
    trail.note(conn, clock, caller, "application.submitted", identifier, {"revision": found.revision})
    return queries.application_of(conn, identifier, caller)


def withdraw(conn: Connection, clock: Clock, caller: Caller, identifier: str) -> Application:
    """End it without a decision; its papers go with it."""
    found = held(conn, caller, identifier, State.WITHDRAWN)
    if caller.account != found.account and caller.token != found.entered_by:
        raise WrongState("Only whoever applied can withdraw the application.")
    end(conn, clock, caller, found, State.WITHDRAWN, "")
    trail.note(conn, clock, caller, "application.withdrawn", identifier, {})
    return queries.application_of(conn, identifier, caller)


def erase_contact(conn: Connection, clock: Clock, caller: Caller, identifier: str) -> None:
    """Forget the contact person of an application; everything else stays."""
    queries.application_of(conn, identifier, caller)
    conn.execute(delete(contacts).where(contacts.c.application == identifier))
    trail.note(conn, clock, caller, "application.contact-erased", identifier, {})


def held(conn: Connection, caller: Caller, identifier: str, to: State) -> Application:
    """The application, locked to the end of the transaction, if it may pass to `to`. Raises WrongState."""
    hold(conn, "qualification", identifier)
    found = queries.application_of(conn, identifier, caller)
    if to not in NEXT[found.state]:
        raise WrongState(f"The application is {found.state}; it cannot become {to}.")
    return found


def writable(conn: Connection, caller: Caller, identifier: str) -> Application:
    """The application, locked, if the caller may write in it now. Raises ApplicationUnknown, WrongState."""
    hold(conn, "qualification", identifier)
    found = queries.application_of(conn, identifier, caller)
    if caller.account != found.account and caller.token != found.entered_by:
        raise WrongState("Only whoever applied writes in an application.")
    if found.state not in WRITABLE:
        raise WrongState(f"The application is {found.state}; nothing in it can be changed.")
    return found


def end(  # noqa: PLR0913, PLR0917 - how it ends
    conn: Connection, clock: Clock, caller: Caller, found: Application, state: State, reason: str
) -> None:
    """Close it without a party: it and its papers."""
    values = {
        "state": str(state),
        "reason": reason or None,
        "decided_at": clock.now(),
        "decided_by": caller.token,
    }
    conn.execute(update(applications).where(applications.c.id == found.id).values(values))
    drop = [each.id for each in queries.papers_of(conn, found.id)]
    gone = DocumentState.REFUSED if state is State.REFUSED else DocumentState.REMOVED
    _set_states(conn, clock, drop, gone)


def _set_states(conn: Connection, clock: Clock, ids: Iterable[str], state: DocumentState) -> None:
    its = documents.c.id.in_(list(ids))
    conn.execute(update(documents).where(its).values(state=str(state), decided_at=clock.now()))


def _plain(form: Form) -> Form:
    """Codes without blanks and in capitals, where they are codes."""
    code = form.credit_code.strip()
    with suppress(ValueError):
        code = credit_code(code)
    gln = (form.gln or "").replace(" ", "") or None
    return replace(form, credit_code=code, gln=gln, key_address=form.key_address or None)
