"""Tables of lots.

The rule: gateways of the version before keep running while this is applied, and after it. So a migration only
adds (tables, columns that may be null, indexes); what is no longer used goes in a later release. A table that
only grows gets its triggers in the migration that creates it (`forbid_changes`). It runs on SQLite and on
PostgreSQL, in one transaction, and is never edited once released. There is no way down: restore a backup.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from suyuan.database import types

revision = "20261123_lots_tables"
down_revision = "20261123_catalogue_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lots_lots",
        sa.Column(
            "number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("lot_id", sa.LargeBinary(length=32), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("wellformed", sa.Boolean(), nullable=False),
        sa.Column("custodian", sa.BigInteger(), nullable=False),
        sa.Column("offered_to", sa.BigInteger(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("head", sa.LargeBinary(length=32), nullable=False),
        sa.Column("maker", sa.BigInteger(), nullable=False),
        sa.Column("first_seen", types.UtcMillis(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_lots_lots")),
        sa.UniqueConstraint("lot_id", name=op.f("uq_lots_lots_lot_id")),
    )
    op.create_table(
        "lots_contents",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("container", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("child", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("added", sa.Boolean(), nullable=False),
        sa.Column("at", types.UtcMillis(), nullable=False),
        sa.Column("quantity", types.Quantity(), nullable=True),
        sa.Column("uom", sa.Text(), nullable=True),
        sa.Column("event_hash", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["child"], ["lots_lots.number"], name=op.f("fk_lots_contents_child")),
        sa.ForeignKeyConstraint(["container"], ["lots_lots.number"], name=op.f("fk_lots_contents_container")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lots_contents")),
    )
    op.create_index(
        op.f("ix_lots_contents_child_container"), "lots_contents", ["child", "container"], unique=False
    )
    op.create_index(op.f("ix_lots_contents_container_at"), "lots_contents", ["container", "at"], unique=False)
    op.create_table(
        "lots_contradictions",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("lot", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("process", sa.Text(), nullable=True),
        sa.Column("found_at", types.UtcMillis(), nullable=False),
        sa.ForeignKeyConstraint(["lot"], ["lots_lots.number"], name=op.f("fk_lots_contradictions_lot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lots_contradictions")),
        sa.UniqueConstraint(
            "lot", "code", "event_hash", name=op.f("uq_lots_contradictions_lot_code_event_hash")
        ),
    )
    op.create_index(op.f("ix_lots_contradictions_process"), "lots_contradictions", ["process"], unique=False)
    op.create_table(
        "lots_edges",
        sa.Column("child", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("parent", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("occurred_at", types.UtcMillis(), nullable=False),
        sa.Column("party", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["child"], ["lots_lots.number"], name=op.f("fk_lots_edges_child")),
        sa.ForeignKeyConstraint(["parent"], ["lots_lots.number"], name=op.f("fk_lots_edges_parent")),
        sa.PrimaryKeyConstraint("child", "parent", name=op.f("pk_lots_edges")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_lots_edges_parent_child"), "lots_edges", ["parent", "child"], unique=True)
    op.create_table(
        "lots_process_parts",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("party", sa.BigInteger(), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("lot", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("direction", sa.SmallInteger(), nullable=False),
        sa.Column("quantity", types.Quantity(), nullable=True),
        sa.Column("uom", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["lot"], ["lots_lots.number"], name=op.f("fk_lots_process_parts_lot")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lots_process_parts")),
    )
    op.create_index(
        op.f("ix_lots_process_parts_party_process"), "lots_process_parts", ["party", "process"], unique=False
    )
    op.create_table(
        "lots_totals",
        sa.Column("lot", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("direction", sa.SmallInteger(), nullable=False),
        sa.Column("uom", sa.Text(), nullable=False),
        sa.Column("quantity", types.Quantity(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["lot"], ["lots_lots.number"], name=op.f("fk_lots_totals_lot")),
        sa.PrimaryKeyConstraint("lot", "direction", "uom", name=op.f("pk_lots_totals")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lots_touches",
        sa.Column("lot", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("party", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["lot"], ["lots_lots.number"], name=op.f("fk_lots_touches_lot")),
        sa.PrimaryKeyConstraint("lot", "party", name=op.f("pk_lots_touches")),
        sqlite_with_rowid=False,
    )
