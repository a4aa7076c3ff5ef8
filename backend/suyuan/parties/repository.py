"""Rows of this room as values, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, select

from suyuan.database.prepared import Prepared
from suyuan.kernel.identity import identify, lot_id
from suyuan.kernel.ledger import Role
from suyuan.parties.model import Licence, Party, PartyKey, Site
from suyuan.parties.tables import identifiers, keys, parties, sites


def uri_key(uri: str) -> bytes:
    """What an identifier or site is found by, whatever form the URI was given in. Raises NotAnIdentifier."""
    return lot_id(identify(uri).uri)


_BY_NUMBER = Prepared(
    select(parties).where(parties.c.number.in_(bindparam("numbers", expanding=True))), expanding="numbers"
)
_IDENTIFIERS_OF = Prepared(
    select(identifiers.c.party, identifiers.c.uri)
    .where(identifiers.c.party.in_(bindparam("numbers", expanding=True)))
    .order_by(identifiers.c.party, identifiers.c.position),
    expanding="numbers",
)
_PARTIES_OF = Prepared(
    select(identifiers.c.uri_hash, identifiers.c.party).where(
        identifiers.c.uri_hash.in_(bindparam("hashes", expanding=True))
    ),
    expanding="hashes",
)
_OWNERS_OF = Prepared(
    select(sites.c.uri_hash, sites.c.party).where(sites.c.uri_hash.in_(bindparam("hashes", expanding=True))),
    expanding="hashes",
)


def load_parties(conn: Connection, *conditions: ColumnElement[bool], limit: int | None = None) -> list[Party]:
    """Parties by number."""
    query = select(parties).where(*conditions).order_by(parties.c.number).limit(limit)
    return _whole(conn, conn.execute(query).all())


def parties_with(conn: Connection, numbers: Iterable[int]) -> list[Party]:
    """The parties with these numbers; every submission asks."""
    return _whole(conn, _BY_NUMBER.rows(conn, {"numbers": numbers}))


def parties_by_hash(conn: Connection, hashes: Iterable[bytes]) -> dict[bytes, int]:
    """Party numbers by the hashes of identifiers."""
    return {row[0]: row[1] for row in _PARTIES_OF.rows(conn, {"hashes": hashes})}


def owners_by_hash(conn: Connection, hashes: Iterable[bytes]) -> dict[bytes, int]:
    """Party numbers by the hashes of sites."""
    return {row[0]: row[1] for row in _OWNERS_OF.rows(conn, {"hashes": hashes})}


def _whole(conn: Connection, rows: Sequence[Sequence[Any]]) -> list[Party]:
    known: dict[int, list[str]] = {row[0]: [] for row in rows}
    for party, uri in _IDENTIFIERS_OF.rows(conn, {"numbers": known}):
        known[party].append(uri)
    return [_party(row, known[row[0]]) for row in rows]


def _party(row: Sequence[Any], uris: Iterable[str]) -> Party:
    number, names, roles, until, suspended, code, licences, version, profile, created = row
    return Party(
        number=number,
        names=json.loads(names),
        identifiers=tuple(uris),
        roles=Role(roles),
        qualified_until=until,
        suspended=suspended,
        credit_code=code,
        licences=tuple(_licence(each) for each in json.loads(licences)),
        profile_version=version,
        profile_hash=profile,
        created_at=created,
    )


def _licence(document: dict[str, str]) -> Licence:
    until = document.get("validUntil")
    day = datetime.combine(datetime.fromisoformat(until).date(), time(), UTC) if until else None
    return Licence(document["number"], day)


def load_sites(conn: Connection, *conditions: ColumnElement[bool]) -> list[Site]:
    """Sites by age."""
    query = select(sites).where(*conditions).order_by(sites.c.created_at, sites.c.uri)
    return [Site(row.uri, row.party, **json.loads(row.description)) for row in conn.execute(query)]


def load_keys(conn: Connection, *conditions: ColumnElement[bool]) -> list[PartyKey]:
    """Keys by party and version, without their secrets."""
    query = select(keys).where(*conditions).order_by(keys.c.party, keys.c.version)
    return [
        PartyKey(row.party, row.version, row.address, row.custodial, row.active, row.added_at, row.revoked_at)
        for row in conn.execute(query)
    ]
