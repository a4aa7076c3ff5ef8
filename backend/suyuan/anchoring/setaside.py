"""What the ledger will not take: set aside with the reason, its number filled, the queue goes on."""

from __future__ import annotations

from sqlalchemy import Connection, insert

from suyuan.anchoring import repository
from suyuan.anchoring.model import OperationKind, State
from suyuan.anchoring.repository import Queued
from suyuan.anchoring.tables import operations
from suyuan.anchoring.way import Way, log
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.clock import Clock
from suyuan.kernel.hashing import keccak256, to_hex

#: Reverts that speak of the relayer or the contract, not of the operation: it waits, and somebody is told.
_WAITS = ("AccessManage", "Unauthorized", "Pause", "insufficient funds", "InsufficientGas")

_MAX_REASON = 500


def reverting(way: Way, operation: Queued, reason: str) -> None:
    """A simulated call reverts while nothing is under way, so the reason is the operation's own."""
    if any(word in reason for word in _WAITS) or _waits_for_others(way, operation):
        log.error("the chain does not take our calls", extra={"operation": operation.id, "reason": reason})
        with way.writing() as conn:
            now = way.clock.now()
            repository.set_state(conn, [operation.id], State.SIGNED, now, reason=reason[:_MAX_REASON])
        return
    with way.writing() as conn:
        reject(conn, way, operation, reason)


def reject(conn: Connection, way: Way, operation: Queued, reason: str) -> None:
    """Set one operation aside for good. A filler is no operation of anybody's: it is tried again, later
    each time.
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
