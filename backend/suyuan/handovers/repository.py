"""Rows of handovers, written and read; no rules here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, exists, insert, select

from suyuan.handovers import tables as t
from suyuan.handovers.model import Act, Check, Done, Handover, Line, LineResult, Outcome, State
from suyuan.handovers.rules.model import VERSION, Finding, Measured, Verdict
from suyuan.kernel.canonical import canonical_json


def insert_handover(conn: Connection, row: dict[str, Any], lines: Sequence[Line]) -> int:
    """An offer and its lines; returns its number."""
    made = conn.execute(insert(t.handovers).values(row).returning(t.handovers.c.number)).scalar_one()
    rows = [
        {
            "handover": made,
            "line": each.line,
            "lot_id": each.lot_id,
            "uri": each.uri,
            "quantity": each.quantity,
            "uom": each.uom,
            "packs": each.packs,
            "seal": each.seal,
            "profile": each.profile,
        }
        for each in lines
    ]
    conn.execute(insert(t.lines), rows)
    return int(made)


def insert_act(conn: Connection, row: dict[str, Any]) -> int:
    return int(conn.execute(insert(t.acts).values(row).returning(t.acts.c.number)).scalar_one())


def insert_checks(
    conn: Connection, act: int, found: Iterable[tuple[Finding, Measured | None, str | None]]
) -> None:
    """Findings, each with the measurement that it rests on and its note."""
    rows = [_check_row(act, *each) for each in found]
    if rows:
        conn.execute(insert(t.checks), rows)


def _check_row(act: int, each: Finding, measured: Measured | None, note: str | None) -> dict[str, Any]:
    instrument = measured.instrument if measured else None
    return {
        "act": act,
        "line": each.line,
        "rule": each.rule,
        "version": VERSION,
        "verdict": str(each.verdict),
        "says": each.says,
        "value": each.value,
        "limit": each.limit,
        "instrument": instrument.id if instrument else None,
        "calibrated_until": instrument.calibrated_until.isoformat() if instrument else None,
        "uncertainty": instrument.uncertainty if instrument else None,
        "photos": json.dumps(list(measured.photos) if measured else []),
        "note": note,
    }


def insert_outcome(conn: Connection, row: dict[str, Any], results: Sequence[LineResult]) -> None:
    conn.execute(insert(t.outcomes).values(row))
    rows = [
        {
            "handover": row["handover"],
            "line": each.line,
            "accepted": each.accepted,
            "refused": each.refused,
            "missing": each.missing,
            "reason": each.reason,
            "evidence": json.dumps(list(each.evidence)),
            "return_lot": each.return_lot,
        }
        for each in results
    ]
    if rows:
        conn.execute(insert(t.results), rows)


def handovers_where(
    conn: Connection, *conditions: ColumnElement[bool], limit: int | None = None
) -> list[Handover]:
    """Handovers with everything that came of them, the newest first."""
    c = t.handovers.c
    rows = conn.execute(select(t.handovers).where(*conditions).order_by(c.number.desc()).limit(limit)).all()
    numbers = [row.number for row in rows]
    lines: dict[int, list[Line]] = {}
    for row in conn.execute(
        select(t.lines).where(t.lines.c.handover.in_(numbers)).order_by(t.lines.c.handover, t.lines.c.line)
    ):
        lines.setdefault(row.handover, []).append(_line(row))
    done = acts_where(conn, t.acts.c.handover.in_(numbers))
    outcomes = _outcomes(conn, numbers, {each.number: each for each in done})
    return [_handover(row, lines[row.number], outcomes.get(row.number), done) for row in rows]


def _handover(row: Row[Any], lines: list[Line], outcome: Outcome | None, done: list[Done]) -> Handover:
    own = [each for each in done if each.handover == row.number]
    departed = [each.claimed_at for each in own if each.act is Act.DEPART]
    answers = [each for each in own if each.act is Act.ANSWER]
    return Handover(
        number=row.number,
        id=row.id,
        sender=row.sender,
        receiver=row.receiver,
        returns=row.returns,
        reference=row.reference,
        seal=row.seal,
        note=row.note,
        offered_at=row.offered_at,
        received_at=row.received_at,
        departed_at=departed[0] if departed else None,
        lines=tuple(lines),
        outcome=outcome,
        is_disputed=bool(answers) and not answers[-1].body["agrees"],
    )


def _line(row: Row[Any]) -> Line:
    return Line(row.line, row.lot_id, row.uri, row.quantity, row.uom, row.packs, row.seal, row.profile)


def _outcomes(conn: Connection, numbers: list[int], done: dict[int, Done]) -> dict[int, Outcome]:
    results: dict[int, list[LineResult]] = {}
    for row in conn.execute(
        select(t.results).where(t.results.c.handover.in_(numbers)).order_by(t.results.c.line)
    ):
        results.setdefault(row.handover, []).append(_result(row))
    found = {}
    for row in conn.execute(select(t.outcomes).where(t.outcomes.c.handover.in_(numbers))):
        act = done[row.act]
        found[row.handover] = Outcome(
            State(row.state),
            row.act,
            act.party,
            act.caller,
            act.claimed_at,
            act.received_at,
            row.choice,
            row.choice_reason,
            tuple(results.get(row.handover, ())),
        )
    return found


def _result(row: Row[Any]) -> LineResult:
    evidence = tuple(json.loads(row.evidence))
    return LineResult(row.line, row.accepted, row.refused, row.missing, row.reason, evidence, row.return_lot)


def acts_where(conn: Connection, *conditions: ColumnElement[bool]) -> list[Done]:
    """Acts in the order in which they were stored."""
    rows = conn.execute(select(t.acts).where(*conditions).order_by(t.acts.c.number))
    return [
        Done(
            row.number,
            row.handover,
            row.party,
            Act(row.act),
            row.act_id,
            row.claimed_at,
            row.received_at,
            row.caller,
            row.submission,
            json.loads(row.body),
        )
        for row in rows
    ]


def act_under(conn: Connection, party: int, act_id: str) -> tuple[int, bytes] | None:
    """(handover, request hash) of the act with this client's number."""
    c = t.acts.c
    row = conn.execute(
        select(c.handover, c.request_hash).where(c.party == party, c.act_id == act_id)
    ).one_or_none()
    return None if row is None else (row.handover, row.request_hash)


def checks_of(conn: Connection, acts: Iterable[int]) -> list[Check]:
    rows = conn.execute(select(t.checks).where(t.checks.c.act.in_(list(acts))).order_by(t.checks.c.id))
    return [
        Check(
            row.act,
            Finding(row.rule, Verdict(row.verdict), row.says, row.value, row.limit, row.line),
            row.version,
            row.instrument,
            row.calibrated_until,
            row.uncertainty,
            tuple(json.loads(row.photos)),
            row.note,
        )
        for row in rows
    ]


def open_with(conn: Connection, lots: Iterable[bytes]) -> list[tuple[str, bytes]]:
    """(handover id, lot id) of these lots that lie in handovers nobody has answered."""
    answered = exists().where(t.outcomes.c.handover == t.handovers.c.number)
    query = (
        select(t.handovers.c.id, t.lines.c.lot_id)
        .join(t.lines, t.lines.c.handover == t.handovers.c.number)
        .where(t.lines.c.lot_id.in_(list(lots)), ~answered)
    )
    return [(row.id, row.lot_id) for row in conn.execute(query)]


def insert_waiting(conn: Connection, row: dict[str, Any]) -> None:
    conn.execute(insert(t.waiting).values(row))


def waiting_where(conn: Connection, *conditions: ColumnElement[bool]) -> list[Row[Any]]:
    return list(conn.execute(select(t.waiting).where(*conditions).order_by(t.waiting.c.number)))


def settle_waiting(conn: Connection, number: int, result: dict[str, Any], at: datetime) -> None:
    values = {"result": canonical_json(result).decode(), "settled_at": at}
    conn.execute(t.waiting.update().where(t.waiting.c.number == number).values(values))
