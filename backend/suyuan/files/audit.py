"""Files against themselves: the bytes against their hash, and the leaf against both."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from suyuan.anchoring.audit_state import Difference
from suyuan.anchoring.leaves import is_leaf
from suyuan.files.store import leaf_document
from suyuan.files.tables import contents
from suyuan.kernel.hashing import leaf_hash, sha256, to_hex


def audit_files(conn: Connection) -> Iterator[Difference]:
    """Every difference, named by its row. One file's bytes at a time."""
    known = select(
        contents.c.hash, contents.c.size, contents.c.media_type, contents.c.leaf, contents.c.erased_at
    )
    for row in conn.execute(known.order_by(contents.c.created_at, contents.c.hash)).all():
        name = f"files_contents {to_hex(row.hash)}"
        if leaf_hash(leaf_document(row.hash, row.size, row.media_type)) != row.leaf:
            yield Difference(name, "leaf is not that of hash, size and media type")
        elif not is_leaf(conn, row.leaf):
            yield Difference(name, "is no leaf")
        data = conn.execute(select(contents.c.data).where(contents.c.hash == row.hash)).scalar()
        if data is None:
            if row.erased_at is None:
                yield Difference(name, "data is missing, and it was not erased")
        elif sha256(data) != row.hash or len(data) != row.size or row.erased_at is not None:
            yield Difference(name, "data is not what the hash says")
