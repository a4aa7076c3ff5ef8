"""Tables of applications and papers. What a paper says never changes: a change is another paper."""

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
    text,
)

from suyuan.database.append_only import append_only
from suyuan.database.metadata import metadata
from suyuan.database.types import UtcMillis

_Id = BigInteger().with_variant(Integer, "sqlite")
_LIVE = text("state IN ('submitted', 'asked')")

applications = append_only(
    Table(
        "qualification_applications",
        metadata,
        Column("id", String(36), primary_key=True),
        Column("account", String(16), nullable=False),
        Column("entered_by", String(16), nullable=False),
        Column("state", String(12), nullable=False),
        Column("revision", Integer, nullable=False),
        Column("form", Text, nullable=False),  # canonical JSON
        Column("credit_code", String(18)),  # once handed in
        Column("questions", Text, nullable=False),  # canonical JSON
        Column("reason", Text),
        Column("party", BigInteger),
        Column("created_at", UtcMillis, nullable=False),
        Column("submitted_at", UtcMillis),
        Column("submitted_by", String(16)),
        Column("decided_at", UtcMillis),
        Column("decided_by", String(16)),
        Index("ix_qualification_applications_account", "account", "created_at"),
        Index("ix_qualification_applications_state", "state", "submitted_at"),
        Index(
            "uq_qualification_applications_live",
            "credit_code",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
    ),
    ["id", "account", "entered_by", "created_at"],
)

#: Personal data, apart from everything else: rows may be deleted, and nothing else is lost.
contacts = Table(
    "qualification_contacts",
    metadata,
    Column("application", String(36), ForeignKey("qualification_applications.id"), primary_key=True),
    Column("name", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("email", Text, nullable=False),
)

documents = append_only(
    Table(
        "qualification_documents",
        metadata,
        Column("id", String(36), primary_key=True),
        Column("series", String(36), nullable=False),
        Column("version", Integer, nullable=False),
        Column("position", Integer, nullable=False),  # among those of its application or party
        Column("application", String(36), ForeignKey("qualification_applications.id")),
        Column("party", BigInteger),
        Column("kind", String(24), nullable=False),
        Column("number", String(120), nullable=False),
        Column("facts", Text, nullable=False),  # canonical JSON
        Column("file", LargeBinary, ForeignKey("files_contents.hash"), nullable=False),
        Column("file_name", Text, nullable=False),
        Column("state", String(12), nullable=False),
        Column("shown", Boolean, nullable=False),
        Column("reason", Text),
        Column("valid_until", UtcMillis),  # the moment from which it is over
        Column("created_at", UtcMillis, nullable=False),
        Column("created_by", String(16), nullable=False),
        Column("decided_at", UtcMillis),
        Column("decided_by", String(16)),
        Index("ix_qualification_documents_application", "application"),
        Index("ix_qualification_documents_party", "party", "state"),
        Index("ix_qualification_documents_number", "number"),
        Index("ix_qualification_documents_file", "file"),
        Index("ix_qualification_documents_until", "state", "valid_until"),
        Index("uq_qualification_documents_series", "series", "version", unique=True),
    ),
    ["id", "series", "version", "position", "application", "kind", "number", "facts", "file", "file_name",
     "valid_until",     "created_at", "created_by"],
)  # fmt: skip

#: Which warnings of a paper's end were told: days before it, 0 for the end itself. Each once a version.
warnings = append_only(
    Table(
        "qualification_warnings",
        metadata,
        Column("document", String(36), ForeignKey("qualification_documents.id"), primary_key=True),
        Column("days", Integer, primary_key=True),
        Column("told_at", UtcMillis, nullable=False),
    )
)

#: What parties said of which papers passports may name, in its order; the newest word on a paper counts.
showings = append_only(
    Table(
        "qualification_showings",
        metadata,
        Column("id", _Id, primary_key=True, autoincrement=True),
        Column("document", String(36), ForeignKey("qualification_documents.id"), nullable=False, index=True),
        Column("shown", Boolean, nullable=False),
        Column("by", String(16), nullable=False),
        Column("at", UtcMillis, nullable=False),
        sqlite_autoincrement=True,
    )
)

#: New applications by the place that they came from, hashed with the day; dropped after two days.
arrivals = Table(
    "qualification_arrivals",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("place", LargeBinary, nullable=False),
    Column("at", UtcMillis, nullable=False),
    Index("ix_qualification_arrivals_place", "place", "at"),
    Index("ix_qualification_arrivals_at", "at"),
    sqlite_autoincrement=True,
)
