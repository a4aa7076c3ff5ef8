"""Tables of the way to the chain.

The rule: gateways of the version before keep running while this is applied, and after it. So a migration only
adds (tables, columns that may be null, indexes); what is no longer used goes in a later release. A table that
only grows gets its triggers in the migration that creates it (`forbid_changes`). It runs on SQLite and on
PostgreSQL, in one transaction, and is never edited once released. There is no way down: restore a backup.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from suyuan.database import types

revision = "20261123_anchoring_tables"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "anchoring_epochs",
        sa.Column("epoch", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("chain_id", sa.BigInteger(), nullable=False),
        sa.Column("genesis_hash", sa.LargeBinary(), nullable=False),
        sa.Column("contracts", sa.Text(), nullable=False),
        sa.Column("opened_at", types.UtcMillis(), nullable=False),
        sa.Column("closed_at", types.UtcMillis(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("latch", sa.String(length=40), nullable=True),
        sa.Column("latch_reason", sa.Text(), nullable=True),
        sa.Column("latched_at", types.UtcMillis(), nullable=True),
        sa.Column("latch_nonce", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("epoch", name=op.f("pk_anchoring_epochs")),
    )
    op.create_table(
        "anchoring_heartbeats",
        sa.Column("worker", sa.String(length=80), nullable=False),
        sa.Column("at", types.UtcMillis(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_anchoring_heartbeats")),
    )
    op.create_table(
        "anchoring_leases",
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("until", types.UtcMillis(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_anchoring_leases")),
    )
    op.create_table(
        "anchoring_checkpoints",
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["epoch"], ["anchoring_epochs.epoch"], name=op.f("fk_anchoring_checkpoints_epoch")
        ),
        sa.PrimaryKeyConstraint("epoch", "number", name=op.f("pk_anchoring_checkpoints")),
    )
    op.create_table(
        "anchoring_transactions",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("sender", sa.String(length=42), nullable=False),
        sa.Column("nonce", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("gas", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=True),
        sa.Column("block", sa.BigInteger(), nullable=True),
        sa.Column("block_hash", sa.LargeBinary(), nullable=True),
        sa.Column("block_time", sa.BigInteger(), nullable=True),
        sa.Column("succeeded", sa.Boolean(), nullable=True),
        sa.Column("doubted_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.ForeignKeyConstraint(
            ["epoch"], ["anchoring_epochs.epoch"], name=op.f("fk_anchoring_transactions_epoch")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anchoring_transactions")),
        sa.UniqueConstraint(
            "epoch", "sender", "nonce", name=op.f("uq_anchoring_transactions_epoch_sender_nonce")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_anchoring_transactions_block", "anchoring_transactions", ["epoch", "block"], unique=False
    )
    op.create_index(
        "ix_anchoring_transactions_state", "anchoring_transactions", ["epoch", "state", "nonce"], unique=False
    )
    op.create_table(
        "anchoring_attempts",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("transaction_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("max_fee", sa.String(length=40), nullable=False),
        sa.Column("priority_fee", sa.String(length=40), nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("first_sent", types.UtcMillis(), nullable=True),
        sa.Column("last_sent", types.UtcMillis(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["anchoring_transactions.id"],
            name=op.f("fk_anchoring_attempts_transaction_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anchoring_attempts")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_anchoring_attempts_transaction_id"), "anchoring_attempts", ["transaction_id"], unique=False
    )
    op.create_table(
        "anchoring_operations",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("party", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=True),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=True),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.Column("fills", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("transaction_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.Column("updated_at", types.UtcMillis(), nullable=False),
        sa.ForeignKeyConstraint(
            ["transaction_id"],
            ["anchoring_transactions.id"],
            name=op.f("fk_anchoring_operations_transaction_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anchoring_operations")),
        sa.UniqueConstraint("reference", "part", name=op.f("uq_anchoring_operations_reference_part")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_anchoring_operations_state", "anchoring_operations", ["state", "place", "id"], unique=False
    )
    op.create_index(
        op.f("ix_anchoring_operations_transaction_id"),
        "anchoring_operations",
        ["transaction_id"],
        unique=False,
    )
    op.create_index(
        "uq_anchoring_operations_sequence",
        "anchoring_operations",
        ["party", "sequence"],
        unique=True,
        sqlite_where=sa.text("state <> 'rejected' AND sequence IS NOT NULL"),
        postgresql_where=sa.text("state <> 'rejected' AND sequence IS NOT NULL"),
    )
    op.create_table(
        "anchoring_anchors",
        sa.Column(
            "operation_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_count", sa.Integer(), nullable=False),
        sa.Column("previous_root", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["anchoring_operations.id"], name=op.f("fk_anchoring_anchors_operation_id")
        ),
        sa.PrimaryKeyConstraint("operation_id", name=op.f("pk_anchoring_anchors")),
    )
    op.create_table(
        "anchoring_entries",
        sa.Column("operation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.LargeBinary(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=False),
        sa.Column("occurred_at", sa.BigInteger(), nullable=False),
        sa.Column("counterparty", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("lot_index", sa.BigInteger(), nullable=True),
        sa.Column("in_custody", sa.Boolean(), nullable=True),
        sa.Column("log_index", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["anchoring_operations.id"], name=op.f("fk_anchoring_entries_operation_id")
        ),
        sa.PrimaryKeyConstraint("operation_id", "position", name=op.f("pk_anchoring_entries")),
    )
    op.create_index(op.f("ix_anchoring_entries_lot_id"), "anchoring_entries", ["lot_id"], unique=False)
    op.create_table(
        "anchoring_leaves",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("anchor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.ForeignKeyConstraint(
            ["anchor_id"], ["anchoring_anchors.operation_id"], name=op.f("fk_anchoring_leaves_anchor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anchoring_leaves")),
        sa.UniqueConstraint("hash", name=op.f("uq_anchoring_leaves_hash")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_anchoring_leaves_anchor", "anchoring_leaves", ["anchor_id", "position"], unique=False)
