"""From an event in the journal to what it was judged to say: a row for each lot, and a hold proposed where it
failed. The same event is noted once, whichever way leads here and however often.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any

import orjson
from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from suyuan.anchoring.queries import entries_of_lot
from suyuan.inspections.members import read, record_kind
from suyuan.inspections.model import Examination, Finding, RecordKind, Verdict
from suyuan.inspections.rules import Surroundings, failed, findings, judged
from suyuan.inspections.tables import proposals, records
from suyuan.journal.event import Thing, thing_of
from suyuan.journal.model import JournalEvent
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.clock import Clock
from suyuan.kernel.identity import NotAnIdentifier
from suyuan.kernel.ledger import Kind
from suyuan.lots.registry import find_lot
from suyuan.notices import tell
from suyuan.notices.model import MAX_FACTS

_CHINA = timezone(timedelta(hours=8))
_MAKING = (Kind.PRODUCED, Kind.PROCESSED)
_MOST_LOTS = 200
_MOST_ITEMS = 20


def note(conn: Connection, clock: Clock, event: JournalEvent) -> list[int]:
    """Ids of the rows that are new. Nothing for an event that tells no record, or one that cannot be read."""
    told = orjson.loads(event.public)
    kind = record_kind(told)
    record = None if kind is None else read(told[kind.member], kind)[0]
    if record is None:
        return []
    found = []
    for thing in _goods(told):
        made = _note_lot(conn, clock, event, record, thing)
        if made is not None:
            found.append(made)
    return found


def _goods(told: Mapping[str, Any]) -> list[Thing]:
    uris = [*(told.get("epcList") or ()), *(each.get("epcClass") for each in told.get("quantityList") or ())]
    found: dict[bytes, Thing] = {}
    for uri in uris[:_MOST_LOTS]:
        try:
            thing = thing_of(uri, "")
        except NotAnIdentifier:
            continue
        if thing.is_goods:
            found[thing.lot_id] = thing
    return list(found.values())


def _note_lot(
    conn: Connection, clock: Clock, event: JournalEvent, record: Examination, thing: Thing
) -> int | None:
    found = findings(record, _surroundings(conn, event, record, thing))
    row = {
        "party": event.party,
        "event_hash": event.event_hash,
        "event_id": event.event_id,
        "submission": event.submission,
        "lot_id": thing.lot_id,
        "uri": thing.obj.uri,
        "kind": record.kind,
        "number": record.number,
        "verdict": record.verdict,
        "failed": failed(record),
        "findings": canonical_json([each.as_dict() for each in found]).decode(),
        "corrects": record.corrects,
        "happened_at": event.occurred_at,
        "noted_at": clock.now(),
    }
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    new = dialect.insert(records).values(row).on_conflict_do_nothing().returning(records.c.id)
    identifier = conn.execute(new).scalar()
    if identifier is not None and row["failed"]:
        _propose(conn, clock, identifier, event, record, thing, found)
    return identifier


def _surroundings(conn: Connection, event: JournalEvent, record: Examination, thing: Thing) -> Surroundings:
    made = [each.occurred_at for each in entries_of_lot(conn, thing.lot_id) if each.kind in _MAKING]
    began = datetime.fromtimestamp(min(made), _CHINA).date() if made else None
    return Surroundings(
        lot=thing.obj.lot or "",
        began=began,
        happened=_day(event.occurred_at),
        elsewhere=_elsewhere(conn, event, record, thing),
    )


def _day(moment: datetime) -> date:
    return moment.astimezone(_CHINA).date()


def _elsewhere(conn: Connection, event: JournalEvent, record: Examination, thing: Thing) -> tuple[str, ...]:
    """Other lots of which this laboratory told this number in another report."""
    if record.kind is not RecordKind.TEST:
        return ()
    c = records.c
    same = (c.party == event.party) & (c.number == record.number) & (c.kind == record.kind)
    other = same & (c.lot_id != thing.lot_id) & (c.event_hash != event.event_hash)
    return tuple(conn.execute(select(c.uri).where(other).distinct().order_by(c.uri).limit(3)).scalars())


def _propose(  # noqa: PLR0913, PLR0917 - what a proposal rests on
    conn: Connection,
    clock: Clock,
    identifier: int,
    event: JournalEvent,
    record: Examination,
    thing: Thing,
    found: Sequence[Finding],
) -> None:
    reason = "failed_test" if record.kind is RecordKind.TEST else "failed_inspection"
    evidence = {
        "eventID": event.event_id,
        "number": record.number,
        "party": event.party,
        "items": [
            {"item": each.item, "result": each.result, "limit": each.limit, "unit": each.unit}
            for each in record.items
            if Verdict.FAIL in (each.verdict, judged(each))
        ][:_MOST_ITEMS],
        "findings": list(dict.fromkeys(each.code for each in found)),
    }
    row = {
        "record": identifier,
        "lot_id": thing.lot_id,
        "uri": thing.obj.uri,
        "reason": reason,
        "evidence": canonical_json(evidence).decode(),
        "state": "open",
        "created_at": clock.now(),
    }
    made = conn.execute(insert(proposals).values(row).returning(proposals.c.id)).scalar_one()
    lot = find_lot(conn, thing.lot_id)
    concerned = {lot.state.custodian, lot.maker} - {0} if lot else set()
    facts = {"lot": thing.obj.uri, "reason": reason, "proposal": made, **evidence}
    if len(canonical_json(facts)) > MAX_FACTS:  # the proposal has them all; what is told stays short
        facts |= {"items": []}
    for party in sorted(concerned):
        tell(conn, clock, party, "hold.proposed", str(made), facts)
