"""The committed artifacts are what the sources give, and the interfaces tell all that a caller must know."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from contracts_world import canonical_type, load, signature_of
from suyuan.adapters.evm.artifacts import DEPLOYED, artifact
from suyuan.kernel.ledger import Kind

ROOT = Path(__file__).parents[2]
INTERFACES = ("IAnchorRegistry", "ILotStatus", "IPartyRegistry", "ITraceLedger")
OURS = {"AnchorRegistry": "IAnchorRegistry", "PartyRegistry": "IPartyRegistry", "TraceLedger": "ITraceLedger"}
KINDS_OF_ITEM = ("function", "event", "error")


def signature(item):
    return f"{item['name']}({','.join(canonical_type(each) for each in item['inputs'])})"


@pytest.mark.node
def test_the_committed_artifacts_are_what_the_sources_give():
    command = [sys.executable, ROOT / "scripts" / "build-contracts", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.node
def test_the_compilers_wrapper_speaks_only_when_asked():
    wrapper = ROOT / "contracts" / "tools" / "solc"
    said = subprocess.run([wrapper, "--version"], capture_output=True, text=True, check=True).stdout
    assert said.splitlines()[1].startswith("Version: 0.8.37+")
    refused = subprocess.run([wrapper, "--bin", "x.sol"], capture_output=True, text=True, check=False)
    assert (refused.returncode, refused.stdout) == (1, "")


@pytest.mark.node
@pytest.mark.parametrize("outside", ["/etc/hostname", "../../../etc/hostname", "pyproject.toml"])
def test_the_compiler_reads_nothing_outside_the_contracts_and_their_modules(outside):
    sources = {"a.sol": {"content": f'import "{outside}";'}}
    source = json.dumps({"language": "Solidity", "sources": sources})
    wrapper = ROOT / "contracts" / "tools" / "solc"
    said = subprocess.run(
        [wrapper, "--standard-json"], input=source, capture_output=True, text=True, check=True
    ).stdout
    assert "is neither in the project's contracts nor in node_modules" in said


@pytest.mark.parametrize("name", DEPLOYED)
def test_the_package_carries_what_is_deployed(name):
    ours = artifact(name)
    assert "0x" + ours.bytecode.hex() == load(name)["bytecode"]
    assert list(ours.abi) == load(name)["abi"]


def test_other_contracts_are_no_artifacts_of_the_package():
    with pytest.raises(KeyError):
        artifact("Wallet")


def test_code_on_the_chain_is_the_artifacts_but_for_its_immutable_values(world):
    for contract in (world.manager, world.parties, world.ledger, world.anchors):
        code = bytes.fromhex(world.tester.get_code(contract.address)[2:])
        ours = artifact(contract.name)
        assert ours.masked(code) == ours.deployed_bytecode
        assert (code == ours.deployed_bytecode) is (not ours.immutable_references)


@pytest.mark.parametrize("name", DEPLOYED)
def test_no_contract_nears_the_size_limit_or_carries_a_metadata_tail(name):
    code = artifact(name).deployed_bytecode
    assert len(code) < 24_576
    assert b"solc" not in code[-64:]
    assert b"ipfs" not in code[-64:]


@pytest.mark.parametrize("name", INTERFACES)
def test_every_function_event_and_error_is_documented_with_all_its_values(name):
    found = load(f"interfaces/{name}")
    dev, user = found["devdoc"], found["userdoc"]
    for item in found["abi"]:
        group = {"function": "methods", "event": "events", "error": "errors"}[item["type"]]
        for_users = user.get(group, {}).get(signature(item))
        for_developers = dev.get(group, {}).get(signature(item), {})
        if item["type"] == "error":
            for_users = for_users[0] if for_users else None
            for_developers = for_developers[0] if for_developers else {}
        assert for_users, f"{signature(item)} has no notice"
        wanted = {each["name"] for each in item["inputs"]}
        assert set(for_developers.get("params", {})) == wanted, signature(item)
        returned = {each["name"] or f"_{n}" for n, each in enumerate(item.get("outputs", []))}
        assert set(for_developers.get("returns", {})) == returned, signature(item)


@pytest.mark.parametrize(("contract", "interface"), OURS.items())
def test_a_contract_has_no_function_event_or_error_of_its_own_beside_its_interface(contract, interface):
    inherited = {"authority", "isConsumingScheduledOp", "setAuthority", "eip712Domain"}
    foreign = {"AuthorityUpdated", "EIP712DomainChanged"}

    def signatures(name):
        return {signature_of(each) for each in load(name)["abi"] if each["type"] in KINDS_OF_ITEM}

    extra = [
        each
        for each in load(contract)["abi"]
        if each["type"] in KINDS_OF_ITEM and signature_of(each) not in signatures(f"interfaces/{interface}")
    ]
    names = {each["name"] for each in extra if each["type"] != "error"}
    assert names <= inherited | foreign
    assert not [each for each in extra if each["type"] == "error" and each["name"].startswith(contract)]


@pytest.mark.parametrize(("contract", "interface"), OURS.items())
def test_every_error_bears_its_contracts_name(contract, interface):
    for item in load(f"interfaces/{interface}")["abi"]:
        if item["type"] == "error":
            assert item["name"].startswith(f"{contract}_")


def test_kinds_have_the_numbers_of_the_model():
    source = (ROOT / "contracts" / "src" / "interfaces" / "ITraceLedger.sol").read_text(encoding="utf-8")
    body = source.split("enum Kind {")[1].split("}")[0]
    names = [each.strip() for each in body.split(",")]
    assert names == ["NONE", *(kind.name for kind in sorted(Kind))]
