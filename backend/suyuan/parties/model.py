"""Parties and their sites."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from suyuan.kernel.ledger import Role

#: Languages that a name can be given in.
LANGUAGES = ("zh", "en")

#: What the contract stores for a qualification without an end: the greatest uint40.
NO_END = 2**40 - 1


@dataclass(frozen=True, slots=True)
class Licence:
    """A food production (SC) or trade (JY) licence by its number; `valid_until` as printed on it."""

    number: str
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewSite:
    """A place to be registered. `uri` in any form; latitude and longitude in degrees (WGS 84), as text."""

    uri: str
    names: Mapping[str, str]
    address: str | None = None
    latitude: str | None = None
    longitude: str | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """A registered place; `uri` is canonical, `party` the number of its owner."""

    uri: str
    party: int
    names: Mapping[str, str]
    address: str | None = None
    latitude: str | None = None
    longitude: str | None = None

    def name(self, language: str = "zh") -> str:
        return pick(self.names, language)


@dataclass(frozen=True, slots=True)
class NewParty:
    """A company to be registered.

    `identifiers` are URIs in any form, the principal one first. `qualified_until` None: without an end.
    `key_address` names the party's own key; without it we make a custodial one.
    """

    names: Mapping[str, str]
    identifiers: tuple[str, ...]
    roles: Role
    qualified_until: datetime | None = None
    credit_code: str | None = None
    licences: tuple[Licence, ...] = ()
    sites: tuple[NewSite, ...] = ()
    key_address: str | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """A registered company. `identifiers` are canonical URIs; `profile_hash` is what the chain is to hold."""

    number: int
    names: Mapping[str, str]
    identifiers: tuple[str, ...]
    roles: Role
    qualified_until: datetime | None
    suspended: bool
    credit_code: str | None
    licences: tuple[Licence, ...]
    profile_version: int
    profile_hash: bytes
    created_at: datetime

    @property
    def uri(self) -> str:
        """The principal identifier."""
        return self.identifiers[0]

    def name(self, language: str = "zh") -> str:
        return pick(self.names, language)

    def may_open(self, at: datetime) -> bool:
        """Whether the party may bring new lots into being at this time: qualified and not suspended."""
        return not self.suspended and (self.qualified_until is None or at < self.qualified_until)


@dataclass(frozen=True, slots=True)
class PartyKey:
    """A signing key of a party; `active`: it signs now. The times are ours, the chain keeps its own."""

    party: int
    version: int
    address: str
    custodial: bool
    active: bool
    added_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Profile:
    """One version of a party's profile document; `hash` is its leaf hash, as PartyRegistry holds it."""

    party: int
    version: int
    document: bytes
    hash: bytes
    created_at: datetime


def pick(names: Mapping[str, str], language: str) -> str:
    """The name in this language, else in the other."""
    return names.get(language) or next(iter(names.values()), "")


def role_names(roles: Role) -> list[str]:
    """The roles as words: `producer`, `processor`, ... in the contract's order."""
    return [str(role.name).lower() for role in Role if role in roles]


def roles_of(names: Iterable[str]) -> Role:
    """The role bits of such words. Raises KeyError with the unknown word."""
    known = {str(role.name).lower(): role for role in Role}
    found = Role(0)
    for name in names:
        found |= known[name]
    return found


def until_seconds(until: datetime | None) -> int:
    """A qualification's end as the contract stores it: Unix seconds, cut off downwards."""
    return NO_END if until is None else int(until.timestamp())
