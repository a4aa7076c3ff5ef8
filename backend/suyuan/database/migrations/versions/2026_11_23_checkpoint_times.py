"""Checkpoints know their block's time, so that bundles can say as of when they are complete.

The rule: gateways of the version before keep running while this is applied, and after it. So a migration only
adds (tables, columns that may be null, indexes); what is no longer used goes in a later release. A table that
only grows gets its triggers in the migration that creates it (`forbid_changes`). It runs on SQLite and on
PostgreSQL, in one transaction, and is never edited once released. There is no way down: restore a backup.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261123_checkpoint_times"
down_revision = "20261123_journal_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("anchoring_checkpoints", sa.Column("time", sa.BigInteger(), nullable=True))
