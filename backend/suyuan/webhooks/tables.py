"""Tables of webhooks. Deliveries and their attempts are a log of a while; nothing here is evidence."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from suyuan.database.metadata import metadata
from suyuan.database.types import UtcMillis

_Number = BigInteger().with_variant(Integer, "sqlite")
_OPEN = text("state IN ('waiting', 'sending')")

endpoints = Table(
    "webhooks_endpoints",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("party", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("topics", Text, nullable=False),  # sorted, separated by blanks; empty for all
    Column("state", String(10), nullable=False),
    Column("reason", Text, nullable=False),  # why it is disabled: a code
    Column("created_at", UtcMillis, nullable=False),
    Column("failing_since", UtcMillis),
    Column("failures", Integer, nullable=False),  # in a row, of those that pause the endpoint
    Column("paused_until", UtcMillis),
    Column("served_at", UtcMillis),  # whose turn was longest ago comes first
    Column("busy_until", UtcMillis),  # somebody is sending to it
    Column("busy_mark", String(32)),
    Index("ix_webhooks_endpoints_party", "party"),
)

#: `ends_at` is None for the current one; the one before stays valid for a while.
secrets = Table(
    "webhooks_secrets",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("endpoint", String(16), ForeignKey("webhooks_endpoints.id"), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("master", String(16), nullable=False),
    Column("created_at", UtcMillis, nullable=False),
    Column("ends_at", UtcMillis),
)

deliveries = Table(
    "webhooks_deliveries",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("endpoint", String(16), ForeignKey("webhooks_endpoints.id"), nullable=False),
    Column("party", BigInteger, nullable=False),
    Column("notice", BigInteger),  # its position; None for a test
    Column("topic", String(60), nullable=False),
    Column("subject", Text, nullable=False),
    Column("payload", Text, nullable=False),  # canonical JSON of the body without `attempt`
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("created_at", UtcMillis, nullable=False),
    Column("since", UtcMillis, nullable=False),
    Column("due_at", UtcMillis, nullable=False),
    Column("ended_at", UtcMillis),
    Column("claim_until", UtcMillis),
    Column("claim_mark", String(32)),
    UniqueConstraint("endpoint", "notice"),
    Index("ix_webhooks_deliveries_due", "endpoint", "due_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
    Index("ix_webhooks_deliveries_log", "endpoint", "created_at", "id"),
    Index("ix_webhooks_deliveries_ended", "ended_at"),
)

attempts = Table(
    "webhooks_attempts",
    metadata,
    Column("id", _Number, primary_key=True, autoincrement=True),
    Column("delivery", String(36), ForeignKey("webhooks_deliveries.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", UtcMillis, nullable=False),
    Column("milliseconds", Integer, nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("status", Integer),
    Column("address", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Index("ix_webhooks_attempts_delivery", "delivery", "number"),
    sqlite_autoincrement=True,
)

#: How far notices were turned into deliveries: one row.
spread = Table(
    "webhooks_spread",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
)
