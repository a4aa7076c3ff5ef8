"""A party's lots are found without looking at everybody's: those it wrote of, and those it is offered.

The rule: gateways of the version before keep running while this is applied, and after it. So a migration only
adds (tables, columns that may be null, indexes); what is no longer used goes in a later release. A table that
only grows gets its triggers in the migration that creates it (`forbid_changes`). It runs on SQLite and on
PostgreSQL, in one transaction, and is never edited once released. There is no way down: restore a backup.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261123_lots_of_a_party"
down_revision = "20261123_key_changes"
branch_labels = None
depends_on = None

_OFFERED = sa.text("offered_to <> 0")


def upgrade() -> None:
    op.create_index("ix_lots_touches_party", "lots_touches", ["party", "lot"])
    op.create_index(
        "ix_lots_lots_offered",
        "lots_lots",
        ["offered_to", "number"],
        sqlite_where=_OFFERED,
        postgresql_where=_OFFERED,
    )
