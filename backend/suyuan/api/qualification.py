"""Routes of qualification: anybody applies, a registrar decides, a party keeps its papers in force."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response, UploadFile
from sqlalchemy import Connection

from suyuan.access.errors import PasswordRefused
from suyuan.access.model import Caller, Scope
from suyuan.anchoring.model import State as ChainState
from suyuan.api.applying import begin, enter_for
from suyuan.api.files import taken
from suyuan.api.gateway import CallerPart, GatewayPart, OptionalCaller, require
from suyuan.api.lists import Cursor, Limit, link_next, text_after
from suyuan.api.parties import FreshRegistrar, Number, Registrar
from suyuan.api.party_forms import PartyOut
from suyuan.api.qualification_forms import (
    ApplicationIn,
    ApplicationLine,
    ApplicationOut,
    ApplicationsOut,
    BeginIn,
    CheckOut,
    ChecksOut,
    ConsentIn,
    DocumentOut,
    DocumentsOut,
    QuestionsIn,
    ReasonIn,
    facts_in,
)
from suyuan.files.model import PAPERS
from suyuan.kernel.errors import Fault
from suyuan.parties.errors import PartyUnknown
from suyuan.parties.queries import the_party
from suyuan.qualification import apply, decide, queries, renew
from suyuan.qualification.judge import judge
from suyuan.qualification.model import Application, Facts, Kind, State

router = APIRouter(prefix="/api/v1", tags=["qualification"])

Identifier = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]
Keeper = Annotated[Caller, Depends(require(Scope.PARTY_ADMIN, Scope.REGISTRAR))]
PartyAdmin = Annotated[Caller, Depends(require(Scope.PARTY_ADMIN))]
FactsPart = Annotated[Facts, Depends(facts_in)]
KindPart = Annotated[Kind, Form()]


@router.post("/applications", status_code=201)
def begin_application(
    body: BeginIn, request: Request, parts: GatewayPart, caller: OptionalCaller, response: Response
) -> ApplicationLine:
    """Begin to apply: makes an account with its password, a draft, and a session. A registrar may begin one
    for somebody, without a password; another registrar then decides on it.
    """
    if caller is not None and caller.party is None and caller.has(Scope.REGISTRAR):
        found = enter_for(parts, caller, body.login, body.name, body.language)
    else:
        if body.password is None:
            fault = Fault("/password", "password.missing", "There is no password.", "Choose one.")
            raise PasswordRefused([fault])
        _, found = begin(request, parts, body.login, body.password, body.name, body.language)
    response.headers["Location"] = f"/api/v1/applications/{found.id}"
    return ApplicationLine.of(found)


@router.get("/applications")
def list_applications(
    parts: GatewayPart,
    caller: CallerPart,
    request: Request,
    response: Response,
    state: Annotated[list[State] | None, Query(max_length=6)] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> ApplicationsOut:
    """For the registrar all of them, the oldest first; for a person his own."""
    with parts.database.reading() as conn:
        if caller.party is None and caller.has(Scope.REGISTRAR):
            wanted = state or list(State)
            rows = queries.applications_in(conn, wanted, after=text_after(cursor), limit=limit + 1)
        else:
            rows = queries.applications_by(conn, caller.account) if caller.account else []
    if len(rows) > limit:
        link_next(request, response, rows[limit - 1].id)
    return ApplicationsOut(applications=[ApplicationLine.of(each) for each in rows[:limit]])


@router.get("/applications/{application}")
def show_application(application: Identifier, parts: GatewayPart, caller: CallerPart) -> ApplicationOut:
    """One application with its papers."""
    with parts.database.reading() as conn:
        return _whole(conn, queries.application_of(conn, application, caller))


@router.put("/applications/{application}")
def save_application(
    application: Identifier, body: ApplicationIn, parts: GatewayPart, caller: CallerPart
) -> ApplicationOut:
    """Keep what is filled in, complete or not."""
    with parts.database.transaction() as conn:
        arguments = (application, body.form(), body.person(), body.revision)
        return _whole(conn, apply.save(conn, parts.clock, caller, *arguments))


@router.post("/applications/{application}/documents", status_code=201)
def add_document(
    application: Identifier,
    parts: GatewayPart,
    caller: CallerPart,
    kind: KindPart,
    facts: FactsPart,
    file: UploadFile,
) -> DocumentOut:
    """Add a paper: a form with its fields and its file."""
    with parts.database.reading() as conn:
        queries.application_of(conn, application, caller)
    checked = taken(parts, file, PAPERS)
    with parts.database.transaction() as conn:
        made = apply.add_document(conn, parts.clock, caller, application, kind, facts, checked)
        return DocumentOut.of(made)


@router.delete("/applications/{application}/documents/{document}", status_code=204)
def remove_document(
    application: Identifier, document: Identifier, parts: GatewayPart, caller: CallerPart
) -> None:
    """Take a paper out again."""
    with parts.database.transaction() as conn:
        apply.remove_document(conn, parts.clock, caller, application, document)


@router.post("/applications/{application}/submission")
def submit_application(application: Identifier, parts: GatewayPart, caller: CallerPart) -> ApplicationOut:
    """Hand it in; every fault is named with its field."""
    with parts.database.transaction() as conn:
        return _whole(conn, apply.submit(conn, parts.clock, caller, application))


@router.post("/applications/{application}/withdrawal")
def withdraw_application(application: Identifier, parts: GatewayPart, caller: CallerPart) -> ApplicationOut:
    """End it without a decision."""
    with parts.database.transaction() as conn:
        return _whole(conn, apply.withdraw(conn, parts.clock, caller, application))


@router.delete("/applications/{application}/contact", status_code=204)
def erase_contact(application: Identifier, parts: GatewayPart, caller: CallerPart) -> None:
    """Forget the contact person; everything else stays."""
    with parts.database.transaction() as conn:
        apply.erase_contact(conn, parts.clock, caller, application)


@router.get("/applications/{application}/checks")
def show_checks(application: Identifier, parts: GatewayPart, caller: Registrar) -> ChecksOut:
    """The automatic checks, with what the platform knows of others."""
    with parts.database.reading() as conn:
        found = queries.application_of(conn, application, caller)
        checks = judge(conn, parts.clock, found, for_registrar=True)
    return ChecksOut(checks=[CheckOut.of(check) for check in checks])


@router.post("/applications/{application}/questions")
def ask(application: Identifier, body: QuestionsIn, parts: GatewayPart, caller: Registrar) -> ApplicationOut:
    """Send it back with questions about its fields."""
    with parts.database.transaction() as conn:
        return _whole(conn, decide.ask(conn, parts.clock, caller, application, body.value()))


@router.post("/applications/{application}/refusal")
def refuse(application: Identifier, body: ReasonIn, parts: GatewayPart, caller: Registrar) -> ApplicationOut:
    """Refuse it for good."""
    with parts.database.transaction() as conn:
        return _whole(conn, decide.refuse(conn, parts.clock, caller, application, body.reason))


@router.post("/applications/{application}/approval", status_code=201)
def approve(application: Identifier, parts: GatewayPart, caller: FreshRegistrar) -> PartyOut:
    """Make the firm a party; its number holds at once, the chain follows."""
    with parts.database.transaction() as conn:
        party = decide.approve(conn, parts.clock, parts.keyring, caller, application)
    return PartyOut.of(party, ChainState.RECEIVED)


@router.get("/documents")
def list_waiting(parts: GatewayPart, _caller: Registrar) -> DocumentsOut:
    """Renewals and new papers of parties that wait for a decision, the oldest first."""
    with parts.database.reading() as conn:
        return DocumentsOut(documents=[DocumentOut.of(each) for each in queries.documents_waiting(conn)])


@router.get("/parties/{number}/documents")
def list_documents(number: Number, parts: GatewayPart, caller: CallerPart) -> DocumentsOut:
    """A party's papers, old versions too, by age."""
    with parts.database.reading() as conn:
        _seen(conn, caller, number)
        return DocumentsOut(documents=[DocumentOut.of(each) for each in queries.documents_of(conn, number)])


@router.post("/parties/{number}/documents", status_code=201)
def hand_in(
    number: Number,
    parts: GatewayPart,
    caller: Keeper,
    kind: KindPart,
    facts: FactsPart,
    file: UploadFile,
    renews: Annotated[str | None, Form(max_length=36)] = None,
) -> DocumentOut:
    """Hand in a paper of the party, or the renewal of one; it is in force once a registrar approves."""
    with parts.database.reading() as conn:
        _seen(conn, caller, number)
    checked = taken(parts, file, PAPERS)
    with parts.database.transaction() as conn:
        arguments = (number, kind, facts, checked, renews)
        return DocumentOut.of(renew.hand_in(conn, parts.clock, caller, *arguments))


@router.post("/documents/{document}/approval")
def approve_document(document: Identifier, parts: GatewayPart, caller: FreshRegistrar) -> DocumentOut:
    """Put a paper in force; the end of the party's qualification moves with it."""
    with parts.database.transaction() as conn:
        return DocumentOut.of(renew.approve(conn, parts.clock, caller, document))


@router.post("/documents/{document}/refusal")
def refuse_document(
    document: Identifier, body: ReasonIn, parts: GatewayPart, caller: Registrar
) -> DocumentOut:
    """Send a paper back for good."""
    with parts.database.transaction() as conn:
        return DocumentOut.of(renew.refuse(conn, parts.clock, caller, document, body.reason))


@router.put("/documents/{document}/consent")
def consent(document: Identifier, body: ConsentIn, parts: GatewayPart, caller: PartyAdmin) -> DocumentOut:
    """Let the passport name a paper, or no longer."""
    with parts.database.transaction() as conn:
        return DocumentOut.of(renew.show(conn, parts.clock, caller, document, shown=body.shown))


def _whole(conn: Connection, found: Application) -> ApplicationOut:
    papers = queries.papers_of(conn, found.id)
    return ApplicationOut.of(found, queries.contact_of(conn, found.id), papers)


def _seen(conn: Connection, caller: Caller, number: int) -> None:
    if not caller.sees(number):
        raise PartyUnknown(f"There is no party {number}.")
    the_party(conn, number)
