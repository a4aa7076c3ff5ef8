"""What enters the queue. Each verb writes into the caller's transaction: acknowledged means it has its
place here.

`reference` names the operation to its caller and is unique; asking twice with one reference is AlreadyQueued.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from suyuan.anchoring.errors import AlreadyQueued, PartyNumberTaken
from suyuan.anchoring.model import OperationKind, State
from suyuan.anchoring.sequences import claim, in_parts
from suyuan.anchoring.tables import entries as entries_table
from suyuan.anchoring.tables import operations
from suyuan.database.locks import hold
from suyuan.database.prepared import Prepared
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.clock import Clock
from suyuan.kernel.hashing import to_hex
from suyuan.kernel.ledger import LedgerEntry

_QUEUED = (
    *("kind", "party", "reference", "part", "payload", "state", "sequence", "tries"),
    *("created_at", "updated_at"),
)


def _insert_operation(dialect: str) -> Any:
    statement = (postgresql if dialect == "postgresql" else sqlite).insert(operations)
    return statement.on_conflict_do_nothing(index_elements=["reference", "part"]).returning(operations.c.id)


_INSERT_OPERATION = Prepared(_insert_operation, [operations.c[name] for name in _QUEUED])
_ENTRY = ("operation_id", "position", "lot_id", "event_hash", "occurred_at", "counterparty", "kind")
_INSERT_ENTRIES = Prepared(insert(entries_table), [entries_table.c[name] for name in _ENTRY])


def enqueue_submission(  # noqa: PLR0913 - one more for those who sign themselves
    conn: Connection,
    clock: Clock,
    party: int,
    entries: Sequence[LedgerEntry],
    reference: str,
    *,
    first_sequence: int | None = None,
) -> int:
    """Queue the party's entries in their order; returns the (first) operation's id.

    More than PART_ENTRIES entries become several operations under one reference, in order: a transaction has
    room for no more. Numbering and signing are the worker's, unless the party has signed already: then
    `first_sequence` is the number that the first part was signed with, and the others follow.
    Raises AlreadyQueued, SequenceTaken.
    """
    if first_sequence is not None:
        claim(conn, party, first_sequence)
    ids = []
    for part, chunk in enumerate(in_parts(entries)):
        sequence = None if first_sequence is None else first_sequence + part
        operation = _insert(
            conn, clock, OperationKind.SUBMISSION, party, reference, part=part, sequence=sequence
        )
        _INSERT_ENTRIES.run_many(conn, [_row(operation, at, entry) for at, entry in enumerate(chunk)])
        ids.append(operation)
    return ids[0]


def enqueue_register_party(  # noqa: PLR0913, PLR0917 - the contract's own arguments
    conn: Connection,
    clock: Clock,
    number: int,
    profile_hash: bytes,
    roles: int,
    qualified_until: int,
    key_address: str,
    reference: str | None = None,
) -> int:
    """Queue a registration. `number` must be the next dense one (from 1), else PartyNumberTaken;
    `qualified_until`
    is Unix seconds (uint40), `key_address` 0x-hex.
    """
    hold(conn, "anchoring", "party numbers")
    registered = operations.c.kind == OperationKind.REGISTER
    last = conn.execute(select(func.max(operations.c.party)).where(registered)).scalar() or 0
    if number != last + 1:
        raise PartyNumberTaken(f"the next party number is {last + 1}, not {number}")
    payload = {
        "profileHash": to_hex(profile_hash),
        "roles": int(roles),
        "qualifiedUntil": qualified_until,
        "key": key_address,
    }
    return _insert(conn, clock, OperationKind.REGISTER, number, reference, payload)


def enqueue_add_key(
    conn: Connection, clock: Clock, party: int, key_address: str, reference: str | None = None
) -> int:
    return _insert(conn, clock, OperationKind.ADD_KEY, party, reference, {"key": key_address})


def enqueue_revoke_key(
    conn: Connection, clock: Clock, party: int, key_address: str, reference: str | None = None
) -> int:
    return _insert(conn, clock, OperationKind.REVOKE_KEY, party, reference, {"key": key_address})


def enqueue_set_roles(
    conn: Connection, clock: Clock, party: int, roles: int, reference: str | None = None
) -> int:
    return _insert(conn, clock, OperationKind.ROLES, party, reference, {"roles": int(roles)})


def enqueue_set_qualification(
    conn: Connection, clock: Clock, party: int, qualified_until: int, reference: str | None = None
) -> int:
    """`qualified_until` is Unix seconds."""
    payload = {"qualifiedUntil": qualified_until}
    return _insert(conn, clock, OperationKind.QUALIFICATION, party, reference, payload)


def enqueue_set_suspended(
    conn: Connection,
    clock: Clock,
    party: int,
    suspended: bool,  # noqa: FBT001 - the contract's own argument
    reference: str | None = None,
) -> int:
    return _insert(conn, clock, OperationKind.SUSPENDED, party, reference, {"suspended": suspended})


def enqueue_set_profile(
    conn: Connection, clock: Clock, party: int, profile_hash: bytes, reference: str | None = None
) -> int:
    payload = {"profileHash": to_hex(profile_hash)}
    return _insert(conn, clock, OperationKind.PROFILE, party, reference, payload)


def enqueue_anchor(conn: Connection, clock: Clock, root: bytes, leaf_count: int) -> int:
    """Queue a root; `seal` calls it, which also writes the anchor's own row."""
    payload = {"root": to_hex(root), "leafCount": leaf_count}
    return _insert(conn, clock, OperationKind.ANCHOR, 0, None, payload)


def _insert(  # noqa: PLR0913, PLR0917 - one place that writes the row
    conn: Connection,
    clock: Clock,
    kind: OperationKind,
    party: int,
    reference: str | None,
    payload: Mapping[str, object] | None = None,
    *,
    part: int = 0,
    sequence: int | None = None,
) -> int:
    now = clock.now()
    row = {
        "kind": kind,
        "party": party,
        "reference": reference,
        "part": part,
        "payload": None if payload is None else canonical_json(dict(payload)).decode(),
        "state": State.RECEIVED,
        "sequence": sequence,
        "tries": 0,
        "created_at": now,
        "updated_at": now,
    }
    queued = _INSERT_OPERATION.rows(conn, row)
    if not queued:
        raise AlreadyQueued(f"{reference} is already queued")
    return int(queued[0][0])


def _row(operation: int, position: int, entry: LedgerEntry) -> dict[str, object]:
    return {
        "operation_id": operation,
        "position": position,
        "lot_id": entry.lot_id,
        "event_hash": entry.event_hash,
        "occurred_at": entry.occurred_at,
        "counterparty": entry.counterparty,
        "kind": int(entry.kind),
    }
