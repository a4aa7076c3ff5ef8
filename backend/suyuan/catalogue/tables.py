"""Tables of products; a description is never changed, only followed by the next one."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from suyuan.database.append_only import append_only
from suyuan.database.metadata import metadata
from suyuan.database.types import UtcMillis

products = append_only(
    Table(
        "catalogue_products",
        metadata,
        Column("uri_hash", LargeBinary, primary_key=True),
        Column("id", String(36), nullable=False, unique=True),  # order of lists
        Column("uri", Text, nullable=False),  # canonical
        Column("version", Integer, nullable=False),  # the newest
        Column("created_at", UtcMillis, nullable=False),
    ),
    ["uri_hash", "id", "uri", "created_at"],
)

versions = append_only(
    Table(
        "catalogue_versions",
        metadata,
        Column("uri_hash", LargeBinary, ForeignKey("catalogue_products.uri_hash"), primary_key=True),
        Column("version", Integer, primary_key=True),
        Column("document", LargeBinary, nullable=False),  # canonical JSON
        Column("hash", LargeBinary, nullable=False),
        Column("created_at", UtcMillis, nullable=False),
    )
)
