"""Rows of this room as values, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from suyuan.kernel.identity import identify, lot_id
from suyuan.kernel.ledger import Role
from suyuan.parties.model import Licence, Party, PartyKey, Site
from suyuan.parties.tables import identifiers, keys, parties, sites


def uri_key(uri: str) -> bytes:
    """What an identifier or site is found by, whatever form the URI was given in. Raises NotAnIdentifier."""
    return lot_id(identify(uri).uri)


def load_parties(conn: Connection, *conditions: ColumnElement[bool], limit: int | None = None) -> list[Party]:
    """Parties by number."""
    rows = conn.execute(select(parties).where(*conditions).order_by(parties.c.number).limit(limit)).all()
    known = _identifiers_of(conn, [row.number for row in rows])
    return [_party(row, known[row.number]) for row in rows]


def _identifiers_of(conn: Connection, numbers: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {number: [] for number in numbers}
    query = select(identifiers.c.party, identifiers.c.uri).where(identifiers.c.party.in_(numbers))
    for party, uri in conn.execute(query.order_by(identifiers.c.party, identifiers.c.position)):
        found[party].append(uri)
    return found


def _party(row: Any, uris: Iterable[str]) -> Party:
    return Party(
        number=row.number,
        names=json.loads(row.names),
        identifiers=tuple(uris),
        roles=Role(row.roles),
        qualified_until=row.qualified_until,
        suspended=row.suspended,
        credit_code=row.credit_code,
        licences=tuple(_licence(each) for each in json.loads(row.licences)),
        profile_version=row.profile_version,
        profile_hash=row.profile_hash,
        created_at=row.created_at,
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
