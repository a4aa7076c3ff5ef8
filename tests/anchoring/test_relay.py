from __future__ import annotations

from datetime import timedelta

import pytest

from anchoring_harness import Crash, Harness, digest, entry
from fakes.fake_chain import FakeContracts, FakeRelayer, key
from suyuan.anchoring import leaves, outbox, queries
from suyuan.anchoring.model import Policy, Safeguards, State
from suyuan.anchoring.ports import Call, EntryRecorded, Fees
from suyuan.kernel.ledger import Kind
from suyuan.kernel.merkle import verify_inclusion


def recorded(harness: Harness) -> list[tuple[int, int]]:
    return [(log.party, log.sequence) for log in harness.chain.logs() if isinstance(log, EntryRecorded)]


def test_a_submission_goes_through_every_state_and_is_recorded_once(harness: Harness) -> None:
    harness.register()
    harness.submit(1, [entry("a"), entry("b")], "s")
    assert harness.operation("s").state is State.RECEIVED
    harness.loop.pass_once()
    assert harness.operation("s").state is State.SUBMITTED
    harness.chain.mine()
    harness.loop.pass_once()
    mined = harness.operation("s")
    assert mined.state is State.MINED
    assert mined.transaction is not None
    assert (mined.sequence, mined.block) == (1, 1)
    harness.chain.mine()
    harness.loop.pass_once()
    assert harness.operation("s").state is State.FINAL
    assert recorded(harness) == [(1, 1), (1, 1)]
    with harness.database.reading() as conn:
        (only,) = queries.entries_of_lot(conn, digest("b"))
    assert (only.index, only.in_custody, only.state) == (0, True, State.FINAL)


def test_many_submissions_share_one_transaction(harness: Harness) -> None:
    harness.register(2)
    harness.settle()
    for number in range(20):
        harness.submit(1 + number % 2, [entry(f"lot {number}")], f"s{number}")
    before = len(harness.chain.sent)
    harness.settle()
    assert len(harness.chain.sent) - before == 1
    assert sorted(recorded(harness)) == [(party, n) for party in (1, 2) for n in range(1, 11)]


def test_a_large_submission_is_queued_in_parts_and_shown_as_one(harness: Harness) -> None:
    harness.register()
    harness.submit(1, [entry(f"lot {n}") for n in range(400)], "big")
    harness.settle()
    shown = harness.operation("big")
    assert (shown.state, shown.parts) == (State.FINAL, 3)
    assert len(recorded(harness)) == 400


def test_a_poison_submission_is_set_aside_with_its_reason_and_the_queue_goes_on(harness: Harness) -> None:
    harness.register(2)
    harness.submit(1, [entry("mine")], "good")
    harness.submit(1, [entry("unknown", Kind.SOLD)], "poison")
    harness.submit(1, [entry("mine", Kind.OFFERED, "offer", 2)], "offer")
    harness.submit(2, [entry("mine", Kind.ACCEPTED, "accept", 1)], "accept")
    harness.settle()
    assert harness.operation("poison").state is State.REJECTED
    assert harness.operation("poison").reason == "LotUnknown"
    assert harness.operation("offer").state is State.FINAL
    assert harness.operation("accept").state is State.FINAL
    assert harness.chain.next_sequence(1) == 4


def test_a_party_that_keeps_its_own_key_holds_up_only_what_depends_on_it(harness: Harness) -> None:
    harness.register(3)
    harness.signers.own = {1}
    harness.submit(1, [entry("x")], "waits")
    harness.submit(2, [entry("y")], "free")
    harness.submit(3, [entry("x", Kind.OBSERVED, "seen")], "depends")
    for _ in range(6):
        harness.step()
    assert harness.operation("free").state is State.FINAL
    assert harness.operation("waits").state is State.RECEIVED
    assert harness.operation("depends").state is State.RECEIVED
    harness.signers.own = set()
    harness.settle()
    assert harness.operation("depends").state is State.FINAL


def test_a_party_whose_registration_is_refused_does_not_stop_the_next(harness: Harness) -> None:
    harness.register()
    with harness.database.transaction() as conn:  # somebody else's key
        outbox.enqueue_register_party(conn, harness.clock, 2, digest("p"), 1, 2**40 - 1, key(1), "two")
    harness.registered = 2
    harness.register()
    harness.submit(3, [entry("z")], "third")
    harness.settle()
    assert harness.operation("two").state is State.REJECTED
    assert "KeyTaken" in (harness.operation("two").reason or "")
    assert harness.operation("third").state is State.FINAL


def test_when_the_relayer_may_not_write_everything_waits_and_no_nonce_is_spent(harness: Harness) -> None:
    harness.register()
    harness.chain.unauthorised = True
    for _ in range(4):
        harness.step()
    assert harness.chain.sent == []
    harness.chain.unauthorised = False
    harness.settle()


@pytest.mark.parametrize("point", ["numbered", "prepared", "sent", "before confirm", "before final", "final"])
def test_a_crash_at_any_step_loses_and_doubles_nothing(harness: Harness, point: str) -> None:
    harness.register()
    for number in range(5):
        harness.submit(1, [entry(f"lot {number}")], f"s{number}")
    harness.crash_at = point
    with pytest.raises(Crash):  # noqa: PT012 - which pass it happens in is not the point
        for _ in range(20):
            harness.step()
    harness.new_loop()
    harness.settle()
    assert recorded(harness) == [(1, n) for n in range(1, 6)]
    nonces = harness.chain.nonce("0xrelayer")
    assert nonces == 2


@pytest.mark.parametrize("careful", [True, False])
def test_bytes_that_were_sent_before_they_were_stored_are_done_twice(harness: Harness, careful: bool) -> None:
    """The negative control: the same crash behind the same send, with and without storing first."""
    harness.safeguards = Safeguards(persist_first=careful)
    harness.register()
    harness.new_loop()
    harness.settle()
    with harness.database.transaction() as conn:
        leaves.add_leaf(conn, harness.clock, "product", b"leaf")
    harness.clock.advance(timedelta(seconds=3))
    harness.crash_at = "sent" if careful else "sent unrecorded"
    with pytest.raises(Crash):
        harness.step()
    harness.chain.mine()
    harness.new_loop()
    harness.settle()
    roots = harness.chain.world.roots
    assert (len(roots) == 1) is careful, "an anchor was made twice, or the control fails to show it"


def test_a_reorganisation_sends_the_same_bytes_again(harness: Harness) -> None:
    harness.register()
    harness.submit(1, [entry("a")], "s")
    harness.step()
    harness.loop.pass_once()
    assert harness.operation("s").state is State.MINED
    sent = set(harness.chain.sent)
    harness.chain.reorganise(1)
    harness.loop.pass_once()
    assert harness.operation("s").state is State.SUBMITTED
    harness.settle()
    assert recorded(harness) == [(1, 1)]
    assert set(harness.chain.sent) == sent


def test_a_reorganisation_deeper_than_finality_is_latched_and_healed(harness: Harness) -> None:
    harness.register()
    for number in range(5):
        harness.submit(1, [entry(f"lot {number}")], f"s{number}")
        harness.settle()
    harness.chain.mine(3)
    harness.chain.reorganise(20)
    harness.loop.pass_once()
    assert harness.operation("s4").state is not State.FINAL
    with harness.database.reading() as conn:
        assert queries.backlog(conn).latch == "finality_violation"
    harness.settle()
    harness.step()
    assert recorded(harness) == [(1, n) for n in range(1, 6)]
    with harness.database.reading() as conn:
        assert queries.backlog(conn).latch is None


def test_without_the_guard_a_deep_reorganisation_leaves_false_finals(harness: Harness) -> None:
    harness.safeguards = Safeguards(guard=False)
    harness.register()
    harness.submit(1, [entry("a")], "s")
    harness.new_loop()
    harness.settle()
    harness.chain.mine(2)
    harness.chain.reorganise(20)
    for _ in range(10):
        harness.step()
    assert harness.operation("s").state is State.FINAL
    assert recorded(harness) == []


def test_a_node_restored_from_an_older_state_is_given_what_it_forgot(harness: Harness) -> None:
    harness.register()
    for number in range(4):
        harness.submit(1, [entry(f"lot {number}")], f"s{number}")
        harness.settle()
    harness.chain.roll_back(5)
    for _ in range(4):  # it might only lag: nothing is concluded at once
        harness.clock.advance(timedelta(seconds=3))
        harness.loop.pass_once()
    harness.settle()
    assert recorded(harness) == [(1, n) for n in range(1, 5)]


def test_a_lagging_node_is_not_a_violation(harness: Harness) -> None:
    harness.register()
    harness.submit(1, [entry("a")], "s")
    harness.settle()
    harness.chain.mine(3)
    harness.step()
    harness.chain.lag = 6
    harness.loop.pass_once()
    assert harness.operation("s").state is State.FINAL
    harness.chain.lag = 0
    harness.step()
    with harness.database.reading() as conn:
        assert queries.backlog(conn).latch is None


def test_while_the_chain_is_down_nothing_is_lost_and_no_nonce_burnt(harness: Harness) -> None:
    harness.register()
    harness.settle()
    harness.chain.down = True
    for number in range(5):
        harness.submit(1, [entry(f"lot {number}")], f"s{number}")
        assert harness.loop.pass_once().idle
        harness.clock.advance(timedelta(seconds=60))
    harness.chain.down = False
    harness.settle()
    assert recorded(harness) == [(1, n) for n in range(1, 6)]
    assert harness.chain.nonce("0xrelayer") == 2


def test_replies_that_get_lost_change_nothing(harness: Harness) -> None:
    harness.chain.lose_replies = True
    harness.register(3)
    harness.submit(2, [entry("a")], "s")
    harness.settle()
    assert harness.chain.nonce("0xrelayer") == 4


def test_a_stuck_transaction_is_replaced_by_a_dearer_one(harness: Harness) -> None:
    harness.register()
    harness.step(mine=0)
    harness.chain.base_fee = 500
    harness.chain.forget_pool()
    for _ in range(3):
        harness.step(mine=0)
    harness.settle()
    assert harness.chain.nonce("0xrelayer") == 1


def test_a_nonce_taken_by_another_transaction_is_given_up_when_that_is_final(harness: Harness) -> None:
    harness.register()
    harness.settle()
    harness.submit(1, [entry("a")], "s")
    harness.step(mine=0)
    other = FakeRelayer().sign(Call("0xelse", b""), nonce=1, gas=1, fees=Fees(900, 1), chain_id=7)
    harness.chain.reorganise(0)
    harness.chain.forget_pool()
    harness.chain.send(other.raw)
    harness.chain.mine()
    harness.settle()
    assert recorded(harness) == [(1, 1)]
    assert harness.chain.nonce("0xrelayer") == 3


def test_a_submission_relayed_by_somebody_else_is_adopted(harness: Harness) -> None:
    harness.register()
    harness.settle()
    harness.submit(1, [entry("a")], "s")
    harness.step(mine=0)
    ours = harness.chain.pool["0xrelayer", 1]
    import pickle

    data = pickle.loads(ours).data  # noqa: S301
    copied = FakeRelayer("0xthief").sign(
        Call(harness.chain.ledger, data), nonce=0, gas=1, fees=Fees(900, 1), chain_id=7
    )
    harness.chain.forget_pool()
    harness.chain.send(copied.raw)
    harness.chain.mine()
    harness.settle()
    assert recorded(harness) == [(1, 1)]
    assert harness.operation("s").state is State.FINAL


def test_an_emptied_chain_is_not_written_to_until_it_is_rebound(harness: Harness) -> None:
    harness.register()
    harness.submit(1, [entry("a")], "s")
    harness.settle()
    sent = len(harness.chain.sent)
    harness.chain.reset(deployed=False)
    for _ in range(8):
        harness.step()
    assert len(harness.chain.sent) == sent
    with harness.database.reading() as conn:
        assert queries.backlog(conn).latch == "chain_lost"


@pytest.mark.parametrize("ledger", ["0xledger-1", "0xledger-2"])
def test_an_emptied_embedded_chain_is_recorded_again_in_the_same_order(harness: Harness, ledger: str) -> None:
    def redeploy() -> tuple[object, object]:
        harness.chain.deploy(ledger)
        harness.contracts = FakeContracts(ledger)
        return harness.chain, harness.contracts

    harness.redeploy = redeploy  # type: ignore[assignment]
    harness.new_loop()
    harness.register(2)
    harness.submit(1, [entry("a")], "s1")
    harness.submit(1, [entry("b", Kind.SOLD)], "poison")
    harness.submit(1, [entry("a", Kind.OFFERED, "o", 2)], "s2")
    harness.submit(2, [entry("a", Kind.ACCEPTED, "x", 1)], "s3")
    with harness.database.transaction() as conn:
        leaf = leaves.add_leaf(conn, harness.clock, "product", b"{}")
    harness.settle()
    with harness.database.transaction() as conn:  # the key is changed: old signatures are by the old one
        outbox.enqueue_add_key(conn, harness.clock, 1, key(1, 1))
        outbox.enqueue_revoke_key(conn, harness.clock, 1, key(1))
    harness.signers.keys[1] = key(1, 1)
    harness.submit(1, [entry("c")], "s4")
    harness.settle()
    before = recorded(harness)
    harness.chain.reset(deployed=False, ledger=ledger)
    harness.step()
    harness.settle()
    for _ in range(30):
        harness.step()
    assert recorded(harness) == before
    assert harness.states().keys() <= {State.FINAL, State.REJECTED}
    with harness.database.reading() as conn:
        assert queries.backlog(conn).epoch == 2
        proof = leaves.proof_of(conn, leaf)
    assert proof is not None
    assert proof.anchor == 1


def test_leaves_are_anchored_and_can_be_proved(harness: Harness) -> None:
    hashes = []
    for number in range(7):
        with harness.database.transaction() as conn:
            hashes.append(leaves.add_leaf(conn, harness.clock, "product", b"leaf %d" % number))
            assert leaves.add_leaf(conn, harness.clock, "product", b"leaf %d" % number) == hashes[-1]
    harness.step()
    harness.settle()
    for digest_ in hashes:
        with harness.database.reading() as conn:
            proof = leaves.proof_of(conn, digest_)
        assert proof is not None
        assert proof.leaf_count == 7
        assert verify_inclusion(digest_, proof.index, proof.leaf_count, proof.path, proof.root)
    assert harness.chain.anchor_head() == (1, proof.root)
    with harness.database.transaction() as conn:
        leaves.add_leaf(conn, harness.clock, "product", b"later")
    harness.step()
    harness.settle()
    assert harness.chain.anchor_head()[0] == 2


def test_a_second_relayer_idles_while_the_first_has_the_lease(harness: Harness) -> None:
    harness.register()
    harness.loop.pass_once()
    second = harness.new_loop("two")
    assert second.pass_once().idle == "another relayer has the lease"
    harness.clock.advance(timedelta(seconds=60))
    assert second.pass_once().idle is None


def test_in_flight_transactions_are_bounded(database) -> None:
    harness = Harness(database, policy=Policy(in_flight=3, bundle_entries=1))
    harness.register()
    harness.settle()
    for number in range(10):
        harness.submit(1, [entry(f"lot {number}")], f"s{number}")
    harness.step(mine=0)
    harness.step(mine=0)
    assert len(harness.chain.pool) == 3
    harness.settle()
    assert len(recorded(harness)) == 10


def test_what_reverts_on_chain_is_tried_alone_and_then_set_aside(harness: Harness) -> None:
    harness.register()
    harness.settle()
    for reference in ("first", "second"):
        with harness.database.transaction() as conn:
            outbox.enqueue_revoke_key(conn, harness.clock, 1, key(1), reference)
    with harness.database.transaction() as conn:
        outbox.enqueue_add_key(conn, harness.clock, 1, key(1, 1), "third")
    harness.settle()
    assert harness.operation("first").state is State.FINAL
    assert harness.operation("second").state is State.REJECTED
    assert harness.operation("second").reason == "KeyNotOfParty"
    assert harness.operation("third").state is State.FINAL


def test_a_bundle_that_no_block_can_hold_travels_in_smaller_ones(harness: Harness) -> None:
    harness.register()
    harness.settle()
    harness.chain.block_gas = 400_000
    for number in range(2):
        harness.submit(1, [entry(f"lot {number} {n}") for n in range(3)], f"s{number}")
    harness.settle()
    assert [harness.operation(f"s{n}").state for n in range(2)] == [State.FINAL] * 2
    assert len(recorded(harness)) == 6


def test_another_network_at_the_same_address_is_sent_nothing(harness: Harness) -> None:
    harness.register()
    harness.settle()
    sent = len(harness.chain.sent)
    harness.submit(1, [entry("a")], "s")
    harness.chain.reset(deployed=True)
    harness.chain.chain_id = 8
    progress = harness.step()
    assert progress.idle is not None
    assert "chain 8 answers where chain 7 is expected" in progress.idle
    assert len(harness.chain.sent) == sent
    with harness.database.reading() as conn:
        assert queries.backlog(conn).latch == "wrong_chain"
