"""Keeping a file, finding it again, and saying who may see it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from suyuan.anchoring.leaves import add_leaf
from suyuan.database import hold
from suyuan.files.errors import FileErased, FileUnknown
from suyuan.files.inspect import inspect
from suyuan.files.model import MOST_BYTES, CheckedFile, Kinds, StoredFile
from suyuan.files.tables import contents, holdings
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.clock import Clock
from suyuan.kernel.hashing import to_hex

LEAF_KIND = "file"
TYPE = "suyuan-file/1"


def party_holder(party: int) -> str:
    """The holder that stands for a party."""
    return f"party:{party}"


def account_holder(account: str) -> str:
    """The holder that stands for a person who belongs to no party yet."""
    return f"account:{account}"


def store(  # noqa: PLR0913, PLR0917 - the file and what is allowed of it
    conn: Connection, clock: Clock, data: bytes, name: str, allowed: Kinds, limit: int = MOST_BYTES
) -> StoredFile:
    """`inspect` and `keep` in one. Raises FileRefused, FileTooLarge."""
    return keep(conn, clock, inspect(data, name, allowed, limit))


def keep(conn: Connection, clock: Clock, checked: CheckedFile) -> StoredFile:
    """Keep the bytes once, and queue their leaf for anchoring. Says nothing of who may see them: `give`."""
    hold(conn, "files", checked.hash)
    leaf = add_leaf(conn, clock, LEAF_KIND, leaf_document(checked.hash, len(checked.data), checked.kind))
    known = conn.execute(
        select(contents.c.erased_at, contents.c.media_type).where(contents.c.hash == checked.hash)
    ).one_or_none()
    if known is None:
        row = {
            "hash": checked.hash,
            "size": len(checked.data),
            "media_type": str(checked.kind),
            "leaf": leaf,
            "data": checked.data,
            "created_at": clock.now(),
        }
        conn.execute(insert(contents).values(row))
    elif known.erased_at is not None:
        again = update(contents).where(contents.c.hash == checked.hash)
        conn.execute(again.values(data=checked.data, erased_at=None))
    return StoredFile(checked.hash, len(checked.data), str(checked.kind), checked.name, leaf)


def leaf_document(digest: bytes, size: int, media_type: str) -> bytes:
    """What is anchored of a file: canonical JSON `{type, hash, size, mediaType}`, never the bytes."""
    return canonical_json({"type": TYPE, "hash": to_hex(digest), "size": size, "mediaType": str(media_type)})


def give(conn: Connection, clock: Clock, file: StoredFile, holder: str) -> None:
    """Let `holder` see the file, by the name that it has in `file`. Who sees it already goes on doing so."""
    its = (holdings.c.hash == file.hash) & (holdings.c.holder == holder)
    if conn.execute(select(holdings.c.id).where(its)).scalar() is None:
        row = {"hash": file.hash, "holder": holder, "name": file.name, "created_at": clock.now()}
        try:
            with conn.begin_nested():
                conn.execute(insert(holdings).values(row))
        except IntegrityError:  # another gateway gave it between our look and our write
            pass


def holders_of(conn: Connection, digest: bytes) -> list[str]:
    """Everybody who holds the file, in the order in which they came to. For the platform's own eyes."""
    query = select(holdings.c.holder).where(holdings.c.hash == digest).order_by(holdings.c.id)
    return list(conn.execute(query).scalars())


def find(conn: Connection, digest: bytes, holders: Iterable[str] | None) -> StoredFile:
    """The file as one of `holders` knows it; None: as the platform does. Raises FileUnknown."""
    query = (
        select(contents.c.size, contents.c.media_type, contents.c.leaf, holdings.c.name)
        .join(holdings, holdings.c.hash == contents.c.hash, isouter=holders is None)
        .where(contents.c.hash == digest)
        .order_by(holdings.c.id)
        .limit(1)
    )
    if holders is not None:
        query = query.where(holdings.c.holder.in_(list(holders)))
    row = conn.execute(query).one_or_none()
    if row is None:
        raise FileUnknown("There is no such file.")
    return StoredFile(digest, row.size, row.media_type, row.name or "file", row.leaf)


def read(conn: Connection, digest: bytes) -> bytes:
    """The bytes. Who may have them is for the caller to know (`find`). Raises FileUnknown, FileErased."""
    row = conn.execute(select(contents.c.data).where(contents.c.hash == digest)).one_or_none()
    if row is None:
        raise FileUnknown("There is no such file.")
    if row.data is None:
        raise FileErased("The file was erased; what is left is its hash.")
    return bytes(row.data)


def erase(conn: Connection, clock: Clock, digest: bytes) -> None:
    """Empty the bytes for good; hash, size and leaf stay, and every proof with them."""
    known = (contents.c.hash == digest) & (contents.c.erased_at.is_(None))
    conn.execute(update(contents).where(known).values(data=None, erased_at=clock.now()))
