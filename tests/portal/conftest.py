"""The whole application on a real database, and people of each seat who look at its pages.

The kind of database plays no part in how a page looks: these tests run on SQLite.
"""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from portal.pages_to_see import APPLICANT
from portal.qualified import applying
from portal.site import COMPANIES, NOW, make_gateway, register
from suyuan.app import create_app
from suyuan.kernel.clock import FixedClock

#: Seats that a person may have in a party, and in the platform.
OF_PARTY = ("entry", "signer", "admin", "auditor")
OF_PLATFORM = ("registrar", "qc", "director")


@pytest.fixture
def clock():
    return FixedClock(NOW)


@pytest.fixture
def gateway(sqlite_database, tmp_path, clock):
    return make_gateway(sqlite_database, tmp_path, clock)


@pytest.fixture
def client(gateway):
    """A browser of somebody who is not signed in; it follows no redirect."""
    with TestClient(create_app(gateway), follow_redirects=False) as found:
        yield found


@pytest.fixture
def company_names():
    """(names, a word for its URIs) of the two suppliers."""
    return COMPANIES


@pytest.fixture
def parties(gateway, company_names):
    """Two suppliers; their numbers."""
    return register(gateway, company_names)


@pytest.fixture
def signed_in(client, gateway, parties, sign_in):
    """signed_in("signer"): the browser of a person with this seat in the first party; with 2, in the second;
    signed_in("registrar") of the platform's.
    """

    def make(seat, party=1, **more):
        if seat == APPLICANT:
            person = sign_in(client, [], None, **more)
            with gateway.database.transaction() as conn:
                applying(conn, gateway.clock, person.account)
            return person.browser
        of = None if seat in OF_PLATFORM else parties[party - 1]
        return sign_in(client, [seat], of, **more).browser

    return make
