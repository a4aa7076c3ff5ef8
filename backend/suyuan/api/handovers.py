"""Routes of handovers: offer, measure, accept, refuse, take back, answer; by people and by systems.

A person's act that signs needs a fresh proof that it is he. A party that keeps its own key prepares each act
(`?prepare=true`), signs, and hands the signatures in.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from urllib.parse import unquote

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Connection

from suyuan.access.model import Caller, Scope
from suyuan.api.gateway import Gateway, GatewayPart, fresh, require
from suyuan.api.intake import limits_of
from suyuan.api.lists import Cursor, Limit, link_next, number_after, raw_path
from suyuan.api.lot_forms import name_of_party, names_of_parties
from suyuan.handovers import queries
from suyuan.handovers.custody import custody_of
from suyuan.handovers.desk import Desk
from suyuan.handovers.model import Act
from suyuan.handovers.offline import waiting_of
from suyuan.handovers.schemas import Accept, Answer, Depart, Measure, Offer, Refuse, SentAct, Withdraw
from suyuan.handovers.signing import perform, perform_prepared, prepare_act
from suyuan.kernel.errors import NotFound
from suyuan.kernel.hashing import to_hex
from suyuan.kernel.identity import from_argument, lot_id
from suyuan.lots.registry import find_lot

router = APIRouter(prefix="/api/v1", tags=["handovers"])

_acting = require(Scope.HANDOVER)
Actor = Annotated[Caller, Depends(fresh(of=_acting))]
Reader = Annotated[Caller, Depends(require(*Scope))]
Key = Annotated[str | None, Header(alias="Idempotency-Key", min_length=1, max_length=255)]
Prepare = Annotated[bool, Query(description="Only make what the party is to sign with its own key")]
Answering = dict[str, Any]


class HandedIn(BaseModel):
    """Signatures over the parts that were prepared, in their order."""

    model_config = ConfigDict(extra="forbid")
    prepared: Annotated[str, Field(min_length=1, max_length=36)]
    signatures: Annotated[
        list[Annotated[str, Field(pattern="^0x([0-9a-fA-F]{2}){1,4096}$")]], Field(max_length=10_000)
    ]


def desk_of(parts: Gateway, caller: Caller) -> Desk:
    """The caller as he acts on handovers."""
    return Desk(caller, limits_of(parts), parts.receipt_signer)


_TO_SIGN: dict[int | str, dict[str, Any]] = {
    200: {"description": "What the party is to sign; nothing was told"}
}
_WAITS: dict[int | str, dict[str, Any]] = {202: {"description": "Told offline: it waits for its offer"}}


def _act(
    parts: Gateway,
    caller: Caller,
    act: Act,
    handover_id: str,
    form: SentAct,
    key: str | None,
    response: Response,
    *,
    prepare: bool,
) -> Answering:
    if form.act_id is None and key is not None:
        form = form.model_copy(update={"act_id": key})
    desk = desk_of(parts, caller)
    with parts.database.transaction() as conn:
        if prepare:
            response.status_code = 200
            return prepare_act(conn, parts.clock, desk, parts.identity, act, handover_id, form).as_json()
        found = perform(conn, parts.clock, desk, act, handover_id, form)
        if found is None:
            response.status_code = 202
            return {"id": handover_id, "state": "waiting", "actId": form.act_id}
        return queries.as_json(conn, found)


@router.post("/handovers", status_code=201, responses=_TO_SIGN)
def offer(
    parts: GatewayPart,
    caller: Actor,
    form: Offer,
    response: Response,
    prepare: Prepare = False,
    key: Key = None,
) -> Answering:
    """Offer lots, items or pallets that the party holds to another party."""
    found = _act(parts, caller, Act.OFFER, "", form, key, response, prepare=prepare)
    if not prepare:
        response.headers["Location"] = f"/api/v1/handovers/{found['id']}"
    return found


@router.get("/handovers")
def list_handovers(
    parts: GatewayPart,
    caller: Reader,
    request: Request,
    response: Response,
    direction: Literal["in", "out"] | None = None,
    open: Annotated[bool | None, Query(description="Unanswered, or answered")] = None,  # noqa: A002 - its name on the wire
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Answering:
    """The party's handovers, the newest first; and its answers that wait for an offer."""
    wanted = queries.Wanted(direction, open, number_after(cursor), limit + 1)
    with parts.database.reading() as conn:
        found = queries.listed(conn, caller, wanted)
        items = queries.short_json(conn, found[:limit])
        waiting = [] if caller.party is None else waiting_of(conn, caller.party)
    if len(found) > limit:
        link_next(request, response, found[limit - 1].number)
    return {"items": items, "waiting": waiting}


@router.post("/handovers/prepared")
def hand_in(parts: GatewayPart, caller: Actor, given: HandedIn) -> Answering:
    """Do what was prepared, with the party's own signatures. The same call again gets the same answer."""
    signatures = [bytes.fromhex(each[2:]) for each in given.signatures]
    with parts.database.transaction() as conn:
        desk = desk_of(parts, caller)
        found = perform_prepared(conn, parts.clock, desk, parts.identity, given.prepared, signatures)
        return queries.as_json(conn, found) | {"href": f"/supplier/handovers/{found.id}"}


@router.get("/handovers/{identifier}")
def show(identifier: str, parts: GatewayPart, caller: Reader) -> Answering:
    """One handover with acts, checks and figures, for its two sides."""
    with parts.database.reading() as conn:
        return queries.as_json(conn, queries.visible(conn, identifier, caller))


@router.post("/handovers/{identifier}/depart")
def depart(
    identifier: str,
    parts: GatewayPart,
    caller: Actor,
    form: Depart,
    response: Response,
    prepare: Prepare = False,
    key: Key = None,
) -> Answering:
    """The goods have left; by the sender."""
    return _act(parts, caller, Act.DEPART, identifier, form, key, response, prepare=prepare)


@router.post("/handovers/{identifier}/measurements")
def measure(
    identifier: str,
    parts: GatewayPart,
    caller: Actor,
    form: Measure,
    response: Response,
    prepare: Prepare = False,
    key: Key = None,
) -> Answering:
    """What one side measured; the rules' answers come back."""
    return _act(parts, caller, Act.MEASURE, identifier, form, key, response, prepare=prepare)


@router.post("/handovers/{identifier}/accept", responses=_WAITS)
def accept(
    identifier: str,
    parts: GatewayPart,
    caller: Actor,
    form: Accept,
    response: Response,
    prepare: Prepare = False,
    key: Key = None,
) -> Answering:
    """Accept, in whole or in part. 422 lists every rule that failed, with value, limit and what to do."""
    return _act(parts, caller, Act.ACCEPT, identifier, form, key, response, prepare=prepare)


@router.post("/handovers/{identifier}/refuse", responses=_WAITS)
def refuse(
    identifier: str,
    parts: GatewayPart,
    caller: Actor,
    form: Refuse,
    response: Response,
    prepare: Prepare = False,
    key: Key = None,
) -> Answering:
    """Turn everything down, with reason and evidence; custody stays with the sender."""
    return _act(parts, caller, Act.REFUSE, identifier, form, key, response, prepare=prepare)


@router.post("/handovers/{identifier}/withdraw")
def withdraw(
    identifier: str,
    parts: GatewayPart,
    caller: Actor,
    form: Withdraw,
    response: Response,
    prepare: Prepare = False,
    key: Key = None,
) -> Answering:
    """Take an offer back that nobody has answered."""
    return _act(parts, caller, Act.WITHDRAW, identifier, form, key, response, prepare=prepare)


@router.post("/handovers/{identifier}/answer")
def answer(
    identifier: str,
    parts: GatewayPart,
    caller: Actor,
    form: Answer,
    response: Response,
    prepare: Prepare = False,
    key: Key = None,
) -> Answering:
    """The sender agrees to the receiver's figures, or disputes them with his own."""
    return _act(parts, caller, Act.ANSWER, identifier, form, key, response, prepare=prepare)


@router.get("/lots/{lot:path}/custody")
def custody(lot: str, parts: GatewayPart, _caller: Reader, request: Request) -> Answering:
    """Who had the lot when: without hole or overlap, by the parties' own words in the ledger's order."""
    raw = raw_path(request).removeprefix(f"{router.prefix}/lots/").removesuffix("/custody")
    with parts.database.reading() as conn:
        return _custody_json(conn, unquote(raw) or lot)


def _custody_json(conn: Connection, named: str) -> Answering:
    meant = from_argument(named)
    found = find_lot(conn, meant if isinstance(meant, bytes) else lot_id(meant.uri))
    if found is None:
        raise NotFound(f"Nothing is recorded about {named[:200]}.", code="lot.unknown")
    line = custody_of(conn, found.lot_id)
    names = names_of_parties(conn, {each.party for each in line})
    return {
        "lot": found.uri,
        "custody": [
            {
                "party": name_of_party(each.party, names),
                "since": _moment(each.since),
                "until": _moment(each.until),
                "kind": each.kind.name,
                "eventHash": to_hex(each.event_hash),
                "final": each.is_final,
                "claimed": _moment(each.claimed),
                "ended": _moment(each.ended),
            }
            for each in line
        ],
    }


def _moment(seconds: int | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()
