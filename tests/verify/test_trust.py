"""Trust is read from deployment files, and from nothing else."""

from __future__ import annotations

import json

import pytest

from suyuan.verify import Trust, TrustMissing
from suyuan.verify.trust import CONTRACTS

ADDRESS = "0x5FbDB2315678afecb367f032d93F642f64180aa3"


@pytest.fixture
def deployments(tmp_path):
    place = tmp_path / "31337"
    place.mkdir()
    place.joinpath("chain.json").write_text('{"chainId": 31337}', "utf-8")
    for block, name in enumerate(CONTRACTS, start=5):
        found = {"address": ADDRESS, "block": block, "runtimeCodeHash": "0x" + "ab" * 32}
        place.joinpath(f"{name}.json").write_text(json.dumps(found), "utf-8")
    return tmp_path


def test_chain_addresses_code_and_first_block_come_from_the_files(deployments):
    trust = Trust.from_deployment(deployments)
    assert trust == Trust.from_deployment(deployments, 31337)
    assert trust.chain_id == 31337
    assert trust.address("TraceLedger") == bytes.fromhex(ADDRESS[2:])
    assert trust.code_hashes["AnchorRegistry"] == b"\xab" * 32
    assert trust.first_block == 5


def test_one_chains_own_folder_may_have_any_name(deployments):
    moved = deployments / "31337"
    trust = Trust.from_deployment(moved)
    assert trust == Trust.from_deployment(deployments)
    assert Trust.from_deployment(moved.rename(deployments / "trusted")) == trust


def test_several_chains_need_a_choice(deployments):
    deployments.joinpath("1").mkdir()
    deployments.joinpath("1", "chain.json").write_text("{}", "utf-8")
    with pytest.raises(TrustMissing, match="1, 31337"):
        Trust.from_deployment(deployments)


@pytest.mark.parametrize("content", ["", "[]", "[" * 100_000, "{}", '{"address": 7}', '{"address": "0x12"}'])
def test_a_damaged_file_gives_no_trust(deployments, content):
    deployments.joinpath("31337", "TraceLedger.json").write_text(content, "utf-8")
    with pytest.raises(TrustMissing):
        Trust.from_deployment(deployments)


def test_no_deployment_gives_no_trust(tmp_path):
    with pytest.raises(TrustMissing, match="none"):
        Trust.from_deployment(tmp_path)
    with pytest.raises(TrustMissing):
        Trust.from_deployment(tmp_path, 1)
