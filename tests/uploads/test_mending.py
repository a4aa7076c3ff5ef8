"""People at work on drafts: corrections, two at once, the same file twice."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from suyuan.journal.errors import NotForThisParty
from suyuan.sheets.table import ErrorText, RawRow
from suyuan.uploads import codec, editing, queries, repository, signing
from suyuan.uploads.columns import choose_columns
from suyuan.uploads.duty import Overtaken
from suyuan.uploads.editing import CellEdit, Fix, edit_cells, fix_all
from suyuan.uploads.errors import DraftChanged, DraftLocked, DraftState, DraftUnknown, EditRefused
from suyuan.uploads.model import State
from suyuan.uploads.opening import Asked
from suyuan.uploads.reading import check
from suyuan.uploads.steps import check_next
from suyuan.uploads.take_in import take_in
from uploads.desk import HEADINGS, row, sheet


def faulty_rows(world, draft):
    with world.database.reading() as conn:
        wanted = queries.Wanted(("error", "fixable", "duplicate"))
        return [result for _, result in queries.rows_of(conn, draft.id, wanted, 1_000)]


def settle(world):
    while check_next(world.desk()):
        pass


def test_the_same_file_leads_to_the_draft_that_it_made_before(world, preparer, signer):
    data = sheet([row(1)])
    first = world.checked(preparer, data)
    assert world.upload(signer, data, name="other name.csv").id == first.id
    with world.database.transaction() as conn:
        signing.withdraw(conn, world.clock, Asked(preparer, first.id, first.version))
    assert world.upload(signer, data).id != first.id


def test_another_partys_file_is_another_draft_even_when_it_is_the_same(world, preparer, foreigner):
    data = sheet([row(1)])
    assert world.upload(preparer, data).id != world.upload(foreigner, data).id


def test_nobody_uploads_for_another_party(world, foreigner):
    with pytest.raises(NotForThisParty), world.database.transaction() as conn:
        take_in(conn, world.clock, foreigner, 1, None)


def test_a_corrected_cell_has_only_its_rows_judged_again(world, preparer):
    rows = [row(number) for number in range(1, 1_101)]
    rows[600] = row(601, quantity="viel")
    rows[601] = row(602, quantity="wenig")
    draft = world.checked(preparer, sheet(rows))
    with world.database.reading() as conn:
        before = {block.number: block for block in repository.blocks_where(conn, draft.id)}
    bad, other = faulty_rows(world, draft)
    edit = CellEdit(bad.sheet, bad.row, "quantity", "7")
    after = edit_cells(world.database, world.clock, Asked(preparer, draft.id, draft.version), [edit])
    assert (after.good, after.faulty, after.version) == (1_099, 1, draft.version + 1)
    with world.database.reading() as conn:
        blocks = {block.number: block for block in repository.blocks_where(conn, draft.id)}
    assert [number for number in blocks if blocks[number] != before[number]] == [1]
    assert faulty_rows(world, after) == [other]
    mended = next(each for each in codec.unpack_results(blocks[1].results) if each.row == bad.row)
    assert mended.values["quantity"] == "7"


def test_the_last_correction_makes_the_draft_ready(world, preparer):
    draft = world.checked(preparer, sheet([row(1), row(2, quantity="x")]))
    (bad,) = faulty_rows(world, draft)
    edit = CellEdit(bad.sheet, bad.row, "quantity", "3")
    after = edit_cells(world.database, world.clock, Asked(preparer, draft.id, draft.version), [edit])
    assert after.state is State.PREPARING
    settle(world)
    assert world.draft(draft.id).state is State.VALID


def test_a_row_that_becomes_the_same_as_another_is_found(world, preparer):
    draft = world.checked(preparer, sheet([row(1), row(2), row(3, lot="中文")]))
    (bad,) = faulty_rows(world, draft)
    edit = CellEdit(bad.sheet, bad.row, "lot", "L1")
    after = edit_cells(world.database, world.clock, Asked(preparer, draft.id, draft.version), [edit])
    assert after.totals.get("duplicate", 0) + after.totals.get("error", 0) == 1, after.totals


def test_one_correction_mends_all_rows_with_the_same_fault(world, preparer):
    rows = [row(number, unit="Kilo?" if number % 3 == 0 else "KGM") for number in range(1, 31)]
    draft = world.checked(preparer, sheet(rows))
    with world.database.reading() as conn:
        (group,) = editing.groups_of(conn, draft.id)
    assert (group.rows, group.value) == (10, "Kilo?")
    fix = Fix("unit", group.rule, group.value, "KGM")
    after = fix_all(world.database, world.clock, Asked(preparer, draft.id, draft.version), fix)
    assert after.state is State.PREPARING
    assert after.totals == {"ok": 30}


def test_proposals_are_taken_for_a_whole_column_and_given_back(world, preparer):
    rows = [row(number, product="9520718000013.0") for number in range(1, 6)]
    draft = world.checked(preparer, sheet(rows))
    assert draft.totals == {"fixable": 5}
    with world.database.reading() as conn:
        (group,) = editing.groups_of(conn, draft.id)
    assert group.proposals == ("09520718000013",)
    taken = fix_all(
        world.database, world.clock, Asked(preparer, draft.id, draft.version), Fix("product", group.rule)
    )
    assert taken.totals == {"ok": 5}
    settle(world)
    ready = world.draft(draft.id)
    fix = Fix("product", group.rule, decline=True)
    fix_all(world.database, world.clock, Asked(preparer, draft.id, ready.version), fix)
    settle(world)
    assert world.draft(draft.id).totals == {"fixable": 5}


def test_corrections_of_what_is_not_there_are_refused_whole(world, preparer):
    draft = world.checked(preparer, sheet([row(1, quantity="x")]))
    asked = Asked(preparer, draft.id, draft.version)
    with pytest.raises(EditRefused) as refused:
        edit_cells(world.database, world.clock, asked, [CellEdit("s", 2, "nonsense", "y" * 3_000)])
    assert {fault.code for fault in refused.value.faults} == {"upload.column", "upload.text"}
    with pytest.raises(EditRefused):
        fix_all(world.database, world.clock, asked, Fix("quantity", "no.such.rule", "x", "1"))
    assert world.draft(draft.id).version == draft.version


def test_two_people_on_one_draft_do_not_overwrite_each_other(world, preparer, signer):
    draft = world.checked(preparer, sheet([row(1, quantity="x"), row(2, quantity="y")]))
    one, two = faulty_rows(world, draft)
    edit = CellEdit(one.sheet, one.row, "quantity", "1")
    first = edit_cells(world.database, world.clock, Asked(preparer, draft.id, draft.version), [edit])
    late = CellEdit(two.sheet, two.row, "quantity", "2")
    with pytest.raises(DraftChanged) as changed:
        edit_cells(world.database, world.clock, Asked(signer, draft.id, draft.version), [late])
    (change,) = changed.value.changes
    assert (change.name, change.what["act"], change.what["row"]) == ("录入员", "cells", one.row)
    with pytest.raises(DraftLocked):
        edit_cells(world.database, world.clock, Asked(signer, draft.id, first.version), [late])
    asked = Asked(signer, draft.id, first.version, take_over=True)
    assert edit_cells(world.database, world.clock, asked, [late]).owner == signer.token


def test_another_partys_draft_does_not_exist(world, preparer, foreigner):
    draft = world.checked(preparer, sheet([row(1, quantity="x")]))
    asked = Asked(foreigner, draft.id, draft.version, take_over=True)
    with pytest.raises(DraftUnknown):
        world.seen(foreigner, draft.id)
    with pytest.raises(DraftUnknown):
        edit_cells(world.database, world.clock, asked, [CellEdit("s", 2, "quantity", "1")])
    for verb in (signing.choose, signing.withdraw):
        with pytest.raises(DraftUnknown), world.database.transaction() as conn:
            verb(conn, world.clock, asked)
    with pytest.raises(DraftUnknown), world.database.transaction() as conn:
        signing.sign(conn, world.clock, asked, bytes(32))


def test_a_corrected_file_is_held_against_the_one_before(world, preparer):
    rows = [row(number) for number in range(1, 11)]
    rows[3] = row(4, quantity="x")
    first = world.checked(preparer, sheet(rows))
    rows[3] = row(4, quantity="4")
    rows[5] = row(6, origin="浙江")
    second = world.checked(preparer, sheet([*rows, row(11)]))
    told = second.compared
    assert told["draft"] == first.id
    assert (told["new"], told["changed"], told["same"]) == (1, 2, 8)


def test_headings_of_others_are_mapped_once_and_remembered(world, preparer):
    names = ("A1", "B1", "C1", "D1", "E1", "F1", "G1")
    draft = world.checked(preparer, sheet([row(1)], headings=names))
    assert draft.state is State.NEEDS_MAPPING
    columns = dict(enumerate(HEADINGS))
    wrong = {0: "product", 1: "product", 2: "nonsense"}
    with pytest.raises(EditRefused) as refused, world.database.transaction() as conn:
        choose_columns(conn, world.clock, Asked(preparer, draft.id, draft.version), wrong)
    codes = {fault.code for fault in refused.value.faults}
    assert codes == {"upload.column", "upload.column-twice", "upload.column-missing"}
    with world.database.transaction() as conn:
        choose_columns(conn, world.clock, Asked(preparer, draft.id, draft.version), columns)
    settle(world)
    assert world.draft(draft.id).state is State.VALID
    assert world.checked(preparer, sheet([row(2)], headings=names)).state is State.VALID


def test_what_was_withdrawn_is_checked_no_more(world, preparer):
    draft = world.upload(preparer, sheet([row(1)]))
    desk = world.desk()
    taken = desk.take(State.UPLOADED)
    with world.database.transaction() as conn:
        signing.withdraw(conn, world.clock, Asked(preparer, draft.id, draft.version))
    with pytest.raises(Overtaken):
        check(desk, taken)
    found = world.draft(draft.id)
    assert (found.state, found.rows) == (State.WITHDRAWN, 0)
    with pytest.raises(DraftState), world.database.transaction() as conn:
        signing.withdraw(conn, world.clock, Asked(preparer, draft.id, found.version))


def test_more_rows_than_one_sheet_may_have_are_refused(small_world, preparer):
    line = ",".join(row(1))
    data = (",".join(HEADINGS) + "\n" + (line + "\n") * 100_001).encode()
    draft = small_world.checked(preparer, data)
    assert draft.state is State.REFUSED
    assert draft.trouble["code"].startswith("file.")


def test_rows_survive_being_packed(world):
    values = (None, "a", 1, 2.5, True, 10**19, date(2026, 1, 2), datetime(2026, 1, 2, 3, 4), time(5, 6))  # noqa: DTZ001
    rows = [("s", RawRow(2, (*values, timedelta(hours=30), ErrorText("#N/A"))))]
    again = codec.unpack_raw(codec.pack_raw(rows))
    assert again == rows
    assert isinstance(again[0][1].values[-1], ErrorText)
