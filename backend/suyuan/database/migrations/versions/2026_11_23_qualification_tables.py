"""Tables of applications and papers.

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

revision = "20261123_qualification_tables"
down_revision = "20261123_uploads_tables"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_LIVE = sa.text("state IN ('submitted', 'asked')")
_APPLICATION = "qualification_applications.id"


def upgrade() -> None:
    _applications()
    _documents()
    op.create_table(
        "qualification_warnings",
        sa.Column("document", sa.String(length=36), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("told_at", types.UtcMillis(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document"], ["qualification_documents.id"], name=op.f("fk_qualification_warnings_document")
        ),
        sa.PrimaryKeyConstraint("document", "days", name=op.f("pk_qualification_warnings")),
    )
    forbid_changes(op.get_bind(), "qualification_warnings", ("document", "days", "told_at"))
    op.create_table(
        "qualification_arrivals",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("place", sa.LargeBinary(), nullable=False),
        sa.Column("at", types.UtcMillis(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qualification_arrivals")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_qualification_arrivals_at", "qualification_arrivals", ["at"], unique=False)
    op.create_index(
        "ix_qualification_arrivals_place", "qualification_arrivals", ["place", "at"], unique=False
    )


def _applications() -> None:
    table = "qualification_applications"
    op.create_table(
        table,
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("account", sa.String(length=16), nullable=False),
        sa.Column("entered_by", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=True),
        sa.Column("questions", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("party", sa.BigInteger(), nullable=True),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.Column("submitted_at", types.UtcMillis(), nullable=True),
        sa.Column("submitted_by", sa.String(length=16), nullable=True),
        sa.Column("decided_at", types.UtcMillis(), nullable=True),
        sa.Column("decided_by", sa.String(length=16), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qualification_applications")),
    )
    op.create_index("ix_qualification_applications_account", table, ["account", "created_at"], unique=False)
    op.create_index("ix_qualification_applications_state", table, ["state", "submitted_at"], unique=False)
    op.create_index(
        "uq_qualification_applications_live",
        table,
        ["credit_code"],
        unique=True,
        sqlite_where=_LIVE,
        postgresql_where=_LIVE,
    )
    forbid_changes(op.get_bind(), table, ("id", "account", "entered_by", "created_at"))
    op.create_table(
        "qualification_contacts",
        sa.Column("application", sa.String(length=36), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application"], [_APPLICATION], name=op.f("fk_qualification_contacts_application")
        ),
        sa.PrimaryKeyConstraint("application", name=op.f("pk_qualification_contacts")),
    )


def _documents() -> None:
    table = "qualification_documents"
    op.create_table(
        table,
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("series", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("application", sa.String(length=36), nullable=True),
        sa.Column("party", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("number", sa.String(length=120), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("valid_until", types.UtcMillis(), nullable=True),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.Column("created_by", sa.String(length=16), nullable=False),
        sa.Column("decided_at", types.UtcMillis(), nullable=True),
        sa.Column("decided_by", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(
            ["application"], [_APPLICATION], name=op.f("fk_qualification_documents_application")
        ),
        sa.ForeignKeyConstraint(
            ["file"], ["files_contents.hash"], name=op.f("fk_qualification_documents_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qualification_documents")),
    )
    for columns in (["application"], ["party", "state"], ["number"], ["file"]):
        op.create_index(f"ix_qualification_documents_{columns[0]}", table, columns, unique=False)
    op.create_index("ix_qualification_documents_until", table, ["state", "valid_until"], unique=False)
    op.create_index("uq_qualification_documents_series", table, ["series", "version"], unique=True)
    fixed = (
        "id", "series", "version", "position", "application", "kind", "number", "facts", "file", "file_name",
        "valid_until", "created_at", "created_by",
    )  # fmt: skip
    forbid_changes(op.get_bind(), table, fixed)
