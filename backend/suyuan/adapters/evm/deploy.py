"""Deployment of our contracts to any chain, step by step and safe to interrupt.

Each step's signed transaction is written to `deploying.json` before it is sent, and the files that a gateway
reads are written when the last step is final. A deployment that was cut off, or rolled back with its chain,
is taken up by running it again: the same bytes at the same nonces give the same addresses.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from suyuan.adapters.evm import answers, deployment
from suyuan.adapters.evm.abi import Abi
from suyuan.adapters.evm.artifacts import DEPLOYED, Artifact, artifact
from suyuan.adapters.evm.client import EvmChain
from suyuan.adapters.evm.deploy_steps import Steps
from suyuan.adapters.evm.deployment import DeployedContract, Deployment, abi_hash_of
from suyuan.adapters.evm.errors import DeploymentFailed, NotDeployed
from suyuan.adapters.evm.logs import ANCHORS, PARTIES
from suyuan.adapters.evm.policy import FinalityPolicy
from suyuan.adapters.evm.relayer import LocalRelayer
from suyuan.adapters.evm.rpc import Rpc
from suyuan.anchoring.ports import Identity
from suyuan.kernel.hashing import keccak256

MANAGER = "AccessManager"
#: AccessManager's role numbers; 0 is its admin. What is named in neither list is the admin's.
REGISTRAR, PUBLISHER = 1, 2
REGISTRAR_FUNCTIONS = (
    "register",
    "addKey",
    "revokeKey",
    "setRoles",
    "setQualification",
    "setSuspended",
    "setProfile",
)
PUBLISHER_FUNCTIONS = ("anchor",)

log = logging.getLogger(__name__)


def deploy(rpc: Rpc, key: LocalRelayer, policy: FinalityPolicy, folder: Path) -> Deployment:
    """Deploy what is not deployed yet, with `key` as admin, registrar and publisher, and write the files.

    A complete deployment is only checked. Raises WrongChain, DeploymentFailed, ChainUnavailable.
    """
    chain = EvmChain(rpc, policy, {}, {})
    here = chain.identity()
    try:
        existing = deployment.load(folder, here.chain_id)
    except NotDeployed:
        existing = None
    if existing is not None:
        deployment.verify(existing, EvmChain(rpc, policy, existing.addresses, {}))
        return existing
    log.info("deploying the contracts on chain %d", here.chain_id)
    place = folder / str(here.chain_id)
    place.mkdir(parents=True, exist_ok=True)
    steps = Steps(chain, key, here, place)
    artifacts = {name: artifact(name) for name in DEPLOYED}
    created = _create_all(steps, artifacts, key.address)
    last = steps.call("grants", created[MANAGER], _grants(created, artifacts, key.address))
    steps.wait_until_final(last)
    finished = _describe(rpc, here, steps, created, artifacts)
    deployment.write(folder, finished)
    steps.forget()
    return finished


def _create_all(steps: Steps, artifacts: Mapping[str, Artifact], admin: str) -> dict[str, str]:
    created: dict[str, str] = {}
    for name in DEPLOYED:
        created[name] = steps.create(artifacts[name], *_arguments(name, created, admin))
    return created


def _arguments(name: str, created: Mapping[str, str], admin: str) -> tuple[str, ...]:
    match name:
        case "AccessManager":
            return (admin,)
        case "TraceLedger":
            return (created[MANAGER], created[PARTIES])
        case _:
            return (created[MANAGER],)


def _grants(created: Mapping[str, str], artifacts: Mapping[str, Artifact], account: str) -> bytes:
    manager = Abi(artifacts[MANAGER].abi)
    calls = []
    for contract, functions, role in (
        (PARTIES, REGISTRAR_FUNCTIONS, REGISTRAR),
        (ANCHORS, PUBLISHER_FUNCTIONS, PUBLISHER),
    ):
        abi = Abi(artifacts[contract].abi)
        selectors = [abi.functions[function].signature[:4] for function in functions]
        calls.append(manager.call("setTargetFunctionRole", created[contract], selectors, role))
        calls.append(manager.call("grantRole", role, account, 0))
    return manager.call("multicall", calls)


def _describe(
    rpc: Rpc, here: Identity, steps: Steps, created: Mapping[str, str], artifacts: Mapping[str, Artifact]
) -> Deployment:
    contracts = {}
    for name, address in created.items():
        receipt, arguments = steps.done(name)
        code = answers.octets(rpc.call("eth_getCode", address, "latest"), f"the code of {name}")
        if artifacts[name].masked(code) != artifacts[name].deployed_bytecode:
            raise DeploymentFailed(f"the code at {address} is not {name} as it was compiled")
        contracts[name] = DeployedContract(
            name=name,
            address=address,
            block=receipt.block.number,
            transaction=receipt.transaction_hash,
            arguments=arguments,
            code_hash=keccak256(code),
            abi_hash=abi_hash_of(artifacts[name]),
        )
    return Deployment(here.chain_id, here.genesis_hash, contracts)
