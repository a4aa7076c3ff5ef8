"""Routes of lots: what is known, its history, its genealogy. `{lot}` is a percent-encoded URI or URN,
GTIN/LOT, or a 0x lot id.
"""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy import Connection

from suyuan.access.model import Caller, Scope
from suyuan.anchoring.queries import entries_of_lot
from suyuan.api.gateway import GatewayPart, require
from suyuan.api.lists import Cursor, Limit, link_next, number_after, raw_path
from suyuan.api.lot_forms import entry_as_json, lot_as_json, name_of_party, names_of_parties, place_of
from suyuan.catalogue.queries import products_of
from suyuan.journal.queries import events_by_hash
from suyuan.kernel.hashing import to_hex
from suyuan.kernel.identity import from_argument, identify, lot_id
from suyuan.lots.errors import LotUnknown
from suyuan.lots.model import Lot, TraceDirection
from suyuan.lots.registry import find_lot
from suyuan.lots.trace import MAX_LOTS, trace

router = APIRouter(prefix="/api/v1/lots", tags=["lots"])

Reader = Annotated[Caller, Depends(require(*Scope))]


def _named(request: Request, suffix: str = "") -> str | None:
    """What the path names, decoded once from its bytes, because a lot's name may hold an encoded slash;
    None when the suffix is part of the name.
    """
    raw = raw_path(request).removeprefix(router.prefix + "/")
    return unquote(raw.removesuffix(suffix)) if raw.endswith(suffix) else None


def _found(conn: Connection, named: str) -> Lot:
    """Raises NotAnIdentifier, LotUnknown."""
    meant = from_argument(named)
    lot = find_lot(conn, meant if isinstance(meant, bytes) else lot_id(meant.uri))
    if lot is None:
        raise LotUnknown(f"Nothing is recorded about {named[:200]}.")
    return lot


@router.get("/{lot:path}/events")
def events(
    lot: str,
    parts: GatewayPart,
    caller: Reader,
    request: Request,
    response: Response,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> dict[str, Any]:
    """Every entry about the lot with its event, in the order of the ledger. A party sees its own events
    whole, others' in their public form.
    """
    named = _named(request, "/events")
    if named is None:
        return show(lot, parts, caller, request)
    start = number_after(cursor)
    with parts.database.reading() as conn:
        entries = entries_of_lot(conn, _found(conn, named).lot_id)
        shown = entries[start : start + limit]
        told = events_by_hash(conn, {entry.event_hash for entry in shown})
        names = names_of_parties(conn, {n for e in shown for n in (e.party, e.counterparty)})
        places = place_of(conn, told.values())
    if len(entries) > start + limit:
        link_next(request, response, start + limit)
    items = [entry_as_json(each, told.get(each.event_hash), names, places, caller) for each in shown]
    return {"items": items}


@router.get("/{lot:path}/trace")
def trace_lot(
    lot: str,
    parts: GatewayPart,
    caller: Reader,
    request: Request,
    direction: TraceDirection,
    limit: Annotated[int, Query(ge=1, le=50_000, description="Most lots in the answer")] = MAX_LOTS,
) -> dict[str, Any]:
    """What the lot was made from (`back`) or what was made of it (`forward`), through any number of steps."""
    named = _named(request, "/trace")
    if named is None:
        return show(lot, parts, caller, request)
    with parts.database.reading() as conn:
        found = trace(conn, _found(conn, named).lot_id, direction, limit)
        objects = {each.lot_id: identify(each.uri) for each in found.lots}
        classes = sorted({obj.class_uri for obj in objects.values() if obj.class_uri})
        products = products_of(conn, classes) if classes else {}
        names = names_of_parties(conn, {edge.party for edge in found.edges})
    return {
        "direction": direction,
        "truncated": found.truncated,
        "lots": [
            {
                "lotId": to_hex(each.lot_id),
                "uri": each.uri,
                "level": objects[each.lot_id].level,
                "product": _product_names(products, objects[each.lot_id].class_uri),
            }
            for each in found.lots
        ],
        "edges": [
            {
                "parent": to_hex(edge.parent),
                "child": to_hex(edge.child),
                "eventHash": to_hex(edge.event_hash),
                "time": edge.occurred_at.isoformat(),
                "party": name_of_party(edge.party, names),
            }
            for edge in found.edges
        ],
    }


def _product_names(products: dict[str, Any], class_uri: str | None) -> dict[str, str] | None:
    found = products.get(class_uri or "")
    return dict(found.names) if found else None


@router.get("/{lot:path}")
def show(lot: str, parts: GatewayPart, caller: Reader, request: Request) -> dict[str, Any]:
    """What is known of a lot: who holds it, amounts, containers, and what does not fit together."""
    with parts.database.reading() as conn:
        return lot_as_json(conn, _found(conn, _named(request) or lot), caller)
