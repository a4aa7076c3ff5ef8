"""Signatures that parties make themselves, and what was put before them to sign.

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

revision = "20261123_own_keys"
down_revision = "20261123_people_and_trail"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "parties_signatures",
        sa.Column("party", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("address", sa.String(length=42), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("handed_at", types.UtcMillis(), nullable=False),
        sa.ForeignKeyConstraint(
            ["party"], ["parties_parties.number"], name=op.f("fk_parties_signatures_party")
        ),
        sa.PrimaryKeyConstraint("party", "digest", "address", name=op.f("pk_parties_signatures")),
    )
    columns = ("party", "digest", "address", "signature", "handed_at")
    forbid_changes(op.get_bind(), "parties_signatures", columns)
    op.create_table(
        "journal_prepared",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("party", sa.BigInteger(), nullable=False),
        sa.Column("as_party", sa.Text(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("seed", sa.LargeBinary(), nullable=True),
        sa.Column("digests", sa.Text(), nullable=False),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.Column("expires_at", types.UtcMillis(), nullable=False),
        sa.Column("used_at", types.UtcMillis(), nullable=True),
        sa.Column("capture", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_prepared")),
    )
    op.create_index(
        op.f("ix_journal_prepared_party_created_at"),
        "journal_prepared",
        ["party", "created_at"],
        unique=False,
    )
    op.create_index(op.f("ix_journal_prepared_expires_at"), "journal_prepared", ["expires_at"], unique=False)
