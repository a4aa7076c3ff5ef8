"""What the checks of rows must know of us: the party's places, products, partners, and what is recorded."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, select

from suyuan.catalogue.queries import list_products
from suyuan.database import Database
from suyuan.kernel.clock import Clock
from suyuan.kernel.identity import NotAnIdentifier, identify, lot_id
from suyuan.lots.repository import lots_by_id
from suyuan.parties.model import Party
from suyuan.parties.queries import list_parties, sites_of, the_party
from suyuan.sheets.model import Context, KeyLookup, LotLookup, Named
from suyuan.uploads import tables as t

#: Products and partners that a sheet can name by their codes; templates list the first hundreds of them.
MOST = 20_000


def context_of(database: Database, clock: Clock, party: int) -> Context:
    """For checking rows of this party; its lookups ask the database each in a snapshot of their own."""
    with database.reading() as conn:
        return known_to(conn, clock, party, database)


def known_to(conn: Connection, clock: Clock, party: int | None, database: Database | None = None) -> Context:
    """The same on a connection that is open; without `database` the lookups know nothing. `party` None: for
    a template that belongs to nobody.
    """
    lots, keys = None, None
    if database is not None and party is not None:
        lots, keys = _lots_in(database), _keys_in(database, party)
    sites = [] if party is None else sites_of(conn, party)
    return Context(
        party="" if party is None else the_party(conn, party).uri,
        now=clock.now(),
        products=tuple(
            Named(each.gtin or each.uri, each.uri, each.name()) for _, each in list_products(conn, limit=MOST)
        ),
        sites=tuple(Named(code_of(each.uri), each.uri, each.name()) for each in sites),
        partners=tuple(
            Named(partner_code(each), each.uri, each.name())
            for each in list_parties(conn, limit=MOST)
            if each.number != party
        ),
        known_lots=lots,
        known_keys=keys,
    )


def partner_code(party: Party) -> str:
    """GLN, else credit code, else URI."""
    code = code_of(party.uri)
    return party.credit_code or code if code == party.uri else code


def code_of(uri: str) -> str:
    """The GLN in a GS1 Digital Link of a place or party; any other URI as it is."""
    for key in ("/414/", "/417/"):
        _, found, rest = uri.partition(key)
        if found and rest[:13].isdecimal() and len(rest) == 13:
            return rest
    return uri


def _lots_in(database: Database) -> LotLookup:
    def known(uris: Collection[str]) -> Collection[str]:
        ids = {}
        for uri in uris:
            try:
                ids[lot_id(identify(uri).uri)] = uri
            except NotAnIdentifier:
                continue
        with database.reading() as conn:
            return {ids[each] for each in lots_by_id(conn, ids)}

    return known


def _keys_in(database: Database, party: int) -> KeyLookup:
    def known(keys: Collection[str]) -> Mapping[str, str]:
        with database.reading() as conn:
            found = entered(conn, party, [bytes.fromhex(key) for key in keys])
        return {key.hex(): digest.hex() for key, digest in found.items()}

    return known


def entered(conn: Connection, party: int, keys: Collection[bytes]) -> dict[bytes, bytes]:
    """Those of the keys under which rows of the party went in, with the digests of their contents."""
    c = t.entered.c
    listed = list(keys)
    found: dict[bytes, bytes] = {}
    for start in range(0, len(listed), 1000):
        part = listed[start : start + 1000]
        rows = conn.execute(select(c.key, c.digest).where(c.party == party, c.key.in_(part)))
        found.update({row.key: row.digest for row in rows})
    return found
