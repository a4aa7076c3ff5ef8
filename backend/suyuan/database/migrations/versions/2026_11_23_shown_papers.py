"""Which papers parties let passports name.

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

revision = "20261123_shown_papers"
down_revision = "20261123_inspections_tables"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    table = "qualification_showings"
    op.create_table(
        table,
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("document", sa.String(length=36), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(length=16), nullable=False),
        sa.Column("at", types.UtcMillis(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document"], ["qualification_documents.id"], name=op.f("fk_qualification_showings_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qualification_showings")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_qualification_showings_document", table, ["document"], unique=False)
    forbid_changes(op.get_bind(), table, ("id", "document", "shown", "by", "at"))
