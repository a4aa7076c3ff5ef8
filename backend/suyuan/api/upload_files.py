"""What uploads give back as files: templates, annotated copies, receipts; and a party's own signatures."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Response

from suyuan.access.model import Caller, Scope
from suyuan.api import upload_forms as forms
from suyuan.api.files import SENT_WITH
from suyuan.api.gateway import Gateway, GatewayPart, require
from suyuan.api.intake import limits_of
from suyuan.kernel.errors import Forbidden, NotFound
from suyuan.sheets.model import RecordKind
from suyuan.sheets.templates import template_csv, template_xlsx
from suyuan.uploads import queries, signing
from suyuan.uploads.annotating import annotated
from suyuan.uploads.context import known_to
from suyuan.uploads.opening import find
from suyuan.uploads.own_signing import Ledger, hand_in_next, prepare_next

router = APIRouter(prefix="/api/v1", tags=["uploads"])

Reader = Annotated[Caller, Depends(require(*Scope))]
Signer = Annotated[Caller, Depends(require(Scope.SUBMIT))]
Admin = Annotated[Caller, Depends(require(Scope.PARTY_ADMIN))]
Language = Annotated[str, Query(pattern="^(zh|en)$")]

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class TemplateUnknown(NotFound):
    code = "template.unknown"


@router.get("/templates/{kind}.{ending}", response_class=Response)
def template(
    kind: str, ending: str, parts: GatewayPart, caller: Reader, language: Language = "zh"
) -> Response:
    """The empty sheet of a kind of record, with the party's products, places and partners to pick from."""
    if kind not in set(RecordKind) or ending not in {"xlsx", "csv"}:
        raise TemplateUnknown(f"There is no template {kind}.{ending}.")
    return template_file(parts, caller.party, RecordKind(kind), ending, language)


def template_file(
    parts: Gateway, party: int | None, kind: RecordKind, ending: str, language: str
) -> Response:
    """A template as an answer that a browser saves."""
    name = f"suyuan-{kind}.{ending}"
    if ending == "csv":
        return download(template_csv(kind, language), name, "text/csv")
    with parts.database.reading() as conn:
        context = known_to(conn, parts.clock, party)
    return download(template_xlsx(kind, language, context), name, XLSX)


def download(data: bytes, name: str, media_type: str) -> Response:
    """Bytes that a browser saves and does not open."""
    named = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return Response(data, media_type=media_type, headers=SENT_WITH | {"Content-Disposition": named})


@router.get("/uploads/{identifier}/annotated", response_class=Response)
def annotated_copy(
    identifier: str,
    parts: GatewayPart,
    caller: Reader,
    language: Language = "zh",
    only_faulty: Annotated[bool, Query(alias="onlyFaulty")] = False,
) -> Response:
    """The sheet given back with what is wrong written at the cells; mend it there and upload it again."""
    with parts.database.reading() as conn:
        draft = find(conn, caller, identifier)
        data = annotated(conn, draft, language, only_faulty=only_faulty)
    return download(data, f"{draft.file_name.rpartition('.')[0]}-checked.xlsx", XLSX)


@router.get("/uploads/{identifier}/receipt")
def receipt(identifier: str, parts: GatewayPart, caller: Reader, response: Response) -> dict[str, Any]:
    """One receipt for the upload: the manifest that was signed, and the receipts of all its submissions."""
    with parts.database.reading() as conn:
        found = queries.receipt_of(conn, find(conn, caller, identifier))
    response.headers["Content-Disposition"] = f'attachment; filename="receipt-{found["upload"]}.json"'
    return found


@router.post("/uploads/{identifier}/documents/prepare")
def prepare_document(identifier: str, parts: GatewayPart, caller: Signer) -> dict[str, Any]:
    """For a party that keeps its own key: what it must sign of the next document."""
    with parts.database.transaction() as conn:
        number, prepared = prepare_next(conn, parts.clock, caller, identifier, ledger_of(parts))
    return {"number": number, **prepared.as_json()}


@router.post("/uploads/{identifier}/documents/submit", status_code=202)
def submit_document(
    identifier: str, given: forms.DocumentSignatures, parts: GatewayPart, caller: Signer
) -> dict[str, Any]:
    """Hand in the signatures of the document that was prepared; then the next one can be."""
    signatures = [bytes.fromhex(each[2:]) for each in given.signatures]
    with parts.database.transaction() as conn:
        draft = hand_in_next(
            conn, parts.clock, caller, identifier, given.prepared, signatures, ledger_of(parts)
        )
    return {**forms.draft_as_json(draft), "href": f"/supplier/drafts/{draft.id}"}


def ledger_of(parts: Gateway) -> Ledger:
    """What signatures of this gateway's parties are for."""
    return Ledger(parts.identity, parts.receipt_signer, limits_of(parts))


@router.put("/uploads-wishes")
def wish(given: forms.Wishes, parts: GatewayPart, caller: Admin) -> dict[str, Any]:
    """Whether the party wants another person to sign than the one who prepared."""
    if caller.party is None:
        raise Forbidden("Only a party's own admin decides this.", code="token.party")
    with parts.database.transaction() as conn:
        signing.wish_four_eyes(conn, parts.clock, caller, caller.party, wanted=given.four_eyes)
    return {"fourEyes": given.four_eyes}
