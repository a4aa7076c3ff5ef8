"""Tables of parties.

Identifiers and sites are found by the hash of their canonical URI: a URI can be longer than an index row of
PostgreSQL allows.
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
)

from suyuan.database.append_only import append_only
from suyuan.database.metadata import metadata
from suyuan.database.types import UtcMillis

_PARTY = "parties_parties.number"

parties = append_only(
    Table(
        "parties_parties",
        metadata,
        Column("number", BigInteger, primary_key=True, autoincrement=False),
        Column("names", Text, nullable=False),  # canonical JSON
        Column("roles", Integer, nullable=False),
        Column("qualified_until", UtcMillis),
        Column("suspended", Boolean, nullable=False),
        Column("credit_code", String(18)),
        Column("licences", Text, nullable=False),  # canonical JSON
        Column("profile_version", Integer, nullable=False),
        Column("profile_hash", LargeBinary, nullable=False),
        Column("created_at", UtcMillis, nullable=False),
    ),
    ["number", "created_at"],
)

identifiers = append_only(
    Table(
        "parties_identifiers",
        metadata,
        Column("uri_hash", LargeBinary, primary_key=True),
        Column("uri", Text, nullable=False),  # canonical
        Column("given", Text, nullable=False),
        Column("party", BigInteger, ForeignKey(_PARTY), nullable=False),
        Column("position", Integer, nullable=False),
        Index("ix_parties_identifiers_party", "party", "position"),
    )
)

sites = append_only(
    Table(
        "parties_sites",
        metadata,
        Column("uri_hash", LargeBinary, primary_key=True),
        Column("uri", Text, nullable=False),  # canonical
        Column("party", BigInteger, ForeignKey(_PARTY), nullable=False),
        Column("description", Text, nullable=False),  # canonical JSON: names, address, latitude, longitude
        Column("created_at", UtcMillis, nullable=False),
        Index("ix_parties_sites_party", "party", "created_at"),
    ),
    ["uri_hash", "uri", "party", "created_at"],
)

profiles = append_only(
    Table(
        "parties_profiles",
        metadata,
        Column("party", BigInteger, ForeignKey(_PARTY), primary_key=True),
        Column("version", Integer, primary_key=True),
        Column("document", LargeBinary, nullable=False),  # canonical JSON
        Column("hash", LargeBinary, nullable=False),
        Column("created_at", UtcMillis, nullable=False),
    )
)

keys = append_only(
    Table(
        "parties_keys",
        metadata,
        Column("party", BigInteger, ForeignKey(_PARTY), primary_key=True),
        Column("version", Integer, primary_key=True),
        Column("address", String(42), nullable=False, unique=True),
        Column("custodial", Boolean, nullable=False),
        Column("active", Boolean, nullable=False),
        Column("sealed", LargeBinary),  # nonce and AES-256-GCM cipher text of a custodial key
        Column("master", String(16)),  # which master key it is sealed under
        Column("added_at", UtcMillis, nullable=False),
        Column("revoked_at", UtcMillis),
    ),
    ["party", "version", "address", "custodial", "added_at"],
)

#: Signatures that parties made themselves, by what they signed. The queue takes them from here.
signatures = append_only(
    Table(
        "parties_signatures",
        metadata,
        Column("party", BigInteger, ForeignKey(_PARTY), primary_key=True),
        Column("digest", LargeBinary, primary_key=True),
        Column("address", String(42), primary_key=True),
        Column("signature", LargeBinary, nullable=False),
        Column("handed_at", UtcMillis, nullable=False),
    )
)

#: Texts that the holder of a new key signs, to show that he has it; each once and within minutes.
challenges = append_only(
    Table(
        "parties_challenges",
        metadata,
        Column("id", String(32), primary_key=True),
        Column("party", BigInteger, ForeignKey(_PARTY), nullable=False),
        Column("address", String(42), nullable=False),
        Column("message", Text, nullable=False),
        Column("created_at", UtcMillis, nullable=False),
        Column("expires_at", UtcMillis, nullable=False),
        Column("used_at", UtcMillis),
    ),
    ["id", "party", "address", "message", "created_at", "expires_at"],
)

#: Which keys a new key takes the place of, once it is final on the chain.
successions = append_only(
    Table(
        "parties_successions",
        metadata,
        Column("party", BigInteger, ForeignKey(_PARTY), primary_key=True),
        Column("version", Integer, primary_key=True),
        Column("replaces", Text, nullable=False),  # addresses; "custodial": all that are in our custody
        Column("asked_by", Text, nullable=False),
        Column("created_at", UtcMillis, nullable=False),
        Column("done_at", UtcMillis),
    ),
    ["party", "version", "replaces", "asked_by", "created_at"],
)

#: New keys for parties that have lost theirs: asked by one person, approved by another, after a waiting time.
recoveries = append_only(
    Table(
        "parties_recoveries",
        metadata,
        Column("id", String(36), primary_key=True),
        Column("party", BigInteger, ForeignKey(_PARTY), nullable=False),
        Column("address", String(42), nullable=False),
        Column("reason", Text, nullable=False),
        Column("asked_by", String(16), nullable=False),  # accounts
        Column("asked_at", UtcMillis, nullable=False),
        Column("approved_by", String(16)),
        Column("approved_at", UtcMillis),
        Column("ready_at", UtcMillis),
        Column("ended_at", UtcMillis),
        Column("outcome", String(10)),  # done, cancelled, failed
        Index("ix_parties_recoveries_party", "party", "asked_at"),
    ),
    ["id", "party", "address", "reason", "asked_by", "asked_at"],
)

#: Keys that somebody else may have had: what they signed after `since` is doubted in public.
suspicions = append_only(
    Table(
        "parties_suspicions",
        metadata,
        Column("leaf", LargeBinary, primary_key=True),
        Column("party", BigInteger, ForeignKey(_PARTY), nullable=False),
        Column("address", String(42), nullable=False),
        Column("since", UtcMillis, nullable=False),
        Column("statement", LargeBinary, nullable=False),  # canonical JSON with the operator's signature
        Column("stated_at", UtcMillis, nullable=False),
        Index("ix_parties_suspicions_party", "party"),
    )
)
