"""The templates: what people download, fill in with Excel or WPS, and send back."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import openpyxl
import pytest

from sheets_world import CONTEXT, GOOD, PEACH, good, judge, listed, rules
from suyuan.sheets.checking import check_rows
from suyuan.sheets.judged import Edits, RowState
from suyuan.sheets.kinds import TEMPLATES
from suyuan.sheets.mapping import guess, kind_of
from suyuan.sheets.model import Context, RecordKind, ValueType
from suyuan.sheets.reading import read_table
from suyuan.sheets.resolving import Resolver
from suyuan.sheets.templates import TEXT_TYPES, template_csv, template_xlsx

KINDS = list(RecordKind)
NOBODY = Context(CONTEXT.party, CONTEXT.now)


def opened(kind, language="zh", context=CONTEXT):
    return openpyxl.load_workbook(io.BytesIO(template_xlsx(kind, language, context)))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_template_comes_back_as_what_it_is_with_nothing_but_its_example(kind, language):
    for data, name in (
        (template_xlsx(kind, language, CONTEXT), "a.xlsx"),
        (template_csv(kind, language), "a.csv"),
    ):
        table = read_table(data, name)
        mapping = guess(table, kind)
        assert kind_of(table) is kind
        assert mapping.missing == ()
        assert len(mapping.columns) == len(TEMPLATES[kind].columns)
        [row] = check_rows(kind, table, mapping, CONTEXT)
        assert row.state is RowState.EXAMPLE


@pytest.mark.parametrize("kind", KINDS)
def test_a_filled_template_gives_good_rows(kind):
    book = opened(kind)
    book.worksheets[0].delete_rows(3)
    for row in GOOD[kind]:
        book.worksheets[0].append(listed(kind, row))
    out = io.BytesIO()
    book.save(out)
    table = read_table(out.getvalue(), "a.xlsx")
    results = list(check_rows(kind, table, guess(table, kind), CONTEXT))
    assert [each.state for each in results] == [RowState.OK] * len(GOOD[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_every_example_is_right_by_its_own_column(kind):
    resolver = Resolver(NOBODY, Edits())
    for column in TEMPLATES[kind].columns:
        found = resolver.column(column)(column.example or None).reading
        assert not found.fault, (column.name, found)


@pytest.mark.parametrize("kind", KINDS)
def test_codes_are_text_cells_dates_are_dates_and_only_the_header_is_locked(kind):
    sheet = opened(kind).worksheets[0]
    for at, column in enumerate(TEMPLATES[kind].columns, 1):
        style = sheet.column_dimensions[openpyxl.utils.get_column_letter(at)]
        form = sheet.cell(3, at).number_format
        if column.rule.type in TEXT_TYPES:
            assert form == "@", column.name
        elif column.rule.type is ValueType.DATE:
            assert form == "yyyy-mm-dd"
        assert sheet.cell(1, at).protection.locked
        assert not sheet.cell(3, at).protection.locked
        assert style.width >= 12
    assert sheet.protection.sheet
    assert sheet.freeze_panes == "A3"


def test_machine_names_stand_in_comments_and_in_the_hidden_second_row():
    sheet = opened(RecordKind.HARVEST).worksheets[0]
    assert sheet.row_dimensions[2].hidden
    for at, column in enumerate(TEMPLATES[RecordKind.HARVEST].columns, 1):
        assert sheet.cell(2, at).value == column.name
        assert sheet.cell(1, at).comment.text.splitlines()[0].endswith(column.name)


def test_drop_downs_offer_the_partys_own_products_and_the_units():
    book = opened(RecordKind.HARVEST)
    lists = book["_lists"]
    offered = {cell.value for row in lists.iter_rows() for cell in row}
    assert f"{PEACH}｜阳山水蜜桃" in offered
    assert {"千克", "箱"} <= offered
    assert lists.sheet_state == "veryHidden"
    covered = {str(each.sqref).split(":")[0] for each in book.worksheets[0].data_validations.dataValidation}
    assert {"A3", "D3", "E3"} <= covered


def test_what_a_drop_down_offers_is_read_as_its_code():
    [result] = judge(RecordKind.HARVEST, good(product=f"{PEACH}｜阳山水蜜桃", site="9520718001010｜果园"))
    assert (result.values["product"], rules(result)) == (PEACH, [])


def test_a_name_that_looks_like_a_formula_is_text_in_the_template():
    thing = replace(CONTEXT.sites[0], code="=1+1", name="=cmd|' /C calc'!A0")
    book = opened(RecordKind.HARVEST, context=replace(CONTEXT, sites=(thing,)))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_the_csv_begins_with_a_byte_order_mark_for_excel():
    data = template_csv(RecordKind.HARVEST, "zh")
    assert data.startswith(b"\xef\xbb\xbf")
    [head, example] = csv.reader(io.StringIO(data.decode("utf-8-sig")))
    assert head[0] == "产品条码 GTIN*"
    assert example[-1] == "示例-请删除"


def test_the_schema_hash_changes_with_what_is_read():
    hashes = {template.schema_hash for template in TEMPLATES.values()}
    assert len(hashes) == len(KINDS)
