"""An application on a real database, with a chain that it never asks."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from suyuan.access import tokens
from suyuan.access.model import Scope
from suyuan.anchoring.ports import Identity
from suyuan.api.gateway import Gateway
from suyuan.app import create_app
from suyuan.bootstrap import receipt_signer
from suyuan.config.settings import load
from suyuan.kernel.clock import SystemClock
from suyuan.parties.custody import Keyring

CHAIN = Identity(
    chain_id=31337,
    genesis_hash=bytes(32),
    contracts={
        "PartyRegistry": "0x" + "11" * 20,
        "TraceLedger": "0x" + "22" * 20,
        "AnchorRegistry": "0x" + "33" * 20,
    },
    code_hashes={"PartyRegistry": bytes(32), "TraceLedger": bytes(32), "AnchorRegistry": bytes(32)},
)


@pytest.fixture
def gateway(database, tmp_path):
    return Gateway(
        settings=load(env_file=None, data_dir=tmp_path, max_body_bytes=200_000),
        database=database,
        clock=SystemClock(),
        keyring=Keyring(bytes(range(32))),
        receipt_signer=receipt_signer(bytes([7] * 32), CHAIN),
        identity=CHAIN,
    )


@pytest.fixture
def operator(gateway):
    with gateway.database.transaction() as conn:
        return tokens.issue(conn, gateway.clock, "operator", None, tuple(Scope))


@pytest.fixture
def client(gateway):
    with TestClient(create_app(gateway)) as found:
        yield found


@pytest.fixture
def registrar(client, operator):
    client.headers["Authorization"] = f"Bearer {operator}"
    return client
