"""Capture never waits for the chain: while it is down or lies, records are taken, and recorded later."""

from __future__ import annotations

import pytest

from fakes.rpc_proxy import Fault, rpc_proxy
from stories.test_bad_input import FARM, document, event
from suyuan import bootstrap
from suyuan.config.settings import load
from whole_system import whole_system

pytestmark = [pytest.mark.node, pytest.mark.slow]

KEY = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"


@pytest.fixture
def node(tmp_path):
    settings = load(env_file=None, data_dir=tmp_path / "node", relayer_key=KEY)
    with bootstrap.embedded_node(settings) as found:
        yield found


@pytest.fixture
def proxy(node):
    with rpc_proxy(node.url) as found:
        yield found


@pytest.fixture
def whole(tmp_path, database_url, proxy):
    overrides = {
        "chain_url": proxy.url,
        "finality": "depth:1",
        "deployments_dir": tmp_path / "deployments",
        "master_key": "11" * 32,
        "receipt_key": "22" * 32,
        "relayer_key": KEY,
    }
    settings = load(env_file=None, data_dir=tmp_path, database_url=database_url, **overrides)
    bootstrap.deploy_if_needed(settings)
    with whole_system(tmp_path, database_url, **overrides) as found:
        body = {"names": {"en": "Farm"}, "identifiers": [FARM], "roles": ["producer"]}
        assert found.client.post("/api/v1/parties", json=body).status_code == 201
        found.settle(passes=600)
        yield found


def state(whole, identifier):
    return whole.client.get(f"/api/v1/submissions/{identifier}").json()["state"]


@pytest.mark.parametrize(
    "trouble",
    [
        {"kind": Fault.DROP_BEFORE},
        {"kind": Fault.STATUS, "status": 502},
        {"kind": Fault.HTML},
        {"kind": Fault.NOT_RPC},
        {"kind": Fault.RESULT, "value": "nonsense"},
        {"kind": Fault.RESULT, "value": None},
        {"kind": Fault.RESULT, "value": {"number": "0x1"}},
    ],
    ids=lambda trouble: f"{trouble['kind'].name}-{trouble.get('value', '')}",
)
def test_a_record_is_taken_while_the_chain_is_down_or_lies_and_is_final_later(whole, proxy, trouble):
    proxy.fault(**trouble)
    accepted = whole.submit(document(event("a")), **{"as": FARM})
    for _ in range(3):
        whole.relay.pass_once()
    assert state(whole, accepted["id"]) in ("received", "signed", "submitted")
    assert whole.client.get("/readyz").status_code in (200, 503)
    proxy.heal()
    whole.settle(passes=600)
    assert state(whole, accepted["id"]) == "final"
