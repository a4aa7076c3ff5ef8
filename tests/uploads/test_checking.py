from __future__ import annotations

from suyuan.uploads.model import State
from uploads.desk import row, sheet


def test_a_sheet_with_faulty_rows_waits_for_corrections(world, preparer):
    rows = [row(number) for number in range(1, 1_300)]
    rows[700] = row(701, quantity="viel")
    draft = world.checked(preparer, sheet(rows))
    assert draft.state is State.NEEDS_FIXES, draft.trouble
    assert (draft.good, draft.faulty, draft.rows) == (1_298, 1, 1_299)


def test_a_sheet_without_faults_is_made_ready_to_be_signed(world, preparer):
    rows = [row(number) for number in range(1, 1_301)]
    draft = world.checked(preparer, sheet(rows))
    assert draft.state is State.VALID, (draft.state, draft.trouble, draft.totals)
    assert draft.summary["rows"] == 1_300
    assert draft.documents == 2
    assert draft.summary["goods"][0]["amounts"] == {"kg": "16250"}
    assert (draft.summary["from"], draft.summary["to"]) == ("2026-11-20", "2026-11-20")
    assert len(draft.samples) == 5


def test_what_is_signed_goes_in_with_one_receipt(world, preparer, signer):
    draft = world.checked(preparer, sheet([row(number) for number in range(1, 1_301)]))
    world.sign(signer, draft)
    done = world.submitted(draft)
    assert done.state is State.SUBMITTED


def test_a_row_told_twice_hinders_nothing_and_goes_in_once(world, preparer, signer):
    draft = world.checked(preparer, sheet([row(1), row(2), row(1)]))
    assert (draft.state, draft.totals) == (State.VALID, {"ok": 2, "duplicate": 1})
    assert (draft.faulty, draft.summary["rows"], draft.summary["left"]) == (0, 2, 0)
    world.sign(signer, draft)
    done = world.submitted(draft)
    assert (done.state, done.remainder) == (State.SUBMITTED, None)
    again = world.checked(preparer, sheet([row(2), row(1), row(2)]))
    assert (again.state, again.good) == (State.NEEDS_FIXES, 0)
