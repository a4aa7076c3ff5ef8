"""`/apply`: a firm applies in four steps, each a plain form; who comes back signs in and goes on."""

from __future__ import annotations

from dataclasses import replace

from fastapi import Request, Response
from sqlalchemy import Connection

from suyuan.access.errors import AccountRefused, PasswordRefused
from suyuan.api.applying import begin
from suyuan.api.files import taken
from suyuan.api.gateway import Gateway, GatewayPart
from suyuan.files.errors import FileRefused, FileTooLarge
from suyuan.files.model import PAPERS
from suyuan.kernel.errors import Fault, Forbidden, Refused
from suyuan.parties.food_categories import CATEGORIES
from suyuan.portal.apply_forms import MORE_SITES, contact_of, facts_of, firm_of, kind_of, sites_of
from suyuan.portal.faults import by_field, of_file
from suyuan.portal.frame import page, portal_router, redirect
from suyuan.portal.language import language_of
from suyuan.portal.session import FormPart, OpenForm, OptionalPerson, Person, PersonPart
from suyuan.qualification import apply, queries
from suyuan.qualification.errors import ApplicationUnknown, DocumentRefused
from suyuan.qualification.judge import judge
from suyuan.qualification.judging import ROLES, Verdict
from suyuan.qualification.model import WRITABLE, Application, Kind

router = portal_router()

STEPS = ("firm", "contact", "papers", "review")
_OF_STEP = {
    "firm": ("names", "creditCode", "roles", "gln", "goods", "keyAddress"),
    "contact": ("contact", "sites"),
    "papers": ("documents",),
}


@router.get("/apply")
def start(request: Request, parts: GatewayPart, person: OptionalPerson) -> Response:
    """Where an application begins, or how far it is."""
    if person is None:
        return page(request, None, "qualification/start.html", errors={}, given={})
    if person.caller.party is not None or person.caller.seats:
        return redirect("/supplier/documents" if person.caller.party is not None else "/admin")
    with parts.database.reading() as conn:
        found = queries.applications_by(conn, person.caller.token)
    if found and found[-1].state in WRITABLE:
        return redirect("/apply/review" if found[-1].questions else "/apply/firm")
    return page(request, person, "qualification/status.html", application=found[-1] if found else None)


@router.post("/apply")
def begin_here(request: Request, parts: GatewayPart, person: OptionalPerson, form: OpenForm) -> Response:
    """Make an account and a draft; for who has an account already, a new draft."""
    if person is not None:
        with parts.database.transaction() as conn:
            apply.open_application(conn, parts.clock, person.caller, person.caller.token)
        return redirect("/apply/firm")
    given = {name: form.get(name) for name in ("login", "name")}
    language = language_of(request)
    try:
        begin(request, parts, given["login"], form.get("password"), given["name"], language)
    except (AccountRefused, PasswordRefused) as error:
        errors = by_field(request, None, error.faults)
        return page(request, None, "qualification/start.html", 422, errors=errors, given=given)
    return redirect("/apply/firm")


@router.get("/apply/firm")
def firm(request: Request, parts: GatewayPart, person: PersonPart) -> Response:
    """The first step: who the firm is."""
    return _step(request, parts, person, "firm")


@router.post("/apply/firm")
def save_firm(request: Request, parts: GatewayPart, person: PersonPart, form: FormPart) -> Response:
    """Keep it, complete or not; what is wrong is shown beside its field."""
    with parts.database.transaction() as conn:
        own = _own(conn, person)
        contact = queries.contact_of(conn, own.id)
        apply.save(conn, parts.clock, person.caller, own.id, firm_of(form, own.form), contact)
    return _go_on(request, parts, person, "firm", "contact")


@router.get("/apply/contact")
def contact(request: Request, parts: GatewayPart, person: PersonPart) -> Response:
    """The second step: who answers, and where the firm works."""
    return _step(request, parts, person, "contact")


@router.post("/apply/contact")
def save_contact(request: Request, parts: GatewayPart, person: PersonPart, form: FormPart) -> Response:
    """Keep it, complete or not."""
    with parts.database.transaction() as conn:
        own = _own(conn, person)
        filled = replace(own.form, sites=sites_of(form))
        apply.save(conn, parts.clock, person.caller, own.id, filled, contact_of(form))
    return _go_on(request, parts, person, "contact", "papers")


@router.get("/apply/papers")
def papers(request: Request, parts: GatewayPart, person: PersonPart) -> Response:
    """The third step: licences, certificates, reports."""
    return _step(request, parts, person, "papers", given={})


@router.post("/apply/papers")
def add_paper(request: Request, parts: GatewayPart, person: PersonPart, form: FormPart) -> Response:
    """Add one paper with its file."""
    given = {name: form.get(name) for name in form.names() if name != "file"}
    try:
        kind = kind_of(form)
        checked = taken(parts, form.file("file"), PAPERS)
        with parts.database.transaction() as conn:
            own = _own(conn, person)
            apply.add_document(conn, parts.clock, person.caller, own.id, kind, facts_of(form), checked)
    except (FileRefused, FileTooLarge) as error:
        errors = of_file(request, person, error)
        return _step(request, parts, person, "papers", 422, given=given, errors=errors)
    except DocumentRefused as refused:
        errors = by_field(request, person, refused.faults)
        return _step(request, parts, person, "papers", 422, given=given, errors=errors)
    return redirect("/apply/papers", "qualification.added")


@router.post("/apply/papers/{document}/removal")
def remove_paper(document: str, parts: GatewayPart, person: PersonPart, _form: FormPart) -> Response:
    """Take a paper out again."""
    with parts.database.transaction() as conn:
        apply.remove_document(conn, parts.clock, person.caller, _own(conn, person).id, document)
    return redirect("/apply/papers", "qualification.removed")


@router.get("/apply/review")
def review(request: Request, parts: GatewayPart, person: PersonPart) -> Response:
    """The last step: everything at a glance, and what is still wrong."""
    return _step(request, parts, person, "review")


@router.post("/apply/review")
def hand_in(request: Request, parts: GatewayPart, person: PersonPart, _form: FormPart) -> Response:
    """Hand it in, or say everything that is wrong."""
    try:
        with parts.database.transaction() as conn:
            apply.submit(conn, parts.clock, person.caller, _own(conn, person).id)
    except Refused:
        return _step(request, parts, person, "review", 422, tried=True)
    return redirect("/apply", "qualification.submitted")


@router.post("/apply/withdrawal")
def withdraw(parts: GatewayPart, person: PersonPart, _form: FormPart) -> Response:
    """End it without a decision."""
    with parts.database.transaction() as conn:
        apply.withdraw(conn, parts.clock, person.caller, _own(conn, person).id)
    return redirect("/apply", "qualification.withdrawn")


def _own(conn: Connection, person: Person) -> Application:
    """The person's newest application. Raises Forbidden for people of parties, ApplicationUnknown."""
    if person.caller.party is not None or person.caller.seats:
        raise Forbidden("You belong to a party already.", code="seat.missing")
    found = queries.applications_by(conn, person.caller.token)
    if not found:
        raise ApplicationUnknown("There is no application of yours.")
    return found[-1]


def _go_on(request: Request, parts: Gateway, person: Person, step: str, after: str) -> Response:
    """To the next step, or back to this one while something in it is wrong."""
    with parts.database.reading() as conn:
        wrong = _faults(conn, parts, _own(conn, person), step)
    if wrong:
        return _step(request, parts, person, step, 422, errors=by_field(request, person, wrong))
    return redirect(f"/apply/{after}", "qualification.saved")


def _faults(conn: Connection, parts: Gateway, own: Application, step: str) -> list[Fault]:
    """What is wrong in one step; in `review`, in all."""
    failed = [each.fault for each in judge(conn, parts.clock, own) if each.verdict is Verdict.FAIL]
    fields = _OF_STEP.get(step)
    return [each for each in failed if fields is None or each.pointer.split("/")[1] in fields]


def step_of(pointer: str) -> str:
    """The step in which a field stands."""
    part = pointer.strip("/").split("/", maxsplit=1)[0]
    return next((step for step, fields in _OF_STEP.items() if part in fields), "firm")


def _place_of(pointer: str) -> int | None:
    """Which of the papers a pointer is about: "/documents/1/number" is 1."""
    parts = pointer.strip("/").split("/")
    return int(parts[1]) if parts[0] == "documents" and len(parts) > 1 and parts[1].isdigit() else None


def _step(
    request: Request,
    parts: Gateway,
    person: Person,
    step: str,
    status: int = 200,
    errors: dict[str, str] | None = None,
    **more: object,
) -> Response:
    with parts.database.reading() as conn:
        own = _own(conn, person)
        if own.state not in WRITABLE:
            return redirect("/apply")
        context = {
            "application": own,
            "form": own.form,
            "contact": queries.contact_of(conn, own.id),
            "papers": queries.papers_of(conn, own.id),
        }
        wrong = _faults(conn, parts, own, "review") if step == "review" else []
    texts = [
        (
            step_of(each.pointer),
            _place_of(each.pointer),
            next(iter(by_field(request, person, [each]).values())),
        )
        for each in wrong
    ]
    context |= {"steps": STEPS, "step": step, "errors": errors or {}, "wrong": texts, "roles": ROLES}
    context |= {"kinds": [str(kind) for kind in Kind], "categories": CATEGORIES, "step_of": step_of}
    context |= {"tried": False, "more_sites": MORE_SITES, "given": {}}
    return page(request, person, f"qualification/apply_{step}.html", status, **(context | more))
