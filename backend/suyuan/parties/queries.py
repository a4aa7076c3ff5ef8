"""Asking about parties; every function reads only."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from suyuan.anchoring.model import State
from suyuan.anchoring.queries import operations_of
from suyuan.kernel.identity import NotAnIdentifier
from suyuan.parties import references
from suyuan.parties.errors import PartyUnknown
from suyuan.parties.model import Party, PartyKey, Profile, Site
from suyuan.parties.repository import (
    load_keys,
    load_parties,
    load_sites,
    owners_by_hash,
    parties_by_hash,
    parties_with,
    uri_key,
)
from suyuan.parties.tables import identifiers, keys, parties, profiles, sites


def party_by_number(conn: Connection, number: int) -> Party | None:
    return next(iter(load_parties(conn, parties.c.number == number)), None)


def party_by_uri(conn: Connection, uri: str) -> Party | None:
    """The party with this identifier, in whatever form; None as well for what is no URI."""
    try:
        wanted = uri_key(uri)
    except NotAnIdentifier:
        return None
    number = conn.execute(select(identifiers.c.party).where(identifiers.c.uri_hash == wanted)).scalar()
    return None if number is None else party_by_number(conn, number)


def parties_by_number(conn: Connection, numbers: Iterable[int]) -> dict[int, Party]:
    """Those of the numbers that exist."""
    return {party.number: party for party in parties_with(conn, sorted(set(numbers)))}


def the_party(conn: Connection, number: int) -> Party:
    """Raises PartyUnknown."""
    found = party_by_number(conn, number)
    if found is None:
        raise PartyUnknown(f"There is no party {number}.")
    return found


def party_of_argument(conn: Connection, text: str) -> Party:
    """The party of a number or URI that a person wrote. Raises PartyUnknown."""
    if not text.strip():
        raise PartyUnknown(
            "It is not said whose this is: name the party with `as` (`--as`), a number or a URI."
        )
    short_number = text.isascii() and text.isdigit() and len(text) <= 10
    found = party_by_number(conn, int(text)) if short_number else party_by_uri(conn, text)
    if found is None:
        raise PartyUnknown(f"There is no party {text[:200]!r}.")
    return found


def list_parties(conn: Connection, *, after: int = 0, limit: int = 100) -> list[Party]:
    """Parties by number, those after `after`."""
    return load_parties(conn, parties.c.number > after, limit=limit)


def site_by_uri(conn: Connection, uri: str) -> Site | None:
    """The site with this URI, in whatever form; None as well for what is no URI."""
    try:
        wanted = uri_key(uri)
    except NotAnIdentifier:
        return None
    return next(iter(load_sites(conn, sites.c.uri_hash == wanted)), None)


def sites_of(conn: Connection, party: int) -> list[Site]:
    return load_sites(conn, sites.c.party == party)


def keys_of(conn: Connection, party: int) -> list[PartyKey]:
    return load_keys(conn, keys.c.party == party)


def profiles_of(conn: Connection, party: int) -> list[Profile]:
    """All versions, the newest first."""
    query = select(profiles).where(profiles.c.party == party).order_by(profiles.c.version.desc())
    return [
        Profile(row.party, row.version, row.document, row.hash, row.created_at) for row in conn.execute(query)
    ]


def recorded_profile(conn: Connection, party: int) -> Profile | None:
    """The newest version whose hash the chain holds (mined or final); None before the registration."""
    versions = profiles_of(conn, party)
    named = {references.profile(party, each.version): each for each in versions}
    done = operations_of(conn, list(named))
    return next(
        (
            each
            for reference, each in named.items()
            if reference in done and done[reference].state in (State.MINED, State.FINAL)
        ),
        None,
    )


def numbers_of(conn: Connection, uris: Iterable[str]) -> dict[str, int]:
    """Party numbers by identifier as it is given, for many at once; those that are none's are left out."""
    wanted = _keys(uris)
    found = parties_by_hash(conn, set(wanted.values()))
    return {uri: found[key] for uri, key in wanted.items() if key in found}


def owners_of_sites(conn: Connection, uris: Iterable[str]) -> dict[str, int]:
    """Party numbers by the URI of a site as it is given; unknown sites are left out."""
    wanted = _keys(uris)
    found = owners_by_hash(conn, set(wanted.values()))
    return {uri: found[key] for uri, key in wanted.items() if key in found}


def _keys(uris: Iterable[str]) -> dict[str, bytes]:
    found = {}
    for uri in uris:
        try:
            found[uri] = uri_key(uri)
        except NotAnIdentifier:
            continue
    return found
