"""Tables of the way to the chain.

Every key is sequential except two: an entry's lot (a lot's history is asked for by its id) and a leaf's hash.
Random keys cost a B-tree dearly as it grows, so there is no third: events are found through their lot, and
transactions by number.
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
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from suyuan.database.metadata import metadata
from suyuan.database.types import UtcMillis

_Id = BigInteger().with_variant(Integer, "sqlite")

epochs = Table(
    "anchoring_epochs",
    metadata,
    Column("epoch", Integer, primary_key=True, autoincrement=False),
    Column("chain_id", BigInteger, nullable=False),
    Column("genesis_hash", LargeBinary, nullable=False),
    Column("contracts", Text, nullable=False),  # canonical JSON: name -> {address, codeHash}
    Column("opened_at", UtcMillis, nullable=False),
    Column("closed_at", UtcMillis),
    Column("reason", Text),  # why the epoch before it was closed
    Column("latch", String(40)),  # why nothing is sent, until it is so no longer
    Column("latch_reason", Text),
    Column("latched_at", UtcMillis),
    Column("latch_nonce", BigInteger),  # the latch goes when everything up to here is final again
)

#: Final heads that we acted on, newest few only; final transactions remember their own blocks. All of ours
#: that stood up to such a block was final in our books when it was written.
checkpoints = Table(
    "anchoring_checkpoints",
    metadata,
    Column("epoch", Integer, ForeignKey("anchoring_epochs.epoch"), primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("hash", LargeBinary, nullable=False),
    Column("time", BigInteger),  # Unix seconds, the block's own; unknown in rows of earlier versions
)

transactions = Table(
    "anchoring_transactions",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("epoch", Integer, ForeignKey("anchoring_epochs.epoch"), nullable=False),
    Column("sender", String(42), nullable=False),
    Column("nonce", BigInteger, nullable=False),
    Column("purpose", String(24), nullable=False),  # an operation's kind, or "gap"
    Column("state", String(10), nullable=False),
    Column("gas", BigInteger, nullable=False),
    Column("hash", LargeBinary),  # of the attempt that was mined
    Column("block", BigInteger),
    Column("block_hash", LargeBinary),
    Column("block_time", BigInteger),  # Unix seconds, the block's own
    Column("succeeded", Boolean),
    Column("doubted_at", BigInteger),  # head when another transaction was first seen at our nonce
    Column("created_at", UtcMillis, nullable=False),
    UniqueConstraint("epoch", "sender", "nonce"),
    Index("ix_anchoring_transactions_state", "epoch", "state", "nonce"),
    Index("ix_anchoring_transactions_block", "epoch", "block"),
    sqlite_autoincrement=True,
)

attempts = Table(
    "anchoring_attempts",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("transaction_id", _Id, ForeignKey("anchoring_transactions.id"), nullable=False, index=True),
    Column("hash", LargeBinary, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("max_fee", String(40), nullable=False),  # wei, decimal digits: may exceed 64 bits
    Column("priority_fee", String(40), nullable=False),
    Column("sends", Integer, nullable=False, default=0),
    Column("first_sent", UtcMillis),
    Column("last_sent", UtcMillis),
    Column("outcome", String(20)),
    Column("message", Text),
    sqlite_autoincrement=True,
)

_LIVE = text("state <> 'rejected' AND sequence IS NOT NULL")
#: Ended, and nobody was told of this end yet: what `telling` looks at, and no more. `state || ''` keeps
#: SQLite from the index of states, through which it would read all that ever ended.
UNTOLD = text(
    "kind = 'submission' AND reference IS NOT NULL AND state || '' IN ('final', 'rejected') "
    "AND (told IS NULL OR told <> state)"
)

operations = Table(
    "anchoring_operations",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("kind", String(24), nullable=False),
    Column("party", BigInteger, nullable=False, default=0),
    Column("reference", String(200)),
    Column("part", Integer, nullable=False, default=0),
    Column("payload", Text),  # canonical JSON of what is not a submission
    Column("state", String(10), nullable=False),
    Column("place", BigInteger),  # order on the way, given when numbered; kept for ever
    Column("sequence", BigInteger),  # the party's own number of a submission
    Column("signature", LargeBinary),
    Column("fills", _Id),  # the rejected operation whose number this one fills
    Column("transaction_id", _Id, ForeignKey("anchoring_transactions.id"), index=True),
    Column("tries", Integer, nullable=False, default=0),
    Column("reason", Text),
    Column("created_at", UtcMillis, nullable=False),
    Column("updated_at", UtcMillis, nullable=False),
    Column("told", String(10)),  # the end that the party was told of
    UniqueConstraint("reference", "part"),
    Index("ix_anchoring_operations_state", "state", "place", "id"),
    Index(
        "uq_anchoring_operations_sequence",
        "party",
        "sequence",
        unique=True,
        sqlite_where=_LIVE,
        postgresql_where=_LIVE,
    ),
    Index("ix_anchoring_operations_untold", "id", sqlite_where=UNTOLD, postgresql_where=UNTOLD),
    sqlite_autoincrement=True,
)

entries = Table(
    "anchoring_entries",
    metadata,
    Column("operation_id", _Id, ForeignKey("anchoring_operations.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("lot_id", LargeBinary, nullable=False, index=True),
    Column("event_hash", LargeBinary, nullable=False),
    Column("occurred_at", BigInteger, nullable=False),
    Column("counterparty", BigInteger, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("lot_index", BigInteger),  # once mined
    Column("in_custody", Boolean),  # once mined
    Column("log_index", Integer),  # once mined
)

leases = Table(
    "anchoring_leases",
    metadata,
    Column("key", String(80), primary_key=True),
    Column("owner", String(80), nullable=False),
    Column("until", UtcMillis, nullable=False),
)

#: Who relays, as it said itself; for people and metrics, never for deciding.
heartbeats = Table(
    "anchoring_heartbeats",
    metadata,
    Column("worker", String(80), primary_key=True),
    Column("at", UtcMillis, nullable=False),
    Column("facts", Text, nullable=False),  # canonical JSON
)

anchors = Table(
    "anchoring_anchors",
    metadata,
    Column("operation_id", _Id, ForeignKey("anchoring_operations.id"), primary_key=True, autoincrement=False),
    Column("number", BigInteger),  # on chain, once mined
    Column("root", LargeBinary, nullable=False),
    Column("leaf_count", Integer, nullable=False),
    Column("previous_root", LargeBinary),  # given when a transaction is prepared
    Column("created_at", UtcMillis, nullable=False),
)

leaves = Table(
    "anchoring_leaves",
    metadata,
    Column("id", _Id, primary_key=True, autoincrement=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("kind", String(24), nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("anchor_id", _Id, ForeignKey("anchoring_anchors.operation_id")),
    Column("position", Integer),
    Column("created_at", UtcMillis, nullable=False),
    Index("ix_anchoring_leaves_anchor", "anchor_id", "position"),
    sqlite_autoincrement=True,
)
