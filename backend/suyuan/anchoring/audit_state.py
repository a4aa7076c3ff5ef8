"""The part of the audit that compares sums: leaves with roots, parties and lots with the contracts' state."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from suyuan.anchoring import identify
from suyuan.anchoring.model import OperationKind, State
from suyuan.anchoring.ports import Chain
from suyuan.anchoring.tables import anchors, checkpoints, entries, leaves, operations
from suyuan.kernel.hashing import leaf_hash
from suyuan.kernel.ledger import ZERO_HEAD, Kind, LedgerEntry, extend_head
from suyuan.kernel.merkle import Tree

_RECORDED = (State.MINED, State.FINAL)


@dataclass(frozen=True, slots=True)
class Difference:
    """`where` names the row (table and key), `what` says in words how it differs."""

    where: str
    what: str


def readable(text: str | bytes | None) -> Any:
    """The JSON in a row, or None when somebody made it unreadable."""
    try:
        return json.loads(text or "")
    except (ValueError, RecursionError):
        return None


def identity(conn: Connection, chain: Chain, epoch: Any) -> Iterator[Difference]:
    """The epoch's chain and the final blocks that we remember."""
    known, now = identify.identity_of(epoch), chain.identity()
    for member in ("chain_id", "genesis_hash", "contracts", "code_hashes"):
        if getattr(known, member) != getattr(now, member):
            yield Difference(f"anchoring_epochs {epoch.epoch}", f"{member} differs from the chain's")
    for row in conn.execute(select(checkpoints).where(checkpoints.c.epoch == epoch.epoch)):
        block = chain.block(row.number)
        if block is None or block.hash != row.hash or row.time not in (None, block.timestamp):
            yield Difference(f"anchoring_checkpoints {row.number}", "the chain has another block there")


def leaves_and_roots(conn: Connection) -> Iterator[Difference]:
    """Each leaf's hash from its data, each root from its leaves; a rejected anchor has none any more."""
    for row in conn.execute(select(leaves.c.id, leaves.c.hash, leaves.c.data)):
        if leaf_hash(row.data) != row.hash:
            yield Difference(f"anchoring_leaves {row.id}", "hash is not the hash of its data")
    stands = (operations.c.id == anchors.c.operation_id) & (operations.c.state != State.REJECTED)
    for anchor in conn.execute(select(anchors).join(operations, stands)).all():
        its = leaves.c.anchor_id == anchor.operation_id
        rows = conn.execute(
            select(leaves.c.data, leaves.c.position).where(its).order_by(leaves.c.position)
        ).all()
        name = f"anchoring_anchors {anchor.operation_id}"
        if [row.position for row in rows] != list(range(anchor.leaf_count)):
            yield Difference(name, f"should have {anchor.leaf_count} leaves in their places, and has not")
        elif Tree([leaf_hash(row.data) for row in rows]).root != anchor.root:
            yield Difference(name, "root is not the root of its leaves")


def parties(conn: Connection, chain: Chain) -> Iterator[Difference]:
    """How many parties there are, and how far each party's own numbering has come."""
    recorded = operations.c.state.in_(_RECORDED)
    registered = recorded & (operations.c.kind == OperationKind.REGISTER)
    count = conn.execute(select(func.count()).select_from(operations).where(registered)).scalar()
    if count != chain.party_count():
        yield Difference("parties", f"{count} are registered here and {chain.party_count()} on the chain")
    query = (
        select(operations.c.party, func.max(operations.c.sequence), func.count())
        .where(recorded, operations.c.kind == OperationKind.SUBMISSION)
        .group_by(operations.c.party)
    )
    for party, last, number in conn.execute(query).all():
        there = chain.next_sequence(party) - 1
        if not last == number == there:
            what = f"{number} submissions up to number {last} here, {there} on the chain"
            yield Difference(f"party {party}", what)


def lots(conn: Connection, chain: Chain) -> Iterator[Difference]:
    """Each lot's count and head, folded from its entries here, against the ledger's."""
    query = (
        select(entries, operations.c.party)
        .join(operations, operations.c.id == entries.c.operation_id)
        .where(operations.c.state.in_(_RECORDED))
        .order_by(entries.c.lot_id, entries.c.lot_index)
    )
    lot: bytes | None = None
    count, head = 0, ZERO_HEAD
    for row in conn.execute(query):
        if row.lot_id != lot:
            yield from _lot(chain, lot, count, head)
            lot, count, head = row.lot_id, 0, ZERO_HEAD
        count += 1
        try:
            entry = LedgerEntry(row.lot_id, row.event_hash, row.occurred_at, row.counterparty, Kind(row.kind))
            head = extend_head(head, row.party, entry)
        except (ValueError, OverflowError) as error:
            yield Difference(f"anchoring_entries {row.operation_id}/{row.position}", f"is no entry: {error}")
    yield from _lot(chain, lot, count, head)


def _lot(chain: Chain, lot: bytes | None, count: int, head: bytes) -> Iterator[Difference]:
    if lot is None:
        return
    _, _, there, newest = chain.lot(lot)
    if (count, head) != (there, newest):
        what = f"{count} entries here and {there} on the chain" if count != there else "another head here"
        yield Difference(f"lot 0x{lot.hex()}", what)
