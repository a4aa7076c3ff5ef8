"""Tables of handovers.

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

revision = "20261123_handovers_tables"
down_revision = "20261123_own_keys"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "handovers_handovers",
        sa.Column(
            "number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("sender", sa.BigInteger(), nullable=False),
        sa.Column("receiver", sa.BigInteger(), nullable=False),
        sa.Column("returns", sa.String(length=36), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("seal", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("offered_at", types.UtcMillis(), nullable=False),
        sa.Column("received_at", types.UtcMillis(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_handovers_handovers")),
        sa.UniqueConstraint("id", name=op.f("uq_handovers_handovers_id")),
    )
    op.create_index(
        op.f("ix_handovers_handovers_receiver_number"),
        "handovers_handovers",
        ["receiver", "number"],
        unique=False,
    )
    op.create_index(op.f("ix_handovers_handovers_returns"), "handovers_handovers", ["returns"], unique=False)
    op.create_index(
        op.f("ix_handovers_handovers_sender_number"),
        "handovers_handovers",
        ["sender", "number"],
        unique=False,
    )
    op.create_table(
        "handovers_prepared",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("party", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("handover_id", sa.String(length=36), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("seed", sa.LargeBinary(length=32), nullable=False),
        sa.Column("document", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", types.UtcMillis(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers_prepared")),
    )
    op.create_index(
        op.f("ix_handovers_prepared_created_at"), "handovers_prepared", ["created_at"], unique=False
    )
    op.create_table(
        "handovers_waiting",
        sa.Column(
            "number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("handover_id", sa.String(length=36), nullable=False),
        sa.Column("party", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("act_id", sa.Text(), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("received_at", types.UtcMillis(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("settled_at", types.UtcMillis(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_handovers_waiting")),
        sa.UniqueConstraint("party", "act_id", name=op.f("uq_handovers_waiting_party_act_id")),
    )
    op.create_index(
        op.f("ix_handovers_waiting_handover_id"), "handovers_waiting", ["handover_id"], unique=False
    )
    op.create_table(
        "handovers_acts",
        sa.Column(
            "number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("handover", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("party", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("act_id", sa.Text(), nullable=True),
        sa.Column("request_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("claimed_at", types.UtcMillis(), nullable=False),
        sa.Column("received_at", types.UtcMillis(), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("submission", sa.String(length=36), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["handover"], ["handovers_handovers.number"], name=op.f("fk_handovers_acts_handover")
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_handovers_acts")),
        sa.UniqueConstraint("party", "act_id", name=op.f("uq_handovers_acts_party_act_id")),
    )
    op.create_index(
        op.f("ix_handovers_acts_handover_number"), "handovers_acts", ["handover", "number"], unique=False
    )
    op.create_table(
        "handovers_lines",
        sa.Column("handover", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("lot_id", sa.LargeBinary(length=32), nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("quantity", types.Quantity(), nullable=False),
        sa.Column("uom", sa.Text(), nullable=False),
        sa.Column("packs", sa.Integer(), nullable=True),
        sa.Column("seal", sa.Text(), nullable=True),
        sa.Column("profile", sa.String(length=10), nullable=True),
        sa.ForeignKeyConstraint(
            ["handover"], ["handovers_handovers.number"], name=op.f("fk_handovers_lines_handover")
        ),
        sa.PrimaryKeyConstraint("handover", "line", name=op.f("pk_handovers_lines")),
    )
    op.create_index(op.f("ix_handovers_lines_lot_id"), "handovers_lines", ["lot_id"], unique=False)
    op.create_table(
        "handovers_results",
        sa.Column("handover", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("accepted", types.Quantity(), nullable=False),
        sa.Column("refused", types.Quantity(), nullable=False),
        sa.Column("missing", types.Quantity(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("return_lot", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["handover"], ["handovers_handovers.number"], name=op.f("fk_handovers_results_handover")
        ),
        sa.PrimaryKeyConstraint("handover", "line", name=op.f("pk_handovers_results")),
    )
    op.create_table(
        "handovers_checks",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("act", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("rule", sa.String(length=5), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("verdict", sa.String(length=15), nullable=False),
        sa.Column("says", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("limit", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=True),
        sa.Column("calibrated_until", sa.String(length=10), nullable=True),
        sa.Column("uncertainty", sa.Integer(), nullable=True),
        sa.Column("photos", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["act"], ["handovers_acts.number"], name=op.f("fk_handovers_checks_act")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers_checks")),
    )
    op.create_index(op.f("ix_handovers_checks_act_id"), "handovers_checks", ["act", "id"], unique=False)
    op.create_table(
        "handovers_outcomes",
        sa.Column("handover", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("act", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("choice", sa.String(length=20), nullable=True),
        sa.Column("choice_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["act"], ["handovers_acts.number"], name=op.f("fk_handovers_outcomes_act")),
        sa.ForeignKeyConstraint(
            ["handover"], ["handovers_handovers.number"], name=op.f("fk_handovers_outcomes_handover")
        ),
        sa.PrimaryKeyConstraint("handover", name=op.f("pk_handovers_outcomes")),
    )
    forbid_changes(
        op.get_bind(),
        "handovers_handovers",
        (
            "number",
            "id",
            "sender",
            "receiver",
            "returns",
            "reference",
            "seal",
            "note",
            "offered_at",
            "received_at",
        ),
    )
    forbid_changes(
        op.get_bind(),
        "handovers_waiting",
        ("number", "handover_id", "party", "act", "act_id", "caller", "body", "received_at"),
    )
    forbid_changes(
        op.get_bind(),
        "handovers_acts",
        (
            "number",
            "handover",
            "party",
            "act",
            "act_id",
            "request_hash",
            "claimed_at",
            "received_at",
            "caller",
            "submission",
            "body",
        ),
    )
    forbid_changes(
        op.get_bind(),
        "handovers_lines",
        ("handover", "line", "lot_id", "uri", "quantity", "uom", "packs", "seal", "profile"),
    )
    forbid_changes(
        op.get_bind(),
        "handovers_results",
        ("handover", "line", "accepted", "refused", "missing", "reason", "evidence", "return_lot"),
    )
    forbid_changes(
        op.get_bind(),
        "handovers_checks",
        (
            "id",
            "act",
            "line",
            "rule",
            "version",
            "verdict",
            "says",
            "value",
            "limit",
            "instrument",
            "calibrated_until",
            "uncertainty",
            "photos",
            "note",
        ),
    )
    forbid_changes(
        op.get_bind(), "handovers_outcomes", ("handover", "act", "state", "choice", "choice_reason")
    )
