"""The portal as a whole: its parts on a database, its two suppliers, and a real server around it."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI

from api.conftest import CHAIN
from portal.pages_to_see import APPLICANT, MAKERS
from portal.qualified import applying
from suyuan.access import accounts, sessions
from suyuan.access.model import PLATFORM_SEATS, Seat
from suyuan.api.cookies import cookie_name
from suyuan.api.gateway import Gateway
from suyuan.app import create_app
from suyuan.bootstrap import receipt_signer
from suyuan.config.settings import load
from suyuan.kernel.ledger import Role
from suyuan.parties.custody import Keyring
from suyuan.parties.model import NewParty, NewSite
from suyuan.parties.register import register_party

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)

#: (names, a word for its URIs) of the two suppliers.
COMPANIES = (
    ({"zh": "晨露鲜果", "en": "Morning Dew Orchards"}, "dew"),
    ({"zh": "远山粮仓", "en": "Far Hills Granary"}, "hills"),
)


def make_gateway(database, folder, clock):
    return Gateway(
        settings=load(env_file=None, data_dir=folder, max_body_bytes=2_000_000),
        database=database,
        clock=clock,
        keyring=Keyring(bytes(range(32))),
        receipt_signer=receipt_signer(bytes([7] * 32), CHAIN),
        identity=CHAIN,
    )


def register(gateway, companies=COMPANIES):
    """The suppliers; their numbers."""
    with gateway.database.transaction() as conn:
        return [
            register_party(conn, gateway.clock, gateway.keyring, _company(names, word)).number
            for names, word in companies
        ]


def _company(names, word):
    return NewParty(
        names=names,
        identifiers=(f"urn:gdst:example.org:party:{word}",),
        roles=Role.PRODUCER | Role.PROCESSOR | Role.CARRIER,
        sites=(NewSite(f"urn:gdst:example.org:location:loc:{word}", names),),
    )


@dataclass
class Site:
    """A running server. `made`: what the makers of pages_to_see made, for the places of paths."""

    gateway: Gateway
    app: FastAPI
    url: str
    parties: list[int]
    made: dict[str, str]

    def cookie(self, seat, party=1, name="李梅"):
        """A new person of this seat, signed in: (name, value) of his cookie. An `applicant` has none yet."""
        seats = [] if seat == APPLICANT else [Seat(seat)]
        of = self.parties[party - 1] if set(seats) - PLATFORM_SEATS else None
        with self.gateway.database.transaction() as conn:
            login = f"{seat}-{len(accounts.list_accounts(conn))}@example.com"
            account = accounts.add(conn, self.gateway.clock, login, name, of, seats)
            if not seats:
                applying(conn, self.gateway.clock, account)
            secret = sessions.open_session(conn, self.gateway.clock, account)
        return cookie_name(self.gateway), secret


@contextmanager
def running(gateway, makers=None):
    """A real server around the whole application, on a port of this machine; with what all makers of pages
    make, unless `makers` are given.
    """
    parties = register(gateway)
    made = {}
    for maker in MAKERS if makers is None else makers:
        made |= maker(gateway, parties)
    app = create_app(gateway)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        server = uvicorn.Server(
            uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield Site(gateway, app, f"http://127.0.0.1:{listening.getsockname()[1]}", parties, made)
        finally:
            server.should_exit = True
            thread.join()
