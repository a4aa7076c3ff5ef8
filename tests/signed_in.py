"""The fixture `sign_in`: a person with an account, seats and an open session, and a browser to act with."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from starlette.testclient import TestClient

from suyuan.access import accounts, sessions
from suyuan.access.model import Seat
from suyuan.api.cookies import cookie_name

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Person:
    """`browser` carries the cookie and the CSRF header; `csrf` is what a form needs in its field."""

    account: str
    session: str
    csrf: str
    browser: TestClient


@pytest.fixture
def sign_in() -> Iterator:
    """sign_in(client, seats, party=None, name=…): a new person. `client` is a TestClient of an application;
    the person gets one of his own on the same application, so that several can act in one test.
    """
    with ExitStack() as open_ones:

        def make(
            client: TestClient, seats, party: int | None = None, name: str = "李梅", login: str | None = None
        ) -> Person:
            parts = client.app.state.gateway
            given = login or f"person{next(_numbers)}@example.com"
            with parts.database.transaction() as conn:
                account = accounts.add(conn, parts.clock, given, name, party, [Seat(each) for each in seats])
                secret = sessions.open_session(conn, parts.clock, account)
                found = sessions.find(conn, parts.clock, secret)
            browser = TestClient(client.app, follow_redirects=False)
            open_ones.callback(browser.close)
            browser.cookies.set(cookie_name(parts), secret)
            browser.headers["X-CSRF-Token"] = found.csrf
            return Person(account, found.id, found.csrf, browser)

        yield make
