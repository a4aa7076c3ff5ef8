"""Tables of lots. Lots have dense numbers of our own, so that edges and traces are small and close
together.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from suyuan.database.metadata import metadata
from suyuan.database.types import Quantity, UtcMillis

#: SQLite numbers rows by itself only in a column of type INTEGER.
Number = BigInteger().with_variant(Integer, "sqlite")

_OFFERED = text("offered_to <> 0")

lot = Table(
    "lots_lots",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("lot_id", LargeBinary(32), nullable=False, unique=True),
    Column("uri", Text, nullable=False),
    Column("wellformed", Boolean, nullable=False),
    # What the chain will say once everything acknowledged is recorded (kernel.ledger.LotState).
    Column("custodian", BigInteger, nullable=False),
    Column("offered_to", BigInteger, nullable=False),
    Column("entries", BigInteger, nullable=False),
    Column("head", LargeBinary(32), nullable=False),
    # The party whose PRODUCED or PROCESSED came first; 0 while nobody says to have made it.
    Column("maker", BigInteger, nullable=False),
    Column("first_seen", UtcMillis, nullable=False),
    Index("ix_lots_lots_offered", "offered_to", "number", sqlite_where=_OFFERED, postgresql_where=_OFFERED),
)

#: Which parties ever wrote an entry about a lot; who never touched a lot may not move it.
touch = Table(
    "lots_touches",
    metadata,
    Column("lot", Number, ForeignKey("lots_lots.number"), primary_key=True),
    Column("party", BigInteger, primary_key=True),
    Index("ix_lots_touches_party", "party", "lot"),
    sqlite_with_rowid=False,
)

#: child was made from parent; `event_hash` is the first event that says so.
edge = Table(
    "lots_edges",
    metadata,
    Column("child", Number, ForeignKey("lots_lots.number"), primary_key=True),
    Column("parent", Number, ForeignKey("lots_lots.number"), primary_key=True),
    Column("event_hash", LargeBinary(32), nullable=False),
    Column("occurred_at", UtcMillis, nullable=False),
    Column("party", BigInteger, nullable=False),
    Index(None, "parent", "child", unique=True),
    sqlite_with_rowid=False,
)

#: What went into a container and came out of it, as told; its content at a time is folded from these.
content = Table(
    "lots_contents",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("container", Number, ForeignKey("lots_lots.number"), nullable=False),
    Column("child", Number, ForeignKey("lots_lots.number"), nullable=True),  # NULL: everything in it
    Column("added", Boolean, nullable=False),
    Column("at", UtcMillis, nullable=False),
    Column("quantity", Quantity, nullable=True),
    Column("uom", Text, nullable=True),
    Column("event_hash", LargeBinary(32), nullable=False),
    Index(None, "container", "at"),
    Index(None, "child", "container"),
)

#: Amounts stated of a lot so far, in common units: sums of what was made, used and received.
total = Table(
    "lots_totals",
    metadata,
    Column("lot", Number, ForeignKey("lots_lots.number"), primary_key=True),
    Column("direction", SmallInteger, primary_key=True),
    Column("uom", Text, primary_key=True),  # '' counts pieces
    Column("quantity", Quantity, nullable=False),
    Column("event_hash", LargeBinary(32), nullable=False),  # the last event that stated some of it
    sqlite_with_rowid=False,
)

#: A transformation told in several events with one transformationID: what went in and came out so far.
process_part = Table(
    "lots_process_parts",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("party", BigInteger, nullable=False),
    Column("process", Text, nullable=False),
    Column("lot", Number, ForeignKey("lots_lots.number"), nullable=False),
    Column("direction", SmallInteger, nullable=False),
    Column("quantity", Quantity, nullable=True),
    Column("uom", Text, nullable=True),
    Index(None, "party", "process"),
)

#: What does not fit together. Shown on the lot's page, never a reason to hide or refuse a record.
contradiction = Table(
    "lots_contradictions",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("lot", Number, ForeignKey("lots_lots.number"), nullable=False),
    Column("code", Text, nullable=False),
    Column("event_hash", LargeBinary(32), nullable=False),
    Column("facts", Text, nullable=False),  # canonical JSON
    Column("process", Text, nullable=True),  # party/transformationID: a later part may settle it
    Column("found_at", UtcMillis, nullable=False),
    UniqueConstraint("lot", "code", "event_hash"),
    Index(None, "process"),
)
