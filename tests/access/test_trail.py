"""The audit trail: whoever changes, takes out or puts in a line is found out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import IntegrityError

from suyuan.access import trail
from suyuan.access.model import Caller
from suyuan.access.tables import trail as table
from suyuan.access.tables import trail_heads
from suyuan.anchoring.leaves import is_leaf
from suyuan.anchoring.tables import leaves
from suyuan.kernel.canonical import NotCanonical
from suyuan.kernel.clock import FixedClock

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ERP = Caller("0123456789abcdef", "ERP", 7, frozenset())
PERSON = Caller("fedcba9876543210", "李梅", 7, frozenset(), account="fedcba9876543210")


@pytest.fixture
def clock():
    return FixedClock(NOW)


@pytest.fixture
def conn(database):
    with database.transaction() as found:
        yield found


def told(conn, clock, count=5):
    for number in range(count):
        trail.note(conn, clock, PERSON, "document.uploaded", f"d{number}", {"size": number, "名": "证"})


def unguarded(conn):
    """As somebody who may drop triggers."""
    for name in ("update", "delete"):
        of = "" if conn.dialect.name == "sqlite" else " ON access_trail"
        conn.execute(text(f'DROP TRIGGER "access_trail_no_{name}"{of}'))


def places(conn):
    return [each.where for each in trail.audit(conn)]


def test_who_did_what_is_told_line_by_line(conn, clock):
    trail.note(conn, clock, PERSON, "handover.accepted", "h1", {"quantity": "12.5"})
    trail.note(conn, clock, ERP, "document.uploaded", "d1", {})
    trail.note(conn, clock, None, "account.added", "a1", {})
    newest, second, first = trail.lines(conn)
    assert [first["kind"], second["kind"], newest["kind"]] == ["person", "system", "operator"]
    assert [first["number"], second["number"], newest["number"]] == [1, 2, 3]
    assert second["previous"] == first["hash"]
    assert trail.audit(conn) == []


def test_names_of_people_are_no_part_of_it(conn, clock):
    told(conn, clock, 1)
    assert "李梅" not in repr(trail.lines(conn))


def test_a_line_that_is_no_json_is_refused(conn, clock):
    with pytest.raises(NotCanonical):
        trail.note(conn, clock, PERSON, "x", "y", {"when": NOW})


def test_the_table_takes_no_change(database, clock):
    with database.transaction() as conn:
        told(conn, clock)
    for statement in (update(table).values(subject="x"), delete(table)):
        with pytest.raises(IntegrityError), database.transaction() as conn:
            conn.execute(statement)


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "d9"},
        {"caller": "0" * 16},
        {"party": 8},
        {"at": NOW + timedelta(milliseconds=1)},
        {"facts": '{"size":3,"名":"证"}'},
        {"facts": '{"size": 2,"名":"证"}'},
        {"facts": "nonsense"},
        {"action": "document.removed"},
        {"kind": "system"},
    ],
)
def test_a_changed_line_is_named(conn, clock, change):
    told(conn, clock)
    unguarded(conn)
    conn.execute(update(table).where(table.c.number == 3).values(change))
    assert places(conn) == ["access_trail 3"]


def test_a_missing_line_is_named(conn, clock):
    told(conn, clock)
    unguarded(conn)
    conn.execute(delete(table).where(table.c.number == 3))
    assert places(conn) == ["access_trail 3"]


def test_a_line_taken_out_with_the_numbers_closed_up_is_named(conn, clock):
    told(conn, clock)
    unguarded(conn)
    conn.execute(delete(table).where(table.c.number == 3))
    for number in (4, 5):
        conn.execute(update(table).where(table.c.number == number).values(number=number - 1))
    assert places(conn)[0] == "access_trail 3"


def rewritten(conn, first):
    """Every hash from `first` on made anew, as somebody who knows the rule would."""
    previous = conn.execute(select(table.c.hash).where(table.c.number == first - 1)).scalar() or trail.START
    for row in conn.execute(select(table).where(table.c.number >= first).order_by(table.c.number)).mappings():
        line = {**row, "previous": previous}
        previous = trail.hash_of(line)
        conn.execute(
            update(table)
            .where(table.c.number == row["number"])
            .values(previous=line["previous"], hash=previous)
        )


def test_a_chain_rewritten_from_a_line_on_fails_at_the_queued_head(conn, clock):
    told(conn, clock)
    assert trail.anchor_head(conn, clock, lines=5) == 5
    unguarded(conn)
    conn.execute(update(table).where(table.c.number == 2).values(subject="other"))
    rewritten(conn, 2)
    assert places(conn) == ["access_trail 5"]


def test_lines_cut_off_behind_are_missed_by_the_queued_head(conn, clock):
    told(conn, clock)
    trail.anchor_head(conn, clock, lines=5)
    unguarded(conn)
    conn.execute(delete(table).where(table.c.number >= 4))
    assert places(conn) == ["access_trail 5"]


def test_a_head_taken_out_is_missed_by_its_leaf(conn, clock):
    told(conn, clock)
    trail.anchor_head(conn, clock, lines=5)
    of = "" if conn.dialect.name == "sqlite" else " ON access_trail_heads"
    conn.execute(text(f'DROP TRIGGER "access_trail_heads_no_delete"{of}'))
    conn.execute(delete(trail_heads))
    assert places(conn) == ["access_trail_heads"]


def test_a_head_without_its_leaf_is_named(conn, clock):
    told(conn, clock)
    trail.anchor_head(conn, clock, lines=5)
    conn.execute(delete(leaves))
    assert places(conn) == ["access_trail_heads 5"]


def test_one_leaf_holds_many_lines(conn, clock):
    told(conn, clock, 99)
    assert trail.anchor_head(conn, clock) is None
    told(conn, clock, 1)
    assert trail.anchor_head(conn, clock) == 100
    assert trail.anchor_head(conn, clock) is None
    (head,) = conn.execute(select(trail_heads)).all()
    assert is_leaf(conn, head.leaf)


def test_few_lines_are_held_after_ten_minutes(conn, clock):
    told(conn, clock, 2)
    assert trail.is_head_waiting(conn)
    clock.advance(timedelta(minutes=9))
    assert trail.anchor_head(conn, clock) is None
    clock.advance(timedelta(minutes=1))
    assert trail.anchor_head(conn, clock) == 2
    assert not trail.is_head_waiting(conn)


def test_two_who_write_at_once_get_two_numbers(database, clock):
    with database.transaction() as conn:
        told(conn, clock, 1)
    for _ in range(2):
        with database.transaction() as conn:
            told(conn, clock, 1)
    with database.reading() as conn:
        assert [each["number"] for each in trail.lines(conn)] == [3, 2, 1]
        assert trail.audit(conn) == []
