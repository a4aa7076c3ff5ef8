"""Numbers given before the queue is read: dense and in order, whatever the worker does meanwhile."""

from __future__ import annotations

import dataclasses
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from anchoring_harness import Harness, entry
from fakes.fake_chain import digest_of, key, signature_by
from suyuan.anchoring import outbox, sequences
from suyuan.anchoring.errors import SequenceTaken
from suyuan.anchoring.model import PART_ENTRIES, State
from suyuan.anchoring.queries import entries_of_reference
from suyuan.anchoring.tables import operations
from suyuan.kernel.ledger import Kind


class Outside:
    """Signers like ours: what was handed in counts first; `custodial` parties are signed for."""

    def __init__(self, custodial):
        self.custodial = set(custodial)
        self.handed = {}

    def key_of(self, party):
        return key(party)

    def hand_in(self, party, digest):
        self.handed[party, digest] = signature_by(key(party), digest)

    def sign(self, party, digest):
        if (party, digest) in self.handed:
            return self.handed[party, digest]
        return signature_by(key(party), digest) if party in self.custodial else None


@pytest.fixture
def outside(harness):
    harness.signers = Outside([])
    harness.new_loop()
    return harness


def prepare(harness, party, entries):
    """(number, digests) as a party is shown them."""
    with harness.database.reading() as conn:
        first = sequences.next_sequence(conn, party)
    parts = sequences.in_parts(entries)
    return first, [
        digest_of(harness.contracts.ledger, party, number, part) for number, part in enumerate(parts, first)
    ]


def submit_signed(harness, party, entries, reference, first, digests):  # noqa: PLR0917 - plain facts
    for each in digests:
        harness.signers.hand_in(party, each)
    with harness.database.transaction() as conn:
        outbox.enqueue_submission(conn, harness.clock, party, entries, reference, first_sequence=first)


def numbers(harness, party):
    with harness.database.reading() as conn:
        its = (operations.c.party == party) & (operations.c.kind == "submission")
        live = its & (operations.c.state != State.REJECTED)
        query = select(operations.c.sequence).where(live).order_by(operations.c.sequence)
        return list(conn.execute(query).scalars())


def test_what_a_party_signed_is_recorded_under_its_number(outside: Harness) -> None:
    outside.register()
    entries = [entry(f"l{number}") for number in range(PART_ENTRIES + 1)]
    submit_signed(outside, 1, entries, "big", *prepare(outside, 1, entries))
    outside.settle()
    assert outside.operation("big").state is State.FINAL
    assert numbers(outside, 1) == [1, 2]


def test_a_number_serves_once(outside: Harness) -> None:
    outside.register()
    shown = prepare(outside, 1, [entry("a")])
    submit_signed(outside, 1, [entry("a")], "first", *shown)
    with pytest.raises(SequenceTaken):
        submit_signed(outside, 1, [entry("a")], "second", *shown)
    assert numbers(outside, 1) == [1]


def test_what_we_sign_for_a_party_gets_its_number_before_what_it_signs(outside: Harness) -> None:
    outside.register()
    outside.signers.custodial.add(1)
    outside.submit(1, [entry("a")], "ours")
    submit_signed(outside, 1, [entry("b")], "own", *prepare(outside, 1, [entry("b")]))
    outside.submit(1, [entry("c")], "ours again")
    outside.settle()
    assert [outside.operation(each).sequence for each in ("ours", "own", "ours again")] == [1, 2, 3]
    assert outside.states()[State.FINAL] == 4


def test_an_older_submission_that_was_stored_later_takes_the_number_after(outside: Harness) -> None:
    """As on PostgreSQL: the one with the lower id is seen only after the other has its number."""
    outside.register()
    outside.signers.custodial.add(1)
    shown = prepare(outside, 1, [entry("b")])
    outside.submit(1, [entry("a")], "seen late")
    for each in shown[1]:
        outside.signers.hand_in(1, each)
    with outside.database.transaction() as conn:
        hidden = operations.c.reference == "seen late"
        conn.execute(operations.update().where(hidden).values(party=99))
        outbox.enqueue_submission(conn, outside.clock, 1, [entry("b")], "own", first_sequence=shown[0])
        conn.execute(operations.update().where(hidden).values(party=1))
    outside.settle()
    assert outside.operation("own").sequence == 1
    assert outside.operation("seen late").sequence == 2
    assert outside.states()[State.FINAL] == 3
    with outside.database.reading() as conn:
        query = select(operations.c.sequence).where(operations.c.sequence.is_not(None))
        assert list(conn.execute(query.order_by(operations.c.place)).scalars()) == [1, 2]


def test_the_registrars_word_about_a_party_waits_for_no_signature_of_it(outside: Harness) -> None:
    outside.register()
    outside.submit(1, [entry("a")], "unsigned")
    with outside.database.transaction() as conn:
        outbox.enqueue_add_key(conn, outside.clock, 1, key(77), "new key")
    for _ in range(12):
        outside.step()
    assert outside.operation("new key").state is State.FINAL
    assert outside.operation("unsigned").state is State.RECEIVED


def test_a_refused_submissions_number_is_filled_when_the_party_signs_the_filler(outside: Harness) -> None:
    outside.register(2)
    first = [entry("nobodys", Kind.OFFERED, counterparty=2)]
    submit_signed(outside, 1, first, "refused", *prepare(outside, 1, first))
    second = [entry("b")]
    submit_signed(outside, 1, second, "after", *prepare(outside, 1, second))
    for _ in range(20):
        outside.step()
    assert outside.operation("refused").state is State.REJECTED
    with outside.database.reading() as conn:
        (asked,) = sequences.unsigned_of(conn, 1)
    assert (asked.sequence, asked.reference, asked.entries) == (1, None, ())
    outside.signers.hand_in(1, digest_of(outside.contracts.ledger, 1, 1, ()))
    outside.settle()
    assert outside.operation("after").state is State.FINAL
    assert numbers(outside, 1) == [1, 2]


STEPS = st.lists(
    st.sampled_from(["ours", "show", "hand in", "hand in the older", "bad", "pass", "restart"]), max_size=25
)
_examples = itertools.count()


@settings(max_examples=25)
@given(steps=STEPS)
def test_in_any_order_numbers_stay_dense_and_no_stale_signature_counts(outside: Harness, steps) -> None:
    """One party a while in custody beside its own key: shown, signed, refused, restarted in any order."""
    outside.register()
    party = outside.registered
    outside.signers.custodial.add(party)
    shown, expected = [], []
    for place, step in enumerate(steps):
        name = f"{next(_examples)}-{place}"
        if step == "ours":
            outside.submit(party, [entry(name)], name)
            expected.append(name)
        elif step in ("show", "bad"):
            kind = Kind.OFFERED if step == "bad" else Kind.PRODUCED
            entries = [entry(name, kind, counterparty=1 if step == "bad" else 0)]
            shown.append((name, entries, *prepare(outside, party, entries)))
        elif step.startswith("hand in") and shown:
            name, entries, first, digests = shown.pop(0 if step.endswith("older") else -1)
            with outside.database.reading() as conn:
                is_next = sequences.next_sequence(conn, party) == first
            if is_next:
                submit_signed(outside, party, entries, name, first, digests)
                expected.append(name)
            else:
                with pytest.raises(SequenceTaken):
                    submit_signed(outside, party, entries, name, first, digests)
        elif step == "pass":
            outside.step()
        elif step == "restart":
            outside.new_loop()
    outside.settle(120)
    assert numbers(outside, party) == list(range(1, len(expected) + 1))
    states = {outside.operation(name).state for name in expected}
    assert states <= {State.FINAL, State.REJECTED}
    assert all(
        outside.operation(name).state is State.FINAL
        for name in expected
        if entry_kind(outside, name) is not Kind.OFFERED
    )


def entry_kind(harness, reference):
    with harness.database.reading() as conn:
        return entries_of_reference(conn, reference)[0].kind


def test_what_waits_behind_an_unsigned_number_holds_up_its_lots_and_nobody_else(outside: Harness) -> None:
    outside.register(3)
    outside.signers.custodial |= {2, 3}
    own(outside, 1, [entry("nobodys", Kind.OFFERED, counterparty=2)], "refused")
    own(outside, 1, [entry("l")], "made")
    own(outside, 1, [entry("l", Kind.OFFERED, "offered", counterparty=2)], "offered")
    outside.policy = dataclasses.replace(outside.policy, bundle_entries=2)
    outside.new_loop()
    for _ in range(15):
        outside.step()
    outside.submit(2, [entry("l", Kind.ACCEPTED, "accepted", counterparty=1)], "accepted")
    outside.submit(2, [entry("m")], "later")
    outside.submit(2, [entry("n"), entry("o"), entry("p")], "latest")
    outside.submit(3, [entry("q")], "somebody else's")
    sent = len(outside.chain.sent)
    for _ in range(20):
        outside.step()
    assert outside.operation("somebody else's").state is State.FINAL
    for reference in ("made", "offered", "accepted", "later", "latest"):
        assert outside.operation(reference).state is State.SIGNED
    assert len(set(outside.chain.sent[sent:])) == 1
    outside.signers.hand_in(1, digest_of(outside.contracts.ledger, 1, 1, ()))
    outside.settle()
    assert outside.operation("accepted").state is State.FINAL
    assert numbers(outside, 2) == [1, 2, 3]


def test_nothing_is_signed_in_one_breath_with_the_end_of_its_partys_key(outside: Harness) -> None:
    """A submission that arrived behind the end of the custodial key: signed with it, it would be refused."""
    outside.register()
    outside.signers.custodial.add(1)
    outside.settle()
    with outside.database.transaction() as conn:
        outbox.enqueue_revoke_key(conn, outside.clock, 1, key(1), "its end")
    outside.submit(1, [entry("a")], "late")
    outside.step()
    assert outside.operation("late").state is State.RECEIVED
    assert outside.operation("its end").state is not State.RECEIVED


def own(harness, party, entries, reference):
    submit_signed(harness, party, entries, reference, *prepare(harness, party, entries))
