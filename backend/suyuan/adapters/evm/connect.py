"""The pieces of the chain as the settings name it: `embedded`, `tester`, or the address of a node."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable
from urllib.parse import urlsplit

from suyuan.adapters.evm import answers, deployment
from suyuan.adapters.evm.abi import Abi
from suyuan.adapters.evm.artifacts import DEPLOYED, artifact
from suyuan.adapters.evm.client import EvmChain
from suyuan.adapters.evm.contracts import EvmContracts
from suyuan.adapters.evm.deploy import deploy
from suyuan.adapters.evm.deployment import Deployment
from suyuan.adapters.evm.errors import ChainMisconfigured, WrongChain
from suyuan.adapters.evm.logs import LEDGER
from suyuan.adapters.evm.node import CHAIN_ID, chain_folder, node_url
from suyuan.adapters.evm.node_state import SAVED
from suyuan.adapters.evm.policy import FinalityPolicy, parse_policy
from suyuan.adapters.evm.relayer import LocalRelayer
from suyuan.adapters.evm.rpc import LOOPBACK, HttpRpc, Rpc

EMBEDDED, TESTER = "embedded", "tester"


@runtime_checkable
class CanFund(Protocol):
    """The chain in memory, which gives away money and forgets everything."""

    def fund(self, address: str) -> None: ...


@dataclass(frozen=True, slots=True)
class ChainSettings:
    """What of the settings concerns the chain; `relayer_key` is None where nothing is sent."""

    chain_url: str
    finality: str
    deployments_dir: Path
    data_dir: Path
    relayer_key: bytes | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """Everything that talks to, or is made for, one chain."""

    chain: EvmChain
    contracts: EvmContracts
    relayer: LocalRelayer | None
    deployment: Deployment
    policy: FinalityPolicy
    rpc: Rpc


def connect(settings: ChainSettings, *, deploying: bool = False) -> Connection:
    """The pieces for these settings; no network is needed where the deployment files are there.

    With `deploying` the contracts are deployed first where they are not yet; `tester` always does that.
    Raises ChainMisconfigured (NotDeployed, WrongChain, BadPolicy, …), and ChainUnavailable while deploying.
    `deployment.verify(connection.deployment, connection.chain)` is the caller's, once the node answers.
    """
    policy = parse_policy(settings.finality, chain_folder(settings.data_dir) / SAVED)
    relayer = open_relayer(settings)
    rpc = open_rpc(settings)
    if settings.chain_url == TESTER or deploying:
        if relayer is None:
            raise ChainMisconfigured("the contracts cannot be deployed without the relayer's key")
        found = _deploy(settings, rpc, relayer, policy)
    else:
        found = deployment.load(settings.deployments_dir, _chain_meant(settings, rpc))
    abis = contract_abis()
    return Connection(
        chain=EvmChain(rpc, policy, found.addresses, abis, found.contracts[LEDGER].block),
        contracts=EvmContracts(found.chain_id, found.addresses, abis),
        relayer=relayer,
        deployment=found,
        policy=policy,
        rpc=rpc,
    )


def _deploy(settings: ChainSettings, rpc: Rpc, relayer: LocalRelayer, policy: FinalityPolicy) -> Deployment:
    folder = settings.deployments_dir
    if not isinstance(rpc, CanFund):
        return deploy(rpc, relayer, policy, folder)
    rpc.fund(relayer.address)
    try:
        return deploy(rpc, relayer, policy, folder)
    except WrongChain:  # the files of an earlier process, whose chain went with it
        for chain_id in deployment.chains(folder):
            deployment.discard(folder, chain_id)
        return deploy(rpc, relayer, policy, folder)


def _chain_meant(settings: ChainSettings, rpc: Rpc) -> int | None:
    """The chain whose files to load; the node is asked only where there are several."""
    if settings.chain_url == EMBEDDED:
        return CHAIN_ID
    if len(deployment.chains(settings.deployments_dir)) < 2:
        return None
    return answers.quantity(rpc.call("eth_chainId"), "the chain's id")


def open_rpc(settings: ChainSettings) -> Rpc:
    """The endpoint that the settings name; nothing is asked yet. Raises ChainMisconfigured."""
    if settings.chain_url == EMBEDDED:
        data_dir = settings.data_dir
        return HttpRpc(lambda: node_url(data_dir))
    if settings.chain_url == TESTER:
        from suyuan.adapters.evm.tester import memory_chain  # py-evm takes a second to import

        return memory_chain(settings.data_dir)
    scheme = urlsplit(settings.chain_url).scheme
    if scheme in {"http", "https"}:
        return HttpRpc(settings.chain_url)
    if scheme in {"ws", "wss"}:
        from suyuan.adapters.evm.ws_rpc import WsRpc  # rare, and not quick to import either

        return WsRpc(settings.chain_url)
    raise ChainMisconfigured(f"'{scheme}:' in SUYUAN_CHAIN_URL is none of http:, https:, ws:, wss:")


def open_relayer(settings: ChainSettings) -> LocalRelayer | None:
    """The key that pays; published development keys only where the chain is on this machine."""
    if settings.relayer_key is None:
        return None
    toy = settings.chain_url in {EMBEDDED, TESTER} or urlsplit(settings.chain_url).hostname in LOOPBACK
    return LocalRelayer(settings.relayer_key, allow_well_known=toy)


def contract_abis() -> Mapping[str, Abi]:
    """The ABIs of all our contracts by name."""
    return {name: Abi(artifact(name).abi) for name in DEPLOYED}
