"""Lots and their entries as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from suyuan.access.model import Caller
from suyuan.anchoring.model import RecordedEntry
from suyuan.catalogue.queries import product_of
from suyuan.journal.figures import shows_amounts, visible_contradictions
from suyuan.journal.model import JournalEvent
from suyuan.kernel.hashing import to_hex
from suyuan.kernel.identity import identify, page_path
from suyuan.lots.model import Contradiction, Lot
from suyuan.lots.queries import balance_of, stays_of
from suyuan.parties.queries import parties_by_number, site_by_uri

Names = Mapping[int, Mapping[str, str]]


def names_of_parties(conn: Connection, numbers: Iterable[int]) -> Names:
    """Names by party number."""
    return {number: party.names for number, party in parties_by_number(conn, set(numbers) - {0}).items()}


def name_of_party(number: int, names: Names) -> dict[str, Any] | None:
    """A party as others may see it; None for nobody."""
    return {"number": number, "names": dict(names.get(number, {}))} if number else None


def place_of(conn: Connection, events: Iterable[JournalEvent]) -> dict[str, dict[str, Any]]:
    """Places by the URI that events give."""
    uris = {uri for event in events if (uri := event.biz_location or event.read_point)}
    found = {}
    for uri in uris:
        site = site_by_uri(conn, uri)
        found[uri] = {"uri": uri, "names": dict(site.names) if site else {}}
    return found


def entry_as_json(
    entry: RecordedEntry,
    event: JournalEvent | None,
    names: Names,
    places: Mapping[str, Mapping[str, Any]],
    caller: Caller,
) -> dict[str, Any]:
    """One entry of a lot with its event; `event` in the form that the caller may see."""
    shown: dict[str, Any] = {
        "kind": entry.kind.name,
        "time": None if event is None else event.occurred_at.isoformat(),
        "party": name_of_party(entry.party, names),
        "counterparty": name_of_party(entry.counterparty, names),
        "state": entry.state,
        "index": entry.index,
        "inCustody": entry.in_custody,
        "sequence": entry.sequence,
        "transaction": to_hex(entry.transaction) if entry.transaction else None,
        "block": entry.block,
        "blockTime": entry.block_time.isoformat() if entry.block_time else None,
        "reason": entry.reason,
        "eventHash": to_hex(entry.event_hash),
    }
    if event is None:
        return shown
    whole = event.original if event.original and caller.sees(event.party) else event.public
    place = event.biz_location or event.read_point
    return shown | {
        "eventID": event.event_id,
        "type": event.type,
        "action": event.action,
        "bizStep": event.biz_step,
        "disposition": event.disposition,
        "place": dict(places[place]) if place else None,
        "submission": event.submission,
        "receivedAt": event.received_at.isoformat(),
        "event": json.loads(whole),
    }


def lot_as_json(conn: Connection, lot: Lot, caller: Caller) -> dict[str, Any]:
    """What the caller may know of a lot. `amounts` are left out, and `amountsHidden` says so, when an amount
    that they add up is confidential to others or was erased.
    """
    obj = identify(lot.uri)
    product = product_of(conn, obj)
    state = lot.state
    names = names_of_parties(conn, {state.custodian, state.offered_to, lot.maker})
    shown = shows_amounts(conn, [lot.lot_id], caller)
    amounts = balance_of(conn, lot.lot_id) if shown else {}
    return {
        "lotId": to_hex(lot.lot_id),
        "uri": lot.uri,
        "page": page_path(obj),
        "level": obj.level,
        "gtin": obj.gtin,
        "lot": obj.lot,
        "serial": obj.serial,
        "wellformed": lot.wellformed,
        "product": dict(product.names) if product else None,
        "maker": name_of_party(lot.maker, names),
        "custodian": name_of_party(state.custodian, names),
        "offeredTo": name_of_party(state.offered_to, names),
        "entries": state.count,
        "firstSeen": lot.first_seen.isoformat(),
        "amounts": [
            {"direction": direction.name.lower(), "quantity": format(quantity, "f"), "uom": uom or None}
            for (direction, uom), quantity in sorted(amounts.items())
        ],
        "amountsHidden": not shown,
        "containers": [
            {
                "uri": stay.container.uri,
                "since": stay.since.isoformat(),
                "until": stay.until.isoformat() if stay.until else None,
            }
            for stay in stays_of(conn, lot.lot_id, limit=100)
        ],
        "contradictions": [_contradiction(each) for each in visible_contradictions(conn, lot.lot_id, caller)],
    }


def _contradiction(found: Contradiction) -> dict[str, Any]:
    return {
        "code": found.code,
        "facts": found.facts,
        "eventHash": to_hex(found.event_hash),
        "foundAt": found.found_at.isoformat() if found.found_at else None,
    }
