"""Tables of the journal. What was told only grows; documents and disclosures can be erased, each by
itself.
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
    String,
    Table,
    Text,
    UniqueConstraint,
)

from suyuan.database.append_only import append_only
from suyuan.database.metadata import metadata
from suyuan.database.types import UtcMillis

#: SQLite numbers rows by itself only in a column of type INTEGER.
Number = BigInteger().with_variant(Integer, "sqlite")

#: The bytes that were sent, once however often; `body` is NULL when they were erased.
documents = Table(
    "journal_documents",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("body", LargeBinary),
    Column("received_at", UtcMillis, nullable=False),
)

#: One call that stored something, with the answer it got: the same call again gets the same answer.
captures = append_only(
    Table(
        "journal_captures",
        metadata,
        Column("id", String(36), primary_key=True),
        Column("caller", Text, nullable=False),  # the token's id
        Column("request_hash", LargeBinary, nullable=False),
        Column("key_hash", LargeBinary),  # of the Idempotency-Key
        Column("document", LargeBinary, ForeignKey("journal_documents.hash"), nullable=False),
        Column("answer", Text, nullable=False),  # canonical JSON
        Column("received_at", UtcMillis, nullable=False),
        UniqueConstraint("caller", "request_hash"),
        UniqueConstraint("caller", "key_hash"),
    )
)

#: One party's signed set of events. `position` orders all submissions; the receipt names it.
submissions = append_only(
    Table(
        "journal_submissions",
        metadata,
        Column("position", Number, primary_key=True, autoincrement=True),
        Column("id", String(36), nullable=False, unique=True),
        Column("capture", String(36), nullable=False),
        Column("party", BigInteger, nullable=False),
        Column("caller", Text, nullable=False),
        Column("document", LargeBinary, ForeignKey("journal_documents.hash"), nullable=False),
        Column("received_at", UtcMillis, nullable=False),
        Column("events", Integer, nullable=False),
        Column("entries", Integer, nullable=False),
        Column("entries_hash", LargeBinary, nullable=False),
        Column("warnings", Text, nullable=False),  # canonical JSON
        Index(None, "party", "position"),
        Index(None, "capture"),
    )
)

#: Receipts by submission, signed after its position is known.
receipts = append_only(
    Table(
        "journal_receipts",
        metadata,
        Column("submission", String(36), ForeignKey("journal_submissions.id"), primary_key=True),
        Column("receipt", Text, nullable=False),  # canonical JSON
    )
)

#: Events as told. `public` is what the hash on the chain is taken over; `original` stands only where the
#: public form conceals something, and can be erased.
events = append_only(
    Table(
        "journal_events",
        metadata,
        Column("id", Number, primary_key=True, autoincrement=True),
        Column("submission", BigInteger, nullable=False),
        Column("party", BigInteger, nullable=False),
        Column("event_hash", LargeBinary, nullable=False),
        Column("event_id", Text, nullable=False),
        Column("event_key", LargeBinary, nullable=False),
        Column("content_hash", LargeBinary, nullable=False),
        Column("place", Integer, nullable=False),
        Column("type", Text, nullable=False),
        Column("action", Text),
        Column("biz_step", Text),
        Column("disposition", Text),
        Column("occurred_at", UtcMillis, nullable=False),
        Column("read_point", Text),
        Column("biz_location", Text),
        Column("corrects", Boolean, nullable=False),
        Column("public", Text, nullable=False),
        Column("original", Text),
        UniqueConstraint("party", "event_key"),
        Index(None, "event_hash"),
        Index(None, "submission"),
        Index(None, "occurred_at"),
    ),
    ["id", "submission", "party", "event_hash", "event_id", "event_key", "content_hash", "type", "public"],
)

#: What the public form of an event conceals; `encoded` is NULL when it was erased together with its salt.
disclosures = Table(
    "journal_disclosures",
    metadata,
    Column("event", BigInteger, primary_key=True),
    Column("digest", String(43), primary_key=True),
    Column("pointer", Text, nullable=False),
    Column("encoded", Text),
)

#: Documents that were shown to a party for its own signature. Body and seed go when one is used or too old:
#: the seed gives the salts of what is confidential.
prepared = Table(
    "journal_prepared",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("party", BigInteger, nullable=False),
    Column("as_party", Text),
    Column("body", LargeBinary),
    Column("seed", LargeBinary),
    Column("digests", Text, nullable=False),  # canonical JSON: what was shown to be signed, 0x-hex
    Column("created_at", UtcMillis, nullable=False),
    Column("expires_at", UtcMillis, nullable=False),
    Column("used_at", UtcMillis),
    Column("capture", String(36)),
    Index(None, "party", "created_at"),
    Index(None, "expires_at"),
)
