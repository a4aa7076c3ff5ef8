"""A supplier's sheets: uploaded, mended, signed; each draft is one page that says what comes next."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any

import orjson
from fastapi import Depends, Request, Response
from sqlalchemy import Connection

from suyuan.access.model import Scope
from suyuan.api.gateway import Gateway, GatewayPart
from suyuan.api.upload_body import checked
from suyuan.api.upload_files import XLSX, download, template_file
from suyuan.kernel.errors import Malformed, NotFound
from suyuan.kernel.hashing import from_hex
from suyuan.portal import address
from suyuan.portal.entering import FreshPerson
from suyuan.portal.frame import HEADERS, fragment, page, portal_router, redirect
from suyuan.portal.language import language_of
from suyuan.portal.session import Form, FormPart, Member, Person, seated
from suyuan.portal.upload_view import EDITS_PER_PAGE, TONES, Filter, View
from suyuan.portal.words import words
from suyuan.sheets.kinds import TEMPLATES
from suyuan.sheets.model import RecordKind
from suyuan.uploads import editing, queries, signing
from suyuan.uploads.annotating import annotated
from suyuan.uploads.columns import choose_columns
from suyuan.uploads.model import Draft, State
from suyuan.uploads.opening import Asked, find
from suyuan.uploads.take_in import take_in

router = portal_router(prefix="/supplier")

PER_PAGE = 50

Preparer = Annotated[Person, Depends(seated(Scope.DRAFT, Scope.SUBMIT))]
Signer = Annotated[Person, Depends(seated(Scope.SUBMIT))]


@router.get("/upload")
def upload_page(request: Request, person: Preparer) -> Response:
    """Templates to fill, and the way in for a file or for cells that were copied."""
    language = language_of(request, person.language)
    choices = [(str(each.kind), each.title(language)) for each in TEMPLATES.values()]
    return page(request, person, "uploads/new.html", kinds=list(TEMPLATES.values()), choices=choices)


@router.post("/upload")
def upload(parts: GatewayPart, person: Preparer, form: FormPart) -> Response:
    """Take a file in, or what was pasted. Raises FileRefused, FileTooLarge."""
    chosen, pasted = form.file("file"), form.get("pasted")
    if chosen is not None:
        file = checked(chosen.file.read(), chosen.filename or "")
    elif pasted:
        file = checked(pasted.encode(), "pasted.tsv")
    else:
        raise Malformed("Choose a file, or paste cells.", code="upload.no-file")
    kind = form.get("kind")
    with parts.database.transaction() as conn:
        named = RecordKind(kind) if kind in set(RecordKind) else None
        taken = take_in(conn, parts.clock, person.caller, person.number, file, named)
    said = "uploads.taken" if taken.is_new else "uploads.again"
    return redirect(f"/supplier/drafts/{taken.draft.id}", said=said)


@router.get("/templates/{name}")
def template(name: str, request: Request, parts: GatewayPart, person: Member) -> Response:
    """An empty sheet. Raises NotFound."""
    kind, _, ending = name.partition(".")
    if kind not in set(RecordKind) or ending not in {"xlsx", "csv"}:
        raise NotFound(f"There is no template {name[:60]}.", code="page.unknown")
    language = language_of(request, person.language)
    return template_file(parts, person.number, RecordKind(kind), ending, language)


@router.get("/drafts")
def drafts(request: Request, parts: GatewayPart, person: Member) -> Response:
    """The party's uploads, the newest first."""
    before = address.text(request, "before", 36)
    shown = address.choice(request, "state", State)
    with parts.database.reading() as conn:
        states = (shown,) if shown else ()
        found = queries.drafts_of(conn, person.caller, states, before or None, PER_PAGE + 1)
    rows, language = found[:PER_PAGE], language_of(request, person.language)
    has_more = len(found) > PER_PAGE
    return page(
        request,
        person,
        "uploads/list.html",
        rows=rows,
        shown=shown or "",
        choices=[(each, words(language)(f"uploads.state.{each}")) for each in State],
        tones=TONES,
        templates=TEMPLATES,
        first=address.here_with(request, before=None) if before else "",
        next=address.here_with(request, before=rows[-1].id) if has_more else "",
    )


@router.get("/drafts/{identifier}")
def draft_page(identifier: str, request: Request, parts: GatewayPart, person: Member) -> Response:
    """One draft, with what is to be done next. Raises DraftUnknown as well where it is another party's."""
    with parts.database.reading() as conn:
        shown = _shown(conn, request, parts, person, identifier)
    return page(request, person, "uploads/one.html", **shown)


@router.get("/drafts/{identifier}/progress")
def progress(identifier: str, request: Request, parts: GatewayPart, person: Member) -> Response:
    """How far the clerk is, for htmx; once it is at an end the page is shown anew."""
    with parts.database.reading() as conn:
        found = find(conn, person.caller, identifier)
    if not View.is_working(found):
        return Response(status_code=200, headers={**HEADERS, "HX-Refresh": "true"})
    return fragment(request, person, "uploads/_progress.html", draft=found)


def _shown(
    conn: Connection, request: Request, parts: Gateway, person: Person, identifier: str
) -> dict[str, Any]:
    """What the page of a draft knows. Raises DraftUnknown."""
    language = language_of(request, person.language)
    found = find(conn, person.caller, identifier)
    return View(conn, parts.clock, person.caller, found, Filter.of(request), language).context()


@router.post("/drafts/{identifier}/cells")
def cells(
    identifier: str, request: Request, parts: GatewayPart, person: Preparer, form: FormPart
) -> Response:
    """Correct the cells of the page that were written into; htmx gets the page's part anew."""
    given = [name.removeprefix("cell-") for name in form.names() if name.startswith("cell-")]
    told = [(_cell_of(form.get(f"at-{each}")), form.get(f"cell-{each}")) for each in given[:EDITS_PER_PAGE]]
    edits = [
        editing.CellEdit(sheet, row, column, text) for (sheet, row, column, was), text in told if text != was
    ]
    asked = _asked(person, identifier, form)
    draft = editing.edit_cells(parts.database, parts.clock, asked, edits)
    return _after(request, parts, person, draft, "uploads.edited")


def _cell_of(text: str) -> tuple[str, int, str, str]:
    """(sheet, row, column, text so far) of a cell. Raises Malformed for what no page of ours has made."""
    try:
        sheet, row, column, was = orjson.loads(text)
        return str(sheet), int(row), str(column), str(was)
    except (ValueError, TypeError) as error:
        raise Malformed("The page did not say which cell that is.", code="form.malformed") from error


@router.post("/drafts/{identifier}/fixes")
def fixes(
    identifier: str, request: Request, parts: GatewayPart, person: Preparer, form: FormPart
) -> Response:
    """One correction for all rows with the same fault."""
    accept = form.get("accept")
    fix = editing.Fix(
        form.get("column"),
        form.get("rule"),
        None if accept else form.get("value"),
        None if accept else form.get("text"),
        decline=accept == "no",
    )
    draft = editing.fix_all(parts.database, parts.clock, _asked(person, identifier, form), fix)
    return _after(request, parts, person, draft, "uploads.fixed")


def _after(request: Request, parts: Gateway, person: Person, draft: Draft, said: str) -> Response:
    """The draft's part of the page for htmx, else back to the page with the same filter."""
    filters = Filter.of(request)
    if request.headers.get("hx-request") != "true":
        return redirect(f"/supplier/drafts/{draft.id}{filters.query}", said=said)
    with parts.database.reading() as conn:
        shown = _shown(conn, request, parts, person, draft.id) | {"said": said}
    return fragment(request, person, "uploads/_draft.html", **shown)


def _asked(person: Person, identifier: str, form: Form) -> Asked:
    version = form.get("version")
    known = int(version) if version.isascii() and version.isdecimal() and len(version) < 10 else 0
    return Asked(person.caller, identifier, known, take_over=form.get("take_over") == "1")


@router.post("/drafts/{identifier}/mapping")
def mapping(identifier: str, parts: GatewayPart, person: Preparer, form: FormPart) -> Response:
    """Say which column is which."""
    chosen = {
        int(name.removeprefix("column-")): form.get(name)
        for name in form.names()
        if name.removeprefix("column-").isdecimal() and form.get(name)
    }
    asked = _asked(person, identifier, form)
    kind = form.get("kind") or None
    return _done(parts, lambda conn: choose_columns(conn, parts.clock, asked, chosen, kind), "uploads.mapped")


@router.post("/drafts/{identifier}/choice")
def choice(identifier: str, parts: GatewayPart, person: Preparer, form: FormPart) -> Response:
    """Make the good rows alone ready to be signed."""
    asked = _asked(person, identifier, form)
    return _done(parts, lambda conn: signing.choose(conn, parts.clock, asked), "uploads.chosen")


@router.post("/drafts/{identifier}/withdraw")
def withdraw(identifier: str, parts: GatewayPart, person: Preparer, form: FormPart) -> Response:
    """Take the draft back."""
    asked = _asked(person, identifier, form)
    return _done(parts, lambda conn: signing.withdraw(conn, parts.clock, asked), "uploads.withdrawn")


@router.post("/drafts/{identifier}/sign")
def sign(
    identifier: str, parts: GatewayPart, _signer: Signer, person: FreshPerson, form: FormPart
) -> Response:
    """Sign the manifest that the page shows."""
    asked = _asked(person, identifier, form)
    root = form.get("root")
    if not re.fullmatch("0x[0-9a-f]{64}", root):
        raise Malformed("The page did not say what is signed.", code="upload.root")
    return _done(parts, lambda conn: signing.sign(conn, parts.clock, asked, from_hex(root)), "uploads.signed")


def _done(parts: Gateway, verb: Callable[[Connection], Draft], said: str) -> Response:
    with parts.database.transaction() as conn:
        draft = verb(conn)
    return redirect(f"/supplier/drafts/{draft.id}", said=said)


@router.get("/drafts/{identifier}/checked.xlsx")
def checked_copy(identifier: str, request: Request, parts: GatewayPart, person: Member) -> Response:
    """The sheet with what is wrong at its cells."""
    with parts.database.reading() as conn:
        draft = find(conn, person.caller, identifier)
        only = bool(request.query_params.get("only"))
        data = annotated(conn, draft, language_of(request, person.language), only_faulty=only)
    return download(data, f"{draft.file_name.rpartition('.')[0]}-checked.xlsx", XLSX)


@router.get("/drafts/{identifier}/receipt.json")
def receipt(identifier: str, parts: GatewayPart, person: Member) -> Response:
    """One receipt with those of all submissions."""
    with parts.database.reading() as conn:
        found: dict[str, Any] = queries.receipt_of(conn, find(conn, person.caller, identifier))
    data = orjson.dumps(found, option=orjson.OPT_INDENT_2)
    return download(data, f"suyuan-receipt-{identifier}.json", "application/json")
