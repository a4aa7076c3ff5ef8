"""Edge case 54 of the portals: what people really upload, each with the answer that they get."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import openpyxl
import pytest

from sheets_world import (
    CONTEXT,
    PEACH,
    csv_of,
    good,
    headings,
    judge,
    judge_file,
    listed,
    proposed,
    rules,
    sheet_of,
    workbook,
)
from suyuan.sheets.errors import FileRefused
from suyuan.sheets.judged import RowState
from suyuan.sheets.mapping import guess, is_outdated, kind_of
from suyuan.sheets.model import Limits, RecordKind
from suyuan.sheets.reading import read_table
from suyuan.sheets.templates import template_xlsx
from suyuan.sheets.words import refusal_words

HARVEST = RecordKind.HARVEST


def refused(data, name="a.xlsx", limits=None):
    """The code by which the file is refused; both languages have words for it."""
    with pytest.raises(FileRefused) as caught:
        read_table(data, name, limits)
    for language in ("zh", "en"):
        assert all(refusal_words(caught.value, language))
    return caught.value.code


def noticed(data, name="a.xlsx"):
    return [each.code for each in read_table(data, name).notices]


def one_row(**changes):
    return workbook(sheet_of(HARVEST, good(**changes)))


def rezipped(data, change):
    """The same workbook with `change(name, content)` -> content or None for each part."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = change(name, old.read(name))
            if content is not None:
                new.writestr(name, content)
    return out.getvalue()


def test_a_gtin_stored_as_a_number_is_proposed_padded_and_never_taken_silently():
    [result] = judge_file(one_row(product=int(PEACH)))
    assert rules(result) == [("product", "gtin.number")]
    assert proposed(result) == {"product": [PEACH]}
    assert result.state is RowState.FIXABLE
    assert "product" not in result.values


def test_a_number_of_sixteen_digits_is_refused_for_its_digits_are_lost():
    [result] = judge_file(one_row(lot=1234567890123456))
    assert rules(result) == [("lot", "code.digits_lost")]
    assert not result.proposals
    assert result.state is RowState.ERROR


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_a_csv_reads_the_same_in_every_encoding_that_is_used_here(encoding):
    data = csv_of(HARVEST, good(origin="浙江省舟山市")).encode(encoding)
    [result] = judge_file(data, "a.csv")
    assert (result.state, result.values["origin"]) == (RowState.OK, "浙江省舟山市")


def test_gb18030_tells_the_reader_so_and_keeps_its_rare_characters():
    data = csv_of(HARVEST, good(variety="𠮷品")).encode("gb18030")
    assert noticed(data, "a.csv") == ["notice.encoding"]
    assert judge_file(data, "a.csv")[0].values["variety"] == "𠮷品"


def test_the_real_bytes_of_an_old_gb2312_file_are_read():
    data = b"\xb2\xfa\xc6\xb7\xcc\xf5\xc2\xeb,\xc5\xfa\xb4\xce\xba\xc5\n" + f"{PEACH},A1\n".encode()
    assert read_table(data, "a.csv").header == ("产品条码", "批次号")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_separators_are_found(separator):
    data = csv_of(HARVEST, good(), good(lot="B2"), separator=separator).encode()
    assert [each.state for each in judge_file(data, "a.csv")] == [RowState.OK, RowState.OK]


def test_a_byte_order_mark_is_no_part_of_the_first_heading():
    table = read_table(csv_of(HARVEST, good()).encode("utf-8-sig"), "a.csv")
    assert table.header[0] == headings()[0]


def test_pasted_cells_take_the_same_way():
    pasted = csv_of(HARVEST, good(), separator="\t").encode()
    assert read_table(pasted, "clipboard.tsv").format == "tsv"
    assert judge_file(pasted, "clipboard.tsv")[0].state is RowState.OK


def test_merged_cells_among_the_data_are_refused_with_their_place():
    data = workbook(
        sheet_of(HARVEST, good(), good(lot="B")), touch=lambda _, s: s.merge_range("D2:D3", "千克")
    )
    with pytest.raises(FileRefused) as caught:
        read_table(data, "a.xlsx")
    assert (caught.value.code, caught.value.values["place"]) == ("file.merged", "D2:D3")


def test_a_merged_title_above_the_header_does_no_harm():
    rows = [["二〇二六年采收记录"], [], *sheet_of(HARVEST, good())]
    data = workbook(rows, touch=lambda _, s: s.merge_range("A1:D1", "二〇二六年采收记录"))
    table = read_table(data, "a.xlsx")
    assert (table.sheets[0].header_row, table.sheets[0].rows[0].number) == (3, 4)


def test_hidden_rows_columns_and_sheets_are_told():
    def hide(book, sheet):
        sheet.set_row(1, None, None, {"hidden": True})
        sheet.set_column("C:C", None, None, {"hidden": True})
        book.add_worksheet("底稿").hide()

    data = workbook(sheet_of(HARVEST, good(), good(lot="B")), touch=hide)
    assert sorted(noticed(data)) == ["notice.columns_hidden", "notice.rows_hidden", "notice.sheet_hidden"]
    assert len(judge_file(data)) == 2


def test_formulas_are_read_as_their_values_and_told():
    data = workbook(sheet_of(HARVEST, good()), touch=lambda _, s: s.write_formula("C2", "=50*2", None, 100))
    assert noticed(data) == ["notice.formulas"]
    assert judge_file(data)[0].values["quantity"] == "100"


def test_a_formula_that_was_never_worked_out_is_an_error_and_no_blank():
    book = openpyxl.Workbook()
    for row in sheet_of(HARVEST, good(expiry_date="=DATE(2026,12,1)")):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    assert rules(*judge_file(out.getvalue())) == [("expiry_date", "cell.error")]


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!", "#VALUE!"])
def test_an_error_cell_is_a_fault_and_no_blank(error):
    data = workbook(sheet_of(HARVEST, good()), touch=lambda _, s: s.write_formula("H2", "=NA()", None, error))
    [result] = judge_file(data)
    assert rules(result) == [("origin", "cell.error")]
    assert result.faults[0].values == {"error": error}


def test_one_row_too_many_is_refused_before_any_is_judged():
    rows = sheet_of(HARVEST, *(good(lot=f"L{n}") for n in range(12)))
    few = Limits(max_rows=11)
    assert refused(workbook(rows), limits=few) == "file.rows"
    assert (
        refused(csv_of(HARVEST, *(good(lot=f"L{n}") for n in range(12))).encode(), "a.csv", few)
        == "file.rows"
    )
    assert read_table(workbook(rows[:12]), "a.xlsx", few).row_count == 11


def test_a_hundred_thousand_and_one_rows_are_too_many():
    line = ",".join(str(each or "") for each in listed(HARVEST, good(lot="A")))
    body = "\n".join([",".join(headings()), *[line] * 100_001])
    assert refused(body.encode(), "a.csv", Limits(max_bytes=30_000_000)) == "file.rows"


def test_a_file_that_is_too_large_is_refused():
    assert refused(b"a,b\n" * 10, "a.csv", Limits(max_bytes=39)) == "file.too_large"


def test_a_zip_bomb_is_refused_by_what_it_says_it_unpacks_to():
    data = rezipped(one_row(), lambda n, c: c + b" " * 3_000_000 if n.endswith("sheet1.xml") else c)
    assert refused(data, limits=Limits(inflated=2_000_000)) == "file.zip_bomb"


def test_a_zip_bomb_that_lies_about_its_size_is_refused_by_what_it_unpacks_to():
    small = one_row()
    inner = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = inner.compress(b"<a/>" * 2_000_000) + inner.flush()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(small)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        new.writestr("xl/media/x.bin", b"<a/>" * 2_000_000)
    data = bytearray(out.getvalue())
    assert bomb[:10] in data
    entry = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, entry + 24, 100)  # the size that the directory declares
    assert refused(bytes(data), limits=Limits(inflated=4_000_000)) == "file.zip_bomb"


def test_an_old_xls_is_refused_and_told_to_be_saved_anew():
    assert refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.xls") == "file.old_format"


def test_a_workbook_with_a_password_is_refused_in_so_many_words():
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    assert refused(data) == "file.encrypted"


@pytest.mark.parametrize("name", ["a.xlsm", "a.xlsx"])
def test_a_workbook_with_macros_is_refused_whatever_its_name(name):
    out = io.BytesIO(one_row())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")
    assert refused(out.getvalue(), name) == "file.macros"


def test_a_workbook_that_only_its_content_types_call_macro_enabled_is_refused():
    def change(name, content):
        plain, macro = b"spreadsheetml.sheet.main+xml", b"sheet.macroEnabled.main+xml"
        return content.replace(plain, macro) if name == "[Content_Types].xml" else content

    assert refused(rezipped(one_row(), change)) == "file.macros"


@pytest.mark.parametrize(
    ("start", "code"),
    [
        (b"MZ\x90\x00", "file.kind"),
        (b"%PDF-1.7", "file.kind"),
        (b"<html><table>", "file.markup"),
        (b"", "file.empty"),
    ],
)
def test_a_file_of_another_kind_is_refused_by_its_content_and_not_by_its_name(start, code):
    assert refused(start, "records.xlsx") == code


def test_an_archive_that_is_no_workbook_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "a")
    assert refused(out.getvalue()) == "file.no_workbook"


def test_a_truncated_workbook_is_refused():
    assert refused(one_row()[:-200]) == "file.broken"


def test_a_thousand_columns_are_refused():
    wide = [[f"列{n}" for n in range(1000)], list(range(1000))]
    assert refused(workbook(wide)) == "file.columns"
    assert refused("\n".join(",".join(map(str, row)) for row in wide).encode(), "a.csv") == "file.columns"


def test_a_cell_at_the_far_end_of_the_sheet_costs_no_memory():
    def far(_, sheet):
        sheet.write("XFD1048576", "x")

    assert refused(workbook(sheet_of(HARVEST, good()), touch=far)) == "file.columns"


def test_a_sheet_painted_to_its_end_is_read_like_any_other():
    def paint(book, sheet):
        sheet.write_blank("XFD1048576", None, book.add_format({"bg_color": "yellow"}))

    assert len(judge_file(workbook(sheet_of(HARVEST, good()), touch=paint))) == 1


def test_an_empty_sheet_is_refused():
    assert refused(workbook([])) == "file.empty"
    assert refused(workbook([headings()])) == "file.no_rows"
    assert refused((",".join(headings())).encode(), "a.csv") == "file.no_rows"


def test_two_tables_on_one_sheet_are_refused_with_the_place_of_the_second():
    below = [*sheet_of(HARVEST, good()), [], ["批次号", "产品条码 GTIN", "数量"], ["B", PEACH, 3]]
    beside = [[*headings()[:3], None, *headings()[:3]], [PEACH, "A", 1, None, PEACH, "B", 2]]
    assert refused(workbook(below)) == "file.two_tables"
    assert refused(workbook(beside)) == "file.two_tables"


def test_a_header_that_comes_again_on_each_page_is_left_out_and_told():
    rows = sheet_of(HARVEST, good())
    data = workbook([*rows, *sheet_of(HARVEST, good(lot="B"))])
    assert noticed(data) == ["notice.header_again"]
    assert [each.row for each in judge_file(data)] == [2, 4]


def test_links_to_other_files_are_not_followed_and_told():
    out = io.BytesIO(one_row())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/externalLinks/externalLink1.xml", b"<externalLink/>")
    assert noticed(out.getvalue()) == ["notice.external_links"]


def test_dates_mean_the_same_day_counted_from_1900_and_from_1904():
    from datetime import date

    rows = sheet_of(HARVEST, good(date=date(2026, 11, 22)))
    for options in ({}, {"date_1904": True}):
        assert judge_file(workbook(rows, **options))[0].values["date"] == "2026-11-22"


@pytest.mark.parametrize(("options", "serial"), [({}, 46348), ({"date_1904": True}, 44886)])
def test_a_bare_day_number_is_proposed_by_the_count_of_its_file(options, serial):
    [result] = judge_file(workbook(sheet_of(HARVEST, good(date=serial)), **options))
    assert rules(result) == [("date", "date.serial")]
    assert proposed(result) == {"date": ["2026-11-22"]}


def test_the_same_row_twice_is_one_duplicate_that_names_the_first():
    first, second = judge_file(workbook(sheet_of(HARVEST, good(), good())))
    assert (first.state, second.state) == (RowState.OK, RowState.DUPLICATE)
    assert second.faults[0].values == {"sheet": "数据", "row": "2"}


def test_the_same_file_twice_is_recognised_row_by_row():
    [first] = judge(HARVEST, good())
    known = {first.key: first.digest}
    again = judge(HARVEST, good(), known_keys=lambda keys: known)
    changed = judge(HARVEST, good(quantity="7"), known_keys=lambda keys: known)
    assert (again[0].state, rules(*again)) == (RowState.DUPLICATE, [("", "row.known")])
    assert (changed[0].state, rules(*changed)) == (RowState.ERROR, [("lot", "row.changed")])


def test_a_template_of_an_old_version_is_known_for_one():
    data = template_xlsx(HARVEST, "zh", CONTEXT)
    old = rezipped(data, lambda n, c: c.replace(b"a1d00c8a", b"00000000"))
    assert not is_outdated(read_table(data, "a.xlsx"), HARVEST)
    assert is_outdated(read_table(old, "a.xlsx"), HARVEST)
    assert (noticed(data), noticed(old)) == ([], ["notice.template_old"])
    assert kind_of(read_table(old, "a.xlsx")) is HARVEST


def test_a_template_that_openpyxl_saved_anew_is_still_known_by_its_mark_and_machine_names():
    book = openpyxl.load_workbook(io.BytesIO(template_xlsx(HARVEST, "en", CONTEXT)))
    sheet = book.worksheets[0]
    sheet["A1"] = "something else"
    sheet.append(listed(HARVEST, good()))
    out = io.BytesIO()
    book.save(out)
    table = read_table(out.getvalue(), "a.xlsx")
    assert table.template is not None
    assert table.template.kind == HARVEST
    assert guess(table, HARVEST).columns[0] == "product"


def test_a_sheet_written_with_a_name_space_prefix_is_read():
    def change(name, content):
        if not name.endswith("sheet1.xml"):
            return content
        content = content.replace(b"xmlns=", b"xmlns:x=").replace(b"</", b"</x:")
        import re

        return re.sub(rb"<([a-z])", rb"<x:\1", content)

    assert len(judge_file(rezipped(one_row(), change))) == 1


@pytest.mark.parametrize("trick", [b'<c x=">" r="XFD9"', b'<y:c r="XFD9"', b"<c r='XFD9'"])
def test_a_cell_written_to_slip_past_the_count_is_refused(trick):
    data = rezipped(one_row(), lambda n, c: c.replace(b'<c r="C2"', trick) if n.endswith("sheet1.xml") else c)
    assert refused(data) == "file.broken"


def in_sheet(change):
    """A good row whose sheet's text was changed."""
    return rezipped(one_row(), lambda n, c: change(c) if n.endswith("sheet1.xml") else c)


def test_attributes_in_any_order_and_cells_without_references_are_read():
    import re

    turned = in_sheet(lambda c: re.sub(rb'<(c|row) (r="\w+")((?: \w+="[^"]*")+)', rb"<\1\3 \2", c))
    bare = in_sheet(lambda c: re.sub(rb'<(c|row) r="\w+"', rb"<\1", c))
    far = in_sheet(lambda c: c.replace(b'<c r="C2"', b'<c s="0" r="XFD2"'))
    assert judge_file(turned)[0].values == judge_file(one_row())[0].values
    assert read_table(bare, "a.xlsx").row_count == 1
    assert refused(far) == "file.columns"


def test_a_part_in_an_encoding_that_nobody_knows_is_refused():
    data = rezipped(one_row(), lambda n, c: c.replace(b"UTF-8", b"UTF-0") if n == "xl/workbook.xml" else c)
    assert refused(data) == "file.broken"


def test_a_reader_that_panics_refuses_the_file_and_stops_no_process(monkeypatch):
    class PanicException(BaseException):
        pass

    def panic(_):
        raise PanicException

    monkeypatch.setattr("python_calamine.load_workbook", panic)
    assert refused(one_row()) == "file.broken"


def test_a_failed_formula_whose_place_is_not_clear_is_refused_and_no_blank():
    data = in_sheet(lambda c: c.replace(b'<c r="H2" t="s"', b'<c t="e" r="H2"'))
    assert refused(data) == "file.broken"


def test_what_other_programs_put_beside_the_sheets_is_no_concern():
    out = io.BytesIO(one_row())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("customXml/item1.xml", '<?xml version="1.0"?><a/>'.encode("utf-16"))
        archive.writestr("docProps/x.xml", "<!DOCTYPE a><a/>")
    assert len(judge_file(out.getvalue())) == 1


def test_a_sheet_without_a_header_is_told_from_an_empty_one():
    assert refused(workbook([[1, 2, 3], [4, 5, 6]])) == "file.no_header"


def test_a_sheet_with_very_many_links_behind_its_cells_is_read():
    links = b"".join(b'<hyperlink ref="A%d" r:id="rId%d" display="x"/>' % (n, n) for n in range(60_000))
    end = b"</sheetData><hyperlinks>" + links + b"</hyperlinks>"
    data = rezipped(
        one_row(), lambda n, c: c.replace(b"</sheetData>", end) if n.endswith("sheet1.xml") else c
    )
    assert len(judge_file(data)) == 1


def test_a_cell_of_blanks_without_end_is_refused():
    endless = b'<c r="C2"><f>1</f>' + b" " * 3_000_000 + b"</x></c>"
    data = rezipped(
        one_row(), lambda n, c: c.replace(b'<c r="C2"', endless + b'<c r="C2"') if n.endswith("1.xml") else c
    )
    assert refused(data) == "file.broken"


def test_a_document_type_in_a_part_is_refused():
    bad = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>'
    data = rezipped(one_row(), lambda n, c: bad + c[c.index(b"?>") + 2 :] if n.endswith("sheet1.xml") else c)
    assert refused(data) == "file.broken"


def test_an_unclosed_quotation_mark_is_refused_with_its_row():
    assert refused((csv_of(HARVEST, good()) + '\r\n"A,B').encode(), "a.csv") == "file.quotes"


def test_bytes_that_are_no_text_are_refused():
    assert refused(bytes(range(256)) * 4, "a.csv") == "file.encoding"


def test_a_line_of_sums_is_no_record():
    sums = [None] * len(headings())
    sums[0], sums[2] = "合计", 1250.5
    results = judge_file(workbook([*sheet_of(HARVEST, good()), sums]))
    assert (results[1].state, rules(results[1])) == (RowState.ERROR, [("", "row.total")])


def test_text_that_begins_like_a_formula_is_data():
    [result] = judge_file(one_row(note='=HYPERLINK("http://x")', origin="@SUM(A1)"))
    assert result.state is RowState.OK
    assert result.values["note"] == '=HYPERLINK("http://x")'
