"""Tables of the journal.

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

revision = "20261123_journal_tables"
down_revision = "20261123_lots_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "journal_disclosures",
        sa.Column("event", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=43), nullable=False),
        sa.Column("pointer", sa.Text(), nullable=False),
        sa.Column("encoded", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("event", "digest", name=op.f("pk_journal_disclosures")),
    )
    op.create_table(
        "journal_documents",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", types.UtcMillis(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_journal_documents")),
    )
    op.create_table(
        "journal_events",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("submission", sa.BigInteger(), nullable=False),
        sa.Column("party", sa.BigInteger(), nullable=False),
        sa.Column("event_hash", sa.LargeBinary(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("event_key", sa.LargeBinary(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=True),
        sa.Column("biz_step", sa.Text(), nullable=True),
        sa.Column("disposition", sa.Text(), nullable=True),
        sa.Column("occurred_at", types.UtcMillis(), nullable=False),
        sa.Column("read_point", sa.Text(), nullable=True),
        sa.Column("biz_location", sa.Text(), nullable=True),
        sa.Column("corrects", sa.Boolean(), nullable=False),
        sa.Column("public", sa.Text(), nullable=False),
        sa.Column("original", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_events")),
        sa.UniqueConstraint("party", "event_key", name=op.f("uq_journal_events_party_event_key")),
    )
    op.create_index(op.f("ix_journal_events_event_hash"), "journal_events", ["event_hash"], unique=False)
    op.create_index(op.f("ix_journal_events_occurred_at"), "journal_events", ["occurred_at"], unique=False)
    op.create_index(op.f("ix_journal_events_submission"), "journal_events", ["submission"], unique=False)
    op.create_table(
        "journal_captures",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=True),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("received_at", types.UtcMillis(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document"], ["journal_documents.hash"], name=op.f("fk_journal_captures_document")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_captures")),
        sa.UniqueConstraint("caller", "key_hash", name=op.f("uq_journal_captures_caller_key_hash")),
        sa.UniqueConstraint("caller", "request_hash", name=op.f("uq_journal_captures_caller_request_hash")),
    )
    op.create_table(
        "journal_submissions",
        sa.Column(
            "position",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("capture", sa.String(length=36), nullable=False),
        sa.Column("party", sa.BigInteger(), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", types.UtcMillis(), nullable=False),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("entries_hash", sa.LargeBinary(), nullable=False),
        sa.Column("warnings", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document"], ["journal_documents.hash"], name=op.f("fk_journal_submissions_document")
        ),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_journal_submissions")),
        sa.UniqueConstraint("id", name=op.f("uq_journal_submissions_id")),
    )
    op.create_index(op.f("ix_journal_submissions_capture"), "journal_submissions", ["capture"], unique=False)
    op.create_index(
        op.f("ix_journal_submissions_party_position"),
        "journal_submissions",
        ["party", "position"],
        unique=False,
    )
    op.create_table(
        "journal_receipts",
        sa.Column("submission", sa.String(length=36), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission"], ["journal_submissions.id"], name=op.f("fk_journal_receipts_submission")
        ),
        sa.PrimaryKeyConstraint("submission", name=op.f("pk_journal_receipts")),
    )
    forbid_changes(
        op.get_bind(),
        "journal_events",
        (
            "id",
            "submission",
            "party",
            "event_hash",
            "event_id",
            "event_key",
            "content_hash",
            "type",
            "public",
        ),
    )
    forbid_changes(
        op.get_bind(),
        "journal_captures",
        ("id", "caller", "request_hash", "key_hash", "document", "answer", "received_at"),
    )
    forbid_changes(
        op.get_bind(),
        "journal_submissions",
        (
            "position",
            "id",
            "capture",
            "party",
            "caller",
            "document",
            "received_at",
            "events",
            "entries",
            "entries_hash",
            "warnings",
        ),
    )
    forbid_changes(op.get_bind(), "journal_receipts", ("submission", "receipt"))
