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
