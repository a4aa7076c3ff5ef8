"""Places, numbers and signatures: `received` becomes `signed`, in the order of the queue.

An operation whose party does not sign now is held, with all that must come after it: later submissions of the
same party, and anybody's that touch the same lots. Nobody else waits; least of all the registrar's word about
that party, for a new key may be what it needs to sign. What was signed outside has its number already.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, func, or_, select, update

from suyuan.anchoring import repository
from suyuan.anchoring.model import OperationKind, State
from suyuan.anchoring.repository import Queued
from suyuan.anchoring.tables import operations
from suyuan.anchoring.way import Way, log
from suyuan.kernel.errors import Unavailable

_PAGE = 200


@dataclass(slots=True)
class _Plan:
    """What is known while the queue is read; `sequences` and `registered` look ahead over what is planned."""

    registered: int
    sequences: dict[int, int] = field(default_factory=dict)
    tops: dict[int, tuple[int, bool]] = field(default_factory=dict)  # highest, and whether placed
    held_parties: set[int] = field(default_factory=set)
    held_lots: set[bytes] = field(default_factory=set)
    rows: list[dict[str, object]] = field(default_factory=list)

    def hold(self, operation: Queued) -> None:
        if operation.party:
            self.held_parties.add(operation.party)
        self.held_lots.update(entry.lot_id for entry in operation.entries)

    def holds(self, operation: Queued) -> bool:
        if operation.kind is OperationKind.REGISTER and operation.place is None:
            return operation.party != self.registered + 1
        if operation.party > self.registered:
            return True
        if operation.kind is OperationKind.SUBMISSION and operation.party in self.held_parties:
            return True
        return any(entry.lot_id in self.held_lots for entry in operation.entries)


def number(way: Way) -> int:
    """Give places to what was received; returns how many operations became `signed`. Raises LeaseLost."""
    with way.database.reading() as conn:
        plan = _Plan(_registered(conn))
        for operation in _received(conn, way, plan):
            _take(conn, way, plan, operation)
            if len(plan.rows) >= way.policy.pass_rows:
                break
    if plan.rows:
        with way.writing() as conn:
            _write(conn, plan.rows, way.clock.now())
        way.hook("numbered")
        log.info("signed", extra={"operations": [row["key"] for row in plan.rows]})
    return len(plan.rows)


def _received(conn: Connection, way: Way, plan: _Plan) -> Iterable[Queued]:
    """Those that had a place already (fillers, and all after a rebind), then the new ones by arrival."""
    waiting = operations.c.state == State.RECEIVED
    rested = [operations.c.tries == 0]
    for tries in range(1, 8):
        since = way.clock.now() - timedelta(seconds=15 * 2**tries)
        rested.append((operations.c.tries == tries) & (operations.c.updated_at < since))
    last = (-1, -1)
    while True:
        after = or_(
            operations.c.place > last[0], (operations.c.place == last[0]) & (operations.c.id > last[1])
        )
        page = repository.load(conn, waiting, operations.c.place.is_not(None), after, limit=_PAGE)
        ready = {
            row.id
            for row in conn.execute(
                select(operations.c.id).where(operations.c.id.in_([o.id for o in page]), or_(*rested))
            )
        }
        for operation in page:
            if operation.id in ready:
                yield operation
            else:
                plan.hold(operation)
        if len(page) < _PAGE:
            break
        last = (page[-1].place or 0, page[-1].id)
    seen = 0
    while True:
        fresh = (waiting, operations.c.place.is_(None), operations.c.id > seen)
        page = repository.load(conn, *fresh, limit=_PAGE, by_id=True)
        yield from page
        if len(page) < _PAGE:
            return
        seen = page[-1].id


def _take(conn: Connection, way: Way, plan: _Plan, operation: Queued) -> None:
    if plan.holds(operation):
        plan.hold(operation)
        return
    row: dict[str, object] = {"key": operation.id, "place": operation.place, "number": None, "seal": None}
    if operation.kind is OperationKind.SUBMISSION:
        sequence = operation.sequence or _next_sequence(conn, plan, operation.party)
        if sequence is None:  # behind others that have their numbers: those first, this one next time
            plan.held_lots.update(entry.lot_id for entry in operation.entries)
            return
        signature = _sign(way, operation, sequence)
        if signature is None:
            plan.hold(operation)
            return
        if operation.place is None:
            plan.sequences[operation.party] = sequence + 1
        row |= {"number": sequence, "seal": signature}
    elif operation.kind is OperationKind.REVOKE_KEY and operation.place is None:
        # What its party's signers would sign now might be by that very key, and would come behind its end.
        plan.held_parties.add(operation.party)
    elif operation.kind is OperationKind.REGISTER:
        plan.registered = max(plan.registered, operation.party)
    plan.rows.append(row)


def _sign(way: Way, operation: Queued, sequence: int) -> bytes | None:
    digest = way.contracts.submission_digest(operation.party, sequence, operation.entries)
    try:
        return way.signers.sign(operation.party, digest)
    except Unavailable as reason:
        log.warning("signing waits", extra={"operation": operation.id, "reason": str(reason)})
        return None


def _registered(conn: Connection) -> int:
    placed = (operations.c.kind == OperationKind.REGISTER) & operations.c.place.is_not(None)
    return int(conn.execute(select(func.max(operations.c.party)).where(placed)).scalar() or 0)


def _next_sequence(conn: Connection, plan: _Plan, party: int) -> int | None:
    """None while a number that was given to another submission of the party has no place on the way yet."""
    if party not in plan.tops:
        live = (operations.c.party == party) & operations.c.sequence.is_not(None)
        counted = select(operations.c.sequence, operations.c.place)
        row = conn.execute(
            counted.where(live, operations.c.state != State.REJECTED)
            .order_by(operations.c.sequence.desc())
            .limit(1)
        ).one_or_none()
        plan.tops[party] = (0, True) if row is None else (row.sequence, row.place is not None)
    top, placed = plan.tops[party]
    following = plan.sequences.get(party, top + 1 if placed else 0)
    return following if following > top else None


def _write(conn: Connection, rows: list[dict[str, object]], now: datetime) -> None:
    place = repository.last_place(conn)
    for row in rows:
        if row["place"] is None:
            place += 1
            row["place"] = place
    change = (
        update(operations)
        .where(operations.c.id == bindparam("key"), operations.c.state == State.RECEIVED)
        .values(
            state=State.SIGNED,
            place=bindparam("place"),
            sequence=bindparam("number"),
            signature=bindparam("seal"),
            updated_at=now,
        )
    )
    conn.execute(change, rows)
