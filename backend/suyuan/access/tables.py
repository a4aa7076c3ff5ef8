"""Tables of callers. The rights of a token never change; it can only be taken back."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table, Text

from suyuan.database.append_only import append_only
from suyuan.database.metadata import metadata
from suyuan.database.types import UtcMillis

tokens = append_only(
    Table(
        "access_tokens",
        metadata,
        Column("id", String(16), primary_key=True),
        Column("name", Text, nullable=False),
        Column("secret_hash", LargeBinary, nullable=False),
        Column("party", BigInteger),
        Column("scopes", Text, nullable=False),  # sorted, separated by blanks
        Column("created_at", UtcMillis, nullable=False),
        Column("expires_at", UtcMillis),
        Column("revoked_at", UtcMillis),
        Column("last_used_at", UtcMillis),
        Index("ix_access_tokens_party", "party"),
    ),
    ["id", "secret_hash", "party", "scopes", "created_at", "expires_at"],
)
