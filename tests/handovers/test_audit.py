"""What somebody changes in the rows of handovers, around the triggers, is named."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from handover_world import PHOTO, measured
from suyuan.handovers.audit import audit_handovers


@pytest.fixture
def told(quick_world):
    """Of two lines one is accepted in part and one refused; another handover is withdrawn, one is open."""
    world = quick_world
    for lot in ("A", "B", "C", "D"):
        world.make("farm", lot)
    found = world.offer("farm", "carrier", world.line("A", profile="FZ-QF"), world.line("B"))
    world.depart("farm", found.id)
    world.measure("carrier", found.id, measured(1, "-19", "-20", "-19.5"))
    answer = {"reason": "wet", "evidence": [PHOTO]}
    world.accept(
        "carrier",
        found.id,
        {"line": 1, "accepted": "80.5", "refused": "14.5", "missing": "5", **answer},
        {"line": 2, "accepted": "0", "refused": "100", **answer},
        choice={"how": "hold", "reason": "等质检"},
    )
    world.answer("farm", found.id, agrees=False, lines=[{"line": 1, "accepted": "100"}])
    world.withdraw("farm", world.offer("farm", "store", world.line("C")).id)
    world.offer("farm", "store", world.line("D"))
    return world


def differences(world):
    with world.database.reading() as conn:
        return list(audit_handovers(conn))


def change(world, sql):
    with world.database.transaction() as conn:
        for name in (
            conn.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
        ):
            conn.execute(text(f'DROP TRIGGER "{name}"'))
        assert conn.execute(text(sql)).rowcount


def test_what_nobody_changed_is_not_named(told):
    assert differences(told) == []


@pytest.mark.parametrize(
    ("sql", "where"),
    [
        ("UPDATE handovers_results SET accepted = '100', refused = '0', missing = '0'", "handovers_results"),
        ("UPDATE handovers_results SET reason = 'late' WHERE line = 2", "handovers_results"),
        ("DELETE FROM handovers_results WHERE line = 1", "handovers_results"),
        ("UPDATE handovers_outcomes SET state = 'accepted' WHERE handover = 1", "handovers_outcomes"),
        ("UPDATE handovers_outcomes SET state = 'refused' WHERE state = 'withdrawn'", "handovers_outcomes"),
        ("DELETE FROM handovers_outcomes", "handovers_outcomes"),
        ("UPDATE handovers_lines SET quantity = '90' WHERE handover = 1", "handovers_handovers"),
        ("UPDATE handovers_handovers SET receiver = 5 WHERE number = 1", "handovers_handovers"),
        ("UPDATE handovers_handovers SET sender = 5 WHERE number = 1", "handovers_handovers"),
        ("UPDATE handovers_checks SET verdict = 'pass'", "handovers_checks"),
        ("UPDATE handovers_checks SET value = '-30 ℃' WHERE rule = 'HA5'", "handovers_checks"),
        ("DELETE FROM handovers_checks WHERE rule = 'HA9'", "handovers_checks"),
        ("UPDATE handovers_acts SET act = 'refuse' WHERE act = 'withdraw'", "handovers_acts"),
        ("UPDATE handovers_acts SET submission = NULL WHERE act = 'depart'", "handovers_acts"),
    ],
)
def test_what_was_changed_is_named(told, sql, where):
    change(told, sql)
    assert any(each.where.startswith(where) for each in differences(told))
