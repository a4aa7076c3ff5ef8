"""`/supplier/documents`: a party's papers, how long each is valid, renewals, and what passports name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Request, Response
from sqlalchemy import Connection

from suyuan.access.model import Scope
from suyuan.api.files import taken
from suyuan.api.gateway import Gateway, GatewayPart
from suyuan.files.errors import FileRefused, FileTooLarge
from suyuan.files.model import PAPERS
from suyuan.kernel.clock import Clock
from suyuan.parties.model import role_names
from suyuan.parties.queries import the_party
from suyuan.portal.apply_forms import facts_of, kind_of
from suyuan.portal.faults import by_field, of_file
from suyuan.portal.frame import page, portal_router, redirect
from suyuan.portal.session import FormPart, Person, seated
from suyuan.portal.todo import Pile, Todo, Urgency
from suyuan.qualification import expiry, queries, renew
from suyuan.qualification.errors import DocumentRefused
from suyuan.qualification.model import Document, DocumentState, Kind, State, needed_kinds

router = portal_router()

Member = Annotated[Person, Depends(seated(Scope.READ))]
Administrator = Annotated[Person, Depends(seated(Scope.PARTY_ADMIN))]
_IN_FORCE = (DocumentState.APPROVED, DocumentState.SUBMITTED)
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Validity:
    """How long a paper is still valid, in words and as a share of the last 60 days; `tone` of its badge."""

    word: str
    tone: str
    days: int
    share: int


def validity(document: Document, clock: Clock) -> Validity:
    """Where a paper stands between now and its end."""
    end = document.ends_at
    if end is None:
        return Validity("endless", "ok", 0, 60)
    days = (end - clock.now()) // _A_DAY
    if end <= clock.now():
        return Validity("over", "bad", -days, 0)
    due = expiry.days_due(document, clock)
    tone = "ok" if not due else "warn" if min(due) > 7 else "bad"
    return Validity("left" if due else "valid", tone, days, min(max(days, 0), 60))


@router.get("/supplier/documents")
def list_papers(request: Request, parts: GatewayPart, person: Member, renews: str = "") -> Response:
    """What the party has, what runs out, and the form for more."""
    return _shown(request, parts, person, renews=renews)


@router.post("/supplier/documents")
def hand_in(request: Request, parts: GatewayPart, person: Administrator, form: FormPart) -> Response:
    """Hand in a paper or a renewal."""
    party = person.caller.party or 0
    renews = form.get("renews") or None
    try:
        kind = kind_of(form)
        checked = taken(parts, form.file("file"), PAPERS)
        with parts.database.transaction() as conn:
            renew.hand_in(conn, parts.clock, person.caller, party, kind, facts_of(form), checked, renews)
    except (FileRefused, FileTooLarge) as error:
        errors = of_file(request, person, error)
    except DocumentRefused as refused:
        errors = by_field(request, person, refused.faults)
    else:
        return redirect("/supplier/documents", "qualification.handed")
    given = {name: form.get(name) for name in form.names() if name != "file"}
    return _shown(request, parts, person, 422, renews=renews or "", given=given, errors=errors)


@router.post("/supplier/documents/{document}/consent")
def consent(document: str, parts: GatewayPart, person: Administrator, form: FormPart) -> Response:
    """Let passports name the paper, or no longer."""
    shown = form.get("shown") == "1"
    with parts.database.transaction() as conn:
        renew.show(conn, parts.clock, person.caller, document, shown=shown)
    return redirect("/supplier/documents", "qualification.shown" if shown else "qualification.hidden")


def _shown(
    request: Request,
    parts: Gateway,
    person: Person,
    status: int = 200,
    *,
    renews: str = "",
    given: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    party = person.caller.party or 0
    with parts.database.reading() as conn:
        found = the_party(conn, party)
        papers = queries.documents_of(conn, party)
        old = queries.document_of(conn, renews, person.caller) if renews else None
    rows = [(each, validity(each, parts.clock)) for each in papers if each.state in _IN_FORCE]
    if old is not None and given is None:
        given = {"kind": str(old.kind), "number": old.facts.number, "issuer": old.facts.issuer}
    context = {
        "party": found,
        "rows": rows,
        "former": [each for each in papers if each.state not in _IN_FORCE],
        "may_open": found.may_open(parts.clock.now()),
        "may_write": person.caller.has(Scope.PARTY_ADMIN),
        "renews": old,
        "given": given or {},
        "errors": errors or {},
        "kinds": [str(kind) for kind in Kind],
    }
    return page(request, person, "qualification/papers.html", status, **context)


def expiring(conn: Connection, clock: Clock, person: Person) -> list[Todo]:
    """Papers of the person's party that run out or have run out."""
    party = person.caller.party
    if party is None or not person.caller.has(Scope.PARTY_ADMIN):
        return []
    needed = set().union(*needed_kinds(tuple(role_names(the_party(conn, party).roles))))
    found = []
    for each in queries.documents_of(conn, party, (DocumentState.APPROVED,)):
        state = validity(each, clock)
        if state.tone == "ok":
            continue
        urgency = Urgency.NOW if state.tone == "bad" and each.kind in needed else Urgency.SOON
        word = "qualification.todo.over" if state.word == "over" else "qualification.todo.left"
        values = {"number": each.facts.number, "n": state.days}
        found.append(Todo(urgency, word, f"/supplier/documents?renews={each.id}#hand-in", values))
    return found


def waiting(conn: Connection, _clock: Clock, _person: Person) -> list[Pile]:
    """What waits on the registrar's desk."""
    return [
        Pile(
            "qualification.pile.applications", queries.count_in(conn, State.SUBMITTED), "/admin/applications"
        ),
        Pile("qualification.pile.papers", len(queries.documents_waiting(conn)), "/admin/applications#papers"),
    ]
