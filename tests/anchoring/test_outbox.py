from __future__ import annotations

from contextlib import suppress

import pytest

from anchoring_harness import Harness, digest, entry
from fakes.fake_chain import key
from suyuan.anchoring import outbox, queries
from suyuan.anchoring.errors import AlreadyQueued, OperationUnknown, PartyNumberTaken
from suyuan.anchoring.model import State


def test_one_reference_is_queued_once(harness: Harness) -> None:
    harness.submit(1, [entry("a")], "s")
    with pytest.raises(AlreadyQueued):
        harness.submit(1, [entry("a")], "s")
    assert harness.states() == {State.RECEIVED: 1}


@pytest.mark.parametrize("number", [0, 1, 3])
def test_party_numbers_are_dense(harness: Harness, number: int) -> None:
    harness.register()
    with pytest.raises(PartyNumberTaken), harness.database.transaction() as conn:
        outbox.enqueue_register_party(conn, harness.clock, number, digest("p"), 1, 0, key(number))


def test_what_was_not_committed_was_never_there(harness: Harness) -> None:
    with suppress(RuntimeError), harness.database.transaction() as conn:
        outbox.enqueue_submission(conn, harness.clock, 1, [entry("a")], "s")
        raise RuntimeError
    with pytest.raises(OperationUnknown):
        harness.operation("s")


def test_a_lot_shows_its_entries_before_and_after_they_are_on_the_chain(harness: Harness) -> None:
    harness.register()
    harness.submit(1, [entry("a", event="1"), entry("a", event="2")], "s")
    with harness.database.reading() as conn:
        waiting = queries.entries_of_lot(conn, digest("a"))
    assert [(it.index, it.state) for it in waiting] == [(None, State.RECEIVED)] * 2
    harness.settle()
    with harness.database.reading() as conn:
        there = queries.entries_of_lot(conn, digest("a"))
    assert [(it.index, it.state, it.block) for it in there] == [(0, State.FINAL, 1), (1, State.FINAL, 1)]
