"""Endpoints of webhooks, what is delivered to them, and the log of it.

The rule: gateways of the version before keep running while this is applied, and after it. So a migration only
adds (tables, columns that may be null, indexes); what is no longer used goes in a later release. A table that
only grows gets its triggers in the migration that creates it (`forbid_changes`). It runs on SQLite and on
PostgreSQL, in one transaction, and is never edited once released. There is no way down: restore a backup.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from suyuan.database import types

revision = "20261123_webhooks_tables"
down_revision = "20261123_qualification_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webhooks_endpoints",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("party", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.Column("failing_since", types.UtcMillis(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("paused_until", types.UtcMillis(), nullable=True),
        sa.Column("served_at", types.UtcMillis(), nullable=True),
        sa.Column("busy_until", types.UtcMillis(), nullable=True),
        sa.Column("busy_mark", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks_endpoints")),
    )
    op.create_index("ix_webhooks_endpoints_party", "webhooks_endpoints", ["party"], unique=False)
    op.create_table(
        "webhooks_spread",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks_spread")),
    )
    op.create_table(
        "webhooks_deliveries",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("endpoint", sa.String(length=16), nullable=False),
        sa.Column("party", sa.BigInteger(), nullable=False),
        sa.Column("notice", sa.BigInteger(), nullable=True),
        sa.Column("topic", sa.String(length=60), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.Column("since", types.UtcMillis(), nullable=False),
        sa.Column("due_at", types.UtcMillis(), nullable=False),
        sa.Column("ended_at", types.UtcMillis(), nullable=True),
        sa.Column("claim_until", types.UtcMillis(), nullable=True),
        sa.Column("claim_mark", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["endpoint"], ["webhooks_endpoints.id"], name=op.f("fk_webhooks_deliveries_endpoint")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks_deliveries")),
        sa.UniqueConstraint("endpoint", "notice", name=op.f("uq_webhooks_deliveries_endpoint_notice")),
    )
    op.create_index(
        "ix_webhooks_deliveries_due",
        "webhooks_deliveries",
        ["endpoint", "due_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'sending')"),
        postgresql_where=sa.text("state IN ('waiting', 'sending')"),
    )
    op.create_index("ix_webhooks_deliveries_ended", "webhooks_deliveries", ["ended_at"], unique=False)
    op.create_index(
        "ix_webhooks_deliveries_log", "webhooks_deliveries", ["endpoint", "created_at", "id"], unique=False
    )
    op.create_table(
        "webhooks_secrets",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("endpoint", sa.String(length=16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("master", sa.String(length=16), nullable=False),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.Column("ends_at", types.UtcMillis(), nullable=True),
        sa.ForeignKeyConstraint(
            ["endpoint"], ["webhooks_endpoints.id"], name=op.f("fk_webhooks_secrets_endpoint")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks_secrets")),
    )
    op.create_index(op.f("ix_webhooks_secrets_endpoint"), "webhooks_secrets", ["endpoint"], unique=False)
    op.create_table(
        "webhooks_attempts",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("delivery", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", types.UtcMillis(), nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery"], ["webhooks_deliveries.id"], name=op.f("fk_webhooks_attempts_delivery")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks_attempts")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_webhooks_attempts_delivery", "webhooks_attempts", ["delivery", "number"], unique=False
    )
