"""Routes of submissions: documents in, receipts out, and how far each has come on its way to the chain."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from suyuan.access.model import Caller, Scope
from suyuan.api.gateway import Gateway, GatewayPart, RawBody, known_caller, parts_of, require
from suyuan.api.intake import limits_of, take
from suyuan.api.lists import Cursor, Limit, link_next, number_after
from suyuan.journal import queries
from suyuan.journal.onboarding import onboard_document
from suyuan.journal.prepare import Prepared, prepare_events, read_to_sign
from suyuan.journal.queries import SubmissionState
from suyuan.journal.submit import Request as Submission
from suyuan.kernel.hashing import to_hex

router = APIRouter(prefix="/api/v1", tags=["submissions"])

Submitter = Annotated[Caller, Depends(require(Scope.SUBMIT, Scope.REGISTRAR, of=known_caller))]
Reader = Annotated[Caller, Depends(require(*Scope))]
Registrar = Annotated[Caller, Depends(require(Scope.REGISTRAR))]
AsParty = Annotated[
    str | None,
    Query(alias="as", max_length=2048, description="Party (number or URI) where no event says who"),
]
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=255)]


@router.post(
    "/submissions",
    status_code=202,
    response_model=dict[str, Any],
    responses={200: {"description": "What would be recorded, or what is to be signed; nothing was stored"}},
)
async def submit(
    http: Request,
    caller: Submitter,
    body: RawBody,
    as_party: AsParty = None,
    dry_run: Annotated[bool, Query(description="Check and plan only; nothing is stored")] = False,
    onboard: Annotated[bool, Query(description="Registrar: first register whom the document names")] = False,
    prepare: Annotated[bool, Query(description="Only make what the party is to sign with its key")] = False,
    key: Key = None,
) -> Response:
    """Take in an EPCIS 2.0 document; the answer never waits for the chain.

    Events of several parties become one submission each. The same call again gets the same answer; an
    event that was told before is recorded once. A party that keeps its own key prepares
    first, signs, and hands in: POST /submissions/prepared/{id}.
    """
    if prepare:
        found = await run_in_threadpool(_prepare, parts_of(http), Submission(caller, body, as_party))
        return Response(orjson.dumps(found.as_json()), media_type="application/json")
    accepted = await take(http, Submission(caller, body, as_party, key, dry_run=dry_run), onboard=onboard)
    named = accepted.answer["id"]
    return Response(
        orjson.dumps(accepted.answer),
        status_code=200 if dry_run else 202,
        headers={"Location": f"/api/v1/submissions/{named}"} if named else None,
        media_type="application/json",
    )


def _prepare(parts: Gateway, request: Submission) -> Prepared:
    read = read_to_sign(request.body, limits_of(parts), parts.clock)
    with parts.database.transaction() as conn:
        return prepare_events(conn, parts.clock, request, read, parts.identity)


@router.post("/onboarding")
def onboard_route(parts: GatewayPart, _caller: Registrar, body: RawBody) -> dict[str, Any]:
    """Register the parties, sites and products that an EPCIS document names. Safe to repeat."""
    with parts.database.transaction() as conn:
        found = onboard_document(conn, parts.clock, parts.keyring, body, limits_of(parts))
    return {
        "parties": [{"number": each.number, "uri": each.uri, "isNew": each.is_new} for each in found.parties],
        "sites": found.sites,
        "products": found.products,
        "skipped": [each.as_dict() for each in found.skipped],
    }


@router.get("/submissions")
def list_submissions(
    parts: GatewayPart,
    caller: Reader,
    request: Request,
    response: Response,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Submissions, the newest first, as far as the caller may see them."""
    own = None if caller.party is None else [caller.party]
    if own is None and not caller.scopes & {Scope.REGISTRAR, Scope.AUDIT}:
        own = []
    with parts.database.reading() as conn:
        found = queries.submissions_after(conn, own, number_after(cursor), limit + 1)
    if len(found) > limit:
        link_next(request, response, found[limit - 1].submission.position)
    return {"items": [as_json(each) for each in found[:limit]]}


@router.get("/submissions/{identifier}")
def show_submission(identifier: str, parts: GatewayPart, caller: Reader) -> dict[str, Any]:
    """One submission: its receipt and how far it has come."""
    with parts.database.reading() as conn:
        return as_json(queries.submission(conn, identifier, caller))


def as_json(found: SubmissionState) -> dict[str, Any]:
    """A submission as it is shown."""
    stored, way = found.submission, found.operation
    shown: dict[str, Any] = {
        "id": stored.id,
        "party": stored.party,
        "state": way.state if way else "received",
        "receivedAt": stored.received_at.isoformat(),
        "documentHash": to_hex(stored.document_hash),
        "events": stored.events,
        "entries": stored.entries,
        "sequence": way.sequence if way else None,
        "transaction": to_hex(way.transaction) if way and way.transaction else None,
        "block": way.block if way else None,
        "blockTime": way.block_time.isoformat() if way and way.block_time else None,
        "reason": way.reason if way else None,
        "warnings": stored.warnings,
        "receipt": stored.receipt,
    }
    return shown
