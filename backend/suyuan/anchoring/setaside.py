"""What the ledger will not take: set aside with the reason, its number filled, the queue goes on."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, insert, update

from suyuan.anchoring import repository
from suyuan.anchoring.model import OperationKind, State
from suyuan.anchoring.repository import Queued
from suyuan.anchoring.tables import leaves, operations
from suyuan.anchoring.way import Doubt, Way, log
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.clock import Clock
from suyuan.kernel.hashing import keccak256, to_hex

#: Reverts that speak of the relayer or the contract, not of the operation: it waits, and somebody is told.
#: Numbers are dense and in the queue's order, so a party that is "not next" or "unknown" tells of a node that
#: lags, or of books that do not fit the chain; a filler would give the party's number to nobody.
_WAITS = (
    "AccessManage",
    "Unauthorized",
    "Pause",
    "insufficient funds",
    "InsufficientGas",
    "NumberNotNext",
    "PartyUnknown",
)

_MAX_REASON = 500


def reverting(way: Way, operation: Queued, reason: str) -> None:
    """A simulated call reverts while nothing is under way. The reason is the operation's own if it stays:
    one answer may come from a node that lags behind the others at the same address.
    """
    if any(word in reason for word in _WAITS) or _waits_for_others(way, operation):
        way.doubts.pop(operation.id, None)
        log.error("the chain does not take our calls", extra={"operation": operation.id, "reason": reason})
    elif _stays(way, operation):
        with way.writing() as conn:
            reject(conn, way, operation, reason)
        way.doubts.pop(operation.id, None)
        return
    else:
        log.warning("a simulated call reverts", extra={"operation": operation.id, "reason": reason})
    with way.writing() as conn:
        now = way.clock.now()
        repository.set_state(conn, [operation.id], State.SIGNED, now, reason=reason[:_MAX_REASON])


def _stays(way: Way, operation: Queued) -> bool:
    """Whether it has reverted in enough passes in a row, and for longer than a node may lag."""
    now = way.clock.now()
    before = way.doubts.get(operation.id, Doubt(0, now))
    doubt = way.doubts[operation.id] = Doubt(before.times + 1, before.since)
    lag = timedelta(seconds=way.policy.lag_seconds)
    return doubt.times >= way.policy.tries and now - doubt.since >= lag


def reject(conn: Connection, way: Way, operation: Queued, reason: str) -> None:
    """Set one operation aside for good. A filler is no operation of anybody's: it is tried again, later
    each time. The leaves of an anchor are sealed again, under another root.
    """
    now = way.clock.now()
    reason = reason[:_MAX_REASON] or "refused without a reason"
    if operation.fills is not None:
        log.error("a number cannot be filled", extra={"operation": operation.id, "reason": reason})
        repository.set_state(
            conn,
            [operation.id],
            State.RECEIVED,
            now,
            reason=reason,
            tries=min(operation.tries + 1, 7),
            transaction_id=None,
        )
        return
    log.warning("rejected", extra={"operations": [operation.id], "reason": reason})
    repository.set_state(conn, [operation.id], State.REJECTED, now, reason=reason)
    if operation.kind is OperationKind.ANCHOR:
        its = leaves.c.anchor_id == operation.id
        conn.execute(update(leaves).where(its).values(anchor_id=None, position=None))
    if operation.kind in (OperationKind.SUBMISSION, OperationKind.REGISTER):
        conn.execute(insert(operations).values(_filler(operation, way.clock)))
    if operation.entries:
        way.put_back(conn, sorted({entry.lot_id for entry in operation.entries}))


def _filler(operation: Queued, clock: Clock) -> dict[str, object]:
    """An empty submission under the same number, or a party that nobody is, so that later numbers stay
    valid.
    """
    payload = None
    if operation.kind is OperationKind.REGISTER:
        key = keccak256(b"suyuan: nobody holds the key of party %d" % operation.party)[12:]
        vacant = {"profileHash": to_hex(bytes(32)), "roles": 0, "qualifiedUntil": 0, "key": to_hex(key)}
        payload = canonical_json(vacant).decode()
    now = clock.now()
    return {
        "kind": operation.kind,
        "party": operation.party,
        "part": 0,
        "payload": payload,
        "state": State.RECEIVED,
        "place": operation.place,
        "sequence": operation.sequence,
        "fills": operation.id,
        "created_at": now,
        "updated_at": now,
    }


def _waits_for_others(way: Way, operation: Queued) -> bool:
    """A party cannot be registered, or changed, before those with lower numbers are there."""
    if operation.kind in (OperationKind.SUBMISSION, OperationKind.ANCHOR):
        return False
    count = way.chain.party_count()
    return count < operation.party - (1 if operation.kind is OperationKind.REGISTER else 0)
