"""Tables of inspections: what records were judged to say, and the holds that failed ones propose."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from suyuan.database.append_only import append_only
from suyuan.database.metadata import metadata
from suyuan.database.types import UtcMillis

_Number = BigInteger().with_variant(Integer, "sqlite")

#: One record about one lot. What it says stands in its event.
records = append_only(
    Table(
        "inspections_records",
        metadata,
        Column("id", _Number, primary_key=True, autoincrement=True),
        Column("party", BigInteger, nullable=False),
        Column("event_hash", LargeBinary, nullable=False),
        Column("event_id", Text, nullable=False),
        Column("submission", String(36), nullable=False),
        Column("lot_id", LargeBinary, nullable=False),
        Column("uri", Text, nullable=False),
        Column("kind", String(12), nullable=False),
        Column("number", Text, nullable=False),
        Column("verdict", String(4), nullable=False),
        Column("failed", Boolean, nullable=False),
        Column("findings", Text, nullable=False),  # canonical JSON
        Column("corrects", Text, nullable=False),
        Column("happened_at", UtcMillis, nullable=False),
        Column("noted_at", UtcMillis, nullable=False),
        UniqueConstraint("party", "event_hash", "lot_id"),
        Index("ix_inspections_records_lot", "lot_id", "id"),
        Index("ix_inspections_records_party", "party", "kind", "id"),
        Index("ix_inspections_records_number", "party", "number"),
        sqlite_autoincrement=True,
    )
)

proposals = Table(
    "inspections_hold_proposals",
    metadata,
    Column("id", _Number, primary_key=True, autoincrement=True),
    Column("record", _Number, ForeignKey("inspections_records.id"), nullable=False, unique=True),
    Column("lot_id", LargeBinary, nullable=False, index=True),
    Column("uri", Text, nullable=False),
    Column("reason", String(40), nullable=False),
    Column("evidence", Text, nullable=False),  # canonical JSON
    Column("state", String(10), nullable=False),
    Column("created_at", UtcMillis, nullable=False),
    Column("decided_at", UtcMillis),
    Column("decided_by", Text),  # the account or token
    Column("why", Text),
    Index("ix_inspections_hold_proposals_state", "state", "id"),
    sqlite_autoincrement=True,
)

#: How far final submissions were looked through: one row with the position of a notice.
gathered = Table(
    "inspections_gathered",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
)
