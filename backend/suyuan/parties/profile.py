"""The profile document: what PartyRegistry's hash stands for.

Canonical JSON `{type, party, names, identifiers, creditCode?, licences?, sites?, salt}`. Roles, qualification
and suspension stand on the chain itself and are not repeated. The salt keeps the hash from being guessed
where a firm bears a person's name; destroying document and salt leaves a hash that tells nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.clock import Clock
from suyuan.kernel.hashing import leaf_hash
from suyuan.parties.model import Licence, NewSite, Profile, Site
from suyuan.parties.tables import profiles

TYPE = "suyuan-party/1"


def compose(  # noqa: PLR0913, PLR0917 - the members of the document
    number: int,
    names: Mapping[str, str],
    identifiers: Sequence[str],
    credit_code: str | None,
    licences: Sequence[Licence],
    sites: Sequence[Site],
) -> bytes:  # fmt: skip
    """The canonical bytes of a new version, with a salt of its own."""
    document: dict[str, object] = {
        "type": TYPE,
        "party": number,
        "names": dict(names),
        "identifiers": list(identifiers),
        "salt": secrets.token_hex(16),
    }
    if credit_code:
        document["creditCode"] = credit_code
    if licences:
        document["licences"] = licences_document(licences)
    if sites:
        document["sites"] = [{"uri": site.uri, **site_document(site)} for site in sites]
    return canonical_json(document)


def licences_document(licences: Sequence[Licence]) -> list[dict[str, str]]:
    found = []
    for licence in licences:
        until = {"validUntil": licence.valid_until.date().isoformat()} if licence.valid_until else {}
        found.append({"number": licence.number, **until})
    return found


def site_document(site: NewSite | Site) -> dict[str, object]:
    given = {"address": site.address, "latitude": site.latitude, "longitude": site.longitude}
    return {"names": dict(site.names), **{name: value for name, value in given.items() if value}}


def store(conn: Connection, clock: Clock, number: int, version: int, document: bytes) -> Profile:
    """Keep a version; versions are never changed."""
    found = Profile(number, version, document, leaf_hash(document), clock.now())
    conn.execute(
        profiles.insert().values(
            party=number,
            version=version,
            document=document,
            hash=found.hash,
            created_at=found.created_at,
        )
    )
    return found


def hash_of(document: bytes) -> bytes:
    """The leaf hash of a document, as PartyRegistry holds it."""
    return leaf_hash(document)
