"""People, their sessions and ways to sign in, and the audit trail.

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

revision = "20261123_people_and_trail"
down_revision = "20261123_files_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_accounts",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("party", sa.BigInteger(), nullable=True),
        sa.Column("seats", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("password_at", types.UtcMillis(), nullable=True),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.Column("disabled_at", types.UtcMillis(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_accounts")),
    )
    op.create_index("ix_access_accounts_party", "access_accounts", ["party"], unique=False)
    op.create_table(
        "access_begun",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("account", sa.String(length=16), nullable=True),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.Column("expires_at", types.UtcMillis(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_access_begun")),
    )
    op.create_index(op.f("ix_access_begun_expires_at"), "access_begun", ["expires_at"], unique=False)
    op.create_table(
        "access_companies",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("party", sa.BigInteger(), nullable=True),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("master", sa.String(length=16), nullable=False),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.Column("disabled_at", types.UtcMillis(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_companies")),
    )
    op.create_table(
        "access_delays",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("until", types.UtcMillis(), nullable=False),
        sa.Column("last_at", types.UtcMillis(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_access_delays")),
    )
    op.create_index(op.f("ix_access_delays_last_at"), "access_delays", ["last_at"], unique=False)
    op.create_table(
        "access_trail",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", types.UtcMillis(), nullable=False),
        sa.Column("caller", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("party", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_access_trail")),
    )
    op.create_index("ix_access_trail_party", "access_trail", ["party", "number"], unique=False)
    op.create_table(
        "access_trail_heads",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_access_trail_heads")),
    )
    op.create_table(
        "access_company_people",
        sa.Column("company", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("account", sa.String(length=16), nullable=False),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["access_accounts.id"], name=op.f("fk_access_company_people_account")
        ),
        sa.ForeignKeyConstraint(
            ["company"], ["access_companies.id"], name=op.f("fk_access_company_people_company")
        ),
        sa.PrimaryKeyConstraint("company", "subject", name=op.f("pk_access_company_people")),
        sa.UniqueConstraint("company", "account", name=op.f("uq_access_company_people_company_account")),
    )
    op.create_index(
        op.f("ix_access_company_people_account"), "access_company_people", ["account"], unique=False
    )
    op.create_table(
        "access_invitations",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.String(length=16), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("made_by", sa.String(length=16), nullable=False),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.Column("expires_at", types.UtcMillis(), nullable=False),
        sa.Column("closed_at", types.UtcMillis(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account"], ["access_accounts.id"], name=op.f("fk_access_invitations_account")
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_access_invitations")),
    )
    op.create_index(op.f("ix_access_invitations_account"), "access_invitations", ["account"], unique=False)
    op.create_table(
        "access_logins",
        sa.Column("login", sa.String(length=254), nullable=False),
        sa.Column("account", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["access_accounts.id"], name=op.f("fk_access_logins_account")),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_access_logins")),
    )
    op.create_index(op.f("ix_access_logins_account"), "access_logins", ["account"], unique=False)
    op.create_table(
        "access_passkeys",
        sa.Column("id", sa.String(length=1400), nullable=False),
        sa.Column("account", sa.String(length=16), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("backed_up", sa.Boolean(), nullable=False),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.Column("used_at", types.UtcMillis(), nullable=True),
        sa.Column("doubted_at", types.UtcMillis(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["access_accounts.id"], name=op.f("fk_access_passkeys_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_passkeys")),
    )
    op.create_index(op.f("ix_access_passkeys_account"), "access_passkeys", ["account"], unique=False)
    op.create_table(
        "access_recovery_codes",
        sa.Column("account", sa.String(length=16), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", types.UtcMillis(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account"], ["access_accounts.id"], name=op.f("fk_access_recovery_codes_account")
        ),
        sa.PrimaryKeyConstraint("account", "hash", name=op.f("pk_access_recovery_codes")),
    )
    op.create_table(
        "access_sessions",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("account", sa.String(length=16), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary(), nullable=False),
        sa.Column("former_hash", sa.LargeBinary(), nullable=True),
        sa.Column("former_until", types.UtcMillis(), nullable=True),
        sa.Column("csrf", sa.String(length=43), nullable=False),
        sa.Column("method", sa.String(length=10), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.Column("seen_at", types.UtcMillis(), nullable=False),
        sa.Column("rotated_at", types.UtcMillis(), nullable=False),
        sa.Column("fresh_at", types.UtcMillis(), nullable=False),
        sa.Column("idle_seconds", sa.Integer(), nullable=False),
        sa.Column("ends_at", types.UtcMillis(), nullable=False),
        sa.Column("ended_at", types.UtcMillis(), nullable=True),
        sa.Column("ended_why", sa.String(length=16), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["access_accounts.id"], name=op.f("fk_access_sessions_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_sessions")),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_access_sessions_secret_hash")),
    )
    op.create_index(op.f("ix_access_sessions_account"), "access_sessions", ["account"], unique=False)
    op.create_index(op.f("ix_access_sessions_former_hash"), "access_sessions", ["former_hash"], unique=False)
    op.create_table(
        "access_totp",
        sa.Column("account", sa.String(length=16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("master", sa.String(length=16), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.Column("confirmed_at", types.UtcMillis(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["access_accounts.id"], name=op.f("fk_access_totp_account")),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_access_totp")),
    )
    forbid_changes(
        op.get_bind(),
        "access_trail",
        ("number", "at", "caller", "kind", "party", "action", "subject", "facts", "previous", "hash"),
    )
    forbid_changes(op.get_bind(), "access_trail_heads", ("number", "hash", "leaf", "created_at"))
