"""Parties are told of the end of each submission, once, and nobody waits for it."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import text, update

from anchoring_harness import entry
from suyuan.anchoring import telling
from suyuan.anchoring.model import PART_ENTRIES, State
from suyuan.anchoring.tables import operations
from suyuan.kernel.ledger import Kind
from suyuan.notices import queries
from suyuan.notices.tell import give_positions


def tell_all(harness, limit=200):
    with harness.database.transaction() as conn:
        return telling.tell_ends(conn, harness.clock, limit)


def told(harness):
    with harness.database.transaction() as conn:
        give_positions(conn, harness.clock)
        return [(each.topic, each.party, each.subject) for each in queries.after(conn, None, 0, 1000)]


def is_due(harness):
    with harness.database.reading() as conn:
        return telling.is_due(conn)


def test_a_final_submission_is_told_once_with_its_block(harness):
    harness.register()
    harness.submit(1, [entry("a")], "s1")
    assert not is_due(harness)
    harness.settle()
    assert is_due(harness)
    assert tell_all(harness) is False
    assert tell_all(harness) is False
    assert not is_due(harness)
    assert told(harness) == [("submission.final", 1, "s1")]
    way = harness.operation("s1")
    with harness.database.reading() as conn:
        facts = queries.latest(conn, 1, 1)[0].facts
    assert facts["transaction"] == "0x" + way.transaction.hex()
    assert (facts["state"], facts["sequence"], facts["block"]) == ("final", 1, way.block)
    assert facts["blockTime"] == way.block_time.isoformat()


def test_what_is_under_way_is_not_told(harness):
    harness.register()
    harness.submit(1, [entry("a")], "s1")
    harness.step()
    tell_all(harness)
    assert told(harness) == []


def test_a_refusal_is_told_with_its_reason(harness):
    harness.register()
    harness.submit(1, [entry("a", Kind.OFFERED, counterparty=9)], "bad")
    harness.submit(1, [entry("b")], "good")
    harness.settle()
    tell_all(harness)
    assert sorted(told(harness)) == [("submission.final", 1, "good"), ("submission.rejected", 1, "bad")]
    with harness.database.reading() as conn:
        facts = {each.subject: each.facts for each in queries.latest(conn, 1, 9)}
    assert facts["bad"]["reason"]
    assert facts["good"]["reason"] is None


def test_a_submission_in_parts_is_told_when_its_last_part_has_ended(harness):
    harness.register()
    harness.submit(1, [entry(f"lot {n}") for n in range(PART_ENTRIES + 1)], "s1")
    harness.settle()
    last = (operations.c.reference == "s1") & (operations.c.part == 1)
    with harness.database.transaction() as conn:
        conn.execute(update(operations).where(last).values(state=State.MINED))
    assert not is_due(harness)
    tell_all(harness)
    assert told(harness) == []
    with harness.database.transaction() as conn:
        conn.execute(update(operations).where(last).values(state=State.FINAL))
    tell_all(harness)
    tell_all(harness)
    assert told(harness) == [("submission.final", 1, "s1")]


def test_many_ends_are_told_page_by_page(harness):
    harness.register()
    for n in range(5):
        harness.submit(1, [entry(f"lot {n}")], f"s{n}")
    harness.settle()
    assert tell_all(harness, limit=2) is True
    assert tell_all(harness, limit=2) is True
    assert tell_all(harness, limit=2) is False
    assert [subject for _, _, subject in told(harness)] == ["s0", "s1", "s2", "s3", "s4"]


def test_an_end_that_comes_again_is_no_news_and_another_end_is(harness):
    harness.register()
    harness.submit(1, [entry("a")], "s1")
    harness.settle()
    tell_all(harness)
    for state in (State.SUBMITTED, State.FINAL, State.SUBMITTED, State.REJECTED):
        with harness.database.transaction() as conn:
            conn.execute(update(operations).where(operations.c.reference == "s1").values(state=state))
        tell_all(harness)
    assert told(harness) == [("submission.final", 1, "s1"), ("submission.rejected", 1, "s1")]


def test_a_kill_before_the_commit_loses_nothing_and_doubles_nothing(harness):
    harness.register()
    harness.submit(1, [entry("a")], "s1")
    harness.settle()
    with suppress(KeyboardInterrupt), harness.database.transaction() as conn:
        telling.tell_ends(conn, harness.clock)
        raise KeyboardInterrupt
    assert told(harness) == []
    tell_all(harness)
    assert told(harness) == [("submission.final", 1, "s1")]


def test_looking_for_untold_ends_reads_no_other_operation(sqlite_database):
    query = telling._untold().compile(sqlite_database._reader, compile_kwargs={"literal_binds": True})
    with sqlite_database.reading() as conn:
        plan = " ".join(str(row) for row in conn.execute(text(f"EXPLAIN QUERY PLAN {query}")))
    assert "ix_anchoring_operations_untold" in plan
