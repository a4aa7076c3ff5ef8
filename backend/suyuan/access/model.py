"""Callers and scopes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Scope(StrEnum):
    """What a token opens. A token with a party opens it for that party only."""

    SUBMIT = "submissions:write"
    READ = "submissions:read"
    REGISTRAR = "registrar"  # registers parties and products, submits for parties with custodial keys
    AUDIT = "audit:read"  # sees every party's records, changes none


#: Scopes that reach over all parties, and so never belong to a token of one party.
PLATFORM = frozenset({Scope.REGISTRAR, Scope.AUDIT})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a request comes from: one token. `party` is None for the platform's own tokens."""

    token: str
    name: str
    party: int | None
    scopes: frozenset[str]
    last_used_at: datetime | None = None

    def has(self, scope: str) -> bool:
        return scope in self.scopes

    def acts_for(self, party: int) -> bool:
        """Whether the caller may speak as this party: it is his own, or he is the registrar."""
        return self.party == party or (self.party is None and Scope.REGISTRAR in self.scopes)

    def sees(self, party: int) -> bool:
        """Whether the caller may see what only this party and the platform see."""
        return self.acts_for(party) or (self.party is None and Scope.AUDIT in self.scopes)


@dataclass(frozen=True, slots=True)
class Token:
    """A token as lists show it; the secret itself is known to its holder only."""

    id: str
    name: str
    party: int | None
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
