"""A running gateway that the demo is entered into through HTTP."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import httpx
import pytest
import uvicorn

from suyuan.access import tokens
from suyuan.access.model import Scope
from suyuan.anchoring.ports import Identity
from suyuan.api.gateway import Gateway
from suyuan.app import create_app
from suyuan.bootstrap import receipt_signer
from suyuan.config.settings import load
from suyuan.demo.people import ACTORS
from suyuan.demo.seed import party_of
from suyuan.kernel.clock import SystemClock
from suyuan.parties.custody import Keyring

CHAIN = Identity(31337, bytes(32), {"TraceLedger": "0x" + "22" * 20}, {"TraceLedger": bytes(32)})


@pytest.fixture
def running(sqlite_database, tmp_path):
    """A gateway on a port of its own, with the demo's parties; its address and the operator's token."""
    gateway = Gateway(
        settings=load(env_file=None, data_dir=tmp_path),
        database=sqlite_database,
        clock=SystemClock(),
        keyring=Keyring(bytes(32)),
        receipt_signer=receipt_signer(bytes([7] * 32), CHAIN),
        identity=CHAIN,
    )
    with sqlite_database.transaction() as conn:
        token = tokens.issue(conn, gateway.clock, "operator", None, tuple(Scope))
    server = uvicorn.Server(uvicorn.Config(create_app(gateway), port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        thread.join(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}) as registrar:
        for actor in ACTORS:
            assert registrar.post("/api/v1/parties", json=party_of(actor)).status_code == 201
    yield SimpleNamespace(url=url, token=token, database=sqlite_database)
    server.should_exit = True
    thread.join()
