"""Registering a party: number, profile and key here, the same on the chain, in one transaction."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from suyuan.anchoring.outbox import enqueue_register_party
from suyuan.database import hold
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.clock import Clock
from suyuan.kernel.identity import identify
from suyuan.kernel.typed_data import checksum_address
from suyuan.parties import profile, references
from suyuan.parties.custody import Keyring, make_secret
from suyuan.parties.errors import IdentifierTaken, KeyTaken, PartyRefused
from suyuan.parties.model import NewParty, Party, Site, until_seconds
from suyuan.parties.queries import party_by_uri, the_party
from suyuan.parties.registration_numbers import credit_code
from suyuan.parties.repository import uri_key
from suyuan.parties.rules import party_faults, plain_licences
from suyuan.parties.sites import insert_site
from suyuan.parties.tables import identifiers, keys, parties


def register_party(conn: Connection, clock: Clock, keyring: Keyring, new: NewParty) -> Party:
    """Give the party the next number, make or take its first key, and queue its registration on the chain.

    The number holds at once: later operations of the party queue up behind its registration.
    Raises PartyRefused with every fault, IdentifierTaken, SiteTaken, KeyTaken.
    """
    faults = party_faults(new, clock.now())
    if faults:
        raise PartyRefused(faults)
    hold(conn, "parties", "numbers")
    for uri in new.identifiers:
        owner = party_by_uri(conn, uri)
        if owner is not None:
            raise IdentifierTaken(f"{uri} is an identifier of party {owner.number} already.")
    number = int(conn.execute(select(func.max(parties.c.number))).scalar() or 0) + 1
    profile_hash = _write_profile(conn, clock, number, new)
    address = first_key(conn, clock, keyring, number, new.key_address)
    enqueue_register_party(
        conn,
        clock,
        number,
        profile_hash,
        int(new.roles),
        until_seconds(new.qualified_until),
        address,
        reference=references.profile(number, 1),
    )
    return the_party(conn, number)


def _write_profile(conn: Connection, clock: Clock, number: int, new: NewParty) -> bytes:
    uris = [identify(uri).uri for uri in new.identifiers]
    licences = plain_licences(new.licences)
    code = credit_code(new.credit_code) if new.credit_code is not None else None
    sites = [
        Site(identify(site.uri).uri, number, site.names, site.address, site.latitude, site.longitude)
        for site in new.sites
    ]
    document = profile.compose(number, new.names, uris, code, licences, sites)
    row = {
        "number": number,
        "names": canonical_json(dict(new.names)).decode(),
        "roles": int(new.roles),
        "qualified_until": new.qualified_until,
        "suspended": False,
        "credit_code": code,
        "licences": canonical_json(profile.licences_document(licences)).decode(),
        "profile_version": 1,
        "profile_hash": profile.hash_of(document),
        "created_at": clock.now(),
    }
    conn.execute(parties.insert().values(row))
    for position, (uri, given) in enumerate(zip(uris, new.identifiers, strict=True)):
        conn.execute(
            identifiers.insert().values(
                uri_hash=uri_key(uri), uri=uri, given=given, party=number, position=position
            )
        )
    for site in sites:
        insert_site(conn, clock, site)
    return profile.store(conn, clock, number, 1, document).hash


def first_key(conn: Connection, clock: Clock, keyring: Keyring, number: int, given: str | None) -> str:
    """Store the party's first key, custodial unless an address is given; returns its address."""
    secret, address = make_secret() if given is None else (None, checksum_address(given))
    if conn.execute(select(keys.c.party).where(keys.c.address == address)).scalar() is not None:
        raise KeyTaken(f"The key {address} belongs to a party already.")
    conn.execute(
        keys.insert().values(
            party=number,
            version=1,
            address=address,
            custodial=secret is not None,
            active=True,
            sealed=None if secret is None else keyring.seal(number, address, 1, secret),
            master=None if secret is None else keyring.current,
            added_at=clock.now(),
        )
    )
    return address
