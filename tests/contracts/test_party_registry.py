import pytest

from contracts_world import FAR, Log, Reverted, address_of, key_of
from suyuan.kernel.hashing import sha256

PROFILE = sha256(b"profile")
NOBODY = "0x" + "00" * 20


def fresh_key(name):
    return address_of(key_of(hash(name) % 10**9))


def test_parties_are_numbered_densely_from_one_and_registering_gives_the_first_key(world):
    number = world.parties.call("partyCount") + 1
    key = address_of(key_of(number))
    mined = world.parties.send("register", number, PROFILE, 5, FAR, key)
    assert [log.name for log in mined.logs] == ["PartyRegistered", "KeyAdded"]
    assert mined.logs[0].values == {
        "party": number,
        "profileHash": PROFILE,
        "roles": 5,
        "qualifiedUntil": FAR,
    }
    assert world.parties.call("partyCount") == number
    assert world.parties.call("party", number) == (PROFILE, 5, FAR, False)
    assert world.parties.call("partyOf", key) == number
    assert world.parties.call("standing", number) == (5, True)
    assert world.parties.call("isKeyOf", number, key)


@pytest.mark.parametrize("off", [-1, 1])
def test_a_number_that_is_not_the_next_is_refused_with_the_expected_one(world, off):
    world.register()
    expected = world.parties.call("partyCount") + 1
    with pytest.raises(Reverted) as refused:
        world.parties.send("register", expected + off, PROFILE, 1, FAR, fresh_key("x"))
    assert refused.value.args == ("PartyRegistry_NumberNotNext", expected + off, expected)


def test_a_key_is_never_given_twice_not_even_after_it_was_revoked(world):
    first, second = world.register(), world.register()
    key = address_of(key_of(first))
    for party in (first, second):
        with pytest.raises(Reverted) as refused:
            world.parties.send("addKey", party, key)
        assert refused.value.args == ("PartyRegistry_KeyTaken", key, first)
    world.parties.send("revokeKey", first, key)
    with pytest.raises(Reverted) as refused:
        world.parties.send("addKey", first, key)
    assert refused.value.args == ("PartyRegistry_KeyTaken", key, first)


def test_the_zero_address_is_no_key(world):
    with pytest.raises(Reverted) as refused:
        world.parties.send("addKey", world.register(), NOBODY)
    assert refused.value.args == ("PartyRegistry_KeyZero",)
    assert not world.parties.call("isKeyOf", 0, NOBODY)


def test_a_key_is_valid_from_the_block_that_added_it_until_the_block_that_revoked_it(world):
    party = world.register()
    key = fresh_key("window")
    world.parties.send("addKey", party, key)
    added = world.now()
    assert world.parties.call("keyOf", key) == (party, added, 2**40 - 1)
    world.move_to(added + 1000)
    mined = world.parties.send("revokeKey", party, key)
    revoked = world.now()
    assert mined.logs == (Log("KeyRevoked", {"party": party, "key": key}),)
    assert world.parties.call("keyOf", key) == (party, added, revoked)
    assert [
        world.parties.call("wasValid", key, time) for time in (added - 1, added, revoked - 1, revoked)
    ] == [False, True, True, False]
    assert world.parties.call("partyOf", key) == party
    assert not world.parties.call("isKeyOf", party, key)


def test_only_a_valid_key_of_the_party_itself_is_revoked(world):
    first, second = world.register(), world.register()
    key = address_of(key_of(first))
    with pytest.raises(Reverted) as refused:
        world.parties.send("revokeKey", second, key)
    assert refused.value.args == ("PartyRegistry_KeyNotOfParty", second, key)
    world.parties.send("revokeKey", first, key)
    with pytest.raises(Reverted) as refused:
        world.parties.send("revokeKey", first, key)
    assert refused.value.args == ("PartyRegistry_KeyNotOfParty", first, key)


@pytest.mark.parametrize(
    ("function", "value", "event", "member"),
    [
        ("setRoles", 66, "RolesChanged", "roles"),
        ("setQualification", 1_900_000_000, "QualificationChanged", "qualifiedUntil"),
        ("setSuspended", True, "SuspensionChanged", "suspended"),
        ("setProfile", sha256(b"other"), "ProfileChanged", "profileHash"),
    ],
)
def test_each_fact_of_a_party_is_changed_alone_and_announced(world, function, value, event, member):
    party = world.register()
    before = list(world.parties.call("party", party))
    mined = world.parties.send(function, party, value)
    assert mined.logs == (Log(event, {"party": party, member: value}),)
    before[["profileHash", "roles", "qualifiedUntil", "suspended"].index(member)] = value
    assert list(world.parties.call("party", party)) == before


@pytest.mark.parametrize(
    ("function", "value"),
    [
        ("addKey", address_of(key_of(0))),
        ("setRoles", 1),
        ("setQualification", 1),
        ("setSuspended", True),
        ("setProfile", PROFILE),
    ],
)
@pytest.mark.parametrize("number", [0, 4_000_000_000])
def test_a_party_that_does_not_exist_cannot_be_changed(world, function, value, number):
    with pytest.raises(Reverted) as refused:
        world.parties.send(function, number, value)
    assert refused.value.args == ("PartyRegistry_PartyUnknown", number)


def test_an_unknown_party_has_no_facts_and_no_standing(world):
    with pytest.raises(Reverted) as refused:
        world.parties.call("party", 4_000_000_000)
    assert refused.value.args == ("PartyRegistry_PartyUnknown", 4_000_000_000)
    assert world.parties.call("standing", 4_000_000_000) == (0, False)
    assert world.parties.call("partyOf", fresh_key("nobody's")) == 0
    assert not world.parties.call("wasValid", fresh_key("nobody's"), world.now())


def test_a_role_bit_that_does_not_exist_is_refused(world):
    party = world.register()
    with pytest.raises(Reverted) as refused:
        world.parties.send("setRoles", party, 128)
    assert refused.value.args == ("PartyRegistry_RolesUnknown", 128)
    with pytest.raises(Reverted) as refused:
        world.parties.send("register", party + 1, PROFILE, 255, FAR, fresh_key("bits"))
    assert refused.value.args == ("PartyRegistry_RolesUnknown", 255)


def test_standing_ends_with_the_qualification_and_rests_while_suspended(world):
    until = world.now() + 5000
    party = world.register(qualified_until=until)
    world.parties.send("setSuspended", party, True)
    assert world.parties.call("standing", party) == (127, False)
    world.parties.send("setSuspended", party, False)
    assert world.parties.call("standing", party) == (127, True)
    world.move_to(until)
    assert world.parties.call("standing", party) == (127, False)
