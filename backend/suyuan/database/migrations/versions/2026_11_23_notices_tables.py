"""Notices, and which ends of submissions the parties were told of.

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

revision = "20261123_notices_tables"
down_revision = "20261123_checkpoint_times"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_WAITING = sa.text("position IS NULL")
_UNTOLD = sa.text(
    "kind = 'submission' AND reference IS NOT NULL AND state || '' IN ('final', 'rejected') "
    "AND (told IS NULL OR told <> state)"
)


def upgrade() -> None:
    op.create_table(
        "notices_notices",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("party", sa.BigInteger(), nullable=False),
        sa.Column("topic", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("at", types.UtcMillis(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices_notices")),
        sa.UniqueConstraint("position", name=op.f("uq_notices_notices_position")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_notices_notices_newest", "notices_notices", ["party", "id"], unique=False)
    op.create_index("ix_notices_notices_party", "notices_notices", ["party", "position"], unique=False)
    op.create_index(
        "ix_notices_notices_waiting",
        "notices_notices",
        ["id"],
        unique=False,
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
    forbid_changes(op.get_bind(), "notices_notices", ("id", "party", "topic", "subject", "at", "facts"))
    op.add_column("anchoring_operations", sa.Column("told", sa.String(length=10), nullable=True))
    # What ended before there were notices is no news.
    op.execute("UPDATE anchoring_operations SET told = state WHERE state IN ('final', 'rejected')")
    op.create_index(
        "ix_anchoring_operations_untold",
        "anchoring_operations",
        ["id"],
        unique=False,
        sqlite_where=_UNTOLD,
        postgresql_where=_UNTOLD,
    )
