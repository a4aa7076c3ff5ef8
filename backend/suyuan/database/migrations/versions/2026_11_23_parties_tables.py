"""Tables of parties.

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

revision = "20261123_parties_tables"
down_revision = "20261123_access_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "parties_parties",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("roles", sa.Integer(), nullable=False),
        sa.Column("qualified_until", types.UtcMillis(), nullable=True),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.Column("credit_code", sa.String(length=18), nullable=True),
        sa.Column("licences", sa.Text(), nullable=False),
        sa.Column("profile_version", sa.Integer(), nullable=False),
        sa.Column("profile_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_parties_parties")),
    )
    op.create_table(
        "parties_identifiers",
        sa.Column("uri_hash", sa.LargeBinary(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("given", sa.Text(), nullable=False),
        sa.Column("party", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["party"], ["parties_parties.number"], name=op.f("fk_parties_identifiers_party")
        ),
        sa.PrimaryKeyConstraint("uri_hash", name=op.f("pk_parties_identifiers")),
    )
    op.create_index(
        "ix_parties_identifiers_party", "parties_identifiers", ["party", "position"], unique=False
    )
    op.create_table(
        "parties_keys",
        sa.Column("party", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=42), nullable=False),
        sa.Column("custodial", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("master", sa.String(length=16), nullable=True),
        sa.Column("added_at", types.UtcMillis(), nullable=False),
        sa.Column("revoked_at", types.UtcMillis(), nullable=True),
        sa.ForeignKeyConstraint(["party"], ["parties_parties.number"], name=op.f("fk_parties_keys_party")),
        sa.PrimaryKeyConstraint("party", "version", name=op.f("pk_parties_keys")),
        sa.UniqueConstraint("address", name=op.f("uq_parties_keys_address")),
    )
    op.create_table(
        "parties_profiles",
        sa.Column("party", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.ForeignKeyConstraint(
            ["party"], ["parties_parties.number"], name=op.f("fk_parties_profiles_party")
        ),
        sa.PrimaryKeyConstraint("party", "version", name=op.f("pk_parties_profiles")),
    )
    op.create_table(
        "parties_sites",
        sa.Column("uri_hash", sa.LargeBinary(), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("party", sa.BigInteger(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.ForeignKeyConstraint(["party"], ["parties_parties.number"], name=op.f("fk_parties_sites_party")),
        sa.PrimaryKeyConstraint("uri_hash", name=op.f("pk_parties_sites")),
    )
    op.create_index("ix_parties_sites_party", "parties_sites", ["party", "created_at"], unique=False)
    forbid_changes(op.get_bind(), "parties_parties", ("number", "created_at"))
    forbid_changes(op.get_bind(), "parties_identifiers", ("uri_hash", "uri", "given", "party", "position"))
    forbid_changes(op.get_bind(), "parties_keys", ("party", "version", "address", "custodial", "added_at"))
    forbid_changes(op.get_bind(), "parties_profiles", ("party", "version", "document", "hash", "created_at"))
    forbid_changes(op.get_bind(), "parties_sites", ("uri_hash", "uri", "party", "created_at"))
