"""Rules over whole rows, corrections, groups, and the copy that is given back."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_world import (
    BOX,
    CONTEXT,
    GOOD,
    PALLET,
    PEACH,
    good,
    judge,
    own_columns,
    proposed,
    rules,
    table,
)
from suyuan.sheets.annotated import annotated_copy, errors_only
from suyuan.sheets.checking import check_rows
from suyuan.sheets.edits import accept, apply_fix, as_json, edit_cell, from_json
from suyuan.sheets.grouping import Grouping, group_faults
from suyuan.sheets.judged import Edits, RowState, UploadTotals
from suyuan.sheets.mapping import ColumnsRefused, chosen, guess, kind_of
from suyuan.sheets.model import Named, RecordKind
from suyuan.sheets.reading import read_table
from suyuan.sheets.words import fault_words

HARVEST, DISPATCH, RECEIPT = RecordKind.HARVEST, RecordKind.DISPATCH, RecordKind.RECEIPT
PACKING, PROCESSING, TEST = RecordKind.PACKING, RecordKind.PROCESSING, RecordKind.TEST


@pytest.mark.parametrize("kind", list(RecordKind))
def test_good_rows_are_ok(kind):
    assert [each.state for each in judge(kind, *GOOD[kind])] == [RowState.OK] * len(GOOD[kind])


@pytest.mark.parametrize(
    ("kind", "changes", "expected"),
    [
        (HARVEST, {"lot": None}, [("lot", "cell.required")]),
        (HARVEST, {"date": "2026-11-24"}, [("date", "date.future")]),
        (HARVEST, {"date": "2026-11-23", "time": "16:01"}, [("time", "date.future")]),
        (HARVEST, {"date": "2026-11-23", "time": "16:00"}, []),
        (HARVEST, {"date": "2026-11-23", "time": "17:00+09:00"}, []),
        (HARVEST, {"date": "2023-01-01"}, [("date", "date.old")]),
        (HARVEST, {"expiry_date": "2026-11-22"}, [("expiry_date", "date.expiry_before")]),
        (HARVEST, {"unit": "箱"}, [("unit", "unit.unusual")]),
        (DISPATCH, {"partner": None}, [("partner", "cell.required")]),
        (DISPATCH, {"unit": None, "lot": None}, [("lot", "cell.required"), ("unit", "cell.required")]),
        (DISPATCH, {"container": PALLET}, [("container", "goods.both")]),
        (DISPATCH, {"temperature": "400"}, [("temperature", "number.range")]),
        (RECEIPT, {"quantity": "100.5"}, [("quantity", "quantity.over_dispatch")]),
        (PACKING, {"container": None}, [("container", "packing.no_target")]),
        (PACKING, {"packed_lot": "X"}, [("container", "packing.two_targets")]),
        (
            PACKING,
            {"container": None, "packed_product": PEACH, "packed_lot": "TY1122A"},
            [
                ("packed_quantity", "cell.required"),
                ("packed_unit", "cell.required"),
                ("packed_lot", "process.same_lot"),
            ],
        ),
        (PACKING, {"production_date": "2026-11-23"}, [("production_date", "date.production_after")]),
        (RecordKind.INSPECTION, {"quantity": "5"}, [("unit", "cell.required")]),
        (TEST, {"sampled": "2026-11-23", "date": "2026-11-22"}, [("sampled", "date.sampled_after")]),
    ],
)
def test_a_rule_of_the_whole_row_stands_at_its_column(kind, changes, expected):
    assert rules(*judge(kind, good(kind, **changes))) == expected


def test_a_warning_hinders_nothing():
    [result] = judge(RECEIPT, good(RECEIPT, quantity="200"))
    assert (result.state, result.faults[0].level) == (RowState.OK, "warning")


def test_nobody_dispatches_to_himself():
    myself = Named("9520718001003", CONTEXT.party, "本社")
    [result] = judge(DISPATCH, good(DISPATCH, partner=myself.code), partners=(*CONTEXT.partners, myself))
    assert rules(result) == [("partner", "partner.self")]


def test_a_process_needs_both_sides_in_one_place_and_time():
    into, out = GOOD[PROCESSING]
    assert rules(*judge(PROCESSING, into)) == [("direction", "process.no_output")]
    assert rules(*judge(PROCESSING, out)) == [("direction", "process.no_input")]
    elsewhere = judge(PROCESSING, into, out | {"date": "2026-11-21"})
    assert ("date", "process.differs") in rules(elsewhere[1])


def test_lots_are_looked_up_in_one_question_for_many_rows():
    asked = []

    def known(uris):
        asked.append(len(uris))
        return {uri for uri in uris if uri.endswith("A1")}

    rows = [good(lot=f"A{n}") for n in range(1500)]
    results = judge(HARVEST, *rows, known_lots=known)
    assert asked == [1000, 500]
    assert [result.row for result in results if result.faults] == [3]
    assert rules(*results) == [("lot", "lot.known")]
    [unknown] = judge(DISPATCH, GOOD[DISPATCH][0], known_lots=known)
    assert (unknown.state, rules(unknown)) == (RowState.OK, [("lot", "lot.unknown")])


def test_the_same_record_with_another_content_is_a_conflict_in_one_file():
    first, second = judge(HARVEST, good(), good(quantity="7"))
    assert (first.state, second.state) == (RowState.OK, RowState.ERROR)
    assert rules(second) == [("lot", "row.conflict")]
    place = (second.sheet, second.row, "lot")
    mended = judge(HARVEST, good(), good(quantity="7"), edits=edit_cell(Edits(), place, "TY1122B"))
    assert [each.state for each in mended] == [RowState.OK, RowState.OK]


def test_a_conflict_in_one_dispatch_note_is_mended_at_its_line():
    first = GOOD[DISPATCH][0]
    _, second = judge(DISPATCH, first, first | {"quantity": "7"})
    assert rules(second) == [("line", "row.conflict")]
    place = (second.sheet, second.row, "line")
    mended = judge(DISPATCH, first, first | {"quantity": "7"}, edits=edit_cell(Edits(), place, "2"))
    assert [each.state for each in mended] == [RowState.OK, RowState.OK]


def test_one_correction_mends_every_row_with_the_same_fault():
    rows = [good(lot=f"L{n}", unit="筐" if n % 2 else "kg") for n in range(10)]
    [group] = group_faults(judge(HARVEST, *rows))
    assert (group.column, group.rule, group.value, group.rows) == ("unit", "unit.unknown", "筐", 5)
    mended = judge(HARVEST, *rows, edits=apply_fix(Edits(), group, "箱"))
    assert {each.state for each in mended} == {RowState.OK}
    assert [each.values["unit"] for each in mended][:2] == ["KGM", "CS"]


def test_a_missing_value_is_filled_in_once_for_all():
    rows = [good(lot=f"L{n}", site=None) for n in range(3)]
    [group] = group_faults(judge(HARVEST, *rows))
    edits = apply_fix(Edits(), group, CONTEXT.sites[0].code)
    assert {each.state for each in judge(HARVEST, *rows, edits=edits)} == {RowState.OK}


def test_a_fault_of_the_whole_row_is_mended_by_value_too():
    rows = [good(lot=f"L{n}", expiry_date="2025-12-22") for n in range(3)]
    rows.append(good(lot="X", date="2025-01-02", time=None, expiry_date="2025-12-22"))
    results = judge(HARVEST, *rows)
    [group] = group_faults(results)
    mended = judge(HARVEST, *rows, edits=apply_fix(Edits(), group, "2026-12-22"))
    assert [each.values["expiry_date"] for each in mended] == ["2026-12-22"] * 3 + ["2025-12-22"]


def test_a_column_of_damaged_codes_is_confirmed_at_once():
    rows = [good(lot=f"L{n}", product=int(PEACH if n else BOX), unit=None if n else "箱") for n in range(2)]
    edits = accept(Edits(), "product", "gtin.number")
    results = judge(HARVEST, *rows, edits=edits)
    assert [each.values["product"] for each in results] == [BOX, PEACH]


def test_a_cell_with_two_readings_is_not_settled_by_one_answer_for_the_column():
    edits = accept(Edits(), "date", "date.ambiguous")
    [result] = judge(HARVEST, good(date="05/06/2026"), edits=edits)
    assert rules(result) == [("date", "date.ambiguous")]
    assert proposed(result) == {"date": ["2026-06-05", "2026-05-06"]}


def test_jin_become_kilograms_together_with_their_number_and_only_when_accepted():
    [asked] = judge(HARVEST, good(quantity="201", unit="斤"))
    assert proposed(asked) == {"unit": ["KGM"], "quantity": ["100.5"]}
    assert "unit" not in asked.values
    [mended] = judge(HARVEST, good(quantity="201", unit="斤"), edits=accept(Edits(), "unit", "unit.market"))
    assert (mended.state, mended.values["quantity"], mended.values["unit"]) == (RowState.OK, "100.5", "KGM")


def test_a_date_with_its_time_is_split_into_both_columns_and_only_when_accepted():
    both = good(date=datetime(2026, 11, 22, 9, 15), time=None)  # noqa: DTZ001 - cells have no zone
    [asked] = judge(HARVEST, both)
    assert proposed(asked) == {"date": ["2026-11-22"], "time": ["09:15:00"]}
    [mended] = judge(HARVEST, both, edits=accept(Edits(), "date", "date.has_time"))
    assert (mended.values["date"], mended.values["time"]) == ("2026-11-22", "09:15:00")
    [kept] = judge(HARVEST, both | {"time": "10:00"}, edits=accept(Edits(), "date", "date.has_time"))
    assert kept.values["time"] == "10:00:00"


def test_searching_for_names_ends_however_many_are_unknown():
    rows = [good(lot=f"L{n}", site=f"桃源里果园{n}号") for n in range(300)]
    results = judge(HARVEST, *rows)
    assert results[0].proposals
    assert not results[-1].proposals


def test_one_cell_can_be_edited_by_itself():
    edits = edit_cell(Edits(), ("数据", 3, "quantity"), "７")
    first, second = judge(HARVEST, good(quantity="x"), good(quantity="x", lot="B"), edits=edits)
    assert (first.state, second.state, second.values["quantity"]) == (RowState.ERROR, RowState.OK, "7")


def test_a_wrong_correction_is_judged_like_any_other_value():
    edits = edit_cell(Edits(), ("数据", 2, "quantity"), "-3")
    [result] = judge(HARVEST, good(quantity="x"), edits=edits)
    assert (rules(result), result.faults[0].value) == ([("quantity", "quantity.not_positive")], "-3")


names = st.sampled_from(["lot", "unit", "date"])
edits_made = st.builds(
    Edits,
    st.dictionaries(
        st.tuples(st.text(max_size=5), st.integers(1, 99), names), st.text(max_size=5), max_size=5
    ),
    st.dictionaries(st.tuples(names, names, st.text(max_size=5)), st.text(max_size=5), max_size=5),
    st.frozensets(st.tuples(names, names), max_size=3),
)


@given(edits_made)
def test_corrections_survive_being_stored(edits):
    assert from_json(json.loads(json.dumps(as_json(edits)))) == edits


@given(st.lists(st.sampled_from(["kg", "筐", "斤", "5", None, "篓"]), min_size=1, max_size=30))
def test_groups_count_every_fault_exactly_once(units):
    rows = [good(lot=f"L{n}", unit=unit) for n, unit in enumerate(units)]
    results = judge(HARVEST, *rows)
    groups = group_faults(results)
    assert sum(group.rows for group in groups) == sum(len(each.faults) for each in results)
    assert len({(g.column, g.rule, g.value) for g in groups}) == len(groups)
    totals = UploadTotals()
    for each in results:
        totals.add(each)
    assert totals.total == len(rows)


def test_groups_are_bounded_and_say_what_is_beyond():
    grouping = Grouping(most=2)
    for result in judge(HARVEST, *(good(lot=f"L{n}", unit=f"筐{n}") for n in range(5))):
        grouping.add(result)
    assert (len(grouping.groups()), grouping.beyond) == (2, 3)


def test_foreign_headings_are_guessed_with_samples_and_remembered():
    data = (
        "品名条码,批号,净重,计量单位,地点,采收日期,甲\n".encode()
        + f"{PEACH},A1,5,kg,x,2026-11-22,乙\n".encode()
    )
    read = read_table(data, "a.csv")
    mapping = guess(read, HARVEST)
    assert [mapping.columns.get(at) for at in range(1, 6)] == ["lot", "quantity", "unit", "site", "date"]
    assert mapping.missing == ("product",)
    assert mapping.guesses[0].samples == (PEACH,)
    again = guess(read, HARVEST, {"品名条码": "product"})
    assert (again.columns[0], again.missing) == ("product", ())
    assert chosen(read, HARVEST, {0: "product", 1: "lot"}).missing == ("quantity", "unit", "site", "date")


@pytest.mark.parametrize("columns", [{0: "product", 1: "product"}, {99: "lot"}, {0: "nothing"}])
def test_a_choice_of_columns_that_does_not_fit_is_refused(columns):
    with pytest.raises(ColumnsRefused):
        chosen(table(HARVEST, good()), HARVEST, columns)


@pytest.mark.parametrize("kind", list(RecordKind))
def test_the_kind_is_told_by_the_headings(kind):
    assert kind_of(table(kind, *GOOD[kind])) is kind


def given_back(write, kind, rows, language="zh", edits=None):
    read, columns = table(kind, *rows), own_columns(kind)
    results = list(check_rows(kind, read, columns, CONTEXT, edits))
    return write(kind, read, columns, results, language), results


def test_the_copy_marks_wrong_cells_with_what_to_do():
    rows = [good(), good(lot="B", quantity="-1"), good(lot="C", unit="箱")]
    data, results = given_back(annotated_copy, HARVEST, rows)
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    cell = sheet.cell(4, 3)
    assert cell.fill.start_color.rgb == "FFFFC7CE"
    assert all(part in cell.comment.text for part in fault_words(results[1].faults[0], "zh"))
    assert sheet.cell(5, 4).fill.start_color.rgb == "FFFFEB9C"
    assert sheet.cell(3, 3).comment is None


def test_the_copy_of_errors_holds_only_them_and_says_where_they_stood():
    data, _ = given_back(errors_only, HARVEST, [good(), good(lot="B", quantity="-1")], "en")
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert [sheet.cell(3, 2).value, sheet.max_row] == ["B", 3]
    assert sheet.cell(3, sheet.max_column - 1).value == "数据 3"
    assert "above 0" in sheet.cell(3, sheet.max_column).value


@pytest.mark.parametrize("write", [annotated_copy, errors_only])
def test_the_copy_mended_can_be_uploaded_again(write):
    data, _ = given_back(write, HARVEST, [good(lot="A", quantity="x"), good(lot="B", product=int(PEACH))])
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.worksheets[0]
    sheet.cell(3, 3).value = 5
    sheet.cell(4, 1).value = PEACH
    out = io.BytesIO()
    book.save(out)
    read = read_table(out.getvalue(), "a.xlsx")
    results = list(check_rows(HARVEST, read, guess(read, HARVEST), CONTEXT))
    assert [each.state for each in results] == [RowState.OK, RowState.OK]


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t="])
def test_no_text_of_an_upload_becomes_a_formula_in_the_copy(begin):
    rows = [good(note=f"{begin}cmd|' /C calc'!A0", quantity="x", lot=begin + "1")]
    data, _ = given_back(annotated_copy, HARVEST, rows)
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_the_copy_shows_what_was_corrected_on_the_page():
    edits = edit_cell(Edits(), ("数据", 2, "origin"), "安徽")
    data, _ = given_back(annotated_copy, HARVEST, [good(quantity="x")], edits=edits)
    shown = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(data)).worksheets[0][3]]
    assert "安徽" in shown


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_fault_has_a_sentence_and_says_what_to_do(language):
    rows = [
        good(
            lot="批 次", unit="斤", quantity="1,234", date="18/11/26", product="5", site="x", expiry_date="?"
        ),
        good(unit="箱", product=None, time="25:00"),
        good(lot=1234567890123456, quantity="0"),
    ]
    for result in judge(HARVEST, *rows):
        for fault in result.faults:
            what, to_do = fault_words(fault, language)
            assert what
            assert to_do
            assert "{" not in what + to_do


def test_today_is_the_day_where_the_goods_are():
    late = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # the 24th in China
    assert rules(*judge(HARVEST, good(date="2026-11-24", time="00:30"), now=late)) == []
