"""Records of inspections, the holds that they propose, and how far was looked.

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

revision = "20261123_inspections_tables"
down_revision = "20261123_lots_of_a_party"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inspections_gathered",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspections_gathered")),
    )
    op.create_table(
        "inspections_records",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("party", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("submission", sa.String(length=36), nullable=False),
        sa.Column("lot_id", sa.LargeBinary(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(length=4), nullable=False),
        sa.Column("failed", sa.Boolean(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("corrects", sa.Text(), nullable=False),
        sa.Column("happened_at", types.UtcMillis(), nullable=False),
        sa.Column("noted_at", types.UtcMillis(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspections_records")),
        sa.UniqueConstraint(
            "party", "event_hash", "lot_id", name=op.f("uq_inspections_records_party_event_hash_lot_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inspections_records_lot", "inspections_records", ["lot_id", "id"], unique=False)
    op.create_index("ix_inspections_records_number", "inspections_records", ["party", "number"], unique=False)
    op.create_index(
        "ix_inspections_records_party", "inspections_records", ["party", "kind", "id"], unique=False
    )
    op.create_table(
        "inspections_hold_proposals",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("record", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lot_id", sa.LargeBinary(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.Column("decided_at", types.UtcMillis(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["record"], ["inspections_records.id"], name=op.f("fk_inspections_hold_proposals_record")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspections_hold_proposals")),
        sa.UniqueConstraint("record", name=op.f("uq_inspections_hold_proposals_record")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_inspections_hold_proposals_lot_id"), "inspections_hold_proposals", ["lot_id"], unique=False
    )
    op.create_index(
        "ix_inspections_hold_proposals_state", "inspections_hold_proposals", ["state", "id"], unique=False
    )
    forbid_changes(
        op.get_bind(),
        "inspections_records",
        (
            "id",
            "party",
            "event_hash",
            "event_id",
            "submission",
            "lot_id",
            "uri",
            "kind",
            "number",
            "verdict",
            "failed",
            "findings",
            "corrects",
            "happened_at",
            "noted_at",
        ),
    )
