from __future__ import annotations

from dataclasses import replace

import pytest

from suyuan.adapters.evm.artifacts import DEPLOYED, artifact
from suyuan.adapters.evm.deployment import DeployedContract, Deployment, abi_hash_of, check_version
from suyuan.adapters.evm.errors import ChainMisconfigured


def deployed(name: str) -> DeployedContract:
    return DeployedContract(name, "0x" + "11" * 20, 1, bytes(32), (), bytes(32), abi_hash_of(artifact(name)))


@pytest.fixture
def deployment() -> Deployment:
    return Deployment(31337, bytes(32), {name: deployed(name) for name in DEPLOYED})


def test_contracts_of_this_version_are_taken(deployment):
    check_version(deployment)


def test_contracts_of_another_version_are_refused_in_one_sentence(deployment):
    ledger = replace(deployment.contracts["TraceLedger"], abi_hash=b"\x01" * 32)
    other = replace(deployment, contracts={**deployment.contracts, "TraceLedger": ledger})
    with pytest.raises(
        ChainMisconfigured, match="TraceLedger on chain 31337 was deployed by another version"
    ):
        check_version(other)
