"""Every room's audit in one list; `bootstrap` opens what they read."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from suyuan.access import trail
from suyuan.anchoring.audit import audit_chain
from suyuan.anchoring.audit_state import Difference
from suyuan.anchoring.ports import Chain
from suyuan.catalogue.audit import audit_products
from suyuan.files.audit import audit_files
from suyuan.handovers.audit import audit_handovers
from suyuan.inspections.audit import audit_inspections
from suyuan.journal.audit import audit_journal
from suyuan.journal.replay import audit_derived
from suyuan.lots.audit import audit_lots
from suyuan.parties.audit import audit_parties


def audit_rooms(conn: Connection, chain: Chain) -> Iterator[Difference]:
    """What differs between the database and the chain, and inside the database, room by room."""
    yield from audit_chain(conn, chain)
    yield from trail.audit(conn)
    yield from audit_journal(conn)
    yield from audit_files(conn)
    yield from audit_parties(conn)
    yield from audit_products(conn)
    yield from audit_lots(conn, chain)
    yield from audit_derived(conn)
    yield from audit_handovers(conn)
    yield from audit_inspections(conn)
