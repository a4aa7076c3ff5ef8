"""Parties against themselves: profiles from their documents, and rows from the newest profile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from suyuan.anchoring.audit_state import Difference, readable
from suyuan.anchoring.leaves import leaves_of_kind
from suyuan.anchoring.queries import payload_of_reference
from suyuan.kernel.clock import to_millis
from suyuan.kernel.hashing import leaf_hash, to_hex
from suyuan.parties import references
from suyuan.parties.repository import uri_key
from suyuan.parties.suspicion import LEAF_KIND
from suyuan.parties.tables import identifiers, parties, profiles, sites, suspicions


def audit_parties(conn: Connection) -> Iterator[Difference]:
    """Every difference, named by its row; keys are compared with the chain by `anchoring.audit`."""
    for row in conn.execute(select(profiles).order_by(profiles.c.party, profiles.c.version)).all():
        name = f"parties_profiles {row.party} {row.version}"
        if leaf_hash(row.document) != row.hash:
            yield Difference(name, "hash is not the hash of the document")
        sent = payload_of_reference(conn, references.profile(row.party, row.version))
        if sent is None or sent.get("profileHash") != to_hex(row.hash):
            yield Difference(name, "hash is not the one that was sent to the chain")
    for row in conn.execute(select(parties).order_by(parties.c.number)).all():
        yield from _party(conn, row)
    yield from _suspicions(conn)
    for table in (identifiers, sites):
        for row in conn.execute(select(table.c.uri, table.c.uri_hash)):
            if uri_key(row.uri) != row.uri_hash:
                yield Difference(f"{table.name} {row.uri}", "uri_hash is not the hash of the URI")


def _party(conn: Connection, row: Any) -> Iterator[Difference]:
    name = f"parties_parties {row.number}"
    its = (profiles.c.party == row.number) & (profiles.c.version == row.profile_version)
    profile = conn.execute(select(profiles.c.document, profiles.c.hash).where(its)).one_or_none()
    if profile is None or profile.hash != row.profile_hash:
        yield Difference(name, "profile_hash is not that of its profile")
        return
    document = readable(profile.document)
    if not isinstance(document, dict):
        return  # its hash is wrong too, and named
    listed = select(identifiers.c.uri).where(identifiers.c.party == row.number)
    uris = list(conn.execute(listed.order_by(identifiers.c.position)).scalars())
    pairs = {
        "names": (readable(row.names), document.get("names")),
        "credit_code": (row.credit_code, document.get("creditCode")),
        "licences": (readable(row.licences), document.get("licences", [])),
        "identifiers": (uris, document.get("identifiers")),
    }
    for column, (ours, told) in pairs.items():
        if ours != told:
            yield Difference(name, f"{column} differs from the profile")
    yield from _sites(conn, row.number, document)


def _sites(conn: Connection, party: int, document: dict[str, Any]) -> Iterator[Difference]:
    """A party's places against its profile, which has all of them."""
    told = {each["uri"]: {**each, "uri": None} for each in document.get("sites", [])}
    for row in conn.execute(select(sites.c.uri, sites.c.description).where(sites.c.party == party)):
        its, ours = told.pop(row.uri, None), readable(row.description)
        if its is None:
            yield Difference(f"parties_sites {row.uri}", "does not stand in the profile of its party")
        elif not isinstance(ours, dict) or {**ours, "uri": None} != its:
            yield Difference(f"parties_sites {row.uri}", "description differs from the profile")
    for uri in told:
        yield Difference(f"parties_sites {uri}", f"is missing: it stands in the profile of party {party}")


def _suspicions(conn: Connection) -> Iterator[Difference]:
    """What is said of doubted keys against the statements that were anchored."""
    anchored = leaves_of_kind(conn, LEAF_KIND)
    for row in conn.execute(select(suspicions)).all():
        name = f"parties_suspicions {row.address}"
        said = (readable(row.statement) or {}).get("statement", {})
        told = (said.get("party"), said.get("address"), said.get("since"))
        if anchored.pop(row.leaf, None) != row.statement:
            yield Difference(name, "statement is not the one that was queued for anchoring")
        elif told != (row.party, row.address, to_millis(row.since)):
            yield Difference(name, "party, address or since is not the statement's")
    for digest in anchored:
        yield Difference("parties_suspicions", f"has no row for the anchored statement {to_hex(digest)}")
