from __future__ import annotations

import json
import threading
from dataclasses import replace

import pytest

from fakes.anvil import anvil, until
from fakes.rpc_proxy import Fault, rpc_proxy
from suyuan.adapters.evm import deployment
from suyuan.adapters.evm.client import EvmChain
from suyuan.adapters.evm.connect import ChainSettings, connect, contract_abis
from suyuan.adapters.evm.contracts import EvmContracts
from suyuan.adapters.evm.deploy import deploy
from suyuan.adapters.evm.deploy_steps import created_address
from suyuan.adapters.evm.errors import (
    BadRelayerKey,
    ChainMisconfigured,
    DeploymentFailed,
    NotDeployed,
    WrongChain,
)
from suyuan.adapters.evm.node import EmbeddedNode, Pace
from suyuan.adapters.evm.policy import Depth
from suyuan.adapters.evm.relayer import LocalRelayer
from suyuan.adapters.evm.rpc import HttpRpc
from suyuan.anchoring.ports import ChainUnavailable, SendOutcome
from suyuan.kernel.hashing import keccak256, sha256

pytestmark = pytest.mark.node
KEY = b"\x51" * 32
POLICY = Depth(1)


@pytest.fixture
def node():
    with anvil() as running:
        running.rpc.call("anvil_setBalance", LocalRelayer(KEY).address, hex(10**24))
        yield running


@pytest.fixture
def relayer():
    return LocalRelayer(KEY)


def chain_of(rpc, found) -> EvmChain:
    return EvmChain(rpc, POLICY, found.addresses, contract_abis())


def test_what_is_written_is_what_is_loaded_and_the_chain_agrees(node, relayer, tmp_path):
    found = deploy(node.rpc, relayer, POLICY, tmp_path)

    assert deployment.load(tmp_path) == deployment.load(tmp_path, 31337) == found
    deployment.verify(found, chain_of(node.rpc, found))
    ledger = json.loads((tmp_path / "31337" / "TraceLedger.json").read_text())
    code = bytes.fromhex(node.rpc.call("eth_getCode", ledger["address"], "latest")[2:])
    assert ledger["runtimeCodeHash"] == "0x" + keccak256(code).hex()
    assert ledger["arguments"] == [found.addresses["AccessManager"], found.addresses["PartyRegistry"]]
    assert not (tmp_path / "31337" / "deploying.json").exists()


def test_deploying_again_sends_nothing(node, relayer, tmp_path):
    found = deploy(node.rpc, relayer, POLICY, tmp_path)
    nonce = node.rpc.call("eth_getTransactionCount", relayer.address, "latest")

    assert deploy(node.rpc, relayer, POLICY, tmp_path) == found
    assert node.rpc.call("eth_getTransactionCount", relayer.address, "latest") == nonce


@pytest.mark.parametrize("cut", range(1, 6))
def test_a_deployment_that_is_cut_off_is_taken_up(node, relayer, tmp_path, cut):
    with rpc_proxy(node.url) as proxy:
        for _ in range(cut):
            proxy.fault(Fault.DELAY, method="eth_sendRawTransaction", times=1, seconds=0)
        proxy.fault(Fault.DROP_AFTER, method="eth_sendRawTransaction", times=1)
        proxy.fault(Fault.DROP_BEFORE, method="eth_getTransactionReceipt", times=None)
        proxy.heal() if cut == 5 else None
        proxy.fault(Fault.DROP_BEFORE, method="eth_estimateGas", times=1)
        with pytest.raises(ChainUnavailable):
            deploy(HttpRpc(proxy.url), relayer, POLICY, tmp_path)
    with pytest.raises(NotDeployed):
        deployment.load(tmp_path)

    found = deploy(node.rpc, relayer, POLICY, tmp_path)

    deployment.verify(found, chain_of(node.rpc, found))
    assert found.addresses["AccessManager"] == created_address(relayer.address, 0)
    assert int(node.rpc.call("eth_getTransactionCount", relayer.address, "latest"), 16) == 5


def test_a_lost_answer_to_each_send_deploys_nothing_twice(node, relayer, tmp_path):
    with rpc_proxy(node.url) as proxy:
        proxy.fault(Fault.DROP_AFTER, method="eth_sendRawTransaction")
        deploy(HttpRpc(proxy.url), relayer, POLICY, tmp_path)

    assert int(node.rpc.call("eth_getTransactionCount", relayer.address, "latest"), 16) == 5


def test_a_nonce_taken_by_another_transaction_is_said_and_running_again_cures_it(relayer, tmp_path):
    with anvil("--no-mining") as node, rpc_proxy(node.url) as proxy:
        node.rpc.call("anvil_setBalance", relayer.address, hex(10**24))
        proxy.fault(Fault.DROP_BEFORE, method="eth_sendRawTransaction", times=1)
        proxy.fault(Fault.DROP_BEFORE, method="eth_getTransactionReceipt", times=None)
        with pytest.raises(ChainUnavailable):
            deploy(HttpRpc(proxy.url), relayer, POLICY, tmp_path)
        fees = EvmChain(node.rpc, POLICY, {}, {}).fees()
        thief = relayer.sign_creation(b"\x00", nonce=0, gas=100_000, fees=fees, chain_id=31337)
        node.rpc.call("eth_sendRawTransaction", "0x" + thief.raw.hex())
        node.mine()
        node.rpc.call("evm_setAutomine", True)

        with pytest.raises(DeploymentFailed, match=r"AccessManager cannot be mined .*: run it again"):
            deploy(node.rpc, relayer, POLICY, tmp_path)
        found = deploy(node.rpc, relayer, POLICY, tmp_path)

    assert found.addresses["AccessManager"] == created_address(relayer.address, 1)


def test_a_chain_that_makes_no_more_blocks_is_said_and_a_later_run_finishes(
    node, relayer, tmp_path, monkeypatch
):
    monkeypatch.setattr("suyuan.adapters.evm.deploy_steps.STILL_SECONDS", 0.2)
    with pytest.raises(DeploymentFailed, match=r"no further blocks come.*SUYUAN_FINALITY=depth:1"):
        deploy(node.rpc, relayer, Depth(3), tmp_path)
    with pytest.raises(NotDeployed):
        deployment.load(tmp_path)
    node.mine(2)

    found = deploy(node.rpc, relayer, Depth(3), tmp_path)

    assert found.addresses["AccessManager"] == created_address(relayer.address, 0)
    assert int(node.rpc.call("eth_getTransactionCount", relayer.address, "latest"), 16) == 5


def test_a_step_that_pays_too_little_is_signed_anew_by_the_next_run(node, relayer, tmp_path):
    with rpc_proxy(node.url) as proxy:
        cheap = {"code": -32000, "message": "transaction underpriced"}
        proxy.fault(Fault.ERROR, method="eth_sendRawTransaction", times=1, value=cheap)
        with pytest.raises(DeploymentFailed, match=r"cannot be mined \(transaction underpriced"):
            deploy(HttpRpc(proxy.url), relayer, POLICY, tmp_path)
        found = deploy(HttpRpc(proxy.url), relayer, POLICY, tmp_path)

    assert found.addresses["AccessManager"] == created_address(relayer.address, 0)


def test_a_key_without_money_is_said_at_once(node, tmp_path):
    with pytest.raises(DeploymentFailed, match=r"has 0 wei and needs up to \d+ .* send it funds"):
        deploy(node.rpc, LocalRelayer(b"\x52" * 32), POLICY, tmp_path)


def test_a_chain_with_another_id_is_refused(node, relayer, tmp_path):
    found = deploy(node.rpc, relayer, POLICY, tmp_path)
    with rpc_proxy(node.url) as proxy:
        proxy.fault(Fault.CHAIN_ID, value="0x5")
        with pytest.raises(WrongChain, match=r"the node serves chain 5, .* deployed on chain 31337"):
            deployment.verify(found, chain_of(HttpRpc(proxy.url), found))


def test_other_code_at_an_address_of_ours_is_refused(node, relayer, tmp_path):
    found = deploy(node.rpc, relayer, POLICY, tmp_path)
    ledger = found.addresses["TraceLedger"]

    for code, words in (("0x6000", "other code"), ("0x", "no code")):
        node.rpc.call("anvil_setCode", ledger, code)
        with pytest.raises(WrongChain, match=f"has {words} at {ledger}, where TraceLedger was deployed"):
            deployment.verify(found, chain_of(node.rpc, found))


def test_a_chain_that_was_reset_is_refused_and_its_success_is_no_record(node, relayer, tmp_path):
    found = deploy(node.rpc, relayer, POLICY, tmp_path)
    contracts = EvmContracts(found.chain_id, found.addresses, contract_abis())
    nonce = chain_of(node.rpc, found).nonce(relayer.address)
    old = relayer.sign(
        contracts.anchor(sha256(b"root"), 1, bytes(32)),
        nonce=nonce,
        gas=200_000,
        fees=chain_of(node.rpc, found).fees(),
        chain_id=31337,
    )
    with anvil("--timestamp", "1700000000") as reset:
        reset.rpc.call("anvil_setBalance", relayer.address, hex(10**24))
        reset.rpc.call("anvil_setNonce", relayer.address, hex(nonce))
        chain = chain_of(reset.rpc, found)
        assert chain.send(old.raw).outcome is SendOutcome.ACCEPTED
        reset.mine()
        receipt = chain.receipt(old.hash)

        assert receipt.succeeded
        assert receipt.logs == ()
        with pytest.raises(ChainUnavailable, match="there is no AnchorRegistry at"):
            chain.anchor_head()
        with pytest.raises(WrongChain, match="it was reset, or is another"):
            deployment.verify(found, chain)
        with pytest.raises(WrongChain, match="it was reset, or is another"):
            deploy(reset.rpc, relayer, POLICY, tmp_path)
        same_genesis = replace(found, genesis_hash=chain.identity().genesis_hash)
        with pytest.raises(WrongChain, match="has no code at"):
            deployment.verify(same_genesis, chain)


DAMAGES = [
    (name, damage) for name in ("chain.json", "TraceLedger.json") for damage in (b"", b"{", b"{}", b"[]")
]


@pytest.mark.parametrize(("name", "damage"), [*DAMAGES, ("TraceLedger.json", None)])
def test_damaged_files_are_refused_and_never_deployed_over(node, relayer, tmp_path, name, damage):
    deploy(node.rpc, relayer, POLICY, tmp_path)
    path = tmp_path / "31337" / name
    path.unlink() if damage is None else path.write_bytes(damage)

    for attempt in (
        lambda: deployment.load(tmp_path, 31337),
        lambda: deploy(node.rpc, relayer, POLICY, tmp_path),
    ):
        with pytest.raises(ChainMisconfigured, match=r"cannot be read .*: restore them") as refusal:
            attempt()
        assert not isinstance(refusal.value, NotDeployed)


def test_a_deployment_that_is_rolled_back_with_the_embedded_chain_is_taken_up(relayer, tmp_path):
    settings = ChainSettings("embedded", "saved", tmp_path / "deployments", tmp_path, KEY)
    pace = Pace(0.02, 3600)
    with EmbeddedNode(tmp_path, funded=[relayer.address], pace=pace) as node:
        failed: list[BaseException] = []

        def attempt() -> None:
            try:
                connect(settings, deploying=True)
            except (ChainUnavailable, ChainMisconfigured) as error:
                failed.append(error)

        thread = threading.Thread(target=attempt)
        thread.start()
        journal = tmp_path / "deployments" / "31337" / "deploying.json"
        while not (journal.exists() and "grants" in journal.read_text()):
            thread.join(0.01)
        node._child.kill()  # everything since genesis is gone
        thread.join()
        node._pace = Pace(0.02, 0.05)
        assert failed
        until(lambda: EvmChain(HttpRpc(node.url), POLICY, {}, {}).head())
        connection = connect(settings, deploying=True)

        deployment.verify(connection.deployment, connection.chain)
        assert connection.deployment.addresses["AccessManager"] == created_address(relayer.address, 0)


def test_settings_become_the_pieces_without_asking_the_node(node, relayer, tmp_path):
    settings = ChainSettings(node.url, "depth:1", tmp_path, tmp_path, KEY)
    found = connect(settings, deploying=True).deployment
    node.process.kill()
    node.process.wait()

    connection = connect(settings)

    assert connection.deployment == found
    assert connection.relayer.address == relayer.address
    with pytest.raises(ChainUnavailable):
        deployment.verify(connection.deployment, connection.chain)


def test_several_deployments_are_told_apart_by_the_nodes_chain_id(node, relayer, tmp_path):
    found = deploy(node.rpc, relayer, POLICY, tmp_path)
    deployment.write(tmp_path, replace(found, chain_id=1))

    assert connect(ChainSettings(node.url, "depth:1", tmp_path, tmp_path, KEY)).deployment == found


def test_a_place_without_deployment_says_what_to_do(tmp_path):
    with pytest.raises(NotDeployed, match="run 'suyuan deploy'"):
        connect(ChainSettings("http://127.0.0.1:9", "depth:1", tmp_path, tmp_path, KEY))


def test_a_published_key_is_refused_for_a_node_elsewhere(tmp_path):
    published = bytes.fromhex("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
    with pytest.raises(BadRelayerKey):
        connect(ChainSettings("https://node.example", "depth:1", tmp_path, tmp_path, published))


@pytest.mark.parametrize(
    ("nonce", "address"),
    [
        # Known contract addresses of this deployer: EIP-55's author's example in the yellow paper's form.
        (0, "0xcd234A471b72ba2F1Ccf0A70FCABA648a5eeCD8d"),
        (1, "0x343c43A37D37dfF08AE8C4A11544c718AbB4fCF8"),
        (2, "0xf778B86FA74E846c4f0a1fBd1335FE81c00a0C91"),
        (3, "0xffFd933A0bC612844eaF0C6Fe3E5b8E9B6C1d19c"),
    ],
)
def test_a_new_contracts_address_follows_from_deployer_and_nonce(nonce, address):
    assert created_address("0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0", nonce) == address


@pytest.mark.parametrize("nonce", [0, 1, 127, 128, 255, 256, 65_536, 2**40])
def test_every_length_of_nonce_is_encoded_as_the_library_does(nonce):
    rlp = pytest.importorskip("rlp")
    encoded = rlp.encode([bytes.fromhex("66" * 20), nonce])

    assert created_address("0x" + "66" * 20, nonce).lower() == "0x" + keccak256(encoded)[12:].hex()
