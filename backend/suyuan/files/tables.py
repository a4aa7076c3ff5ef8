"""Tables of files: the bytes once, and apart from them who holds them under which name.

A content's bytes may be emptied when the law asks for it, and are nothing else for ever: `suyuan audit` holds
them against their hash. Hash, size and kind stay, as the leaf of the file says them.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from suyuan.database.append_only import append_only
from suyuan.database.metadata import metadata
from suyuan.database.types import UtcMillis

_Id = BigInteger().with_variant(Integer, "sqlite")

contents = append_only(
    Table(
        "files_contents",
        metadata,
        Column("hash", LargeBinary, primary_key=True),  # SHA-256
        Column("size", BigInteger, nullable=False),
        Column("media_type", String(100), nullable=False),
        Column("leaf", LargeBinary, nullable=False),
        Column("data", LargeBinary),  # none once erased
        Column("created_at", UtcMillis, nullable=False),
        Column("erased_at", UtcMillis),
    ),
    ["hash", "size", "media_type", "leaf", "created_at"],
)

holdings = append_only(
    Table(
        "files_holdings",
        metadata,
        Column("id", _Id, primary_key=True, autoincrement=True),
        Column("hash", LargeBinary, ForeignKey("files_contents.hash"), nullable=False),
        Column("holder", String(80), nullable=False),  # party:7, account:…
        Column("name", Text, nullable=False),
        Column("created_at", UtcMillis, nullable=False),
        Index("uq_files_holdings_hash", "hash", "holder", unique=True),
        Index("ix_files_holdings_holder", "holder", "id"),
        sqlite_autoincrement=True,
    )
)
