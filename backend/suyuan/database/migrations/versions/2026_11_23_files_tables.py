"""Tables of files.

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

revision = "20261123_files_tables"
down_revision = "20261123_notices_tables"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "files_contents",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.Column("erased_at", types.UtcMillis(), nullable=True),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_files_contents")),
    )
    forbid_changes(op.get_bind(), "files_contents", ("hash", "size", "media_type", "leaf", "created_at"))
    op.create_table(
        "files_holdings",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.ForeignKeyConstraint(["hash"], ["files_contents.hash"], name=op.f("fk_files_holdings_hash")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_files_holdings")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_files_holdings_holder", "files_holdings", ["holder", "id"], unique=False)
    op.create_index("uq_files_holdings_hash", "files_holdings", ["hash", "holder"], unique=True)
    forbid_changes(op.get_bind(), "files_holdings", ("id", "hash", "holder", "name", "created_at"))
