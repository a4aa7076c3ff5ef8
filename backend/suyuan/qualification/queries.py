"""Asking about applications and papers; every function reads only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select

from suyuan.access.model import Caller, Scope
from suyuan.database.prepared import Prepared
from suyuan.qualification.errors import ApplicationUnknown, DocumentUnknown
from suyuan.qualification.model import Application, Contact, Document, DocumentState, State
from suyuan.qualification.repository import load_applications, load_documents
from suyuan.qualification.tables import applications, contacts, documents, showings


def application_of(conn: Connection, identifier: str, caller: Caller) -> Application:
    """The application, for whoever applied and for the registrar. Raises ApplicationUnknown, in the same
    words, when it is another's.
    """
    found = load_applications(conn, applications.c.id == identifier)
    if not found or not (_is_registrar(caller) or _is_own(caller, found[0])):
        raise ApplicationUnknown(f"There is no application {identifier[:40]!r}.")
    return found[0]


def applications_by(conn: Connection, account: str) -> list[Application]:
    """The applications that a person filled in, the oldest first."""
    return load_applications(conn, applications.c.account == account)


def applications_in(
    conn: Connection, states: Iterable[State], *, after: str = "", limit: int = 100
) -> list[Application]:
    """Applications in these states, the oldest first, those after the id `after`."""
    named = [str(state) for state in states]
    return load_applications(conn, applications.c.state.in_(named), applications.c.id > after, limit=limit)


def latest_in(conn: Connection, states: Iterable[State], limit: int) -> list[Application]:
    """Applications in these states, the newest first."""
    named = [str(state) for state in states]
    query = select(applications.c.id).where(applications.c.state.in_(named))
    newest = conn.execute(query.order_by(applications.c.id.desc()).limit(limit)).scalars().all()
    return load_applications(conn, applications.c.id.in_(newest))[::-1]


def count_in(conn: Connection, state: State) -> int:
    query = select(func.count()).select_from(applications).where(applications.c.state == str(state))
    return int(conn.execute(query).scalar_one())


def contact_of(conn: Connection, application: str) -> Contact:
    """The contact person; an empty one where it was erased or never given."""
    row = conn.execute(select(contacts).where(contacts.c.application == application)).one_or_none()
    return Contact(row.name, row.phone, row.email) if row else Contact()


def papers_of(conn: Connection, application: str) -> list[Document]:
    """The papers of an application, without those that were taken out."""
    kept = documents.c.state != str(DocumentState.REMOVED)
    return load_documents(conn, documents.c.application == application, kept)


def documents_of(conn: Connection, party: int, states: Sequence[DocumentState] = ()) -> list[Document]:
    """A party's papers in these states (none: in all), by age."""
    wanted = [documents.c.party == party]
    if states:
        wanted.append(documents.c.state.in_([str(each) for each in states]))
    return load_documents(conn, *wanted)


def documents_waiting(conn: Connection) -> list[Document]:
    """Renewals and new papers of parties that wait for the registrar, the oldest first."""
    waiting = documents.c.state == str(DocumentState.SUBMITTED)
    return load_documents(conn, waiting, documents.c.party.is_not(None))


def document_of(conn: Connection, identifier: str, caller: Caller) -> Document:
    """One paper, for its party or applicant, for the registrar and auditors. Raises DocumentUnknown."""
    found = load_documents(conn, documents.c.id == identifier)
    if not found or not _sees(conn, caller, found[0]):
        raise DocumentUnknown(f"There is no document {identifier[:40]!r}.")
    return found[0]


def shown_of(conn: Connection, party: int) -> list[Document]:
    """The papers that the party lets the passport name: approved ones, and those that they replaced."""
    states = (str(DocumentState.APPROVED), str(DocumentState.REPLACED))
    return load_documents(conn, documents.c.party == party, documents.c.shown, documents.c.state.in_(states))


_LAST_SHOWING = Prepared(select(func.coalesce(func.max(showings.c.id), 0)))


def last_showing(conn: Connection) -> int:
    """A number that grows whenever some party says anew which papers passports name; every page asks."""
    ((found,),) = _LAST_SHOWING.rows(conn, {})
    return int(found)


def is_shown(conn: Connection, file: bytes) -> bool:
    """Whether some party lets its passports name a paper with this file (SHA-256)."""
    states = (str(DocumentState.APPROVED), str(DocumentState.REPLACED))
    its = (documents.c.file == file) & documents.c.shown & documents.c.state.in_(states)
    return conn.execute(select(documents.c.id).where(its).limit(1)).scalar() is not None


def valid_at(found: Iterable[Document], at: datetime) -> list[Document]:
    """Those whose own dates cover this moment."""
    return [each for each in found if each.is_valid(at)]


def _sees(conn: Connection, caller: Caller, document: Document) -> bool:
    if document.party is not None and caller.sees(document.party):
        return True
    if document.application is None:
        return False
    its = load_applications(conn, applications.c.id == document.application)
    return bool(its) and (_is_registrar(caller) or _is_own(caller, its[0]))


def _is_registrar(caller: Caller) -> bool:
    return caller.party is None and caller.has(Scope.REGISTRAR)


def _is_own(caller: Caller, application: Application) -> bool:
    return caller.account is not None and caller.account == application.account
