"""Behind one address stand several nodes: one that lags, or is another network's, may answer at any time."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from anchoring_harness import Harness, entry
from fakes.fake_chain import Transaction, key
from suyuan.anchoring import audit_state, leaves, outbox
from suyuan.anchoring.model import Sending, State
from suyuan.anchoring.ports import Call, SendOutcome, Sent
from suyuan.anchoring.tables import attempts, transactions

WRONG_NETWORK = Sent(SendOutcome.FATAL, "invalid chain id for signer")


def estimates(harness: Harness, count: int, answer: str) -> None:
    """The next `count` simulated calls come back with `answer`."""
    real, given = harness.chain.estimate, [0]

    def estimate(sender: str, call: Call) -> int | str:
        given[0] += 1
        return answer if given[0] <= count else real(sender, call)

    harness.chain.estimate = estimate  # type: ignore[method-assign]


def sends(harness: Harness, wrong: Callable[[Transaction, int], bool]) -> None:
    """A send is answered by a node of another network where `wrong(transaction, times sent)`."""
    real, seen = harness.chain.send, {}

    def send(raw: bytes) -> Sent:
        seen[raw] = seen.get(raw, 0) + 1
        carried: Transaction = pickle.loads(raw)  # noqa: S301 - our own bytes
        return WRONG_NETWORK if wrong(carried, seen[raw]) else real(raw)

    harness.chain.send = send  # type: ignore[method-assign]


def add_leaf(harness: Harness, data: bytes) -> bytes:
    with harness.database.transaction() as conn:
        return leaves.add_leaf(conn, harness.clock, "product", data)


def is_final(harness: Harness, digest: bytes) -> bool:
    with harness.database.reading() as conn:
        proof = leaves.proof_of(conn, digest)
    return proof is not None and proof.state is State.FINAL and proof.root in harness.chain.world.roots


@pytest.mark.parametrize("times", [1, 2, 12])
@pytest.mark.parametrize("answer", ["PartyRegistry_NumberNotNext(2, 1)", "KeyTaken(0x00)"])
def test_a_lagging_estimate_loses_no_registration(harness: Harness, times: int, answer: str) -> None:
    if answer.startswith("KeyTaken") and times > 2:
        pytest.skip("said so often, it is believed")
    harness.register()
    harness.settle()
    estimates(harness, times, answer)
    harness.register()
    harness.submit(2, [entry("a")], "s")
    harness.settle()
    assert harness.operation("s").state is State.FINAL
    assert harness.chain.world.parties[2].keys == {key(2)}
    assert State.REJECTED not in harness.states()


def test_a_revert_that_stays_is_believed_within_a_few_passes(harness: Harness) -> None:
    harness.register()
    harness.settle()
    with harness.database.transaction() as conn:
        outbox.enqueue_revoke_key(conn, harness.clock, 1, key(9), "poison")
    passes = 0
    while harness.operation("poison").state is not State.REJECTED:
        harness.step()
        passes += 1
    assert passes <= harness.policy.tries + 1


def test_a_revert_is_not_believed_while_a_node_may_still_lag(harness: Harness) -> None:
    harness.register()
    harness.settle()
    with harness.database.transaction() as conn:
        outbox.enqueue_revoke_key(conn, harness.clock, 1, key(9), "poison")
    for _ in range(20):
        harness.loop.pass_once()
        harness.clock.advance(timedelta(milliseconds=100))
    assert harness.operation("poison").state is State.SIGNED
    assert harness.operation("poison").reason == "KeyNotOfParty"


def test_a_stale_anchor_head_loses_no_leaf(harness: Harness) -> None:
    harness.register()
    first = add_leaf(harness, b"one")
    harness.step()
    harness.settle()
    real, given = harness.chain.anchor_head, [0]

    def anchor_head() -> tuple[int, bytes]:
        given[0] += 1
        return (0, bytes(32)) if given[0] == 1 else real()

    harness.chain.anchor_head = anchor_head  # type: ignore[method-assign]
    second = add_leaf(harness, b"two")
    for _ in range(12):
        harness.step()
    assert is_final(harness, first)
    assert is_final(harness, second)


def test_the_leaves_of_an_anchor_that_reverts_for_long_are_sealed_again(harness: Harness) -> None:
    harness.register()
    harness.settle()
    digests = [add_leaf(harness, b"one"), add_leaf(harness, b"two")]
    estimates(harness, 5, "RootUnknown")
    for _ in range(20):
        harness.step()
    assert [is_final(harness, digest) for digest in digests] == [True, True]
    with harness.database.reading() as conn:
        assert list(audit_state.leaves_and_roots(conn)) == []


@pytest.mark.parametrize("answers", [1, 4])
def test_fatal_on_a_resend_of_what_the_pool_has_gives_nothing_up(harness: Harness, answers: int) -> None:
    harness.register()
    harness.settle()
    sends(harness, lambda it, times: it.nonce == 1 and 1 < times < 2 + answers)
    harness.register()
    harness.submit(2, [entry("a")], "s")
    for _ in range(1 + answers):
        harness.step(mine=0)
    harness.settle()
    assert harness.operation("s").state is State.FINAL
    assert harness.chain.world.parties[2].keys == {key(2)}
    assert State.REJECTED not in harness.states()


def test_a_bundle_that_the_pool_has_is_not_given_up(harness: Harness) -> None:
    harness.register()
    harness.settle()
    sends(harness, lambda it, times: it.nonce == 1 and times > 1)
    for number in range(3):
        harness.submit(1, [entry(f"lot {number}")], f"s{number}")
    for _ in range(8):
        harness.step(mine=0)
    harness.settle()
    assert [harness.operation(f"s{n}").state for n in range(3)] == [State.FINAL] * 3
    with harness.database.reading() as conn:
        purposes = list(conn.execute(select(transactions.c.purpose).order_by(transactions.c.nonce)).scalars())
    assert purposes == ["party.register", "submission"]


def test_a_good_submission_waits_with_the_reason_while_every_send_is_fatal(harness: Harness) -> None:
    harness.register()
    harness.settle()
    wrong = [True]
    sends(harness, lambda it, _times: wrong[0] and bool(it.data))
    harness.submit(1, [entry("a")], "s")
    for _ in range(10):
        harness.step()
    waiting = harness.operation("s")
    assert waiting.state is State.SUBMITTED
    assert waiting.reason == WRONG_NETWORK.message
    assert harness.chain.nonce("0xrelayer") == 1
    wrong[0] = False
    harness.settle()
    ended = harness.operation("s")
    assert (ended.state, ended.reason) == (State.FINAL, None)


def test_a_payment_that_a_wrong_network_answers_is_stored_once(harness: Harness) -> None:
    harness.register()
    harness.settle()
    sends(harness, lambda _it, times: times <= 8)
    for number in range(2):
        harness.submit(1, [entry(f"lot {number}")], f"s{number}")
    for _ in range(12):
        harness.step()
    with harness.database.reading() as conn:
        given_up = select(transactions.c.id).where(transactions.c.state == Sending.PREPARED)
        kept = conn.execute(select(attempts.c.id).where(attempts.c.transaction_id.in_(given_up))).all()
    assert len(kept) <= 3
    harness.settle()
    assert [harness.operation(f"s{n}").state for n in range(2)] == [State.FINAL] * 2
