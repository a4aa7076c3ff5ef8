from __future__ import annotations

import pytest

from suyuan.adapters.evm import deployment
from suyuan.adapters.evm.connect import ChainSettings, connect, open_rpc
from suyuan.adapters.evm.errors import BadPolicy, BadRelayerKey, ChainMisconfigured, NotDeployed
from suyuan.adapters.evm.rpc import HttpRpc
from suyuan.adapters.evm.tester import memory_chain
from suyuan.adapters.evm.ws_rpc import WsRpc

KEY = b"\x61" * 32


def settings(folder, chain_url="tester", finality="depth:1", key=KEY) -> ChainSettings:
    return ChainSettings(chain_url, finality, folder / "deployments", folder, key)


def test_the_chain_in_memory_deploys_by_itself_and_is_one_for_the_process(tmp_path):
    first, second = connect(settings(tmp_path)), connect(settings(tmp_path))

    assert first.deployment == second.deployment
    assert first.rpc is second.rpc
    deployment.verify(second.deployment, second.chain)


def test_files_of_a_chain_in_memory_that_is_gone_are_replaced(tmp_path):
    before = connect(settings(tmp_path))
    memory_chain.cache_clear()

    after = connect(settings(tmp_path))

    assert after.rpc is not before.rpc
    deployment.verify(after.deployment, after.chain)


@pytest.mark.parametrize(
    ("url", "kind"),
    [("http://h:1", HttpRpc), ("https://h", HttpRpc), ("ws://h", WsRpc), ("wss://h:9/x", WsRpc)],
)
def test_each_address_has_its_way(tmp_path, url, kind):
    assert type(open_rpc(settings(tmp_path, url))) is kind


def test_what_cannot_be_used_is_said_before_anything_is_asked(tmp_path):
    with pytest.raises(ChainMisconfigured, match="'ftp:' in SUYUAN_CHAIN_URL"):
        connect(settings(tmp_path, "ftp://h"))
    with pytest.raises(BadPolicy):
        connect(settings(tmp_path, finality="soon"))
    with pytest.raises(BadRelayerKey):
        connect(settings(tmp_path, key=b"short"))
    with pytest.raises(ChainMisconfigured, match="without the relayer's key"):
        connect(settings(tmp_path, key=None))


def test_which_of_several_deployments_is_meant_is_never_guessed(tmp_path):
    for chain_id in ("1", "5"):
        (tmp_path / "deployments" / chain_id).mkdir(parents=True)
        (tmp_path / "deployments" / chain_id / "chain.json").write_text("{}")
    with pytest.raises(NotDeployed, match=r"it knows 1, 5"):
        deployment.load(tmp_path / "deployments")
