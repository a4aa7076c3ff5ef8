"""Routes of inspections, test reports, and the holds that failed ones propose."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Path, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from suyuan.access.model import Caller, Scope
from suyuan.api.gateway import Gateway, GatewayPart, check_fresh, require
from suyuan.api.intake import limits_of
from suyuan.api.lists import Limit
from suyuan.inspections import queries
from suyuan.inspections.errors import RecordRefused
from suyuan.inspections.event import Occasion
from suyuan.inspections.members import read, written
from suyuan.inspections.model import Examination, RecordKind
from suyuan.inspections.queries import Noted, Proposal
from suyuan.inspections.record import Told, record
from suyuan.journal.prepare import prepare_document
from suyuan.kernel.errors import Fault, Forbidden
from suyuan.kernel.hashing import to_hex
from suyuan.kernel.identity import from_argument, lot_id_of_argument

router = APIRouter(prefix="/api/v1", tags=["inspections"])

Submitter = Annotated[Caller, Depends(require(Scope.SUBMIT))]
Reader = Annotated[Caller, Depends(require(*Scope))]
Quality = Annotated[Caller, Depends(require(Scope.QC))]
Overseer = Annotated[Caller, Depends(require(Scope.QC, Scope.AUDIT))]
Number = Annotated[int, Path(ge=1, le=2**62)]
Prepare = Annotated[
    bool, Query(description="For a party that signs itself: answer with what is to be signed")
]
Before = Annotated[int, Query(ge=0, le=2**62, description="`next` of the page before")]


class TellingIn(BaseModel):
    """The occasion of a record; the record itself is docs/formats/inspection.md's member."""

    model_config = ConfigDict(extra="forbid")

    lot: str = Field(max_length=2048, description="Digital Link, URN or GTIN/LOT")
    time: AwareDatetime | None = Field(default=None, description="When; a report: its day if it is left out")
    site: str = Field(default="", max_length=2048, description="URI of the site")
    quantity: Decimal | None = Field(default=None, ge=0, max_digits=15, decimal_places=6)
    uom: str = Field(default="", max_length=10)


class InspectionIn(TellingIn):
    inspection: dict[str, Any]


class TestReportIn(TellingIn):
    testReport: dict[str, Any]  # noqa: N815 - the member's name in the event


class Declined(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: str = Field(max_length=5_000)


_TO_SIGN: dict[int | str, dict[str, Any]] = {
    200: {"description": "What the party is to sign; nothing was told"}
}


@router.post("/inspections", status_code=202, response_model=dict[str, Any], responses=_TO_SIGN)
def tell_inspection(
    body: InspectionIn, parts: GatewayPart, caller: Submitter, prepare: Prepare = False
) -> Response:
    """Record a receiving inspection, an in-process or a final check."""
    return _tell(parts, caller, body, body.inspection, RecordKind.INSPECTION, prepare=prepare)


@router.post("/test-reports", status_code=202, response_model=dict[str, Any], responses=_TO_SIGN)
def tell_report(
    body: TestReportIn, parts: GatewayPart, caller: Submitter, prepare: Prepare = False
) -> Response:
    """Record a test report; a laboratory's own, signed by its own key, counts as independent."""
    return _tell(parts, caller, body, body.testReport, RecordKind.TEST, prepare=prepare)


def _tell(
    parts: Gateway,
    caller: Caller,
    body: TellingIn,
    member: dict[str, Any],
    kind: RecordKind,
    *,
    prepare: bool,
) -> Response:
    told = told_of(parts, body, member, kind)
    if caller.party is None:
        raise Forbidden("A record is told by a party, and this caller has none.", code="party.none")
    if prepare:
        with parts.database.transaction() as conn:
            request = told.request(caller)
            prepared = prepare_document(conn, parts.clock, request, limits_of(parts), parts.identity)
        return Response(orjson.dumps(prepared.as_json()), media_type="application/json")
    check_fresh(parts, caller)
    with parts.database.transaction() as conn:
        accepted = record(conn, parts.clock, caller, told, limits_of(parts), parts.receipt_signer)
    return Response(orjson.dumps(accepted.answer), status_code=202, media_type="application/json")


def told_of(parts: Gateway, body: TellingIn, member: dict[str, Any], kind: RecordKind) -> Told:
    """What a body tells. Raises RecordRefused with every fault, NotAnIdentifier."""
    found, faults = read(member, kind, f"/{kind}")
    if found is None:
        raise RecordRefused(faults)
    return Told(found, _occasion(parts, body, found))


def _occasion(parts: Gateway, body: TellingIn, found: Examination) -> Occasion:
    named = from_argument(body.lot)
    if isinstance(named, bytes):
        fix = "give a Digital Link, a URN or GTIN/LOT"
        raise RecordRefused([Fault("/lot", "record.lot", "a lot id is a hash and names nothing here", fix)])
    moment = body.time
    if moment is None:
        day = found.issued
        moment = datetime.fromisoformat(f"{day}T00:00:00+08:00") if day else parts.clock.now()
    return Occasion(named.uri, moment, quantity=body.quantity, uom=body.uom, site=body.site)


@router.get("/inspections")
def list_inspections(
    parts: GatewayPart,
    caller: Reader,
    lot: Annotated[str | None, Query(max_length=2048, description="Of this lot, whoever told it")] = None,
    limit: Limit = 100,
    before: Before = 0,
) -> dict[str, Any]:
    """Inspections of the caller's party, or everybody's of a lot; the newest first."""
    return _listed(parts, caller, RecordKind.INSPECTION, lot, limit, before)


@router.get("/test-reports")
def list_reports(
    parts: GatewayPart,
    caller: Reader,
    lot: Annotated[str | None, Query(max_length=2048, description="Of this lot, whoever told it")] = None,
    limit: Limit = 100,
    before: Before = 0,
) -> dict[str, Any]:
    """Test reports of the caller's party, or everybody's of a lot; the newest first."""
    return _listed(parts, caller, RecordKind.TEST, lot, limit, before)


def _listed(
    parts: Gateway, caller: Caller, kind: RecordKind, lot: str | None, limit: int, before: int
) -> dict[str, Any]:
    with parts.database.reading() as conn:
        if lot is not None:
            every = queries.records_of_lot(conn, lot_id_of_argument(lot), limit, before)
            return {"items": [record_as_json(each) for each in every if each.kind is kind]}
        if caller.party is None:
            return {"items": []}
        found = queries.records_of_party(conn, caller.party, kind, limit + 1, before)
    following = found[limit - 1].id if len(found) > limit else None
    return {"items": [record_as_json(each) for each in found[:limit]], "next": following}


@router.get("/inspections/{number}")
@router.get("/test-reports/{number}")
def show_record(number: Number, parts: GatewayPart, caller: Reader) -> dict[str, Any]:
    """One record of the caller's party."""
    with parts.database.reading() as conn:
        return record_as_json(queries.record_of(conn, number, caller))


@router.get("/hold-proposals")
def list_proposals(
    parts: GatewayPart,
    _caller: Overseer,
    state: Annotated[str | None, Query(pattern="^(open|taken|declined)$")] = None,
    limit: Limit = 100,
    before: Before = 0,
) -> dict[str, Any]:
    """Holds that failed records propose, the newest first."""
    with parts.database.reading() as conn:
        found = queries.proposals_in(conn, state, limit + 1, before)
    following = found[limit - 1].id if len(found) > limit else None
    return {"items": [proposal_as_json(each) for each in found[:limit]], "next": following}


@router.post("/hold-proposals/{number}/decline")
def decline(number: Number, body: Declined, parts: GatewayPart, caller: Quality) -> dict[str, Any]:
    """Say why the lot is not held."""
    with parts.database.transaction() as conn:
        return proposal_as_json(queries.decline(conn, parts.clock, caller, number, body.reason))


def record_as_json(found: Noted) -> dict[str, Any]:
    return {
        "id": found.id,
        "party": found.party,
        "lot": found.uri,
        "lotId": to_hex(found.lot_id),
        "eventID": found.event_id,
        "eventHash": to_hex(found.event_hash),
        "submission": found.submission,
        "happenedAt": found.happened_at.isoformat(),
        "failed": found.failed,
        "findings": list(found.findings),
        "correctedBy": found.corrected_by,
        str(found.kind): written(found.record),
    }


def proposal_as_json(found: Proposal) -> dict[str, Any]:
    return {
        "id": found.id,
        "lot": found.uri,
        "lotId": to_hex(found.lot_id),
        "record": found.record,
        "reason": found.reason,
        "evidence": dict(found.evidence),
        "state": found.state,
        "createdAt": found.created_at.isoformat(),
        "decidedAt": found.decided_at.isoformat() if found.decided_at else None,
        "decidedBy": found.decided_by,
        "why": found.why,
    }
