"""The table of notices. What was told never changes; a notice only gets its position later."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, text

from suyuan.database.append_only import append_only
from suyuan.database.metadata import metadata
from suyuan.database.types import UtcMillis

_Number = BigInteger().with_variant(Integer, "sqlite")
_WAITING = text("position IS NULL")

notices = append_only(
    Table(
        "notices_notices",
        metadata,
        Column("id", _Number, primary_key=True, autoincrement=True),
        Column("position", BigInteger, unique=True),
        Column("party", BigInteger, nullable=False),
        Column("topic", String(60), nullable=False),
        Column("subject", Text, nullable=False),
        Column("at", UtcMillis, nullable=False),
        Column("facts", Text, nullable=False),  # canonical JSON
        Index("ix_notices_notices_party", "party", "position"),
        Index("ix_notices_notices_newest", "party", "id"),
        Index("ix_notices_notices_waiting", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        sqlite_autoincrement=True,
    ),
    ["id", "party", "topic", "subject", "at", "facts"],
)
