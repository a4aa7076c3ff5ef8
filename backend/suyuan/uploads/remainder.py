"""Rows that are not submitted go on as a draft of their own, corrections and all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from sqlalchemy import Connection

from suyuan.kernel.clock import Clock
from suyuan.kernel.ids import new_id
from suyuan.sheets.judged import RowResult
from suyuan.uploads import codec, repository
from suyuan.uploads.model import Draft, State
from suyuan.uploads.reading import blocks_of
from suyuan.uploads.take_in import BLANK

_KEPT = (
    "party",
    "kind",
    "file_hash",
    "file_name",
    "file_size",
    "uploader",
    "uploader_name",
    "owner",
    "owner_name",
    "owned_at",
    "columns",
    "header",
    "notices",
    "edits",
)


def keep_the_rest(
    conn: Connection, clock: Clock, draft: Draft, is_left_out: Callable[[RowResult], bool]
) -> str:
    """A new draft with the rows that are left out; its id."""
    identifier, now = new_id(clock), clock.now()
    rows = [
        (row, result)
        for block in repository.blocks_where(conn, draft.id)
        for (_, row), result in zip(
            codec.unpack_raw(block.raw), codec.unpack_results(block.results), strict=True
        )
        if is_left_out(result)
    ]
    values = {
        **BLANK,
        **{name: getattr(draft, name) for name in _KEPT},
        "id": identifier,
        "state": State.NEEDS_FIXES,
        "version": 1,
        "created_at": now,
        "updated_at": now,
        "parent": draft.id,
        "totals": dict(Counter(result.state.value for _, result in rows)),
        "rows": len(rows),
    }
    repository.insert_draft(conn, values)
    repository.insert_blocks(conn, identifier, blocks_of(rows))
    return identifier
