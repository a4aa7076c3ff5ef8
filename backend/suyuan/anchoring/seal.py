"""Leaves that wait become a tree, and its root an operation in the queue."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, bindparam, func, insert, select, update

from suyuan.anchoring import outbox
from suyuan.anchoring.model import OperationKind, State
from suyuan.anchoring.tables import anchors, leaves, operations
from suyuan.anchoring.way import Way, log
from suyuan.kernel.merkle import Tree


def seal(way: Way) -> int:
    """Close a set of leaves when it is old or large enough; returns how many leaves. Raises LeaseLost.

    Nothing is sealed while an earlier root has not been sent: an outage gives one large tree, not many small.
    """
    with way.database.reading() as conn:
        if not _ripe(conn, way):
            return 0
    with way.writing() as conn:
        waiting = select(leaves.c.id, leaves.c.hash).where(leaves.c.anchor_id.is_(None)).order_by(leaves.c.id)
        rows = conn.execute(waiting.limit(way.policy.seal_leaves)).all()
        tree = Tree([row.hash for row in rows])
        anchor = outbox.enqueue_anchor(conn, way.clock, tree.root, tree.size)
        row = {
            "operation_id": anchor,
            "root": tree.root,
            "leaf_count": tree.size,
            "created_at": way.clock.now(),
        }
        conn.execute(insert(anchors).values(row))
        change = update(leaves).where(leaves.c.id == bindparam("key"))
        placed = change.values(anchor_id=anchor, position=bindparam("nth"))
        conn.execute(placed, [{"key": leaf.id, "nth": at} for at, leaf in enumerate(rows)])
    way.hook("sealed")
    log.info("sealed", extra={"operation": anchor, "leaves": len(rows)})
    return len(rows)


def _ripe(conn: Connection, way: Way) -> bool:
    oldest = select(leaves.c.created_at).where(leaves.c.anchor_id.is_(None)).order_by(leaves.c.id).limit(1)
    since = conn.execute(oldest).scalar()
    if since is None:
        return False
    unsent = (operations.c.kind == OperationKind.ANCHOR) & operations.c.state.in_(
        (State.RECEIVED, State.SIGNED)
    )
    if conn.execute(select(operations.c.id).where(unsent).limit(1)).scalar() is not None:
        return False
    if way.clock.now() - since >= timedelta(seconds=way.policy.seal_seconds):
        return True
    count = select(func.count()).select_from(leaves).where(leaves.c.anchor_id.is_(None))
    return int(conn.execute(count).scalar() or 0) >= way.policy.seal_leaves
