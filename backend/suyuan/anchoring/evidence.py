"""What a receipt proves about our operations."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, update

from suyuan.anchoring import repository
from suyuan.anchoring.model import OperationKind, Sending, State
from suyuan.anchoring.ports import (
    AnchorRecorded,
    EntryRecorded,
    PartyChanged,
    Receipt,
    SubmissionRefused,
)
from suyuan.anchoring.prepare import GAP
from suyuan.anchoring.repository import Queued
from suyuan.anchoring.tables import anchors, entries, operations, transactions
from suyuan.anchoring.way import Way, log
from suyuan.kernel.hashing import from_hex

_Number = tuple[int, int]

_EVENTS = {
    OperationKind.REGISTER: "PartyRegistered",
    OperationKind.ADD_KEY: "KeyAdded",
    OperationKind.REVOKE_KEY: "KeyRevoked",
    OperationKind.ROLES: "RolesChanged",
    OperationKind.QUALIFICATION: "QualificationChanged",
    OperationKind.SUSPENDED: "SuspensionChanged",
    OperationKind.PROFILE: "ProfileChanged",
}


def complete(way: Way, transaction: int, purpose: str, receipt: Receipt) -> bool:
    """Whether the receipt accounts for every operation of the transaction; if not, it is no evidence at
    all.
    """
    if not receipt.succeeded or purpose == GAP:
        return True
    with way.database.reading() as conn:
        carried = repository.load(conn, operations.c.transaction_id == transaction)
    missing = [operation.id for operation in carried if not _accounted(way, operation, receipt)]
    if missing:
        log.error("receipt without our logs", extra={"transaction": transaction, "operations": missing})
    return not missing


def _accounted(way: Way, operation: Queued, receipt: Receipt) -> bool:
    if operation.kind is OperationKind.SUBMISSION:
        number = (operation.party, operation.sequence)
        if number in refusals(receipt):
            return True
        if not operation.entries:  # an empty submission leaves no log; the ledger's counter tells
            return way.chain.next_sequence(operation.party) > (operation.sequence or 0)
        return matches(operation, recorded(receipt).get((operation.party, operation.sequence or 0), []))
    if operation.kind is OperationKind.ANCHOR:
        return _anchor_log(operation, receipt) is not None
    return changed(operation, receipt)


def changed(operation: Queued, receipt: Receipt) -> bool:
    """Whether PartyRegistry logged this change of this party."""
    return PartyChanged(_EVENTS[operation.kind], operation.party) in receipt.logs


def recorded(receipt: Receipt) -> dict[_Number, list[EntryRecorded]]:
    """The entries that the receipt's logs prove, by party and sequence, in the order of the logs."""
    found: dict[_Number, list[EntryRecorded]] = {}
    for entry in receipt.logs:
        if isinstance(entry, EntryRecorded):
            found.setdefault((entry.party, entry.sequence), []).append(entry)
    for group in found.values():
        group.sort(key=lambda entry: entry.log_index)
    return found


def refusals(receipt: Receipt) -> dict[_Number, str]:
    return {(it.party, it.sequence): it.reason for it in receipt.logs if isinstance(it, SubmissionRefused)}


def matches(operation: Queued, logs: list[EntryRecorded]) -> bool:
    """Whether the logs are exactly the operation's entries, in its order."""
    if len(logs) != len(operation.entries):
        return False
    return all(
        (it.lot_id, it.event_hash, it.occurred_at, it.counterparty, it.kind)
        == (entry.lot_id, entry.event_hash, entry.occurred_at, entry.counterparty, entry.kind)
        for it, entry in zip(logs, operation.entries, strict=True)
    )


def apply(conn: Connection, way: Way, transaction: int, receipt: Receipt) -> None:
    """Write what the receipt proves: the transaction is mined, and each operation it recorded."""
    values = {
        "state": Sending.MINED,
        "hash": receipt.transaction_hash,
        "block": receipt.block.number,
        "block_hash": receipt.block.hash,
        "block_time": receipt.block.timestamp,
        "succeeded": receipt.succeeded,
        "doubted_at": None,
    }
    conn.execute(update(transactions).where(transactions.c.id == transaction).values(values))
    if not receipt.succeeded:
        log.warning("reverted on chain", extra={"transaction": transaction})
        return
    done = [*_submissions(conn, way, transaction, receipt), *_others(conn, transaction, receipt)]
    now = way.clock.now()
    repository.set_state(conn, done, State.MINED, now, transaction_id=transaction, reason=None)
    log.info("mined", extra={"transaction": transaction, "operations": done, "block": receipt.block.number})


def _submissions(conn: Connection, way: Way, transaction: int, receipt: Receipt) -> Iterable[int]:
    """By the logs, not by what we meant to carry: after a violated finality an operation may have been
    recorded
    by an earlier transaction than the one it travels in now, or after it was thought to be refused.
    """
    logs = recorded(receipt)
    carried = repository.load(conn, operations.c.transaction_id == transaction)
    known = {(it.party, it.sequence or 0): it for it in carried if it.kind is OperationKind.SUBMISSION}
    refused = refusals(receipt)
    for number, group in logs.items():
        operation = known.get(number)
        if operation is None or operation.state is State.REJECTED or not matches(operation, group):
            operation = _elsewhere(conn, way, number, group)
        if operation is None:
            log.error("recorded, but not ours", extra={"party": number[0], "sequence": number[1]})
            continue
        _write_entries(conn, operation.id, group)
        yield operation.id
    for number, operation in known.items():
        if number in refused:
            its = (operations.c.id == operation.id) & (operations.c.state == State.SUBMITTED)
            conn.execute(
                update(operations).where(its).values(reason=f"not final yet: {refused[number]}"[:500])
            )
        elif not operation.entries and operation.state is not State.REJECTED:
            yield operation.id


def _elsewhere(conn: Connection, way: Way, number: _Number, group: list[EntryRecorded]) -> Queued | None:
    its = (operations.c.party == number[0]) & (operations.c.sequence == number[1])
    candidates = repository.load(conn, its)
    found = next((operation for operation in candidates if matches(operation, group)), None)
    if found is not None and found.state is State.REJECTED:
        for other in candidates:
            if other.fills == found.id:  # its number was never free
                conn.execute(
                    update(operations).where(operations.c.id == other.id).values(state=State.REJECTED)
                )
        repository.set_state(conn, [found.id], State.MINED, way.clock.now())
        way.put_back(conn, sorted({entry.lot_id for entry in found.entries}))
    return found


def _write_entries(conn: Connection, operation: int, group: list[EntryRecorded]) -> None:
    change = (
        update(entries)
        .where(entries.c.operation_id == bindparam("op"), entries.c.position == bindparam("at"))
        .values(lot_index=bindparam("nth"), in_custody=bindparam("held"), log_index=bindparam("log"))
    )
    rows = [
        {"op": operation, "at": at, "nth": it.index, "held": it.in_custody, "log": it.log_index}
        for at, it in enumerate(group)
    ]
    conn.execute(change, rows)


def _others(conn: Connection, transaction: int, receipt: Receipt) -> Iterable[int]:
    carried = repository.load(
        conn,
        operations.c.transaction_id == transaction,
        operations.c.kind != OperationKind.SUBMISSION,
        operations.c.state != State.REJECTED,
    )
    for operation in carried:
        anchored = _anchor_log(operation, receipt)
        if anchored is not None:
            its = anchors.c.operation_id == operation.id
            conn.execute(update(anchors).where(its).values(number=anchored.number))
        yield operation.id


def _anchor_log(operation: Queued, receipt: Receipt) -> AnchorRecorded | None:
    if operation.kind is not OperationKind.ANCHOR:
        return None
    wanted = (from_hex(operation.payload["root"]), operation.payload["leafCount"])
    logs = (it for it in receipt.logs if isinstance(it, AnchorRecorded))
    return next((it for it in logs if (it.root, it.leaf_count) == wanted), None)
