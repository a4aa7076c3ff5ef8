"""Tables of handovers. Everything only grows, but for what waits offline for its offer."""

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
)

from suyuan.database.append_only import append_only
from suyuan.database.metadata import metadata
from suyuan.database.types import Quantity, UtcMillis

#: SQLite numbers rows by itself only in a column of type INTEGER.
Number = BigInteger().with_variant(Integer, "sqlite")

#: An offer. `id` may be the sender's own choice, so that an answer given offline can name it.
handovers = append_only(
    Table(
        "handovers_handovers",
        metadata,
        Column("number", Number, primary_key=True, autoincrement=True),
        Column("id", String(36), nullable=False, unique=True),
        Column("sender", BigInteger, nullable=False),
        Column("receiver", BigInteger, nullable=False),
        Column("returns", String(36)),  # the handover of which this brings a part back
        Column("reference", Text),
        Column("seal", Text),
        Column("note", Text),
        Column("offered_at", UtcMillis, nullable=False),
        Column("received_at", UtcMillis, nullable=False),
        Index(None, "sender", "number"),
        Index(None, "receiver", "number"),
        Index(None, "returns"),
    )
)

lines = append_only(
    Table(
        "handovers_lines",
        metadata,
        Column("handover", Number, ForeignKey("handovers_handovers.number"), primary_key=True),
        Column("line", Integer, primary_key=True, autoincrement=False),
        Column("lot_id", LargeBinary(32), nullable=False),
        Column("uri", Text, nullable=False),
        Column("quantity", Quantity, nullable=False),
        Column("uom", Text, nullable=False),  # '' counts pieces
        Column("packs", Integer),
        Column("seal", Text),
        Column("profile", String(10)),
        Index(None, "lot_id"),
    )
)

#: What a side did. `act_id` is the client's own number of the act: the same again gets the same answer.
acts = append_only(
    Table(
        "handovers_acts",
        metadata,
        Column("number", Number, primary_key=True, autoincrement=True),
        Column("handover", Number, ForeignKey("handovers_handovers.number"), nullable=False),
        Column("party", BigInteger, nullable=False),
        Column("act", String(10), nullable=False),
        Column("act_id", Text),
        Column("request_hash", LargeBinary(32), nullable=False),
        Column("claimed_at", UtcMillis, nullable=False),
        Column("received_at", UtcMillis, nullable=False),
        Column("caller", Text, nullable=False),
        Column("submission", String(36)),
        Column("body", Text, nullable=False),  # canonical JSON
        UniqueConstraint("party", "act_id"),
        Index(None, "handover", "number"),
    )
)

#: One rule's answer under one act, with what it rests on.
checks = append_only(
    Table(
        "handovers_checks",
        metadata,
        Column("id", Number, primary_key=True, autoincrement=True),
        Column("act", Number, ForeignKey("handovers_acts.number"), nullable=False),
        Column("line", Integer),
        Column("rule", String(5), nullable=False),
        Column("version", String(20), nullable=False),
        Column("verdict", String(15), nullable=False),
        Column("says", String(40), nullable=False),
        Column("value", Text, nullable=False),
        Column("limit", Text, nullable=False),
        Column("instrument", Text),
        Column("calibrated_until", String(10)),
        Column("uncertainty", Integer),  # hundredths of a degree
        Column("photos", Text, nullable=False),  # JSON list of 0x-hashes
        Column("note", Text),
        Index(None, "act", "id"),
    )
)

#: The answer that counts: the key lets only one of two phones win.
outcomes = append_only(
    Table(
        "handovers_outcomes",
        metadata,
        Column("handover", Number, ForeignKey("handovers_handovers.number"), primary_key=True),
        Column("act", Number, ForeignKey("handovers_acts.number"), nullable=False),
        Column("state", String(20), nullable=False),
        Column("choice", String(20)),
        Column("choice_reason", Text),
    )
)

results = append_only(
    Table(
        "handovers_results",
        metadata,
        Column("handover", Number, ForeignKey("handovers_handovers.number"), primary_key=True),
        Column("line", Integer, primary_key=True, autoincrement=False),
        Column("accepted", Quantity, nullable=False),
        Column("refused", Quantity, nullable=False),
        Column("missing", Quantity, nullable=False),
        Column("reason", String(20)),
        Column("evidence", Text, nullable=False),  # JSON list of 0x-hashes
        Column("return_lot", Text),
    )
)

#: Answers that were given offline and arrived before their offer. `result` is NULL while one waits.
waiting = append_only(
    Table(
        "handovers_waiting",
        metadata,
        Column("number", Number, primary_key=True, autoincrement=True),
        Column("handover_id", String(36), nullable=False),
        Column("party", BigInteger, nullable=False),
        Column("act", String(10), nullable=False),
        Column("act_id", Text, nullable=False),
        Column("caller", Text, nullable=False),  # JSON: whose act it is
        Column("body", Text, nullable=False),
        Column("received_at", UtcMillis, nullable=False),
        Column("result", Text),  # JSON: released, or what refused it
        Column("settled_at", UtcMillis),
        UniqueConstraint("party", "act_id"),
        Index(None, "handover_id"),
    ),
    ["number", "handover_id", "party", "act", "act_id", "caller", "body", "received_at"],
)

#: Acts that were shown to a party that signs itself; done when the signature comes back. The journal forgets
#: what it prepared after a while, and then these rows mean nothing any more.
prepared = Table(
    "handovers_prepared",
    metadata,
    Column("id", String(36), primary_key=True),  # the journal's
    Column("party", BigInteger, nullable=False),
    Column("act", String(10), nullable=False),
    Column("handover_id", String(36), nullable=False),  # '' for an offer
    Column("body", Text, nullable=False),
    Column("seed", LargeBinary(32), nullable=False),
    Column("document", LargeBinary(32), nullable=False),  # SHA-256 of what was shown
    Column("created_at", UtcMillis, nullable=False),
    Index(None, "created_at"),
)
