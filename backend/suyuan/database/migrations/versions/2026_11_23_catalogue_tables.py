"""Tables of products.

The rule: gateways of the version before keep running while this is applied, and after it. So a migration only
adds (tables, columns that may be null, indexes); what is no longer used goes in a later release. A table that
only grows gets its triggers in the migration that creates it (`forbid_changes`). It runs on SQLite and on
PostgreSQL, in one transaction, and is never edited once released. There is no way down: restore a backup.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from suyuan.database import types
from suyuan.database.append_only import forbid_changes

revision = "20261123_catalogue_tables"
down_revision = "20261123_parties_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalogue_products",
        sa.Column("uri_hash", sa.LargeBinary(), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.PrimaryKeyConstraint("uri_hash", name=op.f("pk_catalogue_products")),
        sa.UniqueConstraint("id", name=op.f("uq_catalogue_products_id")),
    )
    op.create_table(
        "catalogue_versions",
        sa.Column("uri_hash", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.ForeignKeyConstraint(
            ["uri_hash"], ["catalogue_products.uri_hash"], name=op.f("fk_catalogue_versions_uri_hash")
        ),
        sa.PrimaryKeyConstraint("uri_hash", "version", name=op.f("pk_catalogue_versions")),
    )
    forbid_changes(op.get_bind(), "catalogue_products", ("uri_hash", "id", "uri", "created_at"))
    forbid_changes(
        op.get_bind(), "catalogue_versions", ("uri_hash", "version", "document", "hash", "created_at")
    )
