"""Proofs of new keys, which keys they replace, recoveries after a loss, and keys that are doubted.

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

revision = "20261123_key_changes"
down_revision = "20261123_webhooks_tables"
branch_labels = None
depends_on = None


def _of_party(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["party"], ["parties_parties.number"], name=op.f(f"fk_{table}_party"))


def upgrade() -> None:
    op.create_table(
        "parties_challenges",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("party", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.String(length=42), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.Column("expires_at", types.UtcMillis(), nullable=False),
        sa.Column("used_at", types.UtcMillis(), nullable=True),
        _of_party("parties_challenges"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties_challenges")),
    )
    op.create_table(
        "parties_successions",
        sa.Column("party", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("replaces", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.Column("done_at", types.UtcMillis(), nullable=True),
        _of_party("parties_successions"),
        sa.PrimaryKeyConstraint("party", "version", name=op.f("pk_parties_successions")),
    )
    _recoveries_and_suspicions()
    conn = op.get_bind()
    columns = ("id", "party", "address", "message", "created_at", "expires_at")
    forbid_changes(conn, "parties_challenges", columns)
    forbid_changes(conn, "parties_successions", ("party", "version", "replaces", "asked_by", "created_at"))
    columns = ("id", "party", "address", "reason", "asked_by", "asked_at")
    forbid_changes(conn, "parties_recoveries", columns)
    columns = ("leaf", "party", "address", "since", "statement", "stated_at")
    forbid_changes(conn, "parties_suspicions", columns)


def _recoveries_and_suspicions() -> None:
    op.create_table(
        "parties_recoveries",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("party", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.String(length=42), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.String(length=16), nullable=False),
        sa.Column("asked_at", types.UtcMillis(), nullable=False),
        sa.Column("approved_by", sa.String(length=16), nullable=True),
        sa.Column("approved_at", types.UtcMillis(), nullable=True),
        sa.Column("ready_at", types.UtcMillis(), nullable=True),
        sa.Column("ended_at", types.UtcMillis(), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        _of_party("parties_recoveries"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parties_recoveries")),
    )
    op.create_index("ix_parties_recoveries_party", "parties_recoveries", ["party", "asked_at"], unique=False)
    op.create_table(
        "parties_suspicions",
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("party", sa.BigInteger(), nullable=False),
        sa.Column("address", sa.String(length=42), nullable=False),
        sa.Column("since", types.UtcMillis(), nullable=False),
        sa.Column("statement", sa.LargeBinary(), nullable=False),
        sa.Column("stated_at", types.UtcMillis(), nullable=False),
        _of_party("parties_suspicions"),
        sa.PrimaryKeyConstraint("leaf", name=op.f("pk_parties_suspicions")),
    )
    op.create_index("ix_parties_suspicions_party", "parties_suspicions", ["party"], unique=False)
