"""Leaves: documents whose hashes are anchored in numbers, under one root per anchor."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from suyuan.anchoring.model import LeafProof, State
from suyuan.anchoring.tables import anchors, leaves, operations, transactions
from suyuan.kernel.clock import Clock
from suyuan.kernel.hashing import leaf_hash
from suyuan.kernel.merkle import Tree


def add_leaf(conn: Connection, clock: Clock, kind: str, data: bytes) -> bytes:
    """Queue `data` for anchoring and return its leaf hash, SHA-256(0x00 || data). The same data twice is
    one leaf.
    """
    digest = leaf_hash(data)
    known = conn.execute(select(leaves.c.id).where(leaves.c.hash == digest)).scalar()
    if known is None:
        row = {"hash": digest, "kind": kind, "data": data, "created_at": clock.now()}
        try:
            with conn.begin_nested():
                conn.execute(insert(leaves).values(row))
        except IntegrityError:  # another gateway added it between our look and our write
            pass
    return digest


def is_leaf(conn: Connection, digest: bytes) -> bool:
    """Whether this hash was ever queued as a leaf."""
    return conn.execute(select(leaves.c.id).where(leaves.c.hash == digest)).scalar() is not None


def leaves_of_kind(conn: Connection, kind: str) -> dict[bytes, bytes]:
    """Leaf hash to data, of all leaves of a kind that has few."""
    query = select(leaves.c.hash, leaves.c.data).where(leaves.c.kind == kind)
    return {row.hash: row.data for row in conn.execute(query)}


def anchored_states(conn: Connection, digests: Iterable[bytes]) -> dict[bytes, State]:
    """How far the anchors of these leaves are; a leaf that is under none yet is left out."""
    query = (
        select(leaves.c.hash, operations.c.state)
        .join(operations, operations.c.id == leaves.c.anchor_id)
        .where(leaves.c.hash.in_(list(digests)))
    )
    return {row.hash: State(row.state) for row in conn.execute(query)}


def proof_of(conn: Connection, digest: bytes) -> LeafProof | None:
    """The leaf's inclusion proof, or None when it is unknown or not sealed yet; `state` says how far the
    anchor is.
    """
    query = (
        select(
            leaves.c.anchor_id,
            leaves.c.position,
            leaves.c.data,
            leaves.c.kind,
            anchors.c.number,
            anchors.c.root,
            operations.c.state,
            transactions.c.hash,
            transactions.c.block,
        )
        .join(anchors, anchors.c.operation_id == leaves.c.anchor_id)
        .join(operations, operations.c.id == anchors.c.operation_id)
        .outerjoin(transactions, transactions.c.id == operations.c.transaction_id)
        .where(leaves.c.hash == digest)
    )
    found = conn.execute(query).one_or_none()
    if found is None:
        return None
    tree = Tree(hashes_under(conn, found.anchor_id))
    return LeafProof(
        anchor=found.number,
        root=found.root,
        leaf_count=tree.size,
        index=found.position,
        path=tuple(tree.path(found.position)),
        data=found.data,
        kind=found.kind,
        state=State(found.state),
        transaction=found.hash,
        block=found.block,
    )


def hashes_under(conn: Connection, anchor_id: int) -> list[bytes]:
    """The leaf hashes of an anchor, in tree order."""
    query = select(leaves.c.hash).where(leaves.c.anchor_id == anchor_id).order_by(leaves.c.position)
    return list(conn.execute(query).scalars())
