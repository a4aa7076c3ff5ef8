"""Inspections and test reports: the list, one record, the form, and the last look before it is signed."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from pydantic import ValidationError
from sqlalchemy import Connection

from suyuan.access.model import Scope
from suyuan.access.passkeys import list_passkeys
from suyuan.api.gateway import Gateway, GatewayPart
from suyuan.api.inspections import InspectionIn, TellingIn, TestReportIn, told_of
from suyuan.api.intake import limits_of
from suyuan.files import store as files
from suyuan.files.model import PAPERS
from suyuan.handovers.signing import signs_itself
from suyuan.inspections import queries, record, rules
from suyuan.inspections.model import RecordKind, Stage
from suyuan.inspections.queries import Noted
from suyuan.inspections.record import Told
from suyuan.journal.prepare import prepare_document
from suyuan.kernel.errors import Fault, Refused, SuyuanError
from suyuan.lots.holdings import Holding, lots_of_party
from suyuan.parties.handed import own_keys
from suyuan.portal import address
from suyuan.portal.faults import by_field
from suyuan.portal.frame import page, portal_router, redirect
from suyuan.portal.handover_acts import is_stale, proven
from suyuan.portal.inspection_forms import body_of, control_of, packed, rows_of, unpacked
from suyuan.portal.session import Form, FormPart, Member, Person, seated

router = portal_router(prefix="/supplier/inspections")

Signer = Annotated[Person, Depends(seated(Scope.SUBMIT))]
PER_PAGE = 50
MOST_LOTS = 100
TONES = {"pass": "ok", "fail": "bad", "none": "calm"}
_BODIES: dict[RecordKind, type[TellingIn]] = {
    RecordKind.INSPECTION: InspectionIn,
    RecordKind.TEST: TestReportIn,
}


@router.get("")
def inspections(request: Request, parts: GatewayPart, person: Member) -> Response:
    """What the party told, the newest first."""
    kind, before = address.choice(request, "kind", RecordKind), address.number(request, "before")
    with parts.database.reading() as conn:
        found = queries.records_of_party(conn, person.number, kind, PER_PAGE + 1, before)
    rows = found[:PER_PAGE]
    return page(
        request,
        person,
        "inspections/list.html",
        rows=rows,
        kind=kind or "",
        kinds=list(RecordKind),
        tones=TONES,
        may_sign=person.caller.has(Scope.SUBMIT),
        first=address.here_with(request, before=None) if before else "",
        next=address.here_with(request, before=rows[-1].id) if len(found) > PER_PAGE else "",
    )


@router.get("/new")
def new(request: Request, parts: GatewayPart, person: Signer) -> Response:
    """An empty form."""
    kind = address.choice(request, "kind", RecordKind) or RecordKind.INSPECTION
    values = {"lot": address.text(request, "lot", 2048), "verdict": "pass", "stage": Stage.RECEIVING}
    with parts.database.reading() as conn:
        return _form(request, conn, person, kind, values, {})


@router.post("/new")
def look(request: Request, parts: GatewayPart, person: Signer, form: FormPart) -> Response:
    """More rows, or what will be signed; the form again with every fault."""
    kind = RecordKind(form.get("kind")) if form.get("kind") in set(RecordKind) else RecordKind.INSPECTION
    values = {name: form.get(name) for name in form.names()}
    if values.get("act") == "more":
        values |= {"rows": str(rows_of(values)), "act": ""}
        with parts.database.reading() as conn:
            return _form(request, conn, person, kind, values, {})
    try:
        file = _stored(parts, person, form) or _kept(values)
        body = body_of(kind, values, file)
        if file:
            values |= {"file_hash": file["hash"], "file_name": file["name"]}
        told = _told(parts, kind, body)
        with parts.database.reading() as conn:
            return _to_sign(request, parts, conn, person, kind, body, told)
    except Refused as refused:
        faults = [Fault(f"/{control_of(each.pointer)}", each.code, each.message) for each in refused.faults]
    except SuyuanError as error:
        faults = [Fault("/file", error.code, str(error))]
    with parts.database.reading() as conn:
        return _form(request, conn, person, kind, values, by_field(request, person, faults), 422)


def _stored(parts: Gateway, person: Person, form: Form) -> dict[str, str] | None:
    """The report's file, kept. Raises FileRefused, FileTooLarge."""
    given = form.file("file")
    if given is None:
        return None
    with parts.database.transaction() as conn:
        kept = files.store(conn, parts.clock, given.file.read(), given.filename or "report.pdf", PAPERS)
        files.give(conn, parts.clock, kept, files.party_holder(person.number))
    return {"hash": kept.hex, "name": kept.name}


def _kept(values: dict[str, str]) -> dict[str, str] | None:
    """The file that was handed in with the form before."""
    if not values.get("file_hash"):
        return None
    return {"hash": values["file_hash"], "name": values.get("file_name") or "report.pdf"}


def _told(parts: Gateway, kind: RecordKind, body: dict[str, Any]) -> Told:
    """Raises RecordRefused, NotAnIdentifier, and Refused for a body of another form."""
    try:
        read = _BODIES[kind].model_validate(body)
    except ValidationError as error:
        faults = [
            Fault("/" + "/".join(map(str, each["loc"])), "record.text", str(each["msg"]))
            for each in error.errors()
        ]
        raise Refused(faults, code="record.refused") from error
    return told_of(parts, read, body[str(kind)], kind)


def _form(
    request: Request,
    conn: Connection,
    person: Person,
    kind: RecordKind,
    values: dict[str, str],
    errors: dict[str, str],
    status: int = 200,
) -> Response:
    lots = lots_of_party(conn, person.number, Holding.ALL, 0, MOST_LOTS)
    return page(
        request,
        person,
        "inspections/new.html",
        status,
        kind=kind,
        values=values,
        errors=errors,
        rows=rows_of(values),
        lots=[each.uri for each in lots],
        stages=list(Stage),
    )


def _to_sign(
    request: Request,
    parts: Gateway,
    conn: Connection,
    person: Person,
    kind: RecordKind,
    body: dict[str, Any],
    told: Told,
) -> Response:
    itself = signs_itself(conn, person.number)
    text = packed(body)
    return page(
        request,
        person,
        "inspections/sign.html",
        kind=kind,
        told=told,
        findings=[each.as_dict() for each in rules.findings(told.record, rules.Surroundings())],
        tones=TONES,
        payload=text,
        itself=itself,
        expected=[each.address for each in own_keys(conn, person.number)] if itself else [],
        prepare=f"/supplier/inspections/prepare?kind={kind}&body={text}",
        stale=is_stale(parts, person.caller),
        has_passkey=bool(list_passkeys(conn, person.caller.token)),
    )


@router.post("/do")
def do(parts: GatewayPart, person: Signer, form: FormPart) -> Response:
    """Tell what was shown, in the name of a party whose key the platform keeps."""
    kind = RecordKind(form.get("kind")) if form.get("kind") in set(RecordKind) else RecordKind.INSPECTION
    told = _told(parts, kind, unpacked(form.get("body")))
    caller = proven(parts, person, form.get("password"))
    with parts.database.transaction() as conn:
        limits, signer = limits_of(parts), parts.receipt_signer
        record.record(conn, parts.clock, caller, told, limits, signer)
    return redirect("/supplier/inspections", "inspections.told")


@router.post("/prepare")
def prepare(
    parts: GatewayPart,
    person: Signer,
    kind: RecordKind,
    body: Annotated[str, Query(max_length=60_000)],
) -> dict[str, Any]:
    """What a party that keeps its own key is to sign."""
    told = _told(parts, kind, unpacked(body))
    with parts.database.transaction() as conn:
        request = told.request(person.caller)
        return prepare_document(conn, parts.clock, request, limits_of(parts), parts.identity).as_json()


@router.get("/{number}")
def one(number: str, request: Request, parts: GatewayPart, person: Member) -> Response:
    """One record. Raises RecordUnknown as well where it is another party's."""
    plain = number.isascii() and number.isdecimal() and len(number) < 18
    with parts.database.reading() as conn:
        found: Noted = queries.record_of(conn, int(number) if plain else 0, person.caller)
    return page(request, person, "inspections/one.html", found=found, tones=TONES)
