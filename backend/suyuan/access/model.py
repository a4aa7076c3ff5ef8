"""Callers and scopes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Scope(StrEnum):
    """What a caller may do. A caller with a party may do it for that party only."""

    SUBMIT = "submissions:write"  # speaks for the party: its signature goes under what is submitted
    READ = "submissions:read"
    DRAFT = "drafts:write"  # prepares records, signs nothing
    HANDOVER = "handovers:write"  # offers, measures, accepts and refuses for the party
    PARTY_ADMIN = "party:admin"  # the party's own people, keys, papers and webhooks
    REGISTRAR = "registrar"  # registers parties and products, submits for parties with custodial keys
    AUDIT = "audit:read"  # sees every party's records, changes none
    QC = "qc"  # quality staff: proposals of holds, and what follows from them
    DIRECTOR = "director"  # decides where two people of the platform are needed


#: Scopes that reach over all parties, and so never belong to a token of one party.
PLATFORM = frozenset({Scope.REGISTRAR, Scope.AUDIT, Scope.QC, Scope.DIRECTOR})


class Seat(StrEnum):
    """A person's place: the first four in a party, the others in the platform. One may hold several."""

    ENTRY = "entry"
    SIGNER = "signer"
    ADMIN = "admin"
    AUDITOR = "auditor"
    REGISTRAR = "registrar"
    QC = "qc"
    DIRECTOR = "director"


SCOPES_OF = {
    Seat.ENTRY: frozenset({Scope.READ, Scope.DRAFT}),
    Seat.SIGNER: frozenset({Scope.READ, Scope.DRAFT, Scope.SUBMIT, Scope.HANDOVER}),
    Seat.ADMIN: frozenset({Scope.READ, Scope.DRAFT, Scope.PARTY_ADMIN}),
    Seat.AUDITOR: frozenset({Scope.READ}),
    Seat.REGISTRAR: frozenset({Scope.REGISTRAR}),
    Seat.QC: frozenset({Scope.QC, Scope.AUDIT}),
    Seat.DIRECTOR: frozenset({Scope.DIRECTOR, Scope.QC, Scope.AUDIT}),
}

PLATFORM_SEATS = frozenset({Seat.REGISTRAR, Seat.QC, Seat.DIRECTOR})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a request comes from: a system with a token, or a person with a session.

    `party` is None for the platform's own. `token` names whose call it is: the token's id, or that of the
    person's account, which then stands in `account` too. `fresh_at`: when the person last proved who he is;
    `session`: which of his sessions this is.
    """

    token: str
    name: str
    party: int | None
    scopes: frozenset[str]
    last_used_at: datetime | None = None
    account: str | None = None
    seats: frozenset[Seat] = frozenset()
    fresh_at: datetime | None = None
    session: str | None = None

    def is_fresh(self, now: datetime, minutes: int = 10) -> bool:
        """Whether the person proved within `minutes` that it is he. A system has no other proof than its
        token, and always counts.
        """
        if self.account is None:
            return True
        return self.fresh_at is not None and now - self.fresh_at <= timedelta(minutes=minutes)

    def has(self, scope: str) -> bool:
        return scope in self.scopes

    def acts_for(self, party: int) -> bool:
        """Whether the caller may speak as this party: it is his own, or he is the registrar."""
        return self.party == party or (self.party is None and Scope.REGISTRAR in self.scopes)

    def sees(self, party: int) -> bool:
        """Whether the caller may see what only this party and the platform see."""
        return self.acts_for(party) or (self.party is None and Scope.AUDIT in self.scopes)


def scopes_of(seats: frozenset[Seat]) -> frozenset[str]:
    """What a person in these seats may do."""
    return frozenset(str(scope) for seat in seats for scope in SCOPES_OF[seat])


def seats_from(text: str) -> frozenset[Seat]:
    """Seats as a row keeps them; what is none any more opens nothing."""
    return frozenset(Seat(each) for each in text.split() if each in set(Seat))


@dataclass(frozen=True, slots=True)
class Account:
    """A person as lists show him. Without seats he is an applicant, who belongs to no party yet."""

    id: str
    name: str
    language: str
    party: int | None
    seats: frozenset[Seat]
    logins: tuple[str, ...]
    has_password: bool
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Session:
    """A person who is signed in. `csrf` goes into every form of his pages; `language` is zh or en."""

    id: str
    caller: Caller
    csrf: str
    name: str
    language: str
    seen_at: datetime
    is_rotation_due: bool


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
