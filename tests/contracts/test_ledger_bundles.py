"""recordMany: each submission stands alone, and want of gas is never taken for a refusal."""

import pytest

from contracts_world import Reverted, address_of, entry, lot
from suyuan.kernel.hashing import sha256
from suyuan.kernel.ledger import Kind

NEEDS_GAS = 4


def opening(name):
    return entry(Kind.PRODUCED, lot(("bundle", name)))


def recorded(mined):
    return [log.values["party"] for log in mined.logs if log.name == "EntryRecorded"]


def test_several_parties_are_recorded_in_one_transaction(world):
    parties = [world.register() for _ in range(3)]
    mined = world.record_many(*[world.next(each, opening(each)) for each in parties])
    assert recorded(mined) == parties
    assert world.reason(mined) == []


def test_a_refused_submission_is_skipped_with_its_reason_and_blocks_nobody(world):
    first, bad, last = (world.register() for _ in range(3))
    unknown = lot("nobody's")
    mined = world.record_many(
        world.next(first, opening("one")),
        world.next(bad, opening("undone"), entry(Kind.OBSERVED, unknown)),
        world.next(last, opening("two")),
    )
    assert recorded(mined) == [first, last]
    (refused,) = world.reason(mined)
    assert refused.args == ("TraceLedger_LotUnknown", unknown)
    (log,) = [log for log in mined.logs if log.name == "SubmissionRefused"]
    assert (log.values["party"], log.values["sequence"]) == (bad, 1)
    assert world.ledger.call("nextSequence", bad) == 1
    assert world.ledger.call("lot", lot(("bundle", "undone")))[2] == 0


def test_an_empty_submission_takes_the_place_of_one_set_aside(world):
    party = world.register()
    unknown = lot("nobody's")
    good = world.sign(party, 2, [opening("after the gap")])
    mined = world.record_many(world.sign(party, 1, [entry(Kind.OBSERVED, unknown)]), good)
    assert [each.name for each in world.reason(mined)] == [
        "TraceLedger_LotUnknown",
        "TraceLedger_WrongSequence",
    ]
    mined = world.record_many(world.sign(party, 1, []), good)
    assert recorded(mined) == [party]
    assert world.ledger.call("nextSequence", party) == 3


def test_submissions_of_one_party_follow_one_another_in_one_transaction(world):
    party = world.register()
    mined = world.record_many(*[world.sign(party, number, [opening(number)]) for number in range(1, 6)])
    assert recorded(mined) == [party] * 5


def test_a_twice_sent_bundle_changes_nothing_more(world):
    party = world.register()
    bundle = [world.sign(party, 1, [opening("twice")])]
    world.record_many(*bundle)
    before = world.ledger.call("lot", lot(("bundle", "twice")))
    mined = world.record_many(*bundle)
    assert [each.args for each in world.reason(mined)] == [("TraceLedger_WrongSequence", party, 1, 2)]
    assert world.ledger.call("lot", lot(("bundle", "twice"))) == before


def test_an_empty_bundle_is_nothing(world):
    assert world.record_many().logs == ()


def test_a_bundle_records_the_same_as_single_submissions(world):
    party = world.register()
    lots = [lot(("same", number)) for number in range(3)]
    for number in range(3):
        entries = [entry(Kind.PRODUCED, lots[number]), entry(Kind.OBSERVED, lots[number])]
        submission = world.next(party, *entries)
        if number:
            world.record_many(submission)
        else:
            world.ledger.send("record", *submission.tuple())
    states = [world.ledger.call("lot", each) for each in lots]
    assert len({state[3] for state in states}) == 1


@pytest.mark.parametrize("entries", [0, 1, 30])
def test_whatever_gas_is_given_a_good_submission_is_recorded_or_the_bundle_undone(world, entries):
    party = world.register()
    submission = world.next(party, *[opening(("gas", party, number)) for number in range(entries)])
    said = assert_never_refused_for_want_of_gas(world, submission.tuple())
    # With many entries their calldata alone makes a transaction give more than the signature needs.
    assert ("TraceLedger_InsufficientGas" in said) == (entries < 30)


def test_a_wallet_is_never_starved_into_disagreement(world):
    party = world.register()
    owner = sha256(b"owner of a hungry wallet")
    wallet = world.deploy("test/Wallet", address_of(owner))
    wallet.send("behave", NEEDS_GAS)
    world.parties.send("addKey", party, wallet.address)
    party, sequence, entries, signature = world.sign(party, 1, [opening("hungry")], owner).tuple()
    signed = bytes.fromhex(wallet.address[2:]) + signature
    said = assert_never_refused_for_want_of_gas(world, (party, sequence, entries, signed))
    assert "TraceLedger_InsufficientGas" in said


def assert_never_refused_for_want_of_gas(world, submission):
    """Gives `record` ever more gas, in steps finer than any call that the ledger makes, until it is recorded.

    Short of gas it must say nothing, or that it was short: whatever else it said, a bundle would take for a
    refusal.
    """
    data = world.ledger.data("record", *submission)
    snapshot = world.tester.take_snapshot()
    needed = world.send(world.ledger.address, data, None, 20_000_000).gas
    world.tester.revert_to_snapshot(snapshot)
    said = set()
    least = 21_000 + sum(
        40 if byte else 10 for byte in data
    )  # what any such transaction must give (EIP-7623)
    first = range(least, least + 40_000, 199)  # the signature is checked first
    last = range(max(needed - 20_000, least), needed + 2_000, 199)
    for gas in [*first, *last, *range(needed + 2_000, needed + 250_000, 9_001)]:
        try:
            world.ledger.call("record", *submission, gas=gas)
            said.add("recorded")
        except Reverted as refused:
            said.add(refused.name)
    assert said <= {"nothing", "TraceLedger_InsufficientGas", "recorded"}
    assert "recorded" in said
    return said


def test_a_bundle_of_good_submissions_is_recorded_whole_or_not_at_all(world):
    first, second = world.register(), world.register()
    bundle = [world.next(first, opening("whole")), world.next(second, *map(opening, range(100, 110)))]
    data = world.ledger.data("recordMany", [each.tuple() for each in bundle])
    snapshot = world.tester.take_snapshot()
    needed = world.send(world.ledger.address, data, None, 20_000_000).gas
    world.tester.revert_to_snapshot(snapshot)
    outcomes = []
    for gas in range(needed - 14_000, needed + 14_000, 1_997):
        mined = world.send(world.ledger.address, data, None, gas)
        outcomes.append(mined.succeeded)
        assert world.reason(mined) == []
        if mined.succeeded:
            assert len(recorded(mined)) == 11
            world.tester.revert_to_snapshot(snapshot)
    assert {True, False} == set(outcomes)


def test_too_little_gas_undoes_the_bundle_and_says_so(world):
    party = world.register()
    submission = world.next(party, *[opening(("little", number)) for number in range(20)])
    with pytest.raises(Reverted) as refused:
        world.ledger.call("recordMany", [submission.tuple()], gas=400_000)
    assert refused.value.args == ("TraceLedger_InsufficientGas", party, 1)
