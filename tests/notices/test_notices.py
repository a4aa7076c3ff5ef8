"""Telling, positions, and readers that miss nothing."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from suyuan.kernel.clock import FixedClock
from suyuan.notices import queries, tell
from suyuan.notices.model import TOPIC_FORM, TOPICS
from suyuan.notices.tables import notices
from suyuan.notices.tell import give_positions

CLOCK = FixedClock(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))


def told(database, *subjects, party=1, topic="handover.offered"):
    with database.transaction() as conn:
        for subject in subjects:
            tell(conn, CLOCK, party, topic, subject, {"lot": subject})


def numbered(database, **limits):
    with database.transaction() as conn:
        return give_positions(conn, CLOCK, **limits)


def subjects_after(database, position, party=None, limit=100, **conditions):
    with database.reading() as conn:
        return [
            (each.position, each.subject)
            for each in queries.after(conn, party, position, limit, **conditions)
        ]


def test_a_notice_comes_back_as_it_was_told(database):
    told(database, "h1")
    numbered(database)
    with database.reading() as conn:
        (found,) = queries.after(conn, 1, 0, 10)
    assert (found.party, found.topic, found.subject, found.at) == (1, "handover.offered", "h1", CLOCK.now())
    assert found.facts == {"lot": "h1"}
    assert found.position == 1


def test_positions_are_dense_over_all_parties_and_each_reads_its_own(database):
    told(database, "a")
    told(database, "b", party=2)
    told(database, "c")
    numbered(database)
    assert subjects_after(database, 0) == [(1, "a"), (2, "b"), (3, "c")]
    assert subjects_after(database, 0, party=1) == [(1, "a"), (3, "c")]
    assert subjects_after(database, 1, party=1) == [(3, "c")]
    assert subjects_after(database, 3) == []


def test_pages_follow_one_another(database):
    told(database, *"abcde")
    numbered(database)
    assert [subject for _, subject in subjects_after(database, 0, limit=2)] == ["a", "b"]
    assert [subject for _, subject in subjects_after(database, 2, limit=2)] == ["c", "d"]


def test_only_the_topics_asked_for(database):
    told(database, "a")
    told(database, "b", topic="hold.proposed")
    numbered(database)
    assert subjects_after(database, 0, topics=["hold.proposed"]) == [(2, "b")]


def test_a_position_is_given_to_what_is_committed_however_late(database):
    """The one who told first commits last: on PostgreSQL a reader has gone past its id by then."""
    if database.is_sqlite:
        pytest.skip("writers are alone there")
    with database.transaction() as slow:
        tell(slow, CLOCK, 1, "handover.offered", "first told", {})
        told(database, "second told")
        numbered(database)
        assert subjects_after(database, 0) == [(1, "second told")]
    numbered(database)
    assert subjects_after(database, 1) == [(2, "first told")]


def test_what_was_undone_leaves_no_hole(database):
    told(database, "kept")
    with suppress(ZeroDivisionError), database.transaction() as conn:
        tell(conn, CLOCK, 1, "handover.offered", "undone", {})
        raise ZeroDivisionError
    told(database, "after")
    numbered(database)
    assert subjects_after(database, 0) == [(1, "kept"), (2, "after")]


def test_numbering_goes_in_pages_and_says_when_there_may_be_more(database):
    told(database, *"abc")
    if database.is_sqlite:
        assert numbered(database) is False
        return
    with database.reading() as conn:
        assert queries.is_waiting(conn)
    assert numbered(database, limit=2) is True
    assert numbered(database, limit=2) is False
    assert [position for position, _ in subjects_after(database, 0)] == [1, 2, 3]
    with database.reading() as conn:
        assert not queries.is_waiting(conn)


def test_the_newest_are_shown_before_they_have_a_position(database):
    told(database, "a", "b")
    told(database, "foreign", party=2)
    with database.reading() as conn:
        newest = queries.latest(conn, 1, 10)
        assert [each.subject for each in newest] == ["b", "a"]
        assert [each.subject for each in queries.latest(conn, 1, 10, before=newest[0].id)] == ["a"]


def test_the_head_is_where_a_reader_of_what_is_to_come_begins(database):
    with database.reading() as conn:
        assert queries.head(conn) == 0
    told(database, "a", "b")
    numbered(database)
    with database.reading() as conn:
        assert queries.head(conn) == 2


def test_nobody_changes_or_deletes_what_was_told(database):
    told(database, "a")
    for change in (update(notices).values(subject="b"), delete(notices)):
        with pytest.raises(IntegrityError, match="append-only"), database.transaction() as conn:
            conn.execute(change)


@pytest.mark.parametrize(
    ("topic", "subject", "facts"),
    [
        ("nodot", "s", {}),
        ("Upper.case", "s", {}),
        ("a." + "b" * 60, "s", {}),
        ("handover.offered", "", {}),
        ("handover.offered", "s" * 301, {}),
        ("handover.offered", "s", {"text": "x" * 17_000}),
    ],
)
def test_what_is_no_notice_is_not_told(sqlite_database, topic, subject, facts):
    with pytest.raises(ValueError, match=r"not a topic|too long"), sqlite_database.transaction() as conn:
        tell(conn, CLOCK, 1, topic, subject, facts)


def test_every_known_topic_has_the_form_of_one():
    assert all(TOPIC_FORM.fullmatch(topic) for topic in TOPICS)
