"""Pages of handovers: what comes in and goes out, one for both sides, and the answer under gloves."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request, Response
from pydantic import ValidationError
from sqlalchemy import Connection

from suyuan.access.model import Scope
from suyuan.api.gateway import Gateway, GatewayPart
from suyuan.api.handovers import desk_of
from suyuan.files import store
from suyuan.files.inspect import inspect
from suyuan.files.model import PHOTOS
from suyuan.handovers import queries
from suyuan.handovers.model import REASONS, Act, Handover
from suyuan.handovers.numbers import amount_text
from suyuan.handovers.preview import Preview, preview, rules_now
from suyuan.handovers.schemas import Accept, Measure, Refuse, SentAct
from suyuan.handovers.signing import SCHEMAS
from suyuan.portal import address, handover_acts
from suyuan.portal.frame import fragment, page, portal_router
from suyuan.portal.handover_forms import answer_json, dispute_json, faults_of
from suyuan.portal.handover_view import TONES, VERDICT_TONES, names_of, ordered, view_of
from suyuan.portal.session import Form, FormPart, Member, Person, seated

router = portal_router(prefix="/supplier/handovers")

PER_PAGE = 50
Signer = Annotated[Person, Depends(seated(Scope.HANDOVER))]


@router.get("")
def handovers(request: Request, parts: GatewayPart, person: Member) -> Response:
    """What comes in and goes out, the newest first."""
    direction = address.text(request, "direction")
    state = address.text(request, "state")
    wanted = queries.Wanted(
        direction if direction in queries.DIRECTIONS else None,
        {"open": True, "done": False}.get(state),
        address.number(request, "before"),
        PER_PAGE + 1,
    )
    with parts.database.reading() as conn:
        found = queries.listed(conn, person.caller, wanted)
        names = names_of(conn, found)
        views = [view_of(conn, each, person.number) for each in found[:PER_PAGE]]
    return page(
        request,
        person,
        "handovers/list.html",
        views=views,
        names=names,
        tones=TONES,
        direction=wanted.direction or "",
        state=state if state in ("open", "done") else "",
        may_act=person.caller.has(Scope.HANDOVER),
        first=address.here_with(request, before=None) if wanted.after else "",
        next=address.here_with(request, before=found[PER_PAGE - 1].number) if len(found) > PER_PAGE else "",
    )


@router.get("/{identifier}")
def handover(identifier: str, request: Request, parts: GatewayPart, person: Member) -> Response:
    """One handover. Raises HandoverUnknown for everybody but its two sides."""
    with parts.database.reading() as conn:
        found = queries.visible(conn, identifier, person.caller)
        return _one(request, parts, conn, person, found, (starting(found), []))


def starting(found: Handover) -> dict[str, str]:
    """What the answer's form holds at first: everything accepted."""
    return {f"a{line.line}": amount_text(line.quantity) for line in found.lines}


def _one(
    request: Request,
    parts: Gateway,
    conn: Connection,
    person: Person,
    found: Handover,
    typed: tuple[dict[str, str], list[str]],
    errors: list[tuple[str, str]] | None = None,
    seen: Preview | None = None,
) -> Response:
    """`typed`: what stands in the form, and the hashes of photos that are kept already."""
    view = view_of(conn, found, person.number)
    findings = list(seen.findings) if seen else list(view.findings)
    if view.is_open and view.is_receiver and not findings:
        findings = list(rules_now(conn, parts.clock, desk_of(parts, person.caller), found))
    return page(
        request,
        person,
        "handovers/one.html",
        422 if errors else 200,
        view=view,
        values=typed[0],
        photos=typed[1],
        errors=errors or [],
        wrong=dict(errors or []),
        findings=ordered(findings),
        preview=seen,
        tones=TONES,
        verdict_tones=VERDICT_TONES,
        reasons=REASONS,
        amount=amount_text,
        may_act=person.caller.has(Scope.HANDOVER),
    )


@router.post("/{identifier}/check")
def check(identifier: str, request: Request, parts: GatewayPart, person: Signer, form: FormPart) -> Response:
    """What the rules say of what is typed so far; nothing is stored."""
    with parts.database.reading() as conn:
        found = queries.visible(conn, identifier, person.caller)
        body = answer_json(found, Act.ACCEPT, values_of(form), form.all("photo"))
        seen, errors = Preview(), []
        try:
            told = Accept.model_validate(body)
            seen = preview(conn, parts.clock, desk_of(parts, person.caller), found, told)
        except ValidationError as error:
            errors = faults_of(error, body)
    return fragment(
        request,
        person,
        "handovers/_rules.html",
        findings=ordered(seen.findings),
        errors=errors,
        verdict_tones=VERDICT_TONES,
    )


@router.post("/{identifier}/answer")
def answer(identifier: str, request: Request, parts: GatewayPart, person: Signer, form: FormPart) -> Response:
    """Look at what was typed; what can stand is shown once more, to be signed."""
    values = values_of(form)
    act = Act(values["act"]) if values.get("act") in ("accept", "refuse", "measure") else Act.ACCEPT
    photos = [*form.all("photo"), *_kept(parts, person, identifier, form)]
    with parts.database.reading() as conn:
        found = queries.visible(conn, identifier, person.caller)
        body = answer_json(found, act, values, photos)
        kept = (values, photos)
        try:
            told = SCHEMAS[act].model_validate(body)
        except ValidationError as error:
            return _one(request, parts, conn, person, found, kept, faults_of(error, body))
        seen = _seen(conn, parts, person, found, told)
        if seen is not None and not seen.stands:
            return _one(request, parts, conn, person, found, kept, errors_of(seen), seen)
        return handover_acts.to_sign(request, parts, conn, person, found, act, body, seen)


def _seen(conn: Connection, parts: Gateway, person: Person, found: Handover, told: SentAct) -> Preview | None:
    desk = desk_of(parts, person.caller)
    if isinstance(told, Accept | Refuse):
        return preview(conn, parts.clock, desk, found, told)
    assert isinstance(told, Measure)  # noqa: S101 - the form has these three
    return Preview(findings=rules_now(conn, parts.clock, desk, found, told.measurements))


def errors_of(seen: Preview) -> list[tuple[str, str]]:
    """(field, word) of what stands in the way; rules have words of their own."""
    found = [(_field(each.pointer), f"fault.{each.code.partition('.')[2]}") for each in seen.faults]
    if seen.needs_choice:
        return [*found, ("choice", "choice")]
    return [*found, ("", "rules")] if seen.against else found


def _field(pointer: str) -> str:
    part = pointer.split("/")
    return f"a{int(part[2]) + 1}" if len(part) > 2 and part[1] == "lines" and part[2].isdecimal() else ""


def _kept(parts: Gateway, person: Person, identifier: str, form: Form) -> list[str]:
    """Photos that came with the form, kept for both sides; their hashes. Raises FileRefused, FileTooLarge."""
    limit = parts.settings.max_file_bytes
    uploads = form.files("photos")
    checked = [inspect(each.file.read(limit + 1), each.filename or "", PHOTOS, limit) for each in uploads]
    if not checked:
        return []
    with parts.database.transaction() as conn:
        found = queries.visible(conn, identifier, person.caller)
        files = [store.keep(conn, parts.clock, each) for each in checked]
        for each in files:
            for side in (found.sender, found.receiver):
                store.give(conn, parts.clock, each, store.party_holder(side))
    return [each.hex for each in files]


def values_of(form: Form) -> dict[str, str]:
    """What was typed, without what is empty."""
    return {name: form.get(name) for name in form.names() if name != "photos" and form.get(name)}


@router.post("/{identifier}/dispute")
def dispute(
    identifier: str, request: Request, parts: GatewayPart, person: Signer, form: FormPart
) -> Response:
    """The sender's own figures beside the receiver's, to be signed."""
    with parts.database.reading() as conn:
        found = queries.visible(conn, identifier, person.caller)
        body = dispute_json(found, values_of(form))
        try:
            SCHEMAS[Act.ANSWER].model_validate(body)
        except ValidationError as error:
            typed: tuple[dict[str, str], list[str]] = (values_of(form), [])
            return _one(request, parts, conn, person, found, typed, faults_of(error, body))
        return handover_acts.to_sign(request, parts, conn, person, found, Act.ANSWER, body, None)


@router.get("/{identifier}/act")
def act_page(identifier: str, request: Request, parts: GatewayPart, person: Signer) -> Response:
    """Departure, withdrawal and agreement: nothing is typed, only signed."""
    wanted = address.text(request, "act")
    bodies: dict[str, tuple[Act, dict[str, Any]]] = {
        "depart": (Act.DEPART, {}),
        "withdraw": (Act.WITHDRAW, {}),
        "agree": (Act.ANSWER, {"agrees": True}),
        "take_back": (Act.ACCEPT, {}),
    }
    with parts.database.reading() as conn:
        found = queries.visible(conn, identifier, person.caller)
        act, body = bodies.get(wanted, bodies["depart"])
        return handover_acts.to_sign(request, parts, conn, person, found, act, body, None)
