"""Tables of callers. The rights of a token never change; it can only be taken back. The trail only grows.

Names and logins of people stand here and nowhere else, so that forgetting a person leaves every proof valid.
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

tokens = append_only(
    Table(
        "access_tokens",
        metadata,
        Column("id", String(16), primary_key=True),
        Column("name", Text, nullable=False),
        Column("secret_hash", LargeBinary, nullable=False),
        Column("party", BigInteger),
        Column("scopes", Text, nullable=False),  # sorted, separated by blanks
        Column("created_at", UtcMillis, nullable=False),
        Column("expires_at", UtcMillis),
        Column("revoked_at", UtcMillis),
        Column("last_used_at", UtcMillis),
        Index("ix_access_tokens_party", "party"),
    ),
    ["id", "secret_hash", "party", "scopes", "created_at", "expires_at"],
)

accounts = Table(
    "access_accounts",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("name", Text, nullable=False),
    Column("language", String(2), nullable=False),
    Column("party", BigInteger),
    Column("seats", Text, nullable=False),  # sorted, separated by blanks; none: an applicant
    Column("password", Text),  # argon2id, encoded with its parameters and salt
    Column("password_at", UtcMillis),
    Column("created_at", UtcMillis, nullable=False),
    Column("disabled_at", UtcMillis),
    Index("ix_access_accounts_party", "party"),
)

logins = Table(
    "access_logins",
    metadata,
    Column("login", String(254), primary_key=True),  # normalised: an e-mail address, or +86…
    Column("account", String(16), ForeignKey("access_accounts.id"), nullable=False, index=True),
)

sessions = Table(
    "access_sessions",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("account", String(16), ForeignKey("access_accounts.id"), nullable=False, index=True),
    Column("secret_hash", LargeBinary, nullable=False, unique=True),
    Column("former_hash", LargeBinary, index=True),  # the secret before the last change
    Column("former_until", UtcMillis),  # requests already on their way may still show it
    Column("csrf", String(43), nullable=False),
    Column("method", String(10), nullable=False),  # password, passkey, company
    Column("agent", Text, nullable=False),  # the browser as it called itself; emptied at the end
    Column("created_at", UtcMillis, nullable=False),
    Column("seen_at", UtcMillis, nullable=False),  # to the minute
    Column("rotated_at", UtcMillis, nullable=False),
    Column("fresh_at", UtcMillis, nullable=False),
    Column("idle_seconds", Integer, nullable=False),
    Column("ends_at", UtcMillis, nullable=False),
    Column("ended_at", UtcMillis),
    Column("ended_why", String(16)),
)

invitations = Table(
    "access_invitations",
    metadata,
    Column("hash", LargeBinary, primary_key=True),  # SHA-256 of the code
    Column("account", String(16), ForeignKey("access_accounts.id"), nullable=False, index=True),
    Column("purpose", String(10), nullable=False),  # join, reset
    Column("made_by", String(16), nullable=False),
    Column("created_at", UtcMillis, nullable=False),
    Column("expires_at", UtcMillis, nullable=False),
    Column("closed_at", UtcMillis),  # used, or replaced by a newer one
)

totp = Table(
    "access_totp",
    metadata,
    Column("account", String(16), ForeignKey("access_accounts.id"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("master", String(16), nullable=False),
    Column("last_step", BigInteger, nullable=False),  # a step is taken once only
    Column("created_at", UtcMillis, nullable=False),
    Column("confirmed_at", UtcMillis),
)

recovery_codes = Table(
    "access_recovery_codes",
    metadata,
    Column("account", String(16), ForeignKey("access_accounts.id"), primary_key=True),
    Column("hash", LargeBinary, primary_key=True),
    Column("used_at", UtcMillis),
)

passkeys = Table(
    "access_passkeys",
    metadata,
    Column("id", String(1400), primary_key=True),  # the credential's id, base64url
    Column("account", String(16), ForeignKey("access_accounts.id"), nullable=False, index=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("backed_up", Boolean, nullable=False),
    Column("created_at", UtcMillis, nullable=False),
    Column("used_at", UtcMillis),
    Column("doubted_at", UtcMillis),  # its counter went back: there may be a copy
)

#: What was begun and waits for its second half: challenges, second factors, company sign-ins. Taken once.
begun = Table(
    "access_begun",
    metadata,
    Column("hash", LargeBinary, primary_key=True),  # SHA-256 of the secret that the browser holds
    Column("kind", String(20), nullable=False),
    Column("account", String(16)),
    Column("facts", Text, nullable=False),  # canonical JSON
    Column("created_at", UtcMillis, nullable=False),
    Column("expires_at", UtcMillis, nullable=False, index=True),
)

#: Failures by login and by address, both hashed; what makes the next attempt wait.
delays = Table(
    "access_delays",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("until", UtcMillis, nullable=False),
    Column("last_at", UtcMillis, nullable=False, index=True),
)

companies = Table(
    "access_companies",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("name", Text, nullable=False),
    Column("party", BigInteger),  # none: the platform's staff
    Column("issuer", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # the client's secret
    Column("master", String(16), nullable=False),
    Column("created_at", UtcMillis, nullable=False),
    Column("disabled_at", UtcMillis),
)

company_people = Table(
    "access_company_people",
    metadata,
    Column("company", String(16), ForeignKey("access_companies.id"), primary_key=True),
    Column("subject", String(255), primary_key=True),
    Column("account", String(16), ForeignKey("access_accounts.id"), nullable=False, index=True),
    Column("created_at", UtcMillis, nullable=False),
    UniqueConstraint("company", "account"),
)

trail = append_only(
    Table(
        "access_trail",
        metadata,
        Column("number", BigInteger, primary_key=True, autoincrement=False),  # dense from 1
        Column("at", UtcMillis, nullable=False),
        Column("caller", String(16), nullable=False),  # an account, a token, or "operator"
        Column("kind", String(8), nullable=False),  # person, system, operator
        Column("party", BigInteger),
        Column("action", String(64), nullable=False),
        Column("subject", String(200), nullable=False),
        Column("facts", Text, nullable=False),  # canonical JSON
        Column("previous", LargeBinary, nullable=False),
        Column("hash", LargeBinary, nullable=False),
        Index("ix_access_trail_party", "party", "number"),
    )
)

trail_heads = append_only(
    Table(
        "access_trail_heads",
        metadata,
        Column("number", BigInteger, primary_key=True, autoincrement=False),  # of the line
        Column("hash", LargeBinary, nullable=False),
        Column("leaf", LargeBinary, nullable=False),
        Column("created_at", UtcMillis, nullable=False),
    )
)
