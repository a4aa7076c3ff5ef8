"""Routes of uploads: a sheet in, its rows judged, mended, signed and submitted."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from suyuan.access.model import Caller, Scope
from suyuan.api import upload_forms as forms
from suyuan.api.gateway import Gateway, GatewayPart, require
from suyuan.api.lists import Cursor, Limit, link_next, text_after
from suyuan.api.upload_body import file_of
from suyuan.files.model import CheckedFile
from suyuan.kernel.hashing import from_hex
from suyuan.kernel.paging import BadCursor, decode_cursor
from suyuan.parties.queries import party_of_argument
from suyuan.sheets.model import RecordKind
from suyuan.uploads import editing, queries, signing
from suyuan.uploads.columns import choose_columns
from suyuan.uploads.model import Draft, State
from suyuan.uploads.opening import Asked, find
from suyuan.uploads.take_in import Taken, take_in

router = APIRouter(prefix="/api/v1/uploads", tags=["uploads"])

Reader = Annotated[Caller, Depends(require(*Scope))]
Preparer = Annotated[Caller, Depends(require(Scope.DRAFT, Scope.SUBMIT, Scope.REGISTRAR))]
Signer = Annotated[Caller, Depends(require(Scope.SUBMIT, Scope.REGISTRAR))]
Kind = Annotated[RecordKind | None, Query(description="What the sheet tells of; else the sheet says it")]
Language = Annotated[str, Query(pattern="^(zh|en)$", description="Of the sentences about faults")]


@router.post("", status_code=201, responses={200: {"description": "The draft of the very same file"}})
async def upload(
    request: Request,
    response: Response,
    parts: GatewayPart,
    caller: Preparer,
    kind: Kind = None,
    as_party: Annotated[str | None, Query(alias="as", max_length=2048)] = None,
    name: Annotated[str, Query(max_length=255, description="The file's name, where the body is raw")] = "",
) -> dict[str, Any]:
    """Hand in a workbook or CSV: as a form's `file`, or raw with its `name`. Its rows are judged next.

    200 with the earlier draft when the party has handed in the very same file before.
    """
    file = await file_of(request, name)
    taken = await run_in_threadpool(_take, parts, caller, file, kind, as_party)
    response.status_code = 201 if taken.is_new else 200
    response.headers["Location"] = f"/api/v1/uploads/{taken.draft.id}"
    return {**forms.draft_as_json(taken.draft), "isNew": taken.is_new}


def _take(
    parts: Gateway, caller: Caller, file: CheckedFile, kind: RecordKind | None, as_party: str | None
) -> Taken:
    with parts.database.transaction() as conn:
        party = party_of_argument(conn, as_party or str(caller.party or "")).number
        return take_in(conn, parts.clock, caller, party, file, kind)


@router.get("")
def list_uploads(
    parts: GatewayPart,
    caller: Reader,
    request: Request,
    response: Response,
    limit: Limit = 100,
    cursor: Cursor = None,
    state: Annotated[list[State] | None, Query()] = None,
) -> dict[str, Any]:
    """Uploads that the caller may see, the newest first."""
    with parts.database.reading() as conn:
        before = text_after(cursor) or None
        found = queries.drafts_of(conn, caller, state or (), before, limit + 1)
    if len(found) > limit:
        link_next(request, response, found[limit - 1].id)
    return {"items": [forms.draft_as_json(each) for each in found[:limit]]}


@router.get("/{identifier}")
def show_upload(identifier: str, parts: GatewayPart, caller: Reader) -> dict[str, Any]:
    """One upload: its state, its rows by state, how far the present work is, and what is to be signed."""
    with parts.database.reading() as conn:
        draft = find(conn, caller, identifier)
    return forms.draft_as_json(draft)


@router.get("/{identifier}/rows")
def show_rows(
    identifier: str,
    parts: GatewayPart,
    caller: Reader,
    request: Request,
    response: Response,
    limit: Limit = 100,
    cursor: Cursor = None,
    state: Annotated[list[str] | None, Query(max_length=20)] = None,
    column: Annotated[str | None, Query(max_length=100)] = None,
    rule: Annotated[str | None, Query(max_length=100)] = None,
    language: Language = "zh",
) -> dict[str, Any]:
    """Rows in the file's order as they were judged: by state, or those with one fault (column and rule)."""
    fault = (column or "", rule) if rule is not None else None
    wanted = queries.Wanted(state or (), fault, place_after(cursor))
    with parts.database.reading() as conn:
        draft = find(conn, caller, identifier)
        found = queries.rows_of(conn, draft.id, wanted, limit + 1)
    if len(found) > limit:
        link_next(request, response, *found[limit - 1][0])
    return {"items": [forms.row_as_json(each, language) for _, each in found[:limit]]}


def place_after(cursor: str | None) -> queries.Place:
    """The place of the last page's last row. Raises BadCursor."""
    if cursor is None:
        return queries.START
    block, index = decode_cursor(cursor, 2)
    if not isinstance(block, int) or not isinstance(index, int):
        raise BadCursor("the cursor belongs to another list")
    return block, index


@router.get("/{identifier}/faults")
def show_faults(
    identifier: str, parts: GatewayPart, caller: Reader, language: Language = "zh"
) -> dict[str, Any]:
    """Equal faults as one, with the number of rows: the most frequent first, at most 1,000."""
    with parts.database.reading() as conn:
        draft = find(conn, caller, identifier)
        groups = editing.groups_of(conn, draft.id)
    items = [forms.group_as_json(each, language) for each in groups]
    return {"version": draft.version, "items": items}


@router.patch("/{identifier}/cells")
def correct_cells(
    identifier: str, given: forms.Cells, parts: GatewayPart, caller: Preparer
) -> dict[str, Any]:
    """Correct single cells; only the rows that this touches are judged again.

    409 `upload.changed` says what others did since your version; 409 `upload.locked` who is at work on it.
    """
    asked = Asked(caller, identifier, given.version, given.take_over)
    cells = [editing.CellEdit(each.sheet, each.row, each.column, each.text) for each in given.cells]
    return forms.draft_as_json(editing.edit_cells(parts.database, parts.clock, asked, cells))


@router.post("/{identifier}/fixes")
def fix_rows(identifier: str, given: forms.FixIn, parts: GatewayPart, caller: Preparer) -> dict[str, Any]:
    """Correct every row with the same fault at once."""
    asked = Asked(caller, identifier, given.version, given.take_over)
    fix = editing.Fix(given.column, given.rule, given.value, given.text, decline=given.accept is False)
    return forms.draft_as_json(editing.fix_all(parts.database, parts.clock, asked, fix))


@router.post("/{identifier}/mapping")
def map_columns(
    identifier: str, given: forms.Columns, parts: GatewayPart, caller: Preparer
) -> dict[str, Any]:
    """Say which column is which; remembered for the party's next sheet with such headings."""
    asked = Asked(caller, identifier, given.version, given.take_over)
    return _done(parts, lambda conn: choose_columns(conn, parts.clock, asked, given.columns, given.kind))


@router.post("/{identifier}/choice")
def choose_good(identifier: str, given: forms.Choose, parts: GatewayPart, caller: Preparer) -> dict[str, Any]:
    """Make only the good rows ready to be signed; the others become a draft of their own when they are."""
    asked = Asked(caller, identifier, given.version, given.take_over)
    return _done(parts, lambda conn: signing.choose(conn, parts.clock, asked))


@router.post("/{identifier}/submit", status_code=202)
def submit(identifier: str, given: forms.Submit, parts: GatewayPart, caller: Signer) -> dict[str, Any]:
    """Sign the manifest that was shown, by its root; its documents are submitted one after another."""
    asked = Asked(caller, identifier, given.version)
    return _done(parts, lambda conn: signing.sign(conn, parts.clock, asked, from_hex(given.root)))


@router.post("/{identifier}/withdraw")
def withdraw(identifier: str, given: forms.Withdraw, parts: GatewayPart, caller: Preparer) -> dict[str, Any]:
    """Take the draft back; nothing of it is submitted."""
    asked = Asked(caller, identifier, given.version, given.take_over)
    return _done(parts, lambda conn: signing.withdraw(conn, parts.clock, asked))


def _done(parts: Gateway, verb: Any) -> dict[str, Any]:
    with parts.database.transaction() as conn:
        draft: Draft = verb(conn)
    return forms.draft_as_json(draft)
