from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from suyuan.anchoring.tables import operations
from suyuan.kernel.clock import FixedClock
from suyuan.kernel.ledger import Role
from suyuan.parties.custody import Keyring
from suyuan.parties.model import NewParty, NewSite
from suyuan.parties.register import register_party

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture
def clock():
    return FixedClock(NOW)


@pytest.fixture
def keyring():
    return Keyring(bytes(range(32)))


@pytest.fixture
def new():
    """What a registrar writes about a party; `new(names=...)` writes it otherwise."""

    def made(number=1, **other):
        given = {
            "names": {"zh": f"晨露鲜果{number}号", "en": f"Morning Dew {number}"},
            "identifiers": (f"urn:gdst:example.org:party:dew.{number}",),
            "roles": Role.PRODUCER | Role.PROCESSOR,
            "sites": (NewSite(f"urn:gdst:example.org:location:loc:dew.{number}", {"zh": "果园"}),),
        }
        return NewParty(**{**given, **other})

    return made


@pytest.fixture
def register(clock, keyring, new):
    """Registers a party in an open transaction."""

    def done(conn, number=1, **other):
        return register_party(conn, clock, keyring, new(number, **other))

    return done


@pytest.fixture
def queued():
    """What stands in the queue to the chain: (kind, party, payload, reference) in order."""

    def read(conn):
        columns = (operations.c.kind, operations.c.party, operations.c.payload, operations.c.reference)
        return [tuple(row) for row in conn.execute(select(*columns).order_by(operations.c.id))]

    return read


@pytest.fixture
def settle():
    """Says of the operations with these references that the chain has them for good."""

    def done(conn, *references, state="final"):
        for reference in references:
            changed = conn.execute(
                operations.update().where(operations.c.reference == reference).values(state=state)
            )
            assert changed.rowcount == 1

    return done
