"""`/admin/applications` and `/admin/parties`: the registrar's work, one case a page."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Path, Request, Response

from suyuan.access.model import Scope
from suyuan.api.gateway import Gateway, GatewayPart
from suyuan.kernel.errors import SuyuanError
from suyuan.parties import queries as parties
from suyuan.parties.model import role_names
from suyuan.portal.entering import is_fresh, prove_first
from suyuan.portal.faults import in_words
from suyuan.portal.frame import page, portal_router, redirect
from suyuan.portal.papers import validity
from suyuan.portal.session import Elsewhere, FormPart, Person, seated
from suyuan.qualification import decide, queries, renew, standing
from suyuan.qualification.judge import judge
from suyuan.qualification.judging import Verdict
from suyuan.qualification.model import Question, State

router = portal_router()

_DONE = (State.APPROVED, State.REFUSED, State.WITHDRAWN)
_FIELDS = ("names", "creditCode", "roles", "gln", "goods", "contact", "sites")
_QUESTIONS = 3
Registrar = Annotated[Person, Depends(seated(Scope.REGISTRAR))]
Number = Annotated[int, Path(ge=1, le=2**32 - 1)]


@router.get("/admin/applications")
def list_cases(request: Request, parts: GatewayPart, person: Registrar) -> Response:
    """What waits, what is with the applicants, and what was decided lately."""
    with parts.database.reading() as conn:
        context: dict[str, Any] = {
            "waiting": queries.applications_in(conn, [State.SUBMITTED]),
            "asked": queries.applications_in(conn, [State.ASKED]),
            "done": queries.latest_in(conn, _DONE, 20),
            "papers": queries.documents_waiting(conn),
            "now": parts.clock.now(),
        }
        numbers = {paper.party for paper in queries.documents_waiting(conn) if paper.party}
        context["parties"] = parties.parties_by_number(conn, numbers)
    return page(request, person, "qualification/cases.html", **context)


@router.get("/admin/applications/{application}")
def case(application: str, request: Request, parts: GatewayPart, person: Registrar) -> Response:
    """One case: checks, papers, and the decision."""
    return _case(request, parts, person, application)


@router.post("/admin/applications/{application}/approval")
def approve(
    application: str, request: Request, parts: GatewayPart, person: Registrar, _form: FormPart
) -> Response:
    """Make the firm a party; it may sign from then on."""
    _expect_fresh(parts, person, f"/admin/applications/{quote(application, safe='')}")
    try:
        with parts.database.transaction() as conn:
            party = decide.approve(conn, parts.clock, parts.keyring, person.caller, application)
    except SuyuanError as error:
        return _case(request, parts, person, application, error)
    return redirect(f"/admin/parties/{party.number}", "qualification.approved")


@router.post("/admin/applications/{application}/questions")
def ask(
    application: str, request: Request, parts: GatewayPart, person: Registrar, form: FormPart
) -> Response:
    """Send it back with questions."""
    asked = [(form.get(f"field-{n}"), form.get(f"question-{n}")) for n in range(_QUESTIONS)]
    questions = tuple(Question(pointer, text) for pointer, text in asked if text)
    try:
        with parts.database.transaction() as conn:
            decide.ask(conn, parts.clock, person.caller, application, questions)
    except SuyuanError as error:
        return _case(request, parts, person, application, error)
    return redirect("/admin/applications", "qualification.asked")


@router.post("/admin/applications/{application}/refusal")
def refuse(
    application: str, request: Request, parts: GatewayPart, person: Registrar, form: FormPart
) -> Response:
    """Refuse it for good."""
    try:
        with parts.database.transaction() as conn:
            decide.refuse(conn, parts.clock, person.caller, application, form.get("reason"))
    except SuyuanError as error:
        return _case(request, parts, person, application, error)
    return redirect("/admin/applications", "qualification.refused")


@router.get("/admin/parties/{number}")
def party(number: Number, request: Request, parts: GatewayPart, person: Registrar) -> Response:
    """A party's standing and papers."""
    return _party(request, parts, person, number)


@router.post("/admin/parties/{number}/standing")
def set_standing(
    number: Number, request: Request, parts: GatewayPart, person: Registrar, form: FormPart
) -> Response:
    """Suspend or reinstate, with the reason."""
    _expect_fresh(parts, person, f"/admin/parties/{number}")
    is_suspending = form.get("act") == "suspend"
    verb = standing.suspend if is_suspending else standing.reinstate
    try:
        with parts.database.transaction() as conn:
            verb(conn, parts.clock, person.caller, number, form.get("reason"))
    except SuyuanError as error:
        return _party(request, parts, person, number, error)
    said = "qualification.suspended" if is_suspending else "qualification.reinstated"
    return redirect(f"/admin/parties/{number}", said)


@router.post("/admin/parties/{number}/documents/{document}")
def decide_paper(
    number: Number, document: str, request: Request, parts: GatewayPart, person: Registrar, form: FormPart
) -> Response:
    """Put a paper in force, or send it back."""
    _expect_fresh(parts, person, f"/admin/parties/{number}")
    is_approving = form.get("act") == "approve"
    try:
        with parts.database.transaction() as conn:
            if is_approving:
                renew.approve(conn, parts.clock, person.caller, document)
            else:
                renew.refuse(conn, parts.clock, person.caller, document, form.get("reason"))
    except SuyuanError as error:
        return _party(request, parts, person, number, error)
    said = "qualification.paperApproved" if is_approving else "qualification.paperRefused"
    return redirect(f"/admin/parties/{number}", said)


def _expect_fresh(parts: Gateway, person: Person, back: str) -> None:
    """What gives rights to sign needs a proof first, and then leads `back`. Raises Elsewhere."""
    if not is_fresh(parts, person):
        raise Elsewhere(prove_first(back))


def _case(
    request: Request, parts: Gateway, person: Person, identifier: str, error: SuyuanError | None = None
) -> Response:
    with parts.database.reading() as conn:
        found = queries.application_of(conn, identifier, person.caller)
        checks = judge(conn, parts.clock, found, for_registrar=True)
        papers = queries.papers_of(conn, identifier)
        contact = queries.contact_of(conn, identifier)
    by_verdict = {str(v): [check for check in checks if check.verdict is v] for v in Verdict}
    context = {
        "application": found,
        "form": found.form,
        "contact": contact,
        "papers": [(each, validity(each, parts.clock)) for each in papers],
        "checks": by_verdict,
        "fields": _FIELDS,
        "questions": range(_QUESTIONS),
        "wrong": in_words(request, person, error),
    }
    return page(request, person, "qualification/case.html", 409 if error else 200, **context)


def _party(
    request: Request, parts: Gateway, person: Person, number: int, error: SuyuanError | None = None
) -> Response:
    with parts.database.reading() as conn:
        found = parties.the_party(conn, number)
        papers = queries.documents_of(conn, number)
    context = {
        "party": found,
        "roles": role_names(found.roles),
        "papers": [(each, validity(each, parts.clock)) for each in papers],
        "may_open": found.may_open(parts.clock.now()),
        "wrong": in_words(request, person, error),
    }
    return page(request, person, "qualification/party.html", 409 if error else 200, **context)
