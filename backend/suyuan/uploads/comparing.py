"""What a sheet brings that the party has not sent before: new rows, changed ones, the same again."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from suyuan.uploads import codec
from suyuan.uploads import tables as t
from suyuan.uploads.context import entered
from suyuan.uploads.model import Draft, State

#: Earlier drafts that a sheet is held against.
LOOK_BACK = 5


def compare(conn: Connection, draft: Draft) -> dict[str, Any] | None:
    """Rows by key beside the earlier draft that shares the most with it: `{draft, new, changed, same}`; and
    `entered`: how many of the party's recorded rows come again. None where nothing is shared.
    """
    own = _marks(conn, draft.id)
    if not own:
        return None
    best: dict[str, Any] = {}
    for identifier in _earlier(conn, draft):
        theirs = _marks(conn, identifier)
        shared = own.keys() & theirs.keys()
        same = sum(own[key] == theirs[key] for key in shared)
        if len(shared) > best.get("same", 0) + best.get("changed", 0):
            best = {
                "draft": identifier,
                "new": len(own) - len(shared),
                "changed": len(shared) - same,
                "same": same,
                "gone": len(theirs) - len(shared),
            }
    again = len(entered(conn, draft.party, list(own)))
    return {**best, "entered": again} if best or again else None


def _earlier(conn: Connection, draft: Draft) -> list[str]:
    c = t.drafts.c
    query = (
        select(c.id)
        .where(c.party == draft.party, c.kind == draft.kind, c.id < draft.id, c.rows > 0, c.parent.is_(None))
        .where(c.state.not_in([State.REFUSED]))
        .order_by(c.id.desc())
        .limit(LOOK_BACK)
    )
    return list(conn.execute(query).scalars())


def _marks(conn: Connection, identifier: str) -> dict[bytes, bytes]:
    c = t.blocks.c
    blobs = conn.execute(select(c.marks).where(c.draft == identifier)).scalars()
    nobody = bytes(codec.KEY_BYTES)
    return {key: digest for blob in blobs for key, digest in codec.marks(blob) if key != nobody}
