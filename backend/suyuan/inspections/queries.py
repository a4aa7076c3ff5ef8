"""Records and proposals as people and programs see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Row, select, update

from suyuan.access import trail
from suyuan.access.model import Caller
from suyuan.inspections.errors import ProposalDecided, ProposalUnknown, ReasonMissing, RecordUnknown
from suyuan.inspections.members import read
from suyuan.inspections.model import Examination, RecordKind
from suyuan.inspections.tables import proposals, records
from suyuan.journal.queries import events_by_hash
from suyuan.kernel.clock import Clock
from suyuan.kernel.errors import Fault

_MAX_WHY = 1_000


@dataclass(frozen=True, slots=True)
class Noted:
    """A record about a lot. `record` is its public form; `corrected_by` the id of a later one that replaces
    it, by the same party.
    """

    id: int
    party: int
    kind: RecordKind
    uri: str
    lot_id: bytes
    event_id: str
    event_hash: bytes
    submission: str
    failed: bool
    findings: Sequence[Mapping[str, Any]]
    happened_at: datetime
    noted_at: datetime
    record: Examination
    corrected_by: int | None


@dataclass(frozen=True, slots=True)
class Correction:
    """The last record that the same party told in place of a former one about the same lot."""

    id: int
    number: str
    failed: bool
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """A hold that a failed record proposes; `state` is open, taken or declined."""

    id: int
    record: int
    uri: str
    lot_id: bytes
    reason: str
    evidence: Mapping[str, Any]
    state: str
    created_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    why: str | None


def records_of_party(
    conn: Connection, party: int, kind: RecordKind | None, limit: int, before: int = 0
) -> list[Noted]:
    """What a party told, the newest first, those numbered below `before`."""
    c = records.c
    conditions: list[ColumnElement[bool]] = [c.party == party]
    if kind is not None:
        conditions.append(c.kind == kind)
    return _records(conn, *conditions, limit=limit, before=before)


def records_of_lot(conn: Connection, lot_id: bytes, limit: int = 500, before: int = 0) -> list[Noted]:
    """What anybody told of a lot, the newest first."""
    return _records(conn, records.c.lot_id == lot_id, limit=limit, before=before)


def record_of(conn: Connection, identifier: int, caller: Caller) -> Noted:
    """One record. Raises RecordUnknown as well where it is not the caller's."""
    found = _records(conn, records.c.id == identifier, limit=1)
    if not found or not caller.sees(found[0].party):
        raise RecordUnknown(f"There is no record {identifier} of yours.")
    return found[0]


def _records(conn: Connection, *conditions: ColumnElement[bool], limit: int, before: int = 0) -> list[Noted]:
    c = records.c
    query = select(records).where(*conditions).order_by(c.id.desc()).limit(limit)
    rows = conn.execute(query.where(c.id < before) if before else query).all()
    events = events_by_hash(conn, [row.event_hash for row in rows])
    later = _corrections(conn, rows)
    found = []
    for row in rows:
        kind = RecordKind(row.kind)
        told = orjson.loads(events[row.event_hash].public)[kind.member]
        record, _ = read(told, kind)
        if record is not None:
            found.append(_noted(row, kind, record, later.get((row.party, row.event_id, row.lot_id))))
    return found


def _corrections(conn: Connection, rows: Sequence[Row[Any]]) -> dict[tuple[int, str, bytes], int]:
    c = records.c
    its = c.corrects.in_({row.event_id for row in rows})
    query = select(c.party, c.corrects, c.lot_id, c.id).where(its).order_by(c.id)
    return {(row.party, row.corrects, row.lot_id): row.id for row in conn.execute(query)}


def _noted(row: Row[Any], kind: RecordKind, record: Examination, later: int | None) -> Noted:
    return Noted(
        id=row.id,
        party=row.party,
        kind=kind,
        uri=row.uri,
        lot_id=row.lot_id,
        event_id=row.event_id,
        event_hash=row.event_hash,
        submission=row.submission,
        failed=row.failed,
        findings=orjson.loads(row.findings),
        happened_at=row.happened_at,
        noted_at=row.noted_at,
        record=record,
        corrected_by=later,
    )


def proposals_in(conn: Connection, state: str | None, limit: int, before: int = 0) -> list[Proposal]:
    """Proposals, the newest first; `state` None for all."""
    c = proposals.c
    query = select(proposals).order_by(c.id.desc()).limit(limit)
    if state is not None:
        query = query.where(c.state == state)
    return [_proposal(row) for row in conn.execute(query.where(c.id < before) if before else query)]


def corrections_of(conn: Connection, proposed: Sequence[Proposal]) -> dict[int, Correction]:
    """By the proposal's id, what replaced the record that it rests on, and what replaced that one in turn."""
    former, later = records.alias("former"), records.alias("later")
    same = (later.c.party == former.c.party) & (later.c.lot_id == former.c.lot_id)
    query = (
        select(former.c.id.label("former"), later)
        .join(later, same & (later.c.corrects == former.c.event_id) & (later.c.id > former.c.id))
        .order_by(later.c.id)
    )
    found: dict[int, Correction] = {}
    at = {each.record: each.id for each in proposed}
    while at:
        rows = conn.execute(query.where(former.c.id.in_(at))).all()
        at = {row.id: at[row.former] for row in rows}
        for row in rows:
            found[at[row.id]] = Correction(row.id, row.number, row.failed, row.noted_at)
    return found


def open_proposals(conn: Connection) -> int:
    """How many wait for quality staff, at most a thousand."""
    waiting = select(proposals.c.id).where(proposals.c.state == "open").limit(1_000)
    return len(conn.execute(waiting).all())


def proposal_of(conn: Connection, identifier: int) -> Proposal:
    """Raises ProposalUnknown."""
    row = conn.execute(select(proposals).where(proposals.c.id == identifier)).one_or_none()
    if row is None:
        raise ProposalUnknown(f"There is no proposal {identifier}.")
    return _proposal(row)


def decline(conn: Connection, clock: Clock, caller: Caller, identifier: int, why: str) -> Proposal:
    """Say why a lot is not held; once. Raises ProposalUnknown, ProposalDecided, ReasonMissing."""
    if not why.strip() or len(why) > _MAX_WHY:
        fix = f"say why the lot is not held, in at most {_MAX_WHY} characters"
        raise ReasonMissing([Fault("/reason", "hold.reason", "there is no reason", fix)])
    proposal_of(conn, identifier)
    values = {"state": "declined", "decided_at": clock.now(), "decided_by": caller.token, "why": why.strip()}
    open_ = (proposals.c.id == identifier) & (proposals.c.state == "open")
    if not conn.execute(update(proposals).where(open_).values(values)).rowcount:
        raise ProposalDecided(f"Proposal {identifier} was decided before.")
    found = proposal_of(conn, identifier)
    trail.note(conn, clock, caller, "hold.declined", str(identifier), {"lot": found.uri, "why": found.why})
    return found


def _proposal(row: Row[Any]) -> Proposal:
    return Proposal(
        id=row.id,
        record=row.record,
        uri=row.uri,
        lot_id=row.lot_id,
        reason=row.reason,
        evidence=orjson.loads(row.evidence),
        state=row.state,
        created_at=row.created_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        why=row.why,
    )
