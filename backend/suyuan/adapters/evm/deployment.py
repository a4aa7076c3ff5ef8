"""Where our contracts stand on a chain: `<deployments>/<chain id>/<Contract>.json` and `chain.json`.

The files pin what a gateway may talk to. At start the node is asked once whether it serves this very chain
with this very code; a chain that was reset, or another network behind the same address, is refused.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from suyuan.adapters.evm.artifacts import Artifact, artifact
from suyuan.adapters.evm.errors import ChainMisconfigured, NotDeployed, WrongChain
from suyuan.adapters.evm.node_state import write_synced
from suyuan.anchoring.ports import Identity
from suyuan.kernel.canonical import canonical_json
from suyuan.kernel.hashing import from_hex, keccak256, to_hex

CHAIN_FILE = "chain.json"
NO_CODE = keccak256(b"")


@dataclass(frozen=True, slots=True)
class DeployedContract:
    """`code_hash` is keccak256 of the runtime code with its immutables; `arguments` are the constructor's."""

    name: str
    address: str
    block: int
    transaction: bytes
    arguments: tuple[str, ...]
    code_hash: bytes
    abi_hash: bytes


@dataclass(frozen=True, slots=True)
class Deployment:
    """All our contracts on one chain; `contracts` goes by name."""

    chain_id: int
    genesis_hash: bytes
    contracts: dict[str, DeployedContract]

    @property
    def addresses(self) -> dict[str, str]:
        return {name: contract.address for name, contract in self.contracts.items()}


class HasIdentity(Protocol):
    def identity(self) -> Identity: ...


def write(folder: Path, deployment: Deployment) -> None:
    """Write the files of one chain; `chain.json` last, which says that all others are there."""
    place = folder / str(deployment.chain_id)
    place.mkdir(parents=True, exist_ok=True)
    for contract in deployment.contracts.values():
        write_synced(place / f"{contract.name}.json", _text(_contract_json(contract)))
    written = {
        "chainId": deployment.chain_id,
        "genesisHash": to_hex(deployment.genesis_hash),
        "contracts": sorted(deployment.contracts),
    }
    write_synced(place / CHAIN_FILE, _text(written))


def load(folder: Path, chain_id: int | None = None) -> Deployment:
    """The deployment on `chain_id`, or the only one there is. Raises NotDeployed, ChainMisconfigured."""
    if chain_id is None:
        chain_id = _only_chain(folder)
    place = folder / str(chain_id)
    if not (place / CHAIN_FILE).exists():
        raise NotDeployed(f"the contracts are not deployed on chain {chain_id}: run 'suyuan deploy'")
    try:
        chain = json.loads((place / CHAIN_FILE).read_bytes())
        contracts = [_contract(name, (place / f"{name}.json").read_bytes()) for name in chain["contracts"]]
        return Deployment(
            chain_id=int(chain["chainId"]),
            genesis_hash=from_hex(chain["genesisHash"]),
            contracts={contract.name: contract for contract in contracts},
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        # Not NotDeployed: contracts that are there must not be deployed a second time for a damaged file.
        raise ChainMisconfigured(
            f"the deployment files in {place} cannot be read ({error}): restore them",
            code="chain.deployment_unreadable",
        ) from error


def discard(folder: Path, chain_id: int) -> None:
    """Forget the deployment on a chain that is gone for good; `chain.json` first."""
    place = folder / str(chain_id)
    (place / CHAIN_FILE).unlink(missing_ok=True)
    for left in place.glob("*.json"):
        left.unlink()


def verify(deployment: Deployment, chain: HasIdentity) -> None:
    """Refuse a chain that is not the deployment's. Raises WrongChain, ChainUnavailable."""
    found = chain.identity()
    if found.chain_id != deployment.chain_id:
        raise WrongChain(
            f"the node serves chain {found.chain_id}, but the contracts are deployed on chain "
            f"{deployment.chain_id}: check SUYUAN_CHAIN_URL"
        )
    if found.genesis_hash != deployment.genesis_hash:
        raise WrongChain(
            f"the node's chain {found.chain_id} begins with block {to_hex(found.genesis_hash)}, not with "
            f"{to_hex(deployment.genesis_hash)} as at deployment: it was reset, or is another"
        )
    for name, contract in deployment.contracts.items():
        there = found.code_hashes.get(name, NO_CODE)
        if there != contract.code_hash:
            what = "no code" if there == NO_CODE else "other code"
            raise WrongChain(
                f"chain {found.chain_id} has {what} at {contract.address}, where {name} was deployed"
            )


def check_version(deployment: Deployment) -> None:
    """Refuse contracts of another version of this program. Raises ChainMisconfigured."""
    for name, contract in deployment.contracts.items():
        if contract.abi_hash != abi_hash_of(artifact(name)):
            raise ChainMisconfigured(
                f"{name} on chain {deployment.chain_id} was deployed by another version of Suyuan: "
                "run that version, or take another data folder (--data) and deployment folder for this one",
                code="chain.other_version",
            )


def abi_hash_of(found: Artifact) -> bytes:
    return keccak256(canonical_json(list(found.abi)))


def chains(folder: Path) -> list[int]:
    """The ids of the chains that have a deployment here."""
    places = [found.parent.name for found in folder.glob(f"*/{CHAIN_FILE}")]
    return sorted(int(name) for name in places if name.isdecimal())


def _only_chain(folder: Path) -> int:
    found = chains(folder)
    if len(found) == 1:
        return found[0]
    known = ", ".join(map(str, found)) or "none"
    raise NotDeployed(f"{folder} does not say which chain is meant (it knows {known}): run 'suyuan deploy'")


def _contract_json(contract: DeployedContract) -> dict[str, Any]:
    return {
        "contract": contract.name,
        "address": contract.address,
        "block": contract.block,
        "transaction": to_hex(contract.transaction),
        "arguments": list(contract.arguments),
        "runtimeCodeHash": to_hex(contract.code_hash),
        "abiHash": to_hex(contract.abi_hash),
    }


def _contract(name: str, data: bytes) -> DeployedContract:
    content = json.loads(data)
    return DeployedContract(
        name=name,
        address=str(content["address"]),
        block=int(content["block"]),
        transaction=from_hex(content["transaction"]),
        arguments=tuple(map(str, content["arguments"])),
        code_hash=from_hex(content["runtimeCodeHash"]),
        abi_hash=from_hex(content["abiHash"]),
    )


def _text(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, indent=2) + "\n").encode()
