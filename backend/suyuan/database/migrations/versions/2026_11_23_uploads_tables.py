"""Drafts of bulk uploads: blocks of rows, prepared documents, what went in.

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

revision = "20261123_uploads_tables"
down_revision = "20261123_handovers_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "uploads_drafts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("party", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=True),
        sa.Column("file_hash", sa.LargeBinary(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_size", sa.Integer(), nullable=False),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.Column("updated_at", types.UtcMillis(), nullable=False),
        sa.Column("uploader", sa.Text(), nullable=False),
        sa.Column("uploader_name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("owner_name", sa.Text(), nullable=False),
        sa.Column("owned_at", types.UtcMillis(), nullable=False),
        sa.Column("totals", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("work_since", types.UtcMillis(), nullable=True),
        sa.Column("work_at", types.UtcMillis(), nullable=True),
        sa.Column("columns", sa.Text(), nullable=True),
        sa.Column("header", sa.Text(), nullable=True),
        sa.Column("notices", sa.Text(), nullable=False),
        sa.Column("edits", sa.Text(), nullable=False),
        sa.Column("choice", sa.String(length=8), nullable=True),
        sa.Column("parent", sa.String(length=36), nullable=True),
        sa.Column("remainder", sa.String(length=36), nullable=True),
        sa.Column("compared", sa.Text(), nullable=True),
        sa.Column("samples", sa.Text(), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("root", sa.LargeBinary(), nullable=True),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("submitted", sa.Integer(), nullable=False),
        sa.Column("signer", sa.Text(), nullable=True),
        sa.Column("signer_name", sa.Text(), nullable=True),
        sa.Column("signed_at", types.UtcMillis(), nullable=True),
        sa.Column("trouble", sa.Text(), nullable=True),
        sa.Column("clerk", sa.String(length=80), nullable=True),
        sa.Column("until", types.UtcMillis(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_uploads_drafts")),
    )
    op.create_index(
        op.f("ix_uploads_drafts_party_file_hash"), "uploads_drafts", ["party", "file_hash"], unique=False
    )
    op.create_index(op.f("ix_uploads_drafts_party_id"), "uploads_drafts", ["party", "id"], unique=False)
    op.create_index(op.f("ix_uploads_drafts_state"), "uploads_drafts", ["state"], unique=False)
    op.create_table(
        "uploads_entered",
        sa.Column("party", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("draft", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("party", "key", name=op.f("pk_uploads_entered")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "uploads_mappings",
        sa.Column("party", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("headings", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("party", "kind", name=op.f("pk_uploads_mappings")),
    )
    op.create_table(
        "uploads_wishes",
        sa.Column("party", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("four_eyes", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("party", name=op.f("pk_uploads_wishes")),
    )
    op.create_table(
        "uploads_blocks",
        sa.Column("draft", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("results", sa.LargeBinary(), nullable=False),
        sa.Column("marks", sa.LargeBinary(), nullable=False),
        sa.Column("totals", sa.Text(), nullable=False),
        sa.Column("faults", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["draft"], ["uploads_drafts.id"], name=op.f("fk_uploads_blocks_draft")),
        sa.PrimaryKeyConstraint("draft", "number", name=op.f("pk_uploads_blocks")),
    )
    op.create_table(
        "uploads_changes",
        sa.Column("draft", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", types.UtcMillis(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["draft"], ["uploads_drafts.id"], name=op.f("fk_uploads_changes_draft")),
        sa.PrimaryKeyConstraint("draft", "version", name=op.f("pk_uploads_changes")),
    )
    op.create_table(
        "uploads_documents",
        sa.Column("draft", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("marks", sa.LargeBinary(), nullable=False),
        sa.Column("places", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["draft"], ["uploads_drafts.id"], name=op.f("fk_uploads_documents_draft")),
        sa.PrimaryKeyConstraint("draft", "number", name=op.f("pk_uploads_documents")),
    )
    forbid_changes(op.get_bind(), "uploads_entered", ("party", "key", "digest", "draft"))
    forbid_changes(op.get_bind(), "uploads_changes", ("draft", "version", "at", "who", "name", "what"))
