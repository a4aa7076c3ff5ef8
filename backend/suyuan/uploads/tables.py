"""Tables of drafts. Rows lie in blocks of some hundred: a hundred thousand rows are two hundred writes."""

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
)

from suyuan.database.append_only import append_only
from suyuan.database.metadata import metadata
from suyuan.database.types import UtcMillis

_DRAFT = "uploads_drafts.id"

drafts = Table(
    "uploads_drafts",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("party", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", String(16)),
    Column("file_hash", LargeBinary, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("file_size", Integer, nullable=False),
    Column("created_at", UtcMillis, nullable=False),
    Column("updated_at", UtcMillis, nullable=False),
    Column("uploader", Text, nullable=False),  # account or token
    Column("uploader_name", Text, nullable=False),
    Column("owner", Text, nullable=False),  # who changed it last, or took it over
    Column("owner_name", Text, nullable=False),
    Column("owned_at", UtcMillis, nullable=False),
    Column("totals", Text, nullable=False),  # JSON: rows by state
    Column("rows", Integer, nullable=False),
    Column("done", Integer, nullable=False),  # rows of the clerk's present work
    Column("total", Integer, nullable=False),
    Column("work_since", UtcMillis),
    Column("work_at", UtcMillis),
    Column("columns", Text),  # JSON: column index -> machine name
    Column("header", Text),  # JSON: what the mapping step shows
    Column("notices", Text, nullable=False),  # JSON
    Column("edits", Text, nullable=False),  # JSON of sheets.edits
    Column("choice", String(8)),
    Column("parent", String(36)),  # the draft of which this is the rest
    Column("remainder", String(36)),  # the draft that the rest went into
    Column("compared", Text),  # JSON: rows new, changed, same beside an earlier upload
    Column("samples", Text),  # JSON: the rows that the root chooses
    Column("summary", Text),  # canonical JSON: what is signed
    Column("root", LargeBinary),  # of the manifest
    Column("documents", Integer, nullable=False),
    Column("submitted", Integer, nullable=False),  # documents that are in
    Column("signer", Text),
    Column("signer_name", Text),
    Column("signed_at", UtcMillis),
    Column("trouble", Text),  # JSON: code, message, faults
    Column("clerk", String(80)),  # who works on it
    Column("until", UtcMillis),  # and may, until then
    Index(None, "party", "file_hash"),
    Index(None, "party", "id"),
    Index(None, "state"),
)

#: Rows as read and as judged, in the file's order.
blocks = Table(
    "uploads_blocks",
    metadata,
    Column("draft", String(36), ForeignKey(_DRAFT), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("rows", Integer, nullable=False),
    Column("raw", LargeBinary, nullable=False),  # compressed JSON
    Column("results", LargeBinary, nullable=False),  # compressed JSON
    Column("marks", LargeBinary, nullable=False),  # of each row 16 bytes of its key and 16 of its digest
    Column("totals", Text, nullable=False),  # JSON: rows by state
    Column("faults", LargeBinary, nullable=False),  # compressed JSON: groups of equal faults
)

#: What was prepared for the signature; `body` goes once the journal has it.
documents = Table(
    "uploads_documents",
    metadata,
    Column("draft", String(36), ForeignKey(_DRAFT), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("hash", LargeBinary, nullable=False),  # SHA-256 of the bytes that are submitted
    Column("body", LargeBinary),  # compressed
    Column("events", Integer, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("marks", LargeBinary, nullable=False),  # of its rows, as in blocks
    Column("places", LargeBinary, nullable=False),  # compressed JSON: of each event its (sheet, row)
    Column("answer", Text),  # canonical JSON of the journal's answer
)

#: Rows that went in, so that the same record is known when it comes again.
entered = append_only(
    Table(
        "uploads_entered",
        metadata,
        Column("party", BigInteger, primary_key=True),
        Column("key", LargeBinary, primary_key=True),
        Column("digest", LargeBinary, nullable=False),
        Column("draft", String(36), nullable=False),
        sqlite_with_rowid=False,
    )
)

changes = append_only(
    Table(
        "uploads_changes",
        metadata,
        Column("draft", String(36), ForeignKey(_DRAFT), primary_key=True),
        Column("version", Integer, primary_key=True),
        Column("at", UtcMillis, nullable=False),
        Column("who", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("what", Text, nullable=False),  # canonical JSON
    )
)

#: What a party wants of its drafts.
wishes = Table(
    "uploads_wishes",
    metadata,
    Column("party", BigInteger, primary_key=True, autoincrement=False),
    Column("four_eyes", Boolean, nullable=False),
)

#: Which column is which, as somebody of the party chose it for headings like these.
mappings = Table(
    "uploads_mappings",
    metadata,
    Column("party", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(16), primary_key=True),
    Column("headings", Text, nullable=False),  # JSON: heading -> machine name
)
