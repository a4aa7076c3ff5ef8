"""What sides may see of handovers; nothing here changes anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, or_, select

from suyuan.access.model import Caller, Scope
from suyuan.anchoring.model import State as Recorded
from suyuan.anchoring.queries import operations_of
from suyuan.handovers import repository
from suyuan.handovers import tables as t
from suyuan.handovers.documents import counts_by_itself
from suyuan.handovers.errors import HandoverUnknown
from suyuan.handovers.model import OPEN, Act, Check, Done, Handover, Line, LineResult, State
from suyuan.handovers.numbers import amount_text
from suyuan.handovers.profiles import profile_of
from suyuan.handovers.rules.temperature import limit_text
from suyuan.kernel.hashing import to_hex
from suyuan.lots.registry import lots_of
from suyuan.parties.queries import parties_by_number

DIRECTIONS = ("in", "out")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which handovers a list shows. `direction` in or out, as the party sees it; `is_open`: unanswered."""

    direction: str | None = None
    is_open: bool | None = None
    after: int = 0
    limit: int = 100


def visible(conn: Connection, handover_id: str, caller: Caller) -> Handover:
    """Raises HandoverUnknown as well for whoever takes no part in it."""
    found = repository.handovers_where(conn, t.handovers.c.id == handover_id)
    if not found or not _sees(caller, found[0]):
        raise HandoverUnknown(f"There is no handover {handover_id[:80]} of yours.")
    return found[0]


def named(conn: Connection, ids: Sequence[str]) -> list[Handover]:
    """Those that there are of these; for readers that show of them only what everybody may see."""
    return repository.handovers_where(conn, t.handovers.c.id.in_(ids)) if ids else []


def _sees(caller: Caller, found: Handover) -> bool:
    return caller.sees(found.sender) or caller.sees(found.receiver)


def listed(conn: Connection, caller: Caller, wanted: Wanted) -> list[Handover]:
    """The caller's handovers, the newest first; all of them for the platform's own."""
    c = t.handovers.c
    conditions: list[ColumnElement[bool]] = []
    if caller.party is not None:
        ends = {"in": c.receiver == caller.party, "out": c.sender == caller.party}
        conditions.append(ends.get(wanted.direction or "", or_(*ends.values())))
    elif not caller.scopes & {Scope.REGISTRAR, Scope.AUDIT}:
        return []
    if wanted.is_open is not None:
        answered = exists().where(t.outcomes.c.handover == c.number)
        conditions.append(~answered if wanted.is_open else answered)
    if wanted.after:
        conditions.append(c.number < wanted.after)
    return repository.handovers_where(conn, *conditions, limit=wanted.limit)


def open_for(conn: Connection, party: int) -> int:
    """How many handovers wait for the party's answer."""
    answered = exists().where(t.outcomes.c.handover == t.handovers.c.number)
    query = select(t.handovers.c.number).where(t.handovers.c.receiver == party, ~answered)
    return len(conn.execute(query).all())


def acts_of(conn: Connection, found: Handover) -> list[Done]:
    return repository.acts_where(conn, t.acts.c.handover == found.number)


def checks_of(conn: Connection, acts: Iterable[Done]) -> list[Check]:
    return repository.checks_of(conn, [each.number for each in acts])


def returned_by(conn: Connection, found: Handover) -> str | None:
    """The id of the handover that brings refused parts of this one back."""
    its = select(t.handovers.c.id).where(t.handovers.c.returns == found.id)
    return conn.execute(its).scalar()


def overtaken(conn: Connection, found: Handover) -> list[str]:
    """URIs of the lots that another record has moved while nobody has answered here."""
    if found.state not in OPEN:
        return []
    ends = (found.sender, found.receiver)
    lots = lots_of(conn, [line.lot_id for line in found.lines]).values()
    moved = [each for each in lots if (each.state.custodian, each.state.offered_to) != ends]
    return sorted(each.uri for each in moved if not counts_by_itself(each.uri))


def as_json(conn: Connection, found: Handover) -> dict[str, Any]:
    """A handover with everything that both sides see of it."""
    done = acts_of(conn, found)
    checks = checks_of(conn, done)
    return short_json(conn, [found])[0] | {
        "note": found.note,
        "outcome": _outcome_json(conn, found, done),
        "returnedBy": returned_by(conn, found),
        "overtaken": overtaken(conn, found),
        "acts": [_act_json(each) for each in done],
        "checks": [_check_json(each) for each in checks],
        "disputes": [_act_json(each) | {"said": dict(each.body)} for each in done if each.act is Act.ANSWER],
    }


def short_json(conn: Connection, found: Sequence[Handover]) -> list[dict[str, Any]]:
    """Handovers as a list shows them."""
    numbers = {number for each in found for number in (each.sender, each.receiver)}
    names = {number: dict(party.names) for number, party in parties_by_number(conn, numbers).items()}
    return [
        {
            "id": each.id,
            "state": str(each.state),
            "disputed": each.is_disputed,
            "sender": {"number": each.sender, "names": names.get(each.sender, {})},
            "receiver": {"number": each.receiver, "names": names.get(each.receiver, {})},
            "returns": each.returns,
            "reference": each.reference,
            "seal": each.seal,
            "offeredAt": each.offered_at.isoformat(),
            "receivedAt": each.received_at.isoformat(),
            "departedAt": each.departed_at.isoformat() if each.departed_at else None,
            "lines": [_line_json(line) for line in each.lines],
        }
        for each in found
    ]


def _line_json(line: Line) -> dict[str, Any]:
    profile = profile_of(line.profile)
    return {
        "line": line.line,
        "lot": line.uri,
        "lotId": to_hex(line.lot_id),
        "quantity": amount_text(line.quantity),
        "uom": line.uom or None,
        "packs": line.packs,
        "seal": line.seal,
        "profile": line.profile,
        "limit": limit_text(profile) if profile else None,
    }


def _outcome_json(conn: Connection, found: Handover, done: Sequence[Done]) -> Mapping[str, Any] | None:
    outcome = found.outcome
    if outcome is None:
        return None
    signed = next((each.submission for each in done if each.number == outcome.act), None) or ""
    recorded = operations_of(conn, [signed]).get(signed)
    rejected = recorded is not None and recorded.state is Recorded.REJECTED
    moved = outcome.state in (State.ACCEPTED, State.IN_PART) and not rejected
    return {
        "state": str(outcome.state),
        "party": outcome.party,
        "at": outcome.claimed_at.isoformat(),
        "receivedAt": outcome.received_at.isoformat(),
        "choice": outcome.choice,
        "choiceReason": outcome.choice_reason,
        "lines": [result_json(each) for each in outcome.results],
        "missing": any(each.missing for each in outcome.results),
        "custodyWith": "receiver" if moved else "sender",
        "ledger": str(recorded.state) if recorded else None,
        "ledgerReason": recorded.reason if recorded and rejected else None,
    }


def result_json(result: LineResult) -> dict[str, Any]:
    return {
        "line": result.line,
        "accepted": amount_text(result.accepted),
        "refused": amount_text(result.refused),
        "missing": amount_text(result.missing),
        "reason": result.reason,
        "evidence": list(result.evidence),
        "returnLot": result.return_lot,
    }


def _act_json(done: Done) -> dict[str, Any]:
    """Who of a company it was is the company's own: only its name of the act is shown."""
    return {
        "act": str(done.act),
        "party": done.party,
        "actId": done.act_id,
        "at": done.claimed_at.isoformat(),
        "receivedAt": done.received_at.isoformat(),
        "submission": done.submission,
        "measurements": list(done.body.get("measurements", ())),
    }


def _check_json(each: Check) -> dict[str, Any]:
    finding = each.finding
    return {
        "act": each.act,
        "line": finding.line,
        "rule": finding.rule,
        "version": each.version,
        "verdict": str(finding.verdict),
        "says": finding.says,
        "value": finding.value or None,
        "limit": finding.limit or None,
        "instrument": each.instrument,
        "calibratedUntil": each.calibrated_until,
        "uncertainty": each.uncertainty,
        "photos": list(each.photos),
        "note": each.note,
    }
