"""Who may do what: every function that changes something is either signed by a party or restricted."""

import pytest

from contracts_world import FAR, Reverted, address_of, key_of, load, lot
from suyuan.kernel.hashing import sha256

RESTRICTED = {
    "parties": {
        "register": (1, sha256(b"p"), 1, FAR, address_of(key_of(1))),
        "addKey": (1, address_of(key_of(1))),
        "revokeKey": (1, address_of(key_of(1))),
        "setRoles": (1, 1),
        "setQualification": (1, 1),
        "setSuspended": (1, True),
        "setProfile": (1, sha256(b"p")),
        "nameSuccessor": (address_of(key_of(1)),),
    },
    "ledger": {
        "bindLotStatus": (address_of(key_of(1)),),
        "nameSuccessor": (address_of(key_of(1)),),
    },
    "anchors": {
        "anchor": (sha256(b"r"), 1, bytes(32)),
        "setPaused": (True,),
        "nameSuccessor": (address_of(key_of(1)),),
    },
}
CASES = [(name, function, values) for name, all_ in RESTRICTED.items() for function, values in all_.items()]
SIGNED = {"record", "recordMany"}
BY_AUTHORITY = {"setAuthority"}


@pytest.mark.parametrize(("contract", "function", "values"), CASES, ids=lambda each: str(each)[:20])
def test_a_stranger_is_refused(world, contract, function, values):
    with pytest.raises(Reverted) as refused:
        getattr(world, contract).send(function, *values, sender=world.stranger)
    assert refused.value.args == ("AccessManagedUnauthorized", world.stranger.lower())


@pytest.mark.parametrize(
    ("contract", "artifact"),
    [("parties", "PartyRegistry"), ("ledger", "TraceLedger"), ("anchors", "AnchorRegistry")],
)
def test_every_function_that_changes_something_is_restricted_or_signed(contract, artifact):
    changing = {
        each["name"]
        for each in load(artifact)["abi"]
        if each["type"] == "function" and each["stateMutability"] not in ("view", "pure")
    }
    assert changing - SIGNED - BY_AUTHORITY == set(RESTRICTED[contract])


def test_no_contract_takes_money(world):
    for name in ("PartyRegistry", "TraceLedger", "AnchorRegistry"):
        assert not [each for each in load(name)["abi"] if each.get("stateMutability") == "payable"]


@pytest.mark.parametrize("contract", ["parties", "ledger", "anchors"])
def test_a_successor_is_a_contract_and_is_named_once(world, contract):
    target = getattr(world, contract)
    prefix = {"parties": "PartyRegistry", "ledger": "TraceLedger", "anchors": "AnchorRegistry"}[contract]
    assert int(target.call("successor"), 16) == 0
    with pytest.raises(Reverted) as refused:
        target.send("nameSuccessor", address_of(key_of(1)))
    assert refused.value.args == (f"{prefix}_NotAContract", address_of(key_of(1)))
    mined = target.send("nameSuccessor", world.manager.address)
    assert [log.name for log in mined.logs] == ["SuccessorNamed"]
    named = world.manager.address.lower()
    assert target.call("successor") == named
    with pytest.raises(Reverted) as refused:
        target.send("nameSuccessor", world.parties.address)
    assert refused.value.args == (f"{prefix}_SuccessorAlreadyNamed", named)


def test_the_lot_status_is_a_contract_and_is_bound_once(world):
    status = world.deploy("test/LotStatus")
    with pytest.raises(Reverted) as refused:
        world.ledger.send("bindLotStatus", address_of(key_of(1)))
    assert refused.value.args == ("TraceLedger_NotAContract", address_of(key_of(1)))
    mined = world.ledger.send("bindLotStatus", status.address)
    assert [log.name for log in mined.logs] == ["LotStatusBound"]
    assert world.ledger.call("lotStatus") == status.address.lower()
    with pytest.raises(Reverted) as refused:
        world.ledger.send("bindLotStatus", status.address)
    assert refused.value.args == ("TraceLedger_LotStatusAlreadyBound", status.address.lower())


def test_the_ledger_needs_a_registry_with_code(world):
    with pytest.raises(Reverted) as refused:
        world.deploy("TraceLedger", world.manager.address, address_of(key_of(1)))
    assert refused.value.args == ("TraceLedger_NotAContract", address_of(key_of(1)))
    assert world.ledger.call("parties") == world.parties.address.lower()


def test_an_unknown_lot_is_all_zero(world):
    assert world.ledger.call("lot", lot("never seen")) == (0, 0, 0, bytes(32))
