"""EPCIS 2.0 for partner systems: capture, and the simplest queries over what was captured."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import APIRouter, Header, Query, Request, Response

from suyuan.access.model import Caller, Scope
from suyuan.api.forms import Time
from suyuan.api.gateway import Gateway, GatewayPart, RawBody
from suyuan.api.intake import take
from suyuan.api.lists import raw_path
from suyuan.api.submissions import AsParty, Key, Reader, Submitter
from suyuan.journal import queries
from suyuan.journal.event_id import OFFICIAL_CONTEXT
from suyuan.journal.model import JournalEvent
from suyuan.journal.queries import EventFilter
from suyuan.journal.submit import Request as Submission
from suyuan.kernel.clock import from_millis, to_millis
from suyuan.kernel.errors import Malformed
from suyuan.kernel.paging import BadCursor, decode_cursor, encode_cursor

router = APIRouter(prefix="/epcis", tags=["EPCIS 2.0"])

VERSIONS = {"GS1-EPCIS-Version": "2.0.0", "GS1-CBV-Version": "2.0.0", "GS1-Extensions": ""}
_KNOWN = frozenset({"eventType", "EQ_bizStep", "GE_eventTime", "LT_eventTime", "perPage", "nextPageToken"})


class ParameterUnknown(Malformed):
    """A query parameter that is not understood here: leaving it out would answer another question."""

    code = "epcis.query_parameter"


@router.options("/capture", status_code=204)
def capture_limits(parts: GatewayPart, response: Response) -> None:
    """What one capture may be at most."""
    response.headers.update(
        VERSIONS
        | {
            "Allow": "OPTIONS, POST",
            "GS1-EPCIS-Capture-Limit": str(parts.settings.max_events),
            "GS1-EPCIS-Capture-File-Size-Limit": str(parts.settings.max_body_bytes),
            "GS1-EPC-Format": "Never_Translates",
        }
    )


@router.post("/capture", status_code=202)
async def capture(
    http: Request,
    caller: Submitter,
    body: RawBody,
    as_party: AsParty = None,
    key: Key = None,
    behaviour: Annotated[str, Header(alias="GS1-Capture-Error-Behaviour")] = "rollback",
) -> Response:
    """Take in an EPCISDocument or EPCISQueryDocument, all of it or nothing; its job is done when this
    answers.
    """
    if behaviour != "rollback":
        raise ParameterUnknown("Only GS1-Capture-Error-Behaviour: rollback is offered: all of it or nothing.")
    accepted = await take(http, Submission(caller, body, as_party, key))
    headers = VERSIONS | {"Location": f"/epcis/capture/{accepted.capture}"}
    return Response(status_code=202, headers=headers)


@router.get("/capture/{identifier}")
def capture_job(identifier: str, parts: GatewayPart, caller: Reader, response: Response) -> dict[str, Any]:
    """A capture job. A document that was refused has none: its POST said why."""
    with parts.database.reading() as conn:
        received, _ = queries.capture_of(conn, identifier, caller)
    response.headers.update(VERSIONS)
    return {
        "captureID": identifier,
        "createdAt": received.isoformat(),
        "finishedAt": received.isoformat(),
        "running": False,
        "success": True,
        "captureErrorBehaviour": "rollback",
        "errors": [],
    }


@router.get("/events")
def list_events(  # the parameters are those of EPCIS 2.0, section 8.2.7
    parts: GatewayPart,
    caller: Reader,
    request: Request,
    response: Response,
    event_type: Annotated[str | None, Query(alias="eventType", max_length=500)] = None,
    step: Annotated[str | None, Query(alias="EQ_bizStep", max_length=2000)] = None,
    since: Annotated[Time | None, Query(alias="GE_eventTime")] = None,
    before: Annotated[Time | None, Query(alias="LT_eventTime")] = None,
    limit: Annotated[int, Query(alias="perPage", ge=1, le=500)] = 30,
    token: Annotated[str | None, Query(alias="nextPageToken", max_length=1024)] = None,
) -> dict[str, Any]:
    """Events by time: a party's own, for the registrar and auditors everybody's. Values are separated by
    `|`.
    """
    unknown = sorted(set(request.query_params) - _KNOWN)
    if unknown:
        raise ParameterUnknown(f"The parameter {unknown[0][:80]} is not understood here.")
    wanted = EventFilter(_visible(caller), _several(event_type), _several(step), since, before)
    with parts.database.reading() as conn:
        found = queries.find_events(conn, wanted, _place_after(token), limit + 1)
    response.headers.update(VERSIONS)
    if len(found) > limit:
        number, last = found[limit - 1]
        after = encode_cursor(to_millis(last.occurred_at), number)
        query = request.url.include_query_params(nextPageToken=after).query
        response.headers["Link"] = f'<{request.url.path}?{query}>; rel="next"'
    return _as_document(parts, caller, [event for _, event in found[:limit]])


@router.get("/events/{event_id:path}")
def show_event(
    event_id: str, parts: GatewayPart, caller: Reader, request: Request, response: Response
) -> dict[str, Any]:
    """One event by its eventID, percent-encoded."""
    named = unquote(raw_path(request).removeprefix("/epcis/events/")) or event_id
    with parts.database.reading() as conn:
        event = queries.event_by_id(conn, named, _visible(caller))
    response.headers.update(VERSIONS)
    return _as_told(event, caller)


def _visible(caller: Caller) -> tuple[int, ...] | None:
    if caller.party is not None:
        return (caller.party,)
    return None if caller.scopes & {Scope.REGISTRAR, Scope.AUDIT} else ()


def _several(value: str | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(value.split("|"))


def _place_after(token: str | None) -> tuple[datetime, int] | None:
    if token is None:
        return None
    moment, number = decode_cursor(token, 2)
    if not isinstance(moment, int) or not isinstance(number, int) or not 0 <= moment < 2**47 or number < 0:
        raise BadCursor("the token belongs to another list")
    return from_millis(moment), min(number, 2**62)


def _as_document(parts: Gateway, caller: Caller, events: list[JournalEvent]) -> dict[str, Any]:
    return {
        "@context": [OFFICIAL_CONTEXT],
        "type": "EPCISQueryDocument",
        "schemaVersion": "2.0",
        "creationDate": parts.clock.now().astimezone(UTC).isoformat(),
        "epcisBody": {
            "queryResults": {
                "queryName": "SimpleEventQuery",
                "resultsBody": {"eventList": [_as_told(event, caller) for event in events]},
            }
        },
    }


def _as_told(event: JournalEvent, caller: Caller) -> dict[str, Any]:
    """The event with its own context and id, and the time at which we took it in."""
    whole = event.original if event.original and caller.sees(event.party) else event.public
    told: dict[str, Any] = json.loads(whole)
    return {**told, "recordTime": event.received_at.isoformat()}
