"""The whole application on a real database, and people of each seat who look at its pages.

The kind of database plays no part in how a page looks: these tests run on SQLite.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from api.conftest import CHAIN
from signed_in import sign_in  # noqa: F401 - a fixture
from suyuan.api.gateway import Gateway
from suyuan.app import create_app
from suyuan.bootstrap import receipt_signer
from suyuan.config.settings import load
from suyuan.kernel.clock import FixedClock
from suyuan.kernel.ledger import Role
from suyuan.parties.custody import Keyring
from suyuan.parties.model import NewParty, NewSite
from suyuan.parties.register import register_party

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)

#: Seats that a person may have in a party, and in the platform.
OF_PARTY = ("entry", "signer", "admin", "auditor")
OF_PLATFORM = ("registrar", "qc", "director")


@pytest.fixture
def clock():
    return FixedClock(NOW)


@pytest.fixture
def gateway(sqlite_database, tmp_path, clock):
    return Gateway(
        settings=load(env_file=None, data_dir=tmp_path, max_body_bytes=2_000_000),
        database=sqlite_database,
        clock=clock,
        keyring=Keyring(bytes(range(32))),
        receipt_signer=receipt_signer(bytes([7] * 32), CHAIN),
        identity=CHAIN,
    )


@pytest.fixture
def client(gateway):
    """A browser of somebody who is not signed in; it follows no redirect."""
    with TestClient(create_app(gateway), follow_redirects=False) as found:
        yield found


@pytest.fixture
def company_names():
    """(names, a word for its URIs) of the two suppliers."""
    return [
        ({"zh": "晨露鲜果", "en": "Morning Dew Orchards"}, "dew"),
        ({"zh": "远山粮仓", "en": "Far Hills Granary"}, "hills"),
    ]


@pytest.fixture
def parties(gateway, company_names):
    """Two suppliers; their numbers."""
    with gateway.database.transaction() as conn:
        return [
            register_party(conn, gateway.clock, gateway.keyring, company(names, word)).number
            for names, word in company_names
        ]


def company(names, word):
    return NewParty(
        names=names,
        identifiers=(f"urn:gdst:example.org:party:{word}",),
        roles=Role.PRODUCER | Role.PROCESSOR | Role.CARRIER,
        sites=(NewSite(f"urn:gdst:example.org:location:loc:{word}", names),),
    )


@pytest.fixture
def signed_in(client, parties, sign_in):  # noqa: F811
    """signed_in("signer"): the browser of a person with this seat in the first party; with 2, in
    the second; signed_in("registrar") of the platform's.
    """

    def make(seat, party=1, **more):
        of = None if seat in OF_PLATFORM else parties[party - 1]
        return sign_in(client, [seat], of, **more).browser

    return make
